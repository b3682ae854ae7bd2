"""Alarms: what is short or waits too long now, and which balances (`fairfacts.parts.balances`) do not hold.

An alarm is `over` where a limit is reached, and `tight` where it is near. Each rule has a limit, a level at which it is
near, and a least time for which it must hold; an alarm ends only once its level has fallen clearly below the one at
which it was raised (`HYSTERESIS`), so that it does not flap. Rules are held once a minute: whenever the platform is
metered or the halls are counted. A fair that goes as usual raises an alarm in at most one hour in twenty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal, NamedTuple

import msgspec

from fairfacts.clock import MINUTE_MS
from fairfacts.event import Event
from fairfacts.handlers import Handlers
from fairfacts.measure import Measure
from fairfacts.part_state import Fair, PartState
from fairfacts.parts.balances import BALANCES
from fairfacts.parts.disruptions import DisruptionBegun, DisruptionEnded
from fairfacts.parts.fairs import Described
from fairfacts.parts.platform import PlatformMetered
from fairfacts.parts.runs import RunEnded
from fairfacts.parts.venue.events import VenueClosed, ZonesCounted
from fairfacts.parts.venue.queues import Exits, longest_wait, place_of, shut_gate

State = Literal["tight", "over"]
HYSTERESIS = 0.9
"""An alarm ends, or is `tight` again, below this share of the level at which it was raised."""
NEAR_SHARE = 0.9
"""A capacity is near its limit from this share of it on."""
DENSITY_NEAR, DENSITY_LIMIT = 1.8, 2.0
"""People per m2 of stand space, which is about half of the floor. Ways out of exhibition halls are planned for 0.75
people per m2 of the floor at least (GB 50016-2014, China's code for fire protection of buildings, 5.5.21), and halls
for one visitor per m2 of it at most (model rules on places of assembly, Germany, 2005, section 1)."""
QUEUE_NEAR_S, QUEUE_LIMIT_S = 600.0, 1800.0
"""Of a queue at a gate: the wait of whoever joins it now, by the lanes and, where the halls are full, by the exits."""
LAPSES_NEAR, LAPSES_LIMIT, LAPSES_LEAST = 0.7, 0.85, 20
"""Shares of the requests of the latest half hour that were withdrawn, of those withdrawn or taken up at once, and how
many there must be at least. Half of the exhibitors of a usual fair never answer, so that many are."""
WAITS_NEAR, WAITS_LIMIT, WAITS_LEAST = 0.4, 0.6, 20
"""Shares of the arranged talks of the latest half hour whose requesters waited in vain, and how many there must be."""
AT_WORK_OF_EXHIBITORS, AT_WORK_OF_PEAK = 0.1, 0.25
"""Desks are at work while talks go on at this share of the exhibitors, and at this share of the peak. Outside of office
hours few desks are open: requests then wait and are withdrawn as usual, and raise no alarm."""
WINDOW_MIN = 30
"""Minutes over which answers are counted."""

MEASURES: Mapping[str, Measure] = {
    "raised": Measure(
        "alarms",
        "now, by what is short: `tight` or `over`, value, limit, since when, and where when that is known",
        levels=0,
    ),
    "count": Measure("alarms", "raised now, balances among them"),
    "out_of_balance": Measure("balances", "that do not hold now, by what each must be; there are none in a lawful log"),
}


class Reading(NamedTuple):
    """How one rule stands."""

    level: float
    """Against the limit, which is 1."""
    near: float
    """The level from which the limit is near."""
    value: float
    limit: float
    """Value and limit in the unit of what is measured."""
    where: str = ""


class Rule(NamedTuple):
    """What raises an alarm."""

    name: str
    read: Callable[[Fair], Reading | None]
    """Returns how it stands; None where it says nothing now."""
    least_min: int
    """Minutes for which it must hold."""


class Alarm(msgspec.Struct):
    """An alarm that is raised."""

    state: State
    value: float
    limit: float
    since_ms: int
    where: str = ""

    def plain(self) -> dict[str, Any]:
        """Return the alarm as plain data."""
        plain = {"state": self.state, "value": self.value, "limit": self.limit, "since_ms": self.since_ms}
        return plain | ({"where": self.where} if self.where else {})


class Answered(msgspec.Struct, array_like=True):
    """How many requests had been answered by a minute, and how many arranged talks had been due."""

    minute: int
    withdrawn: int
    taken_up: int
    in_vain: int
    met: int


class AlarmMeasures(PartState):
    """Alarms as they are raised and end."""

    MEASURES: ClassVar[Mapping[str, Measure]] = MEASURES

    minute: int = -1
    """The latest one at which the rules were held."""
    raised: dict[str, Alarm] = msgspec.field(default_factory=dict)
    holds_since: dict[str, int] = msgspec.field(default_factory=dict)
    """Since when rules hold that have not held for long enough yet."""
    answered: list[Answered] = msgspec.field(default_factory=list)
    """Of the latest half hour in which the desks are at work, minute by minute."""
    exits: Exits = msgspec.field(default_factory=Exits)

    def handlers(self, fair: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles."""

        def minute(event: PlatformMetered | ZonesCounted) -> None:
            if event.at_ms // MINUTE_MS != self.minute:
                change(event)

        def change(event: Event) -> None:
            self.minute = event.at_ms // MINUTE_MS
            self.note_answered(fair)
            self.exits.note(self.minute, fair.venue)
            self.hold_rules(event.at_ms, fair)

        return {
            PlatformMetered: minute,
            ZonesCounted: minute,
            VenueClosed: change,
            DisruptionBegun: change,
            DisruptionEnded: change,
            RunEnded: self.end,
        }

    def note_answered(self, fair: Fair) -> None:
        """Keep how many requests have been answered by now, once a minute while the desks are at work."""
        minute = self.minute
        if not _desks_are_at_work(fair):
            self.answered.clear()
            return
        while self.answered and self.answered[0].minute < minute - WINDOW_MIN:
            del self.answered[0]
        if not self.answered or self.answered[-1].minute != minute:
            talks = fair.negotiations
            met = talks.taken_up_arranged
            self.answered.append(Answered(minute, talks.withdrawn, talks.waits.count - met, talks.in_vain, met))

    def hold_rules(self, at_ms: int, fair: Fair) -> None:
        """Raise and end alarms as the rules stand now."""
        raised, holds_since = self.raised, self.holds_since
        for name, read, least_min in RULES:
            reading = read(fair)
            state = _state(reading, raised.get(name)) if reading else None
            if state and reading:
                self._hold(name, reading, state, at_ms, least_min)
            elif name in raised or name in holds_since:
                raised.pop(name, None)
                holds_since.pop(name, None)

    def _hold(self, name: str, reading: Reading, state: State, at_ms: int, least_min: int) -> None:
        """Raise an alarm, or keep it up to date, once its rule has held for long enough."""
        alarm = self.raised.get(name)
        since_ms = alarm.since_ms if alarm else self.holds_since.setdefault(name, at_ms)
        if alarm or at_ms - since_ms >= least_min * MINUTE_MS:
            self.holds_since.pop(name, None)
            value, limit = round(reading.value, 4), round(reading.limit, 4)
            self.raised[name] = Alarm(state, value, limit, since_ms, reading.where)

    def end(self, _: RunEnded) -> None:
        """End every alarm: nothing can be done any more."""
        self.raised.clear()
        self.holds_since.clear()

    def beside(self, snapshot: dict[str, Any]) -> dict[str, Any]:
        """Return the measures of this part; the balances follow from those of all others."""
        out = {balance: 1 for balance, holds in BALANCES.items() if not holds(snapshot)}
        raised = {name: alarm.plain() for name, alarm in self.raised.items()}
        return {"raised": raised, "count": len(raised) + len(out), "out_of_balance": out}

    def withdrawn_share(self) -> float | None:
        """Return the share of the requests withdrawn or taken up in the latest half hour that were withdrawn."""
        if not self.answered:
            return None
        first, last = self.answered[0], self.answered[-1]
        return _share_of(last.withdrawn - first.withdrawn, last.taken_up - first.taken_up, LAPSES_LEAST)

    def in_vain_share(self) -> float | None:
        """Return the share of the arranged talks of the latest half hour whose requesters waited in vain."""
        if not self.answered:
            return None
        first, last = self.answered[0], self.answered[-1]
        return _share_of(last.in_vain - first.in_vain, last.met - first.met, WAITS_LEAST)


def text_of(name: str, alarm: Mapping[str, Any], gates: Sequence[Described] = ()) -> str:
    """Return an alarm of a snapshot as a sentence in English, for people to read.

    Args:
        name: of the rule.
        alarm: as it is in the snapshot.
        gates: of the fair, by whose names people know them; without, people count them from 1.
    """
    value, limit, where = alarm["value"], alarm["limit"], place_of(alarm.get("where", ""), gates)
    match name:
        case "venue.cap" | "venue.density" | "venue.queue" | "venue.lanes":
            return _text_of_halls(name, value, limit, where)
        case "platform.capacity":
            return f"Platform has {value:.0%} of its capacity" if value else "Platform is down"
        case "platform.rooms":
            return f"Meeting rooms: {value:,.0f} of {limit:,.0f} in use"
        case "platform.viewers":
            return f"Stream viewers: {value:,.0f} of {limit:,.0f} that the platform carries"
        case "platform.requests":
            return f"Platform: {value:,.0f} of {limit:,.0f} requests a second"
        case "negotiations.waits":
            return f"{value:.0%} of the arranged talks of the last {WINDOW_MIN} min found no negotiator"
        case "negotiations.lapses":
            return f"{value:.0%} of the requests of the last {WINDOW_MIN} min were withdrawn"
    return f"{name}: {value:g} of {limit:g}"


def _text_of_halls(name: str, value: float, limit: float, where: str) -> str:
    match name:
        case "venue.cap":
            return f"Halls: {value:,.0f} people of {limit:,.0f} allowed"
        case "venue.density":
            return f"{where}: {value:.2f} people per m2 of stand space, {limit:g} is crowded"
        case "venue.queue":
            return f"{where}: {value / 60:.0f} min in the queue"
    return f"{where}: {value:,.0f} people in the queue, and no lane is open"


def _state(reading: Reading, alarm: Alarm | None) -> State | None:
    """Return how a rule that stands so is to be shown; None where it is no alarm."""
    tight_level = (HYSTERESIS if alarm else 1.0) * reading.near
    over_level = HYSTERESIS if alarm and alarm.state == "over" else 1.0
    if reading.level >= over_level:
        return "over"
    return "tight" if reading.level >= tight_level else None


def _capacity(fair: Fair) -> Reading | None:
    share = fair.platform.capacity_share
    return Reading(1.0, 1.0, share, 1.0) if share < 1 else None


def _use(value: float, limit: float, where: str = "") -> Reading | None:
    """Return how the use of a capacity stands; None where it is far from its limit."""
    if not value or value < limit * NEAR_SHARE * HYSTERESIS:
        return None
    return Reading(value / limit if limit > 0 else 1.0, NEAR_SHARE, value, limit, where)


def _rooms(fair: Fair) -> Reading | None:
    platform = fair.platform
    return _use(fair.negotiations.talking, platform.rooms * platform.capacity_share) if platform.rooms else None


def _viewers(fair: Fair) -> Reading | None:
    platform = fair.platform
    return _use(fair.streams.viewers, platform.viewers * platform.capacity_share) if platform.rooms else None


def _requests(fair: Fair) -> Reading | None:
    platform = fair.platform
    return _use(round(platform.requests_last / 60, 1), platform.requests_most_per_s * platform.capacity_share)


def _cap(fair: Fair) -> Reading | None:
    venue = fair.venue
    return _use(venue.inside, venue.cap) if venue.state != "closed" else None


def _density(fair: Fair) -> Reading | None:
    if fair.venue.state == "closed" or not fair.venue.zones:
        return None
    zone = max(fair.venue.zones.values(), key=lambda zone: zone.inside / (zone.net_m2 or 1))
    density = zone.density(zone.inside)
    if density < DENSITY_NEAR * HYSTERESIS:
        return None
    return Reading(density / DENSITY_LIMIT, DENSITY_NEAR / DENSITY_LIMIT, density, DENSITY_LIMIT, zone.name)


def _queue(fair: Fair) -> Reading | None:
    longest = longest_wait(fair.venue, fair.alarms.exits)
    if longest is None:
        return None
    gate, wait_s = longest
    near = QUEUE_NEAR_S / QUEUE_LIMIT_S
    return Reading(wait_s / QUEUE_LIMIT_S, near, round(wait_s), QUEUE_LIMIT_S, f"gate {gate}")


def _lanes(fair: Fair) -> Reading | None:
    gate = shut_gate(fair.venue)
    return None if gate is None else Reading(1.0, 1.0, fair.venue.waiting[gate], 0.0, f"gate {gate}")


def _desks_are_at_work(fair: Fair) -> bool:
    talks = fair.negotiations
    least = max(AT_WORK_OF_EXHIBITORS * fair.organisations.exhibitors, AT_WORK_OF_PEAK * talks.talking_peak)
    return bool(talks.talking) and talks.talking >= least


def _lapses(fair: Fair) -> Reading | None:
    share = fair.alarms.withdrawn_share()
    if share is None or not _desks_are_at_work(fair):
        return None
    return Reading(share / LAPSES_LIMIT, LAPSES_NEAR / LAPSES_LIMIT, share, LAPSES_LIMIT)


def _waits(fair: Fair) -> Reading | None:
    share = fair.alarms.in_vain_share()
    if share is None or not _desks_are_at_work(fair):
        return None
    return Reading(share / WAITS_LIMIT, WAITS_NEAR / WAITS_LIMIT, share, WAITS_LIMIT)


def _share_of(count: int, other: int, least: int) -> float | None:
    """Return the share of one kind in two; None where there are too few of both."""
    return count / (count + other) if count + other >= least else None


RULES = (
    Rule("platform.capacity", _capacity, 0),
    Rule("platform.rooms", _rooms, 0),
    Rule("platform.viewers", _viewers, 0),
    Rule("platform.requests", _requests, 0),
    Rule("venue.cap", _cap, 0),
    Rule("venue.density", _density, 10),
    Rule("venue.lanes", _lanes, 0),
    Rule("venue.queue", _queue, 10),
    Rule("negotiations.waits", _waits, 10),
    Rule("negotiations.lapses", _lapses, 10),
)
"""Every rule, what is most urgent first."""
