"""Runs tests again and again, each time in a process that is forked from this one, which has imported the libraries.

It imports nothing of ours, so each process imports that as it stands then. It reads what to run as JSON, a line each,
and answers with what came of it.
"""

from __future__ import annotations

import gc
import json
import os
import re
import select
import signal
import sys
import tempfile
import time
import traceback
import warnings
from contextlib import redirect_stdout, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from tests.mutants.selection import Chosen, Noting

ONE_TEST_S = 120
"""What a test may take that something wrong makes wait; on a busy machine the others take long as well."""
HOW = ("-qx", "-rfE", "--tb=short", "--assert=plain", "-n0", "-p", "no:cacheprovider", "--hypothesis-seed=0")
BROKEN = 70
"""The status of a process that could not run tests at all."""
_FAILED = re.compile(r"^(?:FAILED|ERROR) (.*)", re.MULTILINE)


def main() -> None:
    """Do what is asked, one after the other."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # what runs tests is ended first
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(warm(**asked) if "imported" in asked else run(**asked)), file=answers, flush=True)


def warm(imported: list[str]) -> dict[str, Any]:
    """Import libraries; say how many."""
    with warnings.catch_warnings(), redirect_stdout(sys.stderr):
        warnings.simplefilter("ignore")
        for name in imported:
            with suppress(Exception):  # one that is made while a program runs
                import_module(name)
    assert len(list(Path("/proc/self/task").iterdir())) == 1, "a process with threads is not forked"
    gc.collect()
    gc.freeze()
    return {"imported": len(imported)}


def run(files: list[str], seconds: float, *, chosen: list[str], note: list[str]) -> dict[str, Any]:
    """Run chosen tests of some files until one fails, or note all of them, with the lines of some modules."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        began, output, noted = time.monotonic(), Path(folder) / "output", Path(folder) / "noted"
        pid = os.fork()
        if not pid:
            _test(Path(folder), output, files, Noting(noted, note) if note else Chosen(chosen))
        process = os.pidfd_open(pid)
        try:
            ended = select.select([process], [], [], seconds)[0]
        finally:
            with suppress(ProcessLookupError):  # what tests have started as well
                os.killpg(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            os.close(process)
        text = output.read_text(errors="replace") if output.exists() else ""
        return {
            "status": os.waitstatus_to_exitcode(status) if ended else "late",
            "failed": _FAILED.findall(text)[:1],
            "seconds": time.monotonic() - began,
            "noted": json.loads(noted.read_text()) if noted.exists() else {},
            "output": text[-4_000:],
        }


def _test(folder: Path, output: Path, files: list[str], plugin: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.setsid()
    for number, path, how in ((0, "/dev/null", os.O_RDONLY), (1, str(output), os.O_WRONLY | os.O_CREAT)):
        os.dup2(os.open(path, how), number)
    os.dup2(1, 2)
    settings.register_profile("mutants", database=None)  # what failed for one change is not tried first for the next
    settings.load_profile("mutants")
    status: int = BROKEN
    try:
        limit = [] if isinstance(plugin, Noting) else [f"--timeout={ONE_TEST_S}"]
        status = pytest.main([*HOW, f"--basetemp={folder / 'tests'}", *limit, *files], plugins=[plugin])
    except BaseException:  # whatever it is, it is told, and this process ends here
        traceback.print_exc(file=sys.stdout)
    finally:
        sys.stdout.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
