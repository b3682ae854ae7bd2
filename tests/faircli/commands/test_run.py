"""`fair run`: what it prints, keeps and reproduces, with a real backend."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from datetime import date
from functools import partial
from pathlib import Path

import httpx
import pytest
from tests.faircli.fair import PACED, SMALL, Fair, Played, children, compared, head, wait_for_events, wait_until
from tests.faircli.told import beside_small_scale

from faircli import playing
from faircli.connection import Connection
from faircli.outbox import Outbox
from fairfacts.resources import shipped_names
from fairsim import VERSION
from fairsim.inputs.sketch.asked import Sketch
from fairsim.inputs.sketch.sketch import write_fair


def test_json_is_one_object_with_the_documented_keys(played: Played) -> None:
    _, result = played
    assert list(result) == [
        "run",
        "scenario",
        "seed",
        "replication",
        "scale",
        "digest",
        "events",
        "wall_s",
        "events_per_s",
        "peak_rss_mb",
        "measures",
        "comparison",
        "headline",
        "left_out",
        "reports",
        "unmet",
    ]
    assert all(set(row) >= {"figure", "reported", "simulated", "ratio", "role"} for row in result["comparison"])


def test_the_table_names_every_figure_the_digest_and_where_the_run_is_kept(fair: Fair) -> None:
    done = fair("run", *SMALL)
    (kept,) = fair.json("runs")
    lines = done.stdout.splitlines()
    worth = ["held out", "calibrated", "input"]
    rows = sorted(fair.json("compare")["comparison"], key=lambda row: worth.index(row["role"]))
    figures = [row["figure"] for row in rows]
    digest = fair.json("verify")["digest"]
    assert done.returncode == 0
    assert compared(done.stdout) == figures
    assert lines[-2:] == [
        f"digest {digest}",
        f"run {kept['id']}, kept in sqlite:///{fair.folder / 'cloudfair.db'}",
    ]


def test_the_digest_is_the_sha256_of_the_log_and_the_same_at_any_pace_and_batch(
    played: Played, fair: Fair, url: str
) -> None:
    _, result = played
    paced = fair.json("run", *SMALL, "--speed", "400000", "--batch", "500", "--to", url)
    lines, first = hashlib.sha256(), 0
    while first is not None:
        page = httpx.get(f"{url}/runs/{paced['run']}/events", params={"first": first, "limit": 10_000})
        # the page carries each event as it was sent
        events = page.text[page.text.index('"events":[') + 10 : -2]
        lines.update(events.replace('},{"type"', '}\n{"type"').encode() + b"\n")
        first = page.json()["next"]
    assert (paced["digest"], lines.hexdigest()) == (result["digest"], result["digest"])


def test_another_seed_or_replication_is_another_fair(played: Played, fair: Fair, url: str) -> None:
    _, result = played
    others = [fair.json("run", *SMALL, *other, "--to", url) for other in (("--seed", "8"), ("--replication", "1"))]
    assert len({result["digest"], *(other["digest"] for other in others)}) == 3


def test_a_backend_killed_in_the_middle_of_a_run_is_waited_for(played: Played, fair: Fair) -> None:
    _, result = played
    with fair.serving() as (url, backend):
        running = fair.start("run", *SMALL, "--to", url, "--speed", PACED, "--batch", "300", "--json")
        wait_for_events(url, 6_000)
        backend.kill()
        backend.communicate()
        with fair.serving(port=int(url.rpartition(":")[2])):
            out, err = running.communicate(timeout=60)
            assert running.returncode == 0
            assert beside_small_scale(err).startswith(f"waiting for the backend: {url} does not answer ("), err
    assert json.loads(out)["digest"] == result["digest"]
    assert fair.json("verify")["ok"] is True


def test_a_backend_of_the_runs_own_is_started_again_when_it_dies(played: Played, fair: Fair) -> None:
    _, result = played
    running = fair.start("run", *SMALL, "--speed", PACED, "--json", python=sys.executable)
    database = fair.folder / "cloudfair.db-wal"
    wait_until(lambda: database.exists() and database.stat().st_size > 300_000)
    os.kill(children(running.pid)[0], signal.SIGKILL)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, json.loads(out)["digest"]) == (0, result["digest"])
    first = beside_small_scale(err).splitlines()[0]
    assert first.startswith("waiting for the backend: "), err
    assert first.endswith("; it is tried again for 5 minutes; after Ctrl-C, fair run --resume RUN goes on"), err


def test_a_killed_run_is_completed_with_the_same_digest(played: Played, fair: Fair) -> None:
    _, result = played
    with fair.serving() as (url, _):
        running = fair.start("run", *SMALL, "--to", url, "--speed", PACED)
        run = wait_for_events(url, 6_000)
        running.kill()
        running.communicate()
        kept = head(url, run)
        completed = fair.json("run", "--resume", run, "--to", url)
    assert (completed["run"], completed["digest"]) == (run, result["digest"])
    assert kept < completed["events"] == result["events"]


def test_a_run_that_is_stopped_says_how_to_complete_it(played: Played, fair: Fair) -> None:
    _, result = played
    with fair.serving() as (url, _):
        running = fair.start("run", *SMALL, "--to", url, "--speed", PACED, "--json")
        run = wait_for_events(url, 6_000)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
        assert (running.returncode, out, beside_small_scale(err)) == (
            1,
            "",
            f"Error: stopped; complete the run with fair run --resume {run}\n",
        )
        assert httpx.get(f"{url}/runs/{run}").json()["state"] == "stopped"
        assert fair.json("run", "--resume", run, "--to", url)["digest"] == result["digest"]


def test_a_run_that_has_ended_may_be_resumed_and_nothing_changes(played: Played) -> None:
    fair, result = played
    again = fair.json("run", "--resume", result["run"])
    assert (again["digest"], again["events"]) == (result["digest"], result["events"])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--seed", "8"], "its seed is 7, not 8"),
        (["--set", "fair.days=5"], "its changes is [], not ['fair.days=5']"),
    ],
)
def test_resuming_with_something_else_is_refused(played: Played, arguments: list[str], complaint: str) -> None:
    fair, result = played
    done = fair("run", *SMALL, "--resume", result["run"], *arguments)
    assert (done.returncode, done.stderr) == (
        2,
        f"Error: --resume {result['run']}: {complaint}; leave it out: fair run --resume {result['run']}\n",
    )


def test_a_scenario_file_of_ones_own_is_played(fair: Fair, url: str) -> None:
    (fair.folder / "short.toml").write_text(
        'title = "Short"\nextends = "ciftis2020"\n[fair]\ndays = 2\n[economies]\nUS = 0\n'
    )
    result = fair.json("run", "short.toml", "--scale", "0.02", "--to", url)
    measures = result["measures"]
    assert (measures["run"]["scenario"], measures["run"]["closed_on"]) == ("short", "2020-09-05")
    assert measures["organisations"]["by_economy"].get("US") is None


SCENARIO_ERRORS = {
    "unknown scenario": (
        ["run", "ciftis2021"],
        "ciftis2021 is no scenario; did you mean ciftis2020? (or give a path to a .toml, or to the folder of a fair)",
    ),
    "no scenario": (["run"], "no scenario is named; try fair run ciftis2020 (fair scenarios lists them)"),
    "missing file": (
        ["run", "nowhere/x.toml"],
        "nowhere/x.toml: cannot be read (No such file or directory); shipped are " + ", ".join(shipped_names()),
    ),
    "unknown key": (
        ["run", "ciftis2020", "--set", "negotiations.patience_min=30"],
        "--set negotiations.patience_min=30: negotiations.patience_min is no key;"
        " did you mean negotiations.patience_mean_min?",
    ),
    "no change": (
        ["run", "ciftis2020", "--set", "patience"],
        "--set patience: is no change; write --set negotiations.patience_mean_min=30",
    ),
    "out of range": (
        ["run", "ciftis2020", "--set", "negotiations.decline_share=1.5"],
        "--set negotiations.decline_share=1.5: negotiations.decline_share is 1.5; allowed is 0 to 1 (share)",
    ),
    "unknown economy": (
        ["run", "ciftis2020", "--set", "economies.UK=2"],
        "--set economies.UK=2: UK is no economy of seeds/economies.csv; the nearest of 208 are:"
        " XK, VU, UZ, UY, US, UG, UA, SK, RU, PK"
        " (ISO 3166 codes of two letters)",
    ),
    "scale": (
        ["run", "ciftis2020", "--scale", "0"],
        "--scale is 0; it is a share of the documented size, over 0 and at most 20",
    ),
    "speed that stands still": (
        ["run", "ciftis2020", "--speed", "1e-300"],
        "--speed is 1e-300; give simulated seconds a second from 0.001 on, such as 3600, or max",
    ),
    "speed": (
        ["run", "ciftis2020", "--speed", "fast"],
        "--speed is fast; give simulated seconds a second from 0.001 on, such as 3600, or max",
    ),
}


@pytest.mark.parametrize(("arguments", "complaint"), SCENARIO_ERRORS.values(), ids=SCENARIO_ERRORS)
def test_a_bad_scenario_is_refused_before_anything_runs(fair: Fair, arguments: list[str], complaint: str) -> None:
    done = fair(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"Error: {complaint}\n")
    assert list(fair.folder.iterdir()) == []


@pytest.mark.parametrize("command", [("verify",), ("runs",), ("run", "ciftis2020", "--scale", "0.01")])
def test_a_database_of_another_kind_is_refused(fair: Fair, command: tuple[str, ...]) -> None:
    done = fair(*command, "--db", "mysql://root:hush@host/fairs")
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "Error: mysql:// is no database that cloudfair can use; name a file, or a URL such as sqlite:///fair.db or"
        " postgresql://user@host/name\n",
    )


def test_a_database_that_cannot_be_written_is_named(fair: Fair) -> None:
    done = fair("run", "ciftis2020", "--scale", "0.02", "--db", "nowhere/fair.db")
    path = fair.folder / "nowhere/fair.db"
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: sqlite:///{path}: unable to open database file;"
        " make its folder, see that it is yours to write, or name another file with --db\n"
    )


def test_a_backend_that_is_not_there_is_named(fair: Fair) -> None:
    done = fair("run", "ciftis2020", "--to", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert done.stderr == (
        "Error: no backend at http://127.0.0.1:9 ([Errno 111] Connection refused);"
        " start one with fair serve, or leave --to out\n"
    )


def test_a_run_that_others_send_is_not_resumed_and_that_is_said(fair: Fair, url: str) -> None:
    began = {"scenario": "badges", "seed": 7, "scale": 0.02, "version": VERSION}
    run = httpx.post(f"{url}/runs", json=began).raise_for_status().json()["run"]
    done = fair("run", "--resume", run, "--to", url)
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        f"Error: run {run} was not begun by fair run and names no scenario to play; whoever sent its events can send"
        " more\n",
    )


def test_a_backend_that_is_killed_as_the_run_ends_leaves_no_traceback(
    fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = Outbox.close

    def close_and_kill(outbox: Outbox) -> str:
        digest = closed(outbox)
        backend.kill()
        backend.communicate()
        return digest

    monkeypatch.setattr(Outbox, "close", close_and_kill)
    monkeypatch.setattr(playing, "Connection", partial(Connection, patience_s=0))
    with fair.serving() as (url, backend):
        done = fair("run", *SMALL, "--to", url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith(f"Error: {url} does not answer (")
    assert fair("runs", "--json").returncode == 0


def test_a_backend_of_the_runs_own_ends_with_it_though_it_is_killed(fair: Fair) -> None:
    running = fair.start("run", *SMALL, "--speed", PACED, python=sys.executable)
    assert running.stderr is not None
    url = next(line for line in running.stderr if line.startswith("Run ")).split()[-1].partition("/?")[0]
    assert httpx.get(f"{url}/health").is_success
    (backend,) = (pid for pid in children(running.pid) if b"serve" in Path(f"/proc/{pid}/cmdline").read_bytes())
    running.kill()
    running.communicate()
    wait_until(lambda: not Path(f"/proc/{backend}").exists())


def test_what_is_ignored_is_said(fair: Fair, url: str) -> None:
    done = fair("run", "ciftis2020", "--scale", "0.005", "--to", url, "--db", "other.db", "--stay")
    warnings = [line for line in done.stderr.splitlines() if line.startswith("Warning: ")]
    assert warnings[0] == f"Warning: --db other.db: is ignored, as the backend at {url} keeps the run in its own"
    assert warnings[1].startswith("Warning: --stay: is ignored, as another command serves the page: ")
    assert not (fair.folder / "other.db").exists()


def test_the_page_is_opened_where_that_is_asked_for(fair: Fair, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) is None)
    result = fair.json("run", "ciftis2020", "--scale", "0.005", "--to", url, "--open")
    assert opened == [f"{url}/?run={result['run']}"]


@pytest.mark.parametrize("option", [("--seed", "8"), ("--scale", "0.5"), ("--set", "fair.days=5")])
def test_options_beside_resume_are_not_dropped(played: Played, option: tuple[str, str]) -> None:
    fair, result = played
    done = fair("run", "--resume", result["run"], *option)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"leave it out: fair run --resume {result['run']}" in done.stderr


@pytest.mark.parametrize(
    ("name", "called", "begins"),
    [
        ("my fair", "my fair", "my-fair-s7-"),
        ("été à Zürich", "été à Zürich", "ete-a-Zurich-s7-"),
        ("公平 été", "公平 été", "run-s7-"),
        ("公平", "公平", "run-s7-"),
        (" my \u00a0 fair\t2 ", "my fair 2", "my-fair-2-s7-"),
        ("my\\fair", "my fair", "my-fair-s7-"),
        ("x" * 70, "x" * 64, "xxx"),
        ("\x7f", "scenario", "scenario-s7-"),
    ],
)
def test_a_scenario_file_may_have_any_name(fair: Fair, url: str, name: str, called: str, begins: str) -> None:
    (fair.folder / f"{name}.toml").write_text('extends = "ciftis2020"\n[fair]\ndays = 2\n[venue]\ndays = 0\n')
    result = fair.json("run", f"{name}.toml", "--scale", "0.005", "--to", url)
    assert result["run"].startswith(begins)
    assert result["measures"]["run"]["scenario"] == called


def test_fair_without_figures_shows_what_came_of_it(fair: Fair, url: str) -> None:
    write_fair(fair.folder / "mine", Sketch(date(2027, 3, 12), 1, "America/New_York", "US", 40, 20, 100, 2))
    done = fair("run", "mine", "--to", url)
    (came,) = (line.split() for line in done.stdout.splitlines() if line.startswith("venue.visitors"))
    assert (came[0], came[2], int(came[1]) > 50) == ("venue.visitors", "people", True)
    assert "nothing is compared with reports: write mine/figures.csv" in " ".join(done.stdout.split())
