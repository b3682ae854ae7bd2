"""An answer to an alarm holds until the alarm ends, or the snooze does."""

from __future__ import annotations

import pytest

from fairfacts.alarm_answers import answer_of, holding
from fairfacts.clock import MINUTE_MS
from fairfacts.operator_commands import Acknowledge, Snooze

ACKNOWLEDGED = answer_of(Acknowledge(alarm="venue.cap"), 60 * MINUTE_MS)
SNOOZED = answer_of(Snooze(alarm="venue.cap", for_min=20), 70 * MINUTE_MS)


@pytest.mark.parametrize(
    ("since_min", "at_min", "held"),
    [
        (50, 59, None),  # not answered yet
        (50, 60, ACKNOWLEDGED),
        (50, 70, SNOOZED),  # the latest
        (50, 90, ACKNOWLEDGED),  # the snooze is over
        (61, 65, None),  # another alarm of the same name
        (61, 80, SNOOZED),
    ],
)
def test_latest_answer_holds(since_min: int, at_min: int, held: object) -> None:
    answers = [ACKNOWLEDGED, SNOOZED]
    assert holding(answers, "venue.cap", since_min * MINUTE_MS, at_min * MINUTE_MS) == held
    assert holding(answers, "venue.queue", since_min * MINUTE_MS, at_min * MINUTE_MS) is None
