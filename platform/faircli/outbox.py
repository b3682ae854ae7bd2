"""The outbox: sends a run's events to a backend, in batches, while the model plays on.

A thread of its own cuts, encodes, compresses and sends the batches. A short queue between the two threads bounds memory
and slows the model down when the backend is slow. The outbox sends a batch again until it is acknowledged: a backend
that is away for a while costs the run time and nothing else.

Every answer carries the operator commands that wait for the run; `commands` hands them to the player.
"""

from __future__ import annotations

import hashlib
import queue
import threading
import time
from collections.abc import Callable

import httpx
import msgspec
import zstandard

from faircli.connection import PATIENCE_S, Connection
from fairfacts.errors import BackendError
from fairfacts.event import Event
from fairfacts.events import encode
from fairfacts.operator_commands import NumberedCommand
from fairfacts.wall_clock import now_ms

BATCH_EVENTS = 16_384
QUEUED_BATCHES = 4
COMPRESSION = zstandard.ZstdCompressionParameters.from_level(
    5, strategy=zstandard.STRATEGY_LAZY, min_match=6, write_checksum=True
)
"""With a checksum, a batch that was changed on its way is refused. Events are mostly numbers without a pattern, in
which short matches do harm: these settings make a log 12 % smaller than level 1; levels 3 and 4 make it larger."""
ASK_S = 0.25
"""How often the outbox polls for commands while there is nothing to send."""


def compressor() -> zstandard.ZstdCompressor:
    """Return what compresses batches."""
    return zstandard.ZstdCompressor(compression_params=COMPRESSION)


class LogState(msgspec.Struct, frozen=True):
    """Where the log of a run stood when its outbox was made."""

    head: int
    """How many events the log held."""
    at_ms: int
    digest: str
    player: int
    """The number of this player: an earlier one, whose process lives on, writes no more."""


