"""Overrides: what a scenario plays otherwise than its fair states, each with both values, for people to compare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fairsim.inputs.scenario_files import Said
from fairsim.inputs.values import plain, stated_value

NONE = ""
"""The text where one side has nothing of a setting."""


def overrides_of(said: Said) -> dict[str, tuple[str, str]]:
    """Return the settings of a scenario without faults that differ from its fair's, in order: its text, and this one's.

    Parameters are as stated: before `--scale` shrinks them. An economy's weight is a factor. What the fair or the
    scenario does not have is an empty text.
    """
    return {name: (usual, played) for name, usual, played in _settings(said) if usual != played}


def _settings(said: Said) -> Iterator[tuple[str, str, str]]:
    rows = said.fair.rows
    for name in said.values:
        yield name, plain(stated_value(name, rows, {})), plain(stated_value(name, rows, said.values))
    for code, (factor, _) in said.factors.items():
        yield f"economies.{code}", "1", plain(factor)
    yield "timetable", said.fair.programme or NONE, said.timetable[0] if said.timetable else NONE
    for name, (value, _) in said.reading.items():
        yield f"timetable.{name}", NONE, value
    plan = said.disruptions[0] if said.disruptions else []
    yield "disruptions", NONE, "; ".join(_planned(entry) for entry in plan)


def _planned(entry: dict[str, Any]) -> str:
    return ", ".join(
        [str(entry["kind"]), *(f"{name} {plain(value)}" for name, value in entry.items() if name != "kind")]
    )
