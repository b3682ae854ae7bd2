"""Verdicts of one run: beyond what chance does, where a fair says what that is."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec
import pytest
from tests.fairfacts.stories import DAY, STARTED, after

from fairfacts.evidence.chance import load_chance
from fairfacts.evidence.comparison import Row, Simulated, _is_as_reported, rows
from fairfacts.evidence.figures import Operator
from fairfacts.evidence.folder import known_fair
from fairfacts.evidence.verdicts import MOST_DEVIATIONS, verdict_of
from fairfacts.parts.runs import FairClosed

FIGURES = known_fair("ciftis2020").figures
STREAMS = FIGURES["streams.to_second_day"]
OVERSEAS = FIGURES["negotiations.initiated_overseas"]
RUN = after(msgspec.structs.replace(STARTED, scale=1.0), FairClosed(6 * DAY)).parts.run
RECORDED = msgspec.structs.replace(RUN, inputs=(), calibrated=())


@pytest.mark.parametrize(
    ("value", "sd", "verdict"),
    [
        (100.0, 0.0, "agrees"),
        (105.0, 0.0, "agrees"),  # within the rounding
        (106.0, 0.0, "differs"),  # no seed changes it
        (106.0, None, "open"),
        (105.0 + MOST_DEVIATIONS * 4, 4.0, "open"),
        (106.0 + MOST_DEVIATIONS * 4, 4.0, "differs"),
        (40.0, 10.0, "open"),  # off by more than a factor of two, and chance does that
        (40.0, 9.0, "differs"),
    ],
)
def test_one_run_differs_where_it_is_beyond_what_chance_does(value: float, sd: float | None, verdict: str) -> None:
    assert verdict_of("=", "people", value, None, 100.0, 5.0, sd=sd) == verdict


@pytest.mark.parametrize(
    ("unit", "reported", "rounding", "ends", "verdict"),
    [
        ("people", 100.0, 10.0, (95.0, 220.0), "agrees"),  # up to twice 110
        ("people", 100.0, 10.0, (95.0, 221.0), "open"),
        ("people", 100.0, 10.0, (45.0, 100.0), "agrees"),  # down to half of 90
        ("people", 100.0, 10.0, (44.0, 100.0), "open"),
        ("people", 100.0, 10.0, (111.0, 150.0), "differs"),
        ("people", 0.0, 0.0, (0.0, 1.0), "agrees"),  # a count of 0 is one of 0.5 at least
        ("people", 0.0, 0.0, (0.0, 1.1), "open"),
        ("share", 0.3, 0.05, (0.2, 0.69), "agrees"),
        ("share", 0.3, 0.05, (0.2, 0.71), "open"),
        ("share", 0.3, 0.05, (0.13, 0.3), "agrees"),
        ("share", 0.3, 0.05, (0.12, 0.3), "open"),
        ("share", 0.0, 0.01, (0.0, 0.02), "agrees"),
        ("share", 0.0, 0.01, (0.0, 0.03), "open"),
    ],
)
def test_ensemble_says_nothing_where_its_range_holds_numbers_off_by_a_factor_of_two(
    unit: str, reported: float, rounding: float, ends: tuple[float, float], verdict: str
) -> None:
    assert verdict_of("=", unit, sum(ends) / 2, ends, reported, rounding, sd=None) == verdict


@pytest.mark.parametrize(
    ("unit", "value", "reported", "verdict"),
    [
        ("days", 6.0, 3.0, "open"),  # a factor of two at most
        ("days", 6.1, 3.0, "differs"),
        ("people", 0.0, 900.0, "open"),  # six deviations of a count whose variance is 25 times its mean: 900
        ("people", 0.0, 901.0, "differs"),
    ],
)
def test_one_run_differs_by_more_than_a_factor_of_two_and_more_than_chance_ever_did(
    unit: str, value: float, reported: float, verdict: str
) -> None:
    assert verdict_of("=", unit, value, None, reported, 0.0, sd=None) == verdict


@pytest.mark.parametrize(
    ("op", "value", "verdict"),
    [
        ("<", 50.0, "open"),
        ("<", 49.0, "agrees"),
        (">", 50.0, "open"),
        (">", 51.0, "agrees"),
        ("=", 45.0, "agrees"),
        ("=", 55.0, "agrees"),
        ("=", 50.0 - 5 - 1e-7, "open"),
    ],
)
def test_bound_is_not_met_by_itself_and_a_rounding_is(op: Operator, value: float, verdict: str) -> None:
    assert verdict_of(op, "people", value, None, 50.0, 5.0 if op == "=" else 0.0, sd=None) == verdict


@pytest.mark.parametrize(
    ("figure", "value", "scale", "is_so"),
    [
        ("henan.results", 18.0, 0.1, True),  # 17 at this scale, and counts of people are rounded
        ("henan.results", 16.0, 0.1, True),
        ("henan.results", 19.0, 0.1, False),
        ("henan.results", 15.0, 0.1, False),
        ("henan.results", 170.0, 1.0, True),
        ("henan.results", 171.0, 1.0, False),
        ("sessions.total", 190.0, 0.1, True),  # sessions do not shrink
        ("sessions.total", 189.0, 0.1, False),
        ("site.area", 200_000.0, 1.0, True),
        ("site.area", 100_000.0, 1.0, False),
        ("history.economies", 50.0, 1.0, True),  # below 200, however far
    ],
)
def test_given_value_is_as_reported_to_one_where_people_are_scaled(
    figure: str, value: float, scale: float, is_so: bool
) -> None:
    known = FIGURES[figure]
    run = msgspec.structs.replace(RUN, scale=scale)
    reported = float(known.value) * (scale if known.scales else 1)
    row = Row(figure, known.op, known.unit, reported, value, None, "input", known.measure, rounding=known.rounding)
    assert _is_as_reported(row, known, run) is is_so


def test_log_that_no_model_played_differs_where_it_is_off_by_more_than_the_rounding() -> None:
    """Nothing was drawn for it, so that chance excuses nothing."""
    figure = FIGURES["negotiations.initiated_overseas"]
    assert [rows([figure], RECORDED, _of(value))[0].verdict for value in (145_500, 145_503)] == ["agrees", "differs"]


@pytest.mark.parametrize(("value", "rounding"), [(120.0, 0.0), (123.0, 0.5), (120.5, 0.5)])
def test_figure_that_is_no_whole_number_at_a_scale_is_met_to_the_half(value: float, rounding: float) -> None:
    figure = msgspec.structs.replace(OVERSEAS, value=value, rounding=0.0)
    (row,) = rows([figure], msgspec.structs.replace(RUN, scale=0.1), _of(12.0))
    assert (row.reported, row.rounding) == (pytest.approx(value / 10), rounding)


def test_streams_of_the_first_two_days_are_what_the_model_misses_in_every_run() -> None:
    known = load_chance("ciftis2020", STREAMS.at)["streams.ended"]
    assert known.variance(37.0, 0.02) == 0
    assert _verdict("streams.to_second_day", 37) == "differs"
    assert _verdict("streams.to_second_day", 30) == "agrees"


def test_run_is_held_against_the_chance_of_its_size() -> None:
    known = load_chance("ciftis2020")["negotiations.initiated_overseas"]
    low = 144_500 - MOST_DEVIATIONS * math.sqrt(known.variance(145_000.0, 1.0) + known.variance(120_000.0, 1.0))
    assert 72_500 < low < 140_000, "the factor alone would leave it open"
    assert [_verdict("negotiations.initiated_overseas", value) for value in (143_000, low * 0.9)] == ["open", "differs"]


def test_nothing_at_all_is_no_certainty_in_a_small_fair() -> None:
    small = msgspec.structs.replace(RUN, scale=0.001)
    projects = FIGURES["projects.published_online"]
    assert rows([projects], small, _of(0.0))[0].verdict == "open"
    assert rows([projects], RUN, _of(0.0))[0].verdict == "differs"


@pytest.mark.parametrize(("value", "verdict"), [(144_000.0, "differs"), (145_300.0, "agrees")])
def test_no_chance_excuses_what_another_system_recorded(value: float, verdict: str) -> None:
    row = rows([OVERSEAS], RECORDED, _of(value))[0]
    assert (row.role, row.verdict) == ("recorded", verdict)
    assert _verdict("negotiations.initiated_overseas", 144_000) == "open"


def _verdict(figure: str, value: float) -> str | None:
    asked = FIGURES[figure]

    def simulated(measure: str, at_ms: int | None) -> Simulated:
        return _of(5 * value if asked.at and at_ms is None else value)(measure, at_ms)

    return rows([asked], RUN, simulated)[0].verdict


def _of(value: float) -> Callable[[str, int | None], Simulated]:
    return lambda measure, _: Simulated(0 if measure == "disruptions.begun" else value)
