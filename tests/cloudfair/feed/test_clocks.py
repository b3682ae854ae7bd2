"""What is due when: playbacks, frames, heartbeats and allowances by a clock that the test moves, and no real one."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from tests.cloudfair.feed.clock import POOL, Clock, playback

from cloudfair.feed import feed as feed_module
from cloudfair.feed.feed import Feed
from cloudfair.feed.feeds import Feeds
from cloudfair.feed.frames import Frame
from cloudfair.feed.inbox import Inbox, MessageError
from cloudfair.feed.messages import Ack, Pause, Subscribe
from cloudfair.feed.watcher import Watcher, WatcherState


def test_client_may_send_as_many_messages_as_it_regains_with_time(clock: Clock) -> None:
    inbox, ack = Inbox(frozenset()), b'{"type":"ack","frame":1}'
    for _ in range(100):
        assert inbox.read(ack) == Ack(frame=1)
    with pytest.raises(MessageError, match="more than 100 messages a second"):
        inbox.read(ack)
    clock.now += 0.025  # of the 2.5 regained, the one that was refused took 1
    inbox.read(ack)
    with pytest.raises(MessageError):
        inbox.read(ack)
    clock.now += 60
    for _ in range(100):
        inbox.read(ack)
    with pytest.raises(MessageError):
        inbox.read(ack)


class Written:
    """A connection that takes everything."""

    def __init__(self) -> None:
        self.texts: list[dict[str, Any]] = []

    async def send(self, text: str) -> None:
        self.texts.append(msgspec.json.decode(text))


class Standing:
    """A source of which nothing comes by itself."""

    name, paths, at_ms, position, ended, shown = "standing", frozenset({"a"}), 5_000, 3, False, False

    def is_shown_by(self, frame: Frame) -> bool:
        return self.shown

    async def frame(self, number: int) -> Frame:
        return frame_of(number)

    def lags(self, fold_to_socket_ms: float) -> dict[str, float]:
        return {"fold_to_socket": fold_to_socket_ms}


def frame_of(number: int) -> Frame:
    return Frame(number, number, number, number * 10, False, 99.75, {"a": {"b": number}})


def watcher_of(rate_hz: float = 2.0, *, acknowledge: bool = False) -> tuple[Watcher, Written, list[float]]:
    """Return a watcher that has subscribed, its connection, and what is observed of it."""
    written, observed = Written(), []
    watcher = Watcher(written, Feed(Standing()), observed.append)  # type: ignore[arg-type]
    watcher._subscription = Subscribe(rate_hz=rate_hz, acknowledge=acknowledge)
    watcher._state = WatcherState.LIVE
    return watcher, written, observed


async def test_next_frame_is_due_an_interval_later_and_after_a_delay_half_of_one(clock: Clock) -> None:
    watcher, _, _ = watcher_of()
    due = []
    for moved in (0.0, 0.5, 0.6, 0.1, 2.4):  # on time, on time, late, early, very late
        clock.now += moved
        await watcher._send(frame_of(1), "{}")
        due.append(watcher._frame_due - 100)
    assert due == pytest.approx([0.5, 1.0, 1.5, 1.7, 3.85])


async def test_watcher_is_woken_for_a_heartbeat_or_for_a_frame_that_it_has_not_seen(clock: Clock) -> None:
    watcher, _, _ = watcher_of()
    watcher._heartbeat_due = 110.0
    watcher._feed._add(frame_of(1))

    def is_woken(at_s: float) -> bool:
        watcher._wake.clear()
        watcher.wake_if_due(at_s)
        return watcher._wake.is_set()

    assert [is_woken(at_s) for at_s in (109.9, 110.0)] == [False, True]  # nothing was sent yet
    await watcher._send(watcher._feed.newest, "{}")
    assert is_woken(105.0) is False
    watcher._feed._add(frame_of(2))
    assert [is_woken(at_s) for at_s in (100.4, 100.5)] == [False, True]
    watcher._subscription = Subscribe(acknowledge=True)
    assert is_woken(105.0) is False
    watcher._acknowledged = 1
    assert is_woken(105.0) is True


async def test_heartbeat_tells_where_the_source_stands_and_is_observed_of_those_who_are_live(clock: Clock) -> None:
    watcher, _, observed = watcher_of()
    watcher._heartbeat()
    assert observed == []
    await watcher._send(frame_of(1), "{}")
    beat = watcher._heartbeat()
    assert (beat.at_ms, beat.position, beat.lag_ms, observed) == (5_000, 3, {"fold_to_socket": 250.0}, [0.25])
    watcher._state = WatcherState.PLAYBACK
    watcher._heartbeat()
    assert observed == [0.25]


async def test_frame_that_lay_there_has_been_on_its_way_since_it_was_asked_for(clock: Clock) -> None:
    """Whoever opened a run that had ended two minutes before saw a lag of two minutes, and so did the metrics."""
    watcher, _, observed = watcher_of()
    clock.now += 120.0
    await watcher._send(frame_of(1), "{}", clock.now)
    assert watcher._heartbeat().lag_ms == {"fold_to_socket": 0.0}
    clock.now += 1.0
    await watcher._send(frame_of(2), "{}")
    watcher._heartbeat()
    assert observed == [0.0, 121.25]


async def test_watcher_sleeps_only_when_there_is_nothing_to_do(clock: Clock) -> None:
    watcher, _, _ = watcher_of()

    async def sleeps() -> bool:
        watcher._wake.clear()
        sleeping = asyncio.create_task(watcher._sleep())
        await asyncio.sleep(0)
        is_asleep = not sleeping.done()
        watcher._wake.set()
        await sleeping
        return is_asleep

    assert await sleeps() is True
    watcher._moves.append(Pause())
    assert await sleeps() is False
    watcher._moves.clear()
    for state, expected in (
        (WatcherState.CONNECTED, True),
        (WatcherState.SUBSCRIBING, False),
        (WatcherState.REFUSED, False),
        (WatcherState.GONE, False),
    ):
        watcher._state, watcher._heartbeat_due = state, clock.now + 60
        assert await sleeps() is expected
    watcher._state, watcher._playback = WatcherState.PLAYBACK, playback()[0]
    await watcher._send(frame_of(1), "{}")
    assert await sleeps() is False  # what is new is shown at once
    watcher._playback.is_new = False
    assert await sleeps() is True


class Woken:
    """A follower that counts."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def wake_if_due(self, now: float) -> None:
        self.times.append(now)


