"""The exhibition on site: zones and their stands, gates and their queues, and the people inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from fairfacts.event import Count, EconomyCode, Event, Milliseconds
from fairfacts.organisations import HOME_ECONOMY
from fairfacts.series import HOUR_MS, Histogram, HourCounts, Hourly, hour_of, plain

ZoneKind = Literal["comprehensive", "special"]
Reason = Literal["full", "late"]
DAY_MS = 86_400_000
WAITING_CLASS_MS = 5_000


class ZoneLaidOut(Event, frozen=True, tag="zone.laid_out"):
    """A zone of the exhibition took its place in the halls."""

    zone: Count
    kind: ZoneKind
    name: str
    net_m2: Count
    """Stand space, without aisles."""


class StandPlaced(Event, frozen=True, tag="stand.placed"):
    """An exhibitor was given its stand in a zone."""

    organisation: Count
    economy: EconomyCode
    zone: Count
    kind: ZoneKind


class VenueOpened(Event, frozen=True, tag="venue.opened"):
    """The halls and their gates opened for a day."""

    cap: Count
    """People that may be inside at the same time."""
    lanes: tuple[Count, ...]
    """Of security and health check, by gate."""
    last_entry_ms: Milliseconds
    closes_ms: Milliseconds


class CapChanged(Event, frozen=True, tag="cap.changed"):
    """Another number of people may be inside from now on; whoever is inside or in a lane stays."""

    cap: Count


class LanesChanged(Event, frozen=True, tag="lanes.changed"):
    """A gate has another number of lanes from now on; whoever is in one is let through."""

    gate: Count
    lanes: Count


class EntryBookedOut(Event, frozen=True, tag="entry.booked_out"):
    """A delegate found no free slot of timed entry on a day, and stays away."""

    organisation: Count
    economy: EconomyCode


class VisitorEntered(Event, frozen=True, tag="visitor.entered"):
    """A delegate passed the check at a gate; whoever comes on several days has the same number on each."""

    visitor: Count
    organisation: Count
    economy: EconomyCode
    gate: Count
    waited_ms: Milliseconds
    """In the queue, until a lane was free and there was room inside."""
    checked_ms: Milliseconds
    """In the lane."""


class VisitorRefused(Event, frozen=True, tag="visitor.refused"):
    """A delegate at a gate was not let in: the halls were full on arrival, or last entry had passed."""

    organisation: Count
    economy: EconomyCode
    gate: Count
    waited_ms: Milliseconds
    reason: Reason
    returns: bool
    """Whether the delegate comes again later in the day; the others are turned away for good."""


class VisitorLeft(Event, frozen=True, tag="visitor.left"):
    """A delegate left the halls."""

    visitor: Count
    organisation: Count
    economy: EconomyCode
    stayed_ms: Milliseconds


class ZonesCounted(Event, frozen=True, tag="zones.counted"):
    """The people counters' minute: who is in each zone now, and who waits at each gate."""

    inside: tuple[Count, ...]
    """People by zone."""
    waiting: tuple[Count, ...]
    """People in the queue by gate, without those in a lane."""


class GatesClosed(Event, frozen=True, tag="gates.closed"):
    """Last entry has passed: only those who are in a lane are still let in."""


class VenueClosed(Event, frozen=True, tag="venue.closed"):
    """The halls closed for the day, with everybody gone."""

    entered: Count
    """People let in on this day."""


