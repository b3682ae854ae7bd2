"""The outlook against fairs that were played: other seeds than those that the usual course is of, and other fairs."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean
from typing import NamedTuple

import pytest

from fairfacts.clock import DAY_MS, HOUR_MS
from fairfacts.evidence.outlook import AHEAD_MS, Outlook, outlook
from fairfacts.evidence.usual import HALF_HOUR_MS, gauges_at, load_usual
from fairfacts.measures import State
from fairlab.profile import REFERENCE
from fairlab.usual import SCALE, Course, usual
from fairsim.fair import play
from fairsim.inputs.scenario import load_scenario

FAIRS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ciftis2020", ()),
    ("entry-cap", ()),
    ("ciftis2020", ("venue.check_mean_s=80",)),
)
"""The usual one, one whose halls fill, and one whose gates are slow."""
PLAYED_MS = 3 * DAY_MS
SCALE_PLAYED = 0.03
OPEN_HOURS = (9.5, 16.5)


class Seen(NamedTuple):
    """What was said at a half hour, and what was so."""

    told: Outlook
    inside: int
    places: dict[str, float]
    """Densities by zone, and queues by gate."""


Fair = dict[int, Seen]


@pytest.fixture(scope="module")
def fairs() -> list[Fair]:
    return [played(*fair) for fair in FAIRS]


def played(scenario: str, changes: tuple[str, ...]) -> Fair:
    """Play the first days of a fair, of another seed than those that the usual course is of."""
    state, seen = State(), {}
    for now_ms, events in play(load_scenario(scenario, changes=changes, scale=SCALE_PLAYED), 1, slice_ms=HALF_HOUR_MS):
        if now_ms > PLAYED_MS:
            break
        state.fold(events)
        venue = state.snapshot()["venue"]
        places = venue["density_by_zone"] | venue["waiting_by_gate"]
        seen[now_ms] = Seen(outlook(state, now_ms, 0.8, ()), venue["inside"], places)
    return seen


def pairs(fair: Fair) -> Iterator[tuple[Outlook, Seen]]:
    """Yield what was said an hour before, and what came, while the halls were open."""
    for now_ms, seen in fair.items():
        then = fair.get(now_ms + AHEAD_MS)
        if then and OPEN_HOURS[0] <= then.told.ahead_ms % DAY_MS / HOUR_MS - 1 <= OPEN_HOURS[1]:
            yield seen.told, then


@pytest.mark.slow
def test_intervals_of_zones_and_gates_hold_what_comes_as_often_as_they_say(fairs: list[Fair]) -> None:
    held: dict[str, list[bool]] = {"zones": [], "gates": []}
    for told, came in (pair for fair in fairs for pair in pairs(fair)):
        for kind, each in held.items():
            each += [place.low <= came.places[place.name] <= place.high for place in getattr(told, kind)]
    assert min(map(len, held.values())) > 300
    shares = {kind: fmean(each) for kind, each in held.items()}
    assert 0.74 < shares["zones"] < 0.92  # 80 % intervals; those of one fair miss together
    assert shares["gates"] > 0.8  # most queues are none, and are said to be


@pytest.mark.slow
def test_expectations_are_closer_than_those_of_somebody_who_expects_no_change(fairs: list[Fair]) -> None:
    def misses(of: str) -> float:
        """Return by how much the mean over the zones misses, in the mean."""
        halls = [(told.zones, [came.places[zone.name] for zone in told.zones]) for told, came in pairs(fairs[0])]
        return fmean(abs(fmean(getattr(zone, of) for zone in zones) - fmean(came)) for zones, came in halls if zones)

    assert misses("expected") < 0.5 * misses("now")


def test_usual_course_is_the_mean_of_its_fairs_at_scale_1() -> None:
    fairs = [Course([0, 100, 200, 210], [0, 10, 20, 0], [0, 0, 5, 5]) for _ in range(2)]
    gauges = usual(fairs, [])
    assert [round(each.inside) for each in gauges] == [0, 2_000, 4_000, 4_200]
    assert [round(each.in_sessions) for each in gauges] == [0, 200, 400, 0]
    assert gauges[2].waiting_over_30min == 5 / SCALE
    assert {each.spread for each in gauges} == {0.0}  # they were alike


@pytest.mark.slow
def test_shipped_course_is_that_of_the_fair_as_it_is_played(fairs: list[Fair]) -> None:
    open_ms = [day * DAY_MS + 12 * HOUR_MS for day in (1, 2)]
    was = fmean(fairs[0][at_ms].inside / SCALE_PLAYED for at_ms in open_ms)
    assert 0.85 < was / fmean(gauges_at(load_usual(REFERENCE), at_ms).inside for at_ms in open_ms) < 1.15


def test_a_moment_lies_between_its_half_hours() -> None:
    between = gauges_at(load_usual(REFERENCE), 36 * HOUR_MS + HALF_HOUR_MS // 2)
    assert between.inside == fmean(load_usual(REFERENCE)[place].inside for place in (72, 73))
