"""Runs that are started over the API: each is a process of its own, and its bad end is told in the run's record."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.command.fair import Fair, wait_until
from tests.command.test_run import Played, head
from tests.command.test_steering import say, told, wait_for_obedience

from fairsim.scenario import scenario_names

SMALL = {"scenario": "ciftis2020", "scale": 0.02}
SLOW = SMALL | {"speed": 3600}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory):
    with Fair(tmp_path_factory.mktemp("starting")).serving() as (url, _):
        yield url


def start(url: str, **asked: Any) -> str:
    answer = httpx.post(f"{url}/runs/start", json=asked)
    assert answer.status_code == 201, answer.text
    return answer.json()["run"]


def details(url: str, run: str) -> dict[str, Any]:
    return httpx.get(f"{url}/runs/{run}").json()


def players(run: str) -> list[int]:
    """The processes that play a run."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"--resume\0{run}\0".encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:  # it has ended meanwhile
            continue
    return found


def test_scenarios_and_what_may_be_changed_are_told(url: str) -> None:
    scenarios = httpx.get(f"{url}/scenarios").json()
    assert [one["name"] for one in scenarios] == scenario_names()
    assert all(one["title"] and one["question"] for one in scenarios)
    schema = httpx.get(f"{url}/scenarios/schema").json()
    patience = schema["properties"]["negotiations"]["properties"]["patience_mean_min"]
    assert (patience["type"], set(schema["properties"]) & {"title", "question", "extends"}) == ("number", set())


def test_started_run_is_that_of_the_command_line(played: Played, url: str) -> None:
    _, result = played
    run = start(url, **SMALL)
    wait_until(lambda: details(url, run)["state"] == "ended", 60)
    assert details(url, run)["digest"] == result["digest"]
    wait_until(lambda: players(run) == [])


def test_started_run_is_steered_and_its_changes_are_played(url: str) -> None:
    run = start(url, **SLOW, changes={"fair": {"days": 2}, "negotiations": {"patience_mean_min": 45}})
    wait_until(lambda: told(url, run) == ("running", 3600))
    wait_for_obedience(url, run, say(url, run, "speed", speed="max"))
    wait_until(lambda: details(url, run)["state"] == "ended", 60)
    assert details(url, run)["request"]["changes"] == ["fair.days=2", "negotiations.patience_mean_min=45"]
    measures = httpx.get(f"{url}/runs/{run}/snapshot").json()["measures"]
    assert measures["run"]["closed_on"] == "2020-09-05"


def test_run_that_is_killed_says_so_and_is_taken_up_again(url: str) -> None:
    run = start(url, **SLOW)
    wait_until(lambda: head(url, run) > 0)
    os.kill(players(run)[0], signal.SIGKILL)
    wait_until(lambda: details(url, run)["state"] == "failed")
    assert details(url, run)["fault"] == (
        f"its process was ended by SIGKILL; complete the run with fair run --resume {run}"
    )


def test_run_that_is_stopped_has_not_failed(url: str) -> None:
    run = start(url, **SLOW)
    say(url, run, "stop")
    wait_until(lambda: told(url, run) == ("stopped", None))
    wait_until(lambda: players(run) == [])
    assert details(url, run)["fault"] is None


def test_backend_that_stops_ends_what_it_plays(fair: Fair) -> None:
    with fair.serving() as (url, _):
        run = start(url, **SLOW)
        wait_until(lambda: head(url, run) > 0)
    assert players(run) == []
    with fair.serving() as (url, _):
        stands = details(url, run)
        assert (stands["state"], stands["fault"]) == (
            "failed",
            f"stopped; complete the run with fair run --resume {run}",
        )


def test_backend_that_is_killed_and_started_again_has_its_runs_go_on(played: Played, fair: Fair) -> None:
    _, result = played
    with fair.serving() as (url, backend):
        run = start(url, **SLOW)
        wait_until(lambda: head(url, run) > 0)
        backend.kill()
        backend.communicate()
        with fair.serving(port=int(url.rpartition(":")[2])):
            wait_for_obedience(url, run, say(url, run, "speed", speed="max"))
            wait_until(lambda: details(url, run)["state"] == "ended", 60)
            assert details(url, run)["digest"] == result["digest"]
    wait_until(lambda: players(run) == [])


@pytest.mark.parametrize(
    ("asked", "detail"),
    [
        ({"scenario": "ciftis2021"}, "ciftis2021 is no scenario; did you mean ciftis2020?"),
        ({"scenario": "x.toml"}, "x.toml is no scenario; known are: " + ", ".join(scenario_names())),
        (
            {"scenario": "/etc/passwd"},
            "body.scenario is '/etc/passwd'; it should match pattern '^[A-Za-z0-9_][A-Za-z0-9_.-]*$'",
        ),
        (SMALL | {"speed": 0}, "body.speed"),
        (SMALL | {"scale": 21}, "body.scale is 21; it should be less than or equal to 20"),
        (SMALL | {"sed": 7}, "body.sed is unknown; leave it out"),
        (
            SMALL | {"changes": {"negotiations": {"decline_share": 1.5}}},
            "negotiations.decline_share is 1.5; allowed is 0 to 1 (share)",
        ),
        (
            SMALL | {"changes": {"negotiations": {"patience_min": 3}}},
            "negotiations.patience_min is no key; did you mean negotiations.patience_mean_min?",
        ),
        (SMALL | {"changes": {"extends": {"x.toml": 1}}}, "extends.x.toml is no key; there are "),
    ],
)
def test_what_cannot_be_played_is_refused_before_a_run_begins(url: str, asked: dict[str, Any], detail: str) -> None:
    runs = len(httpx.get(f"{url}/runs").json())
    answer = httpx.post(f"{url}/runs/start", json=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["detail"].startswith(detail)
    assert len(httpx.get(f"{url}/runs").json()) == runs


def test_report_of_a_run_is_a_page(url: str) -> None:
    run = start(url, **SMALL)
    wait_until(lambda: details(url, run)["state"] == "ended")
    page = httpx.get(f"{url}/runs/{run}/report", timeout=120)
    assert page.headers["content-type"].startswith("text/html")
    assert run in page.text
