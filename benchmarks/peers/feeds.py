"""Feeds: the backend's own, and a plain broadcast by `websockets` of frames that are as long.

The watchers are those of `benchmarks.watchers`: they read every frame, and fail if one is missing. The backend folds a
run meanwhile, makes its frames ten times a second, and waits for nobody; the broadcast sends one text to all, which it
is given. So of the backend, what it takes for a run with one watcher is subtracted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import httpx
from websockets.asyncio.server import ServerConnection, broadcast, serve

from benchmarks.backend import backend
from benchmarks.intake import batches_of
from benchmarks.machine import cpu_s
from benchmarks.watchers import BATCH_EVENTS, Crowd, Sender
from cloudfair.release import release

RATE, HZ = 100_000, 5.0
ASKED: dict[str, Any] = {"type": "subscribe", "rate_hz": HZ, "acknowledge": False}


class Sent(NamedTuple):
    """What one of them needed."""

    who: str
    version: str
    seconds: float
    """Processor time for the frames."""
    frames: int
    frame_bytes: int


def by_cloudfair(database: Path, watchers: int, folder: Path) -> Sent:
    """Send half of a run with one watcher, for whom frames are made, and half with many more."""
    batches, _ = batches_of(database, BATCH_EVENTS)
    with ExitStack() as stack:
        url, process = stack.enter_context(backend(folder / "fed.db"))
        client = stack.enter_context(httpx.Client(base_url=url, timeout=60))
        sender = Sender(client, batches, RATE, process.pid)
        one = Crowd(sender, [ASKED], 1)
        alone = sender.send(0, len(batches) // 2)
        crowd = Crowd(sender, [ASKED], watchers)
        began, cpu = time.monotonic(), cpu_s(process.pid)
        sender.send(len(batches) // 2, len(batches))
        positions, _, sizes = crowd.noted()
        one.leave()
        took_s, spent_s = time.monotonic() - began, cpu_s(process.pid) - cpu
    return Sent("Cloudfair", release(), spent_s - alone * took_s, len(positions), int(statistics.median(sizes)))


def by_broadcast(watchers: int, frame_bytes: int, seconds: float) -> Sent:
    """Broadcast frames of a length for a while."""
    command = [sys.executable, "-m", "benchmarks.peers.feeds", str(watchers), str(frame_bytes), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        crowd = Crowd(SimpleNamespace(host=f"127.0.0.1:{port}", run="plain"), [ASKED], watchers)
        positions, _, sizes = crowd.noted()
        spent_s = float(process.stdout.readline())
    return Sent("websockets, broadcast", version("websockets"), spent_s, len(positions), int(statistics.median(sizes)))


async def _broadcast(watchers: int, frame_bytes: int, seconds: float) -> None:
    """Serve as many watchers, and print the port, and at the end the processor time of the frames."""
    there: set[ServerConnection] = set()
    ended = asyncio.Event()

    async def watch(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send('{"type":"snapshot","frame":0,"position":0}')
        there.add(connection)
        await ended.wait()

    async with serve(watch, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        while len(there) < watchers:
            await asyncio.sleep(0.05)
        began, cpu = time.monotonic(), time.process_time()
        for frame in range(int(seconds * HZ)):
            await asyncio.sleep(max(0.0, began + frame / HZ - time.monotonic()))
            head = f'{{"type":"patch","from":{frame},"to":{frame + 1},"position":{frame},"patch":"'
            broadcast(there, head + "x" * (frame_bytes - len(head) - 2) + '"}')
        spent_s = time.process_time() - cpu
        broadcast(there, json.dumps({"type": "end"}, separators=(",", ":")))
        ended.set()
    print(spent_s, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("watchers", type=int)
    parser.add_argument("frame_bytes", type=int)
    parser.add_argument("seconds", type=float)
    options = parser.parse_args()
    asyncio.run(_broadcast(options.watchers, options.frame_bytes, options.seconds))
