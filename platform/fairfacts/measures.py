"""Measures: what the events of a run add up to. Every measure is defined once, in the part of the fair it belongs to.

A `State` is folded over events; its snapshot is plain data with one object per part. The same fold serves the model's
experiments, the live backend, the verification of a log and the tests.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from fairfacts.clock import HOUR_MS, hour_of
from fairfacts.course import Course
from fairfacts.errors import FairError, did_you_mean
from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES
from fairfacts.handlers import Handler, joined
from fairfacts.measure import Measure
from fairfacts.part_state import PartState
from fairfacts.parts.agreements import AgreementMeasures
from fairfacts.parts.alarms import AlarmMeasures
from fairfacts.parts.disruptions import DisruptionMeasures
from fairfacts.parts.negotiations.measures import NegotiationMeasures
from fairfacts.parts.notices import NoticeMeasures
from fairfacts.parts.organisations import OrganisationMeasures
from fairfacts.parts.people import PeopleMeasures
from fairfacts.parts.platform import PlatformMeasures, PlatformMetered
from fairfacts.parts.programme import ProgrammeMeasures
from fairfacts.parts.projects import ProjectMeasures
from fairfacts.parts.results import ResultMeasures
from fairfacts.parts.routes import RouteMeasures
from fairfacts.parts.runs import RunMeasures
from fairfacts.parts.streams import StreamMeasures
from fairfacts.parts.venue.events import ZonesCounted
from fairfacts.parts.venue.measures import VenueMeasures
from fairfacts.parts.visits import VisitMeasures


def _new(part: type[Any]) -> Any:
    return msgspec.field(default_factory=part)


UNKNOWN = Measure("", "")
"""Stands for the measure of a path that leads to none."""


class FairState(msgspec.Struct):
    """The states of all parts of the fair; a checkpoint holds this.

    Its fields are the one registry of the parts: a field's name is the first step of the paths of its measures. From
    the parts' own declarations follow the list of measures, the handlers of the fold, the closing of hours, and the
    snapshot, each in the order of the fields.
    """

    at_ms: int = 0
    events: int = 0
    run: RunMeasures = _new(RunMeasures)
    organisations: OrganisationMeasures = _new(OrganisationMeasures)
    people: PeopleMeasures = _new(PeopleMeasures)
    programme: ProgrammeMeasures = _new(ProgrammeMeasures)
    streams: StreamMeasures = _new(StreamMeasures)
    visits: VisitMeasures = _new(VisitMeasures)
    projects: ProjectMeasures = _new(ProjectMeasures)
    negotiations: NegotiationMeasures = _new(NegotiationMeasures)
    agreements: AgreementMeasures = _new(AgreementMeasures)
    results: ResultMeasures = _new(ResultMeasures)
    venue: VenueMeasures = _new(VenueMeasures)
    routes: RouteMeasures = _new(RouteMeasures)
    platform: PlatformMeasures = _new(PlatformMeasures)
    disruptions: DisruptionMeasures = _new(DisruptionMeasures)
    notices: NoticeMeasures = _new(NoticeMeasures)
    alarms: AlarmMeasures = _new(AlarmMeasures)
    course: Course = _new(Course)
    """Of the gauges; in no snapshot."""

    def by_part(self) -> dict[str, PartState]:
        """Return the state of each part by its name, in the order of the fields."""
        states = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {name: state for name, state in states if isinstance(state, PartState)}


MEASURES: dict[str, Measure] = {
    f"{part}.{name}": measure
    for part, state in FairState().by_part().items()
    for name, measure in state.MEASURES.items()
}
"""Every measure by its path in the snapshot."""

GAUGES: tuple[str, ...] = tuple(path for path, measure in MEASURES.items() if measure.is_gauge)
"""The measures whose course is kept, by path, in the order of the course's rows."""


def all_measures() -> list[dict[str, Any]]:
    """Return every measure as plain data, for documents, and for programs in other languages.

    Each has its `path` in the snapshot, `part`, `name`, `unit`, `meaning`, `format`, whether it is a `gauge`, the paths
    of what it is `of` (`Measure.of`), and its `shape`: `number`, `text`, or `breakdown` (an object with an entry for
    each key).
    """
    empty = State().snapshot()
    return [
        {
            "path": path,
            "part": path.partition(".")[0],
            "name": path.partition(".")[2],
            "unit": measure.unit,
            "meaning": measure.meaning,
            "format": measure.format,
            "gauge": measure.is_gauge,
            "of": counted(path),
            "shape": shape_of(value_at(empty, path)),
        }
        for path, measure in MEASURES.items()
    ]


def shape_of(value: Any) -> str:
    """Return what a measure's value is: a breakdown, a text or a number."""
    return "breakdown" if isinstance(value, dict) else "text" if isinstance(value, str) else "number"


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(FairState)


