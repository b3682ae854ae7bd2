"""Work that takes long waits for its own kind alone, and is refused when too much of it waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.cloudfair.conftest import served
from tests.cloudfair.example import NEW_RUN, begin, example, send
from tests.cloudfair.feed.watching import watching

from cloudfair.api.launcher import Launcher
from cloudfair.errors import BusyError
from cloudfair.pools import Pool, Slots
from cloudfair.projections.point_in_time import PointsInTime
from cloudfair.settings import Settings
from cloudfair.store.runs import Runs

EVENTS = example(500)


async def test_pool_refuses_what_is_over_its_bound() -> None:
    pool, go_on = Pool("works", threads=1, waiting=1, retry_s=7), threading.Event()
    works = [asyncio.create_task(pool.run(go_on.wait, 10)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(BusyError, match="2 works are under way or wait; ask again in 7 s") as refused:
        await pool.run(lambda: None)
    assert refused.value.retry_s == 7
    go_on.set()
    assert await asyncio.gather(*works) == [True, True]
    assert await pool.run(lambda: 3) == 3


async def test_pool_counts_work_whose_caller_left() -> None:
    pool, go_on = Pool("works", threads=1, waiting=0), threading.Event()
    work = asyncio.create_task(pool.run(go_on.wait, 10))
    await asyncio.sleep(0.05)
    work.cancel()
    with pytest.raises(BusyError):
        await pool.run(lambda: None)
    go_on.set()


async def test_slots_refuse_what_waits_too_long_or_too_much() -> None:
    slots = Slots("queries", at_once=1, waiting=1, wait_s=0.05)
    async with slots.taken():
        late = asyncio.create_task(slots.taken().__aenter__())
        await asyncio.sleep(0)
        with pytest.raises(BusyError, match="1 queries are under way and others wait"):
            await slots.taken().__aenter__()
        with pytest.raises(BusyError):
            await late
    async with slots.taken():
        pass


class Slow(Launcher):
    """A launcher whose reports wait until they may go on."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def report(self, run: str) -> str:
        assert self.go_on.wait(30)
        return f"<title>{run}</title>"

    def scenarios(self) -> list[Any]:
        return []

    def schema(self) -> dict[str, Any]:
        return {}

    def plan(self, asked: Any) -> dict[str, Any]:
        raise AssertionError

    def launch(self, run: str, player: int, speed: Any, on_failure: Callable[[str], None]) -> None:
        raise AssertionError

    def close(self) -> None:
        self.go_on.set()


@pytest.fixture
def launcher() -> Slow:
    return Slow()


@pytest.fixture
def alone(sqlite: str, launcher: Slow) -> Iterator[httpx.Client]:
    with served(Settings(database=sqlite), launcher) as url, httpx.Client(base_url=url, timeout=20) as client:
        yield client


def assert_all_goes_on(client: httpx.Client, run: str) -> None:
    """Intake, health, reads and feeds."""
    head = client.get(f"/runs/{run}").json()["head"]
    assert send(client, run, EVENTS, head, head + 50).status_code == 200
    assert client.get("/health").status_code == 200
    assert client.get("/runs").status_code == 200
    with watching(client, run) as watcher:
        watcher.say("subscribe", at_ms=10_000)
        assert watcher.next("playback")["mode"] == "paused"
        assert watcher.next("snapshot")["at_ms"] == 10_000


def test_nothing_waits_for_reports(alone: httpx.Client, launcher: Slow) -> None:
    run = begin(alone)
    send(alone, run, EVENTS, 0, 100)
    with ThreadPoolExecutor(10) as pool:
        reports = [pool.submit(httpx.get, f"{alone.base_url}/runs/{run}/report", timeout=30) for _ in range(10)]
        while sum(report.done() for report in reports) < 7:  # one is written and two wait
            pass
        refused = [report.result() for report in reports if report.done()]
        assert {(answer.status_code, answer.headers["retry-after"]) for answer in refused} == {(503, "30")}
        assert alone.get(f"/runs/{run}/snapshot", params={"at": 20_000}).status_code == 200
        assert_all_goes_on(alone, run)
        launcher.go_on.set()
        assert sorted(report.result().status_code for report in reports) == [200] * 3 + [503] * 7


def test_nothing_waits_for_reads_of_the_past(alone: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, read = threading.Event(), PointsInTime.state
    run = begin(alone)
    send(alone, run, EVENTS, 0, 100)

    def slowly(points: PointsInTime, *asked: Any) -> Any:
        if threading.current_thread().name.startswith("reads of the past"):
            assert go_on.wait(30)
        return read(points, *asked)

    monkeypatch.setattr(PointsInTime, "state", slowly)
    with ThreadPoolExecutor(30) as pool:
        asked = [
            pool.submit(httpx.get, f"{alone.base_url}/runs/{run}/snapshot?at={at}", timeout=30) for at in range(30)
        ]
        assert_all_goes_on(alone, run)
        go_on.set()
        assert {answer.result().status_code for answer in asked} == {200}


def test_nothing_waits_for_a_locked_database(alone: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, create, run = threading.Event(), Runs.create, begin(alone)
    send(alone, run, EVENTS, 0, 100)

    def slowly(runs: Runs, **columns: Any) -> Any:
        assert go_on.wait(30)
        return create(runs, **columns)

    monkeypatch.setattr(Runs, "create", slowly)
    with ThreadPoolExecutor(20) as pool:
        begun = [pool.submit(httpx.post, f"{alone.base_url}/runs", json=NEW_RUN, timeout=30) for _ in range(20)]
        assert_all_goes_on(alone, run)
        go_on.set()
        assert {answer.result().status_code for answer in begun} == {201}
