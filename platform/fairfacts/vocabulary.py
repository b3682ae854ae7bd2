"""The vocabulary of the fair as a document: every event with its fields, every measure, every kind of disruption.

`make renew` renews the document; a test holds that it is fresh.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec.structs import FieldInfo

from fairfacts.event import Count, EconomyCode, Event, Milliseconds
from fairfacts.events import EVENT_TYPES, type_name
from fairfacts.field_docs import field_docs
from fairfacts.measures import FairState, all_measures
from fairfacts.parts.disruptions import DISRUPTIONS, AnyDisruption, kind_of
from fairfacts.parts.fairs import (
    Badge,
    Described,
    FairDescription,
    Occasion,
    OrganisationKind,
    SessionKind,
    Zone,
)

DESCRIPTION = (FairDescription, Described, OrganisationKind, SessionKind, Occasion, Badge, Zone)
"""What describes a fair in its first event."""

HEAD = """# Events and measures

The vocabulary that the model, the backend and the page share. This document is made from `fairfacts`, by `make renew`.

A **log** is NDJSON: one event a line, in the order of time. Every event has its `type`, and `at_ms`, the simulated time
in whole milliseconds since the run's epoch (`epoch` of `run.started`). Objects of a run are numbered 0, 1, 2, ... as
they come, a sequence for each kind of object. A type `number` is such a number; `count` is a whole number of things;
`ms` is a length of time or a moment in whole milliseconds; `economy` is an ISO 3166-1 alpha-2 code. A field must be
there, unless its type says what it is where a sender leaves it out.

