"""Runs that are started over the API: each is a process of its own, and its bad end is told in the run's record."""

from __future__ import annotations

import os
import re
import signal
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.faircli.fair import Fair, Played, head, wait_until
from tests.faircli.test_player import say, told, wait_for_obedience

from cloudfair.api.launcher import NewStart
from cloudfair.errors import BusyError
from faircli.launcher import Processes, _reason
from faircli.run_request import Request, load, record_of, request_of
from fairfacts.errors import ScenarioError
from fairfacts.parts.disruptions import AnyDisruption, Demand, LanesClosed, PlatformOutage, SessionCancellation
from fairfacts.resources import shipped_names
from fairsim import VERSION
from fairsim.inputs.sketch.asked import Sketch
from fairsim.inputs.sketch.sketch import write_fair

SMALL = {"scenario": "ciftis2020", "scale": 0.005}
SLOW = SMALL | {"speed": 3600}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory):
    with Fair(tmp_path_factory.mktemp("starting")).serving() as (url, _):
        yield url


def start(url: str, **asked: Any) -> str:
    answer = httpx.post(f"{url}/runs/start", json=asked, timeout=60)
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
    scenarios = httpx.get(f"{url}/scenarios", timeout=60).json()
    assert sorted(one["name"] for one in scenarios) == shipped_names()
    assert [one["name"] for one in scenarios[:3]] == ["ciftis2020", "cicpe2021", "itbnow2021"]
    assert all(one["title"] and one["question"] for one in scenarios)
    schema = httpx.get(f"{url}/scenarios/schema", timeout=60).json()
    patience = schema["properties"]["negotiations"]["properties"]["patience_mean_min"]
    assert (patience["type"], set(schema["properties"]) & {"title", "question", "extends"}) == ("number", set())


def test_a_started_run_goes_on_with_another_backend_when_its_own_is_killed(tmp_path: Path) -> None:
    fair = Fair(tmp_path)
    with fair.serving() as (other, _), fair.serving("--peer", other) as (url, process):
        run = start(url, **SLOW)
        wait_until(lambda: head(other, run) > 0)
        process.kill()
        process.wait()
        reached = head(other, run)
        wait_until(lambda: head(other, run) > reached)
        httpx.post(f"{other}/runs/{run}/commands", json={"kind": "stop"}).raise_for_status()
        wait_until(lambda: not players(run))
        assert details(other, run)["state"] == "stopped"


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


def test_a_run_that_somebody_takes_up_before_its_process_plays_it_stays_with_them(url: str) -> None:
    run = start(url, **SLOW)
    taken = httpx.post(f"{url}/runs/{run}/player").json()
    wait_until(lambda: not players(run))
    assert (taken["head"], taken["player"]) == (0, 2)
    assert (head(url, run), details(url, run)["fault"]) == (0, None)


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
            wait_until(lambda: players(run) == [])  # it waits for a backend that is gone before it heard of the end


@pytest.mark.parametrize(
    ("asked", "detail"),
    [
        ({"scenario": "ciftis2021"}, "ciftis2021 is no scenario; did you mean ciftis2020?"),
        ({"scenario": "x.toml"}, "x.toml is no scenario; known are: " + ", ".join(shipped_names())),
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
        (SMALL | {"changes": {"extends": {"x.toml": 1}}}, "extends.x.toml is no key; the nearest of "),
    ],
)
def test_what_cannot_be_played_is_refused_before_a_run_begins(url: str, asked: dict[str, Any], detail: str) -> None:
    runs = len(httpx.get(f"{url}/runs").json())
    answer = httpx.post(f"{url}/runs/start", json=asked, timeout=60)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["detail"].startswith(detail)
    assert len(httpx.get(f"{url}/runs").json()) == runs


@pytest.mark.parametrize("scenario", ["ciftis2020", "itbnow2021"])
def test_report_of_a_run_is_a_page_and_shows_its_parameters(url: str, scenario: str) -> None:
    run = start(url, scenario=scenario, scale=0.005)
    wait_until(lambda: details(url, run)["state"] == "ended", 60)
    page = httpx.get(f"{url}/runs/{run}/report", timeout=120)
    assert page.headers["content-type"].startswith("text/html")
    assert run in page.text
    assert "The parameters cannot be shown" not in page.text