MEASURES: Mapping[str, str] = {
    "state": "word · `closed`, `open`, or `leaving` after last entry",
    "cap": "people · that may be inside at the same time; 0 before the halls first open",
    "inside": "people · inside now",
    "inside_peak": "people · inside at most at the same time",
    "entered": "entries · of delegates, each once a day",
    "entered_overseas": "entries · of delegates from outside the home economy",
    "left": "people · who left again, each once a day",
    "visitors": "people · who came in on one day at least",
    "days_per_visitor": "days · entries for each person who came in",
    "refused": "refusals · at the gates; whoever comes again may be refused again",
    "refused_by_reason": "refusals · `full`: the cap was reached; `late`: last entry had passed",
    "booked_out": "people · who found no free slot of timed entry, and stayed away, each once a day",
    "turned_away": "people · of those refused, who did not come again that day",
    "waiting": "people · in the queues at the gates, at the last count",
    "waiting_peak": "people · in the queues of all gates together, at most at a count",
    "lanes_by_gate": "lanes · open now or when the halls were last open, by gate",
    "waiting_by_gate": "people · in the queue at the last count, by gate",
    "waited_mean_s": "s · mean wait in the queue of those who entered",
    "waited_p90_s": "s · wait in the queue that nine in ten of those who entered did not exceed",
    "stayed_mean_s": "s · mean stay of those who left",
    "zones": "zones · of the exhibition, by kind",
    "net_m2_by_zone": "m2 · of stand space, by zone",
    "stands_by_zone": "exhibitors · with a stand on site, by zone",
    "comprehensive_exhibitors": "organisations · with a stand in a comprehensive zone",
    "comprehensive_international_share": "share · of those, from outside the home economy",
    "inside_by_zone": "people · in each zone at the last count",
    "inside_peak_by_zone": "people · in each zone at most at a count",
    "density_by_zone": "people/m2 · in each zone at the last count, on its stand space",
    "density_peak_by_zone": "people/m2 · in each zone at most at a count, on its stand space",
    "spent_h_by_zone": "person-hours · spent in each zone, from the counts of the minutes",
    "entered_per_day": "entries · by day since the epoch",
    "entered_per_hour": "entries · by hour since the epoch",
    "left_per_hour": "people · who left, by hour since the epoch",
    "refused_per_hour": "refusals · by hour since the epoch",
}


class ZoneMeasures(msgspec.Struct):
    """One zone."""

    name: str = ""
    net_m2: int = 0
    stands: int = 0
    inside: int = 0
    inside_peak: int = 0
    spent_min: int = 0

    def density(self, people: int) -> float:
        """Return people per m2 of stand space; 0 when the zone's size is not known."""
        return round(people / self.net_m2, 4) if self.net_m2 else 0.0


