"""The archive is a cache: whatever happens to its files, an answer is the log's."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import polars
import pytest
from tests.cloudfair.example import batch, example
from tests.cloudfair.export.test_parquet import begun, kept, rows_of

from cloudfair.errors import DamageError, UnfinishedError
from cloudfair.export import archive as archives
from cloudfair.export.archive import Archive
from cloudfair.export.parquet import LOCK, clear_unfinished, new_folder, write_csv
from cloudfair.export.sql import Limits, ask
from cloudfair.store.log import Log
from fairfacts.errors import BackendError

EVENTS = example(500)
LIMITS = Limits(time_s=30.0, memory_mib=256, rows=100)
REQUESTED = "negotiation.requested.parquet"


def remove(folder: Path) -> None:
    (folder / REQUESTED).unlink()


def cut_short(folder: Path) -> None:
    (folder / REQUESTED).write_bytes((folder / REQUESTED).read_bytes()[:-100])


def empty(folder: Path) -> None:
    (folder / REQUESTED).write_bytes(b"")


def swap(folder: Path) -> None:
    shutil.copy(folder / "negotiation.lapsed.parquet", folder / REQUESTED)


def flip(folder: Path) -> None:
    content = bytearray((folder / REQUESTED).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / REQUESTED).write_bytes(content)


def remove_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def garble_manifest(folder: Path) -> None:
    manifest = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").write_bytes(manifest.replace(b'"run":"', b'"run":"\xff'))


def deepen_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_bytes(b'{"more":' * 3_000 + b"1" + b"}" * 3_000)


HARMS = [remove, cut_short, empty, swap, flip, remove_manifest, garble_manifest, deepen_manifest]


def folders(archive: Path) -> list[str]:
    return [folder.name for folder in archive.iterdir() if folder.name != archives.LOCKS]


@pytest.mark.parametrize("harm", HARMS)
def test_folder_that_is_not_as_it_was_written_is_written_again(
    log: Log, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    run, archive = kept(log, EVENTS), Archive(log, tmp_path / "archive")
    harm(archive.of(run))
    folder = archive.of(run)
    assert polars.read_parquet(folder / REQUESTED).to_dicts() == rows_of(EVENTS, "negotiation.requested")


def test_damaged_log_is_damage_and_leaves_no_folder(log: Log, tmp_path: Path) -> None:
    run, archive = kept(log, EVENTS), Archive(log, tmp_path / "archive")
    with log._database.transaction() as connection:
        connection.exec_driver_sql("UPDATE segment SET payload = x'28b52ffd' WHERE first = 200")
    with pytest.raises(DamageError, match="the segment at event 200 is not what was appended"):
        archive.of(run)
    assert folders(tmp_path / "archive") == []


@pytest.mark.slow
def test_run_that_goes_on_is_asked_as_of_a_position(log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, archive = begun(log), Archive(log, tmp_path / "archive")
    with pytest.raises(UnfinishedError, match="has no events yet"):
        archive.as_of_now(run)
    log.batches.append(run, batch(EVENTS, 0, 200))

    def answer() -> tuple[int, list[list[object]]]:
        with archive.as_of_now(run) as archived:
            found = asyncio.run(ask(archived.folder, "select max(position) from negotiation.requested", LIMITS))
        return archived.position, found.rows

    def latest(end: int) -> list[list[object]]:
        return [[rows_of(EVENTS[:end], "negotiation.requested")[-1]["position"]]]

    assert answer() == (200, latest(200))
    log.batches.append(run, batch(EVENTS, 200, 400))
    assert answer() == (200, latest(200))  # not older than half a minute
    monkeypatch.setattr(archives, "FRESH_S", 0.0)
    assert answer() == (400, latest(400))
    log.batches.append(run, batch(EVENTS, 400, 500))
    assert answer() == (500, latest(500))
    assert archive.of(run).name == run
    archive.of(run)
    assert folders(tmp_path / "archive") == [run]


@pytest.mark.slow
def test_files_of_another_history_of_the_run_are_written_again(log: Log, sqlite: str, tmp_path: Path) -> None:
    """A database that was put back from a copy goes on otherwise: its run is as long, and has the same name."""
    run, copy = begun(log), str(tmp_path / "copy.db")
    log.batches.append(run, batch(EVENTS, 0, 100))
    with contextlib.closing(sqlite3.connect(sqlite)) as source, contextlib.closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    put_back = Log.open(copy)
    other = [msgspec.structs.replace(EVENTS[2], at_ms=event.at_ms) for event in EVENTS[100:200]]
    log.batches.append(run, batch(EVENTS, 100, 200))
    put_back.batches.append(run, batch([*EVENTS[:100], *other], 100, 200))
    counted = []
    for each in (log, put_back, log):
        with Archive(each, tmp_path / "archive").as_of_now(run) as archived:
            counted.append((archived.position, polars.read_parquet(archived.folder / REQUESTED).height))
    put_back.close()
    requested = sum(type(event) is type(EVENTS[2]) for event in EVENTS[:100])
    among_others = sum(type(event) is type(EVENTS[2]) for event in EVENTS[100:200])
    whole = (200, requested + among_others)
    assert counted == [whole, (200, requested + 100), whole]


def test_what_killed_writers_left_is_cleared_and_what_living_ones_write_is_not(sqlite: str, tmp_path: Path) -> None:
    writer = (
        "import sys, time; from pathlib import Path; from cloudfair.export.parquet import new_folder\n"
        "with new_folder(Path(sys.argv[1])) as made:\n"
        "    (made / 'x').write_text('x'); print('begun', flush=True); time.sleep(60)"
    )
    processes = []
    for name in ("killed", "living"):
        process = subprocess.Popen(
            [sys.executable, "-c", writer, str(tmp_path / name)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        processes.append(process)
    killed, living = processes
    killed.send_signal(signal.SIGKILL)
    killed.wait(10)
    try:
        clear_unfinished(tmp_path)
        assert [folder.name.split("-")[0] for folder in tmp_path.glob(".*")] == [".living"]
    finally:
        living.kill()
        living.wait(10)
    for process in processes:
        assert process.stdout
        process.stdout.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["economy=XX", "seed=8", "a[b]*?", "o'q", "公平 été"])
def test_names_of_folders_change_nothing(log: Log, tmp_path: Path, name: str) -> None:
    run, place = kept(log, EVENTS), tmp_path / name
    folder = Archive(log, place / "archive").of(run)
    expected = rows_of(EVENTS, "negotiation.requested")
    assert polars.read_parquet((folder / REQUESTED).read_bytes()).to_dicts() == expected
    found = asyncio.run(ask(folder, "select * from negotiation.requested order by position limit 3", LIMITS))
    assert found.fault is None
    assert [column.name for column in found.columns] == list(expected[0])
    assert [row[0] for row in found.rows] == [row["position"] for row in expected[:3]]
    write_csv(log, run, place / "csv")
    header = (place / "csv" / "negotiation.requested.csv").read_text().splitlines()[0]
    assert header.split(",") == list(expected[0])


@pytest.mark.slow
def test_of_processes_that_ask_at_once_one_writes_and_all_read(log: Log, sqlite: str, tmp_path: Path) -> None:
    run, archive = kept(log, EVENTS), tmp_path / "archive"
    asks = (
        "import sys; from pathlib import Path; from cloudfair.export.archive import Archive\n"
        "from cloudfair.store.log import Log; log = Log.open(sys.argv[1], read_only=True)\n"
        "sys.stdin.read(); reached = []\n"
        "print(Archive(log, Path(sys.argv[2])).of(sys.argv[3], reached.append).name, bool(reached))"
    )
    command = [sys.executable, "-c", asks, sqlite, str(archive), run]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(3)]
    for process in processes:
        process.stdin.close()
        process.stdin = None
    said = [process.communicate(timeout=60) for process in processes]
    assert sorted(out.split() for out, _ in said) == [[run, "False"], [run, "False"], [run, "True"]], said
    assert folders(archive) == [run]


def test_files_that_another_process_reads_are_not_deleted(log: Log, tmp_path: Path) -> None:
    run = begun(log)
    log.batches.append(run, batch(EVENTS, 0, 200))
    reader, other = Archive(log, tmp_path / "archive"), Archive(log, tmp_path / "archive")
    with reader.as_of_now(run) as read:
        log.batches.append(run, batch(EVENTS, 200, 400))
        other.as_of_now(run).close()
        assert sorted(folders(tmp_path / "archive")) == [f"{run}@200", f"{run}@400"]
        found = asyncio.run(ask(read.folder, "select max(position) from negotiation.requested", LIMITS))
        assert found.rows == [[rows_of(EVENTS[:200], "negotiation.requested")[-1]["position"]]]
    log.batches.append(run, batch(EVENTS, 400, 500))
    other.of(run)
    assert folders(tmp_path / "archive") == [run]


def test_folder_of_a_writer_that_has_just_begun_may_be_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between its making and its lock it looks like one that a killed writer left."""
    cleared: list[Path] = []

    def make(self: Path, *arguments: object, **settings: object) -> object:
        if self.name == LOCK and not cleared:
            cleared.append(self.parent)
            clear_unfinished(tmp_path)
        return opened(self, *arguments, **settings)

    opened = Path.open
    monkeypatch.setattr(Path, "open", make)
    with new_folder(tmp_path / "made") as made:
        clear_unfinished(tmp_path)
        (made / "x").touch()
    assert len(cleared) == 1
    assert not cleared[0].exists()
    assert [file.name for file in (tmp_path / "made").iterdir()] == ["x"]


