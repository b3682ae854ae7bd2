"""A watcher in its own event loop, with a client made of two queues: no server, no socket."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from tests.cloudfair.example import STEP_MS, batch, example, measures_of, packed

from cloudfair.feed import feed as feed_module
from cloudfair.feed import watcher as watcher_module
from cloudfair.feed.feed import Feed
from cloudfair.feed.frames import without_overlap
from cloudfair.feed.pair import PairPast, pair_feed
from cloudfair.feed.playback import Playback
from cloudfair.feed.run import run_feed
from cloudfair.feed.run_past import RunPast
from cloudfair.feed.watcher import DisconnectedError, Watcher, WatcherState
from cloudfair.pools import Pool
from cloudfair.projections.live import Live
from cloudfair.projections.live_runs import LiveRuns
from cloudfair.projections.point_in_time import PointsInTime
from cloudfair.store.log import Log
from fairfacts.events import encode

EVENTS = example(400)
POOL = Pool("frames", threads=1, waiting=None)
MILLISECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00"


class Client:
    """The client's end of a connection."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[str | None] = asyncio.Queue()
        self.received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.closed: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()

    async def receive(self) -> str | None:
        return await self.sent.get()

    async def send(self, text: str) -> None:
        if self.closed.done():
            raise DisconnectedError
        await self.received.put(json.loads(text))

    async def close(self, reason: str | None = None) -> None:
        self.closed.set_result(reason)

    def say(self, kind: str, **fields: Any) -> None:
        self.sent.put_nowait(json.dumps({"type": kind} | fields))

    async def next(self, *types: str) -> dict[str, Any]:
        """Return the next message of one of these types; others but heartbeats must not come before it."""
        async with asyncio.timeout(10):
            while (message := await self.received.get())["type"] == "heartbeat" not in types:
                pass
        assert message["type"] in types, message
        return message


async def begun(runs: LiveRuns, count: int) -> Live:
    """Return a run with so many events, of which none is folded yet."""
    log: Log = runs._log
    run = log.runs.create(scenario="example", seed=7, replication=0, scale=1.0, version="1", request="null").id
    live = await runs.get(run)
    await append(live, 0, count)
    return live


async def append(live: Live, first: int, end: int) -> None:
    await live.append(batch(EVENTS, first, end), EVENTS[first:end])


@asynccontextmanager
async def watched(
    feed: Feed, observe: Callable[[float], None] = lambda _: None
) -> AsyncIterator[tuple[Client, Watcher]]:
    client = Client()
    watcher = Watcher(client, feed, observe)
    serving = asyncio.create_task(watcher.serve())
    try:
        yield client, watcher
    finally:
        client.sent.put_nowait(None)
        async with asyncio.timeout(10):
            await serving


async def test_hello_holds_the_events_that_were_answered_for_and_not_folded(runs: LiveRuns) -> None:
    live = await begun(runs, 1)
    await append(live, 1, 300)
    assert live.position < 300
    assert (run_feed(live, PointsInTime(runs._log), POOL).source.hello("x").at_ms, live.position) == (
        299 * STEP_MS,
        300,
    )


async def test_state_follows_the_life_of_a_watcher(runs: LiveRuns) -> None:
    live = await begun(runs, 300)
    feed = run_feed(live, PointsInTime(runs._log), POOL)
    async with watched(feed) as (client, watcher):
        await client.next("hello")
        assert (watcher.state, feed.is_watched) == (WatcherState.CONNECTED, False)
        client.say("subscribe", rate_hz=20)
        await client.next("snapshot")
        assert (watcher.state, feed.is_watched) == (WatcherState.LIVE, True)
        client.say("seek", at_ms=5_000)
        assert (await client.next("playback"))["mode"] == "paused"
        await client.next("patch")
        assert (watcher.state, feed.is_watched) == (WatcherState.PLAYBACK, False)
        client.say("live")
        await client.next("playback")
        await client.next("snapshot")
        assert (watcher.state, feed.is_watched) == (WatcherState.LIVE, True)
    assert (watcher.state, feed.is_watched) == (WatcherState.GONE, False)


async def test_watcher_that_seeks_is_sent_no_live_frame(runs: LiveRuns) -> None:
    live = await begun(runs, 300)
    feed = run_feed(live, PointsInTime(runs._log), POOL)
    async with watched(feed) as (client, _):
        await client.next("hello")
        client.say("subscribe", rate_hz=20)
        await client.next("snapshot")
        client.say("seek", at_ms=5_000)
        await client.next("playback")
        assert (await client.next("patch"))["at_ms"] == 5_000
        async with watched(feed) as (other, _):
            await other.next("hello")
            other.say("subscribe", rate_hz=20)
            await other.next("snapshot")
            await append(live, 300, 350)
            assert (await other.next("patch"))["position"] == 350
        client.say("seek", at_ms=6_000)  # what comes before its answer would fail
        await client.next("playback")
        assert (await client.next("patch"))["at_ms"] == 6_000


async def test_step_while_it_plays_pauses(runs: LiveRuns) -> None:
    live = await begun(runs, 400)
    async with watched(run_feed(live, PointsInTime(runs._log), POOL)) as (client, _):
        await client.next("hello")
        client.say("subscribe", at_ms=100_000, speed=0.1, rate_hz=20)
        assert (await client.next("playback"))["mode"] == "playing"
        await client.next("snapshot")
        client.say("step", events=2)
        message = await client.next("playback", "patch")
        while message["type"] != "playback":
            message = await client.next("playback", "patch")
        assert (message["mode"], message["speed"]) == ("paused", None)
        assert (await client.next("patch"))["position"] == 103


