"""The feed of one run: its measures as they change."""

from __future__ import annotations

from cloudfair.feed.feed import Feed
from cloudfair.feed.frames import Frame
from cloudfair.feed.messages import PROTOCOL, End, Hello, Lags, wall_time
from cloudfair.feed.paths import PATHS
from cloudfair.feed.playback import Playback
from cloudfair.feed.run_past import RunPast
from cloudfair.pools import Pool
from cloudfair.projections.live import Live
from cloudfair.projections.point_in_time import PointsInTime


class RunSource:
    """One run, as its feed shows it."""

    paths = PATHS

    def __init__(self, live: Live, points: PointsInTime, pool: Pool) -> None:
        self._live, self._points, self._pool = live, points, pool

    @property
    def name(self) -> str:
        """The run's id."""
        return self._live.run

    @property
    def at_ms(self) -> int:
        """The simulated moment that the run has reached."""
        return self._live.at_ms

    @property
    def position(self) -> int:
        """How many of its events are folded."""
        return self._live.position

    @property
    def ended(self) -> bool:
        """Whether the run has ended."""
        return self._live.ended

    def is_shown_by(self, frame: Frame) -> bool:
        """Return whether no event was added since a frame."""
        return frame.position == self._live.state().position

    async def frame(self, number: int) -> Frame:
        """Return the measures of all events."""
        live, state = self._live, self._live.state()
        position = state.position
        return Frame(number, position, position, live.at_ms, live.ended, live.folded_at, state.snapshot())

    def playback(self, at_ms: int, place: int | None) -> Playback:
        """Return a way through the run's past for one watcher."""
        return Playback(RunPast(self._live, self._points), self._pool, at_ms, place)

    def lags(self, fold_to_socket_ms: float) -> Lags:
        """Return the lags of the latest batch."""
        return Lags(
            model_to_intake=self._live.model_to_intake_ms,
            intake_to_fold=self._live.intake_to_fold_ms,
            fold_to_socket=fold_to_socket_ms,
        )

    def hello(self, token: str) -> Hello:
        """Return the greeting, with every event that was answered for."""
        live = self._live
        live.catch_up()
        return Hello(protocol=PROTOCOL, run=live.run, feed=token, head=live.head, at_ms=live.at_ms, wall=wall_time())

    def end(self, position: int) -> End:
        """Return the last message."""
        return End(digest=self._live.digest, position=position)


def run_feed(live: Live, points: PointsInTime, pool: Pool) -> Feed:
    """Return a feed of a run."""
    return Feed(RunSource(live, points, pool))
