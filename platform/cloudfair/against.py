"""Two runs side by side, live: a WebSocket on the feed of a pair.

The messages are those of a run's feed (`cloudfair.messages`), with the state `{"a": ..., "b": ..., "difference": ...}`.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends, WebSocket

from cloudfair.backend import Here, same_origin
from cloudfair.feed import Frame
from cloudfair.messages import PROTOCOL, Heartbeat, Lags, PairEnd, PairHello
from cloudfair.pair import PairFeed
from cloudfair.tables import now
from cloudfair.watcher import PATHS, Watcher

router = APIRouter()

PAIR_PATHS = frozenset({"a", "b", "difference"}) | {
    f"{side}.{part}" for side in ("a", "b") for part in PATHS if "." not in part
}
"""What a watcher of a pair can ask for: a run, a part of it, the differences."""


@router.websocket("/runs/{a}/against/{b}/live", dependencies=[Depends(same_origin)])
async def watch_pair(socket: WebSocket, a: str, b: str, here: Here) -> None:
    """Stream the measures of two runs side by side."""
    feed = here.pairs.of(await here.runs.get(a), await here.runs.get(b))
    await socket.accept()
    await PairWatcher(socket, feed).serve()


class PairWatcher(Watcher):
    """One client of a pair's feed."""

    paths = PAIR_PATHS
    _feed: PairFeed

    async def _answer(self) -> None:
        await self._feed.is_made.wait()
        await super()._answer()

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
