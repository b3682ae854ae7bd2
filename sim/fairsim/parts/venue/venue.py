"""The halls: who comes, who is inside, and for how long. Who is let in is up to `fairsim.parts.venue.gates`.

Callbacks move a visitor: one at the end of the check, one on leaving. Walks through the zones are drawn for all who
entered in a minute at once (`fairsim.parts.venue.walks`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fairfacts.clock import MINUTE_MS
from fairfacts.parts.venue.events import (
    EntryBookedOut,
    TicketsSold,
    VenueClosed,
    VenueOpened,
    VisitorEntered,
    VisitorLeft,
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
from fairsim.parts.venue.gates import Gates
from fairsim.parts.venue.stands import lay_out_zones
from fairsim.parts.venue.visitors import Hours, Visitor, hours_of
from fairsim.parts.venue.walks import Walks

VISITORS_AT_ONCE = 4096
"""Number of visitors whose plans are drawn together: memory grows with a batch, not with the day."""


class Venue(Part):
    """The halls: who comes, and the people inside."""

    DRAWN_AHEAD_BY = frozenset({"venue"})

    def __init__(self, context: Context, organisations: Organisations, demand: Demand, notices: Notices) -> None:
        super().__init__(context)
        self.zones = context.scenario.fair.zones
        self._organisations, self._notices = organisations, notices
        self._overseas_shares: dict[object, float] = {}
        """The shares of delegates from overseas who mean to come, of the disruptions in effect: the latest is last."""
        self._drawn = 0
        """How often the rest of a day was drawn."""
        self._came: set[int] = set()
        """The persons who have come to a gate today."""
        self._day = -1
        first = self._parameters.first_day - 1
        self.public_days = range(first, min(first + self._parameters.days, context.parameters.fair.days))
        self._attendance = Attendance(context, organisations, demand, first)
        self._walking = context.draws.stream("venue.walking")
        self._entered = 0
        self._inside: list[Visitor] = []
        """In no order: the last one takes the place of a visitor who leaves."""
        self.gates = Gates(context, notices, self._inside, self._enter)
        self._numbers: dict[int, int] = {}
        """The number of each person who has entered, by key; numbered by first entry."""
        self._hours = Hours(0, 0, 0)
        self._walks: Walks

    @property
    def _parameters(self) -> VenueParameters:
        return self._context.parameters.venue

    def reconfigure(self, before: Scenario) -> None:
        """Apply another cap and other lanes to the day in progress; other hours hold from the next day on."""
        self.gates.reconfigure(before.parameters.venue)

    @property
    def inside(self) -> int:
        """Return how many people are inside now."""
        return len(self._inside)

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
        self.gates.close()

    def prepare(self, hours: Hours, lanes: tuple[int, ...]) -> None:
        """Set up the gates and the halls for a day."""
        self.gates.prepare(hours, lanes)
        self._hours, self._entered = hours, 0
        self._came.clear()
        attractions = [zone.attraction for zone in self.zones]
        dwell_ms = self._parameters.dwell_mean_min * MINUTE_MS
        self._walks = Walks(self._walking, attractions, dwell_ms, hours.opens_ms, hours.minutes)

    def open(self) -> None:
        """Open the halls, and let visitors who wait into the lanes."""
        hours, gates = self._hours, self.gates
        self.emit(VenueOpened(self.env.now, gates.cap, gates.staffed, hours.last_entry_ms, hours.closes_ms))
        gates.open()

    def sit_down(self, visitor: Visitor, until_ms: int) -> None:
        """A visitor is in a session until a moment, or until leaving, and in no zone."""
        if self.env.now < min(until_ms, visitor.leaves_ms):
            self._walks.sit_down(visitor.key, visitor.entered_ms, visitor.leaves_ms, self.env.now, until_ms)

    def open_borders(self, overseas_share: float) -> Callable[[], None]:
        """Set another share of delegates from overseas who mean to come; return the function that undoes it."""
        key = object()
        self._overseas_shares[key] = overseas_share
        self.redraw()

        def undo() -> None:
            del self._overseas_shares[key]
            self.redraw()

        return undo

    def redraw(self) -> None:
        """Draw again who comes in the rest of the day."""
        if self.env.now < self._hours.closes_ms:
            self._play_arrivals()

    def _enter(self, visitor: Visitor) -> None:
        """A visitor has passed the check."""
        env, now, hours = self.env, self.env.now, self._hours
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
        self.gates.passed(visitor)

    def _leave(self, visitor: Visitor) -> None:
        """A visitor leaves. If the halls were full, the visitor who has waited longest at a free lane is next."""
        now = self.env.now
        was_full = self.gates.is_full
        last = self._inside.pop()
        if last is not visitor:
            self._inside[visitor.place] = last
            last.place = visitor.place
        self.emit(VisitorLeft(now, visitor.number, visitor.organisation, visitor.economy, now - visitor.entered_ms))
        if was_full:
            self.gates.call_longest_waiting()
        if visitor.rest_ms and now + visitor.pause_ms < self._hours.last_entry_ms:
            visitor.key += 1  # of the second stay
            visitor.stay_ms, visitor.rest_ms = visitor.rest_ms, 0
            self.env.after(visitor.pause_ms, self.gates.arrive, visitor)

    def _count(self, hours: Hours) -> Process:
        """The people counters report every minute from the opening to the close, when the halls are empty."""
        env = self.env
        for minute in range(hours.minutes + 1):
            at_ms = min(hours.opens_ms + minute * MINUTE_MS, hours.closes_ms)
            yield env.end_of_millisecond(at_ms - env.now)
            zones, in_sessions = self._walks.inside(minute)
            self.emit(ZonesCounted(env.now, zones, self.gates.waiting, in_sessions))
        self.emit(VenueClosed(env.now, self._entered))

    def _play_arrivals(self) -> None:
        """Play the rest of the day; what was drawn for it earlier is dropped."""
        self._drawn += 1
        self.env.add_arrivals(self._arrivals(self._day, self._hours, self._drawn))

    def _arrivals(self, day: int, hours: Hours, drawn: int) -> Arrivals:
        """Visitors come to the gates in the rest of a day."""
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
        share = next(reversed(self._overseas_shares.values()), self._parameters.overseas_share)
        comers, booked = self._attendance.book(self._attendance.draw(day, share), hours, self.gates.cap)
        left = ~np.isin(comers.persons, list(self._came)) & (comers.times_ms >= self.env.now)
        return comers.rows(left), booked[left].tolist()

    def _come(self, visitor: Visitor, *, has_slot: bool) -> None:
        """A visitor sets out for the halls, unless there is no slot, or an app says that they are full now."""
        self._came.add(visitor.person)
        gates = self.gates
        if not has_slot:
            self.emit(EntryBookedOut(self.env.now, visitor.organisation, visitor.economy))
        elif gates.is_full and gates.are_said_full and self._notices.reaches(visitor.key, "app"):
            self._stay_away(visitor)
        else:
            gates.arrive(visitor)

    def _stay_away(self, visitor: Visitor) -> None:
        """A visitor who reads that the halls are full comes later, or not at all on that day."""
        after_ms, visitor.return_ms = visitor.return_ms, 0
        if after_ms and self.env.now + after_ms < self._hours.last_entry_ms:
            self.env.after(after_ms, self.gates.arrive, visitor)
