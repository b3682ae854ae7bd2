"""Measures of venue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from operator import attrgetter
from typing import Any, ClassVar

import msgspec

from fairfacts.clock import HOUR_MS, day_of, hour_of
from fairfacts.handlers import Handlers
from fairfacts.measure import Measure
from fairfacts.part_state import Fair, PartState
from fairfacts.parts.runs import RunMeasures
from fairfacts.parts.venue.events import (
    CapChanged,
    EntryBookedOut,
    GatesClosed,
    LanesChanged,
    StandPlaced,
    TicketsSold,
    VenueClosed,
    VenueOpened,
    VisitorEntered,
    VisitorLeft,
    VisitorMoved,
    VisitorRefused,
    ZoneLaidOut,
    ZonesCounted,
)
from fairfacts.parts.venue.zones import ZoneMeasures
from fairfacts.series import Histogram, HourCounts, Hourly, plain

WAITING_CLASS_MS = 5_000


MEASURES: Mapping[str, Measure] = {
    "state": Measure("word", "`closed`, `open`, or `leaving` after last entry"),
    "cap": Measure(
        "people", "that may be inside at the same time; 0 before the halls first open", given="from the start"
    ),
    "inside": Measure("people", "inside now", attrgetter("inside"), most="venue.cap"),
    "inside_peak": Measure("people", "inside at most at the same time", most="venue.cap"),
    "entered": Measure("entries", "of everybody with a badge; whoever goes out and comes in again counts again"),
    "entered_overseas": Measure("entries", "of visitors from outside the home economy"),
    "entered_by_badge": Measure("entries", "by badge"),
    "left": Measure("exits", "of everybody"),
    "visitors": Measure("people", "who came in on one day at least"),
    "visitors_by_badge": Measure("people", "who came in on one day at least, by badge"),
    "in_sessions": Measure("people", "inside who attend a session, at the last count"),
    "entries_per_visitor": Measure("entries", "for each person who came in", written="mean", of="visitors"),
    "refused": Measure("refusals", "at the gates; whoever comes again may be refused again"),
    "refused_by_reason": Measure("refusals", "`full`: the cap was reached; `late`: last entry had passed"),
    "moved": Measure("people", "who waited at a gate as its lanes were all closed, and went to another one"),
    "booked_out": Measure("people", "who found no free slot of timed entry, and stayed away, each once a day"),
    "tickets_by_badge": Measure("tickets", "sold for days so far, by badge of which a day has only so many"),
    "sold_out_by_badge": Measure("people", "who wanted a ticket and got none, each once a day, by badge"),
    "turned_away": Measure(
        "people",
        "of those refused, who did not come again that day; those who stay away as an app says that the halls are full"
        " are not among them",
    ),
    "waiting": Measure(
        "people",
        "in the queues at the gates, at the last count; 0 from the close to the opening, when nobody counts the line",
        lambda venue: sum(venue.waiting),
    ),
    "waiting_peak": Measure(
        "people", "in the queues of all gates together, at most at a count; before they open as well"
    ),
    "lanes_by_gate": Measure("lanes", "open now or when the halls were last open, by gate", given="from the start"),
    "waiting_by_gate": Measure(
        "people", "in the queue at the last count, by gate; none from the close to the opening, when nobody counts"
    ),
    "waited_mean_s": Measure(
        "s", "mean wait in the queue of those who entered; before the gates open as well", of="entered"
    ),
    "waited_p90_s": Measure(
        "s", "wait in the queue that nine in ten of those who entered did not exceed, to five seconds", of="entered"
    ),
    "stayed_mean_s": Measure("s", "mean stay of those who left", of="left"),
    "zones": Measure("zones", "of the exhibition, by kind", given="from the start"),
    "net_m2_by_zone": Measure("m2", "of stand space, by zone", given="from the start"),
    "stands_by_zone": Measure("exhibitors", "with a stand on site, by zone", given="from the start"),
    "stands_by_zone_kind": Measure("exhibitors", "with a stand on site, by kind of zone", given="from the start"),
    "overseas_share_by_zone_kind": Measure(
        "share", "of those, from outside the home economy, by kind of zone", given="from the start"
    ),
    "inside_by_zone": Measure("people", "in each zone at the last count"),
    "inside_peak_by_zone": Measure("people", "in each zone at most at a count"),
    "density_by_zone": Measure("people/m2", "in each zone at the last count, on its stand space"),
    "density_peak_by_zone": Measure("people/m2", "in each zone at most at a count, on its stand space"),
    "spent_h_by_zone": Measure("person-hours", "spent in each zone, from the counts of the minutes"),
    "entered_per_day": Measure("entries", "by day since the epoch"),
    "entered_per_hour": Measure("entries", "by hour since the epoch"),
    "left_per_hour": Measure("people", "who left, by hour since the epoch"),
    "refused_per_hour": Measure("refusals", "by hour since the epoch"),
}


class VenueMeasures(PartState):
    """The exhibition on site."""

    MEASURES: ClassVar[Mapping[str, Measure]] = MEASURES

    state: str = "closed"
    cap: int = 0
    inside: int = 0
    inside_peak: int = 0
    entered_overseas: int = 0
    visitors: int = 0
    in_sessions: int = 0
    entered_by_badge: dict[str, int] = msgspec.field(default_factory=dict)
    visitors_by_badge: dict[str, int] = msgspec.field(default_factory=dict)
    turned_away: int = 0
    moved: int = 0
    booked_out: int = 0
    tickets_by_badge: dict[str, int] = msgspec.field(default_factory=dict)
    sold_out_by_badge: dict[str, int] = msgspec.field(default_factory=dict)
    lanes: dict[int, int] = msgspec.field(default_factory=dict)
    waiting: list[int] = msgspec.field(default_factory=list)
    waiting_peak: int = 0
    stayed_ms: int = 0
    checked_ms: int = 0
    stands_by_kind: dict[str, int] = msgspec.field(default_factory=dict)
    overseas_stands_by_kind: dict[str, int] = msgspec.field(default_factory=dict)
    waited: Histogram = msgspec.field(default_factory=lambda: Histogram(WAITING_CLASS_MS))
    refused_by_reason: dict[str, int] = msgspec.field(default_factory=dict)
    zones_by_kind: dict[str, int] = msgspec.field(default_factory=dict)
    zones: dict[int, ZoneMeasures] = msgspec.field(default_factory=dict)
    entered: Hourly = msgspec.field(default_factory=Hourly)
    left: Hourly = msgspec.field(default_factory=Hourly)
    refused_per_hour: HourCounts = msgspec.field(default_factory=dict)

    def handlers(self, fair: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles."""
        return {
            ZoneLaidOut: self.lay_out,
            StandPlaced: partial(self.place, fair.run),
            VenueOpened: self.open,
            CapChanged: self.change_cap,
            LanesChanged: self.change_lanes,
            EntryBookedOut: self.book_out,
            TicketsSold: self.sell,
            VisitorEntered: self.enters(fair.run),
            VisitorMoved: self.move,
            VisitorRefused: self.refuse,
            VisitorLeft: self.leave,
            GatesClosed: self.close_gates,
            VenueClosed: self.close,
            ZonesCounted: self.count,
        }

    def lay_out(self, event: ZoneLaidOut) -> None:
        """Add a zone."""
        self.zones_by_kind[event.kind] = self.zones_by_kind.get(event.kind, 0) + 1
        zone = self._zone(event.zone)
        zone.name, zone.net_m2 = event.name, event.net_m2

    def place(self, run: RunMeasures, event: StandPlaced) -> None:
        """Add a stand to a zone."""
        kind, overseas = event.kind, self.overseas_stands_by_kind
        self._zone(event.zone).stands += 1
        self.stands_by_kind[kind] = self.stands_by_kind.get(kind, 0) + 1
        overseas[kind] = overseas.get(kind, 0) + (event.economy != run.fair.home)

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
        """Count a visitor without a slot."""
        self.booked_out += 1

    def sell(self, event: TicketsSold) -> None:
        """Count the tickets of a day, and those who got none."""
        badge, none = event.badge, event.wanted - event.sold
        self.tickets_by_badge[badge] = self.tickets_by_badge.get(badge, 0) + event.sold
        self.sold_out_by_badge[badge] = self.sold_out_by_badge.get(badge, 0) + none

    def enters(self, run: RunMeasures) -> Callable[[VisitorEntered], None]:
        """Return what counts a visitor in; persons are numbered in the order in which they first come."""

        def enter(event: VisitorEntered) -> None:
            self.inside = inside = self.inside + 1
            if inside > self.inside_peak:
                self.inside_peak = inside
            badge = event.badge
            self.entered_by_badge[badge] = self.entered_by_badge.get(badge, 0) + 1
            if event.visitor >= self.visitors:
                self.visitors = event.visitor + 1
                self.visitors_by_badge[badge] = self.visitors_by_badge.get(badge, 0) + 1
            if event.economy != run.fair.home:
                self.entered_overseas += 1
            self.waited.add(event.waited_ms)
            self.checked_ms += event.checked_ms
            self.entered.at_hand += 1

        return enter

    def refuse(self, event: VisitorRefused) -> None:
        """Count a visitor who is not let in."""
        self.refused_by_reason[event.reason] = self.refused_by_reason.get(event.reason, 0) + 1
        self.turned_away += not event.returns
        hour = hour_of(event.at_ms)
        self.refused_per_hour[hour] = self.refused_per_hour.get(hour, 0) + 1

    def move(self, _: VisitorMoved) -> None:
        """Count a visitor who goes to another gate."""
        self.moved += 1

    def leave(self, event: VisitorLeft) -> None:
        """Count a visitor out."""
        self.inside -= 1
        self.left.at_hand += 1
        self.stayed_ms += event.stayed_ms

    def count(self, event: ZonesCounted) -> None:
        """Take over what the counters say."""
        self.waiting, self.in_sessions = list(event.waiting), event.in_sessions
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
        """Close the halls for the day; who waits for the next opening is counted then."""
        self.state = "closed"
        self.waiting.clear()

    def _zone(self, number: int) -> ZoneMeasures:
        zone = self.zones.get(number)
        if zone is None:
            zone = self.zones[number] = ZoneMeasures(name=f"zone {number}")
        return zone

    def close_hour(self, hour: int, _: Fair) -> None:
        """Close an hour in the series."""
        self.entered.close(hour)
        self.left.close(hour)

    def snapshot(self, fair: Fair) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        epoch, per_day = fair.run.began, dict[int, int]()
        entered, left = self.entered.count, self.left.count
        for hour, people in self.entered.closed.items():
            day = day_of(epoch, hour * HOUR_MS)
            per_day[day] = per_day.get(day, 0) + people
        zones, overseas = self.zones.values(), self.overseas_stands_by_kind
        return {
            "state": self.state,
            "cap": self.cap,
            "inside": self.inside,
            "inside_peak": self.inside_peak,
            "entered": entered,
            "entered_overseas": self.entered_overseas,
            "entered_by_badge": dict(self.entered_by_badge),
            "left": left,
            "visitors": self.visitors,
            "visitors_by_badge": dict(self.visitors_by_badge),
            "in_sessions": self.in_sessions,
            "entries_per_visitor": round(entered / self.visitors, 3) if self.visitors else 0.0,
            "refused": sum(self.refused_by_reason.values()),
            "refused_by_reason": dict(self.refused_by_reason),
            "moved": self.moved,
            "booked_out": self.booked_out,
            "tickets_by_badge": dict(self.tickets_by_badge),
            "sold_out_by_badge": dict(self.sold_out_by_badge),
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
            "stands_by_zone_kind": dict(self.stands_by_kind),
            "overseas_share_by_zone_kind": {
                kind: round(overseas[kind] / stands, 4) for kind, stands in self.stands_by_kind.items()
            },
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
