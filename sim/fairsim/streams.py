"""Live streams of sessions: delegates and the public join when one begins, or drop in; they stay, leave, return."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from fairfacts.platform import CHANNELS, Channel
from fairfacts.streams import (
    StreamEnded,
    StreamStarted,
    ViewerJoined,
    ViewerLeft,
    ViewerRefused,
    ViewersStalled,
    WhyLeft,
    WhyRefused,
)
from fairsim.arrivals import MINUTE_MS, gaps_ms
from fairsim.demand import Demand
from fairsim.draws import Draws, Floats, named, packed, whole_ms
from fairsim.draws import Stream as Draw
from fairsim.kernel import Arrivals, Emit, Kernel
from fairsim.organisations import Organisations
from fairsim.platform import Platform
from fairsim.scenario import Scenario

MOST_VIEWERS = 1 << 24
"""Viewers that one stream may have; the numbers of a stream's audience are keyed with it."""
MOST_MINUTES = 1 << 10
"""Minutes after which the draws of who is stalled come again."""


class Viewer:
    """Somebody who wants to watch a stream for a while."""

    __slots__ = ("attempt", "channel", "comes_back", "economy", "joined_ms", "key", "number", "organisation", "stay_ms",
                 "stream")  # fmt: skip

    stream: Stream
    """What is watched."""

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
        """Be somebody who has not come yet; `comes_back` says after what time, and for how long, both in ms."""
        self.organisation, self.economy, self.channel, self.key = organisation, economy, channel, key
        self.stay_ms, self.comes_back, self.attempt = stay_ms, comes_back, attempt
        self.number = self.joined_ms = -1

    def again(self, stay_ms: int, comes_back: tuple[int, int] | None = None, attempt: int = 1) -> Viewer:
        """Return the viewer as it comes to the same stream once more."""
        return Viewer(self.organisation, self.economy, self.channel, self.key, stay_ms, comes_back, attempt)


