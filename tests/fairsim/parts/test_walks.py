"""Walks through the zones."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fairsim.stage import HOUR, MINUTE

from fairsim.engine.draws import Draws
from fairsim.inputs.fair import load_fair
from fairsim.parts.venue.walks import Walks

FAIR = load_fair("ciftis2020")


def walks(attractions: list[float], *, dwell_ms: float = 25 * MINUTE) -> Walks:
    return Walks(Draws(7).stream("venue.walking"), attractions, dwell_ms, 0, 480)


def in_zones(some: Walks, minutes: int) -> list[tuple[int, ...]]:
    """Return how many walk in each zone in each minute since the opening."""
    return [some.inside(minute)[0] for minute in range(minutes)]


def test_visitor_is_counted_from_the_entry_until_before_leaving():
    one = walks([1.0])
    one.begin(5, MINUTE, 3 * MINUTE)  # in at the first minute, out at the third
    assert in_zones(one, 5) == [(0,), (1,), (1,), (0,), (0,)]


def test_visitor_who_stays_between_two_counts_is_not_seen():
    one = walks([1.0])
    one.begin(5, MINUTE + 1, 2 * MINUTE)
    assert in_zones(one, 4) == [(0,)] * 4


def test_visitor_is_in_one_zone_at_a_time_and_in_several_by_and_by():
    some = walks([1.0, 1.0, 2.0], dwell_ms=10 * MINUTE)
    some.begin(5, 1, 3 * HOUR)
    counts = in_zones(some, 200)
    assert ({sum(count) for count in counts[1:180]}, len(set(counts[1:180])), set(counts[180:])) == (
        {1},
        3,
        {(0, 0, 0)},
    )


def test_walks_do_not_depend_on_who_else_is_there():
    alone, together = walks([1.0, 1.0, 2.0]), walks([1.0, 1.0, 2.0])
    alone.begin(5, 1, 3 * HOUR)
    for key in (5, 6):
        together.begin(key, 1, 3 * HOUR)
    other = walks([1.0, 1.0, 2.0])
    other.begin(6, 1, 3 * HOUR)
    each = zip(in_zones(alone, 200), in_zones(other, 200), strict=True)
    assert [tuple(map(sum, zip(*two, strict=True))) for two in each] == in_zones(together, 200)


def test_visitor_who_sits_in_a_session_is_in_no_zone():
    one = walks([1.0])
    one.begin(5, 1, 60 * MINUTE)
    one.sit_down(5, 1, 60 * MINUTE, 10 * MINUTE, 30 * MINUTE)
    counts = [one.inside(minute) for minute in range(62)]
    seated = [minute for minute, (zones, sitting) in enumerate(counts) if (zones, sitting) == ((0,), 1)]
    walking = [minute for minute, (zones, sitting) in enumerate(counts) if (zones, sitting) == ((1,), 0)]
    assert (seated, walking) == ([*range(10, 30)], [*range(1, 10), *range(30, 60)])


def test_a_walk_is_the_same_alone_and_in_a_crowd(monkeypatch: pytest.MonkeyPatch):
    """Few walks are drawn one by one, many by arrays."""

    def counted(few: int) -> list[tuple[tuple[int, ...], int]]:
        monkeypatch.setattr("fairsim.parts.venue.walks.FEW", few)
        some = walks([1.0, 1.0, 2.0], dwell_ms=10 * MINUTE)
        for key in range(50):
            some.begin(key, key * MINUTE + 7, 5 * HOUR + key)
            some.sit_down(key, key * MINUTE + 7, 5 * HOUR + key, HOUR + 11 * key, 2 * HOUR)
        return [some.inside(minute) for minute in range(400)]

    assert counted(0) == counted(1_000)


def test_people_spread_over_the_zones_by_attraction():
    attractions = [zone.attraction for zone in FAIR.zones]
    many = walks(attractions)
    for key in range(20_000):
        many.begin(key, 1, 8 * HOUR)
    spread = np.array(in_zones(many, 300)[-1]) / 20_000
    assert np.abs(spread - np.array(attractions)).max() < 0.015
