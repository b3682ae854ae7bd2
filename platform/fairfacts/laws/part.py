"""What the laws of every part of the fair have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from fairfacts.event import Event
from fairfacts.laws.flow import Little

Breaks = Callable[[Event | None, str], None]
"""Tells of an event that breaks a law, by the law's name; without an event where the end of the log does."""
Handlers = dict[type[Event], Callable[[Any], None]]


class Part:
    """The laws of one part of the fair."""

    LAWS: ClassVar[Mapping[str, str]]
    """By name: what must be so."""

    def __init__(self, breaks: Breaks) -> None:
        self.breaks = breaks

    def handlers(self) -> Handlers:
        """Return what is done on each type of event that the part hears."""
        raise NotImplementedError

    def flows(self, now_ms: int) -> dict[str, Little]:
        """Return the accounts of those who come and go in this part, by what they are called."""
        del now_ms
        return {}

    def end(self) -> None:
        """The run has ended: hold what must be so by then."""
