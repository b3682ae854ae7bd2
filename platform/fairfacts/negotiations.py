"""Online negotiations: requested of an exhibitor, then declined, lapsed, or taken up, talked, ended or failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from fairfacts.event import Count, EconomyCode, Event, Milliseconds
from fairfacts.series import Histogram, HourCounts, hour_of, plain

Outcome = Literal["no_deal", "follow_up", "intent"]
WAIT_CLASS_MS = 10_000
"""Waiting times are kept in classes of ten seconds: fine enough for a median in minutes."""


class NegotiationEvent(Event, frozen=True):
    """What each event of a negotiation says: who asked whom."""

    negotiation: Count
    organisation: Count
    """The requester's."""
    economy: EconomyCode
    """The requester's."""
    exhibitor: Count
    exhibitor_economy: EconomyCode
    overseas: bool
    """Whether either party is from outside the home economy."""


class NegotiationRequested(NegotiationEvent, frozen=True, tag="negotiation.requested"):
    """A visitor asked an exhibitor for a negotiation; this is what "initiated" counts."""

    visit: Count
    sector: str
    """The exhibitor's."""
    attempt: Count
    """1 for a first request; more when the same wish was taken elsewhere after a lapse, or up again after a failure."""


class NegotiationDeclined(NegotiationEvent, frozen=True, tag="negotiation.declined"):
    """The exhibitor's desk read the request and declined it."""

    waited_ms: Milliseconds


class NegotiationLapsed(NegotiationEvent, frozen=True, tag="negotiation.lapsed"):
    """The requester's patience ended before the desk came to the request."""

    waited_ms: Milliseconds


class NegotiationTakenUp(NegotiationEvent, frozen=True, tag="negotiation.taken_up"):
    """A negotiator took the request up and the talk began."""

    waited_ms: Milliseconds


class NegotiationEnded(NegotiationEvent, frozen=True, tag="negotiation.ended"):
    """The talk ended."""

    talked_ms: Milliseconds
    outcome: Outcome


class NegotiationFailed(NegotiationEvent, frozen=True, tag="negotiation.failed"):
    """The talk broke off as the platform failed."""

    talked_ms: Milliseconds
    retries: bool
    """Whether the requester asks the same exhibitor again."""


MEASURES: Mapping[str, str] = {
    "initiated": "negotiations · requested, repeated attempts among them; what the closing report counts",
    "initiated_overseas": "negotiations · of those initiated, with a party from outside the home economy",
    "overseas_share": "share · initiated_overseas / initiated",
    "repeated": "negotiations · of those initiated, after a lapse elsewhere or a failure",
    "waiting": "negotiations · now at a desk, neither declined, lapsed nor taken up",
    "declined": "negotiations · declined by the exhibitor",
    "lapsed": "negotiations · lapsed, as the requester's patience ended",
    "taken_up": "negotiations · taken up by a negotiator",
    "talking": "negotiations · in talk now",
    "talking_peak": "negotiations · in talk at most at the same time",
    "failed": "negotiations · whose talk broke off as the platform failed",
    "failed_retried": "negotiations · of those failed, that the requester asks for again",
    "held": "negotiations · whose talk has ended",
    "no_deal": "negotiations · held that ended without a deal",
    "follow_up": "negotiations · held that ended in a follow-up",
    "intents": "negotiations · held that ended in an intent to sign",
    "lapse_share": "share · lapsed / (declined + lapsed + taken_up)",
    "waited_mean_s": "s · mean wait of the negotiations taken up",
    "waited_p50_s": "s · median wait of the negotiations taken up, to ten seconds",
    "waited_p90_s": "s · 90 % of the negotiations taken up waited no longer, to ten seconds",
    "talked_mean_s": "s · mean length of a talk that has ended",
    "by_economy": "negotiations · initiated, by the requester's economy",
    "by_economy_and_hour": "negotiations · initiated, by the requester's economy and hour of the day at the fair",
    "by_sector": "negotiations · initiated, by the exhibitor's sector",
    "lapsed_by_economy": "negotiations · lapsed, by the requester's economy",
    "per_hour": "negotiations · initiated, by origin (overseas when either party is) and hour since the epoch",
    "lapsed_per_hour": "negotiations · lapsed, by origin and hour since the epoch",
    "taken_up_per_hour": "negotiations · taken up, by hour since the epoch",
    "failed_per_hour": "negotiations · failed, by hour since the epoch",
}


