"""A kind of disruption."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from fairfacts.parts.disruptions import AnyDisruption, Disruption, lasts_ms
from fairsim.parts.part import Context
from fairsim.parts.registry import Parts

Undo = Callable[[], None]
What = TypeVar("What", bound=AnyDisruption)


class Kind(Generic[What]):
    """One kind of disruption: what it checks, does, undoes and announces. One object serves all of its kind."""

    WHAT: ClassVar[type[Disruption]]
    """The class of `fairfacts.parts.disruptions` that describes one of the kind."""
    BEGUN: ClassVar[str] = ""
    """The notice at the begin, with `words` in braces; empty for no notice."""
    OVER: ClassVar[str] = ""
    """The notice at the end, once no other one of the same is in effect."""

    def __init__(self, context: Context, parts: Parts) -> None:
        self.context, self.parts = context, parts

    def check(self, what: What) -> None:
        """Refuse what is impossible as things stand.

        Raises:
            ScenarioError: names the kind, what is in the way, and a remedy.
        """

    def begin(self, what: What) -> Undo:
        """Put the disruption into effect; return the function that ends it."""
        raise NotImplementedError

    def words(self, what: What) -> dict[str, Any]:
        """Return what stands in the braces of a notice, by name: the fields of the disruption."""
        return {name: getattr(what, name) for name in what.__struct_fields__}

    def lasts_ms(self, what: What) -> int | None:
        """Return how long it lasts from now on; None for the rest of the run. Asked after `begin`."""
        return lasts_ms(what)

    def same(self, what: What, other: What) -> bool:  # noqa: ARG002  # a kind may compare them
        """Return whether two of the kind concern the same thing: `OVER` is false while another of these is in effect.

        A disruption is the same as itself.
        """
        return True

    def holding(self, active: Sequence[What]) -> What | None:
        """Return which of several of the same, the latest last, decides alone how things are; None where none does.

        A notice tells of it when it begins, and when it decides again as another one ends. One that decides nothing as
        it begins is not told. Where it is None, each is told as it begins.
        """


def alone(active: Sequence[What]) -> What | None:
    """Return the only one in effect; None where there are others."""
    return active[0] if len(active) == 1 else None
