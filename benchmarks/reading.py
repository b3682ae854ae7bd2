"""How long the lists of the read side take on a kept run, with clients that ask one question after the other.

`python -m benchmarks.reading fair.db` takes the latest run in a database, or plays one where there is none.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import subprocess
import time
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.backend import FAIR, backend
from benchmarks.machine import cpu_s

QUESTIONS = {
    "every list, as it stands": [
        "organisations",
        "sessions",
        "streams",
        "halls",
        "zones",
        "stands",
        "projects",
        "releases",
        "results",
        "negotiations",
        "agreements",
        "negotiations/lapses",
    ],
    "every list, at a moment that nobody asked for before": [
        "organisations?at={moment}",
        "sessions?at={moment}",
        "streams?at={moment}",
        "halls?at={moment}",
        "zones?at={moment}",
        "stands?at={moment}",
        "projects?at={moment}",
        "releases?at={moment}",
        "results?at={moment}",
        "negotiations?at={moment}",
        "agreements?at={moment}",
    ],
    "filtered and sorted, each client otherwise": [
        "organisations?name={number}",
        "sessions?day=3&sort=-attended&at={moment}",
        "streams?sort=-viewers&at={moment}",
        "zones?sort=-density&at={moment}",
        "stands?sort=-requests&at={moment}",
        "negotiations?organisation={number}",
        "negotiations?state=waiting&sort=-waited&at={moment}",
        "negotiations?state=lapsed&economy=DE&at={moment}",
        "agreements?state=signed&sort=-value&at={moment}",
    ],
    "one negotiation's history": ["negotiations/{number}"],
}


async def ask(url: str, run: str, paths: list[str], clients: int, seconds: float) -> list[float]:
    """Return how many ms each answer took; every client has a connection of its own."""
    host, port = url.removeprefix("http://").split(":")
    numbers, took_ms, until = itertools.count(), [], time.monotonic() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        while time.monotonic() < until:
            number = next(numbers)
            path = paths[number % len(paths)].format(
                moment=43_200_000 + 7_919_003 * number % 450_000_000, number=131 * number % 20_000
            )
            began = time.perf_counter()
            writer.write(f"GET /runs/{run}/{path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.splitlines()[0]:
                raise SystemExit(f"{path}: {head.decode()}")
            await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))
            took_ms.append((time.perf_counter() - began) * 1000)
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return took_ms


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("--clients", type=int, default=50, help="at the same time (50)")
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement (5)")
    options = parser.parse_args()
    if not options.database.exists():
        subprocess.run([*FAIR, "run", "ciftis2020", "--seed", "7", "--db", str(options.database)], check=True)
    table = Table("question", "answers/s", "p50 ms", "p95 ms", "p99 ms", "CPU ms each", box=None)
    with backend(options.database) as (url, process):
        run = httpx.get(f"{url}/runs").json()[0]
        began = time.perf_counter()
        httpx.get(f"{url}/runs/{run['id']}/sessions", timeout=120).raise_for_status()
        first_s = time.perf_counter() - began
        for question, paths in QUESTIONS.items():
            before_s = cpu_s(process.pid)
            took = asyncio.run(ask(url, run["id"], paths, options.clients, options.seconds))
            cuts, each_ms = statistics.quantiles(took, n=100), (cpu_s(process.pid) - before_s) / len(took) * 1000
            quantiles = (f"{cuts[at - 1]:.1f}" for at in (50, 95, 99))
            table.add_row(question, f"{len(took) / options.seconds:,.0f}", *quantiles, f"{each_ms:.2f}")
    console = Console(width=110)
    console.print(
        f"{run['head']:,} events; first answer after {first_s:.1f} s; {options.clients} clients", highlight=False
    )
    console.print(table)


if __name__ == "__main__":
    main()