class State:
    """The measures of a run after the events folded so far."""

    def __init__(self, parts: FairState | None = None) -> None:
        self.parts = parts or FairState()
        self._handlers = _handlers(self.parts)
        self._hourly = [part for part in self.parts.by_part().values() if closes_hours(part)]

    @property
    def position(self) -> int:
        """How many events were folded: the position of the next one."""
        return self.parts.events

    def fold(self, events: Iterable[Event]) -> None:
        """Take in events, in the order of the log."""
        handlers, parts, log, first = self._handlers, self.parts, list(events), 0
        while first < len(log):
            hour = hour_of(log[first].at_ms)
            end = bisect_left(log, (hour + 1) * HOUR_MS, lo=first, key=_at_ms)
            for event in log[first:end]:
                handlers[type(event)](event)
            for part in self._hourly:
                part.close_hour(hour, parts)
            parts.at_ms = log[end - 1].at_ms
            parts.events += end - first
            first = end

    def snapshot(self) -> dict[str, Any]:
        """Return every measure as plain data that JSON can carry; it holds no null, so that merge patches are exact."""
        parts = self.parts
        others = {name: part for name, part in parts.by_part().items() if part is not parts.alarms}
        snapshot = {name: part.snapshot(parts) for name, part in others.items()}
        snapshot["run"] |= {"at_ms": parts.at_ms, "events": parts.events}
        return snapshot | {"alarms": parts.alarms.beside(snapshot)}

    def checkpoint(self) -> bytes:
        """Return the state as bytes from which `restore` makes an equal one."""
        return _encoder.encode(self.parts)

    @classmethod
    def restore(cls, checkpoint: bytes) -> State:
        """Return the state that `checkpoint` wrote.

        Raises:
            msgspec.DecodeError: the bytes are of another release; fold the log from its beginning instead.
        """
        return cls(_decoder.decode(checkpoint))


def value_at(snapshot: dict[str, Any], path: str) -> Any:
    """Return the measure at a path of a snapshot, such as `negotiations.initiated`; 0 for a breakdown's absent key.

    Of paths with ` + ` between them, it is the sum.

    Raises:
        FairError: there is no such measure; names the nearest.
    """
    if " + " in path:
        return sum(value_at(snapshot, term) for term in path.split(" + "))
    if measure_at(path) is UNKNOWN:
        raise FairError(f"{path} is no measure; {did_you_mean(path, MEASURES)}")
    value: Any = snapshot
    for name in path.split("."):
        value = value.get(name, 0) if isinstance(value, dict) else 0
    return value


def counted(path: str) -> list[str]:
    """Return the paths of what the mean, quantile or share at a path is of: one, or another that is less; else none."""
    part, of = path.partition(".")[0], measure_at(path).of
    return [f"{part}.{name}" for name in of.split(" - ")] if of else []


def is_of_nothing(path: str, value_of: Callable[[str], Any]) -> bool:
    """Return whether the measure at a path is a mean, a quantile or a share of nothing: its 0 then says nothing."""
    values = [value_of(term) for term in counted(path)]
    return bool(values) and values[0] == sum(values[1:])


def is_nothing(path: str, snapshot: dict[str, Any]) -> bool:
    """Return whether a snapshot has nothing to take the measure at a path of, which is then 0."""
    return is_of_nothing(path, lambda term: value_at(snapshot, term))


def measure_at(path: str) -> Measure:
    """Return the measure at a path, or the one of which the path names a key; of a sum, the first; else one unknown."""
    return MEASURES.get(".".join(path.split(" + ")[0].split(".")[:2]), UNKNOWN)


MS_OF_UNIT = {"ms": 1, "s": 1_000, "h": HOUR_MS}


def largest(path: str, lasts_ms: float = math.inf) -> float:
    """Return the largest number that the measure at a path, of which none is below 0, can be.

    It is 1 of a share. A mean or a quantile of times is no longer than the run, `lasts_ms`.
    """
    measure = measure_at(path)
    if " + " in path:
        return math.inf
    if measure.of and measure.unit in MS_OF_UNIT:
        return lasts_ms / MS_OF_UNIT[measure.unit]
    return 1.0 if measure.unit == "share" else math.inf


def within(path: str, low: float, high: float, lasts_ms: float = math.inf) -> tuple[float, float]:
    """Return the ends of an interval of the measure at a path, where it reaches beyond what that can be."""
    return max(low, 0.0), min(high, largest(path, lasts_ms))


def is_given(path: str, *, in_the_end: bool) -> bool:
    """Return whether the model plays the measure at a path as its tables state it (`Measure.given`), early or late."""
    given = measure_at(path).given
    return given == "from the start" or bool(given and in_the_end)


def _at_ms(event: Event) -> int:
    return event.at_ms


def closes_hours(part: PartState) -> bool:
    """Return whether a part has series by hour that are to be closed."""
    return type(part).close_hour is not PartState.close_hour


def _handlers(parts: FairState) -> dict[type[Event], Handler]:
    """Return what each type of event does to the states of all parts."""
    tables = [part.handlers(parts) for part in parts.by_part().values()]
    return joined([*tables, _course_handlers(parts)], EVENT_TYPES)


def _course_handlers(parts: FairState) -> dict[type[Event], Handler]:
    """Return what notes the levels of the gauges: whenever the platform is metered, or the halls are counted."""
    states = parts.by_part()
    readings: list[tuple[Callable[[Any], int], PartState]] = [
        (measure.reads, states[path.partition(".")[0]]) for path, measure in MEASURES.items() if measure.reads
    ]

    def note(event: PlatformMetered | ZonesCounted) -> None:
        levels = tuple(read(state) for read, state in readings)
        parts.course.note(event.at_ms, levels, hourly=parts.run.phase in ("closed", "ended"))

    return {PlatformMetered: note, ZonesCounted: note}
