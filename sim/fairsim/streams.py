"""Live streams of sessions: registered delegates join when one begins or drop in from a visit, stay, leave, return."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from simpy.events import Timeout

from fairfacts.streams import StreamEnded, StreamStarted, ViewerJoined, ViewerLeft
from fairsim.arrivals import MINUTE_MS, gaps_ms
from fairsim.draws import Draws, whole_ms
from fairsim.kernel import Emit, Kernel, Over, Story
from fairsim.organisations import Organisations
from fairsim.scenario import Scenario

MOST_VIEWERS = 1 << 24
"""Viewers that one stream may have; the numbers of a stream's audience are keyed with it."""


class Streams:
    """What is on air, and who watches."""

    def __init__(self, env: Kernel, scenario: Scenario, draws: Draws, organisations: Organisations, emit: Emit) -> None:
        self.env, self.emit = env, emit
        self.parameters = scenario.parameters.streams
        self.next_viewer = 0
        self._organisations = organisations
        self._audience = draws.stream("streams.audience")
        self._on_air: dict[int, Stream] = {}

    def start(self, session: int, length_ms: int) -> None:
        """A session's stream goes on air; its scheduled length is `length_ms`."""
        stream = self._on_air[session] = Stream(self, session)
        self.emit(StreamStarted(self.env.now, session))
        self.env.process(self._audience_of(stream, length_ms))

    def end(self, session: int) -> None:
        """A stream goes off the air, and those who still watch are gone with it."""
        self._on_air.pop(session).end()

    def drop_in(self, organisation: int, economy: str, which: float, stay_ms: int) -> None:
        """A visitor of the platform looks into one of the streams on air, if there is one: `which`, in (0, 1)."""
        if self._on_air:
            stream = list(self._on_air.values())[int(which * len(self._on_air))]
            stream.join(organisation, economy, [stay_ms])

    def _audience_of(self, stream: Stream, length_ms: int) -> Story:
        """Those who wanted to see a stream join it one after the other, most of them at its begin."""
        parameters, audience, register = self.parameters, self._audience, self._organisations.register
        of_stream = np.array([stream.session])
        # appeal follows Zipf's law over ranks, mean 1; the rank of a stream is a uniform number
        exponent = parameters.audience_zipf
        appeal = min((1 - exponent) * audience.uniform(of_stream)[0] ** -exponent, parameters.appeal_max)
        viewers = np.arange(round(appeal * parameters.audience_mean))
        keys = of_stream * MOST_VIEWERS + viewers
        delegates = np.cumsum(np.where(register.registered_ms <= self.env.now, register.delegates, 0))
        joins = np.rint(audience.exponential(keys, parameters.join_mean_min * MINUTE_MS, JOIN)).astype(np.int64)
        order = np.argsort(joins, kind="stable")
        keys, joins = keys[order], joins[order]
        organisations = np.searchsorted(delegates, audience.uniform(keys, WHO) * delegates[-1], side="right")
        codes = [economy.code for economy in self._organisations.economies]
        stays = self._stays(keys, length_ms)
        for organisation, economy, plan, gap_ms in zip(
            organisations.tolist(), register.economy[organisations].tolist(), stays, gaps_ms(joins, 0), strict=True
        ):
            yield self.env.timeout(gap_ms)
            stream.join(organisation, codes[economy], plan)

    def _stays(self, keys: NDArray[np.int64], length_ms: int) -> list[list[int]]:
        """Return each viewer's plan: how long to stay, and for some, how long to be gone and to stay again, in ms."""
        parameters, audience = self.parameters, self._audience
        mean = parameters.stay_median_share * length_ms * np.exp(parameters.stay_sigma**2 / 2)
        first = whole_ms(audience.lognormal(keys, mean, parameters.stay_sigma, STAY)).tolist()
        gone = whole_ms(audience.exponential(keys, parameters.return_mean_min * MINUTE_MS, GONE)).tolist()
        again = whole_ms(audience.lognormal(keys, mean, parameters.stay_sigma, STAY_AGAIN)).tolist()
        returns = (audience.uniform(keys, RETURN) < parameters.return_share).tolist()
        return [
            [stay, absence, second] if back else [stay]
            for stay, absence, second, back in zip(first, gone, again, returns, strict=True)
        ]


class Stream:
    """One stream on air."""

    __slots__ = ("_on_air", "_streams", "_watching", "session")

    def __init__(self, streams: Streams, session: int) -> None:
        self.session, self._streams = session, streams
        self._watching: dict[int, int] = {}
        self._on_air = True

    def join(self, organisation: int, economy: str, plan: list[int]) -> None:
        """A viewer begins to watch, and follows a plan: stay, be gone, stay again."""
        if not self._on_air:
            return
        streams, now = self._streams, self._streams.env.now
        viewer = streams.next_viewer
        streams.next_viewer = viewer + 1
        self._watching[viewer] = now
        streams.emit(ViewerJoined(now, self.session, viewer, organisation, economy))
        Timeout(streams.env, plan[0], (viewer, organisation, economy, plan)).callbacks.append(self._leave)

    def end(self) -> None:
        """The stream ends, and with it every view of it."""
        self._on_air = False
        streams, now = self._streams, self._streams.env.now
        for viewer, joined_ms in self._watching.items():
            streams.emit(ViewerLeft(now, self.session, viewer, now - joined_ms))
        self._watching.clear()
        streams.emit(StreamEnded(now, self.session))

    def _leave(self, stay: Over) -> None:
        """A viewer has seen enough; unless the stream ended before, the view ends, and some come back later."""
        viewer, organisation, economy, plan = stay.value
        joined_ms = self._watching.pop(viewer, None)
        if joined_ms is None:
            return
        streams, now = self._streams, self._streams.env.now
        streams.emit(ViewerLeft(now, self.session, viewer, now - joined_ms))
        if len(plan) > 1:
            Timeout(streams.env, plan[1], (organisation, economy, plan[2:])).callbacks.append(self._return)

    def _return(self, absence: Over) -> None:
        self.join(*absence.value)


# lanes of the stream of audiences, by viewer; the first is by session
JOIN, WHO, STAY, GONE, STAY_AGAIN, RETURN = 1, 2, 3, 5, 6, 8
