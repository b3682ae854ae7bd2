"""One live stream, and those who watch it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from fairfacts.parts.platform import Channel
from fairfacts.parts.streams import StreamEnded, ViewerJoined, ViewerLeft, ViewerRefused, WhyLeft, WhyRefused
from fairsim.engine.draws import Floats
from fairsim.engine.kernel import Emit, Kernel
from fairsim.parts.platform import Platform

MOST_VIEWERS = 1 << 24
"""Maximum number of viewers of one stream. It bounds their keys."""


class Viewer:
    """A person who wants to watch a stream for a while."""

    __slots__ = ("attempt", "channel", "comes_back", "economy", "joined_ms", "key", "number", "organisation", "stay_ms",
                 "stream")  # fmt: skip

    stream: LiveStream

    def __init__(
        self,
        organisation: int | None,
        economy: str,
        channel: Channel,
        key: int,
        stay_ms: int,
        comes_back: tuple[int, int] | None = None,
        attempt: int = 1,
    ) -> None:
        self.organisation, self.economy, self.channel, self.key = organisation, economy, channel, key
        self.stay_ms, self.attempt = stay_ms, attempt
        self.comes_back = comes_back
        """After what time the viewer comes back, and for how long (ms); None for a viewer who does not."""
        self.number = self.joined_ms = -1

    def again(self, stay_ms: int, comes_back: tuple[int, int] | None = None, attempt: int = 1) -> Viewer:
        """Return the viewer at the next visit to the same stream."""
        return Viewer(self.organisation, self.economy, self.channel, self.key, stay_ms, comes_back, attempt)


class Interest:
    """The interest in a stream. Delegates of its own sector and of the host economy may have more than others."""

    def __init__(
        self, factor: float = 0.0, sector: int = -1, sector_weight: float = 1.0, economy: int = -1,
        economy_weight: float = 1.0,
    ) -> None:  # fmt: skip
        self.factor = factor
        """The interest relative to the mean; 0 if it is drawn."""
        self._sector, self._sector_weight = sector, sector_weight
        self._economy, self._economy_weight = economy, economy_weight

    def weights(self, sectors: NDArray[np.int64], economies: NDArray[np.int64]) -> Floats:
        """Return a factor on the interest of each organisation's delegates."""
        of_sector = np.where(sectors == self._sector, self._sector_weight, 1.0)
        weights: Floats = of_sector * np.where(economies == self._economy, self._economy_weight, 1.0)
        return weights


class Broadcast:
    """What the live streams of a fair share."""

    __slots__ = ("check_stalls", "emit", "env", "next_viewer", "platform", "watching")

    def __init__(self, env: Kernel, emit: Emit, platform: Platform, check_stalls: Callable[[], None]) -> None:
        self.env, self.emit, self.platform = env, emit, platform
        self.check_stalls = check_stalls
        """Called after each viewer who joins."""
        self.next_viewer = 0
        self.watching: dict[int, Viewer] = {}
        """The views of all streams, in the order in which they began."""


