"""Planned disruptions: what a scenario says of when and how the fair is disrupted."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec

from fairfacts.disruptions import AnyDisruption, Disruption, EntryCap, LanesClosed, SessionMove, kind_of
from fairfacts.errors import ScenarioError, did_you_mean

DAY_MS, MINUTE_MS = 86_400_000, 60_000
GAUGES = ("visits.online", "streams.viewers", "negotiations.talking", "venue.inside", "venue.waiting")
"""Measures that a condition may look at, every minute."""
WHEN = ("begins", "when", "after_min", "ends")
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt,
}  # fmt: skip
_CONDITION = re.compile(r"^\s*([a-z_.]+)\s*(>=|<=|>|<)\s*([0-9.]+)\s*$")
_DAY = re.compile(r"^day (\d+) (\d{1,2}):(\d{2})$")


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


def read_plan(entry: Any, said_in: str, opens_on: date, days: int, scale: float) -> Planned:
    """Return a planned disruption from an entry of `[[disruptions]]` of a scenario.

    People, lanes and thresholds are said at the documented scale, and shrink with the run's.

    Raises:
        ScenarioError: names file, key, value and what is allowed.
    """
    where = f"{said_in}: disruptions"
    if not isinstance(entry, Mapping):
        raise ScenarioError(f"{where} is {entry!r}; write a table [[disruptions]] for each")
    said = dict(entry)
    timing = {key: said.pop(key) for key in WHEN if key in said}
    where = f"{where}.{said.get('kind', '?')}"
    if ("begins" in timing) == ("when" in timing):
        raise ScenarioError(
            f"{where}: give either begins (a moment such as 'day 1 20:10') or when (such as 'streams.viewers >= 3000')"
        )
    when: int | Condition
    if "begins" in timing:
        when = moment_ms(timing["begins"], f"{where}.begins", opens_on)
        _check_within(when, timing["begins"], f"{where}.begins", days)
        if "after_min" in timing:
            raise ScenarioError(f"{where}.after_min goes with when; say with begins when it begins")
        if "ends" in timing:
            said |= _length(when, timing["ends"], said, where, opens_on)
    else:
        if "ends" in timing:
            raise ScenarioError(f"{where}.ends goes with begins; say with when how long it lasts (lasts_min)")
        when = _condition(timing["when"], f"{where}.when", scale)
    return Planned(_scaled(_disruption(said, where), scale), when, _after_ms(timing.get("after_min", 0), where))


def read_disruption(said: Mapping[str, Any], where: str = "disruption") -> AnyDisruption:
    """Return a disruption from plain data, as it is injected into a run.

    Raises:
        ScenarioError: names the key, the value and what is allowed.
    """
    return _disruption(dict(said), where)


def moment_ms(said: Any, where: str, opens_on: date) -> int:
    """Return a moment of the fair, Beijing time, in ms since its epoch: `day 1 20:10`, or `2020-09-04 20:10`.

    Raises:
        ScenarioError: it is neither.
    """
    if isinstance(said, datetime):
        said = said.isoformat(sep=" ")
    if isinstance(said, str):
        if (found := _DAY.match(said)) and int(found[2]) < 24 and int(found[3]) < 60 and int(found[1]):
            return (int(found[1]) - 1) * DAY_MS + (int(found[2]) * 60 + int(found[3])) * MINUTE_MS
        try:
            moment = datetime.fromisoformat(said)
        except ValueError:
            pass
        else:
            beijing = moment.replace(tzinfo=None) if moment.tzinfo is None else _in_beijing(moment)
            return (beijing - datetime.combine(opens_on, time())) // timedelta(milliseconds=1)
    raise ScenarioError(
        f"{where} is {said!r}; write a moment, Beijing time, such as 'day 1 20:10' or '2020-09-04 20:10'"
    )


def room_number(room: str) -> int:
    """Return the place of a room in the list of rooms: `room 1` is the first."""
    name, _, number = room.partition(" ")
    return int(number) - 1 if name == "room" and number.isdecimal() else -1


def check_places(what: AnyDisruption, sessions: int, rooms: list[int], gate_lanes: tuple[int, ...]) -> None:
    """Refuse a session, room or gate that the fair does not have.

    Raises:
        ScenarioError: names the kind, the place, and which there are.
    """
    kind = kind_of(what)
    session, gate = getattr(what, "session", 0), getattr(what, "gate", 0)
    if session >= sessions:
        raise ScenarioError(f"{kind}: there is no session {session}; sessions are 0 to {sessions - 1}")
    if isinstance(what, SessionMove) and not 0 <= room_number(what.room) < len(rooms):
        raise ScenarioError(f"{kind}: there is no {what.room!r}; rooms are 'room 1' to 'room {len(rooms)}'")
    if gate >= len(gate_lanes):
        raise ScenarioError(f"{kind}: there is no gate {gate}; gates are 0 to {len(gate_lanes) - 1}")


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


def _in_beijing(moment: datetime) -> datetime:
    offset = moment.utcoffset()
    assert offset is not None, "an aware moment has an offset"
    return moment.replace(tzinfo=None) - offset + timedelta(hours=8)


def _check_within(moment: int, said: Any, where: str, days: int) -> None:
    if not 0 <= moment < days * DAY_MS:
        raise ScenarioError(f"{where} is {said!r}, outside of the fair; it is played for {days} days (fair.days)")


def _length(begins_ms: int, ends: Any, said: Mapping[str, Any], where: str, opens_on: date) -> dict[str, float]:
    ends_ms = moment_ms(ends, f"{where}.ends", opens_on)
    if "lasts_min" in said:
        raise ScenarioError(f"{where}: give either ends or lasts_min")
    if ends_ms <= begins_ms:
        raise ScenarioError(f"{where}.ends is {ends!r}, which is not after it begins; let it end later")
    return {"lasts_min": (ends_ms - begins_ms) / MINUTE_MS}


def _condition(said: Any, where: str, scale: float) -> Condition:
    found = _CONDITION.match(said) if isinstance(said, str) else None
    if not found:
        raise ScenarioError(f"{where} is {said!r}; write a condition such as 'streams.viewers >= 3000'")
    gauge, sign, threshold = found.groups()
    if gauge not in GAUGES:
        raise ScenarioError(f"{where}: {gauge} cannot be looked at; {did_you_mean(gauge, GAUGES)}")
    try:
        return Condition(gauge, sign, float(threshold) * scale)
    except ValueError as fault:
        raise ScenarioError(f"{where}: {threshold} is no number") from fault


def _after_ms(said: Any, where: str) -> int:
    if not isinstance(said, int | float) or isinstance(said, bool) or not 0 <= said <= 366 * 1440:
        raise ScenarioError(f"{where}.after_min is {said!r}; it is a time of 0 to {366 * 1440} min")
    return round(said * MINUTE_MS)


def _disruption(said: dict[str, Any], where: str) -> AnyDisruption:
    kinds = {str(kind.__struct_config__.tag): kind for kind in Disruption.__subclasses__()}
    kind = said.get("kind")
    if kind not in kinds:
        raise ScenarioError(f"{where}: kind is {kind!r}; {did_you_mean(str(kind), kinds)}")
    fields = kinds[kind].__struct_fields__
    for key in said:
        if key != "kind" and key not in fields:
            raise ScenarioError(f"{where}.{key} is no key; {did_you_mean(key, fields)}")
    try:
        return msgspec.convert(said, AnyDisruption)  # type: ignore[no-any-return]  # a union is no type to mypy
    except msgspec.ValidationError as fault:
        raise ScenarioError(f"{where}: {fault}; a {kind} has {', '.join(fields)}") from fault


def _scaled(what: AnyDisruption, scale: float) -> AnyDisruption:
    if isinstance(what, EntryCap):
        return msgspec.structs.replace(what, people=round(what.people * scale))
    if isinstance(what, LanesClosed):
        return msgspec.structs.replace(what, lanes=max(1, round(what.lanes * scale)))
    return what
