"""Figures that are days or moments: what those of a run are held against."""

from __future__ import annotations

from datetime import datetime

import msgspec
import pytest
from tests.fairfacts.stories import DAY, STARTED, SUMMIT, after

from fairfacts.errors import FigureError
from fairfacts.evidence.comparison import Simulated, compare, rows
from fairfacts.evidence.figures_file import from_csv
from fairfacts.evidence.moments import is_met
from fairfacts.parts.runs import FairClosed, FairOpened

BEGAN = datetime.fromisoformat("2020-09-04T00:00:00+08:00")


@pytest.mark.parametrize(
    ("op", "reported", "is_it"),
    [
        ("=", "2020-09-04", True),
        ("=", "2020-09-04T10:00", True),
        ("=", "2020-09-03", False),
        ("<", "2020-09-05", True),
        ("<", "2020-09-04", False),
        (">", "2020-09-03", True),
        (">", "2020-09-04", False),
    ],
)
def test_a_day_is_met_by_its_operator(op: str, reported: str, *, is_it: bool):
    assert is_met(op, "2020-09-04", reported, BEGAN) is is_it


def test_a_day_that_has_not_come_is_not_met():
    assert not is_met("<", "", "2020-09-05", BEGAN)


def verdict_of(measure: str, value: str, op: str) -> str | None:
    state = after(STARTED, FairOpened(0), SUMMIT, FairClosed(6 * DAY))
    own = from_csv(f"id,value,measure,op\na,{value},{measure},{op}\n".encode(), "mine.csv", {}).figures
    (row,) = compare(state, own)
    return row.verdict


@pytest.mark.parametrize(
    ("value", "op", "verdict"),
    [
        ("2020-09-04T20:00", "=", "agrees"),  # on the fair's clock
        ("2020-09-04T12:00+00:00", "=", "agrees"),  # the same instant
        ("2020-09-04T20:00+00:00", "=", "differs"),
        ("2020-09-04", "=", "agrees"),  # all of the day
        ("2020-09-04", "~", "agrees"),
        ("2020-09-03", "=", "differs"),
        ("2020-09-04", "<", "differs"),
        ("2020-09-05", "<", "agrees"),
        ("2020-09-04", ">", "differs"),
        ("2020-09-03", ">", "agrees"),
        ("2020-09-04T20:00", "<", "differs"),
        ("2020-09-04T20:01", "<", "agrees"),
        ("2020-09-04T11:59Z", ">", "agrees"),
    ],
)
def test_a_moment_is_compared_as_an_instant_and_by_its_operator(value: str, op: str, verdict: str):
    assert verdict_of("programme.starts_by_kind.summit", value, op) == verdict


def test_what_never_came_meets_no_moment():
    assert verdict_of("programme.starts_by_kind.evening", "2020-09-05", "<") == "differs"


def test_a_moment_that_the_fairs_clocks_leap_over_is_refused():
    lisbon = msgspec.structs.replace(STARTED.description, time_zone="Europe/Lisbon")
    run = after(msgspec.structs.replace(STARTED, fair=lisbon, epoch="2026-03-28T00:00:00+00:00")).parts.run
    own = from_csv(b"id,value,measure\na,2026-03-29T01:30,programme.starts_by_kind.summit\n", "mine.csv", {}).figures
    with pytest.raises(FigureError, match="figure a: value: 2026-03-29T01:30 is never shown at the fair"):
        rows(own.values(), run, lambda _, __: Simulated("2026-03-29T02:30+01:00"))
