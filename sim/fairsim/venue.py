"""The exhibition on site: stands in zones, people at the gates, inside, and out again.

Visitors are moved by callbacks: one at the end of the check, one on leaving. Their walks through the zones are drawn
a minute's newcomers at a time (`fairsim.zones`).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairfacts.venue import (
    CapChanged,
    EntryBookedOut,
    GatesClosed,
    LanesChanged,
    Reason,
    StandPlaced,
    VenueClosed,
    VenueOpened,
    VisitorEntered,
    VisitorLeft,
    VisitorRefused,
    ZoneLaidOut,
    ZonesCounted,
)
from fairsim.arrivals import DAY_MS, HOUR_MS, MINUTE_MS, DayClock, gaps_ms
from fairsim.demand import Demand
from fairsim.draws import Draws, Keys, whole_ms
from fairsim.kernel import Arrivals, Emit, Kernel, Story
from fairsim.notices import Notices
from fairsim.organisations import Organisations
from fairsim.parameters import MOST_ORGANISATIONS
from fairsim.scenario import Scenario
from fairsim.zones import MOST_LEGS, Walks, load_zones

MOST_DELEGATES = 1 << 15
"""Delegates of one organisation who may come; they are keyed with it."""
MOST_DAYS = 1 << 5
"""Public days that a fair may have; a delegate's days are keyed with it."""
VISITORS_AT_ONCE = 4096
"""Visitors whose day is drawn together: memory grows with who is at hand, not with the day."""


class Visitor:
    """A delegate on one day."""

    __slots__ = ("arrived_ms", "check_ms", "clears_ms", "economy", "entered_ms", "gate", "in_session", "key", "number",
                 "organisation", "person", "place", "return_ms", "stay_ms", "waited_ms")  # fmt: skip

    def __init__(
        self,
        organisation: int,
        economy: str,
        person: int,
        key: int,
        gate: int,
        check_ms: int,
        stay_ms: int,
        clears_ms: int,
        return_ms: int,
    ) -> None:
        self.organisation, self.economy, self.person, self.key = organisation, economy, person, key
        self.gate, self.check_ms, self.stay_ms = gate, check_ms, stay_ms
        self.clears_ms = clears_ms
        """How long before the halls close the visitor would leave at the latest."""
        self.return_ms = return_ms
        """After a refusal as the halls are full, the time until the visitor comes again; 0 for not at all."""
        self.arrived_ms = self.waited_ms = self.entered_ms = 0
        self.number = self.place = -1
        """Of the person, and among those inside; once the visitor has entered."""
        self.in_session = False


class Gate:
    """Lanes of security and health check, and the queue before them."""

    __slots__ = ("free", "lanes", "queue")

    def __init__(self, lanes: int) -> None:
        self.lanes = self.free = lanes
        """Lanes that are open, and those of them in which nobody is; fewer than none while closing ones are in use."""
        self.queue: deque[Visitor] = deque()


class Hours(NamedTuple):
    """Moments of a public day, in ms since the epoch."""

    opens_ms: int
    last_entry_ms: int
    closes_ms: int


def minutes(hours: Hours) -> int:
    """Return the minutes for which the halls are open, the last one begun."""
    return math.ceil((hours.closes_ms - hours.opens_ms) / MINUTE_MS)


