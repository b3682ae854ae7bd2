"""Programs that stand in for `fair` and for Python where a test starts them: a nursery forks what they would start."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
FAIR = """#!/bin/sh
exec {python} -IS {call} {address} -m faircli "$@"
"""
PYTHON = """#!/bin/sh
[ "$1" != -B ] || shift  # multiprocessing passes it on; the nursery has it from the environment
case "$1 $2" in
    "-m faircli" | "-c "*) exec {python} -IS {call} {address} "$@" ;;
    *) exec {python} "$@" ;;
esac
"""
"""What else Python is asked to run, such as a file, it runs."""


SHARED = "CLOUDFAIR_TESTS_PROGRAMS"
"""Names the folder that the workers of the tests share."""


@cache
def programs() -> Path:
    """Return a folder with `fair` and `interpreter`; the nursery behind them ends with the process that started it."""
    return Path(os.environ[SHARED]) if SHARED in os.environ else _started()


def share() -> None:
    """Let the processes that this one starts use its nursery."""
    os.environ[SHARED] = str(programs())


def _started() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="fair-"))
    address = folder / "nursery"
    for name, text in (("fair", FAIR), ("interpreter", PYTHON)):
        (folder / name).write_text(text.format(python=sys.executable, call=HERE / "call.py", address=address))
        (folder / name).chmod(0o700)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen()
        nursery = subprocess.Popen(
            [sys.executable, HERE / "nursery.py", str(listener.fileno()), folder / "interpreter"],
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            start_new_session=True,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # it would start threads as it is imported
        )
    atexit.register(_end, nursery, folder)
    return folder


def interpreter() -> str:
    """Return what stands in for Python: `interpreter() -m faircli runs`."""
    return str(programs() / "interpreter")


def _end(nursery: subprocess.Popen[bytes], folder: Path) -> None:
    nursery.communicate()
    shutil.rmtree(folder)
