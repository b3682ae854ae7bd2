"""One live run: its measures in memory, folded from its log, and the digest of the log."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any, NamedTuple

from cloudfair.store.batches import Batch
from cloudfair.store.checkpoints import StoredCheckpoint
from cloudfair.store.commands import PendingCommand
from cloudfair.store.log import Log
from fairfacts.event import Event
from fairfacts.measures import State
from fairfacts.parts.alarms import Alarm
from fairfacts.wall_clock import now_ms

CHECKPOINT_EVENTS = 32_768
"""A checkpoint has 20 to 180 KB. From any state back to a checkpoint it is at most so many events and a batch."""
FOLLOWED_SEGMENTS = 8
"""How many segments of other processes are read at a time."""

_logger = logging.getLogger(__name__)


class Answered(NamedTuple):
    """The answer to a batch."""

    digest: str
    """SHA-256 over the NDJSON of all events up to its end."""
    commands: list[PendingCommand]


class Live:
    """One run in memory: its measures, its digest, and the positions of both.

    An append is answered before its events are folded: they are folded while the client prepares the next batch. A
    reader of the state calls `catch_up` first, and so sees every event that was acknowledged.
    """

    def __init__(self, run: str, log: Log, writer: ThreadPoolExecutor) -> None:
        """Rebuild a run from its latest checkpoint and its log; takes seconds for millions of events.

        Raises:
            DamageError: the log is not what was appended.
            UnableError: another release wrote it.
        """
        self.run = run
        self.appending = asyncio.Lock()
        """Held from the decoding of a batch to its commit, so that a run has one batch in memory at a time."""
        self.intake_to_fold_ms = 0.0
        self.model_to_intake_ms: float | None = None
        self.folded_at = time.monotonic()
        self._log = log
        self._writer = writer
        self._pending: list[tuple[float, list[Event]]] = []
        self._checkpoints: list[StoredCheckpoint] = []
        """Checkpoints to be saved with the next batch: a commit of their own would delay it."""
        self.head: int
        """How many events the log holds, folded or about to be."""
        self.digest: str
        """SHA-256 over the NDJSON of all events up to `head`. It moves together with `head`."""
        self._load()

    @property
    def position(self) -> int:
        """How many events are folded."""
        return self._state.position

    @property
    def at_ms(self) -> int:
        """Simulated time of the latest event folded."""
        return self._state.parts.at_ms

    @property
    def ended(self) -> bool:
        """Whether the run's last event is folded."""
        return self._state.parts.run.phase == "ended"

    @property
    def alarms(self) -> dict[str, Alarm]:
        """The alarms that are raised by the events folded; safe to read from any thread."""
        return dict(self._state.parts.alarms.raised)

    def state(self) -> State:
        """Return the measures of all acknowledged events; read-only."""
        self.catch_up()
        return self._state

    async def append(
        self,
        batch: Batch,
        events: list[Event],
        emitted_at_ms: float | None = None,
        pace: str | None = None,
        player: int = 0,
    ) -> Answered:
        """Append a batch to the log and return its answer. When this returns, the batch is on disk.

        `emitted_at_ms` is the wall clock (Unix time) at which the model closed the batch, `pace` the player's pace and
        `player` its number.

        Raises:
            FairError: what `Batches.append` raises; no event of the batch is stored.
        """
        arrived_at = time.monotonic()
        if emitted_at_ms is not None:
            self.model_to_intake_ms = max(0.0, now_ms() - emitted_at_ms)
        commands = await asyncio.wrap_future(self._writer.submit(self._commit, batch, pace, player))
        if self.head == batch.first:
            self._take(events, arrived_at)
        elif self.head < batch.next:  # another process appended, or a commit of ours was answered with an error
            await self.take_from_log()
        if self.head == batch.next:
            return Answered(self.digest, commands)
        return Answered(await asyncio.to_thread(self._log.segments.digest, self.run, batch.next), commands)

    async def poll(self, first: int, pace: str | None, player: int = 0) -> Answered:
        """Answer a player that stands at the log's end and has nothing to send.

        Raises:
            FairError: what `Batches.poll` raises.
        """
        polled = self._writer.submit(self._log.batches.poll, self.run, first, pace, player)
        commands = await asyncio.wrap_future(polled)
        await self.take_from_log()
        return Answered(self.digest, commands)

    async def follow(self) -> None:
        """Fold what other processes have appended; return at once while a batch is appended here."""
        if not self.appending.locked():
            async with self.appending:
                await self.take_from_log()

    async def reach(self, head: int) -> None:
        """Fold at least the first `head` events, which the log holds; wait while others append or follow."""
        if self.head < head:
            async with self.appending:
                await self.take_from_log()

    def catch_up(self) -> None:
        """Fold every event that was appended and is not folded yet."""
        if not self._pending:
            return
        pending, self._pending = self._pending, []
        for arrived_at, events in pending:
            self._state.fold(events)
            self.folded_at = time.monotonic()
            self.intake_to_fold_ms = (self.folded_at - arrived_at) * 1000
        self._checkpoint_if_due()

    async def take_from_log(self) -> None:
        """Fold the events of the log that are not folded here yet."""
        while batches := await asyncio.to_thread(self._read_on):
            arrived_at = time.monotonic()
            for ndjson, events in batches:
                self._hash.update(ndjson)
                self._take(events, arrived_at)
                self.catch_up()

    def _load(self) -> None:
        """Fold the log from the latest checkpoint on; if checkpoints do not fit the log, make them again."""
        if unfit := self._log.checkpoints.unfit(self.run):
            _logger.warning(
                "run %s: %d checkpoints are damaged; those from event %d on are made again from the log",
                *(self.run, len(unfit), unfit[0]),
            )
            self._log.checkpoints.discard(self.run, unfit[0])
        if not self._fold_log(self._log.checkpoints.latest(self.run)):
            _logger.warning("run %s: its checkpoints do not fit its log; they are made again from it", self.run)
            self._log.checkpoints.discard(self.run)
            self._fold_log(None)
        self._save_checkpoints()

    def _fold_log(self, checkpoint: StoredCheckpoint | None) -> bool:
        """Hash the whole log and fold what follows a checkpoint; return whether the checkpoint belongs to this log."""
        self._state = State.restore(checkpoint.state) if checkpoint else State()
        self._checkpointed = start = self._state.position
        self._hash = hashlib.sha256()
        self._move_head(0)
        for segment in self._log.segments.read(self.run):
            if segment.first == start and checkpoint and self.digest != checkpoint.digest:
                return False
            self._hash.update(segment.ndjson)
            self._move_head(segment.first + segment.ndjson.count(b"\n"))
            if segment.first >= start:
                for events in segment.events():
                    self._state.fold(events)
                self._checkpoint_if_due()
        is_other = checkpoint is not None and self.head == start and self.digest != checkpoint.digest
        return self.position == self.head and not is_other

    def _checkpoint_if_due(self) -> None:
        """Make a checkpoint after every `CHECKPOINT_EVENTS`, and at the end: `fair verify` compares that one."""
        since = self.position - self._checkpointed
        if since >= CHECKPOINT_EVENTS or (since and self.ended):
            self._checkpointed = self.position
            self._checkpoints.append(StoredCheckpoint(self.position, self.digest, self._state.checkpoint()))
            if self.ended:
                self._save_checkpoints()

    def _save_checkpoints(self) -> None:
        if self._checkpoints:
            checkpoints, self._checkpoints = self._checkpoints, []
            saved = self._writer.submit(self._log.checkpoints.save, self.run, checkpoints)
            saved.add_done_callback(_report)

    def _commit(self, batch: Batch, pace: str | None, player: int) -> list[PendingCommand]:
        checkpoints, self._checkpoints = self._checkpoints, []
        commands = self._log.batches.append(self.run, batch, checkpoints, pace, player)
        if self.head == batch.first:
            self._hash.update(batch.ndjson)
        return commands

    def _take(self, events: list[Event], arrived_at: float) -> None:
        self._move_head(self.head + len(events))
        self._pending.append((arrived_at, events))
        # Folded after the answer is written and before another batch is read: at most one waits. To fold it later,
        # while the next one is committed, is slower: the events have left the caches, and two threads want Python.
        asyncio.get_running_loop().call_soon(self.catch_up)

    def _move_head(self, head: int) -> None:
        self.head, self.digest = head, self._hash.hexdigest()

    def _read_on(self) -> list[tuple[bytes, list[Event]]]:
        """Return some of the log's batches that are not folded here yet."""
        segments = islice(self._log.segments.read(self.run, self.head), FOLLOWED_SEGMENTS)
        return [(segment.ndjson, [event for some in segment.events() for event in some]) for segment in segments]


def measures_of(log: Log, run: str) -> State:
    """Return the measures of a run, as its log stands."""
    checkpoint = log.checkpoints.latest(run)
    state = State.restore(checkpoint.state) if checkpoint else State()
    for segment in log.segments.read(run, state.position):
        if segment.first != state.position:
            raise AssertionError(f"checkpoints lie between segments, not at {state.position}")
        for events in segment.events():
            state.fold(events)
    return state


def _report(saved: Future[Any]) -> None:
    """Report a checkpoint that could not be saved; the log is complete without it."""
    if fault := saved.exception():
        _logger.warning("a checkpoint was not saved: %s", fault)
