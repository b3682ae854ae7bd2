"""Measures the fair end to end and part by part; each figure is the median of several runs."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import zstandard
from rich.console import Console
from rich.table import Table
from websockets.sync.client import connect

from benchmarks.backend import FAIR, backend
from benchmarks.machine import machine, memory_kb, new_run
from benchmarks.replay import audit, replay
from cloudfair.store.log import Log
from faircli.outbox import BATCH_EVENTS

console = Console(width=110)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="size of the fair (1)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each measurement (3)")
    options = parser.parse_args()
    console.print(f"machine: {machine()}\ncommand: python -m benchmarks {' '.join(sys.argv[1:])}", highlight=False)
    table = Table("what", "median", "least", "most", "bound", title=f"{options.runs} runs each", box=None)

    def row(what: str, values: list[float], form: str, bound: str = "") -> None:
        table.add_row(what, *(form.format(f(values)) for f in (statistics.median, min, max)), bound)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        whole = [end_to_end(path / f"{number}.db", options.scale) for number in range(options.runs)]
        row("end to end: events/s", [one["events_per_s"] for one in whole], "{:,.0f}", ">= 100,000")
        row("end to end: s", [one["wall_s"] for one in whole], "{:.1f}", "<= 45")
        row("end to end: events", [one["events"] for one in whole], "{:,.0f}", ">= 2,200,000")
        row("end to end: model's memory, MB", [one["peak_rss_mb"] for one in whole], "{:.0f}", "<= 600")
        row("end to end: backend's memory, MB", [one["backend_mb"] for one in whole], "{:.0f}", "<= 400")
        row("end to end: bytes an event on disk", [one["bytes_an_event"] for one in whole], "{:.1f}", "<= 20")
        row("end to end: frames/s of a watcher", [one["frames_per_s"] for one in whole], "{:.1f}", "5 asked for")
        alone = [model(options.scale) for _ in range(options.runs)]
        row("model alone: s", [one["seconds"] for one in alone], "{:.1f}", "<= 25")
        row("model alone: events/s", [one["events"] / one["seconds"] for one in alone], "{:,.0f}")
        row("model alone: event list entries", [one["scheduled"] for one in alone], "{:,.0f}")
        row("bare SimPy loop: entries/s", [one["scheduled"] / one["bare_seconds"] for one in alone], "{:,.0f}")
        row("model alone: times a bare SimPy loop", [one["seconds"] / one["bare_seconds"] for one in alone], "{:.2f}")
        log = Log.open(str(path / "0.db"))
        ndjson = [segment.ndjson for segment in log.segments.read(log.runs.all()[0].id)]
        log.close()
        appended = [append(path / f"append{number}.db", ndjson) for number in range(options.runs)]
        row("append over HTTP: events/s", appended, "{:,.0f}", ">= 500,000")
        row("replay (decode, fold): events/s", [replay(ndjson) for _ in range(options.runs)], "{:,.0f}", ">= 500,000")
        row("audit (laws alone): events/s", [audit(ndjson) for _ in range(options.runs)], "{:,.0f}", ">= 500,000")
    console.print(table)


def end_to_end(database: Path, scale: float) -> dict[str, Any]:
    """Run the baseline through a backend, a watcher looking on and another that never reads."""
    with backend(database) as (url, process):
        command = [*FAIR, "run", "ciftis2020", "--seed", "7", "--scale", str(scale), "--to", url, "--json"]
        running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        run = newest(url)
        feed = f"{url.replace('http', 'ws')}/runs/{run}/live"
        frames: list[float] = []
        with connect(feed, compression=None) as silent:
            silent.send(json.dumps({"type": "subscribe", "acknowledge": True}))
            watcher = threading.Thread(target=watch, args=(feed, frames))
            watcher.start()
            out, _ = running.communicate()
            watcher.join()
        result: dict[str, Any] = json.loads(out)
        result["backend_mb"] = memory_kb(process.pid, "VmHWM") / 1024
    result["bytes_an_event"] = database.stat().st_size / result["events"]
    result["frames_per_s"] = (len(frames) - 1) / (frames[-1] - frames[0])
    return result


def watch(feed: str, frames: list[float]) -> None:
    """Note when each frame of a run came, until it ends."""
    with connect(feed, compression=None) as socket:
        socket.send(json.dumps({"type": "subscribe", "rate_hz": 5}))
        while (message := json.loads(socket.recv()))["type"] != "end":
            if message["type"] in ("snapshot", "patch"):
                frames.append(time.monotonic())


def model(scale: float) -> dict[str, float]:
    """Play the model in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.model", str(scale)]
    measured: dict[str, float] = json.loads(subprocess.check_output(command, text=True))
    return measured


def append(database: Path, ndjson: list[bytes]) -> float:
    """Send a log to a backend in batches made beforehand; return events a second, fold included."""
    lines = b"".join(ndjson).splitlines(keepends=True)
    compressor = zstandard.ZstdCompressor(level=1)
    batches = [
        compressor.compress(b"".join(lines[first : first + BATCH_EVENTS]))
        for first in range(0, len(lines), BATCH_EVENTS)
    ]
    with backend(database) as (url, _), httpx.Client(base_url=url, timeout=60) as client:
        run = client.post("/runs", json=new_run(lines[0])).raise_for_status().json()["run"]
        began = time.perf_counter()
        for place, batch in enumerate(batches):
            path = f"/runs/{run}/events?first={place * BATCH_EVENTS}"
            client.post(path, content=batch, headers={"Content-Encoding": "zstd"}).raise_for_status()
        position = client.get(f"/runs/{run}/snapshot").raise_for_status().json()["position"]
        seconds = time.perf_counter() - began
        assert position == len(lines), "all events are folded"
    return len(lines) / seconds


def newest(url: str) -> str:
    """Return the id of the backend's run, once there is one."""
    while not (runs := httpx.get(f"{url}/runs").json()):
        time.sleep(0.02)
    return str(runs[0]["id"])


main()
