"""The runs of a database, by their store: what they are called, which there are, and why one is no longer played."""

from __future__ import annotations

import re
from unittest.mock import Mock

import pytest
import sqlalchemy as sa
from tests.cloudfair.example import batch, created, example

from cloudfair.errors import UnknownError
from cloudfair.store.log import Log

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

EVENTS = example(10)


def test_run_of_which_nobody_knows_is_answered_with_what_there_is(log: Log) -> None:
    for ask in (log.runs.get, log.runs.take_up):
        with pytest.raises(UnknownError, match="there is no run mine; none was started yet"):
            ask("mine")
    run = created(log)
    with pytest.raises(UnknownError, match=f"there is no run {run}x; did you mean {run}"):
        log.runs.take_up(f"{run}x")


@pytest.mark.parametrize(("scenario", "name"), [("名", "run"), ("-my fair.", "my-fair"), ("2_b.c", "2_b.c")])
def test_run_has_a_name_that_a_shell_reads_as_it_is(log: Log, scenario: str, name: str) -> None:
    assert re.fullmatch(rf"{name}-s7-[a-z2-7]{{4}}", created(log, scenario))


def test_heads_are_those_of_the_runs_that_are_asked_for(log: Log) -> None:
    runs = [created(log) for _ in range(3)]
    log.batches.append(runs[0], batch(EVENTS, 0, 4))
    assert log.runs.heads([*runs[:2], "mine"]) == {runs[0]: 4, runs[1]: 0}


def test_runs_are_read_at_once_where_none_is_damaged(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [created(log) for _ in range(3)]
    monkeypatch.setattr(log.runs, "get", Mock(side_effect=AssertionError("a list of many runs would be slow")))
    assert [run.id for run in log.runs.all()] == runs[::-1]


def test_run_that_is_left_out_of_the_list_is_reported(log: Log, caplog: pytest.LogCaptureFixture) -> None:
    whole, damaged = created(log), created(log)
    with log._database.transaction() as connection:
        connection.execute(sa.text("UPDATE run SET seed = 8 WHERE id = :run"), {"run": damaged})
    assert [run.id for run in log.runs.all()] == [whole]
    (said,) = caplog.messages
    assert said.startswith(f"a run is left out of the list: run {damaged}: its row is not what was written")


def test_what_follows_from_the_log_is_set_with_its_checksum(log: Log) -> None:
    run, other = created(log), created(log)
    log.runs.set(run, {"head": 7, "at_ms": 500})
    assert [(log.runs.get(one).head, log.runs.get(one).at_ms) for one in (run, other)] == [(7, 500), (0, 0)]


def test_run_that_ended_or_was_stopped_does_not_fail_any_more(log: Log) -> None:
    ended, stopped, played = (created(log) for _ in range(3))
    log.batches.append(ended, batch(EVENTS, 0, 10))
    log.batches.poll(stopped, 0, "stopped")
    for run in (ended, stopped, played):
        log.runs.fail(run, "killed", player=0)
    assert [log.runs.get(run).fault for run in (ended, stopped, played)] == [None, None, "killed"]
    log.batches.poll(played, 0, "max")
    assert (log.runs.get(played).fault, log.runs.get(played).state) == (None, "running")