class Venue:
    """The halls: their gates, who is inside, and the cap on how many that may be."""

    def __init__(
        self,
        env: Kernel,
        scenario: Scenario,
        draws: Draws,
        organisations: Organisations,
        demand: Demand,
        notices: Notices,
        emit: Emit,
    ) -> None:
        self.zones = load_zones()
        self._env, self._emit, self._organisations = env, emit, organisations
        self._demand, self._notices = demand, notices
        self._scale = scenario.scale
        self._caps: list[int] = []
        """Caps of disruptions in effect, the latest last."""
        self._shares: list[float] = []
        """Shares of the overseas delegates who mean to come, of disruptions in effect, the latest last."""
        self._closed: dict[int, int] = {}
        """Lanes that are closed, by gate."""
        self._drawn = 0
        """How often what is left of a day was drawn."""
        self._came: set[int] = set()
        """Persons who have come to a gate today."""
        self._told_full = False
        """Whether a notice of this day says that the halls are full."""
        self._day = -1
        self._parameters = parameters = scenario.parameters.venue
        first = parameters.first_day - 1
        self.public_days = range(first, min(first + parameters.days, scenario.parameters.fair.days))
        self._coming = draws.stream("venue.coming")
        self._visiting = draws.stream("venue.visiting")
        self._walking = draws.stream("venue.walking")
        self._stands = draws.stream("venue.stands")
        self._gates: list[Gate] = []
        self._is_open = False
        self._checking = self._entered = 0
        self._inside: list[Visitor] = []
        """In no order: whoever leaves is replaced by the last one."""
        self._number: dict[int, int] = {}
        """Of each person who has come in, by key: in the order of their first entries."""
        self._hours = Hours(0, 0, 0)
        self._walks: Walks

    def adopt(self, scenario: Scenario) -> None:
        """Play by a scenario's parameters from now on."""
        cap = self.cap if self._is_open else 0
        self._parameters = scenario.parameters.venue
        if self._is_open and self.cap != cap:
            self._tell_cap()

    @property
    def cap(self) -> int:
        """Return how many people may be inside now."""
        return self._caps[-1] if self._caps else self._parameters.cap

    def gauge_inside(self) -> int:
        """Return how many people are inside now."""
        return len(self._inside)

    def anybody(self, chance: float) -> Visitor | None:
        """Return one of those inside by a uniform number, or None when there is nobody."""
        return self._inside[int(chance * len(self._inside))] if self._inside else None

    def gauge_waiting(self) -> int:
        """Return how many people are in the queues of all gates now."""
        return sum(len(gate.queue) for gate in self._gates)

    def lay_out(self) -> None:
        """Lay the zones out, and place the exhibitors in them."""
        for number, zone in enumerate(self.zones):
            self._emit(ZoneLaidOut(self._env.now, number, zone.kind, zone.name, self._net_m2(number)))
        register, codes = self._organisations.register, self._organisations.economies
        for number, exhibitors in enumerate(self._place_stands()):
            for exhibitor in exhibitors:
                economy = codes[register.economy[exhibitor]].code
                self._emit(StandPlaced(self._env.now, exhibitor, economy, number, self.zones[number].kind))

    def day(self, day: int) -> Story:
        """One day of the halls, from midnight until everybody is out."""
        env, parameters = self._env, self._parameters
        hours = Hours(
            *(
                day * DAY_MS + round(hour * HOUR_MS)
                for hour in (parameters.opens_h, parameters.last_entry_h, parameters.closes_h)
            )
        )
        self._day = day
        self.prepare(hours, parameters.gate_lanes)
        self._play_arrivals()
        yield env.timeout(hours.opens_ms - env.now)
        self.open()
        env.process(self._count(hours))
        yield env.timeout(hours.last_entry_ms - env.now)
        self.close_gates()

    def prepare(self, hours: Hours, lanes: tuple[int, ...]) -> None:
        """Set the gates up for a day; whoever comes before they open waits in the queue."""
        self._gates, self._hours, self._entered = [Gate(number) for number in lanes], hours, 0
        self._told_full = False
        self._came.clear()
        attractions = [zone.attraction for zone in self.zones]
        dwell_ms = self._parameters.dwell_mean_min * MINUTE_MS
        self._walks = Walks(self._walking, attractions, dwell_ms, hours.opens_ms, minutes(hours))

    def open(self) -> None:
        """The halls open, and the lanes turn to those who wait."""
        hours, lanes = self._hours, tuple(gate.lanes for gate in self._gates)
        self._emit(VenueOpened(self._env.now, self.cap, lanes, hours.last_entry_ms, hours.closes_ms))
        for number, closed in self._closed.items():
            self._change_lanes(number, -min(closed, self._gates[number].lanes))
        self._is_open = True
        for gate in self._gates:
            self._call_next(gate)

    def change_cap(self, people: int) -> Callable[[], None]:
        """Another number of people may be inside; return what takes that back."""
        self._caps.append(people)
        self._tell_cap()

        def take_back() -> None:
            self._caps.remove(people)
            self._tell_cap()

        return take_back

    def close_lanes(self, number: int, lanes: int) -> Callable[[], None]:
        """Some lanes of a gate are closed, as many as it has at most; return what opens them again."""
        lanes = min(lanes, self._parameters.gate_lanes[number] - self._closed.get(number, 0))
        self._close_lanes(number, lanes)
        return partial(self._close_lanes, number, -lanes)

    def open_borders(self, overseas_share: float) -> Callable[[], None]:
        """Another share of the overseas delegates means to come on site; return what takes that back."""
        self._shares.append(overseas_share)
        self.redraw()

        def take_back() -> None:
            self._shares.remove(overseas_share)
            self.redraw()

        return take_back

    def redraw(self) -> None:
        """What decides who comes has changed: play what is left of the day by it."""
        if self._env.now < self._hours.closes_ms:
            self._play_arrivals()

    def _tell_cap(self) -> None:
        """Those who wait are let in where there is room now."""
        if self._is_open or self._inside:
            self._emit(CapChanged(self._env.now, self.cap))
        for gate in self._gates:
            self._call_next(gate)

    def _close_lanes(self, number: int, lanes: int) -> None:
        """Close some lanes of a gate, or (fewer than none) open them again."""
        self._closed[number] = self._closed.get(number, 0) + lanes
        if self._is_open:
            self._change_lanes(number, -lanes)
            self._call_next(self._gates[number])

    def _change_lanes(self, number: int, by: int) -> None:
        gate = self._gates[number]
        gate.lanes += by
        gate.free += by
        if by:
            self._emit(LanesChanged(self._env.now, number, gate.lanes))

    def arrive(self, visitor: Visitor) -> None:
        """A delegate comes to a gate: to a free lane, into the queue, or away again.

        Whoever finds the halls full is refused, and comes again later or not at all; those who already wait stay in
        the queue, and are let in as others leave. A person in a lane has a place inside.
        """
        now = visitor.arrived_ms = self._env.now
        gate = self._gates[visitor.gate]
        if self._is_open and not gate.lanes:  # closed: on to the next one that is open
            following = [*range(visitor.gate + 1, len(self._gates)), *range(visitor.gate)]
            visitor.gate = next((number for number in following if self._gates[number].lanes), visitor.gate)
            gate = self._gates[visitor.gate]
        if now >= self._hours.last_entry_ms:
            self._refuse(visitor, "late")
        elif len(self._inside) + self._checking >= self.cap:
            self._refuse(visitor, "full")
            self._tell_full()
        else:
            gate.queue.append(visitor)
            self._call_next(gate)

    def close_gates(self) -> None:
        """Last entry: those in a lane are let in, those in the queue are not."""
        self._is_open = False
        self._emit(GatesClosed(self._env.now))
        for gate in self._gates:
            while gate.queue:
                self._refuse(gate.queue.popleft(), "late")

    def _call_next(self, gate: Gate) -> None:
        """Free lanes take the next ones out of the queue while there is room inside."""
        env, cap = self._env, self.cap
        while self._is_open and gate.free > 0 and gate.queue and len(self._inside) + self._checking < cap:
            visitor = gate.queue.popleft()
            gate.free -= 1
            self._checking += 1
            visitor.waited_ms = env.now - visitor.arrived_ms
            env.after(visitor.check_ms, self._enter, visitor)

    def _enter(self, visitor: Visitor) -> None:
        """A visitor has passed the check."""
        env, now, hours = self._env, self._env.now, self._hours
        gate = self._gates[visitor.gate]
        gate.free += 1
        self._checking -= 1
        visitor.place = len(self._inside)
        self._inside.append(visitor)
        self._entered += 1
        visitor.number = number = self._number.setdefault(visitor.person, len(self._number))
        visitor.entered_ms = now
        self._emit(
            VisitorEntered(
                now, number, visitor.organisation, visitor.economy, visitor.gate, visitor.waited_ms, visitor.check_ms
            )
        )
        leaves_ms = max(min(now + visitor.stay_ms, hours.closes_ms - visitor.clears_ms), now + 1)
        self._walks.begin(visitor.key, now, leaves_ms)
        env.at(leaves_ms, self._leave, visitor)
        self._call_next(gate)

    def _leave(self, visitor: Visitor) -> None:
        """A visitor leaves; where the halls were full, whoever has waited longest at a free lane is next."""
        now = self._env.now
        was_full = len(self._inside) + self._checking >= self.cap
        last = self._inside.pop()
        if last is not visitor:
            self._inside[visitor.place] = last
            last.place = visitor.place
        self._emit(VisitorLeft(now, visitor.number, visitor.organisation, visitor.economy, now - visitor.entered_ms))
        if was_full:
            waiting = [gate for gate in self._gates if gate.free > 0 and gate.queue]
            if waiting:
                self._call_next(min(waiting, key=lambda gate: gate.queue[0].arrived_ms))

    def _refuse(self, visitor: Visitor, reason: Reason) -> None:
        """A delegate is not let in; some of those who found the halls full come once more before last entry."""
        now, again_ms = self._env.now, visitor.return_ms
        returns = reason == "full" and again_ms > 0 and now + again_ms < self._hours.last_entry_ms
        waited_ms = now - visitor.arrived_ms
        self._emit(VisitorRefused(now, visitor.organisation, visitor.economy, visitor.gate, waited_ms, reason, returns))
        if returns:
            visitor.return_ms = 0
            self._env.after(again_ms, self.arrive, visitor)

    def _count(self, hours: Hours) -> Story:
        """The people counters report every minute from the opening to the close, when the halls are empty."""
        env = self._env
        for minute in range(minutes(hours) + 1):
            moment_ms = min(hours.opens_ms + minute * MINUTE_MS, hours.closes_ms)
            yield env.at_end_of_moment(moment_ms - env.now)
            waiting = tuple(len(gate.queue) for gate in self._gates)
            self._emit(ZonesCounted(env.now, self._walks.inside(minute), waiting))
        self._emit(VenueClosed(env.now, self._entered))

    def _tell_full(self) -> None:
        """The halls are full for the first time this day: whom the notice reaches comes later, or not at all."""
        if self._is_open and not self._told_full:
            self._told_full = True
            self._notices.publish("venue_full", f"The halls are full: {self.cap:,} people are inside. Come later.")

    def _play_arrivals(self) -> None:
        """Play what is left of a day; what was drawn for it earlier is given up."""
        self._drawn += 1
        self._env.admit(self._arrivals(self._day, self._hours, self._drawn))

    def _arrivals(self, day: int, hours: Hours, drawn: int) -> Arrivals:
        """Delegates come to the gates over what is left of a day."""
        env, register = self._env, self._organisations.register
        organisations, persons, moments = self._draw_day(day)
        booked: NDArray[np.bool_] = np.ones(len(persons), np.bool_)
        if self._parameters.timed_entry:
            moments, booked = self._book(moments, hours)
            order = np.lexsort((persons, moments))
            organisations, persons, moments = organisations[order], persons[order], moments[order]
            booked = booked[order]
        left = ~np.isin(persons, list(self._came)) & (moments >= env.now)
        organisations, persons, moments, booked = organisations[left], persons[left], moments[left], booked[left]
        codes = [economy.code for economy in self._organisations.economies]
        for start in range(0, len(persons), VISITORS_AT_ONCE):
            batch = slice(start, start + VISITORS_AT_ONCE)
            of, who = organisations[batch], persons[batch]
            keys = who * MOST_DAYS + (day - self.public_days.start)
            economies = register.economy[of].tolist()
            plans = zip(of.tolist(), who.tolist(), keys.tolist(), *self._draw_plans(keys, hours), strict=True)
            waits_ms = gaps_ms(moments[batch], env.now)
            for place, (economy, (organisation, person, key, *plan), wait_ms) in enumerate(
                zip(economies, plans, waits_ms, strict=True)
            ):
                yield wait_ms
                if drawn != self._drawn:
                    return
                self._came.add(person)
                visitor = Visitor(organisation, codes[economy], person, key, *plan)
                if not booked[start + place]:
                    self._emit(EntryBookedOut(env.now, organisation, visitor.economy))
                elif self._told_full and self._notices.reaches(key, "app"):
                    self._stay_away(visitor)
                else:
                    self.arrive(visitor)

    def _stay_away(self, visitor: Visitor) -> None:
        """Whoever reads that the halls are full comes later, or not at all that day."""
        after_ms, visitor.return_ms = visitor.return_ms, 0
        if after_ms and self._env.now + after_ms < self._hours.last_entry_ms:
            self._env.after(after_ms, self.arrive, visitor)

    def _book(self, moments: NDArray[np.int64], hours: Hours) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Timed entry: return when those come who would come at these moments, in order, and who has a slot at all.

        A slot lets in as many as are expected to leave in its length when the halls are at their cap. Whoever finds
        the slot wished for full takes the next one that is not; where none is left, they stay away.
        """
        parameters = self._parameters
        slot_ms = round(parameters.entry_slot_min * MINUTE_MS)
        slots = max((hours.last_entry_ms - hours.opens_ms) // slot_ms, 1)
        quota = max(int(self.cap * slot_ms / (parameters.stay_mean_h * HOUR_MS)), 1)
        wished = ((moments - hours.opens_ms) // slot_ms).clip(0, slots - 1)
        given = _slots_of(wished, slots, quota)
        later = (given > wished) & (given < slots)
        within = (moments - hours.opens_ms) % slot_ms
        return np.where(later, hours.opens_ms + given * slot_ms + within, moments), given < slots

    def _draw_day(self, day: int) -> tuple[NDArray[np.int64], Keys, NDArray[np.int64]]:
        """Return who comes to the gates on a day, in order: organisation, key of the person, moment since the epoch."""
        parameters, coming, register = self._parameters, self._coming, self._organisations.register
        overseas_share = self._shares[-1] if self._shares else parameters.overseas_share
        comes = np.where(register.overseas, overseas_share, parameters.domestic_share) * self._demand.factors("on_site")
        delegates = np.minimum(register.delegates, MOST_DELEGATES)
        organisations = np.repeat(np.arange(len(register)), delegates)
        seats = np.arange(len(organisations)) - np.repeat(np.cumsum(delegates) - delegates, delegates)
        persons = organisations * MOST_DELEGATES + seats
        share = comes[organisations] * (1 - parameters.no_show_share)
        there = np.flatnonzero(coming.uniform(persons, COMES) < share)
        there = there[self._attends(persons[there], day)]
        organisations, persons = organisations[there], persons[there]
        shares = self._visiting.uniform(persons * MOST_DAYS + (day - self.public_days.start), ARRIVES)
        clock = DayClock(parameters.hour_profile, np.zeros(1))
        moments = clock.moments_ms(np.zeros(len(persons), np.int64), shares) + day * DAY_MS
        order = np.lexsort((persons, moments))
        order = order[moments[order] >= register.registered_ms[organisations[order]]]
        return organisations[order], persons[order], moments[order]

    def _attends(self, persons: Keys, day: int) -> NDArray[np.bool_]:
        """Return who of those that come at all does so on this day.

        A person attends a number of the days, one and a binomial number of further ones: those that win a race with
        the days' weights (Efraimidis, Spirakis 2006). Whoever signs up during the fair comes on what is left of them.
        """
        parameters, coming, days = self._parameters, self._coming, self._parameters.days
        profile = parameters.day_profile
        further = (parameters.days_mean - 1) / max(days - 1, 1)
        attended, before = np.ones(len(persons), np.int64), np.zeros(len(persons), np.int64)
        for number in range(days - 1):
            attended += coming.uniform(persons, FURTHER + number) < further

        def race(place: int) -> NDArray[np.float64]:
            weight = max(profile[min(place, len(profile) - 1)], 1e-9)
            return coming.exponential(persons, 1 / weight, DAY + place)

        today = race(day - self.public_days.start)
        for place in range(days):
            before += race(place) < today
        return before < attended

    def _draw_plans(self, keys: Keys, hours: Hours) -> tuple[list[int], ...]:
        """Return what each visitor of a batch would do: gate, check, stay, clearing, return (ms)."""
        parameters, visiting = self._parameters, self._visiting
        lanes = np.cumsum(parameters.gate_lanes)
        gates = np.searchsorted(lanes, visiting.uniform(keys, GATE) * lanes[-1], side="right")
        # whoever is in a lane at last entry is through before the halls close
        longest_ms = hours.closes_ms - hours.last_entry_ms - 1
        checks = whole_ms(visiting.exponential(keys, parameters.check_mean_s * 1000, CHECK))
        stays = whole_ms(visiting.lognormal(keys, parameters.stay_mean_h * HOUR_MS, parameters.stay_sigma, STAY))
        clears = whole_ms(visiting.exponential(keys, parameters.clearing_mean_min * MINUTE_MS, CLEARS))
        returns = visiting.uniform(keys, RETURNS) < parameters.return_share
        after = whole_ms(visiting.exponential(keys, parameters.return_mean_min * MINUTE_MS, RETURN))
        return (
            gates.tolist(),
            np.minimum(checks, longest_ms).tolist(),
            stays.tolist(),
            np.minimum(clears, longest_ms // 2).tolist(),
            np.where(returns, after, 0).tolist(),
        )

    def _place_stands(self) -> list[list[int]]:
        """Return the exhibitors of each zone, of those registered: the documented ones, and others by stand space."""
        register, parameters = self._organisations.register, self._parameters
        exhibitors = np.flatnonzero(register.exhibits)
        chance = self._stands.uniform(exhibitors)
        free = exhibitors[np.argsort(chance, kind="stable")]
        sectors = [sector.name for sector in self._organisations.sectors]
        placed = []
        for number, zone in enumerate(self.zones):
            overseas = register.overseas[free]
            if zone.kind == "comprehensive":
                stands = parameters.comprehensive_exhibitors
                international = round(stands * parameters.comprehensive_international_share)
                chosen = np.concatenate([free[overseas][:international], free[~overseas][: stands - international]])
            else:
                stands = round(self._net_m2(number) / parameters.stand_m2)
                others = register.sector[free] != sectors.index(zone.sector)
                chosen = free[np.lexsort((np.arange(len(free)), others, overseas))][:stands]
            free = free[~np.isin(free, chosen)]
            placed.append(sorted(chosen.tolist()))
        return placed

    def _net_m2(self, zone: int) -> int:
        return max(1, round(self.zones[zone].net_m2 * self._scale))


def _slots_of(wished: NDArray[np.int64], slots: int, quota: int) -> NDArray[np.int64]:
    """Return the slot that each gets of those who wish for slots, in the order of their asking; `slots` for none."""
    given, left, carried = np.full(len(wished), slots), quota * np.ones(slots, np.int64), np.empty(0, np.int64)
    for slot in range(slots):
        asking = np.concatenate([carried, np.flatnonzero(wished == slot)])
        given[asking[: left[slot]]] = slot
        carried = asking[left[slot] :]
    return given


# lanes of the stream of coming, by person; each public day has one of the last two kinds
COMES, FURTHER, DAY = 0, 1, 1 + MOST_DAYS
# lanes of the stream of visiting, by person and day; the stay takes two
ARRIVES, GATE, CHECK, STAY, CLEARS, RETURNS, RETURN = 0, 1, 2, 3, 5, 6, 7
assert MOST_ORGANISATIONS * MOST_DELEGATES * MOST_DAYS * MOST_LEGS < 1 << 55, "keys of legs fit in 63 bits with lanes"
