from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest
from benchmarks.backend import FAIR
from tests.ready.program import interpreter
from tests.real import starts


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., str]]:
    """Runs a benchmark in this process, and returns what it prints; what it starts of `fair`, a nursery forks."""
    starts("backend")

    def run(main: Callable[[], None], *options: str) -> str:
        monkeypatch.setattr(sys, "argv", ["benchmark", *options])
        main()
        return capsys.readouterr().out

    python, FAIR[0] = FAIR[0], interpreter()
    yield run
    FAIR[0] = python
