"""Calls the command, as a person would, in a folder of the test's own."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from multiprocessing import spawn
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import httpx
from tests.faircli.told import beside_small_scale
from tests.fairsim.runs import ONLINE
from tests.ready.program import interpreter
from tests.real import starts

from faircli.main import main

FAIR = [sys.executable, "-m", "faircli"]
SMALL = ["ciftis2020", "--scale", "0.005"]
BARE = [f"--set={change}" for change in ONLINE]
"""No halls, and no session but the opening summit: what is fitted is played as ever, in a third of the time."""
STOPPED = [
    ((), "stopped, and the runs are lost; with --resume FILE the next call reuses them"),
    (("--resume", "runs.ndjson"), "stopped; the same command goes on from the runs in runs.ndjson"),
]
"""What somebody is told who stops an experiment, by what the command says of its runs."""
PACED = "86400"  # a day a second: a small fair takes six seconds, long enough to be disturbed


class Done(NamedTuple):
    """How a command ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


class Fair:
    """The command `fair` in one folder: called in this process, or started as a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # settings of the person who runs the tests are none of the tests'
        # xdist's workers import readline, which sets the size of a terminal that there is not
        unwanted = ("COLUMNS", "LINES")
        kept = {name: value for name, value in os.environ.items() if name not in unwanted}
        self._env = {name: value for name, value in kept.items() if not name.startswith("CLOUDFAIR_")}

    def __call__(self, *arguments: str) -> Done:
        """Call the command in this process; what it starts itself is forked by a nursery."""
        if arguments[0] == "run":
            starts("backend")
        stdout, stderr = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        with self._settings(), redirect_stdout(stdout), redirect_stderr(stderr), mock.patch("gc.freeze"):  # it goes on
            try:
                main([*arguments])
            except SystemExit as left:
                status = int(left.code or 0)
        stdout.flush()
        return Done(status, stdout.buffer.getvalue().decode(), stderr.getvalue())

    def process(self, *arguments: str, columns: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the command as a person does; in a terminal of so many columns, where any are given."""
        starts("command")
        env = self._env | ({} if columns is None else {"COLUMNS": columns})
        line = [interpreter(), "-m", "faircli", *arguments]
        return subprocess.run(line, cwd=self.folder, env=env, capture_output=True, text=True, timeout=120)

    @contextmanager
    def _settings(self) -> Iterator[None]:
        there, python = Path.cwd(), spawn.get_executable()
        with mock.patch.dict(os.environ, self._env, clear=True), mock.patch.object(sys, "executable", interpreter()):
            os.chdir(self.folder)
            spawn.set_executable(interpreter())
            try:
                yield
            finally:
                spawn.set_executable(python)
                os.chdir(there)

    def json(self, *arguments: str) -> Any:
        done = self(*arguments, "--json")
        assert (done.returncode, beside_small_scale(done.stderr)) == (0, "")
        return json.loads(done.stdout)

    def start(self, *arguments: str, python: str | None = None) -> subprocess.Popen[str]:
        """Start the command, forked by a nursery unless a Python is named."""
        starts("command")
        return subprocess.Popen(
            [python or interpreter(), "-m", "faircli", *arguments],
            cwd=self.folder,
            env=self._env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def serving(self, *options: str, port: int = 0) -> Iterator[tuple[str, subprocess.Popen[str]]]:
        """Yield the URL and the process of a backend."""
        with self.start("serve", "--port", str(port), *options) as process:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            try:
                yield url, process
            finally:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=30)


def compared(shown: str) -> list[str]:
    """Return the figures of a comparison as it is printed, in their order."""
    lines = shown.splitlines()
    heads = [place for place, line in enumerate(lines) if line.split()[:2] == ["figure", "reported"]]
    figures: list[str] = []
    for head in heads:
        end = next((place for place in range(head, len(lines)) if not lines[place].strip()), len(lines))
        figures += [line.split()[0] for line in lines[head + 1 : end]]
    return figures


def wait_until(true: Callable[[], bool], timeout_s: float = 30) -> None:
    end = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)


Played = tuple[Fair, dict[str, Any]]


def head(url: str, run: str) -> int:
    return int(httpx.get(f"{url}/runs/{run}").json()["head"])


def runs_of(url: str) -> list[str]:
    """Return the ids of the backend's runs, the latest first."""
    return [row["id"] for row in httpx.get(f"{url}/runs").json()]


def wait_for_events(url: str, count: int, known: Sequence[str] = ()) -> str:
    """Return the id of the backend's only run beside the known ones, once it has so many events."""
    wait_until(lambda: len(runs_of(url)) > len(known))
    (run,) = set(runs_of(url)) - set(known)
    wait_until(lambda: head(url, run) > count)
    return run


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:  # it has ended meanwhile
                continue
            found += [int(entry.name)] if parent == str(pid) else []
    return found
