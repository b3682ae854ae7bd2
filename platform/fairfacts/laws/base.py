"""What the laws of every part of the fair have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, TypeVar, cast

from fairfacts.event import Event
from fairfacts.handlers import Handlers
from fairfacts.laws.flow import Little
from fairfacts.parts.fairs import NO_FAIR

Breaks = Callable[[Event | None, str], None]
"""Reports an event that breaks a law, by the law's name; without an event where the end of the log breaks it."""


class PartLaws:
    """The laws of one part of the fair, and the account that they keep of a log.

    Only these laws change their account. Laws that need the account of another part read it.
    """

    LAWS: ClassVar[Mapping[str, str]]
    """By name: what must be so."""

    def __init__(self, breaks: Breaks, others: Others) -> None:
        del others
        self.breaks = breaks
        self.fair = NO_FAIR
        """The fair that the log's first event describes."""

    def handlers(self) -> Handlers:
        """Return what these laws do on each type of event that they handle."""
        raise NotImplementedError

    def flows(self, now_ms: int) -> dict[str, Little]:
        """Return the accounts of those who come and go in this part, by name."""
        del now_ms
        return {}

    def end(self) -> None:
        """Check what must be so when the run has ended."""


L = TypeVar("L", bound=PartLaws)


class Others:
    """The laws made so far, in their order, for laws that read the accounts of others."""

    def __init__(self) -> None:
        self._laws: dict[type[PartLaws], PartLaws] = {}

    def __iter__(self) -> Iterator[PartLaws]:
        return iter(self._laws.values())

    def add(self, laws: PartLaws) -> None:
        """Append the laws of a further part."""
        self._laws[type(laws)] = laws

    def of(self, kind: type[L]) -> L:
        """Return the laws of an earlier part, by their class."""
        return cast("L", self._laws[kind])
