"""The outlook: how a fair goes beside what is usual, what needs doing now, and the next hour at its gates and zones.

It is made of the measures as they are and of the usual course of such fairs (`fairfacts.evidence.usual`). A zone's
people in an hour are those of now, times the usual change of the people inside, up to the cap, less those who usually
are in sessions then. Where a cap has fallen below who is inside, they are those who usually stay for another hour. A
queue is a fluid: it grows by those who usually come within the hour, whom the gates share by their open lanes, and
shrinks by those whom these check.
Intervals allow for chance and for how far such fairs differ. They know nothing of what is about to happen in this one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from fairfacts.alarm_answers import AlarmAnswer, holding
from fairfacts.clock import HOUR_MS, day_of, midnight_ms
from fairfacts.evidence.profiles import load_profiles
from fairfacts.evidence.usual import HALF_HOUR_MS, Count, Gauges, counts_at, gauges_at, is_known, load_usual
from fairfacts.measures import State
from fairfacts.parts.alarms import DENSITY_LIMIT, DENSITY_NEAR, HYSTERESIS, NEAR_SHARE, RULES, text_of
from fairfacts.parts.runs import RunMeasures

AHEAD_MS = HOUR_MS
URGENCY = [rule.name for rule in RULES]
LEAST_INSIDE = 20
"""With at least so many people inside, the forecast for the next hour starts from them."""
OPENING_SPREAD = 0.4
"""With fewer, only the days before tell how many will be inside: the standard deviation of the logarithm of that
number."""
GATE_SPREAD = 0.25
"""Standard deviation of one gate's share in all arrivals, as a share of that share; no source gives it."""


@dataclass(frozen=True)
class Matter:
    """What needs doing: an alarm, and what usually follows."""

    alarm: str
    state: str
    text: str
    since_ms: int
    where: str
    until_ms: int | None
    """When the disruption that causes it ends, if that was announced."""
    eases_ms: int | None
    """The half hour by which it usually eases; null if nothing usual is known, or if it does not ease today."""
    answer: AlarmAnswer | None
    """An operator's answer to it, if that still holds."""


@dataclass(frozen=True)
class Waits:
    """The negotiation requests that wait."""

    longest_s: float
    over_30min: int
    usual_over_30min: int | None
    """The usual number at this hour; null if nothing usual is known."""
    where: str
    """The sector at whose desks most wait; empty where nobody does."""


@dataclass(frozen=True)
class Place:
    """A zone or a gate now and in an hour."""

    name: str
    now: float
    expected: float
    low: float
    high: float


@dataclass(frozen=True)
class Outlook:
    """How it goes, and what comes next."""

    counts: list[Count]
    """Empty if nothing usual is known of such a fair at this hour."""
    matters: list[Matter]
    """The most urgent first."""
    waits: Waits
    ahead_ms: int
    """The moment that zones and gates are forecast for."""
    zones: list[Place]
    """People for each m2 of stand space; empty where nothing usual is known."""
    gates: list[Place]
    """People in the queue; named by the gate's number, from 0."""


def outlook(state: State, at_ms: int, level: float, answers: Sequence[AlarmAnswer]) -> Outlook:
    """Return the outlook from the measures as they are.

    Args:
        state: all measures.
        at_ms: the moment, if it is later than the latest event.
        level: of the intervals, between 0 and 1.
        answers: what operators said of alarms.
    """
    snapshot = state.snapshot()
    run = state.parts.run
    usual = load_usual(run.fair.key) if is_known(run) and run.phase == "open" else ()
    ahead_ms = min(at_ms + AHEAD_MS, (len(usual) - 1) * HALF_HOUR_MS) if usual else at_ms + AHEAD_MS
    talks, beyond = snapshot["negotiations"], (1 - level) / 2
    where = state.parts.negotiations.most_waited_in(state.parts.organisations) if talks["waiting"] else ""
    usual_waits = round(gauges_at(usual, at_ms).waiting_over_30min * run.scale) if usual else None
    return Outlook(
        counts=counts_at(snapshot, at_ms) if usual else [],
        matters=_matters(snapshot, at_ms, answers, run, usual),
        waits=Waits(talks["waiting_longest_s"], talks["waiting_over_30min"], usual_waits, where),
        ahead_ms=ahead_ms,
        zones=_zones(state, at_ms, ahead_ms, usual, beyond) if usual else [],
        gates=_gates(state, at_ms, ahead_ms, usual, beyond) if usual else [],
    )


def _matters(
    snapshot: dict[str, Any], at_ms: int, answers: Sequence[AlarmAnswer], run: RunMeasures, usual: Sequence[Gauges]
) -> list[Matter]:
    """Return the raised alarms, with the time at which they usually ease where that is known."""
    raised = snapshot["alarms"]["raised"]
    matters = [
        Matter(
            alarm=name,
            state=alarm["state"],
            text=text_of(name, alarm, run.fair.gates),
            since_ms=alarm["since_ms"],
            where=alarm.get("where", ""),
            until_ms=_until_ms(snapshot, run.duration_ms) if name == "platform.capacity" else None,
            eases_ms=_eases_ms(name, alarm, at_ms, run, usual) if usual else None,
            answer=holding(answers, name, alarm["since_ms"], at_ms),
        )
        for name, alarm in raised.items()
    ]
    return sorted(matters, key=lambda matter: (matter.state, URGENCY.index(matter.alarm)))  # `over` before `tight`


def _until_ms(snapshot: dict[str, Any], ends_ms: int) -> int | None:
    active = snapshot["disruptions"]["active"].values()
    ends = [each["until_ms"] for each in active if each["kind"] == "platform_outage" and "until_ms" in each]
    return min(max(ends), ends_ms) if ends else None  # no disruption outlasts its run


