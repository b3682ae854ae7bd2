"""Live runs in memory against the log they come from."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from unittest.mock import Mock

import msgspec
import pytest
from tests.cloudfair.example import batch, created, digest_of, example, folded, measures_of, packed

from cloudfair.projections import live
from cloudfair.projections.live import Live
from cloudfair.projections.live_runs import LiveRuns
from cloudfair.store.checkpoints import StoredCheckpoint
from cloudfair.store.log import Log
from fairfacts.errors import BackendError

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

EVENTS = example(1_000)


@pytest.fixture
def run(log: Log) -> str:
    return created(log)


@pytest.fixture
def writer() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as writer:
        yield writer


def stands(live: Live) -> tuple[int, int, str, bool, dict[str, object]]:
    measures = live.state().snapshot()
    return live.head, live.position, live.digest, live.ended, measures


async def test_run_is_rebuilt_from_checkpoint_and_log(
    log: Log, run: str, writer: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CHECKPOINT_EVENTS", 250)
    first = Live(run, log, writer)
    for start in range(0, 900, 100):
        await first.append(batch(EVENTS, start, start + 100), EVENTS[start : start + 100])
        assert stands(first)[:2] == (start + 100, start + 100)
    position, digest, _ = log.checkpoints.latest(run)
    assert (position, digest) == (600, digest_of(EVENTS[:600]))  # of 300 and 600; that of 900 goes with the next batch
    assert stands(Live(run, log, writer)) == stands(first)


async def test_whoever_needs_an_event_waits_for_the_one_that_folds_it(
    log: Log, run: str, writer: ThreadPoolExecutor
) -> None:
    """A request that finds its run being followed must not answer with an older position."""
    following = Live(run, log, writer)
    log.batches.append(run, batch(EVENTS, 0, 100))
    await following.appending.acquire()
    reached = asyncio.create_task(following.reach(100))
    await asyncio.sleep(0)
    assert not reached.done()
    following.appending.release()
    await reached
    assert (following.head, following.digest) == (100, digest_of(EVENTS[:100]))


async def test_run_has_a_checkpoint_at_its_end(log: Log, run: str, writer: ThreadPoolExecutor) -> None:
    whole = Live(run, log, writer)
    await whole.append(batch(EVENTS, 0, 1000), EVENTS)
    assert stands(whole) == (1000, 1000, digest_of(EVENTS), True, measures_of(EVENTS))
    writer.submit(int).result()
    assert log.checkpoints.latest(run)[:2] == (1000, digest_of(EVENTS))


async def test_checkpoint_of_another_release_is_left_aside(
    log: Log, run: str, writer: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.batches.append(run, batch(EVENTS, 0, 500))
    with monkeypatch.context() as earlier:
        earlier.setattr("cloudfair.store.checkpoints.SHAPE", "of another release")
        log.checkpoints.save(run, [StoredCheckpoint(500, digest_of(EVENTS[:500]), b"\x81\xa5other\x01")])
    assert stands(Live(run, log, writer))[-1] == measures_of(EVENTS[:500])


@pytest.mark.parametrize("other", [False, True])
async def test_checkpoint_at_the_head_counts_if_it_is_of_this_log(
    log: Log, run: str, writer: ThreadPoolExecutor, caplog: pytest.LogCaptureFixture, other: bool
) -> None:
    log.batches.append(run, batch(EVENTS, 0, 500))
    events = [*EVENTS[:499], EVENTS[500 if other else 499]]
    log.checkpoints.save(run, [StoredCheckpoint(500, digest_of(events), folded(events).checkpoint())])
    assert stands(Live(run, log, writer))[-1] == measures_of(EVENTS[:500])
    assert ("its checkpoints do not fit its log" in caplog.text) is other
    assert [checkpoint.position for checkpoint in log.checkpoints.all(run)] == ([] if other else [500])


async def test_checkpoints_of_another_release_are_made_anew_when_a_run_is_read(
    log: Log, run: str, writer: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CHECKPOINT_EVENTS", 250)
    for start in range(0, 900, 100):
        log.batches.append(run, batch(EVENTS, start, start + 100))
    stands(Live(run, log, writer))
    writer.submit(int).result()
    stretches = [log.checkpoints.stretch(run, position=position) for position in (250, 301, 650, 900)]
    assert [stretch.first for stretch in stretches] == [0, 300, 600, 600]
    checkpoint = log.checkpoints.stretch(run, position=650).checkpoint
    assert (checkpoint.digest, checkpoint.state) == (digest_of(EVENTS[:600]), folded(EVENTS[:600]).checkpoint())


async def test_batches_that_were_kept_without_an_answer_are_taken_in_with_the_next(
    log: Log, run: str, writer: ThreadPoolExecutor
) -> None:
    behind = Live(run, log, writer)
    log.batches.append(run, batch(EVENTS, 0, 400))
    log.batches.append(run, batch(EVENTS, 400, 500))
    assert (await behind.append(batch(EVENTS, 0, 400), EVENTS[:400])).digest == digest_of(EVENTS[:400])
    assert (await behind.append(batch(EVENTS, 500, 600), EVENTS[500:600])).digest == digest_of(EVENTS[:600])
    assert stands(behind) == (600, 600, digest_of(EVENTS[:600]), False, measures_of(EVENTS[:600]))


async def test_log_whose_events_this_release_does_not_know_is_told(log: Log, run: str) -> None:
    known = batch(EVENTS, 0, 2)
    ndjson = known.ndjson.replace(b'"fair.opened"', b'"fair.inaugurated"')
    log.batches.append(run, msgspec.structs.replace(known, ndjson=ndjson, payload=packed(ndjson)))
    runs = LiveRuns(log)
    with pytest.raises(BackendError, match=f"run {run}: .* does not read event 1 of its log .*fair.inaugurated"):
        await runs.get(run)
    runs.close()


@pytest.mark.parametrize("fault", [None, OSError("the disk is full")])
async def test_checkpoint_that_is_not_saved_is_reported(
    log: Log,
    run: str,
    writer: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: OSError | None,
) -> None:
    if fault:
        monkeypatch.setattr(log.checkpoints, "save", Mock(side_effect=fault))
    whole = Live(run, log, writer)
    await whole.append(batch(EVENTS, 0, 1000), EVENTS)
    stands(whole)
    writer.submit(int).result()
    assert [record.getMessage() for record in caplog.records] == [f"a checkpoint was not saved: {fault}"] * bool(fault)


@pytest.mark.parametrize(("every", "positions"), [(299, [300]), (300, [300]), (301, [400])])
async def test_checkpoint_is_made_after_so_many_events_at_least(
    log: Log, run: str, writer: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch, every: int, positions: list[int]
) -> None:
    monkeypatch.setattr(live, "CHECKPOINT_EVENTS", every)
    growing = Live(run, log, writer)
    for start in range(0, 500, 100):
        await growing.append(batch(EVENTS, start, start + 100), EVENTS[start : start + 100])
        growing.catch_up()
    assert [checkpoint.position for checkpoint in log.checkpoints.all(run)] == positions


async def test_run_tells_how_long_its_data_were_on_their_way(
    log: Log, run: str, writer: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(live, "time", SimpleNamespace(monotonic=lambda: clock.now))
    monkeypatch.setattr(live, "now_ms", lambda: 5_000_000.0)
    late = Live(run, log, writer)
    assert (late.folded_at, late.intake_to_fold_ms, late.model_to_intake_ms) == (100.0, 0.0, None)
    await late.append(batch(EVENTS, 0, 100), EVENTS[:100], emitted_at_ms=4_999_750.0)
    clock.now = 100.5
    assert (late.position, late.state().position, late.folded_at) == (0, 100, 100.5)
    assert (late.model_to_intake_ms, late.intake_to_fold_ms) == (250.0, 500.0)
    await late.append(batch(EVENTS, 100, 200), EVENTS[100:200], emitted_at_ms=5_000_001.0)  # by a clock that is ahead
    late.catch_up()
    assert (late.model_to_intake_ms, late.intake_to_fold_ms, late.at_ms) == (0.0, 0.0, 199_000)
    assert (late.ended, late.alarms) == (False, {})


async def test_long_log_of_others_is_followed_in_pieces(
    log: Log, run: str, writer: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "FOLLOWED_SEGMENTS", 2)
    following = Live(run, log, writer)
    for start in range(0, 500, 100):
        log.batches.append(run, batch(EVENTS, start, start + 100))
    pieces, read_on = [], following._read_on
    monkeypatch.setattr(following, "_read_on", lambda: pieces.append(following.position) or read_on())
    async with following.appending:
        await following.follow()  # somebody appends, who takes all in
        assert following.head == 0
    await following.follow()
    assert pieces == [0, 200, 400, 500]
    assert stands(following) == (500, 500, digest_of(EVENTS[:500]), False, measures_of(EVENTS[:500]))
    await following.reach(500)
    assert len(pieces) == 4


async def test_player_with_nothing_to_send_is_answered_from_what_others_appended(
    log: Log, run: str, writer: ThreadPoolExecutor
) -> None:
    behind = Live(run, log, writer)
    log.batches.append(run, batch(EVENTS, 0, 100))
    assert (await behind.poll(100, "max")).digest == digest_of(EVENTS[:100])
    assert (behind.head, log.runs.get(run).pace) == (100, "max")
