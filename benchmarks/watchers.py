"""What many watchers of a run cost while it is taken in, and how late they see it: real sockets of another process.

`python -m benchmarks.watchers fair.db` sends the latest run of a database again at a limited rate, or plays one where
there is none. A frame's way is timed from outside: from the answer to the batch that it shows, after which that is
folded, to its last byte at the client. All clients check that no frame is missing; three of them rebuild the state.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator
from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import Any, cast

import httpx
import uvloop
import zstandard
from rich.console import Console
from rich.table import Table
from websockets.sync.client import connect

from benchmarks.backend import FAIR, backend
from benchmarks.intake import batches_of
from benchmarks.machine import cpu_s, machine, memory_kb, new_run
from cloudfair.feed.merge_patch import apply

BATCH_EVENTS = 8_192
"""Half of what `fair run` sends, so that at 100,000 events/s every frame of the feed has something new."""
ALONE_S = 8.0
"""How long the run goes on with the three whole clients alone: then the feed holds as many frames as it ever does."""
WHOLE = 3
PATCH = re.compile(rb'\{"type":"patch","from":(\d+),"to":(\d+),"position":(\d+)')
SNAPSHOT = re.compile(rb'\{"type":"snapshot","frame":(\d+),"position":(\d+)')
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
Row = tuple[str, str, str]
Noted = tuple["array[int]", "array[float]", "array[int]"]
"""Of every patch that came: the position that it shows, when its last byte came, its length."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.watchers", description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("--watchers", type=int, default=2_000, help="(2000)")
    parser.add_argument("--rate", type=int, default=100_000, help="events/s (100000)")
    parser.add_argument("--hz", type=float, default=5, help="frames/s that each asks for (5)")
    parser.add_argument("--acknowledge", action="store_true", help="each frame is acknowledged, as the page does")
    parser.add_argument("--past", action="store_true", help="they stand still in the past; what memory that takes")
    options = parser.parse_args()
    if not options.database.exists():
        subprocess.run([*FAIR, "run", "ciftis2020", "--seed", "7", "--db", str(options.database)], check=True)
    batches, _ = batches_of(options.database, BATCH_EVENTS)
    with ExitStack() as at_last:
        folder = at_last.enter_context(tempfile.TemporaryDirectory())
        url, process = at_last.enter_context(backend(f"{folder}/fair.db"))
        client = at_last.enter_context(httpx.Client(base_url=url, timeout=60))
        sender = Sender(client, batches, options.rate, process.pid)
        measured = list(standing(sender, options) if options.past else watching(sender, options))
    table = Table("what", "measured", "bound", box=None)
    for row in measured:
        table.add_row(*row)
    console = Console(width=110)
    console.print(
        f"machine: {machine()}\ncommand: python -m benchmarks.watchers {' '.join(sys.argv[1:])}", highlight=False
    )
    console.print(table)


def watching(sender: Sender, options: argparse.Namespace) -> Iterator[Row]:
    """Send the run with few clients and then with many of them, and yield what that took."""
    asked = {"type": "subscribe", "rate_hz": options.hz, "acknowledge": options.acknowledge}
    whole: list[dict[str, Any]] = [{} for _ in range(WHOLE)]
    threads = [Thread(target=rebuild, args=(sender.host, sender.run, asked, state), daemon=True) for state in whole]
    for thread in threads:
        thread.start()
    alone_cpu = sender.send(0, alone := int(ALONE_S * options.rate / BATCH_EVENTS))
    alone_kb, cpu = memory_kb(sender.backend), cpu_s(sender.backend)
    crowd = Crowd(sender, [asked], options.watchers)
    joining_ms = (cpu_s(sender.backend) - cpu) * 1000 / options.watchers
    joined_kb, crowd_s, began = memory_kb(sender.backend), crowd.cpu_s, time.monotonic()
    many_cpu = sender.send(alone, len(sender.batches))
    took_s, crowd_s = time.monotonic() - began, crowd.cpu_s - crowd_s
    positions, arrivals, sizes = crowd.noted()
    for thread in threads:
        thread.join()
    assert all(state == sender.measures() for state in whole), "clients have rebuilt the state"
    late_ms = [
        (arrival - sender.answered[position]) * 1000
        for position, arrival in zip(positions, arrivals, strict=True)
        if position in sender.answered
    ]
    cuts, frames = statistics.quantiles(late_ms, n=100), len(positions)
    yield "watchers", f"{options.watchers:,}", "2,000"
    yield "processor ms of the backend as one joins", f"{joining_ms:.1f}", ""
    yield "intake: events/s", f"{sender.rate_of(alone, took_s):,.0f}", f"{options.rate:,}"
    yield "frames/s of a watcher", f"{frames / options.watchers / took_s:.2f}", f"{options.hz:g} asked for"
    yield "frames: KB, median", f"{statistics.median(sizes) / 1024:.1f}", ""
    yield "from fold to socket: ms, p50", f"{cuts[49]:.0f}", ""
    yield "from fold to socket: ms, p95", f"{cuts[94]:.0f}", ""
    yield "from fold to socket: ms, p99", f"{cuts[98]:.0f}", "<= 500"
    yield "KB a watcher, once joined", f"{(joined_kb - alone_kb) / options.watchers:.0f}", "<= 60"
    yield "KB a watcher, at the most", f"{(sender.most_kb - alone_kb) / options.watchers:.0f}", "<= 60"
    yield "processor of the backend without and with them", f"{alone_cpu:.0%}, {many_cpu:.0%}", ""
    yield "processor us of the backend a frame", f"{(many_cpu - alone_cpu) * took_s / frames * 1e6:.0f}", ""
    yield "processor of the clients", f"{crowd_s / took_s:.0%}", ""


