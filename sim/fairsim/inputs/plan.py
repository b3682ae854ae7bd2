"""Planned disruptions: what a scenario says of when and how the fair is disrupted."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from fairfacts.clock import MINUTE_MS, midnight_ms, read_moment
from fairfacts.errors import MomentError, ScenarioError, did_you_mean
from fairfacts.interchange.plain import plain_words
from fairfacts.parts.disruptions import (
    DISRUPTIONS,
    MOST_LANES,
    MOST_PEOPLE,
    AnyDisruption,
    Disruption,
    EntryCap,
    LanesClosed,
    SessionMove,
    kind_of,
)
from fairsim.inputs.small_scale import Lanes

LOOKED_AT = ("visits.online", "streams.viewers", "negotiations.talking", "venue.inside", "venue.waiting")
"""Measures that a condition may look at, every minute."""
WHEN = ("begins", "when", "after_min", "ends")
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt,
}  # fmt: skip
_CONDITION = re.compile(r"^\s*([a-z_.]+)\s*(>=|<=|>|<)\s*([0-9.]+)\s*$")


class Condition(msgspec.Struct, frozen=True):
    """A gauge that reaches a threshold."""

    gauge: str
    operator: str
    threshold: float
    """At the scale of the run."""

    def holds(self, value: float) -> bool:
        """Return whether the gauge's value meets it."""
        return _OPERATORS[self.operator](value, self.threshold)


class Planned(msgspec.Struct, frozen=True):
    """A disruption that a scenario plans."""

    what: AnyDisruption
    when: int | Condition
    """A moment in ms since the epoch, or a condition."""
    after_ms: int = 0
    """By how much it begins after its condition holds."""


def read_plan(entry: Any, said_in: str, epoch: datetime, days: int, scale: float) -> Planned:
    """Return a planned disruption from an entry of `[[disruptions]]` of a scenario, at the documented scale.

    The threshold of its condition shrinks with the run's; `at_scale` shrinks its people and lanes.

    Raises:
        ScenarioError: names file, key, value and what is allowed.
    """
    where = f"{said_in}: disruptions"
    if not isinstance(entry, Mapping):
        raise ScenarioError(f"{where} is {entry!r}; write a table [[disruptions]] for each")
    fields = dict(entry)
    timing = {key: fields.pop(key) for key in WHEN if key in fields}
    where = f"{where}.{kind_of(_kind(fields, where))}"
    if ("begins" in timing) == ("when" in timing):
        raise ScenarioError(
            f"{where}: give either begins (a moment such as 'day 1 20:10') or when (such as 'streams.viewers >= 3000')"
        )
    when: int | Condition
    if "begins" in timing:
        when = moment_ms(timing["begins"], f"{where}.begins", epoch, range(midnight_ms(epoch, days)))
        if "after_min" in timing:
            raise ScenarioError(f"{where}.after_min goes with when; say with begins when it begins")
        if "ends" in timing:
            fields |= _length(when, timing["ends"], fields, where, epoch, days)
    else:
        if "ends" in timing:
            raise ScenarioError(f"{where}.ends goes with begins; say with when how long it lasts (lasts_min)")
        when = _condition(timing["when"], f"{where}.when", scale)
    return Planned(_disruption(fields, where), when, _after_ms(timing.get("after_min", 0), where))


def read_disruption(fields: Mapping[str, Any], where: str) -> AnyDisruption:
    """Return a disruption from plain data, as it is injected into a run: at the documented scale.

    Raises:
        ScenarioError: names the key, the value and what is allowed.
    """
    return _disruption(dict(fields), where)


def at_scale(what: AnyDisruption, scale: float, lanes: Lanes) -> AnyDisruption:
    """Return a disruption that is said at the documented scale as a run of another scale plays it.

    People shrink as those of the fair do, and lanes by their share of the gate's, so that one disruption has the same
    effect in a small run. A cap that lets people in lets one in at least, and a closure closes one lane at least; it
    closes the whole gate only where that was asked for, or the gate has a single lane.
    """
    if isinstance(what, EntryCap):
        return msgspec.structs.replace(
            what, people=min(max(round(what.people * scale), min(what.people, 1)), MOST_PEOPLE)
        )
    if isinstance(what, LanesClosed):
        stated, played = lanes.stated[what.gate], lanes.played[what.gate]
        closed = played if what.lanes >= stated else max(1, min(round(what.lanes / stated * played), played - 1))
        return msgspec.structs.replace(what, lanes=min(closed, MOST_LANES))
    return what


def moment_ms(value: Any, where: str, epoch: datetime, within: range | None = None) -> int:
    """Return a moment of the fair, in ms since its epoch: text as `fairfacts.clock` says, or a moment of TOML.

    Raises:
        ScenarioError: it is no moment, or lies outside `within`.
    """
    if isinstance(value, datetime):
        value = value.isoformat(sep=" ")
    if not isinstance(value, str):
        raise ScenarioError(
            f"{where} is {value!r}; write a moment such as 'day 1 20:10', or a date and time such as '2027-05-07 20:10'"
        )
    try:
        return read_moment(value, epoch, within)
    except MomentError as fault:
        raise ScenarioError(f"{where}: {fault}") from fault


