"""The halls: who waits at the gates and who is inside.

Callbacks move a visitor: one at the end of the check, one on leaving. Walks through the zones are drawn for all who
entered in a minute at once (`fairsim.parts.venue.walks`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from fairfacts.clock import MINUTE_MS
from fairfacts.parts.venue.events import (
    CapChanged,
    EntryBookedOut,
    GatesClosed,
    LanesChanged,
    Reason,
    TicketsSold,
    VenueClosed,
    VenueOpened,
    VisitorEntered,
    VisitorLeft,
    VisitorRefused,
    ZonesCounted,
)
from fairsim.engine.arrivals import gaps_ms
from fairsim.engine.kernel import Arrivals, Process
from fairsim.inputs.parameters import Venue as VenueParameters
from fairsim.inputs.scenario import Scenario
from fairsim.parts.demand import Demand
from fairsim.parts.notices import Notices
from fairsim.parts.organisations import Organisations
from fairsim.parts.part import Context, Part
from fairsim.parts.venue.attendance import Attendance, Comers
from fairsim.parts.venue.gates import Gate, open_gate
from fairsim.parts.venue.stands import lay_out_zones
from fairsim.parts.venue.visitors import Hours, Visitor, hours_of
from fairsim.parts.venue.walks import Walks

VISITORS_AT_ONCE = 4096
"""Number of visitors whose plans are drawn together: memory grows with a batch, not with the day."""


class Venue(Part):
    """The halls: their gates, the people inside, and the cap on their number."""

    DRAWN_AHEAD_BY = frozenset({"venue"})

    def __init__(self, context: Context, organisations: Organisations, demand: Demand, notices: Notices) -> None:
        super().__init__(context)
        self.zones = context.scenario.fair.zones
        self._organisations, self._notices = organisations, notices
        self._caps: list[int] = []
        """The caps of the disruptions in effect, the latest last."""
        self.cap = self._parameters.cap
        """How many people may be inside now."""
        self._overseas_shares: list[float] = []
        """The shares of delegates from overseas who mean to come, of the disruptions in effect, the latest last."""
        self._closed: dict[int, int] = {}
        """The number of closed lanes, by gate."""
        self._drawn = 0
        """How often the rest of a day was drawn."""
        self._came: set[int] = set()
        """The persons who have come to a gate today."""
        self._announced_full = False
        """Whether a notice of this day says that the halls are full."""
        self._day = -1
        first = self._parameters.first_day - 1
        self.public_days = range(first, min(first + self._parameters.days, context.parameters.fair.days))
        self._attendance = Attendance(context, organisations, demand, first)
        self._walking = context.draws.stream("venue.walking")
        self._gates: list[Gate] = []
        self._is_open = False
        self._checking = self._entered = 0
        self._inside: list[Visitor] = []
        """In no order: the last one takes the place of a visitor who leaves."""
        self._numbers: dict[int, int] = {}
        """The number of each person who has entered, by key; numbered by first entry."""
        self._hours = Hours(0, 0, 0)
        self._walks: Walks

    @property
    def _parameters(self) -> VenueParameters:
        return self._context.parameters.venue

    def reconfigure(self, before: Scenario) -> None:  # noqa: ARG002  # as every part
        """Apply another cap while the halls are open."""
        was, self.cap = self.cap, self._find_cap()
        if self._is_open and self.cap != was:
            self._apply_cap()

    @property
    def inside(self) -> int:
        """Return how many people are inside now."""
        return len(self._inside)

    @property
    def waiting(self) -> int:
        """Return how many people are in the queues of all gates now."""
        return sum(len(gate.queue) for gate in self._gates)

    def somebody(self, chance: float) -> Visitor | None:
        """Return a visitor inside by a uniform number in (0, 1), or None if there is none."""
        return self._inside[int(chance * len(self._inside))] if self._inside else None

    def lay_out(self) -> None:
        """Lay out the zones, and place the exhibitors in them."""
        self._attendance.with_stand = np.array(lay_out_zones(self._context, self.zones, self._organisations), np.int64)

    def day(self, day: int) -> Process:
        """One public day, from midnight to last entry; visitors inside leave by the close."""
        env, hours = self.env, hours_of(day, self._context.scenario)
        self._day = day
        self.prepare(hours, self._parameters.gate_lanes)
        for badge, sold, wanted in self._attendance.tickets(day):
            self.emit(TicketsSold(env.now, badge, sold, wanted))
        self._play_arrivals()
        yield env.timeout(hours.opens_ms - env.now)
        self.open()
        env.process(self._count(hours))
        yield env.timeout(hours.last_entry_ms - env.now)
        self.close_gates()

    def prepare(self, hours: Hours, lanes: tuple[int, ...]) -> None:
        """Set up the gates for a day; visitors who come before they open wait in the queue."""
        self._gates, self._hours, self._entered = [Gate(number) for number in lanes], hours, 0
        self._announced_full = False
        self._came.clear()
        attractions = [zone.attraction for zone in self.zones]
        dwell_ms = self._parameters.dwell_mean_min * MINUTE_MS
        self._walks = Walks(self._walking, attractions, dwell_ms, hours.opens_ms, hours.minutes)

    def open(self) -> None:
        """Open the halls, and let visitors who wait into the lanes."""
        hours, lanes = self._hours, tuple(gate.lanes for gate in self._gates)
        self.emit(VenueOpened(self.env.now, self.cap, lanes, hours.last_entry_ms, hours.closes_ms))
        for number, closed in self._closed.items():
            self._change_lanes(number, -closed)
        self._is_open = True
        self._call_all()

    def close_gates(self) -> None:
        """Last entry: visitors in a lane still enter, visitors in a queue are refused."""
        self._is_open = False
        self.emit(GatesClosed(self.env.now))
        for gate in self._gates:
            while gate.queue:
                self._refuse(gate.queue.popleft(), "late")

    def sit_down(self, visitor: Visitor, until_ms: int) -> None:
        """A visitor is in a session until a moment, or until leaving, and in no zone."""
        if self.env.now < min(until_ms, visitor.leaves_ms):
            self._walks.sit_down(visitor.key, visitor.entered_ms, visitor.leaves_ms, self.env.now, until_ms)

    def change_cap(self, people: int) -> Callable[[], None]:
        """Set another cap; return the function that undoes it."""
        self._caps.append(people)
        self._apply_cap()
        return partial(self._take_cap_back, people)

    def close_lanes(self, number: int, lanes: int) -> Callable[[], None]:
        """Close some lanes of a gate, at most all of them; return the function that opens them again."""
        lanes = min(lanes, self._parameters.gate_lanes[number] - self._closed.get(number, 0))
        self._close_lanes(number, lanes)
        return partial(self._close_lanes, number, -lanes)

    def open_borders(self, overseas_share: float) -> Callable[[], None]:
        """Set another share of delegates from overseas who mean to come; return the function that undoes it."""
        self._overseas_shares.append(overseas_share)
        self.redraw()

        def undo() -> None:
            self._overseas_shares.remove(overseas_share)
            self.redraw()

        return undo

    def redraw(self) -> None:
        """Draw again who comes in the rest of the day."""
        if self.env.now < self._hours.closes_ms:
            self._play_arrivals()

    def arrive(self, visitor: Visitor) -> None:
        """A visitor comes to a gate.

        If the halls are full, the visitor is refused, and comes again later or never. Visitors who already wait stay in
        the queue, and enter as others leave. A visitor in a lane has a place inside.
        """
        now = visitor.arrived_ms = self.env.now
        if self._is_open:
            visitor.gate = open_gate(self._gates, visitor.gate)
        if now >= self._hours.last_entry_ms:
            self._refuse(visitor, "late")
        elif len(self._inside) + self._checking >= self.cap:
            self._refuse(visitor, "full")
            self._announce_full()
        else:
            gate = self._gates[visitor.gate]
            gate.queue.append(visitor)
            self._call_next(gate)

    def _take_cap_back(self, people: int) -> None:
        self._caps.remove(people)
        self._apply_cap()

    def _find_cap(self) -> int:
        return self._caps[-1] if self._caps else self._parameters.cap

    def _apply_cap(self) -> None:
        self.cap = self._find_cap()
        if self._is_open or self._inside:
            self.emit(CapChanged(self.env.now, self.cap))
        self._call_all()

    def _close_lanes(self, number: int, lanes: int) -> None:
        """Close some lanes of a gate, or open them again (below zero)."""
        self._closed[number] = self._closed.get(number, 0) + lanes
        if self._is_open:
            self._change_lanes(number, -lanes)
            self._call_next(self._gates[number])

    def _change_lanes(self, number: int, by: int) -> None:
        gate = self._gates[number]
        by = max(by, -gate.lanes)  # on a day with fewer lanes than the scenario now has, all of them at most
        gate.change_lanes(by)
        if by:
            self.emit(LanesChanged(self.env.now, number, gate.lanes))

    def _call_all(self) -> None:
        for gate in self._gates:
            self._call_next(gate)

    def _call_next(self, gate: Gate) -> None:
        """Let visitors from the queue into free lanes while there is room inside."""
        env, cap = self.env, self.cap
        while self._is_open and gate.free > 0 and gate.queue and len(self._inside) + self._checking < cap:
            visitor = gate.queue.popleft()
            gate.free -= 1
            self._checking += 1
            visitor.waited_ms = env.now - visitor.arrived_ms
            env.after(visitor.check_ms, self._enter, visitor)

    def _enter(self, visitor: Visitor) -> None:
        """A visitor has passed the check."""
        env, now, hours = self.env, self.env.now, self._hours
        gate = self._gates[visitor.gate]
        gate.free += 1
        self._checking -= 1
        visitor.place = len(self._inside)
        self._inside.append(visitor)
        self._entered += 1
        visitor.number = number = self._numbers.setdefault(visitor.person, len(self._numbers))
        visitor.entered_ms = now
        who = number, visitor.organisation, visitor.economy, visitor.gate
        took = visitor.waited_ms, visitor.check_ms
        self.emit(VisitorEntered(now, *who, *took, visitor.badge, visitor.delegate))
        visitor.leaves_ms = leaves_ms = max(min(now + visitor.stay_ms, hours.closes_ms - visitor.clears_ms), now + 1)
        self._walks.begin(visitor.key, now, leaves_ms)
        env.at(leaves_ms, self._leave, visitor)
        self._call_next(gate)

    def _leave(self, visitor: Visitor) -> None:
        """A visitor leaves. If the halls were full, the visitor who has waited longest at a free lane is next."""
        now = self.env.now
        was_full = len(self._inside) + self._checking >= self.cap
        last = self._inside.pop()
        if last is not visitor:
            self._inside[visitor.place] = last
            last.place = visitor.place
        self.emit(VisitorLeft(now, visitor.number, visitor.organisation, visitor.economy, now - visitor.entered_ms))
        if was_full and (waiting := [gate for gate in self._gates if gate.free > 0 and gate.queue]):
            self._call_next(min(waiting, key=lambda gate: gate.queue[0].arrived_ms))
        if visitor.rest_ms and now + visitor.pause_ms < self._hours.last_entry_ms:
            visitor.key += 1  # of the second stay
            visitor.stay_ms, visitor.rest_ms = visitor.rest_ms, 0
            self.env.after(visitor.pause_ms, self.arrive, visitor)

    def _refuse(self, visitor: Visitor, reason: Reason) -> None:
        """A visitor is not let in. Some who found the halls full come once more before last entry."""
        now, again_ms = self.env.now, visitor.return_ms
        returns = reason == "full" and again_ms > 0 and now + again_ms < self._hours.last_entry_ms
        waited_ms = now - visitor.arrived_ms
        self.emit(VisitorRefused(now, visitor.organisation, visitor.economy, visitor.gate, waited_ms, reason, returns))
        if returns:
            visitor.return_ms = 0
            self.env.after(again_ms, self.arrive, visitor)

    def _count(self, hours: Hours) -> Process:
        """The people counters report every minute from the opening to the close, when the halls are empty."""
        env = self.env
        for minute in range(hours.minutes + 1):
            at_ms = min(hours.opens_ms + minute * MINUTE_MS, hours.closes_ms)
            yield env.end_of_millisecond(at_ms - env.now)
            waiting = tuple(len(gate.queue) for gate in self._gates)
            zones, in_sessions = self._walks.inside(minute)
            self.emit(ZonesCounted(env.now, zones, waiting, in_sessions))
        self.emit(VenueClosed(env.now, self._entered))

    def _announce_full(self) -> None:
        """Publish a notice when the halls are full for the first time in a day: those it reaches come later."""
        if self._is_open and not self._announced_full:
            self._announced_full = True
            self._notices.publish("venue_full", f"The halls are full: {self.cap:,} people are inside. Come later.")

    def _play_arrivals(self) -> None:
        """Play the rest of the day; what was drawn for it earlier is dropped."""
        self._drawn += 1
        self.env.add_arrivals(self._arrivals(self._day, self._hours, self._drawn))

    def _arrivals(self, day: int, hours: Hours, drawn: int) -> Arrivals:
        """Delegates come to the gates in the rest of a day."""
        everybody, booked = self._comers(day, hours)
        for start in range(0, len(everybody.persons), VISITORS_AT_ONCE):
            comers = everybody.rows(slice(start, start + VISITORS_AT_ONCE))
            visitors = self._attendance.visitors(comers, day, hours)
            for visitor, has_slot, wait_ms in zip(
                visitors, booked[start : start + VISITORS_AT_ONCE], gaps_ms(comers.times_ms, self.env.now), strict=True
            ):
                yield wait_ms
                if drawn != self._drawn:
                    return
                self._come(visitor, has_slot=has_slot)

    def _comers(self, day: int, hours: Hours) -> tuple[Comers, list[bool]]:
        """Return who comes in the rest of a day, and for each whether there is a slot; always, without timed entry."""
        share = self._overseas_shares[-1] if self._overseas_shares else self._parameters.overseas_share
        comers, booked = self._attendance.book(self._attendance.draw(day, share), hours, self.cap)
        left = ~np.isin(comers.persons, list(self._came)) & (comers.times_ms >= self.env.now)
        return comers.rows(left), booked[left].tolist()

    def _come(self, visitor: Visitor, *, has_slot: bool) -> None:
        """A delegate sets out for the halls, unless there is no slot, or an app says that they are full now."""
        self._came.add(visitor.person)
        is_full = len(self._inside) + self._checking >= self.cap
        if not has_slot:
            self.emit(EntryBookedOut(self.env.now, visitor.organisation, visitor.economy))
        elif is_full and self._announced_full and self._notices.reaches(visitor.key, "app"):
            self._stay_away(visitor)
        else:
            self.arrive(visitor)

    def _stay_away(self, visitor: Visitor) -> None:
        """A delegate who reads that the halls are full comes later, or not at all on that day."""
        after_ms, visitor.return_ms = visitor.return_ms, 0
        if after_ms and self.env.now + after_ms < self._hours.last_entry_ms:
            self.env.after(after_ms, self.arrive, visitor)