def test_run_without_events_has_no_report_yet(url: str) -> None:
    run = httpx.post(f"{url}/runs", json={"scenario": "theirs", "seed": 0, "version": "1"}).json()["run"]
    answer = httpx.get(f"{url}/runs/{run}/report", timeout=120)
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        f"run {run} has no events yet; ask again once it has begun",
    )


@pytest.mark.parametrize(
    ("complaint", "reason"),
    [
        ("Run x at y\nError: a.ics: 2 faults\n  one\n  two\n", "a.ics: 2 faults\n  one\n  two"),
        ("Error: no run\n", "no run"),
        ("Traceback ...\nValueError: Error: x", "ValueError: Error: x"),
        ("", ""),
    ],
)
def test_a_reason_of_several_lines_is_kept_whole(complaint: str, reason: str) -> None:
    assert _reason(complaint) == reason


def test_a_fair_that_lies_where_the_backend_runs_is_started_by_its_name(tmp_path: Path) -> None:
    write_fair(tmp_path / "spring", Sketch(date(2027, 3, 12), 1, "America/New_York", "US", 40, 20, 100, 2))
    (tmp_path / "faulty").mkdir()
    (tmp_path / "faulty" / "fair.toml").write_text("name = 7\n")
    (tmp_path / "elsewhere").symlink_to(tmp_path.parent)
    with Fair(tmp_path).serving() as (url, _):
        offered = {each["name"]: each for each in httpx.get(f"{url}/scenarios", timeout=60).json()}
        assert list(offered)[:2] == ["faulty", "spring"]
        assert "elsewhere" not in offered
        assert "fair.toml" in offered["faulty"]["question"]
        run = start(url, scenario="spring")
        wait_until(lambda: details(url, run)["state"] == "ended", 60)
        assert httpx.get(f"{url}/runs/{run}/fair").json()["fair"]["time_zone"] == "America/New_York"
        for name in ("elsewhere", "..", "spring.toml", "faulty"):
            assert httpx.post(f"{url}/runs/start", json={"scenario": name}, timeout=60).status_code == 422


def test_a_branch_is_the_run_up_to_a_moment_and_a_disruption_from_there(url: str) -> None:
    run, at_ms = start(url, **SMALL), 36 * 3_600_000
    wait_until(lambda: details(url, run)["state"] == "ended")
    outage = {"kind": "platform_outage", "capacity_share": 0.0, "lasts_min": 60}
    answer = httpx.post(f"{url}/runs/{run}/branch", json={"at_ms": at_ms, "disruption": outage})
    branch = answer.raise_for_status().json()["run"]
    assert answer.headers["Location"] == f"/runs/{branch}"
    wait_until(lambda: details(url, branch)["state"] == "ended")
    events = events_of(url, branch)
    (begun,) = (event for event in events if event["type"] == "disruption.begun")
    parted = events.index(begun)
    assert events_of(url, run)[:parted] == events[:parted]
    assert (begun["type"], begun["at_ms"], begun["cause"]) == ("disruption.begun", at_ms, "injected")
    assert {name: details(url, branch)[name] for name in ("scenario", "seed", "scale")} == {
        name: details(url, run)[name] for name in ("scenario", "seed", "scale")
    }
    request = details(url, branch)["request"]
    assert request == details(url, run)["request"] | {"branch": {"of": run, "at_ms": at_ms}}
    assert httpx.get(f"{url}/runs/{run}/against/{branch}").json()["settings"] == [
        {"setting": "branch", "a": "", "b": f"{run} from day 2 12:00 on"}
    ]
    again, _ = request_of(branch, request, details(url, branch)["version"])
    assert (again.scenario, again.seed) == (request["scenario"], request["seed"]), "it can be completed with --resume"


