"""The forecast: what it is made of. `tests/fairlab/test_profile.py` holds it against fairs that were played."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from tests.fairfacts.stories import DAY, GOLDEN, HOUR, STARTED, after

from fairfacts.evidence.folder import known_fair
from fairfacts.evidence.forecast import Forecast, fits_profile, forecast, notes_of, of_profile
from fairfacts.evidence.profiles import HEADLINES, Profile, load_profiles
from fairfacts.evidence.roles import used_figures
from fairfacts.measures import MEASURES, State
from fairfacts.parts.fairs import description_before

FIGURES = known_fair("ciftis2020").figures


def snapshot_at(hour: float, phase: str = "open", **values: int) -> dict[str, Any]:
    """Return the measures of a fair of full size, at an hour, with some values."""
    snapshot = after(STARTED).snapshot()
    snapshot["run"] |= {"at_ms": int(hour * HOUR), "phase": phase, "scale": 1.0}
    for path, value in values.items():
        part, measure = path.split("__")
        snapshot[part][measure] = value
    return snapshot


def row(measure: str, snapshot: dict[str, Any], level: float = 0.8) -> Forecast:
    return next(each for each in forecast(snapshot, FIGURES, level) if each.measure == measure)


def test_every_headline_is_a_measure_and_has_a_profile_that_rises_to_one() -> None:
    assert set(HEADLINES) <= MEASURES.keys()
    profiles = load_profiles("ciftis2020")
    assert tuple(profiles) == HEADLINES
    for profile in profiles.values():
        assert len(profile.share) == len(profile.spread) == 6 * 24 + 1
        assert list(profile.share) == sorted(profile.share)
        assert (profile.share[-1], profile.spread[-1]) == (1.0, 0.0)


def test_before_anything_has_come_only_the_size_of_the_fair_speaks() -> None:
    initiated = row("negotiations.initiated", snapshot_at(0))
    total = load_profiles("ciftis2020")["negotiations.initiated"].total
    assert (initiated.now, initiated.share, initiated.expected) == (0, 0, pytest.approx(total, rel=0.01))
    assert initiated.high / initiated.low > 5


def test_expected_is_what_has_come_over_its_share_when_that_is_sure() -> None:
    initiated = row("negotiations.initiated", snapshot_at(120, negotiations__initiated=400_000))
    assert initiated.expected == pytest.approx(400_000 / initiated.share, rel=0.01)
    assert initiated.low < initiated.expected < initiated.high


def test_a_fair_of_another_size_than_the_profile_has_is_believed() -> None:
    initiated = row("negotiations.initiated", snapshot_at(100, negotiations__initiated=4_000_000))
    assert initiated.low > 4_000_000


def test_nothing_is_expected_below_what_has_come() -> None:
    registered = row("organisations.registered", snapshot_at(143.9, organisations__registered=22_000))
    assert registered.low >= 22_000


def test_interval_narrows_as_the_fair_goes_on_and_is_a_point_at_its_end() -> None:
    shares = load_profiles("ciftis2020")["negotiations.initiated"].share
    widths = []
    for hour in (12, 36, 60, 84, 108, 132):
        come = round(550_000 * shares[hour])
        one = row("negotiations.initiated", snapshot_at(hour, negotiations__initiated=come))
        widths.append(one.high - one.low)
        assert one.low <= 550_000 <= one.high
    assert widths == sorted(widths, reverse=True)
    over = row("negotiations.initiated", snapshot_at(144, "closed", negotiations__initiated=550_123))
    assert (over.low, over.expected, over.high, over.share) == (550_123, 550_123, 550_123, 1.0)


def test_a_higher_level_asks_for_a_wider_interval() -> None:
    snapshot = snapshot_at(60, visits__started=80_000)
    half, most = (row("visits.started", snapshot, level) for level in (0.5, 0.95))
    assert most.low < half.low < half.expected == most.expected < half.high < most.high


def test_sessions_are_expected_as_the_programme_has_them() -> None:
    snapshot = snapshot_at(1, programme__scheduled=91, programme__counted_scheduled=90)
    sessions = row("programme.counted_held", snapshot)
    assert (sessions.expected, sessions.low, sessions.high) == (90, 88, 90)


def test_sessions_are_those_held_and_those_left_whatever_the_hour_between_two_of_the_profile() -> None:
    # on Sunday at 15:20 the profile's share lies between that of two hours: over it, 71 sessions would have come to 210
    held = {"programme__held": 72, "programme__counted_held": 71}
    snapshot = snapshot_at(63 + 1 / 3, programme__scheduled=191, programme__counted_scheduled=190, **held)
    sessions = row("programme.counted_held", snapshot)
    assert (sessions.now, sessions.low, sessions.expected, sessions.high) == (71, 187, 190, 190)


def test_no_more_sessions_are_expected_than_the_programme_has_at_any_moment_of_a_fair() -> None:
    for hour in (0, 10, 63.3, 100, 143.9):
        for held in range(0, 100, 9):
            for cancelled in (0, 1, 100 - held):
                values = {"programme__counted_held": held, "programme__counted_cancelled": cancelled}
                values |= {"programme__scheduled": 100, "programme__counted_scheduled": 100}
                sessions = row("programme.counted_held", snapshot_at(hour, **values))
                assert held <= sessions.low <= sessions.expected <= sessions.high <= 100 - cancelled
                assert sessions.low == sessions.high or cancelled < 100 - held


def test_sessions_that_were_cancelled_are_not_expected() -> None:
    snapshot = snapshot_at(
        30, programme__scheduled=91, programme__counted_scheduled=91, programme__counted_cancelled=10
    )
    assert row("programme.counted_held", snapshot).expected == 81


def test_reported_figure_stands_beside_it_at_the_size_of_the_run() -> None:
    snapshot = snapshot_at(24)
    snapshot["run"]["scale"] = 0.1
    reported = {each.measure: (each.figure, each.reported) for each in forecast(snapshot, FIGURES)}
    assert reported["negotiations.initiated"] == ("negotiations.initiated", 55_000)
    assert reported["programme.counted_held"] == ("sessions.total", 190)
    assert reported["venue.entered"] == ("", None)


def test_of_a_fair_of_another_length_only_the_sessions_are_forecast_and_it_says_so() -> None:
    run = after(msgspec.structs.replace(STARTED, duration_ms=3 * DAY, inputs=(), calibrated=())).parts.run
    assert not fits_profile(run)
    assert notes_of(run, FIGURES) == [
        "The forecast knows the course of fairs of 6 days, and this one lasts 3: only the sessions of its programme are"
        f" forecast; fair forecast --posterior forecasts all, by members of fair calibrate {run.scenario} --as-of DAY."
    ]
    snapshot = snapshot_at(24, organisations__registered=4_000, programme__scheduled=10)
    assert [each.measure for each in forecast(snapshot, FIGURES, fits=False)] == ["programme.counted_held"]
    closed = snapshot_at(72, "closed", organisations__registered=4_000)
    rows = {each.measure: each for each in forecast(closed, FIGURES, fits=False)}
    assert (tuple(rows), rows["organisations.registered"].expected) == (HEADLINES, 4_000)


def test_the_profile_of_ones_own_fair_of_another_length_can_be_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairfacts.evidence.forecast.is_shipped", lambda _: False)
    run = after(msgspec.structs.replace(STARTED, duration_ms=3 * DAY, inputs=(), calibrated=())).parts.run
    remedy = (
        "fair forecast learns anew a fair that itself lasts so, without its profile.csv and headlines.csv; else fair"
    )
    assert remedy in notes_of(run, FIGURES)[0]


def test_a_run_that_goes_on_after_the_close_is_of_a_fair_like_those_of_the_profile() -> None:
    run = after(msgspec.structs.replace(STARTED, duration_ms=371 * DAY, inputs=("fair.closes",))).parts.run
    assert fits_profile(run)


def test_what_the_scenario_overrides_is_named_beside_its_forecast() -> None:
    used = tuple(used_figures("ciftis2020"))
    started = msgspec.structs.replace(STARTED, scenario="overseas-40", inputs=used, calibrated=())
    assert notes_of(after(started).parts.run, FIGURES) == [
        "The scenario overrides negotiations.initiated_overseas, negotiations.overseas_share: the forecast takes the"
        " usual course, and follows what has come."
    ]
    assert notes_of(after(msgspec.structs.replace(started, scenario="ciftis2020")).parts.run, FIGURES) == []


def test_what_a_forecast_cannot_know_is_said() -> None:
    documented = description_before("ciftis2020")
    used = tuple(used_figures("ciftis2020"))
    usual = "the forecast takes the usual course, and follows what has come."
    capped, mine = (
        after(msgspec.structs.replace(STARTED, scenario=name, inputs=used, calibrated=(), fair=documented)).parts.run
        for name in ("entry-cap", "mine")
    )
    assert notes_of(capped, FIGURES) == [
        f"The scenario overrides venue.cap, venue.domestic_share, venue.no_show_share: {usual}"
    ]
    assert notes_of(mine, FIGURES, disrupted=1) == [
        f"What the scenario mine changes is not in the log: {usual}",
        "1 disruption has begun: the intervals are those of fairs without any, so that the totals may lie outside more"
        " often than they say.",
    ]


@pytest.mark.parametrize("events", [(), GOLDEN[:1], GOLDEN], ids=["nothing", "begun", "golden"])
def test_any_run_can_be_forecast(events: tuple[Any, ...]) -> None:
    state = State()
    state.fold(events)
    for each in forecast(state.snapshot(), FIGURES):
        assert each.now <= each.low <= each.expected <= each.high


HALF = Profile(total=1_000.0, dispersion=2.0, share=(0.0, 0.5, 1.0), spread=(0.0, 0.1, 0.0))
"""A headline of which half has come after an hour, and all after two."""
PRIOR = 1 / 0.7**2


@pytest.mark.parametrize(
    ("now", "hours", "size", "median", "sd"),
    [
        (0, 0, 0.5, 500.0, 0.7),  # nothing speaks but the size of the fair
        (0, 0, 1e-6, 0.5, 0.7),
        (321, 2, 0.5, 321.0, 0.0),  # all has come
        # 200 of half: 400, with chance of 2 * (1 - 0.5) / 200 and a spread of 0.1; 500 by the size of the fair
        (200, 1, 0.5, None, None),
    ],
)
def test_total_is_weighed_between_what_has_come_and_the_size_of_the_fair(
    now: float, hours: float, size: float, median: float | None, sd: float | None
) -> None:
    if median is None:
        weight = 1 / (0.005 + 0.01)
        median = math.exp((weight * math.log(400) + PRIOR * math.log(500)) / (weight + PRIOR))
        sd = (weight + PRIOR) ** -0.5
    assert of_profile(HALF, now, hours, size) == (pytest.approx(median), pytest.approx(sd))


def test_between_two_hours_share_and_spread_lie_between_those_of_both() -> None:
    weight = 1 / (2 * 0.75 / 80 + 0.05**2)
    median = math.exp((weight * math.log(80 / 0.25) + PRIOR * math.log(1_000)) / (weight + PRIOR))
    assert of_profile(HALF, 80, 0.5, 1.0) == (pytest.approx(median), pytest.approx((weight + PRIOR) ** -0.5))


def test_nothing_that_has_come_counts_as_half_a_one() -> None:
    weight = 1 / (2 * 0.5 / 0.5 + 0.1**2)
    median = math.exp((weight * math.log(0.5 / 0.5) + PRIOR * math.log(1_000)) / (weight + PRIOR))
    assert of_profile(HALF, 0, 1, 1.0) == (pytest.approx(median), pytest.approx((weight + PRIOR) ** -0.5))


@pytest.mark.parametrize("hours", [0.001, 0.01])
def test_nothing_is_no_news_where_hardly_anything_was_to_come(hours: float) -> None:
    """It counted as half a one, and raised the total: 0 agreements on the first day made 23 of 17."""
    assert of_profile(HALF, 0, hours, 0.04)[0] == pytest.approx(40)


@pytest.mark.parametrize(("level", "z"), [(0.8, 1.28155157), (0.95, 1.95996398)])
def test_interval_of_a_level_is_that_of_a_lognormal(level: float, z: float) -> None:
    visits = row("visits.started", snapshot_at(60, visits__started=80_000), level)
    profile = load_profiles("ciftis2020")["visits.started"]
    median, sd = of_profile(profile, 80_000, 60, 1.0)
    assert visits.share == round(profile.share[60], 4)
    assert [visits.low, visits.expected, visits.high] == [
        round(median * math.exp(side * z * sd)) for side in (-1, 0, 1)
    ]