EASING: Mapping[str, float] = {"venue.cap": NEAR_SHARE, "venue.density": DENSITY_NEAR / DENSITY_LIMIT}
"""The alarms whose level follows the people inside, and so has a usual course: the level at which each is near."""


def _eases_ms(name: str, alarm: Mapping[str, Any], at_ms: int, run: RunMeasures, usual: Sequence[Gauges]) -> int | None:
    """Return the half hour of this day by which an alarm usually has ended; the end of the day counts as well."""
    if name not in EASING:
        return None
    now = gauges_at(usual, at_ms).inside
    end = EASING[name] * HYSTERESIS * alarm["limit"] / alarm["value"] if alarm["value"] else 0
    day_ends_ms = midnight_ms(run.began, day_of(run.began, at_ms) + 1)
    for half_hour in range(at_ms // HALF_HOUR_MS + 1, min(day_ends_ms // HALF_HOUR_MS + 1, len(usual))):
        if usual[half_hour].inside < now * end:
            return half_hour * HALF_HOUR_MS
    return None


def _zones(state: State, at_ms: int, ahead_ms: int, usual: Sequence[Gauges], beyond: float) -> list[Place]:
    """Return the zones as they will be, with the share `beyond` each bound; empty if nobody was in one yet."""
    venue, zones = state.parts.venue, state.parts.venue.zones.values()
    now, later = gauges_at(usual, at_ms), gauges_at(usual, ahead_ms)
    spent = sum(zone.spent_min for zone in zones)
    if not spent:
        return []
    if is_known := min(venue.inside, now.inside * _size(state, at_ms)) >= LEAST_INSIDE:
        inside, spread = venue.inside * later.inside / now.inside, now.spread
    else:
        inside, spread = later.inside * _size(state, at_ms), OPENING_SPREAD
    if venue.cap or venue.state != "closed":  # 0 before the first opening, but also where nobody may come in any more
        inside = min(inside, max(venue.cap, venue.inside * _staying(state, at_ms, ahead_ms, now, later)))
    inside *= 1 - later.in_sessions / later.inside if later.inside else 1
    counted = sum(zone.inside for zone in zones)
    places, z = [], NormalDist().inv_cdf(1 - beyond)
    for zone in zones:
        part = zone.inside / counted if is_known and counted else zone.spent_min / spent
        people = inside * part
        sd = math.sqrt(spread**2 + 1 / max(people, 1) + (1 / max(zone.inside, 1) if is_known else 0))
        low, high = (math.exp(side * z * sd) * people for side in (-1, 1))
        places.append(Place(zone.name, *(zone.density(each) for each in (zone.inside, people, low, high))))
    return places


def _staying(state: State, at_ms: int, ahead_ms: int, now: Gauges, later: Gauges) -> float:
    """Return the share of those inside who usually are still there later: when a cap falls, nobody is sent out.

    Usually so many leave as come in, less those by whom the halls fill.
    """
    comes = _usual_entries(state, at_ms, ahead_ms)
    return min(max(0.0, (later.inside - comes) / now.inside), 1.0) if now.inside else 1.0


def _gates(state: State, at_ms: int, ahead_ms: int, usual: Sequence[Gauges], beyond: float) -> list[Place]:
    """Return the queues as they will be; empty before anybody was checked."""
    venue, size = state.parts.venue, _size(state, at_ms)
    queues = venue.waiting or [0] * len(venue.lanes)
    if not venue.waited.count or not queues:
        return []
    comes = size * _usual_entries(state, at_ms, ahead_ms)
    check_ms = venue.checked_ms / venue.waited.count
    is_open = gauges_at(usual, ahead_ms).inside > 0
    places, z = [], NormalDist().inv_cdf(1 - beyond)
    open_lanes = [venue.lanes.get(gate, 0) for gate in range(len(queues))]
    for lanes, (gate, waiting) in zip(open_lanes, enumerate(queues), strict=True):
        share = lanes / sum(open_lanes) if any(open_lanes) else 1 / len(open_lanes)
        arrive, checked = comes * share, lanes * (ahead_ms - at_ms) / check_ms
        sd = math.sqrt(arrive + checked + (GATE_SPREAD * arrive) ** 2)
        expected, low, high = (max(0.0, waiting + arrive - checked + side * z * sd) for side in (0, -1, 1))
        high = max(high, _steady_queue(arrive / checked if checked else 0.0, beyond))
        places.append(Place(str(gate), waiting, *(math.ceil(each) * is_open for each in (expected, low, high))))
    return places


def _steady_queue(load: float, beyond: float) -> float:
    """Return the queue length that is exceeded by chance for the share `beyond` of the time; 0 unless 0 < load < 1."""
    return math.log(beyond) / math.log(load) if 0 < load < 1 else 0.0


def _usual_entries(state: State, from_ms: int, to_ms: int) -> float:
    """Return how many people usually enter meanwhile, at scale 1."""
    profile = load_profiles(state.parts.run.fair.key)["venue.entered"]
    return profile.total * (profile.at(to_ms / HOUR_MS)[0] - profile.at(from_ms / HOUR_MS)[0])


def _size(state: State, at_ms: int) -> float:
    """Return the size of the fair on site, from the entries so far; its scale while they are too few."""
    usual = _usual_entries(state, 0, at_ms)
    entered = state.parts.venue.entered.count
    return entered / usual if usual and entered >= LEAST_INSIDE else state.parts.run.scale