class LiveStream:
    """One stream on air."""

    __slots__ = ("_broadcast", "_failures", "_have_enough", "_join", "_on_air", "audience", "drawn", "first_key",
                 "interest", "length_ms", "session", "started_ms", "tries_ms")  # fmt: skip

    def __init__(
        self, broadcast: Broadcast, session: int, length_ms: int, interest: Interest, failures: int = 0
    ) -> None:
        """`failures` are those that it has as it starts."""
        self.session, self.length_ms, self.interest, self._broadcast = session, length_ms, interest, broadcast
        self.started_ms = broadcast.env.now
        self.drawn = 0
        """How often the audience was drawn."""
        self.audience, self.first_key = 0, session * MOST_VIEWERS
        """The largest audience of one kind that was drawn, and the key of its first viewer."""
        self.tries_ms: list[Sequence[int]] = []
        """For each number of tries, `Platform.again_after_ms` for the keys of the audience; drawn at the first refusal
        for all of them."""
        self._on_air, self._failures = True, failures
        # bound once: a bound method would be one more object for each entry of the event list
        self._join, self._have_enough = self.join, self.have_enough

    def join(self, viewer: Viewer) -> None:
        """A viewer begins to watch, or is refused and tries again after a while."""
        if not self._on_air:
            return
        if not self._failures and self._broadcast.platform.take_place():
            self._begin(viewer)
        else:
            self._refuse(viewer, "failed" if self._failures else "full")

    def fail(self) -> None:
        """Break the stream off for all viewers, until it is repaired."""
        self._failures += 1
        again_ms = self._broadcast.platform.again_after_ms
        for viewer in self._viewers():
            self.leave(viewer, "dropped")
            if after_ms := again_ms(viewer.key, viewer.attempt):
                self.come_again(viewer, after_ms)

    def repair(self) -> None:
        """Mend one failure."""
        self._failures -= 1

    def come_again(self, viewer: Viewer, after_ms: int) -> None:
        """A viewer who was thrown off tries again after a while."""
        again = viewer.again(viewer.stay_ms, viewer.comes_back, viewer.attempt + 1)
        self._broadcast.env.after(after_ms, self._join, again)

    def end(self) -> None:
        """End the stream and all views of it."""
        self._on_air = False
        for viewer in self._viewers():
            self.leave(viewer, "ended")
        self._broadcast.emit(StreamEnded(self._broadcast.env.now, self.session))

    def leave(self, viewer: Viewer, reason: WhyLeft) -> None:
        """End a view."""
        broadcast, now = self._broadcast, self._broadcast.env.now
        del broadcast.watching[viewer.number]
        broadcast.platform.watching -= 1
        broadcast.emit(ViewerLeft(now, self.session, viewer.number, now - viewer.joined_ms, reason))

    def have_enough(self, viewer: Viewer) -> None:
        """A viewer has seen enough and leaves, unless the view ended before; some come back later."""
        if viewer.number not in self._broadcast.watching:
            return
        self.leave(viewer, "left")
        if viewer.comes_back:
            after_ms, stay_ms = viewer.comes_back
            self._broadcast.env.after(after_ms, self._join, viewer.again(stay_ms))

    def _viewers(self) -> list[Viewer]:
        return [viewer for viewer in self._broadcast.watching.values() if viewer.stream is self]

    def _begin(self, viewer: Viewer) -> None:
        broadcast, now = self._broadcast, self._broadcast.env.now
        viewer.stream, viewer.number, viewer.joined_ms = self, broadcast.next_viewer, now
        broadcast.next_viewer += 1
        broadcast.watching[viewer.number] = viewer
        broadcast.emit(
            ViewerJoined(now, self.session, viewer.number, viewer.organisation, viewer.economy, viewer.channel)
        )
        broadcast.env.after(viewer.stay_ms, self._have_enough, viewer)
        broadcast.check_stalls()

    def _refuse(self, viewer: Viewer, reason: WhyRefused) -> None:
        now, after_ms = self._broadcast.env.now, self._again_after_ms(viewer)
        self._broadcast.emit(
            ViewerRefused(now, self.session, viewer.organisation, viewer.economy, viewer.channel, reason, after_ms > 0)
        )
        if after_ms:
            viewer.attempt += 1
            self._broadcast.env.after(after_ms, self._join, viewer)

    def _again_after_ms(self, viewer: Viewer) -> int:
        """Return after what time a refused viewer tries again; 0 for never."""
        platform, place, attempt = self._broadcast.platform, viewer.key - self.first_key, viewer.attempt
        if not 0 <= place < self.audience:  # a viewer who dropped in
            return platform.again_after_ms(viewer.key, attempt)
        if not self.tries_ms:
            self.tries_ms = platform.all_again_after_ms(self.first_key + np.arange(self.audience))
        return self.tries_ms[attempt][place] if attempt < len(self.tries_ms) else 0
