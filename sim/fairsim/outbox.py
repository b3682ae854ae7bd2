"""The outbox: sends a run's events to a backend, in batches, while the model plays on.

Batches are cut, encoded, compressed and sent by a thread of its own; a short queue between the two bounds memory and
holds the model back when the backend is slow. What was not answered for is sent again until it is: a backend that is
away for a while costs the run time and nothing else.
"""

from __future__ import annotations

import hashlib
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import zstandard

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
        self._buffer: list[Event] = []
        self._queue: queue.Queue[list[Event] | None] = queue.Queue(QUEUED_BATCHES)
        self._fault: Exception | None = None
        kept = self._request("GET", f"/runs/{run}").json()
        self._kept, self._kept_digest = int(kept["head"]), str(kept["digest"])
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
        kept = self._kept - position
        return [batch[:kept], batch[kept:]] if 0 < kept < len(batch) else [batch]

    def _send(self, position: int, batch: list[Event]) -> None:
        """Send a batch, unless the backend kept it from a run that broke off."""
        ndjson = encode(batch)
        self._sha256.update(ndjson)
        end, digest = position + len(batch), self._sha256.hexdigest()
        if end < self._kept:
            return
        if end == self._kept:
            self._hold(digest, self._kept_digest, f"its first {end} events")
            return
        answer = self._request(
            "POST",
            f"/runs/{self._run}/events",
            params={"first": position},
            content=self._compressor.compress(ndjson),
            headers={
                "Content-Type": "application/x-ndjson",
                "Content-Encoding": "zstd",
                "Fair-Emitted-At": f"{time.time() * 1000:.0f}",
            },
        )
        self._hold(digest, answer.json()["digest"], f"its {end} events")

    def _hold(self, ours: str, theirs: str, what: str) -> None:
        if ours != theirs:
            raise BackendError(
                f"run {self._run}: {what} are not those of this scenario, seed and version"
                f" (digest {theirs[:12]} in the log, {ours[:12]} here); start a new run"
            )

    def _request(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """Return the answer to a request that is tried again while the backend is away."""
        give_up_at = time.monotonic() + self._patience_s
        while True:
            try:
                answer = self._client.request(method, path, timeout=TIMEOUT_S, **parts)
            except httpx.TransportError as fault:
                trouble = f"{self._client.base_url} does not answer ({fault or type(fault).__name__})"
            else:
                if answer.is_success:
                    return answer
                trouble = detail_of(answer)
                if answer.status_code < 500:
                    raise BackendError(trouble)
            if time.monotonic() >= give_up_at:
                raise BackendError(
                    f"{trouble}; gave up after {self._patience_s:g} s. Start the backend and go on with"
                    f" fair run --resume {self._run}"
                )
            self._on_away(trouble)
            time.sleep(TRY_AGAIN_S)


def detail_of(answer: httpx.Response) -> str:
    """Return what an answer says went wrong: the detail of its problem document (RFC 9457) where it is one."""
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"{answer.request.url} answered {answer.status_code} {answer.reason_phrase}"
