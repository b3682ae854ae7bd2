"""What is sent to JetStream and when, without a server: frames of runs that end or pause, subjects."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from prometheus_client import CollectorRegistry, Counter
from tests.cloudfair.example import batch, created, example

from cloudfair.errors import DamageError
from cloudfair.export import jetstream
from cloudfair.export import nats as publisher
from cloudfair.export.jetstream import Made, subject_of
from cloudfair.projections.live_runs import LiveRuns
from cloudfair.store.log import Log

LOG = example(2_000)
THERE = Made("there", None)


def over(log: Log, runs: LiveRuns | None = None, sender: object = None) -> publisher._Over:
    return publisher._Over(None, sender, log, runs, Counter("published", "", ["kind"], registry=CollectorRegistry()))


class Sent:
    """Takes all messages; `meanwhile` is called before each page is acknowledged."""

    def __init__(self, meanwhile: Callable[[], Awaitable[None]] | None = None) -> None:
        self.ids: list[str] = []
        self._meanwhile = meanwhile

    async def send(self, _: str, messages: list[jetstream.Message], size_at_most: int | None) -> int:
        assert size_at_most is None
        self.ids += [message.id for message in messages]
        if self._meanwhile:
            await self._meanwhile()
        return len(messages)


async def test_the_last_frame_is_published_where_the_run_ends_while_another_is_sent(sqlite: str) -> None:
    log = Log.open(sqlite)
    run, runs = created(log), LiveRuns(log)
    live = await runs.get(run)
    await live.append(batch(LOG, 0, 1_000), LOG[:1_000])

    async def ends() -> None:
        if live.head < len(LOG):
            await live.append(batch(LOG, 1_000, 2_000), LOG[1_000:])
            live.catch_up()

    sent = Sent(ends)
    frames = publisher._Frames(THERE, over(log, runs, sent), {})
    is_busy = [await frames.publish() for _ in range(3)]
    runs.close()
    log.close()
    assert sent.ids == [f"{run}/frames/1000", f"{run}/frames/2000"]
    assert is_busy == [True, True, False]


async def test_a_run_that_pauses_right_after_a_frame_is_shown_as_far_as_it_has_come(
    sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, sent = Log.open(sqlite), Sent()
    run, runs = created(log), LiveRuns(log)
    live = await runs.get(run)
    monkeypatch.setattr(publisher, "FRAME_S", 3_600.0)
    frames = publisher._Frames(THERE, over(log, runs, sent), {})
    for first in (0, 500):
        await live.append(batch(LOG, first, first + 500), LOG[first : first + 500])
        await frames.publish()
    assert sent.ids == [f"{run}/frames/500"]  # the next one would come too soon
    monkeypatch.setattr(publisher, "FRAME_S", 0.0)
    assert await frames.publish()
    assert not await frames.publish()
    runs.close()
    log.close()
    assert sent.ids == [f"{run}/frames/500", f"{run}/frames/1000"]


@pytest.mark.parametrize("run", ["a run", "a*", "a.b", "a>", "公平"])
def test_whatever_a_run_is_called_its_subject_is_one_token(run: str) -> None:
    assert re.fullmatch(r"cloudfair\.[A-Za-z0-9_-]+", subject_of(run))


def test_a_run_that_is_damaged_is_reported_once_for_as_long_as_it_stays_so(
    sqlite: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, told = Log.open(sqlite), {"fault": ""}
    run = created(log)
    log.batches.append(run, batch(LOG, 0, 100))
    pages = publisher._Events(THERE, over(log), {})
    monkeypatch.setattr(publisher, "RETRY_S", 0)

    async def publish(_: object) -> None:
        if told["fault"]:
            raise DamageError(told["fault"], run=run, table="segment", position=0)

    async def tried(fault: str) -> bool:
        told["fault"] = fault
        return any([await pages.publish() for _ in range(3)])

    monkeypatch.setattr(pages, "_publish", publish)
    is_busy = [asyncio.run(tried(fault)) for fault in ("one fault", "another", "", "another")]
    log.close()
    assert is_busy == [False, False, True, False]
    assert [record.getMessage().rpartition(": ")[2] for record in caplog.records] == ["one fault", "another", "another"]
