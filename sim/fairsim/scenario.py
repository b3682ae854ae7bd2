"""A scenario: the question it asks, and the parameters it is played with."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from fairfacts.errors import ScenarioError, did_you_mean
from fairfacts.resources import data
from fairfacts.timetable import Timetable, read_timetable
from fairsim.economies import BEIJING, Economy, load_economies
from fairsim.imported import lay_in
from fairsim.parameters import Parameters, load_rows, resolve
from fairsim.plan import Planned, check_origin, check_places, read_plan

TEXTS = ("title", "question")
FILES = ("extends", "timetable")
"""Keys that name other files; nobody may say them from elsewhere."""
SECTORS_FIGURE = "sectors.count"
"""The figure that `seeds/sectors.csv` gives to the model."""

ZONE_FIGURES = ("zones.comprehensive", "zones.special")
"""The figures that `seeds/zones.csv` gives to the model."""


class Scenario(msgspec.Struct, frozen=True):
    """A scenario, resolved and checked: everything that a run is played from but its seed."""

    name: str
    title: str
    question: str
    scale: float
    parameters: Parameters
    economies: tuple[Economy, ...]
    """By services trade, largest first, with the scenario's changes to their weights."""
    inputs: tuple[str, ...]
    """Figures that a documented or derived parameter gives to the model."""
    calibrated: tuple[str, ...]
    """Figures that a parameter was fitted to."""
    disruptions: tuple[Planned, ...] = ()
    """What goes wrong, or is changed, while the fair is on."""
    timetable: Timetable | None = None
    """The programme that is played instead of the documented one."""

    @property
    def epoch(self) -> datetime:
        """The moment from which the model counts: midnight, Beijing time, of the first day."""
        return datetime.combine(self.parameters.fair.opens_on, time(), BEIJING)

    def sha256(self) -> str:
        """Return a digest of everything that a run is played from but its seed."""
        played: tuple[Any, ...] = (self.parameters, self.economies, self.scale, self.disruptions)
        if self.timetable is not None:
            played = (*played, self.timetable)
        return hashlib.sha256(msgspec.json.encode(played)).hexdigest()


def scenario_names() -> list[str]:
    """Return the names of the shipped scenarios."""
    return sorted(entry.name[:-5] for entry in data("scenarios").iterdir() if entry.name.endswith(".toml"))


def load_scenario(which: str, *, changes: Iterable[str] = (), scale: float = 1.0) -> Scenario:
    """Return the scenario of a shipped name or of a TOML file's path, with `key=value` changes, at a scale.

    Args:
        which: `ciftis2020`, or `path/to/mine.toml`.
        changes: such as `negotiations.patience_mean_min=30`; they overrule the file.
        scale: size of the fair as a share of the documented one, over 0 and up to 20.

    Raises:
        ScenarioError: names file or option, key, value, and what is allowed.
    """
    if not 0 < scale <= 20:
        raise ScenarioError(f"--scale is {scale:g}; it is a share of the documented size, over 0 and at most 20")
    said = read_scenario(which, changes)
    rows = load_rows()
    fitted = {figure for row in rows.values() if row.kind == "calibrated" for figure in row.figures}
    given = {figure for row in rows.values() for figure in row.figures} | {SECTORS_FIGURE, *ZONE_FIGURES}
    parameters, economies = resolve(rows, said.values, scale), load_economies(said.factors)
    timetable = _timetable(said, parameters.fair.days)
    return Scenario(
        name=said.name,
        title=said.title,
        question=said.question,
        scale=scale,
        parameters=parameters,
        economies=economies,
        inputs=tuple(sorted(given - fitted)),
        calibrated=tuple(sorted(fitted)),
        disruptions=_plan(said, parameters, economies, scale, timetable),
        timetable=timetable,
    )


def _timetable(said: Said, days: int) -> Timetable | None:
    """Return the programme that a scenario imports, which fits into the fair."""
    if said.timetable is None:
        return None
    file, said_in = said.timetable
    if not isinstance(file, str):
        raise ScenarioError(f"{said_in}: timetable is {file!r}; name a schedule.json or an .ics file")
    path = Path(said_in).parent / file
    timetable = read_timetable(path)
    try:
        lay_in(timetable, days)
    except ScenarioError as fault:
        raise ScenarioError(f"{path}: {fault}") from fault
    return timetable


def _plan(
    said: Said, parameters: Parameters, economies: tuple[Economy, ...], scale: float, timetable: Timetable | None
) -> tuple[Planned, ...]:
    """Return the disruptions that a scenario plans, each possible in its fair."""
    if said.disruptions is None:
        return ()
    entries, said_in = said.disruptions
    if not isinstance(entries, list):
        raise ScenarioError(f"{said_in}: disruptions is {entries!r}; write a table [[disruptions]] for each")
    fair, programme = parameters.fair, parameters.programme
    days = fair.days + fair.days_after_close
    sessions = 1 + sum(
        getattr(programme, kind)
        for kind in (
            "summit_forums", "industry_forums", "industry_promotions", "foreign_days", "provincial", "evening",
        )
    )  # fmt: skip
    rooms = list(programme.room_seats)
    if timetable is not None:
        laid = lay_in(timetable, fair.days)
        sessions, rooms = len(laid.sessions), [0] * len(laid.rooms)
    plan = []
    for entry in entries:
        planned = read_plan(entry, said_in, fair.opens_on, days, scale)
        try:
            check_places(planned.what, sessions, rooms, parameters.venue.gate_lanes)
            check_origin(planned.what, {economy.code for economy in economies})
        except ScenarioError as fault:
            raise ScenarioError(f"{said_in}: disruptions.{fault}") from fault
        plan.append(planned)
    return tuple(plan)


