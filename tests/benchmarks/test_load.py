"""The load, in seconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.load import main


def test_a_short_load_measures_runs_alone_and_beside_others(measured: Callable[..., str], tmp_path: Path) -> None:
    options = ("--scale", "0.002", "--runs", "2", "--readers", "4", "--unfinished", "20")
    shown = measured(main, str(tmp_path / "fair.db"), *options)
    assert [line.split()[0] for line in shown.splitlines()[-3:]] == ["nobody", "4", "20"]
