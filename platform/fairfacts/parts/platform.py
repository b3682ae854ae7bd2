"""The platform's capacity: meeting rooms, viewers and requests, what it refused, and what broke off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import msgspec

from fairfacts.clock import hour_of
from fairfacts.event import Count, EconomyCode, Event
from fairfacts.handlers import Handlers
from fairfacts.measure import Measure
from fairfacts.part_state import Fair, PartState
from fairfacts.parts.disruptions import Share
from fairfacts.series import HourCounts, Hourly, plain

Channel = Literal["website", "app"]
"""By what somebody comes to the platform."""
CHANNELS: tuple[Channel, ...] = ("website", "app")


class PlatformOpened(Event, frozen=True, tag="platform.opened"):
    """The platform opened, with what it can carry."""

    rooms: Count
    """Online meeting rooms: talks at the same time."""
    viewers: Count
    """Views of streams at the same time."""
    requests_per_s: Count
    """Requests of browsers and apps that it answers."""
    open_days: Count
    """For how many days it is announced to stay open after the fair."""


class PlatformMetered(Event, frozen=True, tag="platform.metered"):
    """The platform's meters of the minute that ends now; only of a minute in which something went on."""

    requests: Count
    """Of browsers and apps, answered in the minute."""
    waiting: Count
    """Desks that have a free negotiator and a talk to begin, and wait for a room."""
    capacity_share: Share
    """What the platform has of its capacity now."""


class LoginRefused(Event, frozen=True, tag="login.refused"):
    """A delegate could not log in, as the platform was short of capacity."""

    organisation: Count
    economy: EconomyCode
    channel: Channel
    attempt: Count
    """1 for the first log-in of a visit."""
    returns: bool
    """Whether the delegate tries again."""


class PublicCounted(Event, frozen=True, tag="public.counted"):
    """People who are no delegates, on website and app in the minute that ends now; only of a minute with any."""

    users: Count
    """Those who came for the first time."""
    views: Count
    """Pages that they opened."""


MEASURES: Mapping[str, Measure] = {
    "capacity_share": Measure(
        "share", "of its capacity that the platform has now; 1 but for disruptions", given="from the start"
    ),
    "rooms": Measure("rooms", "for online meetings", given="from the start"),
    "rooms_in_use": Measure("rooms", "taken by talks now", most="platform.rooms"),
    "rooms_in_use_peak": Measure("rooms", "taken by talks at most at the same time", most="platform.rooms"),
    "rooms_waiting": Measure("desks", "that waited for a room at the last count"),
    "rooms_waiting_peak": Measure("desks", "that waited for a room, at most at a count"),
    "viewers": Measure("viewers", "that the platform carries at the same time", given="from the start"),
    "viewers_in_use": Measure("viewers", "watching now", most="platform.viewers"),
    "requests_most_per_s": Measure("requests/s", "that the platform answers", given="from the start"),
    "requests_per_s": Measure("requests/s", "of browsers and apps in the latest minute metered"),
    "requests_peak_per_s": Measure("requests/s", "in the busiest minute"),
    "requests": Measure("requests", "of browsers and apps so far"),
    "logins_refused": Measure("log-ins", "refused for want of capacity; who tries again may be refused again"),
    "logins_given_up": Measure("log-ins", "of those refused, not tried again"),
    "open_days": Measure("days", "that the platform is announced to stay open after the fair", given="from the start"),
    "users": Measure("people", "who have used website or app since the opening, delegates and the public, each once"),
    "users_public": Measure("people", "of those, who are no delegates"),
    "page_views": Measure("page views", "of delegates and the public, with the first page of each visit"),
    "users_public_per_hour": Measure("people", "no delegates, who came for the first time, by hour since the epoch"),
    "requests_per_hour": Measure("requests", "of browsers and apps, by hour since the epoch"),
    "logins_refused_per_hour": Measure("log-ins", "refused, by hour since the epoch"),
}


class PlatformMeasures(PartState):
    """The platform's capacity and its use; rooms and viewers in use are counted where talks and views are."""

    MEASURES: ClassVar[Mapping[str, Measure]] = MEASURES

    rooms: int = 0
    viewers: int = 0
    requests_most_per_s: int = 0
    open_days: int = 0
    capacity_share: float = 1.0
    waiting: int = 0
    waiting_peak: int = 0
    requests: int = 0
    requests_last: int = 0
    requests_peak: int = 0
    logins_refused: int = 0
    logins_given_up: int = 0
    views_public: int = 0
    public: Hourly = msgspec.field(default_factory=Hourly)
    requests_per_hour: HourCounts = msgspec.field(default_factory=dict)
    logins_refused_per_hour: HourCounts = msgspec.field(default_factory=dict)

    def handlers(self, _: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles."""
        return {
            PlatformOpened: self.open,
            LoginRefused: self.refuse,
            PlatformMetered: self.meter,
            PublicCounted: self.count_public,
        }

    def open(self, event: PlatformOpened) -> None:
        """Take the capacities over."""
        self.rooms, self.viewers, self.open_days = event.rooms, event.viewers, event.open_days
        self.requests_most_per_s = event.requests_per_s

    def meter(self, event: PlatformMetered) -> None:
        """Add a minute."""
        self.capacity_share, self.waiting = event.capacity_share, event.waiting
        self.waiting_peak = max(self.waiting_peak, event.waiting)
        self.requests += event.requests
        self.requests_last = event.requests
        self.requests_peak = max(self.requests_peak, event.requests)
        hour = hour_of(max(event.at_ms - 1, 0))
        self.requests_per_hour[hour] = self.requests_per_hour.get(hour, 0) + event.requests

    def count_public(self, event: PublicCounted) -> None:
        """Add a minute of the public."""
        self.views_public += event.views
        self.public.at_hand += event.users

    def close_hour(self, hour: int, _: Fair) -> None:
        """Close an hour in the series."""
        self.public.close(hour)

    def refuse(self, event: LoginRefused) -> None:
        """Count a log-in that was refused."""
        self.logins_refused += 1
        self.logins_given_up += not event.returns
        hour = hour_of(event.at_ms)
        self.logins_refused_per_hour[hour] = self.logins_refused_per_hour.get(hour, 0) + 1

    def snapshot(self, fair: Fair) -> dict[str, Any]:
        """Return the measures of this part as plain data; the negotiations count the talks, the streams the views."""
        return {
            "capacity_share": self.capacity_share,
            "rooms": self.rooms,
            "rooms_in_use": fair.negotiations.talking,
            "rooms_in_use_peak": fair.negotiations.talking_peak,
            "rooms_waiting": self.waiting,
            "rooms_waiting_peak": self.waiting_peak,
            "viewers": self.viewers,
            "viewers_in_use": fair.streams.viewers,
            "requests_most_per_s": self.requests_most_per_s,
            "requests_per_s": round(self.requests_last / 60, 1),
            "requests_peak_per_s": round(self.requests_peak / 60, 1),
            "requests": self.requests,
            "logins_refused": self.logins_refused,
            "logins_given_up": self.logins_given_up,
            "open_days": self.open_days,
            "users": fair.visits.delegates + self.public.count,
            "users_public": self.public.count,
            "page_views": fair.visits.pages + self.views_public,
            "users_public_per_hour": self.public.plain(),
            "requests_per_hour": plain(self.requests_per_hour),
            "logins_refused_per_hour": plain(self.logins_refused_per_hour),
        }
