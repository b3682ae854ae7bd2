"""`fair verify`: whether the log of a run is whole."""

from __future__ import annotations

import json
import sqlite3

import httpx
import zstandard
from tests.faircli.fair import Fair, Played
from tests.fairfacts.stories import STARTED

from fairfacts.auditor import LAWS
from fairfacts.events import encode
from fairfacts.parts.runs import RunEnded
from fairfacts.parts.visits import VisitEnded
from fairsim import VERSION


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
        "damage": [],
        "unchecked": [],
        "remarks": [],
        "repaired": [],
        "measures": result["measures"],
    }


def test_verify_finds_an_event_that_was_changed_in_the_database(own: tuple[Fair, str]) -> None:
    fair, run = own
    with sqlite3.connect(fair.folder / "cloudfair.db") as database:
        ((payload,),) = database.execute("SELECT payload FROM segment WHERE first = 0")
        forged = zstandard.decompress(payload).replace(b'"delegates":2', b'"delegates":3', 1)
        database.execute("UPDATE segment SET payload = ? WHERE first = 0", (zstandard.compress(forged),))
    database.close()
    done = fair("verify", run, "--json")
    what = "is not what was appended: its SHA-256 differs from the stored one"
    (damage,) = json.loads(done.stdout)["damage"]
    assert (done.returncode, damage) == (
        1,
        {"run": run, "table": "segment", "position": 0, "what": what, "derived": False},
    )
    assert f"wrong: segment 0: {what}" in fair("verify", run).stdout


def test_verify_names_a_run_whose_row_is_lost(own: tuple[Fair, str]) -> None:
    fair, run = own
    with sqlite3.connect(fair.folder / "cloudfair.db") as database:
        database.execute("DELETE FROM run")
    database.close()
    for asked in ([], [run]):
        done = fair("verify", *asked)
        assert done.returncode != 0
        assert "the table run of " in done.stderr
        assert f"of '{run}', which is no run" in " ".join(done.stderr.split())


def test_verify_repairs_what_is_derived_from_the_log(own: tuple[Fair, str]) -> None:
    fair, run = own
    with sqlite3.connect(fair.folder / "cloudfair.db") as database:
        database.execute("UPDATE checkpoint SET state = 'x'")
    database.close()
    done = fair("verify", run)
    assert (done.returncode, "its checksum does not fit; --repair makes it again" in done.stdout) == (1, True)
    assert (fair("verify", run, "--repair").returncode, fair("verify", run).returncode) == (0, 0)


def test_verify_leaves_checkpoints_of_another_release_aside(own: tuple[Fair, str]) -> None:
    fair, run = own
    with sqlite3.connect(fair.folder / "cloudfair.db") as database:
        count = database.execute("UPDATE checkpoint SET shape = 'of before'").rowcount
    database.close()
    aside = f"{'one checkpoint' if count == 1 else f'{count} checkpoints'} of another release; --repair makes them"
    done = fair("verify", run)
    assert done.returncode == 0
    assert f"not looked at: {aside} again from the log" in done.stdout
    assert "its last event ends the run; all" in done.stdout
    assert fair("verify", run, "--repair").returncode == 0
    assert fair.json("verify", run)["unchecked"] == []


def test_verify_says_of_a_log_that_another_model_played_it(fair: Fair) -> None:
    (fair.folder / "mine.toml").write_text('extends = "ciftis2020"\n')
    run = fair.json("run", "mine.toml", "--scale", "0.005")["run"]
    assert fair.json("verify", run)["remarks"] == []
    (fair.folder / "mine.toml").write_text('extends = "ciftis2020"\n[negotiations]\npatience_mean_min = 31\n')
    done = fair("verify", run)
    assert done.returncode == 0
    assert "note: mine.toml has changed since it was played: the laws are those of this release" in done.stdout
    with sqlite3.connect(fair.folder / "cloudfair.db") as database:
        database.execute("UPDATE run SET version = '0.0.1', sha256 = ''")
    database.close()
    assert "note: it was played by release 0.0.1 of the model, and this is " in fair("verify", run).stdout
    with sqlite3.connect(fair.folder / "cloudfair.db") as database:
        database.execute("UPDATE run SET version = ?", (VERSION,))
    database.close()
    (fair.folder / "mine.toml").unlink()
    assert fair.json("verify", run)["remarks"] == []


