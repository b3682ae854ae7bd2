"""Batches of events, by their store: what is said of those that do not fit, and when a player is heard."""

from __future__ import annotations

import msgspec
import pytest
import sqlalchemy as sa
from tests.cloudfair.example import batch, created, example

from cloudfair.errors import ConflictError
from cloudfair.store.checkpoints import StoredCheckpoint
from cloudfair.store.log import Log
from fairfacts.wall_clock import now

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

EVENTS = example(100)
PAUSE = '{"kind":"pause"}'


@pytest.fixture
def run(log: Log) -> str:
    """A run of forty events."""
    run = created(log)
    log.batches.append(run, batch(EVENTS, 0, 40))
    return run


@pytest.mark.parametrize(
    ("first", "end", "why"),
    [
        (41, 50, "41 to 49 were sent, and the log waits for event 40; send what begins at 40"),
        (39, 41, "39 to 40 were sent, and the log holds other events, or other batches of them, up to 39"),
        (0, 1, "0 to 0 were sent, and the log holds other events, or other batches of them, up to 39"),
    ],
)
def test_batch_that_does_not_follow_is_told_what_the_log_holds(
    log: Log, run: str, first: int, end: int, why: str
) -> None:
    with pytest.raises(ConflictError, match=f"run {run}: events {why}"):
        log.batches.append(run, batch(EVENTS, first, end))


def test_batch_after_the_end_is_told_so(log: Log, run: str) -> None:
    log.batches.append(run, batch(EVENTS, 40, 100))
    more = [*EVENTS, EVENTS[-1], EVENTS[-1]]
    for first, why in ((100, "the run ended with event 99"), (101, "the run ended with event 99"), (99, "up to 99;")):
        with pytest.raises(ConflictError, match=why) as refused:
            log.batches.append(run, batch(more, first, 102))
        assert refused.value.head == 100


@pytest.mark.parametrize("first", [0, 39, 41])
def test_player_that_stands_elsewhere_is_told_where_the_log_ends(log: Log, run: str, first: int) -> None:
    heard_at = log.runs.get(run).heard_at
    with pytest.raises(ConflictError, match=f"its player stands at event {first}, and the log ends at 40") as refused:
        log.batches.poll(run, first, "paused")
    assert refused.value.head == 40
    assert (log.runs.get(run).pace, log.runs.get(run).heard_at) == (None, heard_at)


def test_player_of_an_earlier_release_is_heard_as_soon_as_it_asks(log: Log, run: str) -> None:
    """Earlier releases wrote no heartbeat."""
    with log._database.transaction() as connection:
        connection.execute(sa.text("UPDATE run SET heard_at = NULL"))
    before = now()
    log.batches.poll(run, 40, None)
    assert before <= log.runs.get(run).heard_at <= now()


def test_checkpoints_are_kept_with_the_batch_or_not_at_all(log: Log, run: str) -> None:
    checkpoints = [StoredCheckpoint(position, "f00d", b"state") for position in (20, 40)]
    log.batches.append(run, batch(EVENTS, 40, 50), checkpoints)
    with pytest.raises(ConflictError):
        log.batches.append(run, batch(EVENTS, 40, 60), [StoredCheckpoint(50, "f00d", b"state")])
    assert [checkpoint.position for checkpoint in log.checkpoints.all(run)] == [40, 20]


def test_whoever_appends_or_asks_receives_the_commands_that_are_pending(log: Log, run: str) -> None:
    log.commands.add(run, PAUSE)
    for _ in range(2):
        assert log.batches.append(run, batch(EVENTS, 40, 50)) == [(0, PAUSE)]
    assert log.batches.poll(run, 50, None) == [(0, PAUSE)]
    log.commands.acknowledge(run, 0, 500, None)
    assert log.batches.append(run, batch(EVENTS, 50, 60)) == log.batches.poll(run, 60, None) == []


def test_player_from_whom_a_run_was_taken_is_told_whenever_it_asks(log: Log, run: str) -> None:
    log.runs.take_up(run)
    log.runs.take_up(run)
    for player, why in (
        (1, f"it is played by another process.* fair run --resume {run}"),
        (0, r"a process took it up to play it.*; send events to a run of your own \(POST /runs\)"),
    ):
        for ask in (
            lambda player=player: log.batches.poll(run, 40, None, player),
            lambda player=player: log.batches.append(run, batch(EVENTS, 40, 50), player=player),
        ):
            with pytest.raises(ConflictError, match=why):
                ask()
    assert log.batches.poll(run, 40, None, player=2) == []


def test_key_of_an_event_that_was_taken_in_is_named_if_it_is_damaged(log: Log, run: str) -> None:
    log.batches.append(run, msgspec.structs.replace(batch(EVENTS, 40, 50), received={"one": "a", "two": "b"}))
    assert log.batches.damaged_keys(run) == []
    with log._database.transaction() as connection:
        connection.execute(sa.text("UPDATE received SET key = 'three' WHERE key = 'two'"))
    assert (log.batches.damaged_keys(run), log.batches.damaged_keys("another")) == (["three"], [])
