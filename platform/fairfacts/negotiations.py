"""Online negotiations: requested of an exhibitor, then declined, lapsed, or taken up, talked, ended or failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from heapq import nsmallest
from typing import Any, Literal

import msgspec

from fairfacts.event import Count, EconomyCode, Event, Milliseconds
from fairfacts.organisations import OrganisationMeasures
from fairfacts.series import Histogram, HourCounts, Hourly, plain

Outcome = Literal["no_deal", "follow_up", "intent"]
WAIT_CLASS_MS = 10_000
"""Waiting times are kept in classes of ten seconds: fine enough for a median in minutes."""
PAIRS_SHOWN = 80
"""How many pairs of economies a snapshot names; the state has them all."""


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
    "by_sectors": "negotiations · initiated, by the requester's sector (`unknown` where the register has no requester)"
    " and the exhibitor's",
    "by_pair": "negotiations · initiated, by the requester's economy and the exhibitor's: the"
    f" {PAIRS_SHOWN} pairs with most of them; `GET /runs/RUN/negotiations/between` has all",
    "desks_busy": "desks · of exhibitors, with a talk going on now",
    "desks_busy_peak": "desks · with a talk going on, at most at the same time",
    "desks_waited_at": "desks · at which somebody waits now",
    "lapsed_by_economy": "negotiations · lapsed, by the requester's economy",
    "per_hour": "negotiations · initiated, by origin (overseas when either party is) and hour since the epoch",
    "lapsed_per_hour": "negotiations · lapsed, by origin and hour since the epoch",
    "taken_up_per_hour": "negotiations · taken up, by hour since the epoch",
    "failed_per_hour": "negotiations · failed, by hour since the epoch",
}


class Asked(msgspec.Struct):
    """What an economy's visitors have asked for."""

    at_hand: int = 0
    """In the hour at hand."""
    by_hour: HourCounts = msgspec.field(default_factory=dict)
    """Before it, by hour of the day at the fair, 0 to 23."""
    of_economy: dict[str, int] = msgspec.field(default_factory=dict)
    """By the exhibitor's economy."""


