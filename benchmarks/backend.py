"""A backend in a process of its own, as benchmarks measure it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

FAIR = [sys.executable, "-m", "faircli"]
"""Begins a command of `fair`."""


@contextmanager
def backend(database: object, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Yield URL and process of a backend; it ends with the block, also where that fails."""
    command = [*FAIR, "serve", "--port", "0", "--db", str(database), "--log-level", "warning", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1], process
        finally:
            process.terminate()
