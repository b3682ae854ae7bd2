"""How much slower runs get, and how long readers wait, beside many readers or clients that never finish a request.

`python -m benchmarks.load fair.db` sends the latest run of a database as several runs at once: alone first, then beside
clients that read, and clients that begin a request and send no more of it. It plays a run where there is no database.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import zstandard
from rich.console import Console
from rich.table import Table

from benchmarks.backend import FAIR, backend
from benchmarks.intake import batches_of
from benchmarks.machine import machine, memory_kb, new_run

ROUTES = ("snapshot", "comparison", "negotiations?limit=100", "course", "events?limit=1000", "snapshot?at=200000000")
UNFINISHED = b"POST /runs/none/query HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50\r\n\r\n{"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("--scale", type=float, default=0.1, help="of the run that is played where there is none (0.1)")
    parser.add_argument("--runs", type=int, default=8, help="at once (8)")
    parser.add_argument("--readers", type=int, default=200, help="at once (200)")
    parser.add_argument("--unfinished", type=int, default=505, help="clients that never finish a request (505)")
    options = parser.parse_args()
    if not options.database.exists():
        play = [*FAIR, "run", "ciftis2020", "--scale", str(options.scale), "--db", str(options.database)]
        subprocess.run(play, check=True, stdout=subprocess.DEVNULL)
    batches, count = batches_of(options.database)
    console = Console(width=110)
    console.print(f"machine: {machine()}\ncommand: python -m benchmarks.load {' '.join(sys.argv[1:])}", highlight=False)
    columns = ("beside", "events/s", "of alone", "readers' answers", "of them busy", "median, ms", "memory, MB")
    table = Table(*columns, title=f"{options.runs} runs of {count:,} events at once", box=None)
    alone = 0.0
    for beside, readers, unfinished in (
        ("nobody", 0, 0),
        (f"{options.readers} readers", options.readers, 0),
        (f"{options.unfinished} unfinished requests", 0, options.unfinished),
    ):
        with tempfile.TemporaryDirectory() as folder, backend(Path(folder) / "fair.db") as (url, process):
            with stalling(url, unfinished), reading(url, readers) as answers:
                rate = options.runs * count / sent_s(url, batches, options.runs)
            memory = memory_kb(process.pid, "VmHWM") / 1024
        alone = alone or rate
        took = [took_s * 1000 for status, took_s in answers if status == 200]
        busy = sum(status in (429, 503) for status, _ in answers)
        assert {status for status, _ in answers} <= {200, 404, 429, 503}, answers
        median = f"{statistics.median(took):.0f}" if took else ""
        table.add_row(
            beside, f"{rate:,.0f}", f"{rate / alone:.0%}", f"{len(answers):,}", f"{busy:,}", median, f"{memory:.0f}"
        )
    console.print(table)


def sent_s(url: str, batches: list[bytes], runs: int) -> float:
    """Send so many runs at once, and return how long it took until all were acknowledged."""
    threads = [threading.Thread(target=_send, args=(url, batches)) for _ in range(runs)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def _send(url: str, batches: list[bytes]) -> None:
    new = new_run(zstandard.decompress(batches[0]).split(b"\n", 1)[0])
    with httpx.Client(base_url=url, timeout=300) as client:
        run, first = client.post("/runs", json=new).raise_for_status().json()["run"], 0
        for batch in batches:
            path = f"/runs/{run}/events?first={first}"
            while (answer := client.post(path, content=batch, headers={"Content-Encoding": "zstd"})).status_code == 503:
                time.sleep(0.2)
            first = answer.raise_for_status().json()["next"]


@contextmanager
def reading(url: str, readers: int) -> Iterator[list[tuple[int, float]]]:
    """Read in so many threads for the length of the block; yield status and seconds of each answer."""
    stop, answers = threading.Event(), list[tuple[int, float]]()

    def read(number: int) -> None:
        with httpx.Client(base_url=url, timeout=300) as client:
            while not stop.is_set():
                began = time.perf_counter()
                runs = client.get("/runs").json()
                path = f"/runs/{runs[number % len(runs)]['id']}/{ROUTES[number % len(ROUTES)]}" if runs else "/runs"
                answers.append((client.get(path).status_code, time.perf_counter() - began))
                number += 1

    threads = [threading.Thread(target=read, args=(number,)) for number in range(readers)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@contextmanager
def stalling(url: str, clients: int) -> Iterator[None]:
    """Begin so many requests for the length of the block, and finish none."""
    address = httpx.URL(url)
    with ExitStack() as opened:
        for _ in range(clients):
            connection = opened.enter_context(socket.create_connection((address.host, address.port or 80)))
            connection.sendall(UNFINISHED)
        yield


if __name__ == "__main__":
    main()
