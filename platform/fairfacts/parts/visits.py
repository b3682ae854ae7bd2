"""Online visits: a delegate logs in to the platform, looks at stands and projects, and leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, ClassVar

import msgspec

from fairfacts.event import Count, EconomyCode, Event
from fairfacts.handlers import Handlers
from fairfacts.measure import Measure
from fairfacts.part_state import Fair, PartState
from fairfacts.parts.platform import Channel
from fairfacts.parts.runs import RunMeasures
from fairfacts.series import Hourly


class VisitStarted(Event, frozen=True, tag="visit.started"):
    """A delegate logged in."""

    visit: Count
    organisation: Count
    economy: EconomyCode
    channel: Channel
    attempt: Count
    """1 for a log-in that was answered at once; more after refusals, or to take up a visit that broke off."""
    delegate: Count = 0
    """Which of the organisation's delegates; nobody is on two visits at the same time."""
    first: bool = False
    """Whether it is the delegate's first visit."""


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
    """First requests that the delegate made in the visit."""
    dropped: bool
    """Whether the visit broke off as the platform failed."""


MEASURES: Mapping[str, Measure] = {
    "online": Measure("visitors", "on the platform now", attrgetter("online")),
    "online_peak": Measure("visitors", "at most at the same time"),
    "started": Measure("visits", "begun"),
    "started_overseas": Measure("visits", "begun by delegates from outside the home economy"),
    "delegates": Measure("people", "who have visited the platform since the opening, each once"),
    "dropped": Measure("visits", "that broke off as the platform failed"),
    "returned": Measure("visits", "begun after a refused log-in or to take up one that broke off"),
    "without_request_share": Measure(
        "share", "of the visits ended, in which no negotiation was asked for", of="started - online"
    ),
    "stands_viewed": Measure("page views", "of exhibitors' stands"),
    "projects_viewed": Measure("page views", "of published projects"),
    "by_economy": Measure("visits", "begun, by economy"),
    "by_channel": Measure("visits", "begun, by website and app"),
    "per_hour": Measure("visits", "begun, by origin of the visitor and hour since the epoch", levels=2),
}


class VisitMeasures(PartState):
    """Online visits."""

    MEASURES: ClassVar[Mapping[str, Measure]] = MEASURES

    online: int = 0
    online_peak: int = 0
    delegates: int = 0
    dropped: int = 0
    returned: int = 0
    without_request: int = 0
    stands_viewed: int = 0
    projects_viewed: int = 0
    by_economy: dict[str, int] = msgspec.field(default_factory=dict)
    by_channel: dict[str, int] = msgspec.field(default_factory=dict)
    domestic: Hourly = msgspec.field(default_factory=Hourly)
    overseas: Hourly = msgspec.field(default_factory=Hourly)

    def handlers(self, fair: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles."""
        return {
            VisitStarted: self.starts(fair.run),
            PagesViewed: self.view,
            VisitEnded: self.end,
        }

    def starts(self, run: RunMeasures) -> Callable[[VisitStarted], None]:
        """Return what counts a visitor in; what it needs is looked up once."""
        channels, economies, domestic, overseas = self.by_channel, self.by_economy, self.domestic, self.overseas

        def start(event: VisitStarted) -> None:
            self.online = online = self.online + 1
            if online > self.online_peak:
                self.online_peak = online
            self.delegates += event.first
            if event.attempt > 1:
                self.returned += 1
            channel, economy = event.channel, event.economy
            channels[channel] = channels.get(channel, 0) + 1
            economies[economy] = economies.get(economy, 0) + 1
            series = domestic if economy == run.fair.home else overseas
            series.at_hand += 1

        return start

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

    @property
    def pages(self) -> int:
        """Return the page views of delegates: stands, projects, and the first page of each visit."""
        return self.stands_viewed + self.projects_viewed + sum(self.by_channel.values())

    def close_hour(self, hour: int, _: Fair) -> None:
        """Close an hour in the series."""
        self.domestic.close(hour)
        self.overseas.close(hour)

    def snapshot(self, fair: Fair) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        started = sum(self.by_channel.values())
        ended = started - self.online
        return {
            "online": self.online,
            "online_peak": self.online_peak,
            "started": started,
            "started_overseas": started - self.by_economy.get(fair.run.fair.home, 0),
            "delegates": self.delegates,
            "dropped": self.dropped,
            "returned": self.returned,
            "without_request_share": round(self.without_request / ended, 4) if ended else 0.0,
            "stands_viewed": self.stands_viewed,
            "projects_viewed": self.projects_viewed,
            "by_economy": dict(self.by_economy),
            "by_channel": dict(self.by_channel),
            "per_hour": {"domestic": self.domestic.plain(), "overseas": self.overseas.plain()},
        }
