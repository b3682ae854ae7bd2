"""Two runs side by side: as they are at a moment, or live over a WebSocket on the feed of the pair.

The feed speaks as a run's does (`cloudfair.messages`), of the state `{"a": ..., "b": ..., "difference": ...}`.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, WebSocket
from pydantic import BaseModel
from starlette.responses import Response

from cloudfair.backend import Here, same_origin, subprotocol
from cloudfair.feed import Frame
from cloudfair.messages import PROTOCOL, Heartbeat, Lags, PairEnd, PairHello
from cloudfair.moments import At, moment_ms
from cloudfair.pair import PairFeed, reached_ms
from cloudfair.reading.answer import example, not_valid
from cloudfair.runs import json_answer
from cloudfair.tables import now
from cloudfair.watcher import PATHS, Watcher
from fairfacts.differences import differences, series_differences
from fairfacts.errors import ScenarioError

router = APIRouter()

PAIR_PATHS = frozenset({"a", "b", "difference"}) | {
    f"{side}.{part}" for side in ("a", "b") for part in PATHS if "." not in part
}
"""What a watcher of a pair can ask for: a run, a part of it, the differences."""


class Side(BaseModel):
    """One of two runs."""

    run: str
    position: int
    """How many events it had by the moment."""


class DifferenceRow(BaseModel):
    """A measure of two runs, or one entry of a breakdown."""

    model_config = example(measure="negotiations.initiated", a=54_767, b=61_020, difference=6_253, ratio=1.1142)

    measure: str
    a: float
    b: float
    difference: float
    """b - a, in the measure's unit."""
    ratio: float | None
    """b / a; null where a is 0."""


class PairAnswer(BaseModel):
    """Two runs at one simulated moment."""

    at_ms: int
    """Since the epoch of each."""
    a: Side
    b: Side
    rows: list[DifferenceRow]


@router.get("/runs/{a}/against/{b}", response_model=PairAnswer, tags=["runs"])
async def get_pair(
    a: str,
    b: str,
    here: Here,
    at: At = None,
    series: Annotated[
        str | None, Query(max_length=100, description="a breakdown", examples=["negotiations.per_hour"])
    ] = None,
) -> Response:
    """Return every measure of two runs that is one number, or a breakdown's entries, with the differences.

    It is of the moment that both have reached, or of `at`, by the epoch of `a`, where that is earlier.
    """
    sides = (await here.runs.get(a), await here.runs.get(b))
    epoch, _ = (live.state().parts.run.epoch for live in sides)
    at_ms = reached_ms(sides)
    if at is not None:
        at_ms = min(at_ms, moment_ms(at, epoch))
    states = [await asyncio.to_thread(here.moments.state, live.run, at_ms) for live in sides]
    one, other = (state.snapshot() for state in states)
    try:
        rows = differences(one, other) if series is None else series_differences(series, one, other)
    except ScenarioError as fault:
        raise not_valid("series", series, str(fault).removeprefix("--series ")) from fault
    told = [{"run": live.run, "position": state.position} for live, state in zip(sides, states, strict=True)]
    return json_answer({"at_ms": at_ms, "a": told[0], "b": told[1], "rows": rows})


@router.websocket("/runs/{a}/against/{b}/live", dependencies=[Depends(same_origin)])
async def watch_pair(socket: WebSocket, a: str, b: str, here: Here) -> None:
    """Stream the measures of two runs side by side."""
    feed = here.pairs.of(await here.runs.get(a), await here.runs.get(b))
    await socket.accept(subprotocol(socket))
    await PairWatcher(socket, feed).serve()


class PairWatcher(Watcher):
    """One client of a pair's feed."""

    paths = PAIR_PATHS
    _feed: PairFeed

    async def _send_newest(self, since: Frame | None) -> None:
        await self._feed.is_made.wait()
        await super()._send_newest(since)

    def _hello(self) -> PairHello:
        feed = self._feed
        a, b = (live.run for live in feed.sides)
        return PairHello(protocol=PROTOCOL, a=a, b=b, epoch=feed.epoch, at_ms=feed.at_ms, wall=now().isoformat())

    def _heartbeat(self) -> Heartbeat:
        sides = self._feed.sides
        to_intake = [live.model_to_intake_ms for live in sides if live.model_to_intake_ms is not None]
        lags = Lags(
            model_to_intake=max(to_intake, default=None),
            intake_to_fold=max(live.intake_to_fold_ms for live in sides),
            fold_to_socket=self._fold_to_socket_ms,
        )
        position = sum(live.position for live in sides)
        return Heartbeat(wall=now().isoformat(), at_ms=self._feed.at_ms, position=position, lag_ms=lags)

    def _end(self, frame: Frame) -> PairEnd:
        a, b = (live.digest for live in self._feed.sides)
        return PairEnd(a=a, b=b, position=frame.position)
