"""Live runs: the fold of each run in memory, rebuilt from the log when it is first asked for."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any, NamedTuple

from cloudfair.log import Batch, KeptState, Log, OpenCommand
from cloudfair.problems import UnableError
from fairfacts.errors import EventError, FairError
from fairfacts.event import Event
from fairfacts.events import decode
from fairfacts.measures import State

CHECKPOINT_EVENTS = 32_768
"""A checkpoint is some 64 KB; the state at an instant is never more than so many events and a batch away from one."""

FOLLOW_S = 0.1
"""How often the log is asked for what other processes have appended."""
FOLLOWED_SEGMENTS = 8
"""How many segments that others have appended are taken in at a time."""

_logger = logging.getLogger(__name__)


class Answered(NamedTuple):
    """What a batch is answered with."""

    digest: str
    """SHA-256 over the NDJSON of all events up to its end."""
    commands: list[OpenCommand]


class Live:
    """One run in memory: its measures, its digest, and where both stand.

    An append is answered before its events are folded, so that they are folded while the client prepares the next
    batch. Whoever reads the state calls `catch_up` first and so sees everything that was answered.
    """

    def __init__(self, run: str, log: Log, writer: ThreadPoolExecutor) -> None:
        """Rebuild a run from its latest checkpoint and its log; takes seconds for millions of events."""
        self.run = run
        self.appending = asyncio.Lock()
        """Held from the decoding of a batch to its commit, so that a run has one batch in memory at a time."""
        self.intake_to_fold_ms = 0.0
        self.model_to_intake_ms: float | None = None
        self.folded_at = time.monotonic()
        self._log = log
        self._writer = writer
        self._hash = hashlib.sha256()
        self._pending: list[tuple[float, list[Event]]] = []
        self._state = _latest_state(log, run)
        self._checkpointed = self._state.position
        self._checkpoints: list[KeptState] = []
        """Those that go with the next batch: a commit of their own would delay it."""
        self.head = 0
        """How many events the log holds, folded or about to be."""
        self.digest = self._hash.hexdigest()
        """SHA-256 over the NDJSON of all events up to `head`; it moves with it, and not as soon as a commit does."""
        for first, ndjson, _ in log.segments(run):
            self._hash.update(ndjson)
            self.head = first + ndjson.count(b"\n")
            self.digest = self._hash.hexdigest()
            if first >= self._state.position:
                self._state.fold(decode(ndjson))
                self._checkpoint_if_due()
        self._keep_checkpoints()

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

    def state(self) -> State:
        """Return the measures of all events answered for; not to be folded any further."""
        self.catch_up()
        return self._state

    async def append(
        self, batch: Batch, events: list[Event], emitted_at_ms: float | None = None, pace: str | None = None
    ) -> Answered:
        """Append a batch to the log and return its answer; what is returned for is on disk.

        `emitted_at_ms` is the wall clock (Unix time) at which the model closed the batch, `pace` what its player says.

        Raises:
            FairError: what `Log.append` raises; nothing of the batch is kept.
        """
        arrived_at = time.monotonic()
        if emitted_at_ms is not None:
            self.model_to_intake_ms = max(0.0, time.time() * 1000 - emitted_at_ms)
        commands = await asyncio.wrap_future(self._writer.submit(self._commit, batch, pace))
        if self.head == batch.first:
            self._take(events, arrived_at)
        elif self.head < batch.next:  # by others, or a commit of ours whose answer was an error
            await self.take_from_log()
        if self.head == batch.next:
            return Answered(self.digest, commands)
        return Answered(await asyncio.to_thread(self._log.digest, self.run, batch.next), commands)

    async def attend(self, first: int, pace: str | None) -> Answered:
        """Answer a player that stands at the log's end and has nothing to send.

        Raises:
            FairError: what `Log.attend` raises.
        """
        commands = await asyncio.wrap_future(self._writer.submit(self._log.attend, self.run, first, pace))
        await self.take_from_log()
        return Answered(self.digest, commands)

    async def follow(self) -> None:
        """Take in what other processes have appended; nothing to do while a batch is taken in here."""
        if not self.appending.locked():
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

    def _checkpoint_if_due(self) -> None:
        """Keep the state every so many events, and at the end: verification holds the log against that one."""
        since = self.position - self._checkpointed
        if since >= CHECKPOINT_EVENTS or (since and self.ended):
            self._checkpointed = self.position
            self._checkpoints.append(KeptState(self.position, self.digest, self._state.checkpoint()))
            if self.ended:
                self._keep_checkpoints()

    def _keep_checkpoints(self) -> None:
        if self._checkpoints:
            checkpoints, self._checkpoints = self._checkpoints, []
            self._writer.submit(self._log.save_checkpoints, self.run, checkpoints).add_done_callback(_tell)

    def _commit(self, batch: Batch, pace: str | None) -> list[OpenCommand]:
        checkpoints, self._checkpoints = self._checkpoints, []
        commands = self._log.append(self.run, batch, checkpoints, pace)
        if self.head == batch.first:
            self._hash.update(batch.ndjson)
        return commands

    def _take(self, events: list[Event], arrived_at: float) -> None:
        self.head += len(events)
        self.digest = self._hash.hexdigest()
        self._pending.append((arrived_at, events))
        # Once the answer is written, and before another batch is read: at most one waits. Folding it later, while the
        # next one is committed, is slower: the events have left the processor's caches, and two threads want Python.
        asyncio.get_running_loop().call_soon(self.catch_up)

    async def take_from_log(self) -> None:
        """Take in what the log holds and this does not."""
        while batches := await asyncio.to_thread(self._read_on):
            arrived_at = time.monotonic()
            for ndjson, events in batches:
                self._hash.update(ndjson)
                self._take(events, arrived_at)
                self.catch_up()

    def _read_on(self) -> list[tuple[bytes, list[Event]]]:
        """Return some of the batches that the log holds and this does not."""
        segments = islice(self._log.segments(self.run, self.head), FOLLOWED_SEGMENTS)
        return [(ndjson, decode(ndjson)) for _, ndjson, _ in segments]


class LiveRuns:
    """The runs in memory; each is loaded when it is first asked for."""

    def __init__(self, log: Log) -> None:
        self._log = log
        # One thread writes: SQLite has one writer anyway, and checkpoints then wait for appends and not the reverse.
        self._writer = ThreadPoolExecutor(1, "log")
        self._loading: dict[str, asyncio.Task[Live]] = {}

    async def get(self, run: str) -> Live:
        """Return a run.

        Raises:
            UnknownError: there is none.
        """
        if run not in self._loading:
            self._loading[run] = asyncio.create_task(asyncio.to_thread(self._load, run))
        try:
            return await asyncio.shield(self._loading[run])
        except BaseException:
            if (task := self._loading.get(run)) and task.done():
                del self._loading[run]
            raise

    async def follow(self) -> None:
        """Take in, for as long as this runs, what other processes append to the runs in memory."""
        while True:
            await asyncio.sleep(FOLLOW_S)
            lives = {live.run: live for live in self.loaded() if not live.ended}
            try:
                heads = await asyncio.to_thread(self._log.heads, list(lives)) if lives else {}
                for run, head in heads.items():
                    if head > lives[run].head:
                        await lives[run].follow()
            except FairError as fault:
                _logger.warning("what other processes append is not seen: %s", fault)

    def close(self) -> None:
        """Fold what was answered for, and finish what is being written."""
        for live in self.loaded():
            live.catch_up()
        self._writer.shutdown()

    def loaded(self) -> list[Live]:
        """Return the runs in memory."""
        tasks = [task for task in self._loading.values() if task.done() and not task.cancelled()]
        return [task.result() for task in tasks if task.exception() is None]

    def _load(self, run: str) -> Live:
        self._log.run(run)
        try:
            return Live(run, self._log, self._writer)
        except EventError as fault:
            raise UnableError(
                f"run {run}: this release does not read its log, which another has written ({fault}); play it again"
            ) from fault


def measures_of(log: Log, run: str) -> State:
    """Return the measures of a run as its log stands."""
    state = _latest_state(log, run)
    for first, ndjson, _ in log.segments(run, state.position):
        if first != state.position:
            raise AssertionError(f"checkpoints lie between segments, not at {state.position}")
        state.fold(decode(ndjson))
    return state


def _latest_state(log: Log, run: str) -> State:
    checkpoint = log.latest_checkpoint(run)
    return State.restore(checkpoint.state) if checkpoint else State()


def _tell(saved: Future[Any]) -> None:
    """Report a checkpoint that could not be kept; the log is whole without it."""
    if fault := saved.exception():
        _logger.warning("a checkpoint was not kept: %s", fault)
