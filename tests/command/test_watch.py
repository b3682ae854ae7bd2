"""`fair watch`: the feed in the terminal."""

from __future__ import annotations

import json

import httpx
from tests.command.fair import SMALL, Fair


def test_watch_follows_a_run_to_its_final_measures(fair: Fair) -> None:
    with fair.serving() as (url, _):
        running = fair.start("run", *SMALL, "--to", url, "--speed", "3600", "--json")
        while not (runs := httpx.get(f"{url}/runs").json()):
            pass
        watching = fair.start("watch", "--from", url, "--json")
        frames = [json.loads(watching.stdout.readline()) for _ in range(3)]
        httpx.post(f"{url}/runs/{runs[0]['id']}/commands", json={"kind": "speed", "speed": "max"}).raise_for_status()
        rest, _ = watching.communicate(timeout=120)
        result = json.loads(running.communicate(timeout=60)[0])
    frames += [json.loads(line) for line in rest.splitlines()]
    last = frames[-1]
    measures = result["measures"]
    assert (watching.returncode, last["position"]) == (0, result["events"])
    assert last["run"] == measures["run"]
    assert last["negotiations"] == {name: measures["negotiations"][name] for name in last["negotiations"]}


def test_watching_shows_a_table(played: tuple[Fair, dict[str, str]]) -> None:
    fair, result = played
    with fair.serving() as (url, _):
        done = fair("watch", "--from", url)
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[-1] == f"ended with digest {result['digest']}"
    clock = ["Thu", "10", "Sep", "00:00", "Beijing"]
    assert lines[0].split() == [result["run"], *clock, f"{result['events']:,}", "events"]
