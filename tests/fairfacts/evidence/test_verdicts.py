"""Verdicts of one run: beyond what chance does, where a fair says what that is."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec
import pytest
from tests.fairfacts.stories import DAY, STARTED, after

from fairfacts.evidence.chance import load_chance
from fairfacts.evidence.comparison import Simulated, rows
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
