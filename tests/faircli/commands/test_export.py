"""`fair export`: the events of a run, or its programme, for other tools."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars
import pytest
from tests.faircli.fair import Played

from cloudfair.export import parquet
from cloudfair.store.log import Log
from cloudfair.store.segments import Segment, Segments
from faircli.defaults import DATABASE
from fairfacts.interchange.files import read_timetable


def test_ndjson_is_the_log_and_cloudevents_carry_it(played: Played) -> None:
    fair, result = played
    for form in ("ndjson", "cloudevents"):
        told = fair.json("export", result["run"], "--to", form)
        assert (told["events"], told["into"]) == (result["events"], str(fair.folder / f"{result['run']}.{form}"))
    log = (fair.folder / f"{result['run']}.ndjson").read_bytes()
    assert hashlib.sha256(log).hexdigest() == result["digest"]
    envelopes = (fair.folder / f"{result['run']}.cloudevents").read_bytes().splitlines()
    assert b"".join(line[line.index(b'"data":') + 7 : -1] + b"\n" for line in envelopes) == log
    assert [json.loads(line)["id"] for line in envelopes] == [str(position) for position in range(result["events"])]


def test_parquet_and_csv_are_folders(played: Played) -> None:
    fair, result = played
    fair.json("export", result["run"])
    fair.json("export", result["run"], "--to", "csv", "--into", "events")
    folder = fair.folder / f"{result['run']}.parquet"
    requested = polars.read_parquet(folder / "negotiation.requested.parquet")
    assert requested.height == result["measures"]["negotiations"]["initiated"]
    assert polars.read_csv(fair.folder / "events" / "negotiation.requested.csv", try_parse_dates=True).equals(
        requested.cast({"clock": polars.Datetime("us")})
    )
    again = fair("export", result["run"], "--to", "csv", "--into", "events")
    assert (again.returncode, again.stderr) == (
        1,
        "Error: events is there already; remove it, or name another folder\n",
    )


@pytest.mark.parametrize(("to", "name"), [("csv", "parquet"), ("csv", "lock"), ("parquet", "lock"), ("csv", "made")])
def test_a_folder_may_be_called_like_what_is_made_on_the_way(
    played: Played, tmp_path: Path, to: str, name: str
) -> None:
    fair, result = played
    done = fair("export", result["run"], "--to", to, "--into", str(tmp_path / name))
    assert (done.returncode, done.stderr, [one.name for one in tmp_path.iterdir()]) == (0, "", [name])
    assert (tmp_path / name / f"run.started.{to}").exists()


def test_a_folder_has_no_place_on_standard_output(played: Played) -> None:
    fair, result = played
    done = fair("export", result["run"], "--into", "-")
    assert (done.returncode, done.stderr) == (2, "Error: --into -: parquet is a folder of files; name one\n")


def test_what_export_ignores_or_cannot_write_to_is_said(played: Played) -> None:
    fair, result = played
    done = fair("export", result["run"], "--to", "ndjson", "--into", "-", "--json")
    assert hashlib.sha256(done.stdout.encode()).hexdigest() == result["digest"]
    warning = "Warning: --json: is ignored with --into -, as the events go to standard output\n"
    assert (done.returncode, done.stderr) == (0, warning)
    before = sorted(fair.folder.iterdir())
    done = fair("export", result["run"], "--into", "")
    refused = "Error: --into: names nothing; name a folder or a file, or leave it out\n"
    assert (done.returncode, done.stdout, done.stderr, sorted(fair.folder.iterdir())) == (2, "", refused, before)


@pytest.mark.slow
@pytest.mark.parametrize("to", ["parquet", "csv"])
def test_ctrl_c_while_duckdb_writes_ends_the_command_without_a_traceback(
    played: Played, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB would take the signal for itself, and wait for ever where it has threads at work."""
    fair, result = played
    real = parquet._copy

    def interrupt() -> int:
        os.kill(os.getpid(), signal.SIGINT)
        return 1

    def interrupted(connection: Any, what: str) -> None:
        connection.create_function("interrupt", interrupt, [], "INTEGER", side_effects=True)
        real(connection, f"(SELECT interrupt(), sum(i) FROM range(1000000) t(i)) TO '{fair.folder / to}.one'")
        raise AssertionError("Ctrl-C is heard once the file is written")

    monkeypatch.setattr(parquet, "_copy", interrupted)
    done = fair("export", result["run"], "--to", to, "--into", "stopped")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    assert [file for file in fair.folder.iterdir() if "stopped" in file.name] == []


def test_half_a_log_is_not_left_behind(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    fair, result = played
    read = Segments.read

    def full_disk(*arguments: Any) -> Iterator[Segment]:
        yield next(read(*arguments))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Segments, "read", full_disk)
    done = fair("export", result["run"], "--to", "ndjson", "--into", "half.ndjson")
    assert done.returncode == 1
    assert "half.ndjson: No space left on device; name another file with --into" in done.stderr
    assert not (fair.folder / "half.ndjson").exists()


@pytest.mark.parametrize("to", ["ndjson", "cloudevents"])
def test_an_export_that_is_killed_leaves_no_file_of_its_name(
    played: Played, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    """Half a log of whole lines is a lawful log of a run that goes on: nothing would tell that events are missing."""
    fair, result = played
    read, seen = Segments.read, []

    def looked_at(*arguments: Any) -> Iterator[Segment]:
        yield from read(*arguments)
        seen.append((fair.folder / f"looked.{to}").exists())

    monkeypatch.setattr(Segments, "read", looked_at)
    assert fair("export", result["run"], "--to", to, "--into", f"looked.{to}").returncode == 0
    assert (set(seen), (fair.folder / f"looked.{to}").exists()) == ({False}, True)
    again = fair("export", result["run"], "--to", to, "--into", f"looked.{to}")
    assert again.stderr.endswith(f"Error: looked.{to}: File exists; name another file with --into\n")


def test_the_programme_is_exported_for_calendars_and_conferences(played: Played) -> None:
    fair, result = played
    for form in ("ics", "json"):
        assert fair("export", result["run"], "--to", form, "--into", f"programme.{form}").returncode == 0
    calendar, schedule = (read_timetable(fair.folder / f"programme.{form}").timetable for form in ("ics", "json"))
    assert len(calendar.entries) == result["measures"]["programme"]["scheduled"]
    assert [(e.title, e.starts, e.ends, e.room) for e in schedule.entries] == [
        (e.title, e.starts, e.ends, e.room) for e in calendar.entries
    ]


def test_export_of_a_run_that_goes_on_says_as_of_what(played: Played, tmp_path: Path) -> None:
    fair, result = played
    database = str(tmp_path / "fair.db")
    shutil.copyfile(fair.folder / DATABASE, database)
    log = Log.open(database)
    log.runs.set(result["run"], {"ended": False})
    log.close()
    for to, target in (("csv", "csv"), ("ics", "p.ics"), ("ndjson", "-")):
        done = fair(
            "export", "--db", database, "--to", to, "--into", target if target == "-" else str(tmp_path / target)
        )
        assert done.stderr == f"as of event {result['events']:,} of a run that has not ended\n"
