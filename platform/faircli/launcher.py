"""Plays the runs that are started over the API: each in a process of its own, `fair run --resume RUN --player N`."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from urllib.parse import urlsplit

from cloudfair.api.launcher import NewStart, ScenarioSummary
from cloudfair.errors import BusyError, UnableError
from faircli.run_request import Request, load, names_here, record_of, request_of
from fairfacts.errors import BackendError, ScenarioError, did_you_mean
from fairfacts.parts.disruptions import AnyDisruption
from fairfacts.resources import scenario_names
from fairsim.inputs.fair import fair_names, load_fair
from fairsim.inputs.scenario import check_disruption, load_scenario
from fairsim.inputs.schema import changes_schema
from fairsim.inputs.values import plain

FAIR = (sys.executable, "-m", "faircli")
STOP_S = 5
"""How long an interrupted run may take to end."""
REPORT_S = 600
"""How long a report may take."""
AT_ONCE = 4
"""How many started runs are played at the same time: at full speed each keeps one core busy."""


class Processes:
    """A launcher for `cloudfair.api.launcher`."""

    def __init__(self, token: str | None, database: str, peers: Iterable[str] = ()) -> None:
        """`peers` are the URLs of other backends on the same database: a run goes on with one when this one is gone."""
        self._database, self._peers = database, tuple(peers)
        self._environment = os.environ | ({"CLOUDFAIR_TOKEN": token} if token else {})
        self._url = ""
        self._playing: dict[subprocess.Popen[str], threading.Thread] = {}

    def serve_at(self, url: str) -> None:
        """Set the URL that runs send their events to; a URL of all addresses becomes loopback."""
        parts = urlsplit(url)
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(parts.hostname or "", "")  # noqa: S104  # compared, not bound
        self._url = f"{parts.scheme}://{host}:{parts.port}" if host else url

    def scenarios(self) -> list[ScenarioSummary]:
        """Return what can be played: the fairs that lie here, then the shipped fairs, then the shipped scenarios.

        A fair whose folder has faults is among them, with the faults in place of its question.
        """
        return [_summary(name) for name in names_here()]

    def schema(self) -> dict[str, Any]:
        """Return the schema of a scenario file without its texts and `extends`: what a start may change."""
        return changes_schema(map(load_fair, fair_names()))

    def plan(self, asked: NewStart) -> dict[str, Any]:
        """Return what the backend keeps of the run.

        Raises:
            ScenarioError: it is no shipped scenario or fair and no fair that lies here (a path would open files of this
                machine), or a change is bad.
            BusyError: `AT_ONCE` runs are being played.
        """
        if asked.scenario not in (names := names_here()):
            raise ScenarioError(f"{asked.scenario} is no scenario; {did_you_mean(asked.scenario, names)}")
        changes = [
            f"{part}.{name}={plain(value)}" for part, values in asked.changes.items() for name, value in values.items()
        ]
        request = Request(asked.scenario, asked.seed, asked.replication, asked.scale, changes)
        try:
            record = record_of(load(request), request)
        except ScenarioError as fault:
            message = str(fault)
            if message.startswith("--set "):  # the request has changes and no such option
                message = message.partition(": ")[2]
            raise ScenarioError(message.replace("--scale", "scale")) from fault
        self._check_free()  # last: what cannot be played at all is no matter of waiting
        return record

    def replan(self, run: str, request: object, version: str, disruption: AnyDisruption) -> None:
        """Return if a run can be played again here from its kept request, with a disruption.

        Raises:
            ScenarioError: it cannot be started here either, its scenario has changed, or its fair does not have what
                the disruption is of.
            BusyError: `AT_ONCE` runs are being played.
        """
        name = request.get("scenario") if isinstance(request, dict) else None
        if name not in names_here():
            raise ScenarioError(
                f"run {run}: {name or 'what it plays'} is no scenario of this backend; branch it with fair branch"
            )
        try:
            _, scenario = request_of(run, request, version)
        except BackendError as fault:
            raise ScenarioError(str(fault)) from fault
        check_disruption(scenario, disruption)
        self._check_free()

    def _check_free(self) -> None:
        if len(self._playing) >= AT_ONCE:
            raise BusyError(f"{AT_ONCE} runs that were started here are being played; stop one, or wait until it ends")

    def launch(self, run: str, player: int, speed: float | Literal["max"], on_failure: Callable[[str], None]) -> None:
        """Start the run's process, and a thread that reports how it ended."""
        asked = ["--resume", run, "--player", str(player), "--speed", str(speed), "--json"]
        process = subprocess.Popen(  # noqa: S603  # our own command, no shell
            [*FAIR, "run", *asked, *self._backends()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C goes to the backend alone, which then stops its runs
            env=self._environment,
        )

        def wait() -> None:
            _, complaint = process.communicate()
            del self._playing[process]
            if process.returncode < 0:
                name = signal.Signals(-process.returncode).name
                on_failure(f"its process was ended by {name}; complete the run with fair run --resume {run}")
            elif process.returncode:
                on_failure(_reason(complaint))

        self._playing[process] = threading.Thread(target=wait, name=f"run {run}")
        self._playing[process].start()

    def _backends(self) -> list[str]:
        return [word for url in (self._url, *self._peers) for word in ("--to", url)]

    def report(self, run: str) -> str:
        """Return the report of a run; a process of its own draws it, as that takes time and memory.

        The request that is kept with a run is whatever its sender wrote: no file that it names is opened.

        Raises:
            UnableError: it could not be written.
        """
        with TemporaryDirectory() as folder:
            page = Path(folder) / "report.html"
            try:
                done = subprocess.run(  # noqa: S603  # our own command, no shell
                    [*FAIR, "report", run, "-o", str(page), "--db", self._database, "--by-name"],
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    check=False,
                    env=self._environment,
                    timeout=REPORT_S,
                )
            except subprocess.TimeoutExpired:
                raise UnableError(f"the report took over {REPORT_S} s; write it with fair report {run}") from None
            if done.returncode:
                raise UnableError(_reason(done.stderr))
            return page.read_text(encoding="utf-8")

    def close(self) -> None:
        """Interrupt all runs that are played, as Ctrl-C does, and wait for their ends."""
        playing = dict(self._playing)
        for process in playing:
            process.send_signal(signal.SIGINT)
        for process, thread in playing.items():
            thread.join(STOP_S)
            if thread.is_alive():
                process.kill()
                thread.join()


def _summary(name: str) -> ScenarioSummary:
    try:
        scenario = load_scenario(name)
    except ScenarioError as fault:
        return ScenarioSummary(name=name, title=name, question=str(fault))
    titles = {} if name in scenario_names() else scenario.fair.names
    return ScenarioSummary(name=name, title=scenario.title, question=scenario.question, titles=titles)


def _reason(complaint: str) -> str:
    """Return why a command failed, in all of its lines; the last line where it did not complain in its usual way."""
    match = re.search(r"^Error: (.*)\Z", complaint.strip(), re.MULTILINE | re.DOTALL)
    return match[1] if match else complaint.strip().rpartition("\n")[2]
