"""The directory of a run, whatever its log holds."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cloudfair.example import batch, example
from tests.fairfacts.any_events import any_log

from cloudfair.log import KeptSegment, Log
from cloudfair.reading.directory import AsOf, Directories, Directory
from cloudfair.reading.services import PARTS
from fairfacts.event import Event


def directory_of(events: list[Event], log: Log | None = None, run: str = "any") -> Directory:
    """Return a directory that has taken in events, without a log if none is given."""
    directory = Directory(run, log, PARTS)  # type: ignore[arg-type]  # it is only read to catch up
    if log is None:
        directory._fold(events)
    return directory


def shown(directory: Directory, at_ms: int) -> dict[str, list[dict[str, Any]]]:
    """Return everything that a directory lists as of a moment."""
    listings = [directory.part(kind) for kind in PARTS]
    return {
        type(each).__name__: each.items(each.table.page([], 10**6, end=each.table.begun(each.begins, at_ms)), at_ms)
        for each in listings
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(any_log(), st.integers(0, 10**12))
def test_any_log_can_be_looked_up_at_any_moment(events: list[Event], at_ms: int) -> None:
    """Whatever another than the model sends: numbers in no order, things that nobody announced."""
    whole = directory_of(events)
    assert whole.now == AsOf(len(events), events[-1].at_ms)
    then = directory_of([event for event in events if event.at_ms <= at_ms])
    if at_ms <= whole.now.at_ms:
        assert shown(whole, at_ms) == shown(then, at_ms)
    position = sum(event.at_ms <= at_ms for event in events)
    assert whole.as_of(at_ms) == AsOf(position, min(at_ms, events[-1].at_ms))


def test_catching_up_in_pieces_is_the_same_as_at_once(log: Log) -> None:
    events = example(5_000)
    run = log.create_run(scenario="example", seed=7, replication=0, scale=1.0, version="1").id
    directory = directory_of([], log, run)

    async def play() -> None:
        for first in range(0, 5_000, 700):
            log.append(run, batch(events, first, first + 700))
            head = min(5_000, first + 700)
            await asyncio.gather(*(directory.catch_up(head) for _ in range(5)))
            assert directory.now == AsOf(head, events[head - 1].at_ms)

    asyncio.run(play())
    assert shown(directory, 10**9) == shown(directory_of(events), 10**9)


def test_one_who_leaves_while_the_log_is_taken_in_disturbs_nobody(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    events = example(3_000)
    run = log.create_run(scenario="example", seed=7, replication=0, scale=1.0, version="1").id
    for first in range(0, 3_000, 500):
        log.append(run, batch(events, first, first + 500))
    directory, is_begun, goes_on = directory_of([], log, run), threading.Event(), threading.Event()
    segments = Log.segments

    def slowly(*asked: Any) -> Iterator[KeptSegment]:
        for segment in segments(*asked):
            yield segment
            is_begun.set()
            assert goes_on.wait(10)

    async def ask() -> None:
        impatient, patient = (asyncio.create_task(directory.catch_up(3_000)) for _ in range(2))
        await asyncio.to_thread(is_begun.wait, 10)
        impatient.cancel()
        await asyncio.wait([impatient])
        another = asyncio.create_task(directory.catch_up(3_000))
        await asyncio.sleep(0)
        goes_on.set()
        await asyncio.gather(patient, another)

    monkeypatch.setattr(Log, "segments", slowly)
    asyncio.run(ask())
    assert shown(directory, 10**9) == shown(directory_of(events), 10**9)


def test_directory_of_a_run_is_made_anew_after_a_fault(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    events = example(300)
    run = log.create_run(scenario="example", seed=7, replication=0, scale=1.0, version="1").id
    log.append(run, batch(events, 0, 300))

    class Live:
        head = 300

        def __init__(self) -> None:
            self.run = run

    directories = Directories(log, PARTS)
    with monkeypatch.context() as broken:
        broken.setattr(Log, "segments", lambda *_: (_ for _ in ()).throw(OSError("gone")))
        with pytest.raises(OSError, match="gone"):
            asyncio.run(directories.of(Live()))
    assert asyncio.run(directories.of(Live())).now.position == 300
