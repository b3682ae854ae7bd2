"""The report's content and plots from small stories: what is summed, and that nothing is drawn from nothing."""

from __future__ import annotations

import dataclasses
import html
import re
from typing import Any

import msgspec
import pytest
from msgspec import structs
from tests.fairfacts.stories import GOLDEN, HOUR, STARTED, after

from faircli.report import gather
from faircli.report.content import (
    Content,
    Disturbance,
    Series,
    by_day,
    by_hour,
    economies_by_hour,
    mean_of,
    midnights,
    tables,
    zones,
)
from faircli.report.page import number, render
from faircli.report.plots import PLOTS, draw
from fairfacts.clock import read_epoch
from fairfacts.event import Event
from fairfacts.evidence.comparison import compare
from fairfacts.evidence.folder import known_fair
from fairfacts.evidence.identities import audit
from fairfacts.evidence.summary import headline
from fairfacts.parts.fairs import Described
from fairfacts.parts.negotiations.events import NegotiationRequested
from fairsim.inputs.fair import load_fair

KNOWN = known_fair("ciftis2020")
FIGURES = KNOWN.figures


def test_the_events_of_another_system_are_said_to_be_that():
    told = structs.replace(content(), system="reader-1")
    page = render(told, draw(told))
    assert "These are events of another system, reader-1, as they were sent" in page
    of_a_model = ("A computer model", "so agreement speaks for it", "play it again", "same events, byte")
    assert [words for words in of_a_model if words in page] == []


def content(*snapshots: dict[str, Any], events: tuple[Event, ...] = (STARTED,)) -> Content:
    state = after(*events)
    rows = compare(state, FIGURES)
    return Content(
        title="A <story>",
        question="What if?",
        subject="run story",
        system="",
        headline=headline(rows),
        rows=rows,
        emergent=[],
        meanings={figure.id: figure.counts for figure in FIGURES.values()},
        sources=[],
        unspoken=[],
        checks=audit(FIGURES, KNOWN.identities),
        counts=[],
        snapshots=snapshots or [state.snapshot()],
        disturbances=[
            Disturbance("platform outage", "scheduled", 20.5, 21),
            Disturbance("demand", "injected", 30, None),
        ],
        began=state.parts.run.began,
        duration_ms=STARTED.duration_ms,
        scale=0.1,
        parameters=[],
        scenario_note="",
        calibrated=None,
        facts=[],
        commands=["fair run story"],
        economies={"DE": "Germany"},
        zones=[Described("comprehensive", {"en": "Hall of everything"})],
    )


def requested(hour: int, economy: str) -> dict[str, Any]:
    """The measures of a fair with one request from overseas."""
    event = NegotiationRequested(
        at_ms=hour * HOUR,
        negotiation=0,
        organisation=1,
        economy=economy,
        exhibitor=2,
        exhibitor_economy="CN",
        overseas=True,
        visit=0,
        sector="finance",
        attempt=1,
    )
    return after(STARTED, event).snapshot()


def test_series_of_replications_have_mean_least_and_most():
    told = content(requested(9, "DE"), requested(33, "DE"))
    hours = by_hour(told, "requests, overseas")
    assert (len(hours.mean), hours.mean[9], hours.low[9], hours.high[33]) == (6 * 24, 0.5, 0, 1)
    assert by_day(told, "requests, domestic", "requests, overseas") == Series(
        [0.5, 0.5, 0, 0, 0, 0], [0] * 6, [1, 1, 0, 0, 0, 0]
    )
    assert mean_of(told, "negotiations.initiated") == 1


def test_the_hours_of_a_day_are_those_between_its_midnights():
    told = structs.replace(
        content(requested(71, "DE")), began=read_epoch("2021-03-12T00:00:00-05:00", "America/New_York")
    )
    assert midnights(told) == [0, 24, 48, 71, 95, 119, 143, 167]  # the third day has 23 hours
    assert by_day(told, "requests, overseas").mean == [0, 0, 0, 1, 0, 0, 0]


