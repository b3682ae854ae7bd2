"""What a scenario says: its own file over what it extends, changes over all; unchecked but for its form."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from fairfacts.errors import ScenarioError, did_you_mean
from fairfacts.resources import data, scenario_names, shipped_names
from fairsim.inputs.fair import FILE as FAIR_FILE
from fairsim.inputs.fair import Fair, fair_names, find_fair, load_fair
from fairsim.inputs.faults import Faults
from fairsim.inputs.parameter_names import KINDS
from fairsim.inputs.parameters import Parameters
from fairsim.inputs.toml import read_toml

TEXTS = ("title", "question")
FITTED_TO = "fitted_to"
FILES = ("fair", "extends", "timetable")
"""Keys that name other files; nobody may say them from elsewhere."""
LONGEST_NAME = 64
_NO_NAME = re.compile(r"[/\\\x00-\x1f\x7f-\x9f]")
"""What the name of a run's scenario may not have, and that of a file may."""


class ScenarioSettings(NamedTuple):
    """What a scenario, the ones that it extends and the command line say; each value with where it was said."""

    name: str
    title: str
    question: str
    is_shipped: bool
    """Whether it is a scenario that is shipped, and no file of its name."""
    fair: Fair
    values: dict[str, tuple[Any, str]]
    """By the parameter's name."""
    factors: dict[str, tuple[Any, str]]
    """By the economy's code."""
    calibration: Any
    """What `[calibration]` says, its own or that of the nearest one it extends; None where there is none."""
    fitted_to: frozenset[str]
    """Figures that values of it, or of what it extends, were fitted to."""
    disruptions: tuple[Any, str] | None = None
    """The list of disruptions, of the file nearest to the scenario that has one."""
    timetable: tuple[Any, str] | None = None
    """The file of a programme, relative to the scenario's; of the one nearest to the scenario that names one."""
    reading: Mapping[str, tuple[str, str]] = {}
    """What the command line says of how that file is read; each value with where it was said."""


def read_scenario(which: str, changes: Iterable[str] = (), faults: Faults | None = None) -> ScenarioSettings:
    """Return what a scenario says, unchecked but for its form: its own over what it extends, changes over all.

    Args:
        which: as for `load_scenario`.
        changes: likewise.
        faults: takes what is wrong with its form; without it, that is raised.

    Raises:
        ScenarioError: names the file, and what is wrong with it, with its fair or with what it extends.
    """
    own = Faults()
    settings = _settings(which, changes, own if faults is None else faults)
    own.refuse()
    return settings


def _settings(which: str, changes: Iterable[str], faults: Faults) -> ScenarioSettings:
    """Return what a scenario says; faults of its form go to `faults`."""
    place = _find(which)
    if place is None:
        near = did_you_mean(which, shipped_names())
        raise ScenarioError(f"{which} is no scenario; {near} (or give a path to a .toml, or to the folder of a fair)")
    tables = _chain(place)
    fair = _fair(place, tables)
    flat: dict[str, tuple[Any, str]] = {}
    for written_in, table in reversed(tables):
        flat |= {key: (value, written_in) for key, value in _flattened(table, written_in, faults)}
    for change in changes:
        key, value = _change(change)
        flat[key] = (value, f"--set {key}={value}")
    factors = {key.partition(".")[2]: flat.pop(key) for key in list(flat) if key.startswith("economies.")}
    reading = {key.partition(".")[2]: flat.pop(key) for key in list(flat) if key.startswith("timetable.")}
    title, question = (_text(tables, key, fair, faults) for key in TEXTS)
    calibration = _nearest(tables, "calibration")
    plan, timetable = _nearest(tables, "disruptions"), _nearest(tables, "timetable")
    if timetable is None and fair.programme:
        timetable = fair.programme, f"{fair.folder}/{FAIR_FILE}"
    fitted = calibration[0] if calibration else fair.calibration
    is_shipped = which in scenario_names()
    fitted_to = frozenset(name for written_in, table in tables for name in _fitted_to(table, written_in, faults))
    return ScenarioSettings(
        *(place.name, title, question, is_shipped, fair, flat, factors, fitted, fitted_to, plan, timetable, reading)
    )


