"""Time travel: a run as it was at any instant, by the log and over HTTP, against what the live feed showed then."""

from __future__ import annotations

import threading
from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import msgspec
import pytest
from tests.cloudfair.example import STEP_MS, batch, created, digest_of, example, measures_of, send
from tests.cloudfair.feed.watching import watching
from tests.fairsim.runs import log_of

from cloudfair.projections import point_in_time as moments
from cloudfair.projections.point_in_time import PointsInTime
from cloudfair.store.checkpoints import StoredCheckpoint
from cloudfair.store.log import Log
from fairfacts.event import Event
from fairfacts.measures import State

EVENTS = example(600)


@pytest.fixture(scope="module")
def played() -> list[Event]:
    """A whole fair, where thousands of events bear one millisecond."""
    return log_of(scale=0.01)


def keep(log: Log, events: list[Event], *, size: int, every: int) -> str:
    """Keep events in batches of `size`, with a checkpoint after every so many of these, and return the run."""
    run, state = created(log), State()
    for number, first in enumerate(range(0, len(events), size), 1):
        log.batches.append(run, batch(events, first, first + size))
        state.fold(events[first : first + size])
        if number % every == 0:
            digest = digest_of(events[: state.position])
            log.checkpoints.save(run, [StoredCheckpoint(state.position, digest, state.checkpoint())])
    return run


def shown(state: State) -> bytes:
    return msgspec.json.encode(state.snapshot())


@pytest.mark.slow
def test_state_at_any_instant_is_that_of_all_that_had_happened(
    log: Log, played: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moments, "HELD_EVENTS", 3_000)  # so that stretches are put away and read again
    run, at = keep(log, played, size=700, every=3), PointsInTime(log)
    folded, times = State(), [event.at_ms for event in played]
    positions = [*range(1, len(played), 977), len(played)]
    for moment in [times[position - 1] for position in positions]:
        folded.fold(played[folded.position : bisect_right(times, moment)])
        assert shown(at.state(run, moment)) == shown(folded)
    assert shown(at.state(run, times[-1] + 1)) == shown(at.state_after(run, len(played) + 1)) == shown(folded)
    for position in reversed(positions):
        assert at.state_after(run, position).position == position


def test_state_is_folded_on_from_an_earlier_one_and_rebuilt_from_a_later(log: Log) -> None:
    run, at = keep(log, EVENTS, size=50, every=3), PointsInTime(log)
    state = None
    for position in (1, 2, 149, 150, 151, 160, 155, 599, 600, 3):
        state = at.state(run, (position - 1) * STEP_MS, state)
        assert state.snapshot() == measures_of(EVENTS[:position])
    assert at.state_after(run, 0, state).snapshot() == State().snapshot()


def test_log_without_events_has_nothing_to_show(log: Log) -> None:
    run = keep(log, [], size=1, every=1)
    assert PointsInTime(log).state(run, 1_000).snapshot() == State().snapshot()


def test_a_log_that_grows_is_read_on(log: Log) -> None:
    run, at = keep(log, EVENTS[:100], size=50, every=9), PointsInTime(log)
    assert at.state(run, 10**9).position == 100
    log.batches.append(run, batch(EVENTS, 100, 180))
    assert at.state(run, 10**9).position == 180
    assert at.state(run, 120 * STEP_MS).snapshot() == measures_of(EVENTS[:121])


