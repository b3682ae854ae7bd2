"""Workers: whoever plays the runs of an experiment. The only seam for parallel work is `concurrent.futures.Executor`.

Results are yielded in the order of the tasks, so that they depend on neither the number nor the order of the workers.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, TypeVar

from fairfacts.errors import LabError, WorkersError

REACH_S = 10
"""How long a scheduler is waited for."""
Task = TypeVar("Task")
Result = TypeVar("Result")


@contextmanager
def workers(count: int | None = None, *, dask: str | None = None) -> Iterator[tuple[Executor, int]]:
    """Yield an executor and how many tasks it does at once: processes on this machine, or a Dask cluster.

    Args:
        count: of processes; one for each core unless given.
        dask: address of a Dask scheduler, such as `tcp://127.0.0.1:8786`; its workers need this package.

    Raises:
        LabError: Dask is not installed.
        WorkersError: there is no scheduler at the address, or it has no workers.
    """
    if dask is not None:
        with _dask(dask) as reached:
            yield reached
        return
    count = count or os.cpu_count() or 1
    # spawned, not forked: whoever asks may have threads. Ctrl-C ends the workers without a word, the asker tells
    executor = ProcessPoolExecutor(
        count, mp_context=get_context("spawn"), initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_DFL)
    )
    try:
        yield executor, count
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def _dask(address: str) -> Iterator[tuple[Executor, int]]:
    try:
        from distributed import Client
    except ImportError as fault:
        raise LabError(f"--dask {address}: Dask is not installed; pip install 'cloudfair[dask]'") from fault
    try:
        client: Any = Client(address, timeout=REACH_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as fault:
        raise WorkersError(
            f"--dask {address}: no scheduler answers there ({fault}); start one (dask scheduler), or leave --dask out"
        ) from fault
    with client:
        if not (threads := sum(client.nthreads().values())):
            raise WorkersError(f"--dask {address}: the scheduler has no workers; start one: dask worker {address}")
        yield client.get_executor(pure=False), threads


def in_order(
    executor: Executor, at_once: int, function: Callable[[Task], Result], tasks: Iterable[Task]
) -> Iterator[Result]:
    """Yield the function of each task, in the order of the tasks, a few ahead of whoever takes them.

    Raises:
        WorkersError: a worker died, or the cluster gave the task up.
    """
    waiting: deque[Future[Result]] = deque()
    try:
        for task in tasks:
            waiting.append(executor.submit(function, task))
            if len(waiting) > at_once:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except (BrokenExecutor, CancelledError) as fault:
        raise WorkersError(
            f"a worker was lost ({fault or type(fault).__name__}); it may have had too little memory: fewer --workers,"
            " or a smaller --scale"
        ) from fault
    finally:
        for future in waiting:
            future.cancel()