def test_folder_that_another_process_made_meanwhile_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    with contextlib.ExitStack() as writing:
        writing.enter_context(new_folder(folder))
        folder.mkdir()
        with pytest.raises(BackendError, match=r"made is there already; remove it"):
            writing.close()


def test_files_say_of_what_they_are(log: Log, tmp_path: Path) -> None:
    run = kept(log, EVENTS)
    folder = Archive(log, tmp_path).of(run)
    metadata = polars.read_parquet_metadata(folder / REQUESTED)
    about = {
        name.removeprefix("cloudfair."): value for name, value in metadata.items() if name.startswith("cloudfair.")
    }
    units = json.loads(about.pop("units"))
    assert about == {
        "run": run,
        "fair": "example",
        "seed": "7",
        "replication": "0",
        "scale": "1.0",
        "version": "1",
        "epoch": "2020-09-04T00:00:00+08:00",
        "zone": "Asia/Shanghai",
    }
    assert units["at_ms"] == "milliseconds (at_ms: since cloudfair.epoch)"
    assert units["clock"] == "local date and time of the fair, in cloudfair.zone"


def test_time_of_the_archive_is_not_the_wall_clock(log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, archive = begun(log), Archive(log, tmp_path / "archive")
    log.batches.append(run, batch(EVENTS, 0, 200))
    archive.as_of_now(run).close()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    log.batches.append(run, batch(EVENTS, 200, 400))
    with archive.as_of_now(run) as archived:
        assert archived.position == 200
