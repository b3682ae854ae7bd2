"""A process that has imported what the command `fair` needs, and forks itself for each that a test starts.

Most of the processor time of a short command is imports. What is forked is a process of its own all the same, with the
folder, environment, arguments and open files of the one that asked (`call.py`), and with a status of its own. The
command itself, all of `faircli`, it imports anew: what that reads as it is imported, such as the terminal, is its own.

    python nursery.py LISTENER INTERPRETER

LISTENER is the descriptor of a socket that it inherits. When its standard input closes, it ends, and ends what it has
forked.
"""

from __future__ import annotations

import atexit
import fcntl
import functools
import gc
import io
import marshal
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import ssl
import sys
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

PACKAGES = ("fairfacts", "fairsim", "fairlab", "cloudfair")
LIBRARIES = (
    *("typer", "typer.rich_utils", "rich.console", "rich.progress", "rich.table", "rich.markdown", "rich.live"),
    *(
        "httpx",
        "httpcore",
        "certifi",
        "tzdata",
        "encodings.idna",
        "encodings.utf_8_sig",
        "multiprocessing.spawn",
        "concurrent.futures.process",
        "webbrowser",
        "tomllib",
        "csv",
        "getpass",
    ),
    *("uvicorn.protocols.http.httptools_impl", "uvicorn.protocols.websockets.auto", "uvloop"),
    *("uvicorn.lifespan.on", "uvicorn.loops.uvloop", "sqlalchemy.dialects.sqlite", "alembic.command", "psycopg"),
    *("jinja2", "matplotlib.figure", "matplotlib.backends.backend_svg", "icalendar", "numpy", "scipy.stats"),
)
SIZE, MOST_FILES = 8, 64
"""Bytes that say how long a call is; files that come with it."""


class Call(NamedTuple):
    """What the process that asked has: a forked one gets the same."""

    arguments: list[str]
    environment: dict[str, str]
    folder: str
    files: list[int]
    """The descriptors of its open files."""
    blocked: list[int]
    """Signals that it does not take."""
    received: list[int]
    """Where these files are in the nursery."""


class Forked(NamedTuple):
    """A process that runs a command, and the connection to the one that asked for it."""

    pid: int
    ends: int
    """The descriptor that is readable when it has ended."""
    caller: socket.socket


def prepare() -> None:
    """Import everything but the command itself."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
            if not module.name.endswith("__main__") and ".migrations." not in module.name:
                import_module(module.name)
    for name in LIBRARIES:
        import_module(name)
    ssl.create_default_context = functools.cache(ssl.create_default_context)  # as tests/conftest.py does
    import_module("httpx").create_ssl_context()
    assert not any(name.partition(".")[0] == "faircli" for name in sys.modules), "the command is each process's own"
    assert len(os.listdir("/proc/self/task")) == 1, "a process with threads is not forked"  # noqa: PTH208
    gc.collect()
    gc.freeze()


class Ending:
    """The end of a process: without taking apart all that the nursery has imported, which takes longer than a command.

    Threads were waited for before, and other ends were called. What Python has to say in the end, it says.
    """

    status: Any = "unknown"

    def end(self) -> None:
        """End the process, if it ends with a status."""
        status = self.status or 0
        if isinstance(status, int):
            with suppress(OSError, ValueError):  # Python says so
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status & 0xFF)


class Nursery:
    """Forks a process for each call, passes signals on to it, and says how it ended."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener, self._events = listener, selectors.DefaultSelector()
        self._events.register(listener, selectors.EVENT_READ)
        self._events.register(0, selectors.EVENT_READ)

    def next_call(self) -> Call:
        """Return a call, in the process that is forked for it."""
        while True:
            key, _ = self._events.select()[0]  # one at a time, as each may change what is waited for
            if key.data is not None:
                self._attend(key.fd, key.data)
            elif key.fd == 0:
                self._end_all()
            elif (call := self._fork()) is not None:
                return call

    def _fork(self) -> Call | None:
        caller, _ = self._listener.accept()
        if (call := _read(caller)) is None:
            caller.close()
            return None
        pid = os.fork()
        if not pid:
            caller.close()
            self._leave()
            return call
        for file in call.received:
            os.close(file)
        forked = Forked(pid, os.pidfd_open(pid), caller)
        for descriptor in (forked.ends, caller):
            self._events.register(descriptor, selectors.EVENT_READ, forked)
        return None

    def _attend(self, descriptor: int, forked: Forked) -> None:
        """Pass a signal on, or say how a process ended; one whose caller was killed is killed too."""
        if descriptor != forked.ends:
            said = b""
            with suppress(ConnectionError):
                said = forked.caller.recv(1)
            os.kill(forked.pid, said[0] if said else signal.SIGKILL)  # it is not waited for yet: the number is its own
            if said:
                return
        self._events.unregister(forked.ends)
        self._events.unregister(forked.caller)
        _, status = os.waitpid(forked.pid, 0)
        with suppress(OSError):  # the caller is gone
            forked.caller.send(status.to_bytes(SIZE, "big"))
        forked.caller.close()
        os.close(forked.ends)

    def _leave(self) -> None:
        """Close, in a forked process, what is not its own."""
        for key in list(self._events.get_map().values()):
            if key.fileobj is self._listener or (key.data is not None and key.fileobj is key.data.caller):
                key.fileobj.close()
            elif key.fd:
                os.close(key.fd)
        self._events.close()

    def _end_all(self) -> None:
        for forked in {key.data for key in self._events.get_map().values() if key.data is not None}:
            os.kill(forked.pid, signal.SIGKILL)
            os.waitpid(forked.pid, 0)
        sys.exit()