class Said(NamedTuple):
    """What a scenario, the ones that it extends and the command line say; each value with where it was said."""

    name: str
    title: str
    question: str
    values: dict[str, tuple[Any, str]]
    """By the parameter's name."""
    factors: dict[str, tuple[Any, str]]
    """By the economy's code."""
    calibration: Any
    """What `[calibration]` says, its own or that of the nearest one it extends; None where there is none."""
    disruptions: tuple[Any, str] | None = None
    """The list of disruptions, of the file nearest to the scenario that has one."""
    timetable: tuple[Any, str] | None = None
    """The file of a programme, relative to the scenario's; of the one nearest to the scenario that names one."""


def read_scenario(which: str, changes: Iterable[str] = ()) -> Said:
    """Return what a scenario says, unchecked but for its form: its own over what it extends, changes over all.

    Raises:
        ScenarioError: names the file, and what is wrong with its form or with what it extends.
    """
    place = _find(which)
    if place is None:
        raise ScenarioError(
            f"{which} is no scenario; {did_you_mean(which, scenario_names())} (or give a path to a .toml)"
        )
    tables = _chain(place)
    flat: dict[str, tuple[Any, str]] = {}
    for said_in, table in reversed(tables):
        flat |= {key: (value, said_in) for key, value in _flattened(table, said_in)}
    flat |= {key: (value, f"--set {key}={value}") for key, value in map(_change, changes)}
    factors = {key.partition(".")[2]: flat.pop(key) for key in list(flat) if key.startswith("economies.")}
    title, question = (str(tables[0][1].get(key, "")) for key in TEXTS)
    calibration = next((table["calibration"] for _, table in tables if "calibration" in table), None)
    plan = next(((table["disruptions"], said_in) for said_in, table in tables if "disruptions" in table), None)
    timetable = next(((table["timetable"], said_in) for said_in, table in tables if "timetable" in table), None)
    return Said(place.name, title, question, flat, factors, calibration, plan, timetable)


class Place(NamedTuple):
    """Where a scenario is read from."""

    name: str
    said_in: str
    """The file as a user knows it."""
    source: Traversable | Path


def _find(which: str, beside: Path | None = None) -> Place | None:
    """Return the place of a shipped name or a path (relative to `beside`), or None where it is neither."""
    if which in scenario_names():
        return Place(which, f"{which}.toml", data("scenarios") / f"{which}.toml")
    if which.endswith(".toml") or "/" in which:
        path = (beside or Path()) / which
        return Place(path.stem, which if beside is None else str(path), path)
    return None


def _chain(place: Place) -> list[tuple[str, dict[str, Any]]]:
    """Return the tables of a scenario and of those that it extends, its own first, each with its file."""
    tables: list[tuple[str, dict[str, Any]]] = []
    seen: list[str] = []
    while True:
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
        found = _find(base, beside) if isinstance(base, str) else None
        if found is None:
            nearest = did_you_mean(str(base), scenario_names())
            raise ScenarioError(
                f"{place.said_in}: extends is {base!r}, which is no scenario; {nearest}"
                " (or give a path to a .toml, relative to the file)"
            )
        if isinstance(found.source, Path) and not found.source.is_file():
            raise ScenarioError(
                f"{place.said_in}: extends {base}, and {found.said_in} is not there; shipped are"
                f" {', '.join(scenario_names())}"
            )
        place = found


def _read(place: Place) -> dict[str, Any]:
    """Return a scenario's table."""
    try:
        return tomllib.loads(place.source.read_text(encoding="utf-8"))
    except OSError as fault:
        raise ScenarioError(
            f"{place.said_in}: cannot be read ({fault.strerror}); shipped are {', '.join(scenario_names())}"
        ) from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ScenarioError(f"{place.said_in}: is no TOML: {fault}") from fault


def _flattened(table: Mapping[str, Any], said_in: str) -> Iterable[tuple[str, Any]]:
    for part, values in table.items():
        if part in (*TEXTS, *FILES, "calibration", "disruptions"):
            continue
        if not isinstance(values, Mapping):
            known = (
                *TEXTS,
                *FILES,
                *(field.name for field in msgspec.structs.fields(Parameters)),
                "economies",
                "calibration",
                "disruptions",
            )
            raise ScenarioError(f"{said_in}: {part} is no key; {did_you_mean(part, known)}")
        for field, value in values.items():
            yield f"{part}.{field}", value


def _change(change: str) -> tuple[str, str]:
    key, equals, value = change.partition("=")
    if not equals or not key.strip():
        raise ScenarioError(f"--set {change}: is no change; write --set negotiations.patience_mean_min=30")
    return key.strip(), value.strip()
