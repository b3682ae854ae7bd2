"""Live streams of sessions, and who watches them: registered delegates, and the public."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, ClassVar, Literal

import msgspec

from fairfacts.clock import HOUR_MS, hour_of
from fairfacts.event import Count, EconomyCode, Event, Milliseconds
from fairfacts.handlers import Handlers
from fairfacts.measure import Measure
from fairfacts.part_state import Fair, PartState
from fairfacts.parts.platform import Channel
from fairfacts.series import HourCounts, Hourly, plain

WhyLeft = Literal["left", "ended", "stalled", "dropped"]
"""Had seen enough; the stream ended; it stalled; the stream or the platform failed."""
CUT_SHORT = frozenset({"stalled", "dropped"})
WhyRefused = Literal["full", "failed"]


class StreamStarted(Event, frozen=True, tag="stream.started"):
    """A session's stream went live; it bears its session's number."""

    stream: Count


class ViewerJoined(Event, frozen=True, tag="viewer.joined"):
    """Somebody began to watch."""

    stream: Count
    viewer: Count
    organisation: Count | None
    """Null for the public, who are not registered."""
    economy: EconomyCode
    """The viewer's."""
    channel: Channel


class ViewerRefused(Event, frozen=True, tag="viewer.refused"):
    """Somebody could not watch: the platform carried as many viewers as it can, or the stream had failed."""

    stream: Count
    organisation: Count | None
    """Null for the public, who are not registered."""
    economy: EconomyCode
    """The viewer's."""
    channel: Channel
    reason: WhyRefused
    returns: bool
    """Whether the viewer tries again."""


class ViewerLeft(Event, frozen=True, tag="viewer.left"):
    """A viewer stopped watching, or the stream ended."""

    stream: Count
    viewer: Count
    watched_ms: Milliseconds
    reason: WhyLeft


class ViewersStalled(Event, frozen=True, tag="viewers.stalled"):
    """The platform was short in the minute that ends now, and the streams of some viewers stalled."""

    stalled: Count
    """Viewers whose stream stalled in the minute."""
    left: Count
    """Of these, who stopped watching."""


class StreamEnded(Event, frozen=True, tag="stream.ended"):
    """A stream ended, with everybody gone."""

    stream: Count


MEASURES: Mapping[str, Measure] = {
    "live": Measure("streams", "on air now"),
    "ended": Measure("streams", "that have been on air", given="in the end"),
    "viewers": Measure("viewers", "watching now", attrgetter("viewers")),
    "viewers_peak": Measure("viewers", "at most at the same time", most="platform.viewers"),
    "views": Measure("views", "begun; whoever returns begins another"),
    "views_public": Measure("views", "of those begun, by the public, who are not registered"),
    "refused": Measure("views", "refused, as the platform was full or the stream had failed"),
    "given_up": Measure("views", "of those refused, not tried again"),
    "broken_off": Measure("views", "that broke off as the stream or the platform failed"),
    "stalled_min": Measure("viewer-minutes", "in which a stream stalled"),
    "left_stalled": Measure("views", "ended as the stream stalled"),
    "watched_h": Measure("viewer-hours", "watched in views that have ended"),
    "watched_mean_s": Measure("s", "mean length of a view that has ended", of="views - viewers"),
    "views_by_stream": Measure("views", "begun, by stream"),
    "views_by_channel": Measure("views", "begun, by website and app"),
    "viewers_by_stream": Measure("viewers", "watching now, by stream on air"),
    "views_per_hour": Measure("views", "begun, by hour since the epoch"),
    "refused_per_hour": Measure("views", "refused, by hour since the epoch"),
}


class StreamMeasures(PartState):
    """Streams and their viewers."""

    MEASURES: ClassVar[Mapping[str, Measure]] = MEASURES

    live: int = 0
    ended: int = 0
    viewers: int = 0
    viewers_peak: int = 0
    watched_ms: int = 0
    views_public: int = 0
    refused: int = 0
    given_up: int = 0
    stalled_min: int = 0
    cut_short: dict[str, int] = msgspec.field(default_factory=dict)
    """Views that ended for one of `CUT_SHORT`, by which."""
    views_by_stream: dict[int, int] = msgspec.field(default_factory=dict)
    views_by_channel: dict[str, int] = msgspec.field(default_factory=dict)
    viewers_by_stream: dict[int, int] = msgspec.field(default_factory=dict)
    refused_per_hour: HourCounts = msgspec.field(default_factory=dict)
    views: Hourly = msgspec.field(default_factory=Hourly)

    def handlers(self, _: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles."""
        return {
            StreamStarted: self.start,
            ViewerJoined: self.join,
            ViewerRefused: self.refuse,
            ViewersStalled: self.stall,
            ViewerLeft: self.leave,
            StreamEnded: self.end,
        }

    def start(self, event: StreamStarted) -> None:
        """Put a stream on air."""
        self.live += 1
        self.viewers_by_stream[event.stream] = 0

    def join(self, event: ViewerJoined) -> None:
        """Count a viewer in."""
        self.viewers = viewers = self.viewers + 1
        if viewers > self.viewers_peak:
            self.viewers_peak = viewers
        if event.organisation is None:
            self.views_public += 1
        self.views.at_hand += 1
        stream, channel = event.stream, event.channel
        views, watching, channels = self.views_by_stream, self.viewers_by_stream, self.views_by_channel
        views[stream] = views.get(stream, 0) + 1
        watching[stream] = watching.get(stream, 0) + 1
        channels[channel] = channels.get(channel, 0) + 1

    def leave(self, event: ViewerLeft) -> None:
        """Count a viewer out."""
        self.viewers -= 1
        self.watched_ms += event.watched_ms
        stream, reason, watching = event.stream, event.reason, self.viewers_by_stream
        watching[stream] = watching.get(stream, 0) - 1
        if reason in CUT_SHORT:
            self.cut_short[reason] = self.cut_short.get(reason, 0) + 1

    def refuse(self, event: ViewerRefused) -> None:
        """Count a view that could not begin."""
        self.refused += 1
        self.given_up += not event.returns
        hour = hour_of(event.at_ms)
        self.refused_per_hour[hour] = self.refused_per_hour.get(hour, 0) + 1

    def stall(self, event: ViewersStalled) -> None:
        """Add a minute in which streams stalled."""
        self.stalled_min += event.stalled

    def end(self, event: StreamEnded) -> None:
        """Take a stream off air."""
        self.live -= 1
        self.ended += 1
        self.viewers_by_stream.pop(event.stream, None)

    def close_hour(self, hour: int, _: Fair) -> None:
        """Close an hour in the series."""
        self.views.close(hour)

    def snapshot(self, _: Fair) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        views = self.views.count
        views_ended = views - self.viewers
        return {
            "live": self.live,
            "ended": self.ended,
            "viewers": self.viewers,
            "viewers_peak": self.viewers_peak,
            "views": views,
            "views_public": self.views_public,
            "refused": self.refused,
            "given_up": self.given_up,
            "broken_off": self.cut_short.get("dropped", 0),
            "stalled_min": self.stalled_min,
            "left_stalled": self.cut_short.get("stalled", 0),
            "watched_h": round(self.watched_ms / HOUR_MS, 1),
            "watched_mean_s": round(self.watched_ms / views_ended / 1000, 1) if views_ended else 0.0,
            "views_by_stream": plain(self.views_by_stream),
            "views_by_channel": dict(self.views_by_channel),
            "viewers_by_stream": plain(self.viewers_by_stream),
            "views_per_hour": self.views.plain(),
            "refused_per_hour": plain(self.refused_per_hour),
        }
