"""The live runs of a backend: each is loaded when it is first asked for, and follows what other processes append."""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from weakref import WeakValueDictionary

from cloudfair.projections.live import Live
from cloudfair.store.log import Log

FOLLOW_S = 0.1
"""How often the log is asked for what other processes have appended."""
IDLE_S = 600.0
"""A run that nobody has asked for in so long is released; the next request loads it again."""
RETRY_S = 2.0
"""How long to wait before a run that could not be followed is tried again."""

_logger = logging.getLogger(__name__)


class LiveRuns:
    """The runs in memory."""

    def __init__(self, log: Log, loading: Executor | None = None) -> None:
        """Serve the runs of a log; `loading` has the threads in which they are loaded."""
        self._log, self._loading_threads = log, loading
        self._writer = ThreadPoolExecutor(log.writers, "log")
        self._loading: dict[str, asyncio.Future[Live]] = {}
        self._released: WeakValueDictionary[str, Live] = WeakValueDictionary()
        """Runs that were released here, and that a stream or a feed still holds."""
        self._asked_at: dict[str, float] = {}
        """When each run was last asked for, on the monotonic clock."""
        self._following: dict[str, asyncio.Task[None]] = {}
        self._retry_at: dict[str, float] = {}
        self._faults: dict[str, str] = {}

    async def get(self, run: str) -> Live:
        """Return a run.

        Raises:
            UnknownError: there is no such run.
            DamageError: its log is not what was appended.
            UnableError: another release wrote its log.
        """
        self._asked_at[run] = time.monotonic()
        if run not in self._loading:
            self._loading[run] = self._begin_loading(run)
        try:
            return await asyncio.shield(self._loading[run])
        except BaseException:
            if (task := self._loading.get(run)) and task.done() and (task.cancelled() or task.exception()):
                del self._loading[run]
                self._asked_at.pop(run, None)
            raise

    def loaded(self) -> list[Live]:
        """Return the runs in memory."""
        tasks = [task for task in self._loading.values() if task.done() and not task.cancelled()]
        return [task.result() for task in tasks if task.exception() is None] + list(self._released.values())

    def release_idle(self, idle_s: float = IDLE_S) -> None:
        """Release the runs that nobody has asked for in `idle_s` seconds.

        A run that a feed or a stream still holds stays in memory as long as that does, and is followed.
        """
        now = time.monotonic()
        for run, task in list(self._loading.items()):
            is_idle = task.done() and not task.cancelled() and task.exception() is None
            if is_idle and now - self._asked_at.get(run, now) >= idle_s and not task.result().appending.locked():
                live = task.result()
                live.catch_up()
                self._released[run] = live
                for record in (self._loading, self._asked_at, self._retry_at):
                    record.pop(run, None)

    async def follow(self) -> None:
        """Fold what other processes append to the runs in memory, for as long as this runs.

        Each run is followed by a task of its own: a run that is damaged or slow delays no other. Its fault is logged
        once, and it is tried again until it succeeds.
        """
        while True:
            await asyncio.sleep(FOLLOW_S)
            lives = {live.run: live for live in self.loaded() if not live.ended and self._is_due(live.run)}
            if not lives:
                continue
            try:
                heads = await asyncio.to_thread(self._log.runs.heads, list(lives))
            except Exception as fault:  # whatever it is, the follower must go on
                self._report("the log", fault)
                await asyncio.sleep(RETRY_S)
                continue
            self._faults.pop("the log", None)
            for run, head in heads.items():
                if head > lives[run].head:
                    self._following[run] = asyncio.create_task(self._follow(lives[run]))

    def close(self) -> None:
        """Fold every acknowledged event, and finish what is being written."""
        for task in self._following.values():
            task.cancel()
        for live in self.loaded():
            live.catch_up()
        self._writer.shutdown()

    async def _follow(self, live: Live) -> None:
        try:
            await live.follow()
        except Exception as fault:  # whatever it is, it must not touch another run
            self._retry_at[live.run] = time.monotonic() + RETRY_S
            self._report(f"run {live.run}", fault)
        else:
            self._faults.pop(f"run {live.run}", None)

    def _is_due(self, run: str) -> bool:
        task = self._following.get(run)
        return (task is None or task.done()) and time.monotonic() >= self._retry_at.get(run, 0.0)

    def _report(self, what: str, fault: Exception) -> None:
        """Log a fault, once for as long as it stays the same."""
        text = f"{type(fault).__name__}: {fault}"
        if self._faults.get(what) != text:
            self._faults[what] = text
            _logger.error("%s cannot be followed and is tried again: %s", what, text)

    def _begin_loading(self, run: str) -> asyncio.Future[Live]:
        if (live := self._released.pop(run, None)) is None:
            return asyncio.create_task(self._load_in_thread(run))
        loaded: asyncio.Future[Live] = asyncio.get_running_loop().create_future()
        loaded.set_result(live)
        return loaded

    async def _load_in_thread(self, run: str) -> Live:
        return await asyncio.get_running_loop().run_in_executor(self._loading_threads, self._load, run)

    def _load(self, run: str) -> Live:
        self._log.runs.get(run)
        return Live(run, self._log, self._writer)
