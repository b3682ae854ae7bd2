"""Several backend processes on one PostgreSQL: any takes a run's batches, and every one serves its feed."""

from __future__ import annotations

import json
import signal
import subprocess
from contextlib import ExitStack

import pytest
from tests.cloudfair.example import begin, digest_of, example, measures_of, send
from tests.cloudfair.feed.watching import watching
from tests.cloudfair.test_crash import process
from tests.faircli.told import beside_small_scale
from tests.ready.program import interpreter

EVENTS = example(2_000)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_batches_that_one_takes_are_shown_by_the_other(database: str) -> None:
    with process(database) as (_, one), process(database) as (_, other):
        run = begin(one)
        clients = (one, other)
        with watching(one, run) as here, watching(other, run) as there:
            for watcher in (here, there):
                watcher.subscribe(rate_hz=20)
            for number, first in enumerate(range(0, 2_000, 250)):  # each of them takes every other batch
                answer = send(clients[number % 2], run, EVENTS, first, first + 250)
                assert answer.json()["digest"] == digest_of(EVENTS[: first + 250])
                for watcher in (here, there):
                    watcher.until(first + 250)
                    assert watcher.state == measures_of(EVENTS[: first + 250])
            assert [watcher.next("end")["digest"] for watcher in (here, there)] == [digest_of(EVENTS)] * 2


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_run_goes_on_and_watchers_see_no_gap_when_the_process_that_took_its_batches_is_killed(database: str) -> None:
    command = [interpreter(), "-m", "faircli", "run", "ciftis2020", "--scale", "0.01", "--speed", "86400"]
    with ExitStack() as opened:
        (taking, first), (_, second) = (opened.enter_context(process(database)) for _ in range(2))
        urls = [str(client.base_url).rstrip("/") for client in (first, second)]
        running = opened.enter_context(
            subprocess.Popen(
                [*command, "--to", urls[0], "--to", urls[1], "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        )
        opened.callback(running.kill)
        runs: list[dict[str, str]] = []
        while not runs:
            assert running.poll() is None
            runs = second.get("/runs").json()
        run = runs[0]["id"]
        watcher = opened.enter_context(watching(second, run))
        assert watcher.subscribe(rate_hz=20)["type"] == "snapshot"
        positions = [watcher.position]
        while (message := watcher.next("patch", "end"))["type"] == "patch":  # each from the frame before: no gap
            positions.append(watcher.position)
            if watcher.position > 8_000 and taking.poll() is None:
                taking.send_signal(signal.SIGKILL)
        out, err = running.communicate(timeout=60)
        assert running.returncode == 0
        assert beside_small_scale(err.decode()).startswith(f"waiting for the backend: {urls[0]} does not answer (")
        assert taking.wait() == -signal.SIGKILL
        result = json.loads(out)
        assert (message["digest"], message["position"]) == (result["digest"], result["events"])
        assert watcher.state == result["measures"] == second.get(f"/runs/{run}/snapshot").json()["measures"]
        assert positions == sorted(positions)
        assert positions[0] < 8_000 < positions[-1]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_command_reaches_the_run_through_whichever_process(database: str) -> None:
    with process(database) as (_, one), process(database) as (_, other):
        run = begin(one)
        send(one, run, EVENTS, 0, 100)
        one.post(f"/runs/{run}/events", params={"first": 100}, headers={"Fair-Pace": "max"}).raise_for_status()
        other.post(f"/runs/{run}/commands", json={"kind": "pause"}).raise_for_status()
        assert send(one, run, EVENTS, 100, 200).json()["commands"] == [{"number": 0, "command": {"kind": "pause"}}]
        asked = other.post(
            f"/runs/{run}/events", params={"first": 200}, headers={"Fair-Pace": "paused"}, content=b""
        ).json()
        assert (asked["digest"], len(asked["commands"])) == (digest_of(EVENTS[:200]), 1)
        assert one.get(f"/runs/{run}").json()["state"] == "paused"
