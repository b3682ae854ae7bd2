"""What stands beyond one process, on loopback and with the real programs: one command each.

`python -m benchmarks.scale cluster` plays an ensemble on a Dask cluster of several workers, and again on processes of
this machine: the digests must be equal. `balancer` plays a run through a load balancer (Caddy, as the guide configures
it) to backends on one PostgreSQL, of which one is stopped in order and one is killed meanwhile. `relays` has watchers
at relays while a run is played, and holds what they end with against the backend.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import httpx
import psycopg
from rich.console import Console
from rich.table import Table
from tests.cloudfair.balancer import balancer
from tests.cloudfair.nats import free_port, nats_server
from tests.cloudfair.postgres import postgres

from benchmarks.backend import FAIR, backend
from benchmarks.machine import cpu_s, machine, memory_kb
from benchmarks.watchers import Crowd, rebuild

PATIENCE_S = 200
DRAIN_S = 5
ASKED = {"type": "subscribe", "rate_hz": 5, "acknowledge": False}
Rows = Iterator[tuple[str, str]]
Started = tuple[str, "subprocess.Popen[str]"]
"""URL and process of what was started."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("what", choices=("cluster", "balancer", "relays"))
    parser.add_argument("--scale", type=float, default=1.0, help="size of the fair (1)")
    parser.add_argument("-n", type=int, default=4, help="replications of the ensemble (4)")
    parser.add_argument("--processes", type=int, default=2, help="workers, backends or relays (2)")
    parser.add_argument("--watchers", type=int, default=500, help="at each relay (500)")
    options = parser.parse_args()
    measure: dict[str, Callable[[argparse.Namespace, Path, ExitStack], Rows]] = {
        "cluster": cluster,
        "balancer": balanced,
        "relays": relays,
    }
    table = Table("what", "measured", box=None)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for row in measure[options.what](options, Path(folder), stack):
            table.add_row(*row)
    console = Console(width=110)
    command = f"python -m benchmarks.scale {' '.join(sys.argv[1:])}"
    console.print(f"machine: {machine()}\ncommand: {command}", highlight=False)
    console.print(table)


def cluster(options: argparse.Namespace, folder: Path, stack: ExitStack) -> Rows:
    """Play an ensemble on a scheduler and workers that are processes of Dask's own command."""
    port, dask = str(free_port()), str(Path(sys.executable).parent / "dask")
    address = f"tcp://127.0.0.1:{port}"
    stack.enter_context(ended([dask, "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"], folder))
    for _ in range(options.processes):
        worker = [dask, "worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny"]
        stack.enter_context(ended(worker, folder))
    asked = [*FAIR, "ensemble", "ciftis2020", "-n", str(options.n), "--scale", str(options.scale), "--json"]
    wait_for_workers(address, options.processes)
    here = played([*asked, "--workers", str(options.processes)])
    there = played([*asked, "--dask", address])
    assert here["digest"] == there["digest"], "an ensemble does not depend on who plays it"
    yield "replications", f"{options.n} at scale {options.scale:g}"
    yield f"{options.processes} processes: s", f"{here['took_s']:.1f}"
    yield f"Dask, {options.processes} workers: s", f"{there['took_s']:.1f}"
    yield "digests", f"equal: {there['digest'][:16]}"


def balanced(options: argparse.Namespace, folder: Path, stack: ExitStack) -> Rows:
    """Play a run through a load balancer while its backends come and go."""
    directory = stack.enter_context(postgres(durable=True))
    with psycopg.connect(f"postgresql://fair@/postgres?host={directory}", autocommit=True) as connection:
        connection.execute("CREATE DATABASE fair")
    database = f"postgresql://fair@/fair?host={directory}"
    drain = ["--drain", str(DRAIN_S)]
    started = [stack.enter_context(backend(database, *drain)) for _ in range(max(options.processes, 2))]
    url = stack.enter_context(balancer(folder, [url for url, _ in started]))
    with playing(options, url) as (run, player):
        shares = until(lambda: shares_of(started), all)
        (first, stopped), (_, killed), *_ = started
        stopped.terminate()
        asked_at = time.monotonic()
        until(lambda: stopped.poll(), lambda left: left is not None)
        drained_s = time.monotonic() - asked_at
        port = first.rpartition(":")[2]
        started[0] = stack.enter_context(backend(database, *drain, "--port", port))
        killed.kill()
        result = ended_run(player)
    stands = httpx.get(f"{url}/runs/{run}").json()
    kept, of_run = (stands["head"], stands["digest"]), (result["events"], result["digest"])
    assert kept == of_run, f"nothing is lost or twice: {kept} are kept of {of_run}"
    yield "backends on one PostgreSQL, which waits for the disk", str(len(started))
    yield "events of the run, all kept once", f"{result['events']:,}"
    yield "events/s, from first to last", f"{result['events_per_s']:,.0f}"
    yield "taken in before one stopped", ", ".join(f"{share:,}" for share in shares)
    yield "one stopped in order, after s", f"{drained_s:.1f} ({DRAIN_S} of draining)"
    yield "taken in by it once it was back, the other one killed", f"{shares_of(started[:1])[0]:,}"


