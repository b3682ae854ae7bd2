"""What it costs to publish a kept run to NATS JetStream: a backend that does nothing else, and a server of its own.

`python -m benchmarks.publish fair.db` publishes a copy of a database, in which its runs have ended.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table
from tests.cloudfair.nats import nats_server

from benchmarks.backend import backend
from benchmarks.machine import cpu_s, machine, memory_kb
from cloudfair.store.log import Log

LOOK_S = 0.1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publish", description=__doc__)
    parser.add_argument("database", type=Path)
    options = parser.parse_args()
    console = Console(width=110)
    console.print(
        f"machine: {machine()}\ncommand: python -m benchmarks.publish {' '.join(sys.argv[1:])}", highlight=False
    )
    table = Table("what", "measured", "bound", box=None)
    for row in published(options.database):
        table.add_row(*row)
    console.print(table)


def published(database: Path) -> list[tuple[str, str, str]]:
    """Publish all runs of a database; return what it took."""
    with ExitStack() as at_last:
        folder = Path(at_last.enter_context(tempfile.TemporaryDirectory()))
        shutil.copy(database, folder / "fair.db")
        log = Log.open(str(folder / "fair.db"))
        events = sum(run.head for run in log.runs.all())
        log.close()
        (folder / "nats").mkdir()
        nats = at_last.enter_context(nats_server(folder / "nats"))
        began = time.perf_counter()
        url, process = at_last.enter_context(backend(folder / "fair.db", "--nats", nats))
        while counted(url) < events:
            time.sleep(LOOK_S)
        seconds, processor_s = time.perf_counter() - began, cpu_s(process.pid)
        return [
            ("events", f"{events:,}", ""),
            ("published: events/s, with the backend's start", f"{events / seconds:,.0f}", "100,000"),
            ("published: events a processor second of the backend", f"{events / processor_s:,.0f}", ""),
            ("backend's memory, MB", f"{memory_kb(process.pid, 'VmHWM') / 1024:.0f}", ""),
        ]


def counted(url: str) -> int:
    """Return how many events the stream has acknowledged."""
    found = re.search(r'^cloudfair_published_total\{kind="events"\} (\S+)$', httpx.get(f"{url}/metrics").text, re.M)
    return int(float(found[1])) if found else 0


if __name__ == "__main__":
    main()