def standing(sender: Sender, options: argparse.Namespace) -> Iterator[Row]:
    """Have many watchers stand still at five moments of a run, and yield what memory that takes."""
    sender.send(0, int(ALONE_S * options.rate / BATCH_EVENTS))
    moments = [sender.at_ms() * fifth // 5 for fifth in range(5)]
    asked = [{"type": "subscribe", "at_ms": at_ms, "acknowledge": False} for at_ms in moments]
    Crowd(sender, asked, 50).leave()  # the events around the moments are held from now on, for all of them
    kb = memory_kb(sender.backend)
    crowd = Crowd(sender, asked, options.watchers)
    yield "watchers that stand still", f"{options.watchers:,}", ""
    yield "KB a watcher", f"{(memory_kb(sender.backend) - kb) / options.watchers:.0f}", "<= 60"
    crowd.leave()


class Sender:
    """Sends a run's batches to a backend on time."""

    def __init__(self, client: httpx.Client, batches: list[bytes], rate: int, backend: int) -> None:
        new = new_run(zstandard.decompress(batches[0]).split(b"\n", 1)[0])
        self.run: str = client.post("/runs", json=new).raise_for_status().json()["run"]
        self.host = client.base_url.netloc.decode()
        self.batches, self.backend, self.most_kb = batches, backend, 0
        self.answered: dict[int, float] = {}
        """When the answer to a batch came, by the position after it."""
        self._client, self._rate = client, rate

    def send(self, first: int, end: int) -> float:
        """Send batches; return the share of a core that the backend took meanwhile."""
        began, cpu = time.monotonic(), cpu_s(self.backend)
        for place in range(first, end):
            time.sleep(max(0.0, began + (place - first) * BATCH_EVENTS / self._rate - time.monotonic()))
            answer = self._client.post(
                f"/runs/{self.run}/events?first={place * BATCH_EVENTS}",
                content=self.batches[place],
                headers={"Content-Encoding": "zstd"},
            )
            self.answered[answer.raise_for_status().json()["next"]] = time.monotonic()
            self.most_kb = max(self.most_kb, memory_kb(self.backend))
        return (cpu_s(self.backend) - cpu) / (time.monotonic() - began)

    def rate_of(self, first: int, took_s: float) -> float:
        """Return the events a second of the batches since one."""
        return (max(self.answered) - first * BATCH_EVENTS) / took_s

    def measures(self) -> dict[str, Any]:
        """Return the run's measures."""
        measures: dict[str, Any] = self._client.get(f"/runs/{self.run}/snapshot").raise_for_status().json()["measures"]
        return measures

    def at_ms(self) -> int:
        """Return the moment that the run has reached."""
        return int(self._client.get(f"/runs/{self.run}").raise_for_status().json()["at_ms"])


class Crowd:
    """Many watchers in a process of their own; they have joined once this is made."""

    def __init__(self, sender: Sender, asked: list[dict[str, Any]], count: int) -> None:
        spawn = get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        texts = [json.dumps(one) for one in asked]
        self._process = spawn.Process(target=watch, args=(sender.host, sender.run, texts, count, theirs), daemon=True)
        self._process.start()
        theirs.close()  # so that the process's end is noticed
        assert self._pipe.recv() == "subscribed"

    @property
    def cpu_s(self) -> float:
        """The processor time that all have used."""
        return cpu_s(cast("int", self._process.pid))

    def noted(self) -> Noted:
        """Return what came from then on to the end of the run."""
        noted: Noted = self._pipe.recv()
        self._process.join()
        return noted

    def leave(self) -> None:
        """Have all leave."""
        self._process.kill()
        self._process.join()


def rebuild(host: str, run: str, asked: dict[str, Any], state: dict[str, Any]) -> None:
    """Follow a run to its end and leave its state in `state`."""
    with connect(f"ws://{host}/runs/{run}/live", max_size=None) as socket:
        socket.send(json.dumps(asked))
        for text in socket:
            message = json.loads(text)
            if message["type"] in ("snapshot", "patch"):
                known = message["state"] if message["type"] == "snapshot" else apply(state, message["patch"])
                state.clear()
                state.update(known)
                if asked["acknowledge"]:
                    socket.send(json.dumps({"type": "ack", "frame": message.get("to", message.get("frame"))}))


def watch(host: str, run: str, asked: list[str], count: int, pipe: Connection) -> None:
    """Watch a run with many sockets until it ends, and tell what came when."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    uvloop.run(_watch(host, run, asked, count, pipe))


async def _watch(host: str, run: str, asked: list[str], count: int, pipe: Connection) -> None:
    loop, noted = asyncio.get_running_loop(), (array("q"), array("d"), array("q"))
    name, _, port = host.partition(":")
    watchers: list[Watcher] = []
    for number in range(count):
        watcher = Watcher(f"/runs/{run}/live", asked[number % len(asked)], noted)
        await loop.create_connection(lambda watcher=watcher: watcher, name, int(port))
        watchers.append(watcher)
        if number % 50 == 0:  # no more at a time than a listening socket lets wait
            await watcher.subscribed
    await asyncio.gather(*(watcher.subscribed for watcher in watchers))
    for note in noted:
        del note[:]  # what came while others were still joining
    pipe.send("subscribed")
    await asyncio.gather(*(watcher.ended for watcher in watchers))
    pipe.send(noted)


class Watcher(asyncio.Protocol):
    """A client that reads of each frame no more than its numbers, and notes when the last byte of it came."""

    def __init__(self, path: str, asked: str, noted: Noted) -> None:
        loop = asyncio.get_running_loop()
        self.subscribed, self.ended = loop.create_future(), loop.create_future()
        self._path, self._asked = path, asked
        self._acknowledges = json.loads(asked)["acknowledge"]
        self._positions, self._arrivals, self._sizes = noted
        self._held = bytearray()
        self._is_open = False
        self._frame = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the feed."""
        self._transport = cast("asyncio.Transport", transport)
        head = "Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        self._transport.write(f"GET {self._path} HTTP/1.1\r\n{head}{key}".encode())

    def data_received(self, data: bytes) -> None:
        """Take in what came."""
        self._held += data
        if not self._is_open:
            head, end, rest = self._held.partition(b"\r\n\r\n")
            if not end:
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self._is_open, self._held = True, rest
            self._say(TEXT, self._asked.encode())
        while (size := self._size()) and len(self._held) >= size[0] + size[1]:
            self._take(*size)
            del self._held[: sum(size)]

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell those who wait."""
        for waited in (self.subscribed, self.ended):
            if not waited.done():
                waited.set_exception(exc or EOFError("the backend has closed the feed"))

    def _size(self) -> tuple[int, int] | None:
        """Return how long the head of the next message is and how long the message, once its head is there."""
        held = self._held
        if len(held) < 2:
            return None
        if (short := held[1]) < 126:
            return 2, short
        width = 2 if short == 126 else 8
        return (2 + width, int.from_bytes(held[2 : 2 + width])) if len(held) >= 2 + width else None

    def _take(self, head: int, size: int) -> None:
        kind = self._held[0] & 15
        if kind == TEXT:
            self._hear(head, size)
        elif kind == PING:
            self._say(PONG, bytes(self._held[head : head + size]))
        elif kind == CLOSE:
            self._transport.close()

    def _hear(self, head: int, size: int) -> None:
        if found := PATCH.match(self._held, head):
            since, frame, position = map(int, found.groups())
            assert since == self._frame, f"frames {self._frame} to {since} are missing"
            self._frame = frame
            self._positions.append(position)
            self._arrivals.append(time.monotonic())
            self._sizes.append(size)
        elif found := SNAPSHOT.match(self._held, head):
            self._frame = int(found[1])
            self.subscribed.set_result(None)
        else:
            if self._held.startswith(b'{"type":"end"', head):
                self.ended.set_result(None)
            return
        if self._acknowledges:
            self._say(TEXT, b'{"type":"ack","frame":%d}' % self._frame)

    def _say(self, kind: int, message: bytes) -> None:
        """Send a short message; a mask of zeros leaves it as it is."""
        size = bytes([128 | len(message)]) if len(message) < 126 else bytes([254]) + len(message).to_bytes(2)
        self._transport.write(bytes([128 | kind]) + size + bytes(4) + message)


if __name__ == "__main__":
    main()