A **measure** is a number, a text, or a breakdown (an object with an entry for each key), folded from the events. Its
path is its place in the snapshot of `GET /runs/RUN/snapshot` and of the feed. A gauge goes up and down: its course is
kept minute by minute (`GET /runs/RUN/course`).
"""

NUMBERED = frozenset(
    (
        "organisation",
        "exhibitor",
        "session",
        "stream",
        "viewer",
        "visitor",
        "visit",
        "zone",
        "gate",
        "project",
        "negotiation",
        "result",
        "release",
        "report",
        "route",
        "notice",
        "disruption",
    )
)
"""Fields that name an object of the run by its number."""

COMMON: Mapping[str, str] = {
    "economy": "The organisation's economy.",
    "exhibitor_economy": "The exhibitor's economy.",
    "exhibitor": "The organisation that exhibits.",
    "stream": "The stream, which bears the number of its session.",
    "sector": "The key of the sector, of those that the fair describes.",
    "kind": "Which kind it is.",
    "mode": "Where it takes place.",
    "channel": "By what somebody comes to the platform.",
    "reason": "Why.",
    "cause": "Why it began.",
    "outcome": "How the talk ended.",
    "theme": "What the tours of the route are about.",
    "occasion": "Where it was announced.",
    "currency": "The currency of `value`.",
    "title": "For people to read: in English, or as an imported programme has it.",
    "name": "In English, for people to read.",
    "streamed": "Whether it goes on air as a stream.",
    "counted": "Whether the fair counts it in its total of sessions.",
    "exhibits": "Whether it exhibits.",
    "delegates": "The people whom it registers.",
    "scenario": "The scenario that is played.",
    "seed": "Of the run's random numbers.",
    "replication": "Which of the seed's independent replications.",
    "duration_ms": "The simulated time that the whole run takes.",
    "starts_ms": "The moment at which it begins.",
    "ends_ms": "The moment at which it ends.",
    "last_entry_ms": "The moment of the last entry.",
    "closes_ms": "The moment at which the halls close.",
    "waited_ms": "The time since the request.",
    "talked_ms": "The time since the talk began.",
    "watched_ms": "The length of the view.",
    "stayed_ms": "The time since the visitor entered.",
    "overran_ms": "By how much it ended later than scheduled.",
    "lasted_ms": "The time since it began.",
    "attended": "The people admitted.",
    "value_usd": "The value of the agreement.",
    "seats": "The seats of the tour.",
    "taken": "The seats that were taken.",
    "stands": "Pages of exhibitors' stands.",
    "projects": "Pages of projects.",
    "cap": "The people who may be inside at the same time.",
    "lanes": "Lanes of security and health check.",
    "what": "The disruption, as below.",
    "disruption": "The disruption.",
    "lasts_min": "How long it lasts.",
    "by_min": "By how much it is delayed.",
    "capacity_share": "The share of its capacity that the platform still has.",
    "origin": "Whose: everybody's (`all`), the home economy's (`domestic`), all others' (`overseas`), or one's.",
    "of": "What the demand is for.",
    "room": "The room, such as `room 1`.",
    "capacity": "The people whom the room admits.",
    "was_open": "Whether the session had begun.",
}
"""What a field means wherever no docstring below it says more."""

_WORDS = ((AnyDisruption, "disruption"), (Milliseconds, "ms"), (EconomyCode, "economy"))
"""Types that are told in a word."""
_UNITS = {"_ms": "ms", "_min": "min", "_usd": "USD", "_m2": "m2", "_per_s": "1/s", "share": "share"}


def document() -> str:
    """Return the vocabulary as Markdown."""
    return "\n".join([HEAD, *_index(), *_parts(), *_disruptions(), *_description()]) + "\n"


def fields_of(type_: type[msgspec.Struct]) -> list[tuple[str, str, str, str]]:
    """Return name, type, unit and meaning of each field of an event or a disruption, but for the moment of an event."""
    docs, hints = field_docs(type_), get_type_hints(type_, include_extras=True)
    fields = [field for field in msgspec.structs.fields(type_) if field.name != "at_ms"]
    return [
        (name, _type_text(name, hints[name]) + _default(field), _unit(name, hints[name]), _meaning(name, docs))
        for field in fields
        if (name := field.name)
    ]


def _default(field: FieldInfo) -> str:
    """Return what a field is that a sender leaves out, in words; nothing where it must be there, or may be absent."""
    if field.default is msgspec.UNSET or field.required:
        return ""
    value = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    return f"; left out: `{msgspec.json.encode(value).decode()}`"


def _meaning(name: str, docs: Mapping[str, str]) -> str:
    common = COMMON.get(name) or (f"The {name.replace('_', ' ')}." if name in NUMBERED else "")
    return docs.get(name, common)


def _type_text(name: str, hint: Any) -> str:
    """Return the type of a field in words."""
    if word := next((word for known, word in _WORDS if hint == known), ""):
        return word
    if hint == Count:
        return "number" if name in NUMBERED else "count"
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inner)
    if origin is tuple:
        return f"list of {_type_text(name, inner[0])}"
    if origin is dict:
        return "text by language"
    for absent, word in ((NoneType, "null"), (msgspec.UnsetType, "absent")):
        if absent in inner:
            (other,) = (kind for kind in inner if kind is not absent)
            return f"{_type_text(name, other)} or {word}"
    base = inner[0] if hasattr(hint, "__metadata__") else hint
    words = {bool: "true or false", int: "count", float: "number", str: "text"}
    return base.__name__ if base in DESCRIPTION else words[base]


def _unit(name: str, hint: Any) -> str:
    if hint == Milliseconds:
        return "ms"
    return next((unit for suffix, unit in _UNITS.items() if name.endswith(suffix)), "")


def _index() -> Iterator[str]:
    names = ", ".join(f"[`{name}`](#{name})" for name in _modules())
    others = "[disruptions by kind](#kinds-of-disruptions), [description of a fair](#description-of-a-fair)"
    yield f"Parts of the fair: {names}, {others}.\n"


def _modules() -> dict[str, str]:
    """Return the module of each part by its name in the snapshot, or the package."""
    return {name: type(state).__module__.removesuffix(".measures") for name, state in FairState().by_part().items()}


def _parts() -> Iterator[str]:
    for name, module in _modules().items():
        yield f"## {name}\n\n{sys.modules[module].__doc__}\n"
        for event_type in EVENT_TYPES:
            if event_type.__module__.removesuffix(".events") == module:
                yield from _event(event_type)
        yield from _measures(name)


def _event(event_type: type[Event]) -> Iterator[str]:
    yield f"### {type_name(event_type)}\n\n{event_type.__doc__}\n"
    if rows := fields_of(event_type):
        yield from _table(("field", "type", "unit", "meaning"), ((f"`{name}`", *rest) for name, *rest in rows))


def _measures(part: str) -> Iterator[str]:
    rows = [
        (f"`{row['path']}`", row["shape"] if row["shape"] != "number" else "", row["unit"],
         "gauge" if row["gauge"] else "", row["meaning"])
        for row in all_measures() if row["part"] == part
    ]  # fmt: skip
    yield f"### Measures of {part}\n"
    yield from _table(("path", "shape", "unit", "", "meaning"), rows)


def _disruptions() -> Iterator[str]:
    yield "## Kinds of disruptions\n"
    for kind in DISRUPTIONS:
        yield f"### {kind_of(kind)}\n\n{kind.__doc__}\n"
        rows = ((f"`{name}`", *rest) for name, *rest in fields_of(kind))
        yield from _table(("field", "type", "unit", "meaning"), rows)


def _description() -> Iterator[str]:
    yield f"## Description of a fair\n\n{sys.modules[FairDescription.__module__].__doc__}\n"
    for struct in DESCRIPTION:
        yield f"### {struct.__name__}\n\n{struct.__doc__}\n"
        yield from _table(
            ("field", "type", "unit", "meaning"), ((f"`{name}`", *rest) for name, *rest in fields_of(struct))
        )


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = tuple(heads)
    yield f"| {' | '.join(names)} |\n|{'---|' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(document())
