"""The forecast against fairs that were played: other seeds than the profile's, and other fairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from statistics import fmean, median

import pytest

from fairfacts.clock import HOUR_MS
from fairfacts.evidence.folder import known_fair
from fairfacts.evidence.forecast import SESSIONS, Forecast, forecast
from fairfacts.evidence.profiles import HEADLINES, load_profiles
from fairfacts.measures import State, value_at
from fairlab.profile import FIRST_SEED, PROFILE_HOURS, SCALES, course, profile
from fairsim.fair import play
from fairsim.inputs.scenario import load_scenario

FIGURES = known_fair("ciftis2020").figures

HOURS = (34, 58, 82, 106, 130)
"""Ten in the morning of each day but the first."""
FAIRS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ciftis2020", ()),
    ("overseas-40", ()),
    ("ciftis2020", ("visits.day_profile=0.45 1.1 1.3 1.2 1 0.8",)),
    ("ciftis2020", ("organisations.registrations_per_day=900", "agreements.drafting_mean_h=14")),
)
"""The profile's own kind of fair, and some that it has not seen."""
SEEDS = range(1, 6)
SCALE = 0.005

Said = Mapping[int, Mapping[str, Forecast]]


def played(fair: tuple[str, tuple[str, ...]], seed: int) -> tuple[Said, dict[str, float]]:
    """Play a fair; return what was forecast at each of the hours, and what came."""
    scenario, changes = fair
    state, said, figures = State(), {}, FIGURES
    for now_ms, events in play(load_scenario(scenario, changes=changes, scale=SCALE), seed, slice_ms=HOUR_MS):
        state.fold(events)
        if (hour := now_ms // HOUR_MS) in HOURS:
            said[hour] = {each.measure: each for each in forecast(state.snapshot(), figures, at_ms=now_ms)}
    end = state.snapshot()
    return said, {measure: value_at(end, measure) for measure in HEADLINES}


@pytest.fixture(scope="module")
def fairs() -> list[tuple[Said, dict[str, float]]]:
    """Twenty fairs."""
    return [played(fair, seed) for fair in FAIRS for seed in SEEDS]


@pytest.mark.slow
def test_intervals_hold_what_comes_as_often_as_they_say(fairs: list[tuple[Said, dict[str, float]]]) -> None:
    held = defaultdict(list)
    for said, came in fairs:
        for rows in said.values():
            for measure, row in rows.items():
                held[measure].append(row.low <= came[measure] <= row.high)
    assert all(held.pop(SESSIONS))  # the programme is known
    shares = {measure: fmean(each) for measure, each in held.items()}
    # 80 % intervals; five hours of one fair miss together, so that a share over twenty fairs is good to some 9 points
    assert 0.7 < fmean(shares.values()) < 0.95, shares
    assert min(shares.values()) > 0.55, shares


@pytest.mark.slow
def test_intervals_narrow_and_the_expected_comes_closer(fairs: list[tuple[Said, dict[str, float]]]) -> None:
    for measure in HEADLINES:
        widths, misses = [], []
        for hour in HOURS:
            rows = [(said[hour][measure], came[measure]) for said, came in fairs]
            widths.append(fmean((row.high - row.low) / total for row, total in rows))
            misses.append(median(abs(row.expected - total) / total for row, total in rows))
        assert widths == sorted(widths, reverse=True), measure
        assert misses[-1] <= misses[0], measure
        last = median(abs(row.expected - total) for row, total in rows)
        assert misses[-1] < 0.1 or last <= 1, measure  # so few agreements are signed that one is more


@pytest.mark.slow
def test_course_is_the_measure_at_each_hour() -> None:
    found = course("ciftis2020", (), 7, 0.005)
    state = State()
    for now_ms, events in play(load_scenario("ciftis2020", scale=0.005), 7, slice_ms=HOUR_MS):
        state.fold(events)
        snapshot = state.snapshot()
        hour = now_ms // HOUR_MS
        assert {measure: series[hour] for measure, series in found.items()} == {
            measure: value_at(snapshot, measure) for measure in HEADLINES
        }
    assert found["organisations.registered"][0] == snapshot["organisations"]["registered_at_opening"]


def test_profile_tells_two_kinds_of_chance_apart() -> None:
    """Totals of 100 and 10,000, half of which come in the first hour: give or take 1 / sqrt, or give or take 10 %."""

    def courses(total: float, off: float) -> list[dict[str, tuple[float, ...]]]:
        halves = [total * (0.5 + sign * off / 2) for sign in (1, -1) * 6]
        return [{measure: (0.0, half, *([total] * (PROFILE_HOURS - 1))) for measure in HEADLINES} for half in halves]

    few, many = SCALES
    shrinking = profile({few: courses(100, 0.1), many: courses(10_000, 0.01)}, [])
    lasting = profile({few: courses(100, 0.1), many: courses(10_000, 0.1)}, [])
    one, other = shrinking["visits.started"], lasting["visits.started"]
    assert one.dispersion == pytest.approx(1, rel=0.1)
    assert one.spread[1] == pytest.approx(0, abs=0.02)
    assert other.dispersion == pytest.approx(0, abs=0.1)
    assert 0.05 < other.spread[1] < 0.15


@pytest.mark.slow
def test_shipped_profile_is_of_the_fairs_that_it_says() -> None:
    """One fair of its own, played again, lies as close to it as chance explains."""
    again = course("ciftis2020", (), FIRST_SEED, SCALES[0])
    for measure, each in load_profiles("ciftis2020").items():
        series = again[measure]
        assert max(abs(value / series[-1] - share) for value, share in zip(series, each.share, strict=True)) < 0.2
