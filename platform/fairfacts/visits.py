"""Online visits: a delegate logs in to the platform, looks at stands and projects, and leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from fairfacts.event import Count, EconomyCode, Event
from fairfacts.organisations import HOME_ECONOMY
from fairfacts.platform import Channel
from fairfacts.series import Hourly


class VisitStarted(Event, frozen=True, tag="visit.started"):
    """A delegate logged in."""

    visit: Count
    organisation: Count
    economy: EconomyCode
    channel: Channel
    attempt: Count
    """1 for a log-in that was answered at once; more after refusals, or to take up a visit that broke off."""


class PagesViewed(Event, frozen=True, tag="pages.viewed"):
    """Pages that all visitors together opened in the minute that ends now, as the platform's counters give them."""

    stands: Count
    projects: Count


class VisitEnded(Event, frozen=True, tag="visit.ended"):
    """A delegate left the platform, or was thrown off it."""

    visit: Count
    organisation: Count
    economy: EconomyCode
    requests: Count
    """Negotiations that the visitor asked for while online."""
    dropped: bool
    """Whether the visit broke off as the platform failed."""


MEASURES: Mapping[str, str] = {
    "online": "visitors · on the platform now",
    "online_peak": "visitors · at most at the same time",
    "started": "visits · begun",
    "started_overseas": "visits · begun by delegates from outside the home economy",
    "dropped": "visits · that broke off as the platform failed",
    "returned": "visits · begun after a refused log-in or to take up one that broke off",
    "without_request_share": "share · of the visits ended, in which no negotiation was asked for",
    "stands_viewed": "page views · of exhibitors' stands",
    "projects_viewed": "page views · of published projects",
    "by_economy": "visits · begun, by economy",
    "by_channel": "visits · begun, by website and app",
    "per_hour": "visits · begun, by origin of the visitor and hour since the epoch",
}


class VisitMeasures(msgspec.Struct):
    """Online visits."""

    online: int = 0
    online_peak: int = 0
    dropped: int = 0
    returned: int = 0
    without_request: int = 0
    stands_viewed: int = 0
    projects_viewed: int = 0
    by_economy: dict[str, int] = msgspec.field(default_factory=dict)
    by_channel: dict[str, int] = msgspec.field(default_factory=dict)
    domestic: Hourly = msgspec.field(default_factory=Hourly)
    overseas: Hourly = msgspec.field(default_factory=Hourly)

    def start(self, event: VisitStarted) -> None:
        """Count a visitor in."""
        self.online = online = self.online + 1
        if online > self.online_peak:
            self.online_peak = online
        if event.attempt > 1:
            self.returned += 1
        channel, economy, channels, economies = event.channel, event.economy, self.by_channel, self.by_economy
        channels[channel] = channels.get(channel, 0) + 1
        economies[economy] = economies.get(economy, 0) + 1
        series = self.domestic if economy == HOME_ECONOMY else self.overseas
        series.at_hand += 1

    def view(self, event: PagesViewed) -> None:
        """Add a minute's page views."""
        self.stands_viewed += event.stands
        self.projects_viewed += event.projects

    def end(self, event: VisitEnded) -> None:
        """Count a visitor out."""
        self.online -= 1
        if event.dropped:
            self.dropped += 1
        if not event.requests:
            self.without_request += 1

    def close_hour(self, hour: int) -> None:
        """Close an hour in the series."""
        self.domestic.close(hour)
        self.overseas.close(hour)

    def snapshot(self) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        started = sum(self.by_channel.values())
        ended = started - self.online
        return {
            "online": self.online,
            "online_peak": self.online_peak,
            "started": started,
            "started_overseas": started - self.by_economy.get(HOME_ECONOMY, 0),
            "dropped": self.dropped,
            "returned": self.returned,
            "without_request_share": round(self.without_request / ended, 4) if ended else 0.0,
            "stands_viewed": self.stands_viewed,
            "projects_viewed": self.projects_viewed,
            "by_economy": dict(self.by_economy),
            "by_channel": dict(self.by_channel),
            "per_hour": {"domestic": self.domestic.plain(), "overseas": self.overseas.plain()},
        }
