"""Overrides: what a scenario plays otherwise than its fair states, each with both values, for people to compare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fairsim.inputs.scenario_files import ScenarioSettings
from fairsim.inputs.values import plain, stated_value

NONE = ""
"""The text where one side has nothing of a setting."""


def overrides_of(settings: ScenarioSettings) -> dict[str, tuple[str, str]]:
    """Return the settings of a scenario without faults that differ from its fair's, in order: its text, and this one's.

    Parameters are as stated: before `--scale` shrinks them. An economy's weight is a factor. What the fair or the
    scenario does not have is an empty text.
    """
    return {name: (usual, played) for name, usual, played in _compared(settings) if usual != played}


def _compared(settings: ScenarioSettings) -> Iterator[tuple[str, str, str]]:
    rows = settings.fair.rows
    for name in settings.values:
        yield name, plain(stated_value(name, rows, {})), plain(stated_value(name, rows, settings.values))
    for code, (factor, _) in settings.factors.items():
        yield f"economies.{code}", "1", plain(factor)
    yield "timetable", settings.fair.programme or NONE, settings.timetable[0] if settings.timetable else NONE
    for name, (value, _) in settings.reading.items():
        yield f"timetable.{name}", NONE, value
    plan = settings.disruptions[0] if settings.disruptions else []
    yield "disruptions", NONE, "; ".join(_planned(entry) for entry in plan)


def _planned(entry: dict[str, Any]) -> str:
    return ", ".join(
        [str(entry["kind"]), *(f"{name} {plain(value)}" for name, value in entry.items() if name != "kind")]
    )
