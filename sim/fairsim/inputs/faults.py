"""Faults of inputs: collected, so that one attempt shows all of them, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import TypeVar

from fairfacts.errors import FairError, ScenarioError
from fairfacts.interchange.reading import MAX_SHOWN

Result = TypeVar("Result")


class Faults:
    """The faults of a fair or a scenario, from whichever of its files."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._hints: list[str] = []
        self.doubtful: set[str] = set()
        """Parameters whose value has a fault: a usual value stands in, so that all others can be checked."""

    def add(self, place: str, message: str) -> None:
        """Keep a fault, once; the place is a file, with a row, or an option of the command line."""
        text = f"{place}: {message}" if place else message
        if text not in self.texts:
            self.texts.append(text)

    def take(self, fault: FairError) -> None:
        """Keep the faults that an error names."""
        self.texts += [text for text in fault.faults if text not in self.texts]
        self._hints += [fault.hint] if fault.hint and fault.hint not in self._hints else []

    def attempt(self, read: Callable[[], Result]) -> Result | None:
        """Return what `read` returns, or None where it raises an error, whose faults are kept."""
        try:
            return read()
        except FairError as fault:
            self.take(fault)
            return None

    def doubts(self, names: Iterable[str]) -> bool:
        """Return whether one of these parameters is doubtful; a star stands for any part of a name."""
        return any(fnmatchcase(name, pattern) for pattern in names for name in self.doubtful)

    def refuse(self) -> None:
        """Raise all faults as one error, if there are any.

        Raises:
            ScenarioError: names each fault, up to `MAX_SHOWN` of them.
        """
        if not self.texts:
            return
        rest = [f"and {len(self.texts) - MAX_SHOWN} other faults"] if len(self.texts) > MAX_SHOWN else []
        lines = [f"{len(self.texts)} faults", *self.texts[:MAX_SHOWN], *rest] if len(self.texts) > 1 else self.texts
        raise ScenarioError("\n  ".join([*lines, *self._hints]), self.texts, "\n  ".join(self._hints))