def room_number(room: str) -> int:
    """Return the place of a room in the list of rooms: `room 1` is the first."""
    name, _, number = room.partition(" ")
    return int(number) - 1 if name == "room" and number.isdecimal() else -1


def check_lanes(what: AnyDisruption, stated: Sequence[int]) -> None:
    """Refuse a gate that the fair does not have, or more lanes of it than are stated; both at the documented scale.

    Raises:
        ScenarioError: names the kind, the gate, and what it has.
    """
    if not isinstance(what, LanesClosed):
        return
    if what.gate >= len(stated):
        raise ScenarioError(f"lanes_closed: gate is {what.gate}; gates are numbered from 0 to {len(stated) - 1}")
    if what.lanes > stated[what.gate]:
        raise ScenarioError(
            f"lanes_closed: lanes is {what.lanes}; gate {what.gate} has {stated[what.gate]} (venue.gate_lanes), and so"
            " many can be closed"
        )


def check_places(what: AnyDisruption, sessions: int, rooms: list[int], gate_lanes: tuple[int, ...]) -> None:
    """Refuse a session, room or gate that the fair does not have.

    Raises:
        ScenarioError: names the kind, the place, and which there are.
    """
    kind = kind_of(what)
    session, gate = getattr(what, "session", None), getattr(what, "gate", None)
    if session is not None and session >= sessions:
        known = f"sessions are 0 to {sessions - 1}" if sessions else "the programme has none"
        raise ScenarioError(f"{kind}: there is no session {session}; {known}")
    if isinstance(what, SessionMove) and not 0 <= room_number(what.room) < len(rooms):
        raise ScenarioError(f"{kind}: there is no {what.room!r}; rooms are 'room 1' to 'room {len(rooms)}'")
    if gate is not None and gate >= len(gate_lanes):
        raise ScenarioError(f"{kind}: gate is {gate}; gates are numbered from 0 to {len(gate_lanes) - 1}")


def check_origin(what: AnyDisruption, codes: set[str]) -> None:
    """Refuse an economy that there is not.

    Raises:
        ScenarioError: names it.
    """
    origin = getattr(what, "origin", "all")
    if origin not in ("all", "domestic", "overseas") and origin not in codes:
        raise ScenarioError(
            f"{kind_of(what)}: origin is {origin!r}, which is no economy of seeds/economies.csv; allowed are all,"
            " domestic, overseas, or an ISO 3166 code"
        )


def _length(
    begins_ms: int, ends: Any, fields: Mapping[str, Any], where: str, epoch: datetime, days: int
) -> dict[str, float]:
    ends_ms = moment_ms(ends, f"{where}.ends", epoch, range(midnight_ms(epoch, days) + 1))
    if "lasts_min" in fields:
        raise ScenarioError(f"{where}: give either ends or lasts_min")
    if ends_ms <= begins_ms:
        raise ScenarioError(f"{where}.ends is {ends!r}, which is not after it begins; let it end later")
    return {"lasts_min": (ends_ms - begins_ms) / MINUTE_MS}


def _condition(text: Any, where: str, scale: float) -> Condition:
    match = _CONDITION.match(text) if isinstance(text, str) else None
    if not match:
        raise ScenarioError(f"{where} is {text!r}; write a condition such as 'streams.viewers >= 3000'")
    gauge, sign, threshold = match.groups()
    if gauge not in LOOKED_AT:
        raise ScenarioError(f"{where}: {gauge} cannot be looked at; {did_you_mean(gauge, LOOKED_AT)}")
    try:
        return Condition(gauge, sign, float(threshold) * scale)
    except ValueError as fault:
        raise ScenarioError(f"{where}: {threshold} is no number") from fault


def _after_ms(value: Any, where: str) -> int:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 366 * 1440:
        raise ScenarioError(f"{where}.after_min is {value!r}; it is a time of 0 to {366 * 1440} min")
    return round(value * MINUTE_MS)


def _disruption(fields: dict[str, Any], where: str) -> AnyDisruption:
    kind = _kind(fields, where)
    known = kind.__struct_fields__
    for key in fields:
        if key != "kind" and key not in known:
            raise ScenarioError(f"{where}.{key} is no key; {did_you_mean(key, known)}")
    try:
        return msgspec.convert(fields, AnyDisruption)  # type: ignore[no-any-return]  # a union is no type to mypy
    except msgspec.ValidationError as fault:
        raise ScenarioError(f"{where}.{plain_words(fault)}; {kind_of(kind)} has {', '.join(fields)}") from fault


def _kind(fields: Mapping[str, Any], where: str) -> type[Disruption]:
    """Return the kind of a disruption."""
    kinds = {kind_of(kind): kind for kind in DISRUPTIONS}
    kind = fields.get("kind")
    if kind is None:
        raise ScenarioError(f"{where}: kind is missing; known are: {', '.join(sorted(kinds))}")
    if kind not in kinds:
        raise ScenarioError(f"{where}: kind is {kind!r}; {did_you_mean(str(kind), kinds)}")
    return kinds[kind]