def test_an_hour_that_comes_twice_has_its_offset():
    told = structs.replace(content(), began=read_epoch("2021-11-06T00:00:00-04:00", "America/New_York"))
    (hours,) = (table for table in tables(told) if table.name == "hours")
    shown = [str(row[0]) for row in hours.rows]
    assert shown[24:28] == ["2021-11-07T00:00", "2021-11-07T01:00-04:00", "2021-11-07T01:00-05:00", "2021-11-07T02:00"]
    assert len({*shown}) == len(shown)


def test_economies_stand_by_what_they_ask_for_under_their_names():
    told = content(requested(9, "DE"), requested(33, "DE"), requested(10, "QQ"))
    table = economies_by_hour(told)
    assert [row[0] for row in table.rows] == ["Germany", "QQ"]
    assert table.rows[0][1 + 9] == pytest.approx(2 / 3)  # on both days at nine


def test_tables_are_as_wide_as_their_columns():
    told = content(events=GOLDEN)
    assert [table.name for table in tables(told)][:3] == ["comparison", "identities", "counting-rules"]
    assert [table.name for table in tables(told) if any(len(row) != len(table.columns) for row in table.rows)] == []


def test_the_comparison_has_each_figure_as_reported_and_at_the_scale_of_the_run():
    table = next(table for table in tables(content(events=GOLDEN)) if table.name == "comparison")
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    initiated = next(row for row in rows if row["figure"] == "negotiations.initiated")
    assert (initiated["as_reported"], initiated["reported"]) == (550_000.0, 55_000.0)


def test_zones_stand_under_their_names():
    assert [row[0] for row in zones(content(events=GOLDEN)).rows] == ["Hall of everything"]


@pytest.mark.slow
@pytest.mark.parametrize("events", [(STARTED,), GOLDEN], ids=["nothing", "a little of everything"])
def test_whatever_happened_is_drawn_and_laid_out(events: tuple[Event, ...]):
    told = content(events=events)
    plots = draw(told)
    assert list(plots) == list(PLOTS)
    page = render(told, plots)
    assert "<h1>A &lt;story&gt;</h1>" in page
    assert page.count("<svg ") == len(PLOTS)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert sorted(set(ids)) == sorted(ids), "no two elements of a page share an id"
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', page)) <= set(ids)
    assert "<th>platform outage</th><td>Fri 04 Sep 20:30</td><td>Fri 04 Sep 21:00</td><td>scheduled</td>" in page
    assert "the command plays the fair without it" in page


@pytest.mark.parametrize("name", ["Hall $1 \\frac$", "$A$ & $B$", "a$b_{c$"])
def test_names_are_drawn_as_they_are_written(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("faircli.report.plots.PLOTS", {plot: PLOTS[plot] for plot in ("reported", "halls")})
    told = content(events=GOLDEN)
    rows = [dataclasses.replace(row, figure=name, role="held out") for row in told.rows]
    told = msgspec.structs.replace(told, rows=rows, zones=[Described("comprehensive", {"en": name})])
    plots = draw(told)
    assert html.escape(name) in plots["halls"].svg
    assert html.escape(name.replace("_", " ")) in plots["reported"].svg


def test_the_plot_says_of_each_figure_whether_it_speaks_for_the_model(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("faircli.report.plots.PLOTS", {"reported": PLOTS["reported"]})
    told = content(events=GOLDEN)
    rows = [dataclasses.replace(row, role="changed") for row in told.rows]
    drawn = draw(msgspec.structs.replace(told, rows=rows))["reported"].svg
    assert "simulated, another value played" in drawn
    assert "held out" not in drawn


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


def test_values_that_were_changed_after_a_calibration_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    fair = load_fair("ciftis2020").describe(1)
    whole = gather.fitted_of_fair(fair)
    monkeypatch.setattr(gather, "changed_since", lambda *_: ["a.b", "c.d"])
    changed = gather.fitted_of_fair(fair)
    assert whole is not None
    assert changed == structs.replace(whole, line=f"{whole.line}; the fair has other values of a.b, c.d since")
