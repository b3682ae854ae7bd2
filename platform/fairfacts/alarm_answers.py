"""What operators said of alarms: that they see to one, or that it may be quiet for a while.

An answer holds from the moment at which it was given until the alarm ends, or the snooze does. An alarm that is raised
again is another one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from fairfacts.clock import MINUTE_MS
from fairfacts.operator_commands import Acknowledge, AlarmCommand

Kind = Literal["acknowledged", "snoozed"]


@dataclass(frozen=True)
class AlarmAnswer:
    """An answer to an alarm."""

    alarm: str
    kind: Kind
    at_ms: int
    """When it was given, in simulated time."""
    until_ms: int | None = None
    """When a snooze ends."""


def answer_of(command: AlarmCommand, at_ms: int) -> AlarmAnswer:
    """Return the answer that a command gives at a moment."""
    if isinstance(command, Acknowledge):
        return AlarmAnswer(command.alarm, "acknowledged", at_ms)
    return AlarmAnswer(command.alarm, "snoozed", at_ms, at_ms + round(command.for_min * MINUTE_MS))


def holding(answers: Iterable[AlarmAnswer], alarm: str, since_ms: int, at_ms: int) -> AlarmAnswer | None:
    """Return the latest answer that holds at a moment to an alarm raised at `since_ms`; None where nobody answered."""
    held = [
        each
        for each in answers
        if each.alarm == alarm and since_ms <= each.at_ms <= at_ms and (each.until_ms is None or at_ms < each.until_ms)
    ]
    return held[-1] if held else None
