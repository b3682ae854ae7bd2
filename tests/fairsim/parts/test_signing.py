"""Office hours: how long work takes when it rests at night."""

from __future__ import annotations

import pytest
from tests.fairsim.stage import DAY, HOUR, certain, context_of

from fairsim.parts.signing import OfficeHours

HOURS = OfficeHours(context_of(certain(), []))
WORK = {
    # economy, since, work, done; in hours since midnight in Beijing, where offices are open from 9 to 18
    "in one day": ("CN", 10, 2, 12),
    "begun before the office opens": ("CN", 6, 2, 11),
    "begun after the office closed": ("CN", 20, 2, 24 + 11),
    "resting overnight": ("CN", 17, 2, 24 + 10),
    "resting for two nights": ("CN", 10, 18, 48 + 10),
    "in the Berlin of summer": ("DE", 10, 2, 17),
    "in New York, where it is the evening before": ("US", 10, 2, 23),
    "west of Beijing, over its midnight": ("US", 23, 7, 30),
    "in Wellington, which is ahead": ("NZ", 3, 2, 7),
}


@pytest.mark.parametrize("name", WORK)
def test_work_is_done_in_office_hours(name: str):
    economy, since_h, work_h, done_h = WORK[name]
    assert HOURS.after(economy, since_h * HOUR, work_h * HOUR) / HOUR == done_h


def test_offices_of_24_hours_never_rest():
    hours = OfficeHours(context_of(certain(agreements={"opens_h": 0.0, "closes_h": 24.0}), []))
    assert hours.after("DE", 7 * HOUR, 3 * DAY + HOUR) == 3 * DAY + 8 * HOUR


def test_longer_work_is_never_done_earlier():
    done = [HOURS.after("IN", 5 * HOUR, work_ms) for work_ms in range(1, 3 * DAY, 17 * 60_000)]
    assert done == sorted(done)
