"""A plugin of pytest: notes which test runs which lines, or runs chosen tests in a chosen order."""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest


class Noting:
    """Notes how long each test takes, which lines it and its fixtures run, and which libraries all need."""

    def __init__(self, noted: Path, modules: list[str]) -> None:
        from coverage import Coverage

        self._noted, self._modules = noted, modules
        self._coverage = Coverage(data_file=None, include=modules, config_file=False)
        self._seconds: dict[str, float] = defaultdict(float)
        self._fixtures: dict[str, list[str]] = {}
        self._skipped: set[str] = set()

    def pytest_sessionstart(self) -> None:
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Any:
        self._coverage.switch_context(item.nodeid)
        known = item._fixtureinfo.name2fixturedefs
        self._fixtures[item.nodeid] = [_called(fixture) for fixtures in known.values() for fixture in fixtures]
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Any:
        """What a fixture runs for one test, it has run for all that share it."""
        self._coverage.switch_context(_called(fixturedef))
        result = yield
        self._coverage.switch_context(request._pyfuncitem.nodeid)
        return result

    def pytest_runtest_logreport(self, report: Any) -> None:
        self._seconds[report.nodeid] += report.duration
        if report.skipped:
            self._skipped.add(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        self._coverage.stop()
        data = self._coverage.get_data()
        lines = {
            os.path.relpath(file): {line: [name for name in names if name] for line, names in by_line.items()}
            for file in data.measured_files()
            for by_line in [data.contexts_by_lineno(file)]
        }
        seconds = {test: took for test, took in self._seconds.items() if test not in self._skipped}
        fixtures = {test: names for test, names in self._fixtures.items() if test in seconds}
        noted = {"seconds": seconds, "fixtures": fixtures, "lines": lines, "libraries": _libraries()}
        self._noted.write_text(json.dumps(noted))


def _libraries() -> list[str]:
    """Return what is imported, in order, without what lies in this folder: that may be changed."""
    here = f"{Path.cwd()}{os.sep}"
    files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
    return [name for name, file in files.items() if not file.startswith(here)]


def _called(fixture: Any) -> str:
    return f"fixture {fixture.baseid} {fixture.argname}"


class Chosen:
    """Runs chosen tests, in their order, and nothing else."""

    def __init__(self, chosen: list[str]) -> None:
        self._places = {name: place for place, name in enumerate(chosen)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((item for item in items if item.nodeid in self._places), key=self._place)

    def _place(self, item: pytest.Item) -> int:
        return self._places[item.nodeid]
