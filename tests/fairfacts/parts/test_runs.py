"""Measures of where a run stands."""

from __future__ import annotations

from tests.fairfacts.stories import DAY, STARTED, after, changed

from fairfacts.parts.runs import FairClosed, FairOpened, RunEnded

SAID = {
    "scenario": "ciftis2020",
    "fair": "ciftis2020",
    "time_zone": "Asia/Shanghai",
    "seed": 7,
    "replication": 2,
    "scale": 0.1,
    "version": "1.2.3",
    "epoch": "2020-09-04T00:00:00+08:00",
    "duration_ms": 6 * DAY,
}


def test_run_that_started_is_before_its_opening():
    assert changed("run", STARTED) == SAID | {"events": 1}


def test_fair_opens_on_the_date_of_the_epoch():
    opened = {"phase": "open", "opened_on": "2020-09-04", "events": 2}
    assert changed("run", STARTED, FairOpened(0)) == SAID | opened


def test_fair_that_closes_at_midnight_had_the_day_before_as_its_last():
    closed = {"phase": "closed", "opened_on": "2020-09-04", "closed_on": "2020-09-09", "events": 3, "at_ms": 6 * DAY}
    assert changed("run", STARTED, FairOpened(0), FairClosed(6 * DAY)) == SAID | closed


def test_run_that_ended_says_so():
    state = after(STARTED, FairOpened(0), FairClosed(6 * DAY), RunEnded(6 * DAY))
    assert (state.snapshot()["run"]["phase"], state.position) == ("ended", 4)
