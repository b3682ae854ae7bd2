"""A change of the scenario reaches every part: no part plays an old value of a parameter that may change."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from fairfacts.clock import HOUR_MS
from fairfacts.event import Event
from fairsim.fair import Fair, slices
from fairsim.inputs.changing import is_laid_out
from fairsim.inputs.fair import load_fair
from fairsim.inputs.parameter_names import parameter_type, values_of
from fairsim.inputs.rows import Row
from fairsim.inputs.scenario import Scenario, load_scenario

DISRUPTED = str(Path(__file__).parent / "disrupted.toml")
"""A fair in which every kind of disruption occurs, so that every parameter matters."""
FAIR = load_fair("ciftis2020")
LAID_OUT = {name for name in FAIR.rows if is_laid_out(name, FAIR.kinds)}
FOLLOWED = {FAIR.rows[name].refers_to for name in LAID_OUT}
"""Parameters whose values are also those of parameters that are laid out."""
CHANGEABLE = [name for name in FAIR.rows if name not in LAID_OUT | FOLLOWED]
SECTIONS = sorted({name.partition(".")[0] for name in CHANGEABLE})
APART = {
    # values that must stand together with others
    "negotiations.attempts_max": "2",
    "negotiations.intent_share": "0.5",
    "negotiations.follow_up_share": "0.2",
    "negotiations.opens_h": "8",
    "negotiations.closes_h": "17",
    "negotiations.night_closes_h": "23",
    "venue.opens_h": "8",
    "venue.last_entry_h": "15",
    "venue.closes_h": "16",
    "venue.timed_entry": "1",
    "venue.gate_lanes": "500 500 500 500 500",
    "organisations.registrations_per_day": "900",
    "organisations.delegates_mean": "4",
    "visits.requests_mean": "2.5",
    "visits.domestic_per_delegate_day": "0.5",
    "visits.overseas_per_delegate_day": "0.6",
    "streams.audience_mean": "1500",
    "streams.public_audience_mean": "2000",
    "programme.summit.stream_factor": "6",
    "platform.requests_per_page": "20",
    "badges.public.days_mean": "1.5",
    "badges.public.tickets": "20000",
    "badges.media.tickets": "400",
    "badges.fair_staff.tickets": "2000",
    "venue.cap": "20000",
    "routes.seats": "500",
}


def other_value(row: Row) -> str:
    """Return a value that differs from the one a parameter has."""
    if row.name in APART:
        return APART[row.name]
    values = [float(value) for value in row.value.split()]
    if len(values) > 1:
        return " ".join(f"{value + 0.5:g}" for value in values)
    low, high = row.low or 0.0, row.high or 1.0
    value = values[0] * 0.8 if values[0] * 0.8 >= low and values[0] else (values[0] + min(high, 1.0)) / 2
    return f"{value + 1:.0f}" if "int" in str(parameter_type(row.name)) else f"{value:g}"


def scenario(*changes: str) -> Scenario:
    return load_scenario(DISRUPTED, scale=0.005, changes=changes)


def changes_of(section: str) -> tuple[str, ...]:
    """Return a change of each parameter of a section, but for those that follow another one of them."""
    rows = [FAIR.rows[name] for name in CHANGEABLE if name.startswith(f"{section}.")]
    own = {row.name for row in rows}
    return tuple(f"{row.name}={other_value(with_value(row))}" for row in rows if row.refers_to not in own)


def with_value(row: Row) -> Row:
    """Return a row with the value of the one that it refers to."""
    while row.refers_to:
        row = msgspec.structs.replace(row, value=FAIR.rows[row.refers_to].value)
    return row


@cache
def unchanged() -> list[Event]:
    return events(Fair(scenario(), 7))


def events(fair: Fair) -> list[Event]:
    return [event for _, batch in slices(fair, HOUR_MS) for event in batch][1:]  # the first names the parameters


def test_the_other_values_differ():
    for section in SECTIONS:
        before, after = (dict(values_of(one.parameters)) for one in (scenario(), scenario(*changes_of(section))))
        assert [n for n in CHANGEABLE if n.startswith(f"{section}.") and before[n] == after[n]] == []


@pytest.mark.slow
@pytest.mark.parametrize("section", SECTIONS)
def test_a_change_before_anything_is_played_gives_the_fair_of_the_new_values(section: str):
    changed = Fair(scenario(), 7)
    changed.change(scenario(*changes_of(section)))
    log = events(changed)
    assert log == events(Fair(scenario(*changes_of(section)), 7))
    assert log != unchanged()


def test_no_part_holds_the_scenario_from_before_a_change():
    before = scenario()
    fair = Fair(before, 7)
    fair.play_until(35 * HOUR_MS)
    every = [change for section in SECTIONS for change in changes_of(section)]
    fair.change(scenario(*every))
    old = {id(before), id(before.parameters), *map(id, msgspec.structs.astuple(before.parameters))}
    held = [path for path, thing in reachable(fair, "fair") if id(thing) in old]
    assert held == []


def reachable(thing: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Return what the model's own objects hold, with the attributes that lead there."""
    seen: set[int] = set()
    todo = [(path, thing)]
    while todo:
        path, thing = todo.pop()
        if id(thing) in seen or isinstance(thing, (str, int, float, ModuleType, type)):
            continue
        seen.add(id(thing))
        yield path, thing
        if isinstance(thing, dict):
            todo += [(f"{path}[{key}]", value) for key, value in list(thing.items())[:50]]
        elif isinstance(thing, (list, tuple, set, frozenset)):
            todo += [(f"{path}[{place}]", value) for place, value in enumerate(list(thing)[:50])]
        elif type(thing).__module__.startswith("fairsim."):
            slots = {name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())}
            names = {*vars(thing), *slots} if hasattr(thing, "__dict__") else slots
            todo += [(f"{path}.{name}", getattr(thing, name)) for name in names if hasattr(thing, name)]
