"""Runs the real command, as a person would, in a folder of the test's own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FAIR = [sys.executable, "-m", "cloudfair.command"]
SMALL = ["ciftis2020", "--scale", "0.02"]


class Fair:
    """The command `fair` in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # settings of whoever runs the tests are none of the tests'; tables are as wide as on paper
        self._env = {name: value for name, value in os.environ.items() if not name.startswith("CLOUDFAIR_")}

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*FAIR, *arguments], cwd=self.folder, env=self._env, capture_output=True, text=True, timeout=120
        )

    def json(self, *arguments: str) -> Any:
        done = self(*arguments, "--json")
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*FAIR, *arguments],
            cwd=self.folder,
            env=self._env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[tuple[str, subprocess.Popen[str]]]:
        """Yield the URL and the process of a backend."""
        with self.start("serve", "--port", str(port)) as process:
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