def test_snapshot_of_a_moment_is_byte_for_byte_what_the_feed_showed_then(client: httpx.Client, run: str) -> None:
    texts = {}
    for first in range(0, 600, 60):
        send(client, run, EVENTS, first, first + 60)
        with watching(client, run) as watcher:
            at_ms = watcher.subscribe()["at_ms"]
            texts[at_ms] = msgspec.json.encode(watcher.state)
    assert list(texts) == [(first + 59) * STEP_MS for first in range(0, 600, 60)]
    for at_ms, text in texts.items():
        answer = client.get(f"/runs/{run}/snapshot", params={"at": at_ms})
        assert answer.content.partition(b'"measures":')[2].removesuffix(b"}") == text
        assert (answer.json()["at_ms"], answer.json()["position"]) == (at_ms, at_ms // STEP_MS + 1)


@pytest.mark.parametrize(
    "moment",
    ["90500", "2020-09-04T00:01:30.500+08:00", "2020-09-04T00:01:30.500", "2020-09-03T16:01:30.500Z"],
)
def test_moment_is_written_in_ms_or_as_date_and_time(client: httpx.Client, run: str, moment: str) -> None:
    send(client, run, EVENTS)
    for query in ({"at": moment}, f"at={moment}"):  # a + that is not escaped is a blank
        answer = client.get(f"/runs/{run}/snapshot", params=query).json()
        assert (answer["position"], answer["at_ms"], answer["measures"]) == (91, 90_500, measures_of(EVENTS[:91]))


def test_moment_that_is_not_reached_yet_is_now(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 100)
    for moment in ("99000", "123456789", "9" * 30, "2021-01-01"):
        answer = client.get(f"/runs/{run}/snapshot", params={"at": moment}).json()
        assert (answer["position"], answer["at_ms"]) == (100, 99_000)


HOW = (
    "write ms since the epoch, a date and time such as 2020-09-04T00:00:00+08:00,"
    " or a day of the fair and a time such as 'day 2 10:00'"
)


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        ("soon", f"soon is no moment; {HOW}"),
        ("-1", f"-1 is no moment; {HOW}"),
        ("2020-09-03", "2020-09-03 lies before the run's epoch; the first moment is 2020-09-04T00:00:00+08:00"),
    ],
)
def test_other_moments_are_refused(client: httpx.Client, run: str, moment: str, reason: str) -> None:
    send(client, run, EVENTS, 0, 100)
    answer = client.get(f"/runs/{run}/snapshot", params={"at": moment})
    assert (answer.status_code, answer.json()["detail"]) == (422, f"query.at: {reason}")


def test_settled_measures_are_folded_once_and_those_asked_for_last_are_held(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moments, "HELD_MOMENTS", 2)
    run, at = keep(log, EVENTS[:100], size=50, every=9), PointsInTime(log)
    asked, state = [], at.state
    monkeypatch.setattr(at, "state", lambda run, at_ms: asked.append(at_ms) or state(run, at_ms))
    for at_ms in (0, 20_000, 0, 40_000, 0, 20_000):
        assert at.settled(run, at_ms) == measures_of(EVENTS[: at_ms // STEP_MS + 1])
    assert asked == [0, 20_000, 40_000, 20_000]


def test_a_slow_read_of_one_run_keeps_nobody_from_the_past_of_another(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = (keep(log, EVENTS[:100], size=50, every=9) for _ in range(2))
    at, read, begun, over = PointsInTime(log), log.segments.read, threading.Event(), threading.Event()

    def reading(run: str, first: int, end: int) -> Any:
        if run == slow:
            begun.set()
            assert over.wait(30)
        return read(run, first, end)

    monkeypatch.setattr(log.segments, "read", reading)
    with ThreadPoolExecutor(2) as pool:
        waits = pool.submit(at.state_after, slow, 100)
        assert begun.wait(30)
        other = pool.submit(at.state_after, quick, 100)
        try:
            assert other.result(timeout=20).position == 100
        finally:
            over.set()
        assert waits.result().position == 100


@pytest.mark.parametrize(("held", "reads"), [(600, 2), (300, 2), (299, 3)])
def test_events_are_read_once_while_so_many_are_held(
    log: Log, monkeypatch: pytest.MonkeyPatch, held: int, reads: int
) -> None:
    monkeypatch.setattr(moments, "HELD_EVENTS", held)
    run, at = keep(log, EVENTS, size=150, every=1), PointsInTime(log)
    read, asked = log.segments.read, []

    def reading(run: str, first: int, end: int) -> Any:
        asked.append((first, end)) if end - first > 1 else None
        return read(run, first, end)

    monkeypatch.setattr(log.segments, "read", reading)
    for position in (10, 160, 20, 15):
        assert at.state_after(run, position).position == position
    assert len(asked) == reads
