"""What stands beyond one process, in short: commands of `docs/scale.md` at a small scale.

That of the load balancer stops a backend once both have had a batch, which a short run on a busy machine does not give;
`tests/cloudfair/test_balanced.py` holds the same without a clock.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.real import starts

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("what", "options", "shown"),
    [
        ("cluster", ["--scale", "0.002", "-n", "2"], "equal: "),
        ("relays", ["--scale", "0.005", "--watchers", "5"], "equal to the backend's"),
    ],
)
def test_a_short_run_of_each_holds(what: str, options: list[str], shown: str) -> None:
    starts("backend")
    command = [sys.executable, "-m", "benchmarks.scale", what, *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert shown in done.stdout
