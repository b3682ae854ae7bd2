"""Measures of negotiations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, ClassVar

import msgspec

from fairfacts.clock import HOUR_MS, moment_at
from fairfacts.handlers import Handlers
from fairfacts.measure import Measure
from fairfacts.part_state import Fair, PartState
from fairfacts.parts.negotiations.events import (
    NegotiationArranged,
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationFailed,
    NegotiationLapsed,
    NegotiationMissed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.parts.negotiations.requests import Asked, Queues, by_exhibitor_sector, most_frequent_pairs
from fairfacts.parts.organisations import OrganisationMeasures
from fairfacts.series import Histogram, Hourly, plain

WAIT_CLASS_MS = 10_000
"""Waiting times are kept in classes of ten seconds: fine enough for a median in minutes."""
LONG_WAIT_MIN = 30
"""A wait over so many minutes is long."""
PAIRS_SHOWN = 80
"""How many pairs of economies a snapshot names; the state has them all."""


MEASURES: Mapping[str, Measure] = {
    "initiated": Measure("negotiations", "requested, repeated attempts among them; what the closing report counts"),
    "initiated_overseas": Measure("negotiations", "of those initiated, with a party from outside the home economy"),
    "overseas_share": Measure("share", "initiated_overseas / initiated", of="initiated"),
    "repeated": Measure("negotiations", "of those initiated, after a lapse elsewhere or a failure"),
    "waiting": Measure("negotiations", "now at a desk, neither declined, lapsed nor taken up", attrgetter("waiting")),
    "waiting_over_30min": Measure("negotiations", "of those waiting, for over half an hour, to the minute"),
    "waiting_longest_s": Measure("s", "wait so far of the one that waits longest now, to the minute", of="waiting"),
    "declined": Measure("negotiations", "declined by the exhibitor"),
    "lapsed": Measure("negotiations", "withdrawn by the requester, or no longer valid, before the desk came to them"),
    "withdrawn": Measure("negotiations", "of those lapsed, whose requester took the wish to another exhibitor"),
    "answered_in_an_hour_share": Measure(
        "share", "of those initiated, that the desk answered within an hour", of="initiated"
    ),
    "arranged": Measure("negotiations", "that the desk accepted for a later time"),
    "ahead": Measure("negotiations", "arranged, whose talk is still to come"),
    "missed": Measure("negotiations", "arranged, whose talk did not come about"),
    "in_vain": Measure("negotiations", "of those missed, to which the requester came and found no negotiator free"),
    "taken_up": Measure("negotiations", "taken up by a negotiator: the talk began"),
    "taken_up_arranged": Measure("negotiations", "of those taken up, that had been arranged"),
    "talking": Measure("negotiations", "in talk now", attrgetter("talking")),
    "talking_peak": Measure("negotiations", "in talk at most at the same time"),
    "failed": Measure("negotiations", "whose talk broke off as the platform failed"),
    "failed_retried": Measure("negotiations", "of those failed, that the requester asks for again"),
    "held": Measure("negotiations", "whose talk has ended"),
    "no_deal": Measure("negotiations", "held that ended without a deal"),
    "follow_up": Measure("negotiations", "held that ended in a follow-up"),
    "intents": Measure("negotiations", "held that ended in an intent to sign"),
    "lapse_share": Measure("share", "lapsed / (initiated - waiting)", of="initiated - waiting"),
    "waited_mean_s": Measure(
        "s", "mean time from the request to the talk, of the negotiations taken up", of="taken_up"
    ),
    "waited_p50_s": Measure("s", "median time from the request to the talk, to ten seconds", of="taken_up"),
    "waited_p90_s": Measure(
        "s", "90 % of the negotiations taken up waited no longer for their talk, to ten seconds", of="taken_up"
    ),
    "talked_mean_s": Measure("s", "mean length of a talk that has ended", of="held"),
    "by_economy": Measure("negotiations", "initiated, by the requester's economy"),
    "by_economy_and_hour": Measure(
        "negotiations", "initiated, by the requester's economy and hour of the day at the fair", levels=2
    ),
    "by_sector": Measure("negotiations", "initiated, by the exhibitor's sector"),
    "by_sectors": Measure(
        "negotiations",
        "initiated, by the requester's sector (`unknown` where the register has no requester) and the exhibitor's",
        levels=2,
    ),
    "by_pair": Measure(
        "negotiations",
        f"initiated, by the requester's economy and the exhibitor's: the {PAIRS_SHOWN} pairs with most of them;"
        " `GET /runs/RUN/negotiations/between` has all",
        levels=0,
    ),
    "desks_busy": Measure(
        "desks", "of exhibitors, with a talk going on now", lambda negotiations: len(negotiations.talking_at)
    ),
    "desks_busy_peak": Measure("desks", "with a talk going on, at most at the same time"),
    "desks_waited_at": Measure("desks", "at which somebody waits now"),
    "lapsed_by_economy": Measure("negotiations", "lapsed, by the requester's economy"),
    "per_hour": Measure(
        "negotiations", "initiated, by origin (overseas when either party is) and hour since the epoch", levels=2
    ),
    "lapsed_per_hour": Measure("negotiations", "lapsed, by origin and hour since the epoch", levels=2),
    "taken_up_per_hour": Measure("negotiations", "taken up, by hour since the epoch"),
    "failed_per_hour": Measure("negotiations", "failed, by hour since the epoch"),
}


class NegotiationMeasures(PartState):
    """The funnel of the negotiation, and the waiting in it; what is a sum of others is not counted a second time."""

    MEASURES: ClassVar[Mapping[str, Measure]] = MEASURES

    repeated: int = 0
    declined: int = 0
    withdrawn: int = 0
    answered_in_an_hour: int = 0
    arranged: int = 0
    missed: int = 0
    in_vain: int = 0
    taken_up_arranged: int = 0
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
    queues: Queues = msgspec.field(default_factory=Queues)
    talking_at: dict[int, int] = msgspec.field(default_factory=dict)
    """How many are in talk now, by exhibitor."""
    domestic: Hourly = msgspec.field(default_factory=Hourly)
    overseas: Hourly = msgspec.field(default_factory=Hourly)
    domestic_lapsed: Hourly = msgspec.field(default_factory=Hourly)
    overseas_lapsed: Hourly = msgspec.field(default_factory=Hourly)
    taken_up: Hourly = msgspec.field(default_factory=Hourly)
    failed: Hourly = msgspec.field(default_factory=Hourly)

    def handlers(self, fair: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles."""
        return {
            NegotiationRequested: self.requests(fair.organisations),
            NegotiationDeclined: self.decline,
            NegotiationLapsed: self.lapse,
            NegotiationArranged: self.arrange,
            NegotiationMissed: self.miss,
            NegotiationTakenUp: self.take_up,
            NegotiationEnded: self.end,
            NegotiationFailed: self.fail,
        }

    def requests(self, register: OrganisationMeasures) -> Callable[[NegotiationRequested], None]:
        """Return what counts a request by an organisation of the register.

        A fair has more of these than of anything else, so that what they need is looked up once.
        """
        sectors, first, sector_of = register.sectors, register.sector_of_first, register.sector_of
        enter_queue = self.queues.enter
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
            enter_queue(exhibitor, event.at_ms)

        return request

    def _leave_queue(
        self, event: NegotiationDeclined | NegotiationLapsed | NegotiationTakenUp | NegotiationArranged
    ) -> None:
        self.waiting -= 1
        self.queues.leave(event.exhibitor, event.at_ms - event.waited_ms)

    def _answer(self, event: NegotiationDeclined | NegotiationTakenUp | NegotiationArranged) -> None:
        self._leave_queue(event)
        self.answered_in_an_hour += event.waited_ms <= HOUR_MS

    def most_waited_in(self, register: OrganisationMeasures) -> str:
        """Return the sector at whose exhibitors' desks most wait now; an empty text where nobody does."""
        waiting: dict[str, int] = {}
        for exhibitor, count in self.queues.at.items():
            sector = register.sector_of(exhibitor)
            waiting[sector] = waiting.get(sector, 0) + count
        return max(waiting, key=lambda sector: waiting[sector], default="")

    def decline(self, event: NegotiationDeclined) -> None:
        """Count a refusal by the exhibitor."""
        self._answer(event)
        self.declined += 1

    def lapse(self, event: NegotiationLapsed) -> None:
        """Count a request that nobody came to in time."""
        self._leave_queue(event)
        self.withdrawn += event.retries
        economy, by_economy = event.economy, self.lapsed_by_economy
        series = self.overseas_lapsed if event.overseas else self.domestic_lapsed
        series.at_hand += 1
        by_economy[economy] = by_economy.get(economy, 0) + 1

    def arrange(self, event: NegotiationArranged) -> None:
        """Count a talk that is to come."""
        self._answer(event)
        self.arranged += 1

    def miss(self, event: NegotiationMissed) -> None:
        """Count a talk that did not come about."""
        self.missed += 1
        self.in_vain += event.came

    def take_up(self, event: NegotiationTakenUp) -> None:
        """Count a talk begun, and how long it was waited for."""
        if event.arranged:
            self.taken_up_arranged += 1
        else:
            self._answer(event)
        exhibitor, talking_at = event.exhibitor, self.talking_at
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

    def close_hour(self, hour: int, fair: Fair) -> None:
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
        of_day = moment_at(fair.run.began, hour * HOUR_MS).hour
        for asked in self.by_economy.values():
            if asked.at_hand:
                asked.by_hour[of_day] = asked.by_hour.get(of_day, 0) + asked.at_hand
                asked.at_hand = 0

    def by_pair(self, most: int | None = None) -> dict[str, dict[str, int]]:
        """Return how many were initiated by the requester's economy and the exhibitor's.

        The most frequent pairs come first, equally frequent ones in the order of their codes; of all pairs, or of the
        `most` frequent.
        """
        return most_frequent_pairs(self.by_economy, most)

    def snapshot(self, fair: Fair) -> dict[str, Any]:
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
            "waiting_over_30min": self.queues.longer_than(LONG_WAIT_MIN, fair.at_ms),
            "waiting_longest_s": self.queues.longest_s(fair.at_ms),
            "declined": self.declined,
            "lapsed": lapsed,
            "withdrawn": self.withdrawn,
            "answered_in_an_hour_share": round(self.answered_in_an_hour / initiated, 4) if initiated else 0.0,
            "arranged": self.arranged,
            "ahead": self.arranged - self.taken_up_arranged - self.missed,
            "missed": self.missed,
            "in_vain": self.in_vain,
            "taken_up": self.waits.count,
            "taken_up_arranged": self.taken_up_arranged,
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
            "desks_waited_at": len(self.queues.at),
            "by_economy": {economy: sum(asked.by_hour.values()) for economy, asked in self.by_economy.items()},
            "by_economy_and_hour": {economy: plain(asked.by_hour) for economy, asked in self.by_economy.items()},
            "by_pair": self.by_pair(PAIRS_SHOWN),
            "by_sector": by_exhibitor_sector(self.by_sectors),
            "by_sectors": {sector: dict(asked) for sector, asked in self.by_sectors.items()},
            "lapsed_by_economy": dict(self.lapsed_by_economy),
            "per_hour": {"domestic": self.domestic.plain(), "overseas": self.overseas.plain()},
            "lapsed_per_hour": {"domestic": self.domestic_lapsed.plain(), "overseas": self.overseas_lapsed.plain()},
            "taken_up_per_hour": self.taken_up.plain(),
            "failed_per_hour": self.failed.plain(),
        }
