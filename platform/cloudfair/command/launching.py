"""Plays the runs that are started over the API, each in a process of its own: `fair run --resume RUN`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from urllib.parse import urlsplit

from cloudfair.command.play import Request, load, record_of
from cloudfair.problems import BusyError, UnableError
from cloudfair.starting import NewStart, ScenarioSummary
from fairfacts.errors import ScenarioError, did_you_mean
from fairsim.scenario import FILES, TEXTS, load_scenario, scenario_names
from fairsim.schema import scenario_schema

FAIR = (sys.executable, "-m", "cloudfair.command")
STOP_S = 5
"""How long a run may take to end when it is asked to."""
AT_ONCE = 4
"""How many started runs are played at the same time: each keeps a core busy when it is played as fast as can be."""


class Processes:
    """A launcher for `cloudfair.starting`."""

    def __init__(self, token: str | None, database: str) -> None:
        self._database = database
        self._environment = os.environ | ({"CLOUDFAIR_TOKEN": token} if token else {})
        self._url = ""
        self._playing: dict[subprocess.Popen[str], threading.Thread] = {}

    def serve_at(self, url: str) -> None:
        """Have runs send their events to this URL; where it means all of the machine's addresses, over loopback."""
        parts = urlsplit(url)
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(parts.hostname or "", "")  # noqa: S104  # compared, not bound
        self._url = f"{parts.scheme}://{host}:{parts.port}" if host else url

    def scenarios(self) -> list[ScenarioSummary]:
        """Return the shipped scenarios."""
        shipped = [load_scenario(name) for name in scenario_names()]
        return [ScenarioSummary(name=one.name, title=one.title, question=one.question) for one in shipped]

    def schema(self) -> dict[str, Any]:
        """Return the schema of a scenario file, but for its texts and what it extends."""
        schema = scenario_schema()
        kept = {name: part for name, part in schema["properties"].items() if name not in (*TEXTS, *FILES)}
        return schema | {"title": "Changes to a scenario of Cloudfair", "properties": kept}

    def plan(self, asked: NewStart) -> dict[str, Any]:
        """Return what the log is to keep of the run.

        Raises:
            ScenarioError: it is no shipped scenario (a path would lead into this machine's files), or a bad change.
            BusyError: as many runs as may be are being played.
        """
        if asked.scenario not in scenario_names():
            raise ScenarioError(f"{asked.scenario} is no scenario; {did_you_mean(asked.scenario, scenario_names())}")
        if len(self._playing) >= AT_ONCE:
            raise BusyError(f"{AT_ONCE} runs that were started here are being played; stop one, or wait until it ends")
        changes = [
            f"{part}.{name}={_written(value)}"
            for part, values in asked.changes.items()
            for name, value in values.items()
        ]
        request = Request(asked.scenario, asked.seed, asked.replication, asked.scale, changes)
        try:
            return record_of(load(request), request)
        except ScenarioError as fault:
            message = str(fault)
            for change in changes:
                message = message.removeprefix(f"--set {change}: ")
            raise ScenarioError(message.replace("--scale", "scale")) from fault

    def launch(self, run: str, speed: float | Literal["max"], on_failure: Callable[[str], None]) -> None:
        """Start the run's process, and a thread that waits for its end."""
        process = subprocess.Popen(  # noqa: S603  # our own command, no shell
            [*FAIR, "run", "--resume", run, "--to", self._url, "--speed", str(speed), "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a Ctrl-C is for the backend, which then stops its runs in order
            env=self._environment,
        )

        def wait() -> None:
            _, complaint = process.communicate()
            del self._playing[process]
            if process.returncode < 0:
                name = signal.Signals(-process.returncode).name
                on_failure(f"its process was ended by {name}; complete the run with fair run --resume {run}")
            elif process.returncode:
                on_failure(complaint.strip().rpartition("\n")[2].removeprefix("Error: "))

        self._playing[process] = threading.Thread(target=wait, name=f"run {run}")
        self._playing[process].start()

    def report(self, run: str) -> str:
        """Return the report of a kept run, written in a process of its own: drawing takes its time and its memory.

        Raises:
            UnableError: it could not be written.
        """
        with TemporaryDirectory() as folder:
            page = Path(folder) / "report.html"
            done = subprocess.run(  # noqa: S603  # our own command, no shell
                [*FAIR, "report", run, "-o", str(page), "--db", self._database],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                env=self._environment,
            )
            if done.returncode:
                raise UnableError(done.stderr.strip().rpartition("\n")[2].removeprefix("Error: "))
            return page.read_text(encoding="utf-8")

    def close(self) -> None:
        """Interrupt what is played, as Ctrl-C does, and wait until it has ended."""
        playing = dict(self._playing)
        for process in playing:
            process.send_signal(signal.SIGINT)
        for process, thread in playing.items():
            thread.join(STOP_S)
            if thread.is_alive():
                process.kill()
                thread.join()


def _written(value: object) -> str:
    """Return a value as it is written behind `--set`."""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
