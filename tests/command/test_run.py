"""`fair run`: what it prints, keeps and reproduces, by the real command and a real backend."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.cloudfair.example import silence
from tests.command.fair import SMALL, Fair, compared, wait_until
from tests.fairfacts.stories import STARTED

from cloudfair.command.options import DEFAULT_DATABASE
from cloudfair.log import Log
from fairfacts.auditor import LAWS
from fairfacts.events import encode
from fairfacts.runs import RunEnded
from fairfacts.visits import VisitEnded

Played = tuple[Fair, dict[str, Any]]
PACED = "86400"  # a day a second: a small fair takes six seconds, long enough to be disturbed


def head(url: str, run: str) -> int:
    return int(httpx.get(f"{url}/runs/{run}").json()["head"])


def only_run(url: str) -> str | None:
    runs = httpx.get(f"{url}/runs").json()
    return runs[0]["id"] if runs else None


def wait_for_events(url: str, count: int) -> str:
    """Return the id of the backend's only run once it has so many events."""
    wait_until(lambda: only_run(url) is not None)
    run = only_run(url)
    assert run is not None
    wait_until(lambda: head(url, run) > count)
    return run


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
    ]
    assert all(set(row) >= {"figure", "reported", "simulated", "ratio", "role"} for row in result["comparison"])


def test_the_run_is_kept_where_the_other_commands_find_it(played: Played) -> None:
    fair, result = played
    (kept,) = fair.json("runs")
    assert (kept["id"], kept["head"], kept["state"]) == (result["run"], result["events"], "ended")
    assert fair.json("compare", result["run"])["comparison"] == result["comparison"]


def test_run_whose_player_is_gone_is_listed_as_silent(fair: Fair) -> None:
    log = Log.open(str(fair.folder / DEFAULT_DATABASE))
    run = log.create_run(scenario="example", seed=7, replication=0, scale=1.0, version="1").id
    since = silence(log, run)
    log.close()
    (kept,) = fair.json("runs")
    assert (kept["state"], datetime.fromisoformat(kept["silent_since"])) == ("running", since)
    assert f"running, silent since {since.astimezone():%Y-%m-%d %H:%M}" in fair("runs").stdout


def test_verify_folds_the_log_to_the_digest_and_measures_that_were_announced(played: Played) -> None:
    fair, result = played
    verified = fair.json("verify", result["run"])
    laws = verified.pop("laws")
    assert (laws["checked"], laws["broken"], laws["violations"]) == (len(LAWS), {}, [])
    assert all(flow["holds"] for flow in laws["flows"].values())
    assert verified == {
        "run": result["run"],
        "ok": True,
        "events": result["events"],
        "digest": result["digest"],
        "ended": True,
        "faults": [],
        "measures": result["measures"],
    }


def test_verify_finds_an_event_that_was_changed_in_the_database(fair: Fair) -> None:
    import sqlite3

    import zstandard

    run = fair.json("run", *SMALL)["run"]
    with sqlite3.connect(fair.folder / "cloudfair.db") as database:
        ((payload,),) = database.execute("SELECT payload FROM segment WHERE first = 0")
        forged = zstandard.decompress(payload).replace(b'"delegates":2', b'"delegates":3', 1)
        database.execute("UPDATE segment SET payload = ? WHERE first = 0", (zstandard.compress(forged),))
    database.close()
    done = fair("verify", run, "--json")
    faults = json.loads(done.stdout)["faults"]
    assert (done.returncode, faults[0]) == (1, "the segment at 0 is not what was appended")
    assert len(faults) == 3  # the digest and the measures differ as well


