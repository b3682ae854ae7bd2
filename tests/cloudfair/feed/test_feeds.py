"""Feeds and runs that nobody uses are let go; what is in use stays and follows the log."""

from __future__ import annotations

import asyncio
import gc

from tests.cloudfair.example import batch, example

from cloudfair.feed.feeds import Feeds
from cloudfair.pools import Pool
from cloudfair.projections.live_runs import LiveRuns
from cloudfair.projections.point_in_time import PointsInTime
from cloudfair.store.log import Log

EVENTS = example(300)
POOL = Pool("frames", threads=1, waiting=None)


class Looking:
    """A watcher that is woken and does nothing."""

    def wake_if_due(self, now: float) -> None:
        pass


async def begun(runs: LiveRuns) -> str:
    log: Log = runs._log
    run = log.runs.create(scenario="example", seed=7, replication=0, scale=1.0, version="1", request="null").id
    live = await runs.get(run)
    await live.append(batch(EVENTS, 0, 100), EVENTS[:100])
    await asyncio.sleep(0.01)  # its fold is due in the loop, and holds it until then
    return run


async def test_feed_that_nobody_watches_is_dropped_and_one_that_is_watched_stays(runs: LiveRuns) -> None:
    feeds = Feeds(PointsInTime(runs._log), POOL)
    live = await runs.get(await begun(runs))
    watched, watcher = feeds.of(live), Looking()
    pair = feeds.of_pair(live, live)
    watched.join(watcher)
    feeds.drop_idle(idle_s=0)
    assert feeds.of(live) is watched
    assert feeds.of_pair(live, live) is not pair
    watched.leave(watcher)
    feeds.drop_idle(idle_s=60)
    assert feeds.of(live) is watched
    feeds.drop_idle(idle_s=0)
    assert feeds.of(live) is not watched


async def test_run_that_nobody_asked_for_is_let_go_and_loaded_again(runs: LiveRuns) -> None:
    run = await begun(runs)
    digest = (await runs.get(run)).digest
    runs.release_idle(idle_s=60)
    assert [live.run for live in runs.loaded()] == [run]
    runs.release_idle(idle_s=0)
    gc.collect()
    assert runs.loaded() == []
    live = await runs.get(run)
    assert (live.digest, live.head, live.state().position) == (digest, 100, 100)


async def test_run_that_a_stream_holds_stays_the_same_run(runs: LiveRuns) -> None:
    run = await begun(runs)
    held = await runs.get(run)
    runs.release_idle(idle_s=0)
    gc.collect()
    assert runs.loaded() == [held]  # it is followed on
    assert await runs.get(run) is held
    await held.append(batch(EVENTS, 100, 200), EVENTS[100:200])
    assert held.head == 200


async def test_run_into_which_events_come_is_not_let_go(runs: LiveRuns) -> None:
    run = await begun(runs)
    async with (await runs.get(run)).appending:
        runs.release_idle(idle_s=0)
        await asyncio.sleep(0)
        gc.collect()
        assert [live.run for live in runs.loaded()] == [run]
