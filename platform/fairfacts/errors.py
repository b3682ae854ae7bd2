"""Errors that a user can mend. Each message names the thing, the value and the remedy.

FairError
├── EventError          an event, or a batch of them, that is not well formed
├── MomentError         a moment that cannot be read, or lies outside the fair
├── FigureError         a documented figure, or a profile of a fair, that cannot be read
├── ScenarioError       a scenario or parameter that cannot be played
├── LabError            an experiment that cannot be done as it was asked for
├── WorkersError        workers of an experiment that cannot be reached, or were lost
└── BackendError        the backend refused, or cannot be reached
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class FairError(Exception):
    """Something a user can mend.

    `faults` are the single faults that the message names, each with its place; `hint` is what it says of all of them.
    """

    def __init__(self, message: str, faults: Sequence[str] = (), hint: str = "") -> None:
        super().__init__(message)
        self.faults, self.hint = tuple(faults) or (message,), hint


class EventError(FairError):
    """An event of a batch is not well formed.

    `position` is its place in the batch, `field` the place in it, `reason` what is wrong, and `remedy` what to do; it
    is empty where the reason says that as well.
    """

    def __init__(self, reason: str, remedy: str = "", *, position: int, field: str) -> None:
        super().__init__(f"event {position} of the batch: {reason}; {remedy or 'nothing of the batch was kept'}")
        self.reason, self.remedy, self.position, self.field = reason, remedy, position, field


class MomentError(FairError):
    """A moment cannot be read, or lies outside the fair."""


class FigureError(FairError):
    """A documented figure, or what a fair's folder says of its usual course, cannot be read."""


class ScenarioError(FairError):
    """A scenario or a parameter cannot be played."""


class LabError(FairError):
    """An experiment cannot be done as it was asked for."""


class WorkersError(FairError):
    """The workers of an experiment cannot be reached, or were lost."""


class BackendError(FairError):
    """The backend refused what was asked, or cannot be reached."""


LISTED, NEAREST = 20, 10
"""How many names a remedy lists where these are all, and of more."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a remedy for an unknown name: the nearest known one, or all where none is near."""
    names = sorted(set(known))
    if near := get_close_matches(name, names, n=1, cutoff=0.6):
        return f"did you mean {near[0]}?"
    if len(names) <= LISTED:
        return f"known are: {', '.join(names)}"
    nearest = get_close_matches(name, names, n=NEAREST, cutoff=0.0)
    return f"the nearest of {len(names)} are: {', '.join(nearest)}"