class VenueMeasures(msgspec.Struct):
    """The exhibition on site."""

    state: str = "closed"
    cap: int = 0
    inside: int = 0
    inside_peak: int = 0
    entered_overseas: int = 0
    visitors: int = 0
    turned_away: int = 0
    booked_out: int = 0
    lanes: dict[int, int] = msgspec.field(default_factory=dict)
    waiting: list[int] = msgspec.field(default_factory=list)
    waiting_peak: int = 0
    stayed_ms: int = 0
    comprehensive: int = 0
    comprehensive_international: int = 0
    waited: Histogram = msgspec.field(default_factory=lambda: Histogram(WAITING_CLASS_MS))
    refused_by_reason: dict[str, int] = msgspec.field(default_factory=dict)
    zones_by_kind: dict[str, int] = msgspec.field(default_factory=dict)
    zones: dict[int, ZoneMeasures] = msgspec.field(default_factory=dict)
    entered: Hourly = msgspec.field(default_factory=Hourly)
    left: Hourly = msgspec.field(default_factory=Hourly)
    refused_per_hour: HourCounts = msgspec.field(default_factory=dict)

    def lay_out(self, event: ZoneLaidOut) -> None:
        """Add a zone."""
        self.zones_by_kind[event.kind] = self.zones_by_kind.get(event.kind, 0) + 1
        zone = self._zone(event.zone)
        zone.name, zone.net_m2 = event.name, event.net_m2

    def place(self, event: StandPlaced) -> None:
        """Add a stand to a zone."""
        self._zone(event.zone).stands += 1
        if event.kind == "comprehensive":
            self.comprehensive += 1
            self.comprehensive_international += event.economy != HOME_ECONOMY

    def open(self, event: VenueOpened) -> None:
        """Open the halls for a day."""
        self.state, self.cap = "open", event.cap
        self.lanes = dict(enumerate(event.lanes))

    def change_cap(self, event: CapChanged) -> None:
        """Take another cap over."""
        self.cap = event.cap

    def change_lanes(self, event: LanesChanged) -> None:
        """Take a gate's lanes over."""
        self.lanes[event.gate] = event.lanes

    def book_out(self, _: EntryBookedOut) -> None:
        """Count a delegate without a slot."""
        self.booked_out += 1

    def enter(self, event: VisitorEntered) -> None:
        """Count a delegate in; persons are numbered in the order in which they first come."""
        self.inside = inside = self.inside + 1
        if inside > self.inside_peak:
            self.inside_peak = inside
        if event.visitor >= self.visitors:
            self.visitors = event.visitor + 1
        if event.economy != HOME_ECONOMY:
            self.entered_overseas += 1
        self.waited.add(event.waited_ms)
        self.entered.at_hand += 1

    def refuse(self, event: VisitorRefused) -> None:
        """Count a delegate who is not let in."""
        self.refused_by_reason[event.reason] = self.refused_by_reason.get(event.reason, 0) + 1
        self.turned_away += not event.returns
        hour = hour_of(event.at_ms)
        self.refused_per_hour[hour] = self.refused_per_hour.get(hour, 0) + 1

    def leave(self, event: VisitorLeft) -> None:
        """Count a delegate out."""
        self.inside -= 1
        self.left.at_hand += 1
        self.stayed_ms += event.stayed_ms

    def count(self, event: ZonesCounted) -> None:
        """Take over what the counters say."""
        self.waiting = list(event.waiting)
        self.waiting_peak = max(self.waiting_peak, sum(event.waiting))
        for number, inside in enumerate(event.inside):
            zone = self._zone(number)
            zone.inside = inside
            zone.spent_min += inside
            if inside > zone.inside_peak:
                zone.inside_peak = inside

    def close_gates(self, _: GatesClosed) -> None:
        """Let nobody in any more."""
        self.state = "leaving"

    def close(self, _: VenueClosed) -> None:
        """Close the halls for the day."""
        self.state = "closed"

    def _zone(self, number: int) -> ZoneMeasures:
        zone = self.zones.get(number)
        if zone is None:
            zone = self.zones[number] = ZoneMeasures(name=f"zone {number}")
        return zone

    def close_hour(self, hour: int) -> None:
        """Close an hour in the series."""
        self.entered.close(hour)
        self.left.close(hour)

    def snapshot(self) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        entered, left, per_day = self.entered.count, self.left.count, dict[int, int]()
        for hour, people in self.entered.closed.items():
            day = hour * HOUR_MS // DAY_MS
            per_day[day] = per_day.get(day, 0) + people
        international, zones = self.comprehensive_international, self.zones.values()
        return {
            "state": self.state,
            "cap": self.cap,
            "inside": self.inside,
            "inside_peak": self.inside_peak,
            "entered": entered,
            "entered_overseas": self.entered_overseas,
            "left": left,
            "visitors": self.visitors,
            "days_per_visitor": round(entered / self.visitors, 3) if self.visitors else 0.0,
            "refused": sum(self.refused_by_reason.values()),
            "refused_by_reason": dict(self.refused_by_reason),
            "booked_out": self.booked_out,
            "turned_away": self.turned_away,
            "waiting": sum(self.waiting),
            "waiting_peak": self.waiting_peak,
            "lanes_by_gate": plain(self.lanes),
            "waiting_by_gate": {str(gate): people for gate, people in enumerate(self.waiting)},
            "waited_mean_s": self.waited.mean_s(),
            "waited_p90_s": self.waited.quantile_s(0.9),
            "stayed_mean_s": round(self.stayed_ms / left / 1000, 1) if left else 0.0,
            "zones": dict(self.zones_by_kind),
            "net_m2_by_zone": {zone.name: zone.net_m2 for zone in zones},
            "stands_by_zone": {zone.name: zone.stands for zone in zones},
            "comprehensive_exhibitors": self.comprehensive,
            "comprehensive_international_share": round(international / self.comprehensive, 4)
            if self.comprehensive
            else 0.0,
            "inside_by_zone": {zone.name: zone.inside for zone in zones},
            "inside_peak_by_zone": {zone.name: zone.inside_peak for zone in zones},
            "density_by_zone": {zone.name: zone.density(zone.inside) for zone in zones},
            "density_peak_by_zone": {zone.name: zone.density(zone.inside_peak) for zone in zones},
            "spent_h_by_zone": {zone.name: round(zone.spent_min / 60, 1) for zone in zones},
            "entered_per_day": plain(per_day),
            "entered_per_hour": self.entered.plain(),
            "left_per_hour": self.left.plain(),
            "refused_per_hour": plain(self.refused_per_hour),
        }
