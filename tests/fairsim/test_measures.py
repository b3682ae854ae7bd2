"""The measures of a whole run: each says what no other says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fairfacts.clock import HOUR_MS
from fairfacts.event import Event
from fairfacts.evidence.figures import WORDS
from fairfacts.evidence.stated import is_fixed
from fairfacts.measures import MEASURES, State, is_given, value_at
from fairsim.fair import play
from fairsim.inputs.scenario import load_scenario

ALIKE = {
    ("negotiations.talking", "platform.rooms_in_use"),
    ("negotiations.talking_peak", "platform.rooms_in_use_peak"),
    ("streams.viewers", "platform.viewers_in_use"),
    ("people.present", "venue.visitors"),
    ("routes.departed", "routes.seats"),
}
"""What people do, and what that takes of the platform, which others may use too; who came, as evidence calls it;
tours of one seat in a small fair."""
LEAST_VALUES = 4
"""With so many values of its own, a measure that is always another one's is no coincidence."""


def courses_of(log: list[Event]) -> dict[str, list[str]]:
    """The values of each measure, every six hours."""
    state, courses, due_ms = State(), dict[str, list[str]](), 0
    for event in log:
        if event.at_ms >= due_ms:
            due_ms += 6 * HOUR_MS
            for part, measures in state.snapshot().items():
                for name, value in measures.items():
                    courses.setdefault(f"{part}.{name}", []).append(repr(value))
        state.fold([event])
    return courses


def depths_of(value: object) -> set[int]:
    """How many keys lead to the values of a measure; empty breakdowns have none."""
    if not isinstance(value, dict):
        return {0}
    return {1 + depth for inner in value.values() for depth in depths_of(inner)}


def test_as_many_keys_lead_to_a_number_as_its_measure_says(
    small_log: list[Event], small_disrupted: list[Event], booked: list[Event]
) -> None:
    for log in (small_log, small_disrupted, booked):
        state = State()
        for first in range(0, len(log), len(log) // 8):
            state.fold(log[first : first + len(log) // 8])
            snapshot = state.snapshot()
            for path, measure in MEASURES.items():
                value = value_at(snapshot, path)
                if measure.levels and isinstance(value, dict):
                    assert depths_of(value) <= {measure.levels}, path


SEEDS = 6
"""So many small fairs have no rare thing equally often by chance."""
CLOCKED = {"run.at_ms", "run.scale"}
"""Numbers of the run, and not of the fair."""
IN_A_LARGE_FAIR = {"organisations.sectors"}
"""Given, but a small fair has too few organisations for each."""


def is_empty(value: object) -> bool:
    return not value or (isinstance(value, dict) and all(map(is_empty, value.values())))


@pytest.mark.slow
def test_what_is_given_is_what_no_seed_changes() -> None:
    """Of several fairs, as each has things of its own; a text is held against no figure, but a moment is."""
    steady = dict[str, bool]()
    for fair, scale, seeds in (("ciftis2020", 0.005, SEEDS), ("cicpe2021", 0.01, 3), ("itbnow2021", 0.01, 3)):
        snapshots = []
        for seed in range(seeds):
            state = State()
            for _, events in play(load_scenario(fair, scale=scale), seed):
                state.fold(events)
            snapshots.append(state.snapshot())
        for path, measure in MEASURES.items():
            values = [value_at(snapshot, path) for snapshot in snapshots]
            if measure.unit not in WORDS and not all(map(is_empty, values)):
                steady[path] = steady.get(path, True) and all(value == values[0] for value in values)
    found = {path for path, is_steady in steady.items() if is_steady} - CLOCKED
    assert found == {path for path in steady if is_given(path, in_the_end=True)} - IN_A_LARGE_FAIR


@pytest.mark.slow
def test_what_parameters_fix_is_what_no_seed_changes() -> None:
    """Of a fair whose register nobody joins; a small one has too few organisations for every economy."""
    changes, snapshots = ("organisations.exhibitors=150", "organisations.delegates_sigma=0"), []
    for seed in range(4):
        scenario, state = load_scenario("cicpe2021", scale=0.1, changes=changes), State()
        for _, events in play(scenario, seed):
            state.fold(events)
        snapshots.append({path: value for part in ("organisations", "people") for path, value in leaves(part, state)})
    described = state.parts.run.fair
    steady = {path for path, value in snapshots[0].items() if all(one.get(path) == value for one in snapshots)}
    fixed = {path for path in steady if is_fixed(path, described, scenario.overrides, in_the_end=True)}
    given = {path for path in steady if is_given(path, in_the_end=True)}
    counted = {path for path in steady if not path.startswith(("organisations.by_economy", "organisations.per_hour"))}
    assert counted == fixed | given | {"people.registered_later"}  # nobody
    assert fixed == {
        "organisations.registered",
        "organisations.exhibitors",
        "organisations.delegates",
        "organisations.delegates_at_opening",
        "organisations.by_kind.overseas_exhibitor",
        "organisations.by_kind.domestic_exhibitor",
        "organisations.by_kind.buyer",
        "people.registered",
    }


def leaves(part: str, state: State) -> Iterator[tuple[str, object]]:
    """Yield the numbers of a part with their paths."""
    waiting: list[tuple[str, object]] = [(part, state.snapshot()[part])]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(f"{path}.{name}", inner) for name, inner in value.items()]
        else:
            yield path, value


@pytest.mark.slow
def test_no_two_measures_are_one(small_log: list[Event], small_disrupted: list[Event], booked: list[Event]):
    several = [courses_of(log) for log in (small_log, small_disrupted, booked)]
    first, same = dict[tuple[str, ...], str](), set()
    for name in several[0]:
        course = tuple(value for courses in several for value in courses[name])
        if len(set(course)) >= LEAST_VALUES and first.setdefault(course, name) != name:
            same.add((first[course], name))
    assert same == ALIKE
