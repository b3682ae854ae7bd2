"""The runs of a backend that follows what others append: one run's damage touches no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace

import pytest
from tests.cloudfair.example import batch, created, digest_of, example, spoil

from cloudfair.background import restarted
from cloudfair.projections import live_runs
from cloudfair.projections.live_runs import LiveRuns
from cloudfair.store.log import Log
from cloudfair.store.runs import Runs

EVENTS = example(300)


@asynccontextmanager
async def following(log: Log) -> AsyncIterator[LiveRuns]:
    runs = LiveRuns(log)
    task = asyncio.create_task(runs.follow())
    try:
        yield runs
        assert not task.done()
    finally:
        task.cancel()
        runs.close()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():
            await asyncio.sleep(0.02)


def begun(log: Log) -> str:
    run = created(log)
    log.batches.append(run, batch(EVENTS, 0, 50))
    return run


async def test_damage_of_one_run_is_reported_and_touches_no_other(
    log: Log, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(live_runs, "RETRY_S", 0.1)
    damaged, whole = begun(log), begun(log)
    async with following(log) as runs:
        lives = {run: await runs.get(run) for run in (damaged, whole)}
        for first in (50, 100):
            sent = batch(EVENTS, first, first + 50)
            log.batches.append(damaged, sent)
        spoil(log, "UPDATE segment SET payload = :p WHERE run_id = :r AND first = 100", p=b"no frame", r=damaged)
        for first in range(50, 300, 50):
            log.batches.append(whole, batch(EVENTS, first, first + 50))
        await until(lambda: lives[whole].head == 300)
        assert lives[whole].digest == digest_of(EVENTS)
        await until(lambda: f"run {damaged} cannot be followed" in caplog.text)
        assert "the segment at event 100 is not what was appended" in caplog.text
        spoil(log, "UPDATE segment SET payload = :p WHERE run_id = :r AND first = 100", p=sent.payload, r=damaged)
        await until(lambda: lives[damaged].head == 150)  # mended: it goes on
        assert lives[damaged].digest == digest_of(EVENTS[:150])
    assert caplog.text.count(f"run {damaged} cannot be followed") == 1


async def test_follower_goes_on_after_any_fault_of_the_database(
    log: Log, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(live_runs, "RETRY_S", 0.05)
    run = begun(log)
    async with following(log) as runs:
        live = await runs.get(run)
        with monkeypatch.context() as broken:
            broken.setattr(Runs, "heads", lambda *_: {}["no such"])
            await until(lambda: "the log cannot be followed" in caplog.text)
        log.batches.append(run, batch(EVENTS, 50, 100))
        await until(lambda: live.head == 100)


async def test_run_that_nobody_asked_for_in_ten_minutes_is_let_go(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1_000.0]
    monkeypatch.setattr(live_runs, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    runs = LiveRuns(log)
    live = await runs.get(begun(log))
    for waited_s, held in ((599, [live]), (0, [live]), (1, [])):
        clock[0] += waited_s
        runs.release_idle()
        assert [run for run in runs.loaded() if run.run in runs._asked_at] == held
    runs.close()


async def test_background_task_that_fails_is_reported_and_started_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("cloudfair.background.RESTART_S", 0.0)
    begun_times = 0

    async def fragile() -> None:
        nonlocal begun_times
        begun_times += 1
        if begun_times < 3:
            raise KeyError("unforeseen")

    await asyncio.wait_for(restarted("the fragile task", fragile), 10)
    assert begun_times == 3
    assert caplog.text.count("the fragile task failed and is started again") == 2
    task = asyncio.create_task(restarted("a patient task", asyncio.Event().wait))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()
