"""The backend and the run killed at random moments, and started again, until the run has ended."""

from __future__ import annotations

import functools
import hashlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from tests.torture.trouble import Random, Trouble

from cloudfair.projections.verification import verify
from cloudfair.store.log import Log
from fairfacts.events import encode
from fairsim.fair import play
from fairsim.inputs.scenario import load_scenario

SCENARIO, SCALE, SEED = "ciftis2020", 0.005, 7
SPEED = 60_000
"""Simulated seconds a second: the six days take some nine seconds, in which there is time for trouble."""
PATIENCE_S = 120.0
SERVE = "import sys; from cloudfair.server import serve; from cloudfair.settings import Settings; " + (
    "serve(Settings(database=sys.argv[1], port=int(sys.argv[2])))"
)


@functools.cache
def undisturbed() -> tuple[int, str]:
    """Return how many events the run has that nobody disturbs, and their digest."""

    digest, events = hashlib.sha256(), 0
    for _, some in play(load_scenario(SCENARIO, scale=SCALE), seed=SEED):
        digest.update(encode(some))
        events += len(some)
    return events, digest.hexdigest()


class Programs:
    """A backend and a run, each a process that can be killed and started again."""

    python = sys.executable

    def __init__(self, folder: Path) -> None:
        self.database = str(folder / "fair.db")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._complaints = (folder / "stderr").open("w+")
        self.backend = self.serve()
        self._run([SCENARIO, "--seed", str(SEED), "--scale", str(SCALE)])
        self.id = str(self._wait(lambda: httpx.get(f"{self.url}/runs").json())[0]["id"])

    def serve(self) -> subprocess.Popen[str]:
        """Start the backend, on the port that it had."""
        command = [self.python, "-c", SERVE, self.database, str(self._port)]
        self.backend = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._complaints, text=True)
        assert self.backend.stdout is not None
        assert self.backend.stdout.readline(), self.complaints()
        return self.backend

    def resume(self) -> None:
        """Start the run again where its log ends."""
        self._run(["--resume", self.id])

    def head(self) -> int:
        """Return how many events the log holds."""
        return int(httpx.get(f"{self.url}/runs/{self.id}", timeout=60).json()["head"])

    def wait_for(self, head: int) -> None:
        """Wait until the log holds so many events, or the run's process is gone."""
        self._wait(lambda: self.run.poll() is not None or self.head() >= head)

    def complaints(self) -> str:
        """Return what the programs wrote on standard error."""
        self._complaints.seek(0)
        return self._complaints.read()

    def close(self) -> None:
        """End both."""
        for process in (self.run, self.backend):
            process.kill()
            process.communicate()
        self._complaints.close()

    def _run(self, words: list[str]) -> None:
        command = [self.python, "-m", "faircli", "run", *words, "--to", self.url, "--speed", str(SPEED)]
        command += ["--batch", "500", "--json"]
        self.run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._complaints, text=True)

    def _wait(self, until: Callable[[], object]) -> object:
        end = time.monotonic() + PATIENCE_S
        while not (found := until()):
            assert time.monotonic() < end, self.complaints()
            time.sleep(0.1)
        return found


def make(random: Random, folder: Path) -> int:
    """Kill both some times; hold that the log is that of an undisturbed run, and that nothing acknowledged is gone."""
    events, digest = undisturbed()
    programs, kills, head = Programs(folder), 0, 0
    try:
        for target in sorted(random.sample(range(events - 1), random.randint(3, 8))):
            programs.wait_for(target)
            if programs.run.poll() is not None:
                break
            before, kills = programs.head(), kills + 1
            victims = random.choice(["backend", "run", "both"])
            if victims != "backend":
                programs.run.kill()
                programs.run.communicate()
            if victims != "run":
                programs.backend.send_signal(signal.SIGKILL)
                programs.backend.communicate()
                programs.serve()
            head = programs.head()
            assert head >= before, f"{before} events were acknowledged, and {head} are left"
            if victims != "backend":
                programs.resume()
        out, _ = programs.run.communicate(timeout=PATIENCE_S)
        assert programs.run.returncode == 0, programs.complaints()
        assert digest in out, out
        assert "Traceback" not in programs.complaints(), programs.complaints()
        details = httpx.get(f"{programs.url}/runs/{programs.id}").json()
        assert (details["head"], details["digest"], details["state"]) == (events, digest, "ended")
    finally:
        programs.close()
    log = Log.open(programs.database, read_only=True)
    assert verify(log, programs.id).damage == []
    log.close()
    return kills


KILLS = Trouble("kills", make, full=200, short=1)
