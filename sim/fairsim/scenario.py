"""A scenario: the question it asks, and the parameters it is played with."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec

from fairfacts.errors import ScenarioError, did_you_mean
from fairfacts.resources import data
from fairsim.economies import BEIJING, Economy, load_economies
from fairsim.parameters import Parameters, load_rows, resolve

TEXTS = ("title", "question")
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

    @property
    def epoch(self) -> datetime:
        """The moment from which the model counts: midnight, Beijing time, of the first day."""
        return datetime.combine(self.parameters.fair.opens_on, time(), BEIJING)

    def sha256(self) -> str:
        """Return a digest of everything that a run is played from but its seed."""
        played = (self.parameters, self.economies, self.scale)
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
    name, table = _read(which)
    said_in = f"{name}.toml" if which == name else which
    texts = {key: str(table.pop(key, "")) for key in TEXTS}
    flat = {key: (value, said_in) for key, value in _flattened(table, said_in)}
    flat |= {key: (value, f"--set {key}={value}") for key, value in map(_change, changes)}
    factors = {key.partition(".")[2]: flat.pop(key) for key in list(flat) if key.startswith("economies.")}
    rows = load_rows()
    fitted = {figure for row in rows.values() if row.kind == "calibrated" for figure in row.figures}
    given = {figure for row in rows.values() for figure in row.figures} | {SECTORS_FIGURE, *ZONE_FIGURES}
    return Scenario(
        name=name,
        title=texts["title"],
        question=texts["question"],
        scale=scale,
        parameters=resolve(rows, flat, scale),
        economies=load_economies(factors),
        inputs=tuple(sorted(given - fitted)),
        calibrated=tuple(sorted(fitted)),
    )


def _read(which: str) -> tuple[str, dict[str, Any]]:
    """Return a scenario's name and its table."""
    source: Traversable | Path
    if which in scenario_names():
        name, source = which, data("scenarios") / f"{which}.toml"
    elif which.endswith(".toml") or "/" in which:
        name, source = Path(which).stem, Path(which)
    else:
        raise ScenarioError(
            f"{which} is no scenario; {did_you_mean(which, scenario_names())} (or give a path to a .toml)"
        )
    try:
        return name, tomllib.loads(source.read_text(encoding="utf-8"))
    except OSError as fault:
        raise ScenarioError(
            f"{which}: cannot be read ({fault.strerror}); shipped are {', '.join(scenario_names())}"
        ) from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ScenarioError(f"{which}: is no TOML: {fault}") from fault


def _flattened(table: Mapping[str, Any], said_in: str) -> Iterable[tuple[str, Any]]:
    for part, values in table.items():
        if not isinstance(values, Mapping):
            known = (*TEXTS, *(field.name for field in msgspec.structs.fields(Parameters)), "economies")
            raise ScenarioError(f"{said_in}: {part} is no key; {did_you_mean(part, known)}")
        for field, value in values.items():
            yield f"{part}.{field}", value


def _change(change: str) -> tuple[str, str]:
    key, equals, value = change.partition("=")
    if not equals or not key.strip():
        raise ScenarioError(f"--set {change}: is no change; write --set negotiations.patience_mean_min=30")
    return key.strip(), value.strip()
