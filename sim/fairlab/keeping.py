"""Keeping: where the values of a calibration go, a scenario of the user's or the project's own parameters."""

from __future__ import annotations

import csv
import io
from importlib.resources.abc import Traversable
from pathlib import Path

from fairfacts.errors import LabError
from fairfacts.resources import data
from fairlab.calibrated import Calibration
from fairsim.scenario import scenario_names

SHIPPED = "calibration.json"
"""The calibration of the shipped parameters, in `seeds/`."""
INTERVAL = "interval"
"""Column of `seeds/parameters.csv`: the 95 % interval of a calibrated value."""


def shipped_calibration() -> Calibration:
    """Return the calibration that the shipped parameters are from.

    Raises:
        LabError: it cannot be read.
    """
    return Calibration.load(data("seeds") / SHIPPED)


def seeds_folder() -> Path:
    """Return the project's own `seeds/`.

    Raises:
        LabError: the package is installed, and not played from a checkout.
    """
    folder: Traversable = data("seeds")
    if not isinstance(folder, Path) or folder.name != "seeds" or folder.parent.name == "_data":
        raise LabError(
            "--write: the package is installed, not played from a checkout; keep a file of yours: -o my.toml"
        )
    return folder


def write_seeds(found: Calibration, folder: Path) -> None:
    """Write the values into `parameters.csv`, class `calibrated`, with their intervals, and the whole beside it."""
    path = folder / "parameters.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    head = rows[0] if INTERVAL in rows[0] else [*rows[0], INTERVAL]
    values = {fitted.name: fitted for fitted in found.parameters}
    written = io.StringIO()
    writer = csv.DictWriter(written, head, restval="", lineterminator="\n")
    writer.writeheader()
    for raw in rows[1:]:
        row = dict(zip(head, raw, strict=False))
        if fitted := values.get(row["name"]):
            row |= {"value": f"{fitted.value:.5g}", "class": "calibrated", "source": fitted.reason}
            row[INTERVAL] = f"{fitted.low:.5g} {fitted.high:.5g}"
        writer.writerow(row)
    path.write_text(written.getvalue(), encoding="utf-8")
    found.save(folder / SHIPPED)


def write_scenario(found: Calibration, path: Path) -> None:
    """Write a scenario that plays the values.

    Raises:
        LabError: it cannot be written.
    """
    base = found.scenario
    if base not in scenario_names():
        base = str(Path(base).resolve())
    said = [
        f"extends = {_quoted(base)}",
        f"title = {_quoted(f'{Path(found.scenario).stem}, calibrated')}",
        f"question = {_quoted('What does the fair add up to that is fitted to its targets?')}",
        "",
        f"# fair calibrate, seed {found.settings.seed}, scale {found.settings.scale:g}, release {found.version}:"
        " value, 95 % interval, how much the data moved it",
    ]
    tables: dict[str, list[str]] = {}

    def say(name: str, line: str) -> None:
        part, _, field = name.partition(".")
        tables.setdefault(part, []).append(f"{field} = {line}")

    fitted_names = {fitted.name for fitted in found.parameters}
    changes = {name.strip(): value.strip() for name, _, value in (one.partition("=") for one in found.changes)}
    for name, value in changes.items():
        if name not in fitted_names:
            say(name, _toml(value))
    for fitted in found.parameters:
        interval = f"{fitted.low:.5g} to {fitted.high:.5g}"
        say(fitted.name, f"{float(f'{fitted.value:.5g}')!r}  # {interval}, {fitted.moved:.0%}")
    for part, lines in tables.items():
        said += ["", f"[{part}]", *lines]
    try:
        path.write_text("\n".join(said) + "\n", encoding="utf-8")
    except OSError as fault:
        raise LabError(f"{path}: cannot be written ({fault.strerror}); name another file") from fault


def _toml(value: str) -> str:
    """Return what `--set` said as TOML: a number as it is, all else as text, which a scenario may hold too."""
    try:
        float(value)
    except ValueError:
        return _quoted(value)
    return value


def _quoted(text: str) -> str:
    """Return text as a TOML string; a path may hold backslashes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