async def test_frames_are_numbered_on_and_the_latest_are_held(clock: Clock) -> None:
    source = Standing()
    feed = Feed(source)  # type: ignore[arg-type]
    for _ in range(65):
        await feed._make_if_changed()
    source.shown = True
    await feed._make_if_changed()
    assert (feed.newest.number, (await feed.current()).number) == (64, 64)
    parts = feed.token(feed.newest, ()).rpartition(":")[2]
    held = [feed.held(f"{feed.feed_token}:{number}:{parts}", ()) for number in (0, 1, 64, 65)]
    assert [getattr(each, "number", each) for each in held] == [
        "frame 0 is no longer held", 1, 64, "frame 65 is no longer held",
    ]  # fmt: skip
    assert str(feed.held("other:1", ())).startswith("the token is of another feed")
    assert held[1].measures == {"a": {"b": 1}}  # type: ignore[union-attr]


async def test_texts_are_made_once_and_start_from_nothing_where_a_frame_was_emptied(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed, made = Feed(Standing()), []  # type: ignore[arg-type]
    monkeypatch.setattr(feed_module, "text_of", lambda *asked: made.append(asked) or str(len(made)))
    first = frame_of(1)
    feed._add(first)
    feed._add(frame_of(2))
    assert [feed.text(since, ()) for since in (None, first, None, first)] == ["1", "2", "1", "2"]
    assert feed.text(first, ("a",)) == "3"
    first.measures.clear()
    assert feed.text(first, ()) == "1"
    feed._add(frame_of(3))
    assert feed.text(None, ()) == "4"
    assert made[-1] == (feed.newest, None, (), feed.token(feed.newest, ()))


async def test_many_watchers_are_woken_in_turns_between_which_others_go_on(clock: Clock) -> None:
    feed, everyone = Feed(Standing()), [Woken() for _ in range(150)]  # type: ignore[arg-type]
    feed._watchers.update(everyone)
    turns = []
    feed._wake_watchers()
    for _ in range(4):
        turns.append(sum(len(one.times) for one in everyone))
        await asyncio.sleep(0)
    assert turns == [64, 128, 150, 150]


def test_feed_that_nobody_watched_for_five_minutes_is_dropped(clock: Clock) -> None:
    feeds = Feeds(None, POOL)  # type: ignore[arg-type]
    one, other = (SimpleNamespace(run=run) for run in "ab")
    feed = feeds.of(one)  # type: ignore[arg-type]
    pair = feeds.of_pair(one, other)  # type: ignore[arg-type]
    assert sorted(feeds.runs()) == ["a", "b"]
    clock.now += 299.9
    feeds.drop_idle()
    assert (feeds.of(one), feeds.of_pair(one, other)) == (feed, pair)  # type: ignore[arg-type]
    pair._watchers.add(Woken())
    clock.now += 0.1
    feeds.drop_idle()
    assert feeds.of(one) is not feed  # type: ignore[arg-type]
    assert feeds.of_pair(one, other) is pair  # type: ignore[arg-type]


async def test_frames_are_made_ten_times_a_second_and_after_a_delay_in_half_of_that_time(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed, slept, delays = Feed(Standing()), [], [0.0, 0.03, 0.5, 0.0]  # type: ignore[arg-type]

    async def make() -> None:
        if not delays:
            raise asyncio.CancelledError
        clock.now += delays.pop(0)

    async def sleep(delay_s: float) -> None:
        slept.append(delay_s)
        clock.now += delay_s

    monkeypatch.setattr(feed, "_make_if_changed", make)
    monkeypatch.setattr(feed_module, "asyncio", SimpleNamespace(sleep=sleep))
    with pytest.raises(asyncio.CancelledError):
        await feed._make_frames()
    assert slept == pytest.approx([0.05, 0.07, 0.0, 0.05])