class Outbox:
    """Sends the events of one run; `close` waits until the last one is acknowledged."""

    def __init__(
        self,
        client: httpx.Client,
        run: str,
        *,
        player: int | None = None,
        batch_events: int = BATCH_EVENTS,
        patience_s: float = PATIENCE_S,
        on_away: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Take `run` up, and prepare to send to it over a client whose base URL is the backend's.

        Args:
            player: the number of the player for whom the run was taken up already, if it was.
            batch_events: events a batch; the number changes neither the log nor its digest.
            patience_s: how long to go on trying while the backend is away.
            on_away: called before each new try, with what went wrong.

        Raises:
            BackendError: the backend has no such run, or cannot be reached; or a later player took it up.
        """
        self.sent = 0
        """Events that the backend has acknowledged."""
        self.digest = ""
        """SHA-256 of the NDJSON of all events handed over, once `close` has returned."""
        self._run, self._batch_events = run, batch_events
        remedy = f"start the backend, and complete the run with fair run --resume {run}"
        self._connection = Connection(client, patience_s=patience_s, on_away=on_away, remedy=remedy)
        self._sha256 = hashlib.sha256()
        self._compressor = compressor()
        self.pace = "max"
        """The pace that the backend shows: `max`, simulated seconds a second, `paused` or `stopped`."""
        self.commands: queue.SimpleQueue[NumberedCommand] = queue.SimpleQueue()
        """The operator commands, each once."""
        self._last_command = -1
        self._polled_at = 0.0
        self._buffer: list[Event] = []
        self._queue: queue.Queue[list[Event] | None] = queue.Queue(QUEUED_BATCHES)
        self._fault: Exception | None = None
        held = {} if player is None else {"Fair-Player": str(player)}
        taken = self._connection.request("POST", f"/runs/{run}/player", headers=held)
        self.log_state = msgspec.json.decode(taken.content, type=LogState)
        self._player = {"Fair-Player": str(self.log_state.player)}
        self._thread = threading.Thread(target=self._send_all, name="outbox", daemon=True)
        self._thread.start()

    def put(self, events: list[Event], *, flush: bool = False) -> None:
        """Hand over events; those that do not fill a batch yet wait for more, unless `flush` is given.

        Raises:
            BackendError: the backend has refused a batch, or was away for too long.
        """
        buffer, size = self._buffer, self._batch_events
        buffer += events
        while len(buffer) >= size or (flush and buffer):
            self._hand_over(buffer[:size])
            del buffer[:size]

    def poll(self) -> None:
        """Ask for commands, unless a batch was sent just now or waits to be sent: its answer brings them.

        Raises:
            BackendError: as `put`.
        """
        self._raise_fault()
        if self._queue.empty() and time.monotonic() - self._polled_at >= ASK_S:
            self._polled_at = time.monotonic()
            self._hand_over([])

    def acknowledge(self, command: NumberedCommand, at_ms: int, refused: str | None = None) -> None:
        """Record at which simulated moment a command is applied, or why it is refused; done when this returns.

        Acknowledge a disruption before you put its first event: a resumed run plays it again at that moment.

        Raises:
            BackendError: as `put`.
        """
        path = f"/runs/{self._run}/commands/{command.number}/obeyed"
        self._connection.request("POST", path, json={"at_ms": at_ms, "refused": refused}, headers=self._player)

    def stop(self) -> None:
        """Send what is left, and mark the run as stopped; done when this returns.

        Raises:
            BackendError: as `put`.
        """
        self.put([], flush=True)
        self.pace = "stopped"
        self._hand_over([])
        self.close()

    def abandon(self, patience_s: float) -> None:
        """Mark the run as stopped after the events that were handed over; give up after `patience_s` seconds.

        Raises:
            BackendError: as `put`.
        """
        self._connection.patience_s = patience_s
        self._buffer.clear()  # an interrupt may have come while part of it was handed over
        self.stop()

    def close(self) -> str:
        """Send what is left, wait until it is acknowledged, and return the digest of the log.

        Raises:
            BackendError: as `put`; or the digest of the backend's log is not that of the events sent.
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
                for part in self._cut_at_head(position, batch):
                    self._send(position, part)
                    position += len(part)
                    self.sent = position
        except Exception as fault:  # the model's thread raises it
            self._fault = fault

    def _cut_at_head(self, position: int, batch: list[Event]) -> list[list[Event]]:
        """Return the batch, cut in two where the backend's log ends inside it: events of the log are not sent again."""
        held = self.log_state.head - position
        return [batch[:held], batch[held:]] if 0 < held < len(batch) else [batch]

    def _send(self, position: int, batch: list[Event]) -> None:
        """Send a batch, unless the backend's log holds it since an earlier attempt at this run."""
        ndjson = encode(batch)
        self._sha256.update(ndjson)
        end, digest = position + len(batch), self._sha256.hexdigest()
        if end < self.log_state.head:
            return
        if end == self.log_state.head and batch:
            self._compare(digest, self.log_state.digest, f"its first {end} events")
            return
        self._polled_at = time.monotonic()
        answer = self._connection.request(
            "POST",
            f"/runs/{self._run}/events",
            params={"first": position},
            content=self._compressor.compress(ndjson) if batch else b"",
            headers={
                "Content-Type": "application/x-ndjson",
                "Content-Encoding": "zstd",
                "Fair-Emitted-At": f"{now_ms():.0f}",
                "Fair-Pace": self.pace,
                **self._player,
            },
        )
        appended = _appended.decode(answer.content)
        self._compare(digest, appended.digest, f"its {end} events")
        for command in appended.commands:
            if command.number > self._last_command:
                self._last_command = command.number
                self.commands.put(command)

    def _compare(self, ours: str, theirs: str, what: str) -> None:
        if ours != theirs:
            raise BackendError(
                f"run {self._run}: {what} are not those of this scenario, seed and version"
                f" (digest {theirs[:12]} in the log, {ours[:12]} here); start a new run"
            )


class _Appended(msgspec.Struct, frozen=True):
    digest: str
    commands: list[NumberedCommand]


_appended = msgspec.json.Decoder(_Appended)