def relays(options: argparse.Namespace, folder: Path, stack: ExitStack) -> Rows:
    """Have watchers at relays while a run is played, and hold what they end with against the backend."""
    (folder / "nats").mkdir()
    (folder / "relay").mkdir()
    nats = stack.enter_context(nats_server(folder / "nats"))
    url, process = stack.enter_context(backend(folder / "fair.db", "--nats", nats))
    command = [*FAIR, "relay", "--nats", nats, "--port", "0", "--backend", url, "--log-level", "warning"]
    served = [stack.enter_context(listening(command, folder / "relay")) for _ in range(options.processes)]
    with playing(options, url) as (run, player):
        crowds, whole, threads = [], [dict[str, Any]() for _ in served], []
        for (at, relay), state in zip(served, whole, strict=True):
            until(lambda at=at: has_feed(at, run), bool)
            sender = SimpleNamespace(host=at.removeprefix("http://"), run=run)
            threads.append(Thread(target=rebuild, args=(sender.host, run, ASKED, state)))
            threads[-1].start()
            crowd = Crowd(sender, [ASKED], options.watchers)  # type: ignore[arg-type]
            crowds.append((crowd, relay, cpu_s(relay.pid)))
        result = ended_run(player)
    frames, costs = [], []
    for crowd, relay, cpu in crowds:
        positions, _, _ = crowd.noted()
        assert max(positions, default=result["events"]) == result["events"], "watchers see the run to its end"
        frames.append(len(positions) / options.watchers)
        costs.append((cpu_s(relay.pid) - cpu) * 1e6 / max(len(positions), 1))
    for thread in threads:
        thread.join()
    measures = httpx.get(f"{url}/runs/{run}/snapshot").json()["measures"]
    assert all(state == measures for state in whole), "watchers end with the backend's measures"
    assert not any((folder / "relay").iterdir())
    yield "watchers, at relays", f"{options.watchers * len(served):,}, {len(served)}"
    yield "events of the run", f"{result['events']:,}"
    yield "events/s of the run", f"{result['events_per_s']:,.0f}"
    yield "frames of a watcher, each following the one before", ", ".join(f"{count:.0f}" for count in frames)
    yield "measures at the end", "equal to the backend's"
    yield "processor us of a relay a frame of a watcher", ", ".join(f"{cost:.0f}" for cost in costs)
    yield "processor s of the backend", f"{cpu_s(process.pid):.1f}"
    yield "memory of a relay, MB", ", ".join(f"{memory_kb(relay.pid, 'VmHWM') / 1024:.0f}" for _, relay in served)
    yield "memory of the backend, MB", f"{memory_kb(process.pid, 'VmHWM') / 1024:.0f}"


@contextmanager
def ended(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program that ends with the block."""
    with (folder / "log").open("ab") as log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def listening(command: list[str], folder: Path) -> Iterator[Started]:
    """Start what prints its URL, in a folder of its own."""
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1], process
        finally:
            process.kill()


@contextmanager
def playing(options: argparse.Namespace, url: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Yield a run that is being played, and its process."""
    command = [*FAIR, "run", "ciftis2020", "--seed", "7", "--scale", str(options.scale), "--to", url, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as player:
        try:
            yield str(until(lambda: httpx.get(f"{url}/runs").json(), bool)[0]["id"]), player
        finally:
            player.kill()


def ended_run(player: subprocess.Popen[str]) -> dict[str, Any]:
    """Return the result of a run once it has ended."""
    out, _ = player.communicate()
    result: dict[str, Any] = json.loads(out)
    return result


def played(command: list[str]) -> dict[str, Any]:
    """Play an ensemble; return what it says, with how long it took."""
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout) | {"took_s": time.monotonic() - began}


def wait_for_workers(address: str, count: int) -> None:
    """Return once so many workers have joined a scheduler."""
    from distributed import Client

    def joined() -> int:
        with suppress(OSError, TimeoutError), Client(address, timeout=2) as client:  # type: ignore[no-untyped-call]
            return len(client.scheduler_info()["workers"])
        return 0

    until(joined, lambda there: there >= count)


def shares_of(started: list[Started]) -> list[int]:
    """Return how many events each backend has taken in."""
    texts = [httpx.get(f"{url}/metrics").text for url, _ in started]
    return [int(float(re.findall(r"(?m)^cloudfair_events_taken_in_total (\S+)$", text)[0])) for text in texts]


def has_feed(url: str, run: str) -> bool:
    """Return whether a relay has a run; a plain GET of a feed is refused, a WebSocket is not."""
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    try:
        with connect(f"{url.replace('http', 'ws', 1)}/runs/{run}/live"):
            return True
    except InvalidStatus:
        return False


def until(ask: Callable[[], Any], holds: Callable[[Any], object]) -> Any:
    """Return what is asked for, once it holds."""
    end = time.monotonic() + PATIENCE_S
    while not holds(found := ask()):
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.1)
    return found


if __name__ == "__main__":
    main()
