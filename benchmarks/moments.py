"""How long a run's past takes: its state at random instants over HTTP, seeks over the feed, and what playing costs.

`python -m benchmarks.moments fair.db` takes the latest run in a database, or plays one where there is none.
"""

from __future__ import annotations

import argparse
import json
import random  # noqa: TID251  # which instants are asked for is no part of the model
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table
from websockets.sync.client import ClientConnection, connect

from benchmarks.backend import FAIR, backend
from benchmarks.machine import cpu_s

SPEEDS = (1, 1_000, 100_000)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.moments", description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("--instants", type=int, default=1_000, help="of each measurement (1000)")
    parser.add_argument("--seconds", type=float, default=4, help="to play at each speed (4)")
    options = parser.parse_args()
    if not options.database.exists():
        subprocess.run([*FAIR, "run", "ciftis2020", "--seed", "7", "--db", str(options.database)], check=True)
    table = Table("what", "p50 ms", "p95 ms", "p99 ms", "bound", "processor ms of the backend", box=None)
    with backend(options.database) as (url, process):
        with httpx.Client(base_url=url, timeout=120) as client:
            run = client.get("/runs").json()[0]
            client.get(f"/runs/{run['id']}").raise_for_status()  # it is in memory from now on
            chosen = random.Random(7)

            def snapshot() -> None:
                at = {"at": chosen.randrange(run["at_ms"])}
                client.get(f"/runs/{run['id']}/snapshot", params=at).raise_for_status()

            told = took_ms(snapshot, options.instants, process.pid)
            row(table, "state at a random instant, over HTTP", "p95 <= 50", *told)
        with connect(f"{url.replace('http', 'ws', 1)}/runs/{run['id']}/live", compression=None, max_size=None) as feed:
            feed.send(json.dumps({"type": "subscribe", "at_ms": 0}))
            hear(feed, "snapshot")

            def seek() -> None:
                at_ms = chosen.randrange(run["at_ms"])
                feed.send(json.dumps({"type": "seek", "at_ms": at_ms}))
                while hear(feed, "patch")["at_ms"] != at_ms:
                    pass
                time.sleep(0.01)  # a watcher may say so many things a second

            row(table, "seek over the feed, 10 ms of it pause", "<= 150", *took_ms(seek, options.instants, process.pid))
            played = [play(feed, process.pid, speed, options.seconds) for speed in SPEEDS]
    console = Console(width=110)
    console.print(f"{run['head']:,} events", highlight=False)
    console.print(table)
    for speed, (frames, cpu) in zip(SPEEDS, played, strict=True):
        told = f"playing at {speed:,} times: {frames:.1f} frames/s (5 asked for), {cpu:.0%} of a core"
        console.print(told, highlight=False)


def took_ms(do: Callable[[], None], times: int, backend: int) -> tuple[list[float], float]:
    """Return how long each of many calls took, and the processor time that the backend needed for one."""
    took, cpu = [], cpu_s(backend)
    for _ in range(times):
        began = time.perf_counter()
        do()
        took.append((time.perf_counter() - began) * 1000)
    return took, (cpu_s(backend) - cpu) / times * 1000


def row(table: Table, what: str, bound: str, took: list[float], cpu_ms: float) -> None:
    """Add a line."""
    cuts = statistics.quantiles(took, n=100)
    table.add_row(what, *(f"{cuts[at - 1]:.1f}" for at in (50, 95, 99)), bound, f"{cpu_ms:.1f}")


def hear(feed: ClientConnection, kind: str) -> dict[str, Any]:
    """Return the next message of a kind."""
    while (message := json.loads(feed.recv()))["type"] != kind:
        pass
    found: dict[str, Any] = message
    return found


def play(feed: ClientConnection, backend: int, speed: int, seconds: float) -> tuple[float, float]:
    """Play from the second day on, and return frames a second and the share of a core that the backend takes for it."""
    feed.send(json.dumps({"type": "seek", "at_ms": 100_000_000}))
    feed.send(json.dumps({"type": "play", "speed": speed}))
    hear(feed, "playback")
    began, cpu, frames = time.monotonic(), cpu_s(backend), 0
    while (spent := time.monotonic() - began) < seconds:
        hear(feed, "patch")
        frames += 1
    return frames / spent, (cpu_s(backend) - cpu) / spent


if __name__ == "__main__":
    main()
