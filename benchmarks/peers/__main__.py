"""Measures parts of Cloudfair against others on the same work, in one run: desks, logs, feeds, and a bare SimPy loop.

`python -m benchmarks.peers` prints a table with versions; `--plot FILE.png` draws it. Each figure is the processor time
of a process that does nothing else, the least of some runs, as other work on a machine only ever adds to it. Feeds are
single runs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from rich.console import Console
from rich.table import Table
from tests.cloudfair.postgres import postgres

from benchmarks.backend import FAIR
from benchmarks.machine import machine
from benchmarks.peers import desks, feeds, logs
from cloudfair.release import release

OURS = "Cloudfair"
PATIENCE_S = 900


class Measured(NamedTuple):
    """A row of the table."""

    work: str
    who: str
    version: str
    us: float
    """Processor time of one unit of the work, in us."""
    unit: str
    note: str = ""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--requests", type=int, default=55_000, help="of the desks (55000)")
    parser.add_argument("--desks", type=int, default=500, help="(500)")
    parser.add_argument(
        "--scale", type=float, default=0.1, help="of the fair whose log is kept; half a fair at least is fed (0.1)"
    )
    parser.add_argument("--watchers", type=int, default=500, help="of the feeds (500)")
    parser.add_argument("--runs", type=int, default=3, help="of each measurement, the least of which counts (3)")
    parser.add_argument("--plot", type=Path, metavar="FILE.png", help="draw it")
    parser.add_argument("--one", nargs=2, metavar=("WORK", "WHO"), help=argparse.SUPPRESS)
    parser.add_argument("--database", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(_here(*options.one, options)))
        return
    measured = [*_desks(options), *_model(options), *_logs(options), *_feeds(options)]
    console = Console(width=140)
    command = f"python -m benchmarks.peers {' '.join(sys.argv[1:])}".rstrip()
    console.print(f"machine: {machine()}\ncommand: {command}", highlight=False)
    console.print(_table(measured))
    if options.plot:
        draw(measured, options.plot)


def _here(work: str, who: str, options: argparse.Namespace) -> Any:
    """Do one piece of work in this process."""
    if work == "desks":
        return desks.played(who, options.requests, options.desks)
    return logs.kept(who, logs.batches(options.scale), options.database)


def _best(options: argparse.Namespace, work: str, who: str, database: Callable[[int], str] = lambda _: "") -> list[Any]:
    """Return what the quickest of some processes needed."""
    sizes = ("--requests", options.requests, "--desks", options.desks, "--scale", options.scale)
    found = []
    for number in range(options.runs):
        command = ["-m", "benchmarks.peers", *map(str, sizes), "--database", database(number), "--one", work, who]
        found.append(json.loads(subprocess.check_output([sys.executable, *command], text=True, timeout=PATIENCE_S)))
    return min(found, key=lambda one: one[2] / one[3])


def _desks(options: argparse.Namespace) -> Iterator[Measured]:
    for who in desks.WHO:
        name, package, seconds, requests, held = _best(options, "desks", who)
        note = f"{requests:,} requests, {held:,} talks held"
        yield Measured("desks", name, package, seconds / requests * 1e6, "request", note)


def _model(options: argparse.Namespace) -> Iterator[Measured]:
    command = [sys.executable, "-m", "benchmarks.model", str(options.scale)]
    found = [json.loads(subprocess.check_output(command, text=True)) for _ in range(options.runs)]
    for who, key in ((f"{OURS}, the whole model", "seconds"), ("SimPy, timeouts alone", "bare_seconds")):
        package = release() if key == "seconds" else version("simpy")
        us = min(one[key] / one["scheduled"] for one in found) * 1e6
        yield Measured("event list", who, package, us, "entry", f"{found[0]['scheduled']:,} entries")


def _logs(options: argparse.Namespace) -> Iterator[Measured]:
    with tempfile.TemporaryDirectory() as folder, postgres(durable=True) as server:
        for kind in ("SQLite", "PostgreSQL"):
            for place, who in enumerate(logs.WAYS):
                files: list[Path] = []

                def database(number: int, kind: str = kind, place: int = place, files: list[Path] = files) -> str:
                    if kind == "PostgreSQL":
                        return _made(server, f"peer_{place}_{number}")
                    files.append(Path(folder, f"{place}-{number}.db"))
                    return str(files[-1])

                name, package, seconds, events = _best(options, "logs", who, database)
                note = f"{logs.size(files[-1]) / events:.0f} bytes an event on disk" if files else ""
                yield Measured(f"log, {kind}", name, package, seconds / events * 1e6, "event", note)


def _made(server: str, name: str) -> str:
    with psycopg.connect(f"postgresql://fair@/postgres?host={server}", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"postgresql://fair@/{name}?host={server}"


def _feeds(options: argparse.Namespace) -> Iterator[Measured]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database, scale = folder / "fair.db", str(max(options.scale, 0.5))
        subprocess.run(
            [*FAIR, "run", "ciftis2020", "--scale", scale, "--db", database, "--json"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        ours = feeds.by_cloudfair(database, options.watchers, folder)
        plain = feeds.by_broadcast(options.watchers, ours.frame_bytes, ours.frames / options.watchers / feeds.HZ)
    for sent in (ours, plain):
        note = f"{options.watchers:,} watchers, frames of {sent.frame_bytes / 1024:.1f} KB"
        yield Measured("feed", sent.who, sent.version, sent.seconds / sent.frames * 1e6, "frame", note)


def _table(measured: list[Measured]) -> Table:
    table = Table("work", "who", "version", "us each", "against ours", "", box=None)
    ours = {row.work: row.us for row in measured if row.who.startswith(OURS)}
    for row in measured:
        ratio = "" if row.who.startswith(OURS) else f"{row.us / ours[row.work]:.2f}"
        table.add_row(row.work, row.who, row.version, f"{row.us:.2f}, {row.unit}", ratio, row.note)
    return table


def draw(measured: list[Measured], path: Path) -> None:
    """Draw a bar for each, a panel for each work."""
    from matplotlib.figure import Figure

    works = list(dict.fromkeys(row.work for row in measured))
    rows = [[row for row in measured if row.work == work] for work in works]
    figure = Figure(figsize=(9, 0.55 * len(measured) + 0.8 * len(works)), layout="constrained")
    panels = figure.subplots(len(works), 1, height_ratios=[len(some) + 1 for some in rows])
    for panel, work, some in zip(panels, works, rows, strict=True):
        names = [f"{row.who} {row.version}" for row in some]
        colours = ["#0b5394" if row.who.startswith(OURS) else "#9aa5b1" for row in some]
        bars = panel.barh(names, [row.us for row in some], color=colours)
        panel.bar_label(bars, [f"{row.us:.1f}" for row in some], padding=3)
        panel.set_title(f"{work}: us of processor for each {some[0].unit}", loc="left")
        panel.invert_yaxis()
        panel.margins(x=0.12)
        panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
