"""Live streams of sessions, and the delegates who watch them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from fairfacts.event import Count, EconomyCode, Event, Milliseconds
from fairfacts.series import HourCounts, hour_of, plain


class StreamStarted(Event, frozen=True, tag="stream.started"):
    """A session's stream went live; it bears its session's number."""

    stream: Count


class ViewerJoined(Event, frozen=True, tag="viewer.joined"):
    """A delegate of an organisation began to watch."""

    stream: Count
    viewer: Count
    organisation: Count
    economy: EconomyCode


class ViewerLeft(Event, frozen=True, tag="viewer.left"):
    """A viewer stopped watching, or the stream ended."""

    stream: Count
    viewer: Count
    watched_ms: Milliseconds


class StreamEnded(Event, frozen=True, tag="stream.ended"):
    """A stream ended, with everybody gone."""

    stream: Count


MEASURES: Mapping[str, str] = {
    "live": "streams · on air now",
    "ended": "streams · that have been on air",
    "viewers": "viewers · watching now",
    "viewers_peak": "viewers · at most at the same time",
    "views": "views · begun; a delegate who returns begins another",
    "watched_h": "viewer-hours · watched in views that have ended",
    "watched_mean_s": "s · mean length of a view that has ended",
    "views_by_stream": "views · begun, by stream",
    "views_per_hour": "views · begun, by hour since the epoch",
}


class StreamMeasures(msgspec.Struct):
    """Streams and their viewers."""

    live: int = 0
    ended: int = 0
    viewers: int = 0
    viewers_peak: int = 0
    views: int = 0
    watched_ms: int = 0
    views_by_stream: dict[int, int] = msgspec.field(default_factory=dict)
    views_per_hour: HourCounts = msgspec.field(default_factory=dict)

    def start(self, _: StreamStarted) -> None:
        """Put a stream on air."""
        self.live += 1

    def join(self, event: ViewerJoined) -> None:
        """Count a viewer in."""
        self.views += 1
        self.viewers += 1
        if self.viewers > self.viewers_peak:
            self.viewers_peak = self.viewers
        self.views_by_stream[event.stream] = self.views_by_stream.get(event.stream, 0) + 1
        hour = hour_of(event.at_ms)
        self.views_per_hour[hour] = self.views_per_hour.get(hour, 0) + 1

    def leave(self, event: ViewerLeft) -> None:
        """Count a viewer out."""
        self.viewers -= 1
        self.watched_ms += event.watched_ms

    def end(self, _: StreamEnded) -> None:
        """Take a stream off air."""
        self.live -= 1
        self.ended += 1

    def snapshot(self) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        views_ended = self.views - self.viewers
        return {
            "live": self.live,
            "ended": self.ended,
            "viewers": self.viewers,
            "viewers_peak": self.viewers_peak,
            "views": self.views,
            "watched_h": round(self.watched_ms / 3_600_000, 1),
            "watched_mean_s": round(self.watched_ms / views_ended / 1000, 1) if views_ended else 0.0,
            "views_by_stream": plain(self.views_by_stream),
            "views_per_hour": plain(self.views_per_hour),
        }