def _read(caller: socket.socket) -> Call | None:
    """Return what a caller asks; nothing where it was killed meanwhile."""
    told, files, _, _ = socket.recv_fds(caller, 1 << 16, MOST_FILES)
    while told and len(told) < SIZE + int.from_bytes(told[:SIZE], "big"):
        if not (more := caller.recv(1 << 16)):
            return None
        told += more
    return Call(*marshal.loads(told[SIZE:]), files) if told else None


def become(call: Call, interpreter: str) -> None:
    """Be, in this process, what asked; what it starts with `interpreter` is forked as well."""
    os.setsid()
    os.chdir(call.folder)
    os.environ.clear()
    os.environ.update(call.environment)
    time.tzset()
    aside = [fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, max(call.files) + 1) for file in call.received]
    for file in call.received:
        os.close(file)
    for file, place in zip(aside, call.files, strict=True):
        os.dup2(file, place)
        os.close(file)
    sys.stdin, sys.stdout, sys.stderr = (_stream(place) for place in range(3))
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    sys.executable = interpreter
    import_module("multiprocessing.spawn").set_executable(interpreter)
    signal.pthread_sigmask(signal.SIG_SETMASK, call.blocked)


def run(how: str, what: str, *arguments: str) -> None:
    """Run a module (-m) or code (-c), as Python does."""
    if how == "-m":
        sys.argv, sys.path[:0] = [what, *arguments], [os.getcwd()]  # noqa: PTH109
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        sys.argv, sys.path[:0] = ["-c", *arguments], [""]
        module = sys.modules["__main__"] = ModuleType("__main__")
        exec(compile(what, "<string>", "exec"), module.__dict__)


def _stream(place: int) -> Any:
    """Return a standard stream as Python opens it at its start."""
    if not place:
        return open(place, encoding="utf-8", closefd=False)
    at_once = bool(os.environ.get("PYTHONUNBUFFERED"))
    raw: Any = io.FileIO(place, "w", closefd=False)
    raw.name = ("<stdout>", "<stderr>")[place - 1]
    stream: Any = io.TextIOWrapper(
        raw if at_once else io.BufferedWriter(raw),
        "utf-8",
        ("strict", "backslashreplace")[place - 1],
        line_buffering=place == 2 or os.isatty(place),
        write_through=at_once,
    )
    stream.mode = "w"
    return stream


def main() -> None:
    descriptor, interpreter = sys.argv[1:]
    ending = Ending()
    atexit.register(ending.end)  # what is registered first is called last
    sys.path.remove(str(Path(__file__).parent))
    prepare()
    with socket.socket(fileno=int(descriptor)) as listener:
        call = Nursery(listener).next_call()
    become(call, interpreter)
    try:
        run(*call.arguments)
        ending.status = 0
    except SystemExit as left:
        ending.status = left.code
        raise


if __name__ == "__main__":
    main()
