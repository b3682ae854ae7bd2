"""The record of what is published: what a damaged one does, over both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from tests.cloudfair.example import batch, created, example

from cloudfair.projections.repair import repair
from cloudfair.projections.verification import verify
from cloudfair.store.log import Log
from cloudfair.store.publications import Unpublished

EVENTS = example(100)


@pytest.fixture
def run(log: Log) -> str:
    """A run of 60 events, 40 of them published."""
    run = created(log)
    log.batches.append(run, batch(EVENTS, 0, 60))
    log.publications.record(run, "there", 40)
    return run


def spoil(log: Log, position: int) -> None:
    with log._database.transaction() as connection:
        connection.execute(sa.text(f"UPDATE publication SET position = {position}"))


def test_record_says_where_to_go_on_and_never_goes_back(log: Log, run: str) -> None:
    log.publications.record(run, "there", 20)
    assert log.publications.unpublished("there") == [Unpublished(run, 40, 60, ended=False)]
    assert log.publications.unpublished("elsewhere") == [Unpublished(run, 0, 60, ended=False)]
    log.publications.record(run, "there", 60)
    assert log.publications.unpublished("there") == []


def test_run_has_something_to_publish_from_its_first_event_on(log: Log, run: str) -> None:
    log.publications.record(run, "there", 60)
    new = log.runs.create(scenario="example", seed=8, replication=0, scale=1.0, version="1").id
    log.publications.record(new, "there", 0)
    spoil(log, 60)  # that of the other run as well
    assert log.publications.unpublished("elsewhere") == [Unpublished(run, 0, 60, ended=False)]
    assert log.publications.unpublished("there") == []
    log.batches.append(new, batch(EVENTS, 0, 1))
    assert log.publications.unpublished("there") == [Unpublished(new, 0, 1, ended=False)]


@pytest.mark.parametrize("position", [39, 41, 2**40, -1])
def test_damaged_record_is_removed_with_a_warning_and_all_is_asked_for(
    log: Log, run: str, position: int, caplog: pytest.LogCaptureFixture
) -> None:
    spoil(log, position)
    for _ in range(2):
        assert log.publications.unpublished("there") == [Unpublished(run, 0, 60, ended=False)]
    assert caplog.text.count(f"run {run}: the record of what is published is damaged") == 1
    log.publications.record(run, "there", 60)
    assert (log.publications.unpublished("there"), log.publications.damaged(run)) == ([], [])


@pytest.mark.parametrize("position", [0, 60, 61])
def test_damaged_record_is_named_and_repaired(log: Log, run: str, position: int) -> None:
    spoil(log, position)
    assert [str(damage) for damage in verify(log, run).damage] == [
        f"publication {position}: the checksum of the record for there does not fit; --repair makes it again"
    ]
    assert repair(log, run) == [
        "removed 1 records of what is published; the publisher asks its destination what it has"
    ]
    assert verify(log, run).damage == []
    assert log.publications.unpublished("there") == [Unpublished(run, 0, 60, ended=False)]
