"""The model of a run, whatever its log holds."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cloudfair.example import batch, created, example
from tests.fairfacts.any_events import any_log

from cloudfair.api.resources.services import SECTIONS
from cloudfair.projections.read_model import model as model_module
from cloudfair.projections.read_model.model import AsOf, ReadModel, ReadModels
from cloudfair.store.log import Log
from cloudfair.store.segments import Segments, StoredSegment
from fairfacts.event import Event
from fairfacts.parts.fairs import NO_FAIR
from fairfacts.parts.runs import RunStarted


def model_of(events: list[Event], log: Log | None = None, run: str = "any") -> ReadModel:
    """Return a read model that holds some events, or reads the log that is given."""
    model = ReadModel(run, log and log.segments, SECTIONS)  # type: ignore[arg-type]  # it is only read to catch up
    if log is None:
        model._fold(events)
    return model


def shown(model: ReadModel, at_ms: int) -> dict[str, list[dict[str, Any]]]:
    """Return everything that a read model lists as of a moment."""
    listings = [model.section(kind) for kind in SECTIONS]
    return {
        type(each).__name__: each.items(each.table.page([], 10**6, end=each.table.begun(each.begins, at_ms)), at_ms)
        for each in listings
    }


@settings(max_examples=60)
@given(any_log(), st.integers(0, 3) | st.integers(0, 10**12))
def test_any_log_can_be_looked_up_at_any_moment(events: list[Event], at_ms: int) -> None:
    """Whatever another than the model sends: numbers in no order, things nobody announced or that happen twice."""
    whole = model_of(events)
    assert whole.now == AsOf(len(events), events[-1].at_ms)
    then = model_of([event for event in events if event.at_ms <= at_ms])
    if at_ms <= whole.now.at_ms:
        assert shown(whole, at_ms) == shown(then, at_ms)
    position = sum(event.at_ms <= at_ms for event in events)
    assert whole.as_of(at_ms) == AsOf(position, min(at_ms, events[-1].at_ms))


def test_catching_up_in_pieces_is_the_same_as_at_once(log: Log) -> None:
    events = example(5_000)
    run = created(log)
    model = model_of([], log, run)

    async def play() -> None:
        for first in range(0, 5_000, 700):
            log.batches.append(run, batch(events, first, first + 700))
            head = min(5_000, first + 700)
            await asyncio.gather(*(model.catch_up(head) for _ in range(5)))
            assert model.now == AsOf(head, events[head - 1].at_ms)

    asyncio.run(play())
    assert shown(model, 10**9) == shown(model_of(events), 10**9)


def test_model_knows_the_moment_and_the_fair_of_its_first_event() -> None:
    started, *_ = events = example(3)
    assert isinstance(started, RunStarted)
    model = model_of(events)
    assert (model.epoch, model.fair) == (started.began, started.description)
    assert model_of([]).fair == NO_FAIR


def test_answers_are_cached_up_to_their_size_and_the_one_asked_for_longest_ago_goes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(model_module, "CACHED_BODY_BYTES", 10)
    model, made = model_of([]), []

    def ask(tag: str, size: int) -> bytes:
        return model.cached_body(tag, lambda: made.append(tag) or bytes(size))  # type: ignore[func-returns-value]  # it returns None

    sizes = {"a": 4, "b": 6, "c": 1, "huge": 11}
    for tag in ("a", "b", "a", "b", "a", "c", "a", "b", "huge", "huge", "b", "a"):
        assert len(ask(tag, sizes[tag])) == sizes[tag]
    assert made == ["a", "b", "c", "b", "huge", "b", "a"]


def test_values_are_cached_until_the_log_goes_on_and_the_oldest_goes_first() -> None:
    model, made = model_of([]), []

    def ask(*whats: int, at_ms: int = 0) -> list[int]:
        for what in whats:
            assert model.cached(what, at_ms, lambda what=what: made.append(what) or what) == what  # type: ignore[misc]  # as above
        asked, made[:] = made[:], []
        return asked

    assert ask(*range(32), *range(32), 0, at_ms=1) == [*range(32)]
    assert ask(0) == [0]
    assert ask(1, 0, at_ms=1) == [0]
    model._fold(example(2))
    assert ask(1, at_ms=1) == [1]


def test_three_models_are_in_memory_those_that_were_asked_for_last() -> None:
    models = ReadModels(None, ())  # type: ignore[arg-type]  # no log is read
    first = {run: models._model(run) for run in ("a", "b", "c")}
    assert models._model("a") is first["a"]
    assert models._model("d").run == "d"
    assert [models._model(run) is first[run] for run in ("a", "c", "b")] == [True, True, False]


def test_one_who_leaves_while_the_log_is_taken_in_disturbs_nobody(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    events = example(3_000)
    run = created(log)
    for first in range(0, 3_000, 500):
        log.batches.append(run, batch(events, first, first + 500))
    model, is_begun, goes_on = model_of([], log, run), threading.Event(), threading.Event()
    segments = Segments.read

    def slowly(*asked: Any) -> Iterator[StoredSegment]:
        for segment in segments(*asked):
            yield segment
            is_begun.set()
            assert goes_on.wait(10)

    async def ask() -> None:
        impatient, patient = (asyncio.create_task(model.catch_up(3_000)) for _ in range(2))
        await asyncio.to_thread(is_begun.wait, 10)
        impatient.cancel()
        await asyncio.wait([impatient])
        another = asyncio.create_task(model.catch_up(3_000))
        await asyncio.sleep(0)
        goes_on.set()
        await asyncio.gather(patient, another)

    monkeypatch.setattr(Segments, "read", slowly)
    asyncio.run(ask())
    assert shown(model, 10**9) == shown(model_of(events), 10**9)


def test_read_model_is_made_anew_after_a_fault(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    events = example(300)
    run = created(log)
    log.batches.append(run, batch(events, 0, 300))

    class Live:
        head = 300

        def __init__(self) -> None:
            self.run = run

    read_models = ReadModels(log.segments, SECTIONS)
    with monkeypatch.context() as broken:
        broken.setattr(Segments, "read", lambda *_: (_ for _ in ()).throw(OSError("gone")))
        with pytest.raises(OSError, match="gone"):
            asyncio.run(read_models.of(Live()))
    assert asyncio.run(read_models.of(Live())).now.position == 300
