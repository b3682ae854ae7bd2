"""`fair runs`: the runs that are kept."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from datetime import datetime

import pytest
from tests.cloudfair.example import silence
from tests.faircli.fair import SMALL, Fair, Played

from cloudfair.store.log import Log
from faircli import listing
from faircli.defaults import DATABASE


def test_the_run_is_kept_where_the_other_commands_find_it(played: Played) -> None:
    fair, result = played
    (kept,) = fair.json("runs")
    assert (kept["id"], kept["head"], kept["state"]) == (result["run"], result["events"], "ended")
    assert fair.json("compare", result["run"])["comparison"] == result["comparison"]


def test_run_whose_player_is_gone_is_listed_as_silent(fair: Fair) -> None:
    log = Log.open(str(fair.folder / DATABASE))
    run = log.runs.create(scenario="example", seed=7, replication=0, scale=1.0, version="1").id
    since = silence(log, run)
    log.close()
    (kept,) = fair.json("runs")
    assert (kept["state"], datetime.fromisoformat(kept["silent_since"])) == ("running", since)
    assert f"{run}: its player is silent since {since.astimezone():%Y-%m-%d %H:%M}" in fair("runs").stdout


def test_a_run_of_cloudevents_has_no_player_that_could_be_silent(fair: Fair) -> None:
    log = Log.open(str(fair.folder / DATABASE))
    run = log.runs.create(scenario="example", seed=7, replication=0, scale=1.0, version="1").id
    silence(log, run)
    log.runs.set(run, {"head": 5})
    log.close()
    (kept,) = fair.json("runs")
    assert (kept["state"], kept["silent_since"]) == ("running", None)


def test_ids_are_whole_in_any_width(played: Played) -> None:
    fair, result = played
    for columns in ("200", "80", "40", "20"):
        lines = fair.process("runs", columns=columns).stdout.splitlines()
        assert lines[2].split()[0] == result["run"]
        assert all(len(line) <= max(int(columns), len(result["run"])) for line in lines)


def test_a_database_that_does_not_exist_is_not_made(fair: Fair) -> None:
    done = fair("runs", "--db", "typo.db")
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "Error: typo.db: there is no such database; fair run makes one, or name another with --db\n",
    )
    assert list(fair.folder.iterdir()) == []


@pytest.mark.parametrize("database", ["file:x.db", "sqlite:///file:x.db", ":memory:"])
def test_what_names_no_file_is_refused_as_by_other_commands(fair: Fair, database: str) -> None:
    others = [fair(*command, "--db", database) for command in (["verify"], ["forecast"], ["run", *SMALL])]
    done = fair("runs", "--db", database)
    assert [(each.returncode, each.stderr) for each in others] == [(done.returncode, done.stderr)] * 3
    assert "; name a file" in done.stderr
    assert list(fair.folder.iterdir()) == []


def test_the_quick_list_says_the_same_as_the_backends_own(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    fair, _ = played
    quick = fair.json("runs")

    def refuse(database: str) -> None:
        raise listing.NotListedError(database)

    monkeypatch.setattr(listing, "list_runs", refuse)
    assert fair.json("runs") == quick


def test_damaged_run_is_left_out_and_named(fair: Fair, caplog: pytest.LogCaptureFixture) -> None:
    log = Log.open(str(fair.folder / "cloudfair.db"))
    runs = [log.runs.create(scenario="example", seed=7, replication=0, scale=1.0, version="1").id for _ in range(3)]
    log.close()
    with contextlib.closing(sqlite3.connect(fair.folder / "cloudfair.db")) as database, database:
        database.execute("UPDATE run SET head = 7 WHERE id = ?", runs[:1])
        database.execute("UPDATE run SET seed = 8 WHERE id = ?", runs[1:2])
    done = fair("runs", "--json")
    assert [run["id"] for run in json.loads(done.stdout)] == runs[2:]
    for run in runs[:2]:
        assert f"run {run}: its row is not what was written" in caplog.text
