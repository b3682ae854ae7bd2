"""Batches that are unanswered, repeated, early, cut short or flipped, among bad watchers and a clock that jumps."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import zstandard
from tests.cloudfair.conftest import served
from tests.cloudfair.example import ZSTD, begin, digest_of, example, measures_of
from tests.torture.clocks import jumping_clock
from tests.torture.trouble import Random, Trouble
from tests.torture.watchers import Watcher, bad_watchers

from cloudfair.projections.verification import verify
from cloudfair.settings import Settings
from cloudfair.store.log import Log
from faircli.outbox import COMPRESSION
from fairfacts.event import Event
from fairfacts.events import encode


class Sender:
    """Sends the batches of one run, mostly not as it should."""

    def __init__(self, client: httpx.Client, run: str, events: list[Event], random: Random) -> None:
        self._client, self._run, self._events, self._random = client, run, events, random
        cuts = sorted(random.sample(range(1, len(events)), random.randint(3, 12)))
        self.batches = list(zip([0, *cuts], [*cuts, len(events)], strict=True))
        self.acknowledged = 0
        """How many batches are."""
        self.troubles = 0

    def send_all(self) -> None:
        """Send every batch, and trouble between."""
        bad: list[Callable[[], None]] = [self._unanswered, self._repeated, self._early, self._cut, self._flipped]
        while self.acknowledged < len(self.batches):
            for make in self._random.sample(bad, self._random.randint(0, 2)):
                make()
                self.troubles += 1
                assert self._head() >= self.batches[self.acknowledged][0], "what was acknowledged is missing"
            answer = self._post(self.acknowledged)
            assert answer.status_code == 200, answer.text
            end = self.batches[self.acknowledged][1]
            assert (answer.json()["next"], answer.json()["digest"]) == (end, digest_of(self._events[:end]))
            self.acknowledged += 1

    def _body(self, number: int) -> bytes:
        first, end = self.batches[number]
        return zstandard.ZstdCompressor(compression_params=COMPRESSION).compress(encode(self._events[first:end]))

    def _post(self, number: int, body: bytes | None = None) -> httpx.Response:
        path, first = f"/runs/{self._run}/events", self.batches[number][0]
        content = self._body(number) if body is None else body
        return self._client.post(path, params={"first": first}, content=content, headers=ZSTD)

    def _head(self) -> int:
        return int(self._client.get(f"/runs/{self._run}").json()["head"])

    def _unanswered(self) -> None:
        """Send the next batch, or a part of it, and leave before the answer."""
        body, first = self._body(self.acknowledged), self.batches[self.acknowledged][0]
        head = (
            f"POST /runs/{self._run}/events?first={first} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Encoding: zstd\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((self._client.base_url.host, self._client.base_url.port or 80)) as connection:
            connection.sendall(head.encode() + body[: self._random.choice([0, len(body) // 2, len(body)])])

    def _repeated(self) -> None:
        if self.acknowledged:
            answer = self._post(self._random.randrange(self.acknowledged))
            assert answer.status_code == 200, answer.text

    def _early(self) -> None:
        number = self._random.randrange(self.acknowledged + 1, len(self.batches) + 1)
        if number < len(self.batches):
            assert self._post(number).status_code in (200, 409)  # 200 if those before were taken, unanswered or early

    def _cut(self) -> None:
        body = self._body(self.acknowledged)
        answer = self._post(self.acknowledged, body[: self._random.randrange(1, len(body))])
        assert answer.status_code == 400, answer.text

    def _flipped(self) -> None:
        body, bit = bytearray(self._body(self.acknowledged)), self._random.randrange(8)
        body[self._random.randrange(len(body))] ^= 1 << bit
        answer = self._post(self.acknowledged, bytes(body))
        if answer.status_code == 200:  # a bit of the frame that says nothing
            assert answer.json()["digest"] == digest_of(self._events[: answer.json()["next"]])
        else:
            assert answer.status_code in (400, 413, 422), answer.text


def make(random: Random, folder: Path) -> int:
    """Send one run so; hold that its log, its measures and its feed are those of an undisturbed one."""
    events, database = example(random.randint(50, 600)), str(folder / "fair.db")
    with (
        jumping_clock(random),
        served(Settings(database=database)) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        run = begin(client)
        feed = f"{url.replace('http', 'ws')}/runs/{run}/live"
        watcher = Watcher(feed)
        with bad_watchers(feed, random):
            sender = Sender(client, run, events, random)
            sender.send_all()
            watcher.finish()
        assert watcher.end["digest"] == digest_of(events)
        assert watcher.state == measures_of(events) == client.get(f"/runs/{run}/snapshot").json()["measures"]
        page = client.get(f"/runs/{run}/events", params={"limit": 10_000}).json()
        assert page["events"] == [json.loads(line) for line in encode(events).splitlines()]
    log = Log.open(database, read_only=True)
    assert verify(log, run).damage == []
    log.close()
    return sender.troubles + 3


STORMS = Trouble("storms", make, full=1_000, short=10)
