"""Measures beside figures: roles, scale, and that every counterpart exists on both sides."""

from __future__ import annotations

import pytest
from tests.fairfacts.stories import DAY, STARTED, after

from fairfacts.comparison import COUNTERPARTS, Row, compare, role_of
from fairfacts.figures import load_figures
from fairfacts.measures import MEASURES
from fairfacts.negotiations import NegotiationRequested
from fairfacts.programme import SessionClosed, SessionScheduled
from fairfacts.runs import FairClosed, FairOpened

FIGURES = load_figures()
SUMMIT = SessionScheduled(0, 0, "summit", "Summit", "other", "online", True, False, "", 0, 72_000_000, 80_000_000)
FORUM = SessionClosed(DAY, 1, "summit_forum", "on_site", True, 2, 0)
ASKED = [
    NegotiationRequested(DAY, number, 9, economy, 3, "CN", economy != "CN", 0, "finance", 1)
    for number, economy in enumerate(("CN", "CN", "CN", "DE"))
]
ROWS = {
    row.figure: row
    for row in compare(after(STARTED, FairOpened(0), SUMMIT, FORUM, *ASKED, FairClosed(6 * DAY)), FIGURES)
}


def test_every_counterpart_is_a_documented_figure():
    assert [figure for figure in COUNTERPARTS if figure not in FIGURES] == []


def test_every_counterpart_is_a_documented_measure():
    measures = {".".join(counterpart.measure.split(".")[:2]) for counterpart in COUNTERPARTS.values()}
    assert sorted(measures - set(MEASURES)) == []


def test_rows_stand_in_the_order_of_the_figures():
    assert list(ROWS) == [figure for figure in FIGURES if figure in COUNTERPARTS]


def test_what_counts_people_or_their_deeds_shrinks_with_the_run():
    assert ROWS["negotiations.initiated"] == Row(
        figure="negotiations.initiated",
        op="=",
        unit="negotiations",
        reported=55_000.0,
        simulated=4,
        ratio=0.0001,
        role="calibrated",
        measure="negotiations.initiated",
    )


def test_share_does_not_shrink():
    assert ROWS["negotiations.overseas_share"] == Row(
        figure="negotiations.overseas_share",
        op="=",
        unit="share",
        reported=0.264,
        simulated=0.25,
        ratio=0.947,
        role="calibrated",
        measure="negotiations.overseas_share",
    )


def test_sessions_do_not_shrink():
    assert (ROWS["sessions.summit_forum"].reported, ROWS["sessions.summit_forum"].simulated) == (4.0, 1)


@pytest.mark.parametrize(
    ("figure", "moment"),
    [("fair.opens", "2020-09-04"), ("fair.closes", "2020-09-09"), ("summit.starts", "2020-09-04T20:00+08:00")],
)
def test_moments_are_compared_as_they_are_written(figure: str, moment: str):
    assert (ROWS[figure].reported, ROWS[figure].simulated, ROWS[figure].ratio) == (moment, moment, None)


def test_figure_that_did_not_happen_is_zero_of_what_was_reported():
    assert (ROWS["sessions.evening"].simulated, ROWS["sessions.evening"].ratio) == (0, 0.0)


@pytest.mark.parametrize(
    ("figure", "role"),
    [("sessions.total", "input"), ("negotiations.initiated", "calibrated"), ("sessions.streamed", "held out")],
)
def test_role_is_what_the_run_says_the_figure_was_to_its_model(figure: str, role: str):
    assert (ROWS[figure].role, role_of(figure, STARTED.inputs, STARTED.calibrated)) == (role, role)
