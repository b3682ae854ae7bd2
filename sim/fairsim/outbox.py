"""The outbox: sends a run's events to a backend, in batches, while the model plays on.

Batches are cut, encoded, compressed and sent by a thread of its own; a short queue between the two bounds memory and
holds the model back when the backend is slow. What was not answered for is sent again until it is: a backend that is
away for a while costs the run time and nothing else.

Every answer carries what operators said to the run; `commands` hands it to whoever plays.
"""

from __future__ import annotations

import hashlib
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import zstandard

from fairfacts.commands import KeptCommand
from fairfacts.errors import BackendError
from fairfacts.event import Event
from fairfacts.events import encode

BATCH_EVENTS = 16_384
QUEUED_BATCHES = 4
COMPRESSION = zstandard.ZstdCompressionParameters.from_level(5, strategy=zstandard.STRATEGY_LAZY, min_match=6)
"""Events are mostly numbers without a pattern, in which short matches do harm: these settings make a log 12 % smaller
than level 1, where levels 3 and 4 make it larger."""
TRY_AGAIN_S = 0.25
TIMEOUT_S = 30.0
ASK_S = 0.25
"""While there is nothing to send, commands are asked for this often."""


class Kept(msgspec.Struct, frozen=True):
    """Where the log of a run stood when its outbox was made."""

    head: int
    """How many events it held."""
    at_ms: int
    digest: str


