"""How fast events are taken in over SQLite and over PostgreSQL, both waiting for the disk: the same log, sent again.

`python -m benchmarks.intake fair.db` sends the latest run of a database, or plays one where there is none.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import psycopg
import zstandard
from rich.console import Console
from rich.table import Table
from tests.cloudfair.postgres import postgres

from benchmarks.backend import FAIR, backend
from benchmarks.machine import cpu_s, new_run
from cloudfair.store.log import Log
from faircli.outbox import BATCH_EVENTS


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intake", description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("--runs", type=int, default=3, help="runs of each measurement (3)")
    options = parser.parse_args()
    if not options.database.exists():
        subprocess.run([*FAIR, "run", "ciftis2020", "--seed", "7", "--db", str(options.database)], check=True)
    batches, count = batches_of(options.database)
    columns = ("database", "median", "least", "most", "bound", "a processor second of the backend")
    table = Table(*columns, title=f"{count:,} events, events/s", box=None)
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        server = opened.enter_context(postgres(durable=True))
        for name in ("SQLite", "PostgreSQL"):
            rates, spent = [], []
            for number in range(options.runs):
                database = str(folder / f"{number}.db") if name == "SQLite" else made(server, f"fair_{number}")
                took_s, spent_s = intake_s(database, batches, count)
                rates.append(count / took_s)
                spent.append(spent_s)
            told = (f"{of(rates):,.0f}" for of in (statistics.median, min, max))
            table.add_row(name, *told, ">= 500,000", f"{count / statistics.median(spent):,.0f}")
    Console(width=110).print(table)


def batches_of(database: Path, size: int = BATCH_EVENTS) -> tuple[list[bytes], int]:
    """Return the latest run's log in batches, of as many events as `fair run` sends, and how many events they are."""
    log = Log.open(str(database))
    lines = b"".join(segment.ndjson for segment in log.segments.read(log.runs.all()[0].id)).splitlines(keepends=True)
    log.close()
    compressor = zstandard.ZstdCompressor(level=1)
    firsts = range(0, len(lines), size)
    return [compressor.compress(b"".join(lines[first : first + size])) for first in firsts], len(lines)


def made(server: str, name: str) -> str:
    """Return the URL of a new database."""
    with psycopg.connect(f"postgresql://fair@/postgres?host={server}", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"postgresql://fair@/{name}?host={server}"


def intake_s(database: str, batches: list[bytes], count: int) -> tuple[float, float]:
    """Send all batches to a backend of its own; return the seconds until all is folded, and those of its processor."""
    with backend(database) as (url, process), httpx.Client(base_url=url, timeout=60) as client:
        new = new_run(zstandard.decompress(batches[0]).split(b"\n", 1)[0])
        run = client.post("/runs", json=new).raise_for_status().json()["run"]
        began, cpu = time.perf_counter(), cpu_s(process.pid)
        for place, batch in enumerate(batches):
            path = f"/runs/{run}/events?first={place * BATCH_EVENTS}"
            client.post(path, content=batch, headers={"Content-Encoding": "zstd"}).raise_for_status()
        position = client.get(f"/runs/{run}/snapshot").raise_for_status().json()["position"]
        took_s, spent_s = time.perf_counter() - began, cpu_s(process.pid) - cpu
    assert position == count, "all events are folded"
    return took_s, spent_s


if __name__ == "__main__":
    main()
