"""Bad arguments for every command, in process; what would play, draw or serve is cut off behind its checks."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from tests.cloudfair.example import batch, example
from tests.fuzz.bad_requests import Finding
from tests.fuzz.odd import Odd

from cloudfair.store.log import Log
from faircli.app import COMMANDS, load
from faircli.main import main
from fairfacts.errors import BackendError, LabError

STATUSES = (0, 1, 2)
CUT = {
    "faircli.backend.reach": BackendError("cut off"),
    "cloudfair.server.serve": BackendError("cut off"),
    "cloudfair.http.logging.write_logs": None,
    "fairlab.workers.workers": LabError("cut off"),
    "faircli.report.plots.draw": LabError("cut off"),
    "faircli.watching.watch_run": BackendError("cut off"),
    "cloudfair.export.sql.ask": BackendError("cut off"),
}
"""What is not done, and what is raised instead."""
MOST_SHOWN = 50_000
"""Characters of what a command wrote."""
LEFT_OUT = ("help", "until_stdin_closes")
"""Options that are no input: the second ends the process with its standard input."""


class Arguments:
    """The commands with their arguments and options, and lines that are wrong in some way."""

    def __init__(self, odd: Odd, runs: list[str]) -> None:
        self._odd, self._random, self._runs = odd, odd.random, runs
        self._commands: list[tuple[list[str], list[Any]]] = []
        for name in COMMANDS:
            command = load(name)
            inner = getattr(command, "commands", None)
            found = {(name, sub): one for sub, one in inner.items()} if inner else {(name,): command}
            self._commands += [(list(names), one.params) for names, one in found.items()]

    def line(self) -> list[str]:
        """Return a command's arguments."""
        names, parameters = self._random.choice(self._commands)
        line = list(names)
        for parameter in parameters:
            is_option = parameter.opts[0].startswith("-")
            if parameter.name in LEFT_OUT or (is_option and self._random.random() < 0.7):
                continue
            if not is_option:
                line += [self._value(parameter.name)] if self._random.random() < 0.9 else []
            elif getattr(parameter, "is_flag", False):
                line.append(parameter.opts[0])
            else:
                line += [parameter.opts[0], self._value(parameter.name)]
        if "--db" not in line and any(parameter.name == "database" for parameter in parameters):
            line += ["--db", "fair.db"]
        return [part.replace("\x00", "") for part in line]  # no program can be given a NUL

    def _value(self, name: str) -> str:
        if name == "scenario" and self._random.random() < 0.8:
            return self._file("scenario", ".toml")
        if name == "figures" and self._random.random() < 0.9:
            return self._file("figures", ".csv")
        if name in ("run", "other") and self._random.random() < 0.7:
            return self._random.choice([*self._runs, "ensemble.json"])
        if name == "database":
            return "fair.db" if self._random.random() < 0.8 else self._odd.text()
        if name in ("output", "into", "png", "tables_to"):
            return self._random.choice(["out.json", "out.toml", ".", "", "no/such/file", "fair.db", "-", "x" * 300])
        if name in ("to", "to_format"):
            return self._random.choice(["csv", "ics", "json", "ndjson", "cloudevents", "parquet", "x"])
        if name in ("seed", "replication", "count", "rows", "check", "batch", "scale") and self._random.random() < 0.6:
            return self._random.choice(["0", "1", "-1", "0.01", "2", "nan", "1e999"])
        if name in ("resume", "calibration"):
            Path("odd.json").write_bytes(self._odd.json({"a": 1}))
            return "odd.json"
        return self._odd.text()

    def _file(self, target: str, ending: str) -> str:
        if self._random.random() < 0.1:
            return self._odd.text()
        content = self._odd.kept(target)
        if target == "scenario" and self._random.random() < 0.4:
            form, suffix = self._random.choice([("icalendar", ".ics"), ("schedule_json", ".json")])
            Path(f"programme{suffix}").write_bytes(self._odd.kept(form))
            content = f'extends = "ciftis2020"\ntimetable = "programme{suffix}"\n'.encode()
        path = Path(self._random.choice([f"odd{ending}", f"公平 [x]{ending}"]))
        path.write_bytes(content)
        return str(path)


@contextlib.contextmanager
def surroundings() -> Iterator[list[str]]:
    """Work in an empty folder with a database of two runs; what plays, draws or serves is cut off. Yield the runs."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        os.chdir(folder)
        stack.callback(os.chdir, before)
        runs = []
        log = Log.open("fair.db")
        for ends in (True, False):
            run = log.runs.create(
                scenario="ciftis2020", seed=7, replication=0, scale=0.01, version="1", request="{}"
            ).id
            log.batches.append(run, batch(example(40, ends=ends), 0, 40))
            runs.append(run)
        log.close()
        Path("ensemble.json").write_text("{}")
        for place, instead in CUT.items():
            stack.enter_context(mock.patch(place, side_effect=instead))
        yield runs


def call(line: list[str]) -> tuple[int | str, str]:
    """Return the exit status of a command, and the end of what it wrote; a text for an exception."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace") for _ in range(2))
    with mock.patch.object(sys, "stdout", out), mock.patch.object(sys, "stderr", err):
        try:
            main(line)
        except SystemExit as left:
            status: int | str = left.code if isinstance(left.code, int | str) else 0
        except BaseException as fault:  # every exception is a finding
            status = f"{type(fault).__name__}: {fault}"
        texts = []
        for stream in (out, err):
            stream.flush()
            texts.append(stream.buffer.getvalue().decode("utf-8", "replace"))  # type: ignore[attr-defined]
        return status, "".join(texts)[-MOST_SHOWN:]


def play(tries: int, odd: Odd) -> list[Finding]:
    """Call so many commands, and return those that raised, or left with another status than 0, 1 and 2."""
    findings: list[Finding] = []
    with surroundings() as runs:
        arguments = Arguments(odd, runs)
        for _ in range(tries):
            line = arguments.line()
            status, complaint = call(line)
            if status not in STATUSES or "Traceback" in complaint or (status and not complaint.strip()):
                findings.append(Finding(repr(line), f"{status}: {complaint[-500:]}"))
    return findings