def test_a_run_is_not_branched_at_its_end(url: str) -> None:
    run = start(url, **SMALL)
    wait_until(lambda: details(url, run)["state"] == "ended")
    at_ms = details(url, run)["at_ms"]
    outage = {"kind": "platform_outage", "lasts_min": 60}
    answer = httpx.post(f"{url}/runs/{run}/branch", json={"at_ms": at_ms, "disruption": outage})
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        f"at_ms is {at_ms}, and run {run} ended at {at_ms} ms; branch before that",
    )


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ([1], "run theirs: what it plays is no scenario of this backend; branch it with fair branch"),
        ({"scenario": "/etc/mine.toml"}, "run theirs: /etc/mine.toml is no scenario of this backend"),
        ({"scenario": "ciftis2020"}, "run theirs was not begun by fair run and names no scenario to play"),
        ({"scenario": "ciftis2020", "changes": 5}, "run theirs was not begun by fair run"),
        (
            {"scenario": "ciftis2020", "seed": 7, "replication": 0, "scale": 1.0, "changes": [], "sha256": "0"},
            "run theirs: ciftis2020 is not what it was when the run began",
        ),
    ],
)
def test_run_that_cannot_be_played_again_is_not_branched(request_: object, words: str) -> None:
    with pytest.raises(ScenarioError, match=f"^{re.escape(words)}"):
        Processes(None, "fair.db").replan("theirs", request_, VERSION, PlatformOutage(lasts_min=5))


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (SessionCancellation(session=999), "there is no session 999; sessions are 0 to 190"),
        (LanesClosed(gate=9, lanes=1, lasts_min=5), "gate is 9; gates are numbered from 0 to 4"),
        (Demand(factor=2, origin="XX", lasts_min=5), "origin is 'XX', which is no economy"),
    ],
)
def test_branch_is_of_what_the_fair_has(what: AnyDisruption, words: str) -> None:
    request = Request("itbnow2021", 7, 0, 0.01, [])
    kept = record_of(load(request), request)["request"]
    Processes(None, "fair.db").replan("own", kept, VERSION, PlatformOutage(lasts_min=5))
    request = Request("ciftis2020", 7, 0, 0.01, [])
    kept = record_of(load(request), request)["request"]
    Processes(None, "fair.db").replan("own", kept, VERSION, PlatformOutage(lasts_min=5))
    with pytest.raises(ScenarioError, match=re.escape(words)):
        Processes(None, "fair.db").replan("own", kept, VERSION, what)


def events_of(url: str, run: str) -> list[dict[str, Any]]:
    """All events of a run."""
    head, found = details(url, run)["head"], list[dict[str, Any]]()
    while len(found) < head:
        answer = httpx.get(f"{url}/runs/{run}/events", params={"first": len(found), "limit": 10_000}).json()
        found += answer["events"]
    return found


def test_a_branch_that_cannot_be_is_refused(url: str) -> None:
    run = start(url, **SLOW)
    outage = {"kind": "platform_outage", "capacity_share": 0.0, "lasts_min": 60}
    for at_ms, disruption, status, words in (
        (10**12, outage, 409, "branch before that"),
        (1, {"kind": "platform_outage"}, 422, "body.disruption: lasts_min is missing; give it"),
        (1, {"kind": "meteor"}, 422, "body.disruption.kind: 'meteor' is none of those that are allowed"),
        (0, outage, 422, "at_ms"),
    ):
        answer = httpx.post(f"{url}/runs/{run}/branch", json={"at_ms": at_ms, "disruption": disruption})
        assert (answer.status_code, words in answer.text) == (status, True), answer.text
    say(url, run, kind="stop")


def test_what_cannot_be_played_at_all_is_no_matter_of_waiting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Wrong changes were a 503 while four runs were played, and a 422 later."""
    monkeypatch.setattr("faircli.launcher.AT_ONCE", 0)
    launcher = Processes(None, str(tmp_path / "fair.db"))
    with pytest.raises(ScenarioError, match=r"decline_share is 1\.5"):
        launcher.plan(NewStart(scenario="ciftis2020", changes={"negotiations": {"decline_share": 1.5}}))
    with pytest.raises(BusyError, match="are being played"):
        launcher.plan(NewStart(scenario="ciftis2020"))
