"""The contract of the log, over SQLite and over PostgreSQL."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from datetime import timedelta

import msgspec
import pytest
from tests.cloudfair.example import batch, digest_of, example, silence

from cloudfair.errors import ConflictError, UnknownError
from cloudfair.store import batches, runs
from cloudfair.store.checkpoints import StoredCheckpoint
from cloudfair.store.log import Log
from fairfacts.errors import EventError
from fairfacts.events import encode
from fairfacts.measures import State
from fairfacts.parts.runs import FairClosed
from fairfacts.wall_clock import now

EVENTS = example(100)


@pytest.fixture
def run(log: Log) -> str:
    return log.runs.create(scenario="example", seed=7, replication=0, scale=1.0, version="1", request='{"days":6}').id


def kept(log: Log, run: str) -> tuple[int, bytes]:
    """What the log holds: its head and its bytes."""
    return log.runs.get(run).head, b"".join(segment.ndjson for segment in log.segments.read(run))


def test_run_is_found_again_as_it_was_created(log: Log, run: str) -> None:
    found = log.runs.get(run)
    assert re.fullmatch(r"example-s7-[a-z2-7]{4}", found.id)
    assert found == log.runs.all()[0]
    assert (found.request, found.head, found.ended, found.created_at.utcoffset().total_seconds()) == (
        '{"days":6}',
        0,
        False,
        0,
    )


def test_dates_are_the_same_in_every_zone(log: Log, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    created_at = log.runs.get(run).created_at
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Shanghai")
        time.tzset()
        found = log.runs.get(run).created_at
    time.tzset()
    assert found == created_at
    assert abs(now() - created_at) < timedelta(minutes=5)


def test_run_whose_player_is_not_heard_of_is_silent_until_it_is_again(log: Log, run: str) -> None:
    def said() -> tuple[str, object]:
        return log.runs.get(run).state, log.runs.get(run).silent_since

    assert said() == ("running", None)
    since = silence(log, run)
    assert said() == ("running", since)
    log.batches.poll(run, 0, "paused")
    assert said() == ("paused", None)
    since = silence(log, run)
    assert said() == ("paused", since)
    log.batches.append(run, batch(EVENTS, 0, 50), pace="max")
    assert said() == ("running", None)


def test_a_clock_that_is_set_back_hides_no_player_and_no_silence(log: Log, run: str) -> None:
    """The last heartbeat then lies in the future: it says nothing, until the player is heard by the clock as it is."""
    silence(log, run, minutes=-60)
    before = now()
    assert before <= log.runs.get(run).silent_since <= now()
    log.batches.poll(run, 0, "max")
    assert log.runs.get(run).silent_since is None
    assert before <= log.runs.get(run).heard_at <= now()


def test_run_that_is_played_no_more_is_not_silent(log: Log, run: str) -> None:
    for play_no_more, state in (
        (lambda: log.batches.poll(run, 0, "stopped"), "stopped"),
        (lambda: (log.batches.poll(run, 0, "max"), log.runs.fail(run, "killed", player=0)), "failed"),
        (lambda: log.batches.append(run, batch(EVENTS, 0, 100)), "ended"),
    ):
        play_no_more()
        silence(log, run)
        assert (log.runs.get(run).state, log.runs.get(run).silent_since) == (state, None)


def test_that_a_player_is_there_is_not_written_down_each_time_it_asks(log: Log, run: str) -> None:
    heard_at = log.runs.get(run).heard_at
    for _ in range(3):
        log.batches.poll(run, 0, None)
    assert log.runs.get(run).heard_at == heard_at


def test_unknown_run_is_answered_with_the_nearest(log: Log, run: str) -> None:
    with pytest.raises(UnknownError, match=f"there is no run {run}x; did you mean {run}?"):
        log.runs.get(run + "x")
    with pytest.raises(UnknownError, match=f"there is no run {run}x; did you mean {run}?"):
        log.batches.append(run + "x", batch(EVENTS, 0, 10))


def test_batches_one_after_the_other_are_the_log(log: Log, run: str) -> None:
    for first in range(0, 100, 30):
        log.batches.append(run, batch(EVENTS, first, first + 30))
    assert kept(log, run) == (100, encode(EVENTS))
    assert log.segments.digest(run, 100) == digest_of(EVENTS)
    assert log.segments.digest(run, 60) == digest_of(EVENTS[:60])
    assert (log.runs.get(run).at_ms, log.runs.get(run).ended) == (99_000, True)


def test_payload_is_kept_as_it_was_sent(log: Log, run: str) -> None:
    sent = batch(EVENTS, 0, 50)
    log.batches.append(run, sent)
    with log._database.transaction() as connection:
        assert connection.exec_driver_sql("SELECT payload, sha256 FROM segment").one() == (
            sent.payload,
            hashlib.sha256(sent.ndjson).hexdigest(),
        )


def test_same_batch_again_changes_nothing(log: Log, run: str) -> None:
    for first, end in ((0, 40), (0, 40), (40, 100), (0, 40), (40, 100)):
        log.batches.append(run, batch(EVENTS, first, end))
    assert kept(log, run) == (100, encode(EVENTS))


@pytest.mark.parametrize(
    ("first", "end"),
    [(41, 50), (90, 100), (10, 30), (0, 30), (0, 50), (20, 60), (39, 60)],
    ids=lambda place: str(place),
)
def test_gap_or_overlap_is_refused_with_the_head_and_nothing_kept(log: Log, run: str, first: int, end: int) -> None:
    log.batches.append(run, batch(EVENTS, 0, 20))
    log.batches.append(run, batch(EVENTS, 20, 40))
    with pytest.raises(ConflictError, match="send what begins at 40") as refused:
        log.batches.append(run, batch(EVENTS, first, end))
    assert (refused.value.head, kept(log, run)) == (40, (40, encode(EVENTS[:40])))


def test_other_content_at_a_kept_position_is_refused(log: Log, run: str) -> None:
    log.batches.append(run, batch(EVENTS, 0, 40))
    other = [*EVENTS[:39], FairClosed(EVENTS[39].at_ms)]
    with pytest.raises(ConflictError, match="send what begins at 40"):
        log.batches.append(run, batch(other, 0, 40))


def test_nothing_follows_the_end(log: Log, run: str) -> None:
    log.batches.append(run, batch(EVENTS, 0, 100))
    with pytest.raises(ConflictError, match="ended with event 99"):
        log.batches.append(run, batch([*EVENTS, FairClosed(200_000)], 100, 101))


def test_log_does_not_go_back_in_time(log: Log, run: str) -> None:
    log.batches.append(run, batch(EVENTS, 0, 40))
    early = [*EVENTS[:40], FairClosed(38_999)]
    with pytest.raises(EventError, match="at_ms is 38999, before the 39000") as refused:
        log.batches.append(run, batch(early, 40, 41))
    assert (refused.value.position, refused.value.field) == (0, "at_ms")


def test_of_two_writers_at_once_one_appends(log: Log, run: str) -> None:
    log.batches.append(run, batch(EVENTS, 0, 2))
    outcomes: list[str] = []

    def append(number: int) -> None:
        own = [*EVENTS[:2], FairClosed(10_000 + number)]
        try:
            log.batches.append(run, batch(own, 2, 3))
            outcomes.append("kept")
        except ConflictError:
            outcomes.append("refused")

    threads = [threading.Thread(target=append, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(outcomes), log.runs.get(run).head) == (["kept", "refused", "refused", "refused"], 3)


@pytest.mark.parametrize(("first", "limit"), [(0, 100), (0, 10), (35, 10), (39, 2), (90, 50), (100, 10), (500, 10)])
def test_events_are_read_by_position_across_batches(log: Log, run: str, first: int, limit: int) -> None:
    for start in range(0, 100, 20):
        log.batches.append(run, batch(EVENTS, start, start + 20))
    assert log.segments.lines(run, first, limit) == encode(EVENTS[first : first + limit]).splitlines()


def test_checkpoint_and_the_events_after_it_are_the_whole_fold(log: Log, run: str) -> None:
    state = State()
    for start in range(0, 100, 20):
        log.batches.append(run, batch(EVENTS, start, start + 20))
        state.fold(EVENTS[start : start + 20])
        if start in (20, 60):
            for _ in range(2):
                digest = digest_of(EVENTS[: state.position])
                log.checkpoints.save(run, [StoredCheckpoint(state.position, digest, state.checkpoint())])
    position, digest, checkpoint = log.checkpoints.latest(run)
    assert (position, digest) == (80, digest_of(EVENTS[:80]))
    restored = State.restore(checkpoint)
    restored.fold(EVENTS[80:])
    assert restored.snapshot() == state.snapshot()


def test_large_numbers_and_texts_of_any_script_are_kept(log: Log) -> None:
    run = log.runs.create(
        scenario="example", seed=2**63 - 1, replication=2**62, scale=0.1, version="1", request='{"名":"🎪"}'
    )
    found = log.runs.get(run.id)
    assert (found.seed, found.replication, found.scale, found.request) == (2**63 - 1, 2**62, 0.1, '{"名":"🎪"}')


def test_run_that_is_taken_up_has_the_next_player_and_takes_nothing_from_earlier_ones(log: Log, run: str) -> None:
    log.runs.fail(run, "killed", player=0)
    assert [(row.player, row.fault) for row in (log.runs.take_up(run), log.runs.take_up(run))] == [(1, None), (2, None)]
    assert (log.runs.get(run).player, log.runs.get(run).fault) == (2, None)
    for player in (0, 1, 3):
        with pytest.raises(ConflictError):
            log.batches.append(run, batch(EVENTS, 0, 20), player=player)
    log.runs.fail(run, "killed", player=1)
    assert log.runs.get(run).fault is None
    log.batches.append(run, batch(EVENTS, 0, 20), player=2)
    log.runs.fail(run, "killed", player=2)
    assert (log.runs.get(run).head, log.runs.get(run).fault) == (20, "killed")


def test_events_that_were_taken_in_before_are_known_however_many_are_asked_for(
    log: Log, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "READ_KEYS", 2)
    keys = {f"key {number}": f"content {number}" for number in range(5)}
    log.batches.append(run, msgspec.structs.replace(batch(EVENTS, 0, 5), received=keys))
    assert log.batches.received(run, [*keys, "another"]) == keys
    assert log.batches.received("nobody", list(keys)) == log.batches.received(run, []) == {}


def test_run_has_an_id_that_no_other_has(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    suffixes = iter(["aaaa", "aaaa", "bbbb"])
    monkeypatch.setattr(runs, "_suffix", lambda: next(suffixes))
    new = {"scenario": "Été à 2", "seed": 7, "replication": 0, "scale": 1.0, "version": "1"}
    assert [log.runs.create(**new).id for _ in range(2)] == ["Ete-a-2-s7-aaaa", "Ete-a-2-s7-bbbb"]
    assert len(log.runs.all()) == 2
