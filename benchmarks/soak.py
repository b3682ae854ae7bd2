"""Whether a backend grows: a paced run for half an hour, while watchers come, look for a while and go.

`python -m benchmarks.soak` samples the backend's memory, open files and answers, and holds the end of the run against
what was after the first sixth of it. `--into FOLDER` keeps the samples as CSV and a plot.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import csv
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import httpx
from rich.console import Console
from rich.table import Table
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from benchmarks.backend import FAIR, backend
from benchmarks.machine import machine, memory_kb

FAIR_S = 6 * 86_400
STAYS_S = (1.0, 3.0, 10.0, 30.0)
"""How long watchers look, one after the other; every fourth reads nothing meanwhile."""
SAMPLES = 360


class Sample(NamedTuple):
    """The backend at one moment."""

    at_s: float
    memory_mb: float
    files: int
    """Open ones, sockets of watchers among them."""
    answer_ms: float
    """How long a snapshot of all measures took."""


def main() -> None:
    """Soak and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long the run takes (30)")
    parser.add_argument("--scale", type=float, default=0.1, help="size of the fair (0.1)")
    parser.add_argument("--watchers", type=int, default=100, help="at the same time (100)")
    parser.add_argument("--into", type=Path, help="folder for soak.csv and soak.png")
    parser.add_argument("--json", action="store_true", help="print the samples as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, backend(Path(folder) / "fair.db") as (url, process):
        samples = soak(url, process.pid, options.minutes * 60, options.scale, options.watchers)
    if options.into:
        write(options.into, samples)
    if options.json:
        print(json.dumps([sample._asdict() for sample in samples]))
    else:
        show(samples)


def soak(url: str, pid: int, lasts_s: float, scale: float, watchers: int) -> list[Sample]:
    """Play a run that lasts so long under the eyes of watchers, and return the samples taken meanwhile."""
    command = [*FAIR, "run", "ciftis2020", "--scale", str(scale), "--speed", str(FAIR_S / lasts_s), "--to", url]
    with subprocess.Popen([*command, "--json"], stdout=subprocess.DEVNULL) as running, httpx.Client() as client:
        while not (runs := client.get(f"{url}/runs").json()):
            time.sleep(0.05)
        run, stop, began, samples = runs[0]["id"], threading.Event(), time.monotonic(), list[Sample]()
        feed = f"{url.replace('http', 'ws')}/runs/{run}/live"
        crowd = threading.Thread(target=lambda: asyncio.run(look(feed, watchers, stop)))
        crowd.start()
        try:
            while running.poll() is None:
                asked = time.monotonic()
                client.get(f"{url}/runs/{run}/snapshot").raise_for_status()
                answered = time.monotonic()
                files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
                samples.append(Sample(asked - began, memory_kb(pid) / 1024, files, (answered - asked) * 1000))
                stop.wait(lasts_s / SAMPLES)
        finally:
            stop.set()
            crowd.join()
        assert running.returncode == 0, "the run failed"
    return samples


async def look(feed: str, watchers: int, stop: threading.Event) -> None:
    """Keep so many watchers looking, each of them followed by another, until it is enough."""
    await asyncio.gather(*(_look(feed, number, stop) for number in range(watchers)))


async def _look(feed: str, number: int, stop: threading.Event) -> None:
    while not stop.is_set():
        stays_s, number = STAYS_S[number % len(STAYS_S)], number + 1
        with contextlib.suppress(WebSocketException, OSError):
            async with connect(feed, max_size=None, close_timeout=1) as socket:
                await socket.send('{"type": "subscribe", "rate_hz": 5}')
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(stays_s):
                        await (_read(socket, stop) if number % 4 else asyncio.sleep(stays_s))


async def _read(socket: ClientConnection, stop: threading.Event) -> None:
    async for _ in socket:
        if stop.is_set():
            return


def growth(samples: list[Sample]) -> dict[str, tuple[float, float]]:
    """Return, by column, the median after the first sixth of the time and that of the last third."""
    lasts_s = samples[-1].at_s
    early = [sample for sample in samples if lasts_s / 6 <= sample.at_s <= lasts_s / 2]
    late = [sample for sample in samples if sample.at_s >= lasts_s * 2 / 3]

    def median(column: str, some: list[Sample]) -> float:
        return statistics.median(getattr(sample, column) for sample in some)

    return {column: (median(column, early), median(column, late)) for column in ("memory_mb", "files", "answer_ms")}


def show(samples: list[Sample]) -> None:
    """Print how the backend has grown."""
    console = Console(width=110)
    console.print(f"machine: {machine()}\ncommand: python -m benchmarks.soak {' '.join(sys.argv[1:])}", highlight=False)
    table = Table("of the backend", "early", "late", "growth", title=f"{samples[-1].at_s:.0f} s", box=None)
    for name, (early, late) in growth(samples).items():
        table.add_row(name, f"{early:.1f}", f"{late:.1f}", f"{late / early - 1:+.1%}")
    console.print(table)


def write(folder: Path, samples: list[Sample]) -> None:
    """Write the samples as CSV, and a plot of them."""
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "soak.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([Sample._fields, *samples])
    figure = Figure(figsize=(7.2, 5))
    for axes, name in zip(figure.subplots(3, sharex=True), Sample._fields[1:], strict=True):
        axes.plot(
            [sample.at_s / 60 for sample in samples], [getattr(sample, name) for sample in samples], linewidth=0.8
        )
        axes.set_ylabel(name)
        axes.set_ylim(0)
    axes.set_xlabel("minutes")
    figure.savefig(folder / "soak.png", dpi=150)


if __name__ == "__main__":
    main()
