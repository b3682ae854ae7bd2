"""The load, in seconds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.real import starts

ROOT = Path(__file__).resolve().parents[2]


def test_a_short_load_measures_runs_alone_and_beside_others(tmp_path: Path) -> None:
    starts("backend")
    command = [sys.executable, "-m", "benchmarks.load", str(tmp_path / "fair.db"), "--scale", "0.002"]
    done = subprocess.run(
        [*command, "--runs", "2", "--readers", "4", "--unfinished", "20"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[-3:]] == ["nobody", "4", "20"]
