"""An example run, of any length, and how it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from string import ascii_uppercase
from typing import Any

import httpx
import zstandard
from sqlalchemy import text, update
from sqlmodel import col

from cloudfair.store.batches import Batch
from cloudfair.store.log import Log
from cloudfair.store.tables import Run
from fairfacts.event import Event
from fairfacts.events import encode
from fairfacts.measures import State
from fairfacts.parts.fairs import description_before
from fairfacts.parts.negotiations.events import (
    NegotiationEnded,
    NegotiationLapsed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.parts.runs import REPRODUCING, FairOpened, RunEnded, RunStarted
from fairfacts.wall_clock import now

NEW_RUN = {"scenario": "example", "seed": 7, "replication": 0, "scale": 1.0, "version": "1", "request": {"days": 6}}
ECONOMIES = [f"{first}{second}" for first in "CDFSU" for second in ascii_uppercase]
"""As many as take part in the fair, so that frames have the size that they have there."""
STEP_MS = 1_000
GIVEN = ("fair.closes", "fair.opens", "sessions.total")
ZSTD = {"Content-Encoding": "zstd"}


def example(count: int, *, ends: bool = True) -> list[Event]:
    """Return a run of `count` events, two at least; one second lies between each and the next."""
    epoch, last_ms = "2020-09-04T00:00:00+08:00", (count - 1) * STEP_MS
    started = RunStarted(
        at_ms=0,
        scenario="example",
        seed=7,
        replication=0,
        scale=1.0,
        version="1",
        parameters_sha256="0" * 64,
        epoch=epoch,
        duration_ms=last_ms,
        inputs=GIVEN,
        calibrated=(),
        fair=description_before("ciftis2020"),
    )
    events: list[Event] = [started, FairOpened(STEP_MS), *islice(_negotiations(2), max(0, count - 2))][:count]
    return [*events[:-1], RunEnded(last_ms)] if ends else events


def _negotiations(tick: int) -> Iterator[Event]:
    for number in range(1_000_000):
        whose, at_ms = ECONOMIES[number % len(ECONOMIES)], (tick + 3 * number) * STEP_MS
        parties = {
            "negotiation": number,
            "organisation": number % 100,
            "economy": whose,
            "exhibitor": number % 30,
            "exhibitor_economy": "CN",
            "overseas": whose != "CN",
        }
        yield NegotiationRequested(at_ms=at_ms, **parties, visit=number % 50, sector=f"sector {number % 8}", attempt=1)
        if number % 4 == 3:
            yield NegotiationLapsed(at_ms=at_ms + STEP_MS, **parties, waited_ms=STEP_MS)
            yield NegotiationRequested(
                at_ms=at_ms + 2 * STEP_MS, **parties, visit=number % 50, sector=f"sector {number % 8}", attempt=2
            )
        else:
            yield NegotiationTakenUp(at_ms=at_ms + STEP_MS, **parties, waited_ms=STEP_MS)
            yield NegotiationEnded(at_ms=at_ms + 2 * STEP_MS, **parties, talked_ms=STEP_MS, outcome="intent")


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
    with log._database.transaction() as connection:
        connection.execute(update(Run).where(col(Run.id) == run).values(heard_at=heard_at))
    return heard_at


def packed(ndjson: bytes) -> bytes:
    """Return the bytes compressed with zstd."""
    return zstandard.ZstdCompressor().compress(ndjson)


def digest_of(events: Iterable[Event]) -> str:
    """Return what the digest of a log with these events must be."""
    return hashlib.sha256(encode(events)).hexdigest()


def folded(events: Iterable[Event]) -> State:
    """Return the state after these events."""
    state = State()
    state.fold(events)
    return state


def measures_of(events: Iterable[Event]) -> dict[str, object]:
    """Return what the measures of a run with these events must be."""
    return folded(events).snapshot()


def begin(client: httpx.Client, log: list[Event] | None = None) -> str:
    """Begin the run that a log is of, or the example, and return its id."""
    new = {name: getattr(log[0], name) for name in REPRODUCING} if log else NEW_RUN
    answer = client.post("/runs", json=new)
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


def created(log: Log, scenario: str = "example") -> str:
    """Create a run without events; return its id."""
    return log.runs.create(scenario=scenario, seed=7, replication=0, scale=1.0, version="1").id


def spoil(log: Log, statement: str, **values: Any) -> None:
    """Change rows as the program never does."""
    with log._database.transaction() as connection:
        assert connection.execute(text(statement), values).rowcount