def test_verify_tells_which_laws_a_log_breaks(fair: Fair) -> None:
    unbegun = VisitEnded(at_ms=5, visit=3, organisation=0, economy="CN", requests=0, dropped=False)
    with fair.serving() as (url, _):
        began = {"scenario": "story", "seed": 7, "replication": 2, "scale": 0.1, "version": "1.2.3"}
        run = httpx.post(f"{url}/runs", json=began).raise_for_status().json()["run"]
        sent = httpx.post(f"{url}/runs/{run}/events?first=0", content=encode([STARTED, unbegun, RunEnded(at_ms=9)]))
        assert sent.is_success, sent.text
    done, told = fair("verify", run), json.loads(fair("verify", run, "--json").stdout)
    assert (done.returncode, told["ok"]) == (1, False)
    assert told["laws"]["broken"] == {"visit.started": 1, "run.duration": 1}
    assert told["laws"]["violations"][0]["event"] == json.loads(encode([unbegun]))
    law = "event 1 breaks visit.started (a visit ends once, after it started, as the visit of whom it started):"
    assert done.stdout.splitlines()[0] == f"wrong: {law} {encode([unbegun]).decode().strip()}"


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


def test_the_digest_is_the_sha256_of_the_log_and_the_same_at_any_pace_and_batch(played: Played, fair: Fair) -> None:
    _, result = played
    paced = fair.json("run", *SMALL, "--speed", "200000", "--batch", "500")
    with fair.serving() as (url, _):
        lines, first = hashlib.sha256(), 0
        while first is not None:
            page = httpx.get(f"{url}/runs/{paced['run']}/events", params={"first": first, "limit": 10_000})
            # the page carries each event as it was sent
            events = page.text[page.text.index('"events":[') + 10 : -2]
            lines.update(events.replace('},{"type"', '}\n{"type"').encode() + b"\n")
            first = page.json()["next"]
    assert (paced["digest"], lines.hexdigest()) == (result["digest"], result["digest"])


def test_another_seed_or_replication_is_another_fair(played: Played, fair: Fair) -> None:
    _, result = played
    others = [fair.json("run", *SMALL, "--seed", "8"), fair.json("run", *SMALL, "--replication", "1")]
    assert len({result["digest"], *(other["digest"] for other in others)}) == 3


def test_a_backend_killed_in_the_middle_of_a_run_is_waited_for(played: Played, fair: Fair) -> None:
    _, result = played
    with fair.serving() as (url, backend):
        running = fair.start("run", *SMALL, "--to", url, "--speed", PACED, "--batch", "300", "--json")
        wait_for_events(url, 15_000)
        backend.kill()
        backend.communicate()
        with fair.serving(port=int(url.rpartition(":")[2])):
            out, err = running.communicate(timeout=60)
            assert (running.returncode, err) == (0, "")
    assert json.loads(out)["digest"] == result["digest"]
    assert fair.json("verify")["ok"] is True


def test_a_backend_of_the_runs_own_is_started_again_when_it_dies(played: Played, fair: Fair) -> None:
    _, result = played
    running = fair.start("run", *SMALL, "--speed", PACED, "--json")

    def backends() -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                except OSError:  # it has ended meanwhile
                    continue
                found += [int(entry.name)] if parent == str(running.pid) else []
        return found

    database = fair.folder / "cloudfair.db-wal"
    wait_until(lambda: database.exists() and database.stat().st_size > 300_000)
    os.kill(backends()[0], signal.SIGKILL)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, err, json.loads(out)["digest"]) == (0, "", result["digest"])


def test_a_killed_run_is_completed_with_the_same_digest(played: Played, fair: Fair) -> None:
    _, result = played
    with fair.serving() as (url, _):
        running = fair.start("run", *SMALL, "--to", url, "--speed", PACED)
        run = wait_for_events(url, 15_000)
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
        run = wait_for_events(url, 15_000)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
        assert (running.returncode, out, err) == (
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


def test_a_scenario_file_of_ones_own_is_played(fair: Fair) -> None:
    (fair.folder / "short.toml").write_text('title = "Short"\n[fair]\ndays = 2\n[economies]\nUS = 0\n')
    result = fair.json("run", "short.toml", "--scale", "0.02")
    measures = result["measures"]
    assert (measures["run"]["scenario"], measures["run"]["closed_on"]) == ("short", "2020-09-05")
    assert measures["organisations"]["by_economy"].get("US") is None
