"""The forecast: what it is made of. `tests/fairlab/test_profile.py` holds it against fairs that were played."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fairfacts.stories import DAY, GOLDEN, HOUR, STARTED, after

from fairfacts.figures import load_figures
from fairfacts.forecast import HEADLINES, PROFILE_HOURS, Forecast, forecast, load_profiles
from fairfacts.measures import MEASURES, State

FIGURES = load_figures()


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
    assert HEADLINES.keys() <= MEASURES.keys()
    assert {figure for figure in HEADLINES.values() if figure} <= FIGURES.keys()
    profiles = load_profiles()
    assert profiles.keys() == HEADLINES.keys()
    for profile in profiles.values():
        assert len(profile.share) == len(profile.spread) == PROFILE_HOURS + 1
        assert list(profile.share) == sorted(profile.share)
        assert (profile.share[-1], profile.spread[-1]) == (1.0, 0.0)


def test_before_anything_has_come_only_the_size_of_the_fair_speaks() -> None:
    initiated = row("negotiations.initiated", snapshot_at(0))
    total = load_profiles()["negotiations.initiated"].total
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
    shares = load_profiles()["negotiations.initiated"].share
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
    snapshot = snapshot_at(1, programme__scheduled=91, programme__summit_starts=1)
    sessions = row("programme.counted_held", snapshot)
    assert (sessions.expected, sessions.low, sessions.high) == (90, 88, 90)


def test_sessions_are_those_held_and_those_left_whatever_the_hour_between_two_of_the_profile() -> None:
    # on Sunday at 15:20 the profile's share lies between that of two hours: over it, 71 sessions would have come to 210
    held = {"programme__held": 72, "programme__counted_held": 71}
    snapshot = snapshot_at(63 + 1 / 3, programme__scheduled=191, programme__summit_starts=1, **held)
    snapshot["programme"]["held_by_kind"] = {"summit": 1, "industry_forum": 71}
    sessions = row("programme.counted_held", snapshot)
    assert (sessions.now, sessions.low, sessions.expected, sessions.high) == (71, 187, 190, 190)


def test_no_more_sessions_are_expected_than_the_programme_has_at_any_moment_of_a_fair() -> None:
    for hour in (0, 10, 63.3, 100, 143.9):
        for held in range(0, 100, 9):
            for cancelled in (0, 1, 100 - held):
                values = {"programme__held": held, "programme__counted_held": held, "programme__cancelled": cancelled}
                sessions = row("programme.counted_held", snapshot_at(hour, programme__scheduled=100, **values))
                assert held <= sessions.low <= sessions.expected <= sessions.high <= 100 - cancelled
                assert sessions.low == sessions.high or cancelled < 100 - held


def test_sessions_that_were_cancelled_are_not_expected() -> None:
    snapshot = snapshot_at(30, programme__scheduled=91, programme__cancelled=10)
    assert row("programme.counted_held", snapshot).expected == 81


def test_reported_figure_stands_beside_it_at_the_size_of_the_run() -> None:
    snapshot = snapshot_at(24)
    snapshot["run"]["scale"] = 0.1
    reported = {each.measure: (each.figure, each.reported) for each in forecast(snapshot, FIGURES)}
    assert reported["negotiations.initiated"] == ("negotiations.initiated", 55_000)
    assert reported["programme.counted_held"] == ("sessions.total", 190)
    assert reported["venue.entered"] == ("", None)


def test_fair_of_another_length_is_taken_by_the_time_passed() -> None:
    snapshot = snapshot_at(24, projects__published=600)
    snapshot["run"]["duration_ms"] = 3 * DAY
    published = row("projects.published", snapshot)
    assert published.share == pytest.approx(1 / 3, abs=1e-3)
    assert published.low < 1_800 < published.high


@pytest.mark.parametrize("events", [(), GOLDEN[:1], GOLDEN], ids=["nothing", "begun", "golden"])
def test_any_run_can_be_forecast(events: tuple[Any, ...]) -> None:
    state = State()
    state.fold(events)
    for each in forecast(state.snapshot(), FIGURES):
        assert each.now <= each.low <= each.expected <= each.high
