"""Any event that the language allows, for properties that hold of every log."""

from __future__ import annotations

import functools
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect
from tests.fairfacts.stories import STARTED

from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES
from fairfacts.parts.runs import RunStarted

LATER = [event_type for event_type in EVENT_TYPES if event_type is not RunStarted]


def any_log() -> st.SearchStrategy[list[Event]]:
    """Logs of a run that started: any events, in the order of their time.

    Half of the logs are of a few types, so that more than one event is about the same thing.
    """
    few = st.lists(st.sampled_from(LATER), min_size=1, max_size=3, unique=True)
    types = st.one_of(st.just(LATER), few)
    events = types.flatmap(lambda some: st.lists(st.one_of([any_event(one) for one in some]), max_size=20))
    return events.map(lambda events: [STARTED, *sorted(events, key=lambda event: event.at_ms)])


@functools.cache
def any_event(event_type: type[Event]) -> st.SearchStrategy[Event]:
    """Events of a type, their fields as its annotations allow."""
    info: Any = inspect.type_info(event_type)
    return st.builds(event_type, **{field.name: _any_value(field.type) for field in info.fields})


def _any_value(wanted: Any) -> st.SearchStrategy[Any]:
    match wanted:
        case inspect.UnionType(types=types):
            return st.one_of([_any_value(one) for one in types])
        case inspect.DictType():
            return st.just({"en": "A name"})
        case inspect.StructType(cls=cls, fields=fields):
            return st.builds(cls, **{field.name: _any_value(field.type) for field in fields})
        case inspect.VarTupleType(item_type=item):
            return st.lists(_any_value(item), max_size=3).map(tuple)
        case inspect.LiteralType(values=values):
            return st.sampled_from(sorted(values))
    return _any_scalar(wanted)


def _any_scalar(wanted: Any) -> st.SearchStrategy[Any]:
    match wanted:
        case inspect.NoneType():
            return st.none()
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType(ge=low, le=high):
            return st.integers(low, min(high, max(low, 2))) | st.integers(low, min(high, 10**12))  # often the same
        case inspect.FloatType(ge=least, gt=above, le=most, lt=below):
            low, high = least if above is None else above, most if below is None else below
            return st.floats(low, min(high, 10**6), exclude_min=above is not None, exclude_max=below is not None)
        case inspect.StrType(pattern=str(pattern)):
            return st.from_regex(pattern, fullmatch=True)
        case inspect.StrType(min_length=low, max_length=high):
            return st.text("CDEGNSU" if high else st.characters(codec="utf-8"), min_size=low or 0, max_size=high or 8)
    raise AssertionError(f"no values for {msgspec.json.encode(str(wanted))!r}")
