"""A run as a relay's feed shows it: its furthest frame."""

from __future__ import annotations

import time

from cloudfair.export.jetstream import PublishedFrame
from cloudfair.feed.frames import Frame
from cloudfair.feed.inbox import MessageError
from cloudfair.feed.messages import PROTOCOL, End, Hello, Lags, wall_time
from cloudfair.feed.paths import PATHS
from cloudfair.feed.playback import Playback


class RelayedRun:
    """One run, as its feed shows it; it is as far as its furthest frame."""

    paths = PATHS

    def __init__(self, frame: PublishedFrame, backend: str) -> None:
        """Begin with a frame; `backend` is the URL of one, for whoever asks for the past."""
        self._backend = backend
        self._take(frame)

    @property
    def name(self) -> str:
        """The run's id."""
        return self._frame.run

    @property
    def at_ms(self) -> int:
        """The simulated moment that the run has reached."""
        return self._frame.at_ms

    @property
    def position(self) -> int:
        """How many events are in the measures."""
        return self._frame.position

    @property
    def ended(self) -> bool:
        """Whether the run has ended."""
        return self._frame.ended

    def show(self, frame: PublishedFrame) -> None:
        """Show a frame from now on, unless it is of another run or behind."""
        if frame.run == self.name and frame.position > self.position:
            self._take(frame)

    def is_shown_by(self, frame: Frame) -> bool:
        """Return whether no frame has come since one."""
        return frame.position == self.position

    async def frame(self, number: int) -> Frame:
        """Return the furthest frame."""
        position = self.position
        return Frame(number, position, position, self.at_ms, self.ended, self._taken_at, self._frame.measures)

    def playback(self, at_ms: int, place: int | None) -> Playback:
        """Refuse: a relay knows no moment but the latest.

        Raises:
            MessageError: always; names a backend.
        """
        del at_ms, place
        raise MessageError(f"a relay shows no past; ask {self._backend}")

    def lags(self, fold_to_socket_ms: float) -> Lags:
        """Return how long the latest frame took from its arrival here; what was before that only a backend knows."""
        return Lags(model_to_intake=None, intake_to_fold=0.0, fold_to_socket=fold_to_socket_ms)

    def hello(self, token: str) -> Hello:
        """Return the greeting."""
        wall = wall_time()
        return Hello(protocol=PROTOCOL, run=self.name, feed=token, head=self.position, at_ms=self.at_ms, wall=wall)

    def end(self, position: int) -> End:
        """Return the last message."""
        return End(digest=self._frame.digest, position=position)

    def _take(self, frame: PublishedFrame) -> None:
        self._frame, self._taken_at = frame, time.monotonic()
