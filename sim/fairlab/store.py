"""Stores the values of a calibration: as a scenario of the user's, or as the project's own parameters."""

from __future__ import annotations

import csv
import io
import json
import os
from importlib.resources.abc import Traversable
from pathlib import Path

from fairfacts.errors import LabError
from fairfacts.evidence.folder import read_known
from fairfacts.interchange.reading import Reading, read_bytes
from fairfacts.interchange.table import Table, check_columns, read_table
from fairfacts.interchange.writing import write_file
from fairfacts.resources import data, fair_folder, is_shipped, shipped_names
from fairlab.calibrated import Calibration
from fairsim.inputs.fair import Fair
from fairsim.inputs.rows import PARAMETERS
from fairsim.inputs.scenario_files import FITTED_TO, read_scenario

CALIBRATION = "calibration.json"
"""The calibration of a fair's own parameters, in its folder."""
INTERVAL = "interval"
"""Column of a fair's `parameters.csv` for the 95 % interval of a calibrated value."""
OWN = ("name", "value", "class", "figures", "source", INTERVAL)
"""Columns of a fair's `parameters.csv`."""


def calibration_of(fair: str) -> Calibration | None:
    """Return the calibration of a fair's own parameters by the fair's key; None where none lies in its folder.

    Raises:
        LabError: it cannot be read.
    """
    folder = fair_folder(fair)
    return None if folder is None or not (folder / CALIBRATION).is_file() else Calibration.load(folder / CALIBRATION)


def changed_since(fair: str, calibration: Calibration) -> list[str]:
    """Return the calibrated parameters to which the fair's own table gives another value.

    Somebody has changed them, or a writer broke off between the table and the calibration beside it.

    Raises:
        LabError: the table has faults, or cannot be read.
    """
    folder = fair_folder(fair)
    rows = _table_of(folder / PARAMETERS).rows if isinstance(folder, Path) else []
    values = {row.cells["name"]: row.cells.get("value", "") for row in rows}
    return [each.name for each in calibration.parameters if values.get(each.name) != f"{each.value:.5g}"]


def folder_to_write(fair: Fair) -> Path:
    """Return the folder of a fair, whose parameters `--write` is to change.

    Raises:
        LabError: the fair is shipped, and the package is installed: it does not run from a checkout.
    """
    folder: Traversable = data("seeds") / fair.key if is_shipped(fair.key) else Path(fair.folder)
    if not isinstance(folder, Path) or "_data" in folder.parts:
        raise LabError(
            f"--write: the fair {fair.key} is shipped with the package, which is installed and does not run from a"
            " checkout; write a file of yours: -o my.toml"
        )
    return folder


def write_parameters(calibration: Calibration, folder: Path) -> None:
    """Write the values with their intervals into a fair's `parameters.csv`, and the whole calibration beside it.

    Raises:
        LabError: the table has faults, or cannot be read or written.
    """
    path = folder / PARAMETERS
    table = _table_of(path)
    head = list(dict.fromkeys([*table.columns, *OWN]))
    values = {fitted.name: fitted for fitted in calibration.parameters}
    written = io.StringIO()
    writer = csv.DictWriter(written, head, restval="", lineterminator="\n")
    writer.writeheader()
    known = [dict(row.cells) for row in table.rows]
    names = {row["name"] for row in known}
    listed = {figure for row in known for figure in row.get("figures", "").split()}
    figures = read_known(folder.name, folder).figures
    unlisted = [target.name for target in calibration.targets if target.name in figures and target.name not in listed]
    for row in [*known, *({"name": name} for name in values if name not in names)]:
        if fitted := values.get(row["name"]):
            row |= {"value": f"{fitted.value:.5g}", "class": "calibrated", "source": fitted.reason}
            row["figures"] = " ".join([*row.get("figures", "").split(), *unlisted])  # what was fitted to tests nothing
            row[INTERVAL] = f"{fitted.low:.5g} {fitted.high:.5g}"
        writer.writerow(row)
    write_file(path, written.getvalue().encode(), LabError, "write another file: -o my.toml")
    calibration.save(folder / CALIBRATION)


def _table_of(path: Path) -> Table:
    """Return a table of parameters as the model reads it: in any form that people and spreadsheets write."""
    if not path.exists():
        return Table(list(OWN), [])
    reading = Reading(str(path), "CSV", "rows", LabError)
    table = read_table(read_bytes(path, reading, "put it there"), reading)
    check_columns(table, ("name",), None, reading)
    reading.refuse()
    return table


def write_scenario(calibration: Calibration, path: Path) -> None:
    """Write a scenario that plays the values.

    Raises:
        LabError: it cannot be written.
    """
    settings, base = calibration.settings, read_scenario(calibration.scenario)
    lines = [f"extends = {_quoted(_from_there(calibration.scenario, path))}"]
    lines += [f"{key} = {_quoted(text)}" for key, text in (("title", base.title), ("question", base.question)) if text]
    lines += [f"{FITTED_TO} = [{', '.join(_quoted(target.name) for target in calibration.targets)}]"]
    lines += ["", *(f"# {line}" for line in calibration.failures)]
    lines += [
        f"# fair calibrate, seed {settings.seed}, scale {settings.scale:g}, release {calibration.version}:"
        " value, 95 % interval, how much the data moved it",
    ]
    tables: dict[str, list[str]] = {}

    def add(name: str, value: str) -> None:
        table, _, field = name.partition(".")
        tables.setdefault(table, []).append(f"{field} = {value}")

    fitted_names = {fitted.name for fitted in calibration.parameters}
    changes = {name.strip(): value.strip() for name, _, value in (each.partition("=") for each in calibration.changes)}
    for name, value in changes.items():
        if name not in fitted_names:
            add(name, _toml(value))
    for fitted in calibration.parameters:
        interval = "no interval" if calibration.failures else f"{fitted.low:.5g} to {fitted.high:.5g}"
        add(fitted.name, f"{float(f'{fitted.value:.5g}')!r}  # {interval}, {fitted.moved:.0%}")
    for table, rows in tables.items():
        lines += ["", f"[{table}]", *rows]
    write_file(path, "".join(f"{line}\n" for line in lines).encode(), LabError)


def _from_there(scenario: str, path: Path) -> str:
    """Return a scenario as a file beside `path` names it: a shipped one by its name, a file by its relative path."""
    return scenario if scenario in shipped_names() else os.path.relpath(scenario, path.parent)


def _toml(value: str) -> str:
    """Return a value of `--set` as TOML: a number as it is, all else as text, which a scenario may hold too."""
    try:
        float(value)
    except ValueError:
        return _quoted(value)
    return value


def _quoted(text: str) -> str:
    """Return text as a TOML string; a path may hold backslashes, and a title line breaks."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")  # JSON has no escape that TOML lacks
