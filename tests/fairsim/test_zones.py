"""Zones and the walks through them."""

from __future__ import annotations

import numpy as np
from tests.fairsim.stage import HOUR, MINUTE

from fairsim.draws import Draws
from fairsim.sectors import load_sectors
from fairsim.zones import Walks, load_zones


def walks(attractions: list[float], *, dwell_ms: float = 25 * MINUTE) -> Walks:
    return Walks(Draws(7).stream("venue.walking"), attractions, dwell_ms, 0, 480)


def test_there_is_a_comprehensive_zone_and_eight_special_ones():
    zones = load_zones()
    assert ([zone.kind for zone in zones], len({zone.name for zone in zones})) == (
        ["comprehensive"] + ["special"] * 8,
        9,
    )


def test_attractions_are_shares_of_the_walks():
    assert round(sum(zone.attraction for zone in load_zones()), 6) == 1.0


def test_special_zones_are_of_a_sector_there_is():
    sectors = {sector.name for sector in load_sectors()}
    assert [zone.name for zone in load_zones() if zone.kind == "special" and zone.sector not in sectors] == []


def test_visitor_is_counted_from_the_entry_until_before_leaving():
    one = walks([1.0])
    one.begin(5, MINUTE, 3 * MINUTE)  # in at the first minute, out at the third
    assert [one.inside(minute) for minute in range(5)] == [(0,), (1,), (1,), (0,), (0,)]


def test_visitor_who_stays_between_two_counts_is_not_seen():
    one = walks([1.0])
    one.begin(5, MINUTE + 1, 2 * MINUTE)
    assert [one.inside(minute) for minute in range(4)] == [(0,)] * 4


def test_visitor_is_in_one_zone_at_a_time_and_in_several_by_and_by():
    some = walks([1.0, 1.0, 2.0], dwell_ms=10 * MINUTE)
    some.begin(5, 1, 3 * HOUR)
    counts = [some.inside(minute) for minute in range(200)]
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
    both = [tuple(map(sum, zip(alone.inside(m), other.inside(m), strict=True))) for m in range(200)]
    assert both == [together.inside(m) for m in range(200)]


def test_people_spread_over_the_zones_by_attraction():
    attractions = [zone.attraction for zone in load_zones()]
    many = walks(attractions)
    for key in range(20_000):
        many.begin(key, 1, 8 * HOUR)
    spread = np.array([many.inside(minute) for minute in range(300)][-1]) / 20_000
    assert np.abs(spread - np.array(attractions)).max() < 0.015
