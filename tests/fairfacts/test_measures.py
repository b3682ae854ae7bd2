"""The fold of all parts: defined for every event, documented, resumable, and the same however it is cut."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fairfacts.any_events import any_log
from tests.fairfacts.stories import GOLDEN, HOUR, STARTED, after

from fairfacts import parts
from fairfacts.errors import FairError
from fairfacts.event import Event
from fairfacts.events import type_name
from fairfacts.measure import Format
from fairfacts.measures import GAUGES, MEASURES, FairState, State, all_measures, is_of_nothing, value_at
from fairfacts.parts.visits import VisitStarted


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for held in value.values() for leaf in leaves(held)]
    return [value]


@pytest.mark.parametrize("event", GOLDEN, ids=lambda event: type_name(type(event)))
def test_every_type_of_event_has_a_fold(event: Event):
    assert after(GOLDEN[0], event).position == 2


def test_every_type_of_event_changes_a_measure_besides_the_clock():
    clock, silent, before = {"at_ms": 0, "events": 0}, [], State().snapshot()
    for count, event in enumerate(GOLDEN, start=1):
        snapshot = after(*GOLDEN[:count]).snapshot()
        if snapshot | {"run": snapshot["run"] | clock} == before:
            silent.append(event)
        before = snapshot | {"run": snapshot["run"] | clock}
    assert silent == []


def test_every_measure_of_the_snapshot_is_documented_and_every_documented_one_is_there():
    shown = {f"{part}.{name}" for part, measures in after(*GOLDEN).snapshot().items() for name in measures}
    assert shown == set(MEASURES)


def test_every_part_that_declares_measures_is_in_the_registry():
    modules = [import_module(module.name) for module in walk_packages(parts.__path__, "fairfacts.parts.")]
    declared = {module.__name__: module.MEASURES for module in modules if hasattr(module, "MEASURES")}
    states = FairState().by_part().values()
    assert {type(state).__module__: type(state).MEASURES for state in states} == declared


def test_every_measure_is_documented_with_its_unit_and_its_meaning():
    assert [path for path, measure in MEASURES.items() if not (measure.unit and measure.meaning)] == []


def test_all_measures_are_plain_data_with_the_shape_that_the_snapshot_has():
    told, snapshot = all_measures(), after(*GOLDEN).snapshot()
    assert json.loads(json.dumps(told)) == told
    kinds = {"number": (int, float), "text": str, "breakdown": dict}
    assert [one["path"] for one in told if not isinstance(value_at(snapshot, one["path"]), kinds[one["shape"]])] == []
    assert {one["format"] for one in told} <= set(get_args(Format))
    assert {one["path"] for one in told if one["gauge"]} == set(GAUGES)


STATED = {"run.scale", "platform.capacity_share"}
"""Shares that are no share of a count."""


def test_every_mean_quantile_and_share_says_what_it_is_of():
    told = {one["path"]: one for one in all_measures() if one["shape"] == "number"}
    of_some = re.compile("_(mean|p[0-9]+|longest)_|_per_visitor$")
    without = {path for path, one in told.items() if not one["of"] and of_some.search(path)}
    shares = {path for path, one in told.items() if not one["of"] and one["unit"] == "share"}
    assert without | shares == STATED
    assert [of for one in told.values() for of in one["of"] if told[of]["format"] != "count"] == []


def test_a_quantile_of_nobody_says_nothing():
    nobody, somebody = {"negotiations.taken_up": 0}, {"negotiations.taken_up": 1}
    assert is_of_nothing("negotiations.waited_p90_s", nobody.__getitem__)
    assert not is_of_nothing("negotiations.waited_p90_s", somebody.__getitem__)
    assert is_of_nothing("streams.watched_mean_s", {"streams.views": 3, "streams.viewers": 3}.__getitem__)
    assert not is_of_nothing("negotiations.taken_up", nobody.__getitem__)


def test_a_measure_is_told_in_full():
    told = {one["path"]: one for one in all_measures()}
    assert told["venue.entries_per_visitor"] == {
        "path": "venue.entries_per_visitor",
        "part": "venue",
        "name": "entries_per_visitor",
        "unit": "entries",
        "meaning": "for each person who came in",
        "format": "mean",
        "gauge": False,
        "of": ["venue.visitors"],
        "shape": "number",
    }
    assert {told["streams.viewers"]["gauge"], told["streams.viewers_peak"]["gauge"]} == {True, False}


def test_snapshot_is_plain_data():
    snapshot = after(*GOLDEN).snapshot()
    assert json.loads(json.dumps(snapshot, allow_nan=False)) == snapshot


def test_snapshot_before_the_first_event_is_plain_data():
    snapshot = State().snapshot()
    assert json.loads(json.dumps(snapshot, allow_nan=False)) == snapshot


def test_snapshot_is_a_copy_that_the_next_event_leaves_alone():
    state = after(*GOLDEN[:5])
    taken, kept = state.snapshot(), json.dumps(state.snapshot())
    state.fold(GOLDEN[5:])
    assert json.dumps(taken) == kept


def test_no_events_leave_the_state_as_it_is():
    state = after(*GOLDEN)
    state.fold([])
    assert state.parts == after(*GOLDEN).parts


def test_checkpoint_of_another_release_is_refused():
    with pytest.raises(msgspec.DecodeError):
        State.restore(b"another release")


def test_value_at_a_path():
    assert value_at(after(*GOLDEN).snapshot(), "negotiations.by_economy.SG") == 1


def test_value_at_the_absent_key_of_a_breakdown_is_zero():
    assert value_at(State().snapshot(), "organisations.by_kind.embassy") == 0


def test_no_value_is_that_of_a_misspelt_measure():
    with pytest.raises(FairError, match=r"negotiations\.hedl is no measure; did you mean negotiations\.held"):
        value_at(State().snapshot(), "programme.held + negotiations.hedl")


@given(any_log())
def test_no_snapshot_holds_a_null_so_that_merge_patches_are_exact(log: list[Event]):
    assert [leaf for leaf in leaves(after(*log).snapshot()) if leaf is None] == []


@given(any_log(), st.integers(0, 21))
def test_folding_in_pieces_is_folding_at_once(log: list[Event], cut: int):
    state = after(*log[:cut])
    state.fold(log[cut:])
    assert (state.parts, state.snapshot()) == (after(*log).parts, after(*log).snapshot())


@given(any_log(), st.integers(0, 21))
def test_restored_state_goes_on_as_the_one_it_was_taken_from(log: list[Event], cut: int):
    state = State.restore(after(*log[:cut]).checkpoint())
    state.fold(log[cut:])
    assert (state.parts, state.snapshot()) == (after(*log).parts, after(*log).snapshot())


@given(any_log())
def test_every_event_is_counted_in_the_position(log: list[Event]):
    state = after(*log)
    assert (state.position, state.snapshot()["run"]["events"], state.parts.at_ms) == (len(log),) * 2 + (log[-1].at_ms,)


def test_events_of_several_hours_that_come_at_once_are_counted_each_in_its_hour():
    hours = (0, 0, 1, 5, 5, 5, 30)
    visits = [
        VisitStarted(at_ms=hour * HOUR + number, visit=number, organisation=9, economy="CN", channel="app", attempt=1)
        for number, hour in enumerate(hours)
    ]
    assert after(STARTED, *visits).snapshot()["visits"]["per_hour"]["domestic"] == {"0": 2, "1": 1, "5": 3, "30": 1}


def test_before_the_first_event_every_number_is_zero():
    snapshot = State().snapshot()
    numbers = {path: value_at(snapshot, path) for path in MEASURES}
    assert {path: value for path, value in numbers.items() if isinstance(value, int | float) and value} == {
        "run.scale": 1.0,
        "platform.capacity_share": 1.0,
    }


def test_the_first_in_a_peak_is_a_peak_of_one():
    start = GOLDEN[: GOLDEN.index(next(event for event in GOLDEN if type(event) is VisitStarted)) + 1]
    assert value_at(after(*start).snapshot(), "visits.online_peak") == 1


def test_before_anything_has_happened_there_is_nothing():
    measures = {
        f"{part}.{name}": value for part, values in State().snapshot().items() for name, value in values.items()
    }
    assert {name: value for name, value in measures.items() if not is_nothing(value)} == {
        "run.scale": 1.0,
        "run.epoch": "1970-01-01T00:00:00+00:00",
        "run.phase": "before",
        "venue.state": "closed",
        "platform.capacity_share": 1.0,
    }


def is_nothing(value: object) -> bool:
    return all(map(is_nothing, value.values())) if isinstance(value, dict) else value in (0, "", [])


def numbers_of(thing: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Yield every number that a state holds, and how long each list is."""
    if isinstance(thing, msgspec.Struct):
        thing = {name: getattr(thing, name) for name in thing.__struct_fields__}
    if isinstance(thing, int | float):
        yield path, thing
    elif isinstance(thing, Mapping):
        for name, value in thing.items():
            yield from numbers_of(value, f"{path}.{name}")
    elif not isinstance(thing, str | None):
        yield path, len(thing)


def test_before_the_first_event_nothing_is_counted():
    assert {path: number for path, number in numbers_of(State().parts) if number} == {
        ".run.scale": 1.0,
        ".platform.capacity_share": 1.0,
        ".organisations.sectors": 1,  # that of whom nobody knows
        ".negotiations.waits.width_ms": 10_000,
        ".agreements.waits_on_site.width_ms": 600_000,
        ".venue.waited.width_ms": 5_000,
        ".alarms.minute": -1,
    }
