"""Workers: they play the runs of an experiment. The only interface for parallel work is `concurrent.futures.Executor`.

Results come in the order of the tasks: they depend on neither the number nor the order of the workers.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any, Generic, TypeVar

from fairfacts.errors import LabError, WorkersError

LOSSES = 3
"""How often workers may be lost before a task has a result; then it is taken for the cause, as for lack of memory."""
REACH_S = 10
"""How long to wait for a scheduler."""
Task = TypeVar("Task")
Result = TypeVar("Result")

_logger = logging.getLogger(__name__)


@contextmanager
def workers(count: int | None = None, *, dask: str | None = None) -> Iterator[tuple[Executor, int]]:
    """Yield an executor and how many tasks it does at once: processes on this machine, or a Dask cluster.

    Args:
        count: number of processes; by default one for each core.
        dask: address of a Dask scheduler, such as `tcp://127.0.0.1:8786`; its workers need this package.

    Raises:
        LabError: Dask is not installed.
        WorkersError: there is no scheduler at the address, it has no workers, or they lack this package; or the cluster
            is lost within the block.
    """
    if dask is not None:
        with _dask(dask) as reached:
            yield reached
        return
    pool = _Pool(count or os.cpu_count() or 1)
    try:
        yield pool, pool.count
    except BaseException:
        pool.kill_workers()  # nobody wants their results; one that is just starting, the executor does not know
        raise
    finally:
        pool.shutdown(cancel_futures=True)


class _Pool(Executor):
    """Processes on this machine. The executor below ends all of them with the first that is lost; others follow."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._start()

    def _start(self) -> None:
        self._context = _QuietContext()
        self._executor = ProcessPoolExecutor(self.count, mp_context=self._context, initializer=_begin)

    def submit(self, function: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """Have a process call the function."""
        return self._executor.submit(function, *args, **options)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes."""
        self._executor.shutdown(wait, cancel_futures=cancel_futures)

    def kill_workers(self) -> None:
        """End every process at once."""
        self._context.kill_workers()

    def renew(self) -> None:
        """Start processes in the place of those that were lost; what was submitted to these is to be so again."""
        self.shutdown()
        self._start()


class _QuietProcess(SpawnProcess):
    """A worker that Ctrl-C ends without a traceback, from its first moment on: it starts with SIGINT blocked."""

    def start(self) -> None:
        """Start the worker; a Ctrl-C meanwhile reaches this process right after."""
        with _interrupts_deferred():
            super().start()


@contextmanager
def _interrupts_deferred() -> Iterator[None]:
    """Hold a SIGINT back until the block has ended, and block it in what the block starts.

    To block it in this thread is not enough: another thread of this process may take the signal. Python then calls the
    handler in the main thread all the same.
    """
    came: list[int] = []
    here = threading.current_thread() is threading.main_thread()  # only there are handlers set, and called
    handler = signal.signal(signal.SIGINT, lambda number, _: came.append(number)) if here else None
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        if here:
            signal.signal(signal.SIGINT, handler)
        if came:
            signal.raise_signal(signal.SIGINT)


class _QuietContext(SpawnContext):
    """Spawns workers, as a process with threads must not be forked."""

    def __init__(self) -> None:
        super().__init__()
        self._workers: list[_QuietProcess] = []

    def Process(self, *args: Any, **options: Any) -> _QuietProcess:  # type: ignore[override]  # noqa: N802  # its name
        """Make a worker, for the executor to start."""
        worker = _QuietProcess(*args, **options)
        self._workers.append(worker)
        return worker

    def kill_workers(self) -> None:
        """End every worker that was started, at once."""
        for worker in self._workers:
            if worker.pid is not None:
                worker.kill()


def _begin() -> None:
    """Let this worker end with the process that started it, even if that is killed and cannot tell its workers."""
    parent = parent_process()
    assert parent is not None, "a worker was started by a process"

    def end_with_parent() -> None:
        parent.join()
        os._exit(1)  # no thread but the main one can end a process otherwise

    threading.Thread(target=end_with_parent, daemon=True).start()
    _die_of_interrupts()


def _die_of_interrupts() -> None:
    """Let Ctrl-C end this worker without a traceback; one that came during its start takes effect now."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@contextmanager
def _dask(address: str) -> Iterator[tuple[Executor, int]]:
    try:
        from distributed import Client
        from distributed.comm.addressing import parse_address
        from distributed.comm.core import CommClosedError
        from distributed.comm.registry import get_backend
        from distributed.scheduler import KilledWorker
    except ImportError as fault:
        raise LabError(f"--dask {address}: Dask is not installed; pip install 'cloudfair[dask]'") from fault
    try:
        scheme, place = parse_address(address)  # before there is a client: one that is half made waits as it is removed
        get_backend(scheme).get_address_host(place)  # type: ignore[no-untyped-call]  # Dask has no types
        client: Any = Client(address, timeout=REACH_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as fault:
        raise WorkersError(
            f"--dask {address}: no scheduler answers there ({fault}); start one (dask scheduler), or leave --dask out"
        ) from fault
    for name in ("distributed", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # they log a traceback of what is raised here in words
    with client:
        if not (threads := sum(client.nthreads().values())):
            raise WorkersError(f"--dask {address}: the scheduler has no workers; start one: dask worker {address}")
        _check_sources(client, address)
        try:
            yield client.get_executor(pure=False), threads
        except (CancelledError, asyncio.CancelledError, CommClosedError) as fault:
            raise WorkersError(
                f"--dask {address}: the scheduler was lost ({str(fault) or type(fault).__name__}); start it again, with"
                " its workers"
            ) from fault
        except KilledWorker as fault:
            raise WorkersError(
                f"--dask {address}: workers died again and again ({fault}); they may have had too little memory: take"
                " a smaller --scale"
            ) from fault


def _check_sources(client: Any, address: str) -> None:
    """Refuse workers whose model is not this one.

    Raises:
        WorkersError: a worker lacks the package, or has another version of it.
    """

    def sources_sha256() -> str:  # defined here, so that it is sent as code: a worker may lack this module
        import hashlib
        from importlib.util import find_spec
        from pathlib import Path

        digest = hashlib.sha256()
        for package in ("fairfacts", "fairsim", "fairlab"):
            spec = find_spec(package)
            if spec is None or spec.origin is None:
                return f"{package} is missing"
            for path in sorted(Path(spec.origin).parent.rglob("*.py")):
                digest.update(path.read_bytes())
        return digest.hexdigest()

    ours = sources_sha256()
    for worker, theirs in client.run(sources_sha256).items():
        if theirs != ours:
            trouble = theirs if "missing" in theirs else "its model is of another version"
            raise WorkersError(f"--dask {address}: worker {worker}: {trouble}; install this version of cloudfair there")


def in_order(
    executor: Executor, at_once: int, function: Callable[[Task], Result], tasks: Iterable[Task]
) -> Iterator[Result]:
    """Yield the result of each task, in the order of the tasks; a few tasks are submitted ahead.

    Tasks of a process that was lost are done again by others.

    Raises:
        WorkersError: processes died again and again.
    """
    waiting: deque[_Waiting[Task, Result]] = deque()
    try:
        for task in tasks:
            waiting.append(_Waiting(executor, function, task))
            if len(waiting) > at_once:
                yield _first(waiting, executor)
        while waiting:
            yield _first(waiting, executor)
    except BrokenExecutor as fault:
        raise WorkersError(
            f"a worker was lost ({str(fault) or type(fault).__name__}); it may have had too little memory:"
            " fewer --workers, or a smaller --scale"
        ) from fault
    finally:
        for submitted in waiting:
            submitted.future.cancel()


class _Waiting(Generic[Task, Result]):
    """A task that was submitted, and can be again."""

    def __init__(self, executor: Executor, function: Callable[[Task], Result], task: Task) -> None:
        self._executor, self._function, self._task = executor, function, task
        self.submit()

    def submit(self) -> None:
        """Submit it; where the executor is broken already, that is its result."""
        try:
            self.future: Future[Result] = self._executor.submit(self._function, self._task)
        except BrokenExecutor as fault:
            self.future = Future()
            self.future.set_exception(fault)

    def is_lost(self) -> bool:
        """Return whether a worker was lost before it was done."""
        return isinstance(self.future.exception(), BrokenExecutor) if self.future.done() else False


def _first(waiting: deque[_Waiting[Task, Result]], executor: Executor) -> Result:
    """Return the result of the first one, and remove it; new workers take the place of lost ones.

    Raises:
        BrokenExecutor: they were lost too often.
    """
    for left in reversed(range(LOSSES)):
        try:
            result = waiting[0].future.result()
        except BrokenExecutor:
            if not left or not isinstance(executor, _Pool):
                raise
            _logger.warning("a worker was lost, perhaps for lack of memory; others play what it had begun")
            executor.renew()
            for lost in filter(_Waiting.is_lost, waiting):
                lost.submit()
        else:
            waiting.popleft()
            return result
    raise AssertionError("the last loss was raised")
