"""Tries changes: each is made in a copy of the checkout, and the tests that run what it changes are run there."""

from __future__ import annotations

import json
import os
import random  # noqa: TID251  # of tests alone: no run is drawn from it
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.mutants.changes import Change, changed, changes_of
from tests.mutants.groups import ROOT, Group, own
from tests.mutants.server import BROKEN

COPIED = ("platform", "sim", "tests", "scenarios", "seeds", "benchmarks", "docs", "hatch_build.py", "pyproject.toml")
NO_TESTS = 5
"""The status of pytest where there was nothing to run."""


class Tried(NamedTuple):
    """A change, and the test that noticed it."""

    change: Change
    killed: bool
    by: str
    seconds: float


class Copy:
    """A copy of the checkout, and the process that runs tests in it."""

    def __init__(self, root: Path, server: subprocess.Popen[str]) -> None:
        self.root, self._server = root, server

    def ask(self, **asked: Any) -> Any:
        """Have the process do something; return what came of it."""
        assert self._server.stdin
        assert self._server.stdout
        print(json.dumps(asked), file=self._server.stdin, flush=True)
        if not (answer := self._server.stdout.readline()):
            raise RuntimeError("the process that runs the tests is gone")
        return json.loads(answer)

    @contextmanager
    def wrong(self, change: Change) -> Iterator[None]:
        """Make a change for as long as the block lasts."""
        file = self.root / change.file
        source, times = file.read_text(), file.stat()
        file.write_text(changed(source, change.number))
        os.utime(file, (times.st_atime, times.st_mtime + 10))  # so that no bytecode of it counts
        try:
            yield
        finally:
            file.write_text(source)
            os.utime(file, (times.st_atime, times.st_mtime))


@contextmanager
def copied(root: Path = ROOT) -> Iterator[Copy]:
    """Yield a copy of a checkout that lasts as long as the block."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder).resolve()
        for name in COPIED:
            if (root / name).is_dir():
                shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("node_modules", ".hypothesis"))
            elif (root / name).exists():
                shutil.copy2(root / name, copy / name)
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(str(copy / part) for part in ("sim", "platform")),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENBLAS_NUM_THREADS": "1",  # it would start threads as it is imported
            "CLOUDFAIR_TESTS": "without PostgreSQL",
        }
        subprocess.run([sys.executable, "-m", "compileall", "-q", copy], check=True, env=environment)
        command = [sys.executable, "-m", "tests.mutants.server"]
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "start_new_session": True}
        with subprocess.Popen(command, cwd=copy, env=environment, **pipes) as server:
            try:
                yield Copy(copy, server)
            finally:
                server.terminate()


class Known:
    """What the tests of a group run, and how long they take, when nothing is wrong."""

    def __init__(self, copy: Copy, group: Group) -> None:
        """Run them all once.

        Raises:
            RuntimeError: one of them fails as it is.
        """
        modules = group.files(copy.root)
        answer = copy.ask(files=group.test_files(copy.root), seconds=3_600, chosen=[], note=modules)
        if answer["status"]:
            raise RuntimeError(f"tests of the group {group.name} fail where nothing is wrong:\n{answer['output']}")
        noted = answer["noted"]
        self.seconds, self._lines, self._users = noted["seconds"], noted["lines"], _users(noted["fixtures"])
        copy.ask(imported=noted["libraries"])

    def of(self, change: Change) -> list[str]:
        """Return the tests that run what is changed, and all tests of its own module; the quick ones first."""
        by_line = self._lines.get(change.file, {})
        lines = [str(line) for line in range(change.line, change.last + 1)]
        names = {name for line in lines for name in by_line.get(line, ())}
        names = names or {name for named in by_line.values() for name in named}  # it is run as it is imported
        chosen = {test for name in names for test in self._users.get(name, [name]) if test in self.seconds}
        mirrors = tuple(f"{file}::" for file in own(change.file))
        rest = {test for test in self.seconds if test.startswith(mirrors)} - chosen if mirrors else set()
        return [*sorted(chosen, key=self._order), *sorted(rest, key=self._order)]

    def _order(self, test: str) -> tuple[float, str]:
        return self.seconds[test], test


def _users(fixtures: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the tests that use each fixture."""
    users: dict[str, list[str]] = {}
    for test, names in fixtures.items():
        for name in names:
            users.setdefault(name, []).append(test)
    return users


def drawn(group: Group, count: int, seed: int, root: Path = ROOT, only: str = "") -> list[Change]:
    """Return so many changes of a group, drawn from all that there are, or from those of one file or line alone."""
    every = [change for file in group.files(root) for change in changes_of(file, (root / file).read_text())]
    every = [change for change in every if f"{change.file}:{change.line}:".startswith(f"{only}:" if only else "")]
    return random.Random(f"{seed} {group.name}").sample(every, min(count, len(every)))


def tried(copy: Copy, tests: Known, change: Change) -> Tried:
    """Make a change, and run tests until one fails."""
    chosen = tests.of(change)
    if not chosen:
        return Tried(change, killed=False, by="", seconds=0.0)
    files = sorted({test.partition("::")[0] for test in chosen})
    limit = 60 + 10 * sum(tests.seconds[test] for test in chosen)
    with copy.wrong(change):
        answer = copy.ask(files=files, seconds=limit, chosen=chosen, note=[])
    if answer["status"] == BROKEN:
        raise RuntimeError(answer["output"])
    by = answer["failed"][0] if answer["failed"] else f"status {answer['status']}"
    return Tried(change, killed=answer["status"] not in (0, NO_TESTS), by=by, seconds=answer["seconds"])