class Streams:
    """What is on air, and who watches."""

    def __init__(
        self,
        env: Kernel,
        scenario: Scenario,
        draws: Draws,
        organisations: Organisations,
        platform: Platform,
        demand: Demand,
        emit: Emit,
    ) -> None:
        self.env, self.emit, self.platform = env, emit, platform
        self.next_viewer = 0
        self.watching: dict[int, Viewer] = {}
        """Views of all streams, in the order in which they began."""
        self._organisations, self._demand = organisations, demand
        self._registered = draws.stream("streams.audience")
        self._public = draws.stream("streams.public")
        self._stalls = draws.stream("streams.stalls")
        self._on_air: dict[int, Stream] = {}
        self._checking = False
        self._trade = np.array([economy.weight for economy in organisations.economies])
        self.adopt(scenario)

    def adopt(self, scenario: Scenario) -> None:
        """Play by a scenario's parameters from now on."""
        self.parameters = scenario.parameters.streams
        for stream in self._on_air.values():
            stream.tries_ms = []  # what is left of them is drawn by the platform's parameters of now

    def start(self, session: int, length_ms: int, interest: Interest | None = None) -> None:
        """A session's stream goes on air; its scheduled length is `length_ms`."""
        stream = self._on_air[session] = Stream(self, session, length_ms, interest or Interest())
        self.emit(StreamStarted(self.env.now, session))
        self._play_audience(stream)

    def end(self, session: int) -> None:
        """A stream goes off the air, and those who still watch are gone with it."""
        self._on_air.pop(session).end()

    def is_on_air(self, session: int) -> bool:
        """Return whether a session's stream is on air."""
        return session in self._on_air

    def fail(self, session: int) -> Callable[[], None]:
        """A session's stream breaks off, now or whenever it is on air; return what mends it."""
        return self._on_air[session].fail() if session in self._on_air else lambda: None

    def redraw(self) -> None:
        """What decides the audience has changed: play what is left of each stream by it."""
        for stream in self._on_air.values():
            self._play_audience(stream)

    def drop_in(self, viewer: Viewer, which: float) -> None:
        """A visitor of the platform looks into one of the streams on air, if there is one: `which`, in (0, 1)."""
        if self._on_air:
            list(self._on_air.values())[int(which * len(self._on_air))].join(viewer)

    def break_off(self, views: int, again_ms: Callable[[int, Channel], int]) -> None:
        """The platform breaks so many views off, the latest first; `again_ms` as for `Stream.fail`."""
        for viewer in list(self.watching.values())[: -views - 1 : -1] if views else ():
            viewer.stream.leave(viewer, "dropped")
            if after_ms := again_ms(viewer.key, viewer.channel):
                viewer.stream.come_again(viewer, after_ms)

    def check_stalls(self) -> None:
        """From now on see every minute whether streams stall, as long as somebody watches more than is borne."""
        if not self._checking and self.platform.stalled_share() > 0:
            self._checking = True
            end_ms = (self.env.now // MINUTE_MS + 1) * MINUTE_MS
            self.env.at(end_ms, self._stall)

    def _stall(self, _: None) -> None:
        """A minute in which the platform was short: streams stall, and some of their viewers leave."""
        self._checking = False
        share, minute = self.platform.stalled_share(), self.env.now // MINUTE_MS % MOST_MINUTES
        numbers = np.fromiter(self.watching, np.int64, len(self.watching))
        keys = numbers * MOST_MINUTES + minute
        stalled = numbers[self._stalls.uniform(keys, STALLS) < share]
        leave = self._stalls.uniform(stalled * MOST_MINUTES + minute, QUITS) < self.parameters.stalled_leave_share
        for number in stalled[leave].tolist():
            viewer = self.watching[number]
            viewer.stream.leave(viewer, "stalled")
        if len(stalled):
            self.emit(ViewersStalled(self.env.now, len(stalled), int(leave.sum())))
        self.check_stalls()

    def _play_audience(self, stream: Stream) -> None:
        """Play who is still to come to a stream; what was drawn for it earlier is given up."""
        stream.drawn += 1
        stream.tries_ms = []
        register, interest = self._organisations.register, stream.interest
        factors = self._demand.by_economy("online")
        registered = np.where(register.registered_ms <= stream.started_ms, register.delegates, 0).astype(np.float64)
        registered *= interest.weights(register.sector, register.economy)
        home = np.array([not economy.overseas for economy in self._organisations.economies])
        abroad = self._trade * ~home
        share = self.parameters.public_overseas_share
        public = np.where(home, 1 - share, share * abroad / max(abroad.sum(), 1e-9))
        for draw, mean, weights, multiplied in (
            (self._registered, self.parameters.audience_mean, registered, registered * factors[register.economy]),
            (self._public, self.parameters.public_audience_mean, public, public * factors),
        ):
            if weights.sum():
                viewers = self._appeal(stream) * mean * multiplied.sum() / weights.sum()
                is_public = draw is self._public
                stream.audience = max(stream.audience, round(viewers))
                self.env.admit(self._audience_of(stream, draw, round(viewers), multiplied, public=is_public))

    def _appeal(self, stream: Stream) -> float:
        """Return the interest in a stream against the mean: as it was said, or by Zipf's law over a uniform rank."""
        if stream.interest.factor:
            return stream.interest.factor
        exponent = self.parameters.audience_zipf
        rank = self._registered.one(stream.session)
        appeal: float = (1 - exponent) * rank**-exponent
        return min(appeal, self.parameters.appeal_max)

    def _audience_of(self, stream: Stream, draw: Draw, viewers: int, weights: Floats, *, public: bool) -> Arrivals:
        """Those who wanted to see a stream join it one after the other, most of them at its begin."""
        parameters, drawn, since_ms = self.parameters, stream.drawn, self.env.now - stream.started_ms
        keys = stream.first_key + np.arange(viewers)
        joins = np.rint(draw.exponential(keys, parameters.join_mean_min * MINUTE_MS, JOIN)).astype(np.int64)
        order = np.argsort(joins, kind="stable")
        order = order[joins[order] >= since_ms]
        keys, joins = keys[order], joins[order]
        cumulative = np.cumsum(weights)
        who = np.searchsorted(cumulative, draw.uniform(keys, WHO) * cumulative[-1], side="right")
        economies = who if public else self._organisations.register.economy[who]
        codes = [economy.code for economy in self._organisations.economies]
        channels = named(CHANNELS, (draw.uniform(keys, CHANNEL) < parameters.app_share).astype(np.int64))
        stays = self._stays(draw, keys, stream.length_ms)
        for who_, economy, channel, key, (stay_ms, comes_back), gap_ms in zip(
            packed(who), packed(economies), channels, packed(keys), stays, gaps_ms(joins, since_ms), strict=True
        ):
            yield gap_ms
            if drawn != stream.drawn:
                return
            stream.join(Viewer(None if public else who_, codes[economy], channel, key, stay_ms, comes_back))

    def _stays(
        self, draw: Draw, keys: NDArray[np.int64], length_ms: int
    ) -> Iterator[tuple[int, tuple[int, int] | None]]:
        """Return how long each viewer stays, and for some, how long they are gone then and stay again, in ms."""
        parameters = self.parameters
        mean = parameters.stay_median_share * length_ms * np.exp(parameters.stay_sigma**2 / 2)
        first = whole_ms(draw.lognormal(keys, mean, parameters.stay_sigma, STAY))
        gone = whole_ms(draw.exponential(keys, parameters.return_mean_min * MINUTE_MS, GONE))
        again = whole_ms(draw.lognormal(keys, mean, parameters.stay_sigma, STAY_AGAIN))
        returns = (draw.uniform(keys, RETURN) < parameters.return_share).tolist()
        return (
            (stay, (absence, second) if back else None)
            for stay, absence, second, back in zip(packed(first), packed(gone), packed(again), returns, strict=True)
        )


class Interest:
    """Who is interested in a stream: everybody alike, unless a sector or an economy is more."""

    def __init__(
        self, factor: float = 0.0, sector: int = -1, sector_weight: float = 1.0, economy: int = -1,
        economy_weight: float = 1.0,
    ) -> None:  # fmt: skip
        self.factor = factor
        """Interest against the mean; 0 where it is drawn."""
        self._sector, self._sector_weight = sector, sector_weight
        self._economy, self._economy_weight = economy, economy_weight

    def weights(self, sectors: NDArray[np.int64], economies: NDArray[np.int64]) -> Floats:
        """Return by what each organisation's delegates are more interested than others."""
        of_sector = np.where(sectors == self._sector, self._sector_weight, 1.0)
        weights: Floats = of_sector * np.where(economies == self._economy, self._economy_weight, 1.0)
        return weights


class Stream:
    """One stream on air."""

    __slots__ = ("_failures", "_have_enough", "_join", "_on_air", "_streams", "audience", "drawn", "first_key",
                 "interest", "length_ms", "session", "started_ms", "tries_ms")  # fmt: skip

    def __init__(self, streams: Streams, session: int, length_ms: int, interest: Interest) -> None:
        self.session, self.length_ms, self.interest, self._streams = session, length_ms, interest, streams
        self.started_ms = streams.env.now
        self.drawn = 0
        """How often its audience was drawn."""
        self.audience, self.first_key = 0, session * MOST_VIEWERS
        """How many were drawn at most of one kind, and the key of the first."""
        self.tries_ms: list[Sequence[int]] = []
        """By how often somebody has tried: what `Platform.again_after_ms` tells for the keys of the audience. Drawn for
        all of it when the first is refused."""
        self._on_air, self._failures = True, 0
        # bound once: a further object for each of those who wait otherwise
        self._join, self._have_enough = self.join, self.have_enough

    def join(self, viewer: Viewer) -> None:
        """A viewer begins to watch, or is refused and tries again after a while."""
        if not self._on_air:
            return
        if not self._failures and self._streams.platform.take_place():
            self._begin(viewer)
        else:
            self._refuse(viewer, "failed" if self._failures else "full")

    def fail(self) -> Callable[[], None]:
        """The stream breaks off and everybody is gone; return what mends it."""
        self._failures += 1
        again_ms = self._streams.platform.again_after_ms
        for viewer in self._viewers():
            self.leave(viewer, "dropped")
            if after_ms := again_ms(viewer.key, viewer.attempt):
                self.come_again(viewer, after_ms)

        def mend() -> None:
            self._failures -= 1

        return mend

    def come_again(self, viewer: Viewer, after_ms: int) -> None:
        """A viewer who was thrown off tries again after a while."""
        again = viewer.again(viewer.stay_ms, viewer.comes_back, viewer.attempt + 1)
        self._streams.env.after(after_ms, self._join, again)

    def end(self) -> None:
        """The stream ends, and with it every view of it."""
        self._on_air = False
        for viewer in self._viewers():
            self.leave(viewer, "ended")
        self._streams.emit(StreamEnded(self._streams.env.now, self.session))

    def leave(self, viewer: Viewer, reason: WhyLeft) -> None:
        """A view ends."""
        streams, now = self._streams, self._streams.env.now
        del streams.watching[viewer.number]
        streams.platform.watching -= 1
        streams.emit(ViewerLeft(now, self.session, viewer.number, now - viewer.joined_ms, reason))

    def have_enough(self, viewer: Viewer) -> None:
        """A viewer has seen enough; unless the view was over before, it ends, and some come back later."""
        if viewer.number not in self._streams.watching:
            return
        self.leave(viewer, "left")
        if viewer.comes_back:
            after_ms, stay_ms = viewer.comes_back
            self._streams.env.after(after_ms, self._join, viewer.again(stay_ms))

    def _viewers(self) -> list[Viewer]:
        return [viewer for viewer in self._streams.watching.values() if viewer.stream is self]

    def _begin(self, viewer: Viewer) -> None:
        streams, now = self._streams, self._streams.env.now
        viewer.stream, viewer.number, viewer.joined_ms = self, streams.next_viewer, now
        streams.next_viewer += 1
        streams.watching[viewer.number] = viewer
        streams.emit(
            ViewerJoined(now, self.session, viewer.number, viewer.organisation, viewer.economy, viewer.channel)
        )
        streams.env.after(viewer.stay_ms, self._have_enough, viewer)
        streams.check_stalls()

    def _refuse(self, viewer: Viewer, reason: WhyRefused) -> None:
        streams = self._streams
        place, attempt = viewer.key - self.first_key, viewer.attempt
        if not 0 <= place < self.audience:  # somebody who dropped in
            after_ms = streams.platform.again_after_ms(viewer.key, attempt)
        else:
            if not self.tries_ms:
                self.tries_ms = streams.platform.all_again_after_ms(self.first_key + np.arange(self.audience))
            after_ms = self.tries_ms[attempt][place] if attempt < len(self.tries_ms) else 0
        streams.emit(
            ViewerRefused(
                streams.env.now, self.session, viewer.organisation, viewer.economy, viewer.channel, reason, after_ms > 0
            )
        )
        if after_ms:
            viewer.attempt += 1
            streams.env.after(after_ms, self._join, viewer)


# lanes of the streams of audiences, by viewer; the first is by session
JOIN, WHO, STAY, GONE, STAY_AGAIN, RETURN, CHANNEL = 1, 2, 3, 5, 6, 8, 9
# lanes of the stream of stalls, by viewer and minute
STALLS, QUITS = 0, 1
