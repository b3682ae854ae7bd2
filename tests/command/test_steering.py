"""A run that is played is steered: it pauses, goes on, changes its speed and stops, and its log shows none of it."""

from __future__ import annotations

import json
from typing import Any

import httpx
from tests.command.fair import SMALL, Fair, wait_until
from tests.command.test_run import PACED, Played, head, wait_for_events


def say(url: str, run: str, kind: str, **fields: Any) -> int:
    """Say something to a run, and return the number of the command."""
    answer = httpx.post(f"{url}/runs/{run}/commands", json={"kind": kind, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["number"]


def wait_for_obedience(url: str, run: str, number: int) -> dict[str, Any]:
    """Return the command once the run has obeyed it."""

    def command() -> dict[str, Any]:
        return httpx.get(f"{url}/runs/{run}/commands").json()[number]

    wait_until(lambda: command()["applied_at"] is not None)
    assert command()["refused"] is None
    return command()


def told(url: str, run: str) -> tuple[str, float | str | None]:
    details = httpx.get(f"{url}/runs/{run}").json()
    return details["state"], details["speed"]


def test_run_pauses_goes_on_and_changes_its_speed(played: Played, fair: Fair) -> None:
    _, result = played
    with fair.serving() as (url, _):
        running = fair.start("run", *SMALL, "--to", url, "--speed", PACED, "--json")
        run = wait_for_events(url, 15_000)
        paused_at_ms = wait_for_obedience(url, run, say(url, run, "pause"))["applied_at_ms"]
        wait_until(lambda: told(url, run) == ("paused", None))
        stands = httpx.get(f"{url}/runs/{run}").json()
        assert stands["at_ms"] <= paused_at_ms < stands["at_ms"] + 3_600_000
        assert wait_for_obedience(url, run, say(url, run, "speed", speed=3600))["applied_at_ms"] == paused_at_ms
        assert head(url, run) == stands["head"]
        wait_for_obedience(url, run, say(url, run, "resume"))
        wait_until(lambda: told(url, run) == ("running", 3600))
        wait_for_obedience(url, run, say(url, run, "speed", speed="max"))
        out, err = running.communicate(timeout=60)
    assert (running.returncode, err, json.loads(out)["digest"]) == (0, "", result["digest"])


def test_run_that_is_stopped_is_taken_up_again_whatever_was_said_to_it_meanwhile(played: Played, fair: Fair) -> None:
    _, result = played
    with fair.serving() as (url, _):
        running = fair.start("run", *SMALL, "--to", url, "--speed", PACED, "--json")
        run = wait_for_events(url, 15_000)
        say(url, run, "stop")
        out, err = running.communicate(timeout=60)
        complaint = f"Error: stopped by an operator; complete the run with fair run --resume {run}\n"
        assert (running.returncode, out, err, told(url, run)) == (1, "", complaint, ("stopped", None))
        say(url, run, "pause")
        completed = fair.json("run", "--resume", run, "--to", url)
        commands = httpx.get(f"{url}/runs/{run}/commands").json()
    assert completed["digest"] == result["digest"]
    meanwhile = "nobody played the run then; it was taken up again since"
    assert [command["refused"] for command in commands] == [None, meanwhile]


def test_run_is_steered_at_night_when_nothing_happens(fair: Fair) -> None:
    """At a simulated second a second a small fair has no event for minutes."""
    with fair.serving() as (url, _):
        running = fair.start("run", *SMALL, "--to", url, "--speed", "1", "--json")
        run = wait_for_events(url, 0)
        wait_for_obedience(url, run, say(url, run, "stop"))
        running.communicate(timeout=60)
        assert running.returncode == 1