class NegotiationMeasures(msgspec.Struct):
    """The funnel of the negotiation, and the waiting in it; what is a sum of others is not counted a second time."""

    repeated: int = 0
    waiting: int = 0
    talking: int = 0
    talking_peak: int = 0
    failed_retried: int = 0
    talked_ms: int = 0
    desks_busy_peak: int = 0
    waits: Histogram = msgspec.field(default_factory=lambda: Histogram(WAIT_CLASS_MS))
    outcomes: dict[str, int] = msgspec.field(default_factory=dict)
    by_economy: dict[str, Asked] = msgspec.field(default_factory=dict)
    by_sectors: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    lapsed_by_economy: dict[str, int] = msgspec.field(default_factory=dict)
    waiting_at: dict[int, int] = msgspec.field(default_factory=dict)
    """How many wait now, by the exhibitor at whose desk they do; nobody is absent, so that the state stays small."""
    talking_at: dict[int, int] = msgspec.field(default_factory=dict)
    """How many are in talk now, by exhibitor."""
    domestic: Hourly = msgspec.field(default_factory=Hourly)
    overseas: Hourly = msgspec.field(default_factory=Hourly)
    domestic_lapsed: Hourly = msgspec.field(default_factory=Hourly)
    overseas_lapsed: Hourly = msgspec.field(default_factory=Hourly)
    taken_up: Hourly = msgspec.field(default_factory=Hourly)
    failed: Hourly = msgspec.field(default_factory=Hourly)

    def requests(self, register: OrganisationMeasures) -> Callable[[NegotiationRequested], None]:
        """Return what counts a request by an organisation of the register.

        A fair has more of these than of anything else, so that what they need is looked up once.
        """
        sectors, first, sector_of = register.sectors, register.sector_of_first, register.sector_of
        waiting_at = self.waiting_at
        by_economy, by_sectors, domestic, overseas = self.by_economy, self.by_sectors, self.domestic, self.overseas

        def request(event: NegotiationRequested) -> None:
            self.waiting += 1
            if event.attempt > 1:
                self.repeated += 1
            series = overseas if event.overseas else domestic
            series.at_hand += 1
            economy, exhibitor_economy, exhibitor = event.economy, event.exhibitor_economy, event.exhibitor
            asked = by_economy.get(economy)
            if asked is None:
                asked = by_economy[economy] = Asked()
            asked.at_hand += 1
            of_economy, organisation, exhibitor_sector = asked.of_economy, event.organisation, event.sector
            sector = sectors[first[organisation]] if organisation < len(first) else sector_of(organisation)
            of_economy[exhibitor_economy] = of_economy.get(exhibitor_economy, 0) + 1
            by_sector = by_sectors.get(sector)
            if by_sector is None:
                by_sector = by_sectors[sector] = {}
            by_sector[exhibitor_sector] = by_sector.get(exhibitor_sector, 0) + 1
            waiting_at[exhibitor] = waiting_at.get(exhibitor, 0) + 1

        return request

    def decline(self, event: NegotiationDeclined) -> None:
        """Count a refusal by the exhibitor."""
        exhibitor, waiting_at = event.exhibitor, self.waiting_at
        self.waiting -= 1
        if left := waiting_at.pop(exhibitor, 1) - 1:
            waiting_at[exhibitor] = left

    def lapse(self, event: NegotiationLapsed) -> None:
        """Count a request that nobody came to in time."""
        exhibitor, waiting_at = event.exhibitor, self.waiting_at
        self.waiting -= 1
        if left := waiting_at.pop(exhibitor, 1) - 1:
            waiting_at[exhibitor] = left
        economy, by_economy = event.economy, self.lapsed_by_economy
        series = self.overseas_lapsed if event.overseas else self.domestic_lapsed
        series.at_hand += 1
        by_economy[economy] = by_economy.get(economy, 0) + 1

    def take_up(self, event: NegotiationTakenUp) -> None:
        """Count a talk begun, and how long it was waited for."""
        exhibitor, waiting_at, talking_at = event.exhibitor, self.waiting_at, self.talking_at
        self.waiting -= 1
        if left := waiting_at.pop(exhibitor, 1) - 1:
            waiting_at[exhibitor] = left
        self.talking = talking = self.talking + 1
        if talking > self.talking_peak:
            self.talking_peak = talking
        talking_at[exhibitor] = talking_at.get(exhibitor, 0) + 1
        if len(talking_at) > self.desks_busy_peak:
            self.desks_busy_peak = len(talking_at)
        self.taken_up.at_hand += 1
        self.waits.add(event.waited_ms)

    def end(self, event: NegotiationEnded) -> None:
        """Count a talk ended."""
        exhibitor, talking_at = event.exhibitor, self.talking_at
        self.talking -= 1
        if left := talking_at.pop(exhibitor, 1) - 1:
            talking_at[exhibitor] = left
        self.talked_ms += event.talked_ms
        outcome, outcomes = event.outcome, self.outcomes
        outcomes[outcome] = outcomes.get(outcome, 0) + 1

    def fail(self, event: NegotiationFailed) -> None:
        """Count a talk broken off."""
        exhibitor, talking_at = event.exhibitor, self.talking_at
        self.talking -= 1
        if left := talking_at.pop(exhibitor, 1) - 1:
            talking_at[exhibitor] = left
        self.failed_retried += event.retries
        self.failed.at_hand += 1

    def close_hour(self, hour: int) -> None:
        """Close an hour in the series."""
        for series in (
            self.domestic,
            self.overseas,
            self.domestic_lapsed,
            self.overseas_lapsed,
            self.taken_up,
            self.failed,
        ):
            series.close(hour)
        of_day = hour % 24
        for asked in self.by_economy.values():
            if asked.at_hand:
                asked.by_hour[of_day] = asked.by_hour.get(of_day, 0) + asked.at_hand
                asked.at_hand = 0

    def by_pair(self, most: int | None = None) -> dict[str, dict[str, int]]:
        """Return how many were initiated by the requester's economy and the exhibitor's.

        The most frequent pairs come first, equally frequent ones in the order of their codes; of all pairs, or of the
        `most` frequent.
        """
        economies = self.by_economy.items()
        pairs = [(-count, one, other) for one, asked in economies for other, count in asked.of_economy.items()]
        shown: dict[str, dict[str, int]] = {}
        for count, one, other in sorted(pairs) if most is None else nsmallest(most, pairs):
            shown.setdefault(one, {})[other] = -count
        return shown

    def _by_sector(self) -> dict[str, int]:
        """Return what was initiated by the exhibitor's sector."""
        total: dict[str, int] = {}
        for asked in self.by_sectors.values():
            for sector, count in asked.items():
                total[sector] = total.get(sector, 0) + count
        return total

    def snapshot(self) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        overseas = self.overseas.count
        initiated, held = overseas + self.domestic.count, sum(self.outcomes.values())
        answered, lapsed = initiated - self.waiting, sum(self.lapsed_by_economy.values())
        return {
            "initiated": initiated,
            "initiated_overseas": overseas,
            "overseas_share": round(overseas / initiated, 4) if initiated else 0.0,
            "repeated": self.repeated,
            "waiting": self.waiting,
            "declined": answered - lapsed - self.waits.count,
            "lapsed": lapsed,
            "taken_up": self.waits.count,
            "talking": self.talking,
            "talking_peak": self.talking_peak,
            "failed": self.failed.count,
            "failed_retried": self.failed_retried,
            "held": held,
            "no_deal": self.outcomes.get("no_deal", 0),
            "follow_up": self.outcomes.get("follow_up", 0),
            "intents": self.outcomes.get("intent", 0),
            "lapse_share": round(lapsed / answered, 4) if answered else 0.0,
            "waited_mean_s": self.waits.mean_s(),
            "waited_p50_s": self.waits.quantile_s(0.5),
            "waited_p90_s": self.waits.quantile_s(0.9),
            "talked_mean_s": round(self.talked_ms / held / 1000, 1) if held else 0.0,
            "desks_busy": len(self.talking_at),
            "desks_busy_peak": self.desks_busy_peak,
            "desks_waited_at": len(self.waiting_at),
            "by_economy": {economy: sum(asked.by_hour.values()) for economy, asked in self.by_economy.items()},
            "by_economy_and_hour": {economy: plain(asked.by_hour) for economy, asked in self.by_economy.items()},
            "by_pair": self.by_pair(PAIRS_SHOWN),
            "by_sector": self._by_sector(),
            "by_sectors": {sector: dict(asked) for sector, asked in self.by_sectors.items()},
            "lapsed_by_economy": dict(self.lapsed_by_economy),
            "per_hour": {"domestic": self.domestic.plain(), "overseas": self.overseas.plain()},
            "lapsed_per_hour": {"domestic": self.domestic_lapsed.plain(), "overseas": self.overseas_lapsed.plain()},
            "taken_up_per_hour": self.taken_up.plain(),
            "failed_per_hour": self.failed.plain(),
        }