async def test_whoever_pauses_where_it_watches_has_seen_that_already(runs: LiveRuns) -> None:
    past = RunPast(await begun(runs, 10), PointsInTime(runs._log))
    assert [Playback(past, POOL, at_ms=9 * STEP_MS, place=place).is_new for place in (None, 10)] == [True, False]


@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        ([], ()),
        (["run", "run.seed"], ("run",)),
        (["run.seed", "venue.inside", "run"], ("run", "venue.inside")),
        (["venue.inside", "run.seed"], ("run.seed", "venue.inside")),
    ],
)
def test_part_inside_another_is_left_out(asked: list[str], parts: tuple[str, ...]) -> None:
    assert without_overlap(asked) == parts


async def test_whole_and_a_part_of_it_are_sent_once(runs: LiveRuns) -> None:
    live = await begun(runs, 300)
    async with watched(run_feed(live, PointsInTime(runs._log), POOL)) as (client, _):
        await client.next("hello")
        client.say("subscribe", parts=["run.seed", "run"])
        assert (await client.next("snapshot"))["state"] == {"run": measures_of(EVENTS[:300])["run"]}


async def test_move_before_the_subscription_is_refused(runs: LiveRuns) -> None:
    async with watched(run_feed(await begun(runs, 10), PointsInTime(runs._log), POOL)) as (client, watcher):
        await client.next("hello")
        client.say("pause")
        assert str(await client.closed).startswith("subscribe first")
        assert watcher.state is WatcherState.REFUSED


async def test_client_that_sends_too_much_is_refused(runs: LiveRuns) -> None:
    async with watched(run_feed(await begun(runs, 10), PointsInTime(runs._log), POOL)) as (client, _):
        for number in range(102):
            client.say("ack", frame=number)
        assert str(await client.closed).startswith("more than 100 messages a second")


@pytest.mark.parametrize("of_two", [False, True])
async def test_every_watcher_has_the_same_clock_and_is_observed(
    runs: LiveRuns, monkeypatch: pytest.MonkeyPatch, of_two: bool
) -> None:
    monkeypatch.setattr(watcher_module, "HEARTBEAT_S", 0.02)
    live, points, seen = await begun(runs, 50), PointsInTime(runs._log), []
    feed = pair_feed(live, live, points, POOL) if of_two else run_feed(live, points, POOL)
    async with watched(feed, seen.append) as (client, _):
        assert re.fullmatch(MILLISECONDS, (await client.next("hello"))["wall"])
        client.say("subscribe")
        await client.next("snapshot")
        heartbeat = await client.next("heartbeat")
        assert re.fullmatch(MILLISECONDS, heartbeat["wall"])
        assert heartbeat["position"] == (100 if of_two else 50)
        while not seen:
            await client.next("heartbeat")
    assert min(seen) > 0


async def test_feed_goes_on_after_a_frame_that_could_not_be_made(
    runs: LiveRuns, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(feed_module, "TICK_S", 0.01)
    live = await begun(runs, 50)
    feed = run_feed(live, PointsInTime(runs._log), POOL)
    make, failures = feed.source.frame, [ValueError("once"), OSError("twice")]

    async def frame(number: int) -> Any:
        if failures:
            raise failures.pop()
        return await make(number)

    monkeypatch.setattr(feed.source, "frame", frame)
    async with watched(feed) as (client, _):
        await client.next("hello")
        client.say("subscribe")
        assert (await client.next("snapshot"))["position"] == 50
    assert [record.message for record in caplog.records] == [f"no frame of {live.run}"] * 2


async def test_frames_are_made_only_while_somebody_watches(runs: LiveRuns) -> None:
    live = await begun(runs, 50)
    feed = run_feed(live, PointsInTime(runs._log), POOL)
    async with watched(feed) as (client, _):
        await client.next("hello")
        client.say("subscribe")
        await client.next("snapshot")
    await append(live, 50, 60)
    other = await begun(runs, 1)
    async with watched(run_feed(other, PointsInTime(runs._log), POOL)) as (client, _):  # its clock ticks as often
        await client.next("hello")
        client.say("subscribe", rate_hz=20)
        await client.next("snapshot")
        for end in (2, 3, 4):
            await append(other, end - 1, end)
            await client.next("patch")
    assert feed.newest.position == 50


async def test_past_of_a_run_holds_no_state_once_it_is_released(runs: LiveRuns) -> None:
    live = await begun(runs, 10)
    live.catch_up()
    past = RunPast(live, PointsInTime(runs._log))
    assert [seen.position for seen in (past.at(3 * STEP_MS), past.after(7))] == [4, 7]
    assert past._state is not None
    past.release()
    assert past._state is None
    assert (past.after(2).position, past.at_ms, past.place) == (2, 9 * STEP_MS, 10)


async def test_a_step_to_the_latest_moment_of_a_pair_shows_no_more_events_than_it_went(runs: LiveRuns) -> None:
    live = await begun(runs, 10)
    past = PairPast(live, live, PointsInTime(runs._log))
    together = [msgspec.structs.replace(event, at_ms=9 * STEP_MS) for event in EVENTS[10:13]]
    ndjson = encode(together)
    sent = msgspec.structs.replace(
        batch(EVENTS, 10, 13), first_at_ms=9 * STEP_MS, last_at_ms=9 * STEP_MS, ndjson=ndjson, payload=packed(ndjson)
    )
    await live.append(sent, together)
    live.catch_up()
    seen = past.after(11)
    assert (seen.place, seen.position, seen.at_ms) == (11, 11 + 13, 9 * STEP_MS)


async def test_past_of_two_runs_holds_no_state_once_it_is_released(runs: LiveRuns) -> None:
    live = await begun(runs, 10)
    live.catch_up()
    past = PairPast(live, live, PointsInTime(runs._log))
    past.at(3 * STEP_MS)
    past.release()
    assert (past._a._state, past._b._state) == (None, None)
