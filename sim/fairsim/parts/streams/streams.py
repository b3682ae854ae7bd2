"""The streams on air, and stalls while the platform has too many viewers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

import numpy as np

from fairfacts.clock import MINUTE_MS
from fairfacts.parts.platform import Channel
from fairfacts.parts.streams import StreamStarted, ViewersStalled
from fairsim.inputs.scenario import Scenario
from fairsim.parts.demand import Demand
from fairsim.parts.organisations import Organisations
from fairsim.parts.part import Context, Part
from fairsim.parts.platform import Platform
from fairsim.parts.streams.audience import Audiences
from fairsim.parts.streams.live import Broadcast, Interest, LiveStream, Viewer

MOST_MINUTES = 1 << 10
"""Number of minutes after which the draws of stalls repeat."""


class Streams(Part):
    """The streams on air."""

    DRAWN_AHEAD_BY = frozenset({"streams"})

    def __init__(self, context: Context, organisations: Organisations, platform: Platform, demand: Demand) -> None:
        super().__init__(context)
        self._platform = platform
        self._broadcast = Broadcast(self.env, self.emit, platform, self.check_stalls)
        self._audiences = Audiences(context, organisations, demand)
        self._stalls = context.draws.stream("streams.stalls")
        self._on_air: dict[int, LiveStream] = {}
        self._failures = Counter[int]()
        """How many failures each session's stream has now, also before it starts."""
        self._checking = False

    def reconfigure(self, before: Scenario) -> None:
        """Drop the times of next tries, which are drawn by the platform's parameters."""
        if before.parameters.platform != self._platform.parameters:
            for stream in self._on_air.values():
                stream.tries_ms = []

    def start(self, session: int, length_ms: int, interest: Interest | None = None) -> None:
        """Put a session's stream on air, for a scheduled length."""
        stream = LiveStream(self._broadcast, session, length_ms, interest or Interest(), self._failures[session])
        self._on_air[session] = stream
        self.emit(StreamStarted(self.env.now, session))
        self._audiences.play(stream)

    def end(self, session: int) -> None:
        """Take a session's stream off the air."""
        self._on_air.pop(session).end()

    def fail(self, session: int) -> Callable[[], None]:
        """Break off a session's stream, on air or as it starts; return the function that repairs it."""
        self._failures[session] += 1
        if session in self._on_air:
            self._on_air[session].fail()
        return partial(self._repair, session)

    def _repair(self, session: int) -> None:
        self._failures[session] -= 1
        if session in self._on_air:
            self._on_air[session].repair()

    def redraw(self) -> None:
        """Draw again who is still to join the streams on air."""
        for stream in self._on_air.values():
            self._audiences.play(stream)

    def drop_in(self, viewer: Viewer, chance: float) -> None:
        """A visitor of the platform looks into one of the streams on air, by a uniform number in (0, 1)."""
        if self._on_air:
            list(self._on_air.values())[int(chance * len(self._on_air))].join(viewer)

    def break_off(self, views: int, again_ms: Callable[[int, Channel], int]) -> None:
        """Break off this number of views, the latest first.

        `again_ms` returns for a viewer's key and channel after what time the viewer tries again, 0 for never.
        """
        for viewer in list(self._broadcast.watching.values())[: -views - 1 : -1] if views else ():
            viewer.stream.leave(viewer, "dropped")
            if after_ms := again_ms(viewer.key, viewer.channel):
                viewer.stream.come_again(viewer, after_ms)

    def check_stalls(self) -> None:
        """Check for stalls at the end of each minute, as long as the platform has too many viewers."""
        if not self._checking and self._platform.stalled_share() > 0:
            self._checking = True
            end_ms = (self.env.now // MINUTE_MS + 1) * MINUTE_MS
            self.env.at(end_ms, self._stall)

    def _stall(self, _: None) -> None:
        """Streams stall for some viewers in this minute, and some of these leave."""
        self._checking = False
        watching = self._broadcast.watching
        share, minute = self._platform.stalled_share(), self.env.now // MINUTE_MS % MOST_MINUTES
        numbers = np.fromiter(watching, np.int64, len(watching))
        keys = numbers * MOST_MINUTES + minute
        stalled = numbers[self._stalls.uniform(keys, STALLS) < share]
        leave_share = self._context.parameters.streams.stalled_leave_share
        leave = self._stalls.uniform(stalled * MOST_MINUTES + minute, LEAVES) < leave_share
        for number in stalled[leave].tolist():
            viewer = watching[number]
            viewer.stream.leave(viewer, "stalled")
        if len(stalled):
            self.emit(ViewersStalled(self.env.now, len(stalled), int(leave.sum())))
        self.check_stalls()


# substreams of `streams.stalls`, by viewer and minute
STALLS, LEAVES = 0, 1
