"""The platform's capacity: meeting rooms, viewers and requests, what it refused, and what broke off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from fairfacts.disruptions import Share
from fairfacts.event import Count, EconomyCode, Event
from fairfacts.series import HourCounts, hour_of, plain

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
    """The platform's meters of the minute that ends now; told when something was going on in it."""

    requests: Count
    """Of browsers and apps, answered in the minute."""
    waiting: Count
    """Negotiations whose desk is free, and which wait for a room."""
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


MEASURES: Mapping[str, str] = {
    "capacity_share": "share · of its capacity that the platform has now; 1 but for disruptions",
    "rooms": "rooms · for online meetings",
    "rooms_in_use": "rooms · taken by talks now",
    "rooms_in_use_peak": "rooms · taken by talks at most at the same time",
    "rooms_waiting": "negotiations · that waited for a room at the last count",
    "rooms_waiting_peak": "negotiations · that waited for a room, at most at a count",
    "viewers": "viewers · that the platform carries at the same time",
    "viewers_in_use": "viewers · watching now",
    "requests_most_per_s": "requests/s · that the platform answers",
    "requests_per_s": "requests/s · of browsers and apps in the latest minute metered",
    "requests_peak_per_s": "requests/s · in the busiest minute",
    "requests": "requests · of browsers and apps so far",
    "logins_refused": "log-ins · refused for want of capacity; who tries again may be refused again",
    "logins_given_up": "log-ins · of those refused, not tried again",
    "open_days": "days · that the platform is announced to stay open after the fair",
    "requests_per_hour": "requests · of browsers and apps, by hour since the epoch",
    "logins_refused_per_hour": "log-ins · refused, by hour since the epoch",
}


class PlatformMeasures(msgspec.Struct):
    """The platform's capacity and its use; rooms and viewers in use are counted where talks and views are."""

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
    requests_per_hour: HourCounts = msgspec.field(default_factory=dict)
    logins_refused_per_hour: HourCounts = msgspec.field(default_factory=dict)

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

    def refuse(self, event: LoginRefused) -> None:
        """Count a log-in that was refused."""
        self.logins_refused += 1
        self.logins_given_up += not event.returns
        hour = hour_of(event.at_ms)
        self.logins_refused_per_hour[hour] = self.logins_refused_per_hour.get(hour, 0) + 1

    def snapshot(self, *, talking: int, talking_peak: int, watching: int) -> dict[str, Any]:
        """Return the measures of this part as plain data; those of talks and views are counted there."""
        return {
            "capacity_share": self.capacity_share,
            "rooms": self.rooms,
            "rooms_in_use": talking,
            "rooms_in_use_peak": talking_peak,
            "rooms_waiting": self.waiting,
            "rooms_waiting_peak": self.waiting_peak,
            "viewers": self.viewers,
            "viewers_in_use": watching,
            "requests_most_per_s": self.requests_most_per_s,
            "requests_per_s": round(self.requests_last / 60, 1),
            "requests_peak_per_s": round(self.requests_peak / 60, 1),
            "requests": self.requests,
            "logins_refused": self.logins_refused,
            "logins_given_up": self.logins_given_up,
            "open_days": self.open_days,
            "requests_per_hour": plain(self.requests_per_hour),
            "logins_refused_per_hour": plain(self.logins_refused_per_hour),
        }
