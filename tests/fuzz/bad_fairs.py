"""Bad folders of fairs, read and played: `python -m tests.fuzz.bad_fairs --tries 10000 --seed 1`.

Each try changes a few values of a shipped fair's files, whatever they are, and reads the folder. Where that can be
done, the fair is played for a while. It prints every kind of exception that is no refusal in words, and leaves with 1
where there was one. A seed gives the same tries again.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import logging
import random  # noqa: TID251  # of tests alone: no run is drawn from it
import sys
import tempfile
import tomllib
import traceback
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from fairfacts.clock import HOUR_MS
from fairfacts.errors import FairError
from fairfacts.resources import data
from fairsim.fair import play
from fairsim.inputs.fair import fair_names, load_fair
from fairsim.inputs.scenario import load_scenario

TABLES = ("parameters.csv", "sectors.csv", "zones.csv", "figures.csv")
SCALE, PLAYED_SLICES = 0.002, 40
ODD_VALUES: tuple[Any, ...] = (
    *(0, -1, 1, 10**18, 0.5, -0.0, float("nan"), float("inf"), True, False, "", " ", "x", "a" * 300, "\x00", "公平"),
    *("{", "}", "{number}", "{numer}", "{0}", "USD", "EUR", "usd", "drawn", "total", "none", "never", "always"),
    *([], ["x"], [1], [[]], {}, {"en": "x"}, {"de": "x"}, {"en": 1}, [{"en": "x"}], [{}], date(2027, 5, 7)),
)
ODD_CELLS = (
    *("", "0", "-1", "1", "2", "1e9", "1e308", "1e-9", "nan", "inf", "0,5", "x", " ", "1 2 3", "0 0", "yes", "=", "=x"),
    *(
        "=venue.cap",
        "=fair.opens_on",
        "=results.*.count",
        "9999-12-31",
        "0001-01-01",
        "1970-01-01",
        "\x00",
        "公平",
        '"',
    ),
    *("documented", "calibrated", "fair.opens", "venue.cap", "2020-09-05T08:00", "a;b", "a,b", "366", "0.001", "24"),
)


class Finding(NamedTuple):
    """A try that raised."""

    number: int
    changes: list[str]
    came: str


class Changer:
    """Changes the files of a fair at random."""

    def __init__(self, random_: random.Random) -> None:
        self._random = random_
        self.changes: list[str] = []

    def write(self, folder: Path) -> None:
        """Write a shipped fair's files with a few changes into a folder."""
        self.changes = [self._random.choice(fair_names())]
        source = data("seeds") / self.changes[0]
        table = tomllib.loads((source / "fair.toml").read_text("utf-8"))
        texts = {name: (source / name).read_text("utf-8") for name in TABLES if (source / name).is_file()}
        for _ in range(self._random.choice((1, 1, 1, 2, 4))):
            how = self._random.random()
            if how < 0.3:
                self._change_table(table)
            elif how < 0.7:
                texts["parameters.csv"] = self._add_extreme(texts["parameters.csv"])
            else:
                name = self._random.choice(sorted(texts))
                texts[name] = self._change_rows(name, texts[name])
        for name, text in {"fair.toml": as_toml(table), **texts}.items():
            (folder / name).write_text(text, "utf-8")

    def _change_table(self, table: dict[str, Any]) -> None:
        place: Any = table
        path: list[Any] = []
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                return
            path.append(self._random.choice(keys))
            inner = place[path[-1]]
            if not isinstance(inner, dict | list) or not inner or self._random.random() < 0.1:
                break
            place = inner
        how = self._random.random()
        if how < 0.15:
            del place[path[-1]]
        elif how < 0.25 and isinstance(place, dict):
            place[self._random.choice(("programme", "topic", "session", "key", "x"))] = self._random.choice(ODD_VALUES)
        else:
            place[path[-1]] = self._random.choice(ODD_VALUES)
        self.changes.append(f"fair.toml {path}: {place.get(path[-1]) if isinstance(place, dict) else place}"[:200])

    def _add_extreme(self, text: str) -> str:
        """Return parameters, one of them at an end of its range."""
        rows = load_fair(self.changes[0]).rows
        name = self._random.choice(sorted(name for name, row in rows.items() if row.low is not None))
        count = self._random.choice((1, 1, 24 if name.endswith("hour_profile") else 2))
        value = " ".join(f"{self._random.choice((rows[name].low, rows[name].high)):.15g}" for _ in range(count))
        self.changes.append(f"{name} = {value}")
        kept = [line for line in text.splitlines() if not line.startswith(f"{name},")]
        columns = kept[0].split(",")
        cells = {"name": name, "value": value}
        return "\n".join([*kept, ",".join(cells.get(column, "") for column in columns)]) + "\n"

    def _change_rows(self, name: str, text: str) -> str:
        rows = list(csv.reader(io.StringIO(text)))
        row, column = self._random.randrange(len(rows)), self._random.randrange(len(rows[0]))
        how = self._random.random()
        if how < 0.1 and len(rows) > 1:
            self.changes.append(f"{name} without {rows.pop(row)}")
        elif how < 0.15:
            rows.append(rows[row])
            self.changes.append(f"{name} twice {rows[row]}")
        else:
            cell = self._random.choice(ODD_CELLS)
            self.changes.append(f"{name} {rows[row][:2]}, {rows[0][column]}: {cell!r}")
            rows[row][column] = cell
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        return out.getvalue()


def as_toml(table: dict[str, Any]) -> str:
    """Return a table as TOML: lists of tables as such, all else within a line."""
    lists = {key: value for key, value in table.items() if key.isidentifier() and _is_list_of_tables(value)}
    lines = [f"{json.dumps(key)} = {_value(value)}" for key, value in table.items() if key not in lists]
    for key, rows in lists.items():
        for row in rows:
            lines += [f"[[{key}]]", *(f"{json.dumps(name)} = {_value(value)}" for name, value in row.items())]
    return "\n".join(lines) + "\n"


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(key)} = {_value(inner)}' for key, inner in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, str) else str(value)


def findings(tries: int, seed: int) -> Iterator[Finding]:
    """Yield the tries that raised anything but a refusal in words."""
    for number in range(tries):
        changer = Changer(random.Random(f"{seed} {number}"))
        with tempfile.TemporaryDirectory() as folder:
            try:
                changer.write(Path(folder))
            except RecursionError:  # the value is too deep for this module to write it
                continue
            try:
                read_and_play(folder)
            except FairError:
                continue
            except Exception:  # every other exception is a finding
                yield Finding(number, changer.changes, traceback.format_exc())


def read_and_play(folder: str) -> None:
    """Read a fair's folder, and play its first days.

    Raises:
        FairError: it cannot be read or played.
    """
    scenario = load_scenario(folder, scale=SCALE)
    for _ in islice(play(scenario, 7, slice_ms=HOUR_MS), PLAYED_SLICES):
        pass


def main() -> int:
    parser = argparse.ArgumentParser(description="Bad folders of fairs, read and played.")
    parser.add_argument("--tries", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    logging.disable()
    kinds: dict[str, Finding] = {}
    for finding in findings(asked.tries, asked.seed):
        kind = "\n".join(finding.came.splitlines()[-4:])
        if kind not in kinds:
            sys.stdout.write(f"try {finding.number}: {finding.changes}\n{finding.came[-1500:]}\n")
            sys.stdout.flush()
        kinds[kind] = finding
    sys.stdout.write(f"{asked.tries} tries, seed {asked.seed}: {len(kinds)} kinds of findings\n")
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main())