def _fitted_to(table: Mapping[str, Any], written_in: str, faults: Faults) -> list[str]:
    """Return the figures that a file says its values were fitted to, as `fair calibrate` writes it."""
    names = table.get(FITTED_TO, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        faults.add(written_in, f'{FITTED_TO} is {names!r}; write a list of figures: ["visitors.total"]')
        return []
    return names


def _fair_name(table: Mapping[str, Any]) -> Any:
    """Return what a file states as its fair: `fair = "NAME"`, or `name` in the table `[fair]` of its days."""
    stated = table.get("fair")
    return stated.get("name") if isinstance(stated, Mapping) else stated


Tables = list[tuple[str, dict[str, Any]]]
"""The tables of a scenario and of those that it extends, its own first, each with its file."""


def _nearest(tables: Tables, key: str) -> tuple[Any, str] | None:
    """Return what stands under a key in the file nearest to the scenario that has it, and that file."""
    return next(((table[key], written_in) for written_in, table in tables if key in table), None)


def _text(tables: Tables, key: str, fair: Fair, faults: Faults) -> str:
    """Return the title or the question of a scenario; a fair that is played itself has its name for a title."""
    if not tables:
        return fair.names["en"] if key == "title" else "What comes of the fair as its folder describes it?"
    written_in, table = tables[0]
    text = table.get(key, "")
    if not isinstance(text, str):
        faults.add(written_in, f"{key} is {text!r}; write a text, in quotes")
        return ""
    return text


def _fair(place: Place, tables: Tables) -> Fair:
    """Return the fair that a scenario plays."""
    if place.fair:
        return load_fair(place.fair)
    named = next(((name, written_in) for written_in, table in tables if (name := _fair_name(table)) is not None), None)
    if named is None:
        written_in = tables[-1][0]
        raise ScenarioError(
            f'{written_in}: names no fair; write fair = "NAME" (shipped are {", ".join(fair_names())}) or the path to'
            " a fair's folder, or extend a scenario that names one"
        )
    value, written_in = named
    if not isinstance(value, str):
        raise ScenarioError(f"{written_in}: fair is {value!r}; write the name of a fair, or the path to its folder")
    try:
        return load_fair(value, Path(written_in).parent)
    except ScenarioError as fault:
        raise ScenarioError(f"{written_in}: fair: {fault}", fault.faults) from fault


class Place(NamedTuple):
    """Where a scenario is read from."""

    name: str
    said_in: str
    """The file as a user knows it."""
    source: Traversable | Path
    fair: str = ""
    """The fair whose baseline it is, where no file is one: its name, or its folder as seen from where it is named."""


def _find(which: str, beside: Path | None = None) -> Place | None:
    """Return the place of a shipped name or a path (relative to `beside`), or None where it is neither."""
    # a scenario comes before the fair of the same name: it is its baseline, with what `fair calibrate` fits
    if which in scenario_names():
        return Place(which, f"{which}.toml", data("scenarios") / f"{which}.toml")
    if _is_toml(which) or "/" in which:
        path = (beside or Path()) / which
        if _is_toml(path.name) or not find_fair(which, beside):
            return Place(_name_of(path), which if beside is None else str(path), path)
    if fair := find_fair(which, beside):
        folder, source = fair
        own = which if beside is None or which in fair_names() else "."  # from its file
        return Place(source.name, f"{folder}/{FAIR_FILE}", source, own)
    return None


def _is_toml(name: str) -> bool:
    """Return whether a name is that of a file of TOML, in small letters or large ones."""
    return name.lower().endswith(".toml")


def _name_of(path: Path) -> str:
    """Return the name of a scenario in a file: the file's own, with single blanks, and cut where it is long."""
    return " ".join(_NO_NAME.sub(" ", path.stem).split())[:LONGEST_NAME].rstrip() or "scenario"


def _chain(place: Place) -> Tables:
    """Return the tables of a scenario and of those that it extends, its own first, each with its file."""
    tables: Tables = []
    seen: list[str] = []
    while True:
        if place.fair:  # a fair extends nothing
            return [*tables, *([(place.said_in, {"fair": place.fair})] if tables else [])]
        known = str(place.source.resolve() if isinstance(place.source, Path) else place.source)
        if known in seen:
            names = [said_in for said_in, _ in tables][seen.index(known) :]
            raise ScenarioError(
                f"{names[-1]}: extends {place.said_in}, which extends it again ({' -> '.join([*names, names[0]])});"
                " let one of them extend nothing"
            )
        seen.append(known)
        table = _read(place)
        tables.append((place.said_in, table))
        base = table.get("extends")
        if base is None:
            return tables
        beside = place.source.parent if isinstance(place.source, Path) else None
        extended = _find(base, beside) if isinstance(base, str) else None
        if extended is None:
            nearest = did_you_mean(str(base), shipped_names())
            raise ScenarioError(
                f"{place.said_in}: extends is {base!r}, which is no scenario; {nearest}"
                " (or give a path to a .toml, relative to the file)"
            )
        if not extended.fair and isinstance(extended.source, Path) and not os.path.isfile(extended.source):  # noqa: PTH113  # no, where Path raises: of a name that is too long for a file
            raise ScenarioError(
                f"{place.said_in}: extends {base}, and {extended.said_in} is not there; shipped are"
                f" {', '.join(shipped_names())}"
            )
        place = extended


def _read(place: Place) -> dict[str, Any]:
    """Return a scenario's table."""
    faults = Faults()
    if isinstance(place.source, Path) and not _is_toml(place.source.name) and place.source.is_dir():
        raise ScenarioError(f"{place.said_in}: is a folder without a {FAIR_FILE}; fair new makes one")
    table = read_toml(place.source, place.said_in, faults, f"shipped are {', '.join(shipped_names())}")
    faults.refuse()
    assert table is not None, "a file without faults has a table"
    return table.given


def _flattened(table: Mapping[str, Any], written_in: str, faults: Faults) -> Iterable[tuple[str, Any]]:
    """Yield the values of a table by path: of a part's own parameters, and of those of its kinds."""
    parts = [field.name for field in msgspec.structs.fields(Parameters)]
    for part, values in table.items():
        if part in (*TEXTS, FITTED_TO, "extends", "timetable", "calibration", "disruptions"):
            continue
        if part == "fair" and not isinstance(values, Mapping):  # the name of the fair, and no table of its days
            continue
        if not isinstance(values, Mapping):
            known = (*TEXTS, *FILES, *parts, "economies", "calibration", "disruptions", FITTED_TO)
            faults.add(written_in, f"{part} is no key; {did_you_mean(part, known)}")
            continue
        for field, value in values.items():
            if (part, field) == ("fair", "name"):
                continue
            if isinstance(value, Mapping) and part in KINDS:
                for inner, of_kind in value.items():
                    yield f"{part}.{field}.{inner}", of_kind
            else:
                yield f"{part}.{field}", value


def _change(change: str) -> tuple[str, str]:
    key, equals, value = change.partition("=")
    if not equals or not key.strip():
        raise ScenarioError(f"--set {change}: is no change; write --set negotiations.patience_mean_min=30")
    return key.strip(), value.strip()