class Outbox:
    """Sends the events of one run. Use as a context manager; `close` waits until the last is answered for."""

    def __init__(
        self,
        client: httpx.Client,
        run: str,
        *,
        batch_events: int = BATCH_EVENTS,
        patience_s: float = 300.0,
        on_away: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare to send to `run` over a client whose base URL is the backend's.

        Args:
            batch_events: events a batch, which show neither in the log nor in its digest.
            patience_s: how long to go on trying while the backend is away.
            on_away: called before each new try, with what went wrong.

        Raises:
            BackendError: the backend has no such run, or cannot be reached.
        """
        self.sent = 0
        """Events that the backend has answered for."""
        self.digest = ""
        """SHA-256 of the NDJSON of all events handed over, once `close` has returned."""
        self._client, self._run, self._batch_events = client, run, batch_events
        self._patience_s, self._on_away = patience_s, on_away
        self._sha256 = hashlib.sha256()
        self._compressor = zstandard.ZstdCompressor(compression_params=COMPRESSION)
        self.pace = "max"
        """How the run is played, as the backend is told: `max`, simulated seconds a second, `paused` or `stopped`."""
        self.commands: queue.SimpleQueue[KeptCommand] = queue.SimpleQueue()
        """What operators said, each command once."""
        self._heard = -1
        self._asked_at = 0.0
        self._buffer: list[Event] = []
        self._queue: queue.Queue[list[Event] | None] = queue.Queue(QUEUED_BATCHES)
        self._fault: Exception | None = None
        self.kept = msgspec.json.decode(self._request("GET", f"/runs/{run}").content, type=Kept)
        self._thread = threading.Thread(target=self._send_all, name="outbox", daemon=True)
        self._thread.start()

    def put(self, events: list[Event], *, flush: bool = False) -> None:
        """Hand over events; what makes no whole batch yet waits for more unless `flush` is given.

        Raises:
            BackendError: the backend has refused a batch, or was away for too long.
        """
        buffer, size = self._buffer, self._batch_events
        buffer += events
        while len(buffer) >= size or (flush and buffer):
            self._hand_over(buffer[:size])
            del buffer[:size]

    def ask(self) -> None:
        """Ask for commands, unless something was sent just now or is on its way, whose answer brings them.

        Raises:
            BackendError: as `put`.
        """
        self._raise_fault()
        if self._queue.empty() and time.monotonic() - self._asked_at >= ASK_S:
            self._asked_at = time.monotonic()
            self._hand_over([])

    def obeyed(self, command: KeptCommand, at_ms: int, refused: str | None = None) -> None:
        """Have it kept at which simulated moment a command is obeyed, or why it is not; done when this returns.

        A disruption is to be noted before anything that follows from it is put: it is played again at that moment.

        Raises:
            BackendError: as `put`.
        """
        path = f"/runs/{self._run}/commands/{command.number}/obeyed"
        self._request("POST", path, json={"at_ms": at_ms, "refused": refused})

    def stop(self) -> None:
        """Send what is left, and tell that the run is played no more here; done when this returns.

        Raises:
            BackendError: as `put`.
        """
        self.put([], flush=True)
        self.pace = "stopped"
        self._hand_over([])
        self.close()

    def abandon(self, patience_s: float) -> None:
        """Tell that the run is played no more here, as far as it is handed over; give up after some seconds.

        Raises:
            BackendError: as `put`.
        """
        self._patience_s = patience_s
        self._buffer.clear()  # who was interrupted may have been about to hand part of it over
        self.stop()

    def close(self) -> str:
        """Send what is left, wait until it is answered for, and return the digest of the log.

        Raises:
            BackendError: as `put`; or the backend's log has another digest than what was sent.
        """
        self.put([], flush=True)
        self._hand_over(None)
        self._thread.join()
        self._raise_fault()
        self.digest = self._sha256.hexdigest()
        return self.digest

    def _hand_over(self, batch: list[Event] | None) -> None:
        while True:
            self._raise_fault()
            try:
                return self._queue.put(batch, timeout=0.2)
            except queue.Full:
                continue

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _send_all(self) -> None:
        position = 0
        try:
            while (batch := self._queue.get()) is not None:
                for part in self._cut_at_kept(position, batch):
                    self._send(position, part)
                    position += len(part)
                    self.sent = position
        except Exception as fault:  # told to the model's thread, which raises it
            self._fault = fault

    def _cut_at_kept(self, position: int, batch: list[Event]) -> list[list[Event]]:
        """Return the batch in two where the backend's log ends inside it: what it has is not sent again."""
        kept = self.kept.head - position
        return [batch[:kept], batch[kept:]] if 0 < kept < len(batch) else [batch]

    def _send(self, position: int, batch: list[Event]) -> None:
        """Send a batch, unless the backend kept it from a run that broke off."""
        ndjson = encode(batch)
        self._sha256.update(ndjson)
        end, digest = position + len(batch), self._sha256.hexdigest()
        if end < self.kept.head:
            return
        if end == self.kept.head and batch:
            self._hold(digest, self.kept.digest, f"its first {end} events")
            return
        self._asked_at = time.monotonic()
        answer = self._request(
            "POST",
            f"/runs/{self._run}/events",
            params={"first": position},
            content=self._compressor.compress(ndjson) if batch else b"",
            headers={
                "Content-Type": "application/x-ndjson",
                "Content-Encoding": "zstd",
                "Fair-Emitted-At": f"{time.time() * 1000:.0f}",
                "Fair-Pace": self.pace,
            },
        )
        appended = _answers.decode(answer.content)
        self._hold(digest, appended.digest, f"its {end} events")
        for command in appended.commands:
            if command.number > self._heard:
                self._heard = command.number
                self.commands.put(command)

    def _hold(self, ours: str, theirs: str, what: str) -> None:
        if ours != theirs:
            raise BackendError(
                f"run {self._run}: {what} are not those of this scenario, seed and version"
                f" (digest {theirs[:12]} in the log, {ours[:12]} here); start a new run"
            )

    def _request(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """Return the answer to a request that is tried again while the backend is away."""
        began = time.monotonic()
        while True:
            try:
                answer = self._client.request(method, path, timeout=TIMEOUT_S, **parts)
            except httpx.TransportError as fault:
                trouble = f"{self._client.base_url} does not answer ({fault or type(fault).__name__})"
            else:
                # in httpx it points back to its answer: until the next of few collections, all that was sent would stay
                del answer.stream
                if answer.is_success:
                    return answer
                trouble = detail_of(answer)
                if answer.status_code < 500:
                    raise BackendError(trouble)
            if time.monotonic() - began >= self._patience_s:
                raise BackendError(
                    f"{trouble}; gave up after {self._patience_s:g} s. Start the backend and go on with"
                    f" fair run --resume {self._run}"
                )
            self._on_away(trouble)
            time.sleep(TRY_AGAIN_S)


class _Appended(msgspec.Struct, frozen=True):
    digest: str
    commands: list[KeptCommand]


_answers = msgspec.json.Decoder(_Appended)


def detail_of(answer: httpx.Response) -> str:
    """Return what an answer says went wrong: the detail of its problem document (RFC 9457) where it is one."""
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"{answer.request.url} answered {answer.status_code} {answer.reason_phrase}"
