"""Disruptions of the platform and of its streams."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from fairfacts.clock import MINUTE_MS
from fairfacts.errors import ScenarioError
from fairfacts.parts.disruptions import PlatformOutage, StreamFailure, lasts_ms
from fairfacts.parts.platform import Channel
from fairsim.disruptions.kind import Kind, Undo
from fairsim.parts.part import Context
from fairsim.parts.registry import Parts


class PlatformOutages(Kind[PlatformOutage]):
    """The platform has only a share of its capacity.

    Talks and views over the capacity break off, the latest first; a full outage ends all visits. People whom the notice
    reaches come back after the announced end. The others try at once, and again at growing intervals.
    """

    WHAT = PlatformOutage
    BEGUN = "The platform has {capacity_share:.0%} of its capacity; service is expected back in {lasts_min:g} min."
    OVER = "The platform has its full capacity again."

    def __init__(self, context: Context, parts: Parts) -> None:
        super().__init__(context, parts)
        self._returns = context.draws.stream("disruptions.returns")
        self._shares: list[float] = []
        """The shares of capacity that the outages in effect leave."""

    def holding(self, active: Sequence[PlatformOutage]) -> PlatformOutage | None:
        """Return the one that leaves least capacity; of several, the latest."""
        return min(reversed(active), key=lambda what: what.capacity_share)

    def begin(self, what: PlatformOutage) -> Undo:
        """Limit the platform, and break off what exceeds its capacity."""
        self._shares.append(what.capacity_share)
        self._limit()
        back_ms, parts = self.context.env.now + (lasts_ms(what) or 0), self.parts
        parts.desks.break_off(parts.platform.talks_over(), lambda key, _: self._again_ms(key, "website", back_ms))
        parts.streams.break_off(parts.platform.views_over(), lambda key, channel: self._again_ms(key, channel, back_ms))
        if parts.platform.is_down:
            for delegate in parts.visits.drop_all():
                if after_ms := self._again_ms(delegate.key, delegate.channel, back_ms):
                    parts.visits.log_in_later(delegate, after_ms)
        return partial(self._end, what)

    def _end(self, what: PlatformOutage) -> None:
        self._shares.remove(what.capacity_share)
        self._limit()

    def _limit(self) -> None:
        self.parts.platform.limit(min(self._shares, default=1.0))

    def _again_ms(self, key: int, channel: Channel, back_ms: int) -> int:
        """Return after what time a person tries again; 0 for never."""
        if not self.parts.notices.reaches(key, channel):
            return self.parts.platform.again_after_ms(key, 1)
        spread_ms = self.context.parameters.notices.return_spread_min * MINUTE_MS
        return max(back_ms - self.context.env.now + round(self._returns.scalar_exponential(key, spread_ms)), 1)


class StreamFailures(Kind[StreamFailure]):
    """The stream of a session breaks off, and its viewers with it; they try again at growing intervals."""

    WHAT = StreamFailure
    BEGUN = "The stream of session {session} has failed; it is expected back in {lasts_min:g} min."
    OVER = "The stream of session {session} is back."

    def check(self, what: StreamFailure) -> None:
        """Refuse a session that is over or has no stream."""
        if self.parts.programme.is_over(what.session):
            raise ScenarioError(
                f"stream_failure: session {what.session} is over; name one that is to come or in progress"
            )
        if not self.parts.programme.sessions[what.session].streamed:
            raise ScenarioError(f"stream_failure: session {what.session} is not streamed; name one that is")

    def same(self, what: StreamFailure, other: StreamFailure) -> bool:
        """Return whether both are of one session."""
        return what.session == other.session

    def begin(self, what: StreamFailure) -> Undo:
        """Break the stream off."""
        return self.parts.streams.fail(what.session)
