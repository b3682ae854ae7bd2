"""An example run, of any length, and how it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from string import ascii_uppercase

import httpx
import zstandard
from sqlalchemy import update
from sqlmodel import col

from cloudfair.log import Batch, Log
from cloudfair.tables import Run, now
from fairfacts.event import Event
from fairfacts.events import encode
from fairfacts.measures import State
from fairfacts.negotiations import NegotiationEnded, NegotiationLapsed, NegotiationRequested, NegotiationTakenUp
from fairfacts.runs import FairOpened, RunEnded, RunStarted

NEW_RUN = {"scenario": "example", "seed": 7, "replication": 0, "scale": 1.0, "version": "1", "request": {"days": 6}}
ECONOMIES = [f"{first}{second}" for first in "CDFSU" for second in ascii_uppercase]
"""As many as take part in the fair, so that frames have the size that they have there."""
STEP_MS = 1_000
ZSTD = {"Content-Encoding": "zstd"}


def example(count: int, *, ends: bool = True) -> list[Event]:
    """Return a run of `count` events, two at least; one second lies between each and the next."""
    epoch, last_ms = "2020-09-04T00:00:00+08:00", (count - 1) * STEP_MS
    started = RunStarted(0, "example", 7, 0, 1.0, "1", "0" * 64, epoch, last_ms, ("fair.opens",), ())
    events: list[Event] = [started, FairOpened(STEP_MS), *islice(_negotiations(2), max(0, count - 2))][:count]
    return [*events[:-1], RunEnded(last_ms)] if ends else events


def _negotiations(tick: int) -> Iterator[Event]:
    for number in range(1_000_000):
        whose, at_ms = ECONOMIES[number % len(ECONOMIES)], (tick + 3 * number) * STEP_MS
        parties = (number, number % 100, whose, number % 30, "CN", whose != "CN")
        yield NegotiationRequested(at_ms, *parties, number % 50, f"sector {number % 8}", 1)
        if number % 4 == 3:
            yield NegotiationLapsed(at_ms + STEP_MS, *parties, STEP_MS)
            yield NegotiationRequested(at_ms + 2 * STEP_MS, *parties, number % 50, f"sector {number % 8}", 2)
        else:
            yield NegotiationTakenUp(at_ms + STEP_MS, *parties, STEP_MS)
            yield NegotiationEnded(at_ms + 2 * STEP_MS, *parties, STEP_MS, "intent")


def batch(events: list[Event], first: int, end: int) -> Batch:
    """Return the events at [first, end) as a batch for the log."""
    chosen = events[first:end]
    ndjson = encode(chosen)
    return Batch(
        first=first,
        count=len(chosen),
        first_at_ms=chosen[0].at_ms,
        last_at_ms=chosen[-1].at_ms,
        ends=isinstance(chosen[-1], RunEnded),
        ndjson=ndjson,
        payload=packed(ndjson),
    )


def silence(log: Log, run: str, minutes: int = 9) -> datetime:
    """Have a run not heard of for some minutes, and return the moment at which it last was."""
    heard_at = now() - timedelta(minutes=minutes)
    with log._transaction() as connection:
        connection.execute(update(Run).where(col(Run.id) == run).values(heard_at=heard_at))
    return heard_at


def packed(ndjson: bytes) -> bytes:
    """Return the bytes compressed with zstd."""
    return zstandard.ZstdCompressor().compress(ndjson)


def digest_of(events: Iterable[Event]) -> str:
    """Return what the digest of a log with these events must be."""
    return hashlib.sha256(encode(events)).hexdigest()


def measures_of(events: Iterable[Event]) -> dict[str, object]:
    """Return what the measures of a run with these events must be."""
    state = State()
    state.fold(events)
    return state.snapshot()


def begin(client: httpx.Client) -> str:
    """Begin a run and return its id."""
    answer = client.post("/runs", json=NEW_RUN)
    assert answer.status_code == 201, answer.text
    return answer.json()["run"]


def send(client: httpx.Client, run: str, events: list[Event], first: int = 0, end: int | None = None) -> httpx.Response:
    """Send the events at [first, end) as one batch."""
    return client.post(
        f"/runs/{run}/events", params={"first": first}, content=packed(encode(events[first:end])), headers=ZSTD
    )


def send_all(client: httpx.Client, run: str, events: list[Event], first: int = 0, size: int = 1_000) -> None:
    """Send the events from `first` on, in batches."""
    for start in range(first, len(events), size):
        answer = send(client, run, events, start, start + size)
        assert answer.status_code == 200, answer.text
