"""The laws of the exhibition on site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fairfacts.clock import HOUR_MS, MINUTE_MS
from fairfacts.handlers import Handlers
from fairfacts.laws.base import Breaks, Others, PartLaws
from fairfacts.laws.flow import Flow, Little
from fairfacts.laws.gate import Gate, most_at
from fairfacts.laws.organisations import RegisterLaws
from fairfacts.parts.fairs import has, row_of
from fairfacts.parts.programme import AttendeeAdmitted
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

SHORTEST_DAY_MS = 22 * HOUR_MS
"""The shortest day on which clocks go forward, with an hour to spare."""


class VenueLaws(PartLaws):
    """Zones and stands, the halls' days, their gates, and who is inside."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "zone.sequence": "zones are numbered 0, 1, 2, ... as they are laid out",
        "zone.space": "a zone has stand space",
        "zone.kind": "a zone is of a kind that the fair has",
        "stand.exhibitor": "a stand is given to an exhibitor, to each once",
        "stand.zone": "a stand is in a zone that is laid out, and of its kind",
        "venue.opens": "halls that are closed and empty open, with last entry before the close, and lanes at each gate",
        "venue.closes": "halls that are open close when they were said to, with everybody gone",
        "venue.entered": "the halls say at the close how many they have let in on the day",
        "venue.cap": "whoever enters finds no more people inside than might be when the check began, or since then",
        "badge.key": "a badge is one that the fair has, and whoever has it is a delegate as its holders are",
        "tickets.sold": "no more tickets are sold than are wanted, and those of a badge once a day",
        "gates.close": "the gates close once a day, at last entry",
        "gate.there": "a visitor comes to a gate that the halls have",
        "gate.lanes": "a gate checks no more visitors at a time than it has lanes",
        "gate.turn": "a gate calls visitors in the order in which they came, or joined its queue from another gate",
        "gate.moves": "a visitor moves from a gate without lanes to one with some, and is let in or refused there",
        "visitor.sequence": "visitors are numbered 0, 1, 2, ... as they first enter",
        "visitor.same": "a visitor's number is of one person with one badge on all days, and each person has one",
        "visitor.once": "a visitor who is inside does not enter",
        "visitor.checked": "a visitor enters after a check that takes time and begins while the gates are open",
        "visitor.full": "a visitor is refused as full at once, and only when people inside and lanes make up the cap",
        "visitor.late": "a visitor is refused as late for good, and only after last entry",
        "visitor.left": "a visitor leaves who is inside, once, as whoever entered",
        "visitor.attends": "a visitor who is admitted to a session is inside the halls, as whoever entered",
        "visitor.stayed": "stayed_ms is the time since the visitor entered, and more than none",
        "count.minute": "people are counted at every minute of open halls, from the opening to the close",
        "count.inside": "a count has every zone, and adds up with those in sessions to those who are inside",
        "count.waiting": "a count has at each gate those who had come by then and were not called yet",
    }

    def __init__(self, breaks: Breaks, others: Others) -> None:
        super().__init__(breaks, others)
        self._register = others.of(RegisterLaws)
        self._zones: dict[int, str] = {}
        self._placed: set[int] = set()
        self._day: Day | None = None
        """While the halls are open."""
        self._early: list[VisitorMoved] = []
        """Who moved before the halls opened."""
        self._person: dict[int, tuple[int | None, int | None, str]] = {}
        """Organisation, delegate and badge of each visitor so far."""
        self._delegates: set[tuple[int | None, int]] = set()
        """Those who have a number as visitors."""
        self._inside: dict[int, VisitorEntered] = {}
        self._stays = Flow()
        self._sold_ms: dict[str, int] = {}
        """When the tickets of a badge were last sold."""
        self._next_zone = self._next_visitor = 0

    def handlers(self) -> Handlers:
        """Return what these laws do on each type of event that they handle."""
        return {
            ZoneLaidOut: self._lay_out,
            StandPlaced: self._place,
            VenueOpened: self._open,
            CapChanged: self._change_cap,
            LanesChanged: self._change_lanes,
            EntryBookedOut: self._book_out,
            TicketsSold: self._sell,
            VisitorEntered: self._enter,
            AttendeeAdmitted: self._attend,
            VisitorMoved: self._move,
            VisitorRefused: self._refuse,
            VisitorLeft: self._leave,
            ZonesCounted: self._count,
            GatesClosed: self._close_gates,
            VenueClosed: self._close,
        }

    def flows(self, now_ms: int) -> dict[str, Little]:
        """Return the account of the visitors inside."""
        return {"visitors_inside": self._stays.little(now_ms, (entry.at_ms for entry in self._inside.values()))}

    def end(self) -> None:
        """The halls are closed."""
        if self._day is not None:
            self.breaks(None, "venue.closes")

    def _lay_out(self, event: ZoneLaidOut) -> None:
        if event.zone != self._next_zone:
            self.breaks(event, "zone.sequence")
        self._next_zone = event.zone + 1
        if not event.net_m2:
            self.breaks(event, "zone.space")
        if not has(self.fair.zone_kinds, event.kind):
            self.breaks(event, "zone.kind")
        self._zones[event.zone] = event.kind

    def _place(self, event: StandPlaced) -> None:
        if not self._register.is_known(event.organisation, event.economy):
            self.breaks(event, "organisation.registered")
        if not self._register.exhibits(event.organisation) or event.organisation in self._placed:
            self.breaks(event, "stand.exhibitor")
        if self._zones.get(event.zone) != event.kind:
            self.breaks(event, "stand.zone")
        self._placed.add(event.organisation)

    def _open(self, event: VenueOpened) -> None:
        in_order = event.at_ms < event.last_entry_ms < event.closes_ms
        if self._day is not None or self._inside or not in_order or not all(event.lanes):
            self.breaks(event, "venue.opens")
        self._day = Day(event)
        for moved in self._early:
            self._queue_again(moved, self._day)
        self._early.clear()

    def _change_cap(self, event: CapChanged) -> None:
        if self._day is not None:
            self._day.caps.append((event.at_ms, event.cap))

    def _change_lanes(self, event: LanesChanged) -> None:
        if self._day is not None and event.gate >= len(self._day.gates):
            self.breaks(event, "gate.there")
        elif self._day is not None:
            day = self._day
            day.gates[event.gate].lanes.append((event.at_ms, event.lanes))
            day.lanes = max(day.lanes, sum(gate.lanes[-1][1] for gate in day.gates))

    def _book_out(self, event: EntryBookedOut) -> None:
        self._register.recognise(event, event.organisation, event.economy)

    def _sell(self, event: TicketsSold) -> None:
        if not has(self.fair.badges, event.badge):
            self.breaks(event, "badge.key")
        sold_ms = self._sold_ms.get(event.badge)
        if event.sold > event.wanted or (sold_ms is not None and event.at_ms - sold_ms < SHORTEST_DAY_MS):
            self.breaks(event, "tickets.sold")
        self._sold_ms[event.badge] = event.at_ms

    def _enter(self, event: VisitorEntered) -> None:
        day, check_ms = self._day, event.at_ms - event.checked_ms
        self._recognise(event)
        if event.visitor in self._inside:
            self.breaks(event, "visitor.once")
        self._inside[event.visitor] = event
        self._stays.enter(event.at_ms)
        if day is None or not event.checked_ms or not day.opens_ms <= check_ms <= day.last_entry_ms:
            self.breaks(event, "visitor.checked")
        if day is None:
            return
        day.entered += 1
        since = (cap for at_ms, cap in day.caps if at_ms > check_ms)
        if len(self._inside) > max(most_at(day.caps, check_ms), *since, 0):
            self.breaks(event, "venue.cap")
        if event.gate < len(day.gates):
            gate = day.gates[event.gate]
            gate.call(check_ms - event.waited_ms, check_ms)
            gate.check(check_ms, event.at_ms)
        else:
            self.breaks(event, "gate.there")

    def _recognise(self, event: VisitorEntered) -> None:
        visitor, person = event.visitor, (event.organisation, event.delegate, event.badge)
        self._register.recognise(event, event.organisation, event.economy)
        self._look_at_badge(event)
        known = self._person.get(visitor)
        if known is None:
            if visitor != self._next_visitor:
                self.breaks(event, "visitor.sequence")
            self._next_visitor = visitor + 1
            self._person[visitor] = person
            if event.delegate is not None and (event.organisation, event.delegate) in self._delegates:
                self.breaks(event, "visitor.same")
            if event.delegate is not None:
                self._delegates.add((event.organisation, event.delegate))
        elif known != person:
            self.breaks(event, "visitor.same")

    def _look_at_badge(self, event: VisitorEntered) -> None:
        if not event.badge or not self.fair.badges:  # the event does not say, or the log
            return
        badge = row_of(self.fair.badges, event.badge)
        if badge is None or badge.registers is (event.organisation is None):
            self.breaks(event, "badge.key")

    def _refuse(self, event: VisitorRefused) -> None:
        day, at_ms = self._day, event.at_ms
        self._register.recognise(event, event.organisation, event.economy)
        if event.reason == "full":
            # those in a lane have a place inside already; before the halls open nobody knows their cap
            room = 0 if day is None else day.caps[-1][1] - len(self._inside) - day.lanes
            if room > 0 or event.waited_ms:
                self.breaks(event, "visitor.full")
        # nobody waits at halls that have closed, nor is anybody asked to come again
        elif event.returns or (event.waited_ms if day is None else at_ms < day.last_entry_ms):
            self.breaks(event, "visitor.late")
        if day is None:
            return
        if event.gate >= len(day.gates):
            self.breaks(event, "gate.there")
        elif event.reason == "late":
            day.gates[event.gate].call(at_ms - event.waited_ms, at_ms)

    def _move(self, event: VisitorMoved) -> None:
        day = self._day
        self._register.recognise(event, event.organisation, event.economy)
        if day is None:
            self._early.append(event)
        elif max(event.gate, event.to_gate) < len(day.gates) and not (
            day.gates[event.gate].lanes[-1][1] == 0 < day.gates[event.to_gate].lanes[-1][1]
        ):
            self.breaks(event, "gate.moves")
        if day is not None:
            self._queue_again(event, day)

    def _queue_again(self, event: VisitorMoved, day: Day) -> None:
        if max(event.gate, event.to_gate) >= len(day.gates):
            self.breaks(event, "gate.there")
            return
        came_ms = event.at_ms - event.waited_ms
        day.gates[event.gate].call(came_ms, event.at_ms)
        day.gates[event.to_gate].join(came_ms, event.at_ms)

    def _attend(self, event: AttendeeAdmitted) -> None:
        if event.visitor is None:
            return
        entry = self._inside.get(event.visitor)
        if entry is None or (entry.organisation, entry.economy) != (event.organisation, event.economy):
            self.breaks(event, "visitor.attends")

    def _leave(self, event: VisitorLeft) -> None:
        entry = self._inside.pop(event.visitor, None)
        if entry is None or (entry.organisation, entry.economy) != (event.organisation, event.economy):
            self.breaks(event, "visitor.left")
        if entry is None:
            return
        if not event.stayed_ms or event.stayed_ms != event.at_ms - entry.at_ms:
            self.breaks(event, "visitor.stayed")
        self._stays.leave(event.at_ms, event.stayed_ms)

    def _count(self, event: ZonesCounted) -> None:
        if len(event.inside) != len(self._zones) or sum(event.inside) + event.in_sessions != len(self._inside):
            self.breaks(event, "count.inside")
        day = self._day
        if day is None or event.at_ms != day.next_count_ms():
            self.breaks(event, "count.minute")
        if day is None:
            return
        day.counts += 1
        if len(event.waiting) != len(day.gates):
            self.breaks(event, "count.waiting")
        for gate, waiting in zip(day.gates, event.waiting, strict=False):
            gate.counted.append(waiting)

    def _close_gates(self, event: GatesClosed) -> None:
        day = self._day
        if day is None or day.gates_closed or event.at_ms != day.last_entry_ms:
            self.breaks(event, "gates.close")
        if day is not None:
            day.gates_closed = True

    def _close(self, event: VenueClosed) -> None:
        day, self._day = self._day, None
        if day is None or event.at_ms != day.closes_ms or self._inside:
            self.breaks(event, "venue.closes")
        if day is not None:
            self._hold_day(event, day)

    def _hold_day(self, event: VenueClosed, day: Day) -> None:
        """Check what shows only when everybody at the gates has been let in or refused."""
        if event.entered != day.entered:
            self.breaks(event, "venue.entered")
        if not day.gates_closed:
            self.breaks(event, "gates.close")
        if day.next_count_ms() <= day.closes_ms:
            self.breaks(event, "count.minute")
        for gate in day.gates:
            if not gate.keeps_lanes():
                self.breaks(event, "gate.lanes")
            if not gate.keeps_turn():
                self.breaks(event, "gate.turn")
            if not gate.keeps_moved():
                self.breaks(event, "gate.moves")
            if gate.counted != gate.waiting():
                self.breaks(event, "count.waiting")


class Day:
    """A day of the halls, from their opening to their close."""

    __slots__ = (
        "caps",
        "closes_ms",
        "counts",
        "entered",
        "gates",
        "gates_closed",
        "lanes",
        "last_entry_ms",
        "opens_ms",
    )

    def __init__(self, event: VenueOpened) -> None:
        self.opens_ms, self.last_entry_ms, self.closes_ms = event.at_ms, event.last_entry_ms, event.closes_ms
        self.caps, self.lanes = [(event.at_ms, event.cap)], sum(event.lanes)
        self.gates = [Gate(lanes, event.at_ms) for lanes in event.lanes]
        self.gates_closed = False
        self.entered = 0
        self.counts = 0

    def next_count_ms(self) -> int:
        """Return the moment of the next count of people; one after the close if no count is due any more."""
        moment_ms = self.opens_ms + self.counts * MINUTE_MS
        return min(moment_ms, self.closes_ms) if moment_ms - MINUTE_MS < self.closes_ms else moment_ms
