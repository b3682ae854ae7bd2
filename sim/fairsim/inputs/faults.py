"""Faults of inputs: collected, so that one attempt shows all of them, each with its place."""

from __future__ import annotations

from fairfacts.errors import FairError, ScenarioError
from fairfacts.interchange.reading import MAX_SHOWN


class Faults:
    """The faults of a fair or a scenario, from whichever of its files."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, place: str, message: str) -> None:
        """Keep a fault, once; the place is a file, with a row, or an option of the command line."""
        text = f"{place}: {message}" if place else message
        if text not in self.found:
            self.found.append(text)

    def take(self, fault: FairError) -> None:
        """Keep the faults that an error names."""
        self.found += [text for text in fault.faults if text not in self.found]

    def refuse(self) -> None:
        """Raise all faults as one error, if there are any.

        Raises:
            ScenarioError: names each fault, up to `MAX_SHOWN` of them.
        """
        if len(self.found) == 1:
            raise ScenarioError(self.found[0])
        if self.found:
            rest = [f"and {len(self.found) - MAX_SHOWN} other faults"] if len(self.found) > MAX_SHOWN else []
            raise ScenarioError("\n  ".join([f"{len(self.found)} faults", *self.found[:MAX_SHOWN], *rest]), self.found)