def test_verify_tells_which_laws_a_log_breaks(fair: Fair) -> None:
    unbegun = VisitEnded(at_ms=5, visit=3, organisation=0, economy="CN", requests=0, dropped=False)
    with fair.serving() as (url, _):
        began = {"scenario": "ciftis2020", "seed": 7, "replication": 2, "scale": 0.1, "version": "1.2.3"}
        run = httpx.post(f"{url}/runs", json=began).raise_for_status().json()["run"]
        sent = httpx.post(f"{url}/runs/{run}/events?first=0", content=encode([STARTED, unbegun, RunEnded(at_ms=9)]))
        assert sent.is_success, sent.text
    done, told = fair("verify", run), json.loads(fair("verify", run, "--json").stdout)
    assert (done.returncode, told["ok"]) == (1, False)
    assert told["laws"]["broken"] == {"visit.started": 1, "run.duration": 1}
    assert told["laws"]["violations"][0]["event"] == json.loads(encode([unbegun]))
    law = "event 1 breaks visit.started (a visit ends once, after it started, as the visit of whom it started):"
    assert done.stdout.splitlines()[0] == f"wrong: {law} {encode([unbegun]).decode().strip()}"


def test_verify_says_of_a_run_without_events_that_there_is_nothing_to_verify(fair: Fair) -> None:
    with fair.serving() as (url, _):
        run = httpx.post(f"{url}/runs", json={"scenario": "empty", "seed": 7, "version": "1"}).json()["run"]
    done, told = fair("verify"), json.loads(fair("verify", "--json").stdout)
    assert (done.returncode, done.stdout) == (1, f"nothing to verify: run {run} has no events\n")
    assert (told["ok"], told["events"], told["faults"]) == (False, 0, [])


def test_verify_checks_the_log_of_a_file_as_that_of_a_run_and_stores_nothing(played: Played) -> None:
    fair, result = played
    fair("export", result["run"], "--to", "ndjson", "--into", "whole.ndjson")
    of_run, of_file = fair.json("verify", result["run"]), fair.json("verify", "whole.ndjson")
    same = ("ok", "events", "digest", "ended", "faults", "damage", "laws", "measures")
    assert {name: of_file[name] for name in same} == {name: of_run[name] for name in same}
    assert fair("verify", "whole.ndjson", "--repair").returncode == 2
    assert len(fair.json("runs")) == 1


def test_verify_says_of_a_file_that_is_called_like_no_log_what_it_is_to_be_called(fair: Fair) -> None:
    (fair.folder / "log.jsonl").write_text("{}\n")
    done = fair("verify", "log.jsonl")
    assert (done.returncode, done.stdout) == (2, "")
    assert "log.jsonl: is called like no log; name a file that ends in .ndjson" in done.stderr


def test_verify_names_line_and_field_of_each_damage_of_a_file_and_where_it_breaks_laws(fair: Fair) -> None:
    unbegun = VisitEnded(at_ms=5, visit=3, organisation=0, economy="CN", requests=0, dropped=False)
    (fair.folder / "log.ndjson").write_bytes(encode([STARTED, unbegun]) + b'{"type":"fair.opened","at_ms":true}\n\n')
    done, told = fair("verify", "log.ndjson"), json.loads(fair("verify", "log.ndjson", "--json").stdout)
    assert (done.returncode, told["ok"], told["unchecked"]) == (
        1,
        False,
        ["the laws from line 3 on, which is damaged"],
    )
    assert [(one["line"], one["field"]) for one in told["damage"]] == [(3, "at_ms"), (4, "the event")]
    assert done.stdout.splitlines()[0] == "wrong: line 3: at_ms: it is true or false, and a whole number is wanted"
    assert "wrong: line 2: event 1 breaks visit.started (" in done.stdout
    assert "not verified: log.ndjson, 2 events; 3 faults" in done.stdout
