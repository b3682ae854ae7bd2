"""The report's content and plots from small stories: what is summed, and that nothing is drawn from nothing."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fairfacts.stories import GOLDEN, HOUR, STARTED, after

from cloudfair.report.content import (
    Content,
    Disturbance,
    Series,
    Table,
    by_day,
    by_hour,
    economies_by_hour,
    mean_of,
    tables,
    zones,
)
from cloudfair.report.page import number, render
from cloudfair.report.plots import PLOTS, draw
from fairfacts.comparison import compare, headline
from fairfacts.event import Event
from fairfacts.figures import load_figures
from fairfacts.identities import audit
from fairfacts.negotiations import NegotiationRequested

FIGURES = load_figures()


def content(*snapshots: dict[str, Any], events: tuple[Event, ...] = (STARTED,)) -> Content:
    state = after(*events)
    rows = compare(state, FIGURES)
    return Content(
        title="A <story>",
        question="What if?",
        subject="run story",
        headline=headline(rows),
        rows=rows,
        emergent=[],
        meanings={figure.id: figure.counts for figure in FIGURES.values()},
        unspoken=[],
        checks=audit(FIGURES),
        counts=[],
        snapshots=snapshots or [state.snapshot()],
        disturbances=[
            Disturbance("platform outage", "scheduled", 20.5, 21),
            Disturbance("demand", "injected", 30, None),
        ],
        epoch=STARTED.epoch,
        duration_ms=STARTED.duration_ms,
        scale=0.1,
        parameters=[],
        scenario_note="",
        calibrated=None,
        facts=[],
        commands=["fair run story"],
        economies={"DE": "Germany"},
    )


def requested(hour: int, economy: str) -> dict[str, Any]:
    """The measures of a fair with one request from overseas."""
    event = NegotiationRequested(hour * HOUR, 0, 1, economy, 2, "CN", True, 0, "finance", 1)
    return after(STARTED, event).snapshot()


def test_series_of_replications_have_mean_least_and_most():
    told = content(requested(9, "DE"), requested(33, "DE"))
    hours = by_hour(told, "requests, overseas")
    assert (len(hours.mean), hours.mean[9], hours.low[9], hours.high[33]) == (6 * 24, 0.5, 0, 1)
    assert by_day(told, "requests, domestic", "requests, overseas") == Series(
        [0.5, 0.5, 0, 0, 0, 0], [0] * 6, [1, 1, 0, 0, 0, 0]
    )
    assert mean_of(told, "negotiations.initiated") == 1


def test_economies_stand_by_what_they_ask_for_under_their_names():
    told = content(requested(9, "DE"), requested(33, "DE"), requested(10, "QQ"))
    table = economies_by_hour(told)
    assert [row[0] for row in table.rows] == ["Germany", "QQ"]
    assert table.rows[0][1 + 9] == pytest.approx(2 / 3)  # on both days at nine


def test_tables_are_as_wide_as_their_columns():
    told = content(events=GOLDEN)
    assert [table.name for table in tables(told)][:3] == ["comparison", "identities", "counting-rules"]
    assert [table.name for table in tables(told) if any(len(row) != len(table.columns) for row in table.rows)] == []
    assert zones(told) != Table("zones", zones(told).columns, [])


@pytest.mark.parametrize("events", [(STARTED,), GOLDEN], ids=["nothing", "a little of everything"])
def test_whatever_happened_is_drawn_and_laid_out(events: tuple[Event, ...]):
    told = content(events=events)
    plots = draw(told)
    assert list(plots) == list(PLOTS)
    page = render(told, plots)
    assert "<h1>A &lt;story&gt;</h1>" in page
    assert page.count("<svg ") == len(PLOTS)
    assert "<th>platform outage</th><td>Fri 04 Sep 20:30</td><td>Fri 04 Sep 21:00</td><td>scheduled</td>" in page
    assert "the command plays the fair without it" in page


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (0.264, "0.264"),
        (22_000.0, "22,000"),
        (652.17, "652.2"),
        (1234.5, "1,234"),
        (5.06e9, "5,060 M"),
        ("2020-09-04T20:00+08:00", "2020-09-04 20:00"),
        ("T", "T"),
    ],
)
def test_numbers_are_shown_as_people_read_them(value: Any, shown: str):
    assert number(value) == shown
