"""Pools of threads, one for each kind of work that takes long, so that no kind waits for another.

Intake has the log's own writer, and health needs no thread. What takes a moment only, such as reading a row, runs in
the event loop's own pool. Everything else has a pool here with a bound on how much may wait for it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from cloudfair.errors import BusyError

P = ParamSpec("P")
T = TypeVar("T")


class Pool:
    """Threads for one kind of work, and a bound on how much of it may wait."""

    def __init__(self, work: str, threads: int, waiting: int | None, retry_s: int = 1) -> None:
        """Make a pool; without a bound on `waiting`, its callers bound themselves. `work` is a plural for messages."""
        self.executor = ThreadPoolExecutor(threads, work)
        self._work, self._retry_s = work, retry_s
        self._most = None if waiting is None else threads + waiting
        self._pending = 0
        self._lock = threading.Lock()

    async def run(self, function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """Call a function in a thread and return what it returns.

        Raises:
            BusyError: as much as may is waiting already.
        """
        with self._lock:
            if self._most is not None and self._pending >= self._most:
                raise BusyError(
                    f"{self._most} {self._work} are under way or wait; ask again in {self._retry_s} s",
                    retry_s=self._retry_s,
                )
            self._pending += 1
        future = self.executor.submit(function, *args, **options)
        future.add_done_callback(self._done)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Begin nothing more, and return without waiting for what is under way."""
        self.executor.shutdown(wait=False, cancel_futures=True)

    def _done(self, _: Future[Any]) -> None:
        with self._lock:
            self._pending -= 1


class Slots:
    """Places for work that needs no thread of this process, and a bound on how much of it may wait."""

    def __init__(self, work: str, at_once: int, waiting: int, wait_s: float) -> None:
        """Make places for `at_once` works; up to `waiting` more wait, each at most `wait_s` seconds."""
        self._work, self._at_once, self._most, self._wait_s = work, at_once, at_once + waiting, wait_s
        self._free = asyncio.Semaphore(at_once)
        self._pending = 0

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Hold a place.

        Raises:
            BusyError: too many wait already, or none became free in time.
        """
        if self._pending >= self._most:
            raise self._busy()
        self._pending += 1
        try:
            try:
                async with asyncio.timeout(self._wait_s):
                    await self._free.acquire()
            except TimeoutError:
                raise self._busy() from None
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._pending -= 1

    def _busy(self) -> BusyError:
        return BusyError(f"{self._at_once} {self._work} are under way and others wait; ask again in a moment")


@dataclass(frozen=True)
class Pools:
    """The pools of one backend."""

    past: Pool = field(default_factory=lambda: Pool("reads of the past", threads=2, waiting=64, retry_s=2))
    """States at earlier moments, counts over a whole log, runs that are loaded."""
    feeds: Pool = field(default_factory=lambda: Pool("frames", threads=2, waiting=None))
    """Frames of playback and of pairs; each watcher has at most one."""
    reports: Pool = field(default_factory=lambda: Pool("reports", threads=1, waiting=2, retry_s=30))
    archives: Pool = field(default_factory=lambda: Pool("archives", threads=1, waiting=16, retry_s=10))
    """Parquet files that are written, or looked up."""
    checks: Pool = field(default_factory=lambda: Pool("checks", threads=1, waiting=8))
    """Whether the database answers, for whoever watches the backend."""
    writes: Pool = field(default_factory=lambda: Pool("writes", threads=2, waiting=64, retry_s=2))
    """Rows of runs and commands; a locked database makes them wait."""

    def close(self) -> None:
        """Close all pools."""
        for pool in (self.past, self.feeds, self.reports, self.archives, self.checks, self.writes):
            pool.close()