class NegotiationMeasures(msgspec.Struct):
    """The funnel of the negotiation, and the waiting in it."""

    initiated: int = 0
    initiated_overseas: int = 0
    repeated: int = 0
    declined: int = 0
    taken_up: int = 0
    held: int = 0
    lapsed: int = 0
    failed: int = 0
    failed_retried: int = 0
    talking_peak: int = 0
    talked_ms: int = 0
    waits: Histogram = msgspec.field(default_factory=lambda: Histogram(WAIT_CLASS_MS))
    outcomes: dict[str, int] = msgspec.field(default_factory=dict)
    by_economy_and_hour: dict[str, HourCounts] = msgspec.field(default_factory=dict)
    """The hour is that of the day at the fair, 0 to 23."""
    by_sector: dict[str, int] = msgspec.field(default_factory=dict)
    lapsed_by_economy: dict[str, int] = msgspec.field(default_factory=dict)
    domestic_per_hour: HourCounts = msgspec.field(default_factory=dict)
    overseas_per_hour: HourCounts = msgspec.field(default_factory=dict)
    domestic_lapsed_per_hour: HourCounts = msgspec.field(default_factory=dict)
    overseas_lapsed_per_hour: HourCounts = msgspec.field(default_factory=dict)
    taken_up_per_hour: HourCounts = msgspec.field(default_factory=dict)
    failed_per_hour: HourCounts = msgspec.field(default_factory=dict)

    def request(self, event: NegotiationRequested) -> None:
        """Count a request."""
        self.initiated += 1
        if event.attempt > 1:
            self.repeated += 1
        if event.overseas:
            self.initiated_overseas += 1
            series = self.overseas_per_hour
        else:
            series = self.domestic_per_hour
        hour = hour_of(event.at_ms)
        series[hour] = series.get(hour, 0) + 1
        at_hour = self.by_economy_and_hour.setdefault(event.economy, {})
        at_hour[hour % 24] = at_hour.get(hour % 24, 0) + 1
        self.by_sector[event.sector] = self.by_sector.get(event.sector, 0) + 1

    def decline(self, _: NegotiationDeclined) -> None:
        """Count a refusal by the exhibitor."""
        self.declined += 1

    def lapse(self, event: NegotiationLapsed) -> None:
        """Count a request that nobody came to in time."""
        self.lapsed += 1
        series = self.overseas_lapsed_per_hour if event.overseas else self.domestic_lapsed_per_hour
        hour = hour_of(event.at_ms)
        series[hour] = series.get(hour, 0) + 1
        self.lapsed_by_economy[event.economy] = self.lapsed_by_economy.get(event.economy, 0) + 1

    def take_up(self, event: NegotiationTakenUp) -> None:
        """Count a talk begun, and how long it was waited for."""
        self.taken_up += 1
        talking = self.taken_up - self.held - self.failed
        if talking > self.talking_peak:
            self.talking_peak = talking
        hour = hour_of(event.at_ms)
        self.taken_up_per_hour[hour] = self.taken_up_per_hour.get(hour, 0) + 1
        self.waits.add(event.waited_ms)

    def end(self, event: NegotiationEnded) -> None:
        """Count a talk ended."""
        self.held += 1
        self.talked_ms += event.talked_ms
        self.outcomes[event.outcome] = self.outcomes.get(event.outcome, 0) + 1

    def fail(self, event: NegotiationFailed) -> None:
        """Count a talk broken off."""
        self.failed += 1
        self.failed_retried += event.retries
        hour = hour_of(event.at_ms)
        self.failed_per_hour[hour] = self.failed_per_hour.get(hour, 0) + 1

    @property
    def talking(self) -> int:
        """Return how many are in talk now."""
        return self.taken_up - self.held - self.failed

    def snapshot(self) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        answered = self.declined + self.lapsed + self.taken_up
        return {
            "initiated": self.initiated,
            "initiated_overseas": self.initiated_overseas,
            "overseas_share": round(self.initiated_overseas / self.initiated, 4) if self.initiated else 0.0,
            "repeated": self.repeated,
            "waiting": self.initiated - answered,
            "declined": self.declined,
            "lapsed": self.lapsed,
            "taken_up": self.taken_up,
            "talking": self.talking,
            "talking_peak": self.talking_peak,
            "failed": self.failed,
            "failed_retried": self.failed_retried,
            "held": self.held,
            "no_deal": self.outcomes.get("no_deal", 0),
            "follow_up": self.outcomes.get("follow_up", 0),
            "intents": self.outcomes.get("intent", 0),
            "lapse_share": round(self.lapsed / answered, 4) if answered else 0.0,
            "waited_mean_s": self.waits.mean_s(),
            "waited_p50_s": self.waits.quantile_s(0.5),
            "waited_p90_s": self.waits.quantile_s(0.9),
            "talked_mean_s": round(self.talked_ms / self.held / 1000, 1) if self.held else 0.0,
            "by_economy": {economy: sum(at_hour.values()) for economy, at_hour in self.by_economy_and_hour.items()},
            "by_economy_and_hour": {economy: plain(at_hour) for economy, at_hour in self.by_economy_and_hour.items()},
            "by_sector": dict(self.by_sector),
            "lapsed_by_economy": dict(self.lapsed_by_economy),
            "per_hour": {"domestic": plain(self.domestic_per_hour), "overseas": plain(self.overseas_per_hour)},
            "lapsed_per_hour": {
                "domestic": plain(self.domestic_lapsed_per_hour),
                "overseas": plain(self.overseas_lapsed_per_hour),
            },
            "taken_up_per_hour": plain(self.taken_up_per_hour),
            "failed_per_hour": plain(self.failed_per_hour),
        }
