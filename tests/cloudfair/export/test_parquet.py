"""A run as Parquet: every event in the file of its type, as the readers of others see it."""

from __future__ import annotations

import csv
import errno
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import polars
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from tests.cloudfair.example import NEW_RUN, batch, example
from tests.fairfacts.any_events import any_log

from cloudfair.errors import UnfinishedError
from cloudfair.export import sql as query
from cloudfair.export.archive import Archive, parquet_folder
from cloudfair.export.parquet import columns_of, new_folder, write_csv, write_parquet
from cloudfair.store.batches import Batch
from cloudfair.store.log import Log
from fairfacts.errors import BackendError
from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES, encode, type_name

STARTED, *REST = example(500)
EVENTS = [msgspec.structs.replace(STARTED, fair=msgspec.UNSET), *REST]
"""Of the release before: a column of this one, which it lacks, is null."""


def begun(log: Log) -> str:
    fields = {name: value for name, value in NEW_RUN.items() if name != "request"}
    return log.runs.create(**fields).id


def kept(log: Log, events: list[Event], size: int = 100) -> str:
    run = begun(log)
    for first in range(0, len(events), size):
        log.batches.append(run, batch(events, first, first + size))
    return run


def rows_of(events: list[Event], name: str) -> list[dict[str, object]]:
    """What the file of a type must hold."""
    epoch = datetime.fromisoformat(events[0].epoch).replace(tzinfo=None)
    return [
        {"position": position, "at_ms": event.at_ms, "clock": epoch + timedelta(milliseconds=event.at_ms)}
        # a field that a log of the release before lacks is null
        | {name: None for name in event.__struct_fields__ if name != "at_ms"}
        | {
            # what may have one of several shapes is a column of JSON
            key: msgspec.json.encode(value) if isinstance(value, dict) else value
            for key, value in msgspec.json.decode(msgspec.json.encode(event)).items()
            if key not in ("type", "at_ms")
        }
        for position, event in enumerate(events)
        if type_name(type(event)) == name
    ]


def test_there_is_a_file_for_each_type_and_it_holds_its_events(log: Log, tmp_path: Path) -> None:
    write_parquet(log, kept(log, EVENTS), tmp_path / "run")
    names = [type_name(event_type) for event_type in EVENT_TYPES]
    assert sorted(file.name for file in (tmp_path / "run").iterdir()) == sorted(f"{name}.parquet" for name in names)
    for name in names:
        assert polars.read_parquet(tmp_path / "run" / f"{name}.parquet").to_dicts() == rows_of(EVENTS, name)


def test_pandas_reads_the_same(log: Log, tmp_path: Path) -> None:
    import pandas  # not while tests are collected: it takes half a second

    write_parquet(log, kept(log, EVENTS), tmp_path / "run")
    read = pandas.read_parquet(tmp_path / "run" / "negotiation.requested.parquet")
    whole = read.astype(object).where(read.notna(), None)  # pandas has NaN for null
    assert whole.to_dict("records") == rows_of(EVENTS, "negotiation.requested")
    assert read.groupby("overseas")["negotiation"].count().sum() == len(read)


@pytest.mark.slow
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(events=any_log())
def test_any_log_is_written_and_read_as_it_was(log: Log, tmp_path: Path, events: list[Event]) -> None:
    folder = tmp_path / begun(log)
    write_parquet(log, kept(log, events), folder)
    for name in {type_name(type(event)) for event in events}:
        assert polars.read_parquet(folder / f"{name}.parquet").to_dicts() == rows_of(events, name)


def test_lines_that_others_wrote_with_spaces_and_in_another_order_are_read(log: Log, tmp_path: Path) -> None:
    ended = b' {\t"at_ms": 499000, "type": "run.ended"}\r\n'
    ndjson = encode(EVENTS[:-1]) + ended
    run = begun(log)
    packed = zstandard.compress(ndjson)
    log.batches.append(
        run,
        Batch(first=0, count=500, first_at_ms=0, last_at_ms=499_000, ends=True, ndjson=ndjson, payload=packed),
    )
    write_parquet(log, run, tmp_path / "run")
    assert polars.read_parquet(tmp_path / "run" / "run.ended.parquet").to_dicts() == rows_of(EVENTS, "run.ended")


def test_what_duckdb_cannot_do_is_told(log: Log, tmp_path: Path) -> None:
    ndjson = encode(EVENTS[:1]) + b'{"type":"fair.opened","at_ms":1000,"at_ms":1000}\n'
    run = begun(log)
    packed = zstandard.compress(ndjson)
    log.batches.append(
        run, Batch(first=0, count=2, first_at_ms=0, last_at_ms=1_000, ends=False, ndjson=ndjson, payload=packed)
    )
    with pytest.raises(BackendError, match=r'(?i)duplicate.*"at_ms".*; see that the disk has room and that the log is'):
        write_parquet(log, run, tmp_path / "run")
    assert not list(tmp_path.glob("*run*"))


def test_csv_has_the_same_columns_and_rows(log: Log, tmp_path: Path) -> None:
    write_csv(log, kept(log, EVENTS), tmp_path / "run")
    with (tmp_path / "run" / "negotiation.lapsed.csv").open() as file:
        read = list(csv.DictReader(file))
    wanted = rows_of(EVENTS, "negotiation.lapsed")
    assert [(int(row["position"]), row["clock"], row["overseas"]) for row in read] == [
        (row["position"], str(row["clock"]), str(row["overseas"]).lower()) for row in wanted
    ]
    assert list(read[0]) == list(wanted[0])


def test_no_event_has_a_field_that_is_a_column_already() -> None:
    for event_type in EVENT_TYPES:
        assert not {"position", "clock"} & set(event_type.__struct_fields__)


class Inner(msgspec.Struct):
    lanes: int
    share: float


class Other(msgspec.Struct, tag="other"):
    name: str


class Tagged(msgspec.Struct, tag="tagged"):
    name: str


class Shaped(Event, frozen=True, tag="shaped"):
    perhaps: int | None
    inner: Inner
    several: tuple[Inner, ...]
    either: Other | Tagged
    by_name: dict[str, float]


def test_shapes_of_fields_have_columns() -> None:
    assert list(columns_of(Shaped).items())[3:] == [
        ("perhaps", "BIGINT"),
        ("inner", 'STRUCT("lanes" BIGINT, "share" DOUBLE)'),
        ("several", 'STRUCT("lanes" BIGINT, "share" DOUBLE)[]'),
        ("either", "JSON"),
        ("by_name", "MAP(VARCHAR, DOUBLE)"),
    ]


def test_an_archive_writes_a_run_once_and_only_when_it_has_ended(log: Log, tmp_path: Path) -> None:
    archive, run = Archive(log, tmp_path / "archive"), begun(log)
    log.batches.append(run, batch(EVENTS, 0, 400))
    with pytest.raises(
        UnfinishedError,
        match=f"run {run} goes on: its log stands at event 400, and files are made of a whole one; it ends with",
    ):
        archive.of(run)
    player = log.runs.take_up(run).player
    with pytest.raises(UnfinishedError, match=f"its log stands at event 400, .*--resume {run}"):
        archive.of(run)
    log.batches.append(run, batch(EVENTS, 400, 500), player=player)
    folder = archive.of(run)
    written = (folder / "run.ended.parquet").stat().st_mtime_ns
    assert (archive.of(run), (folder / "run.ended.parquet").stat().st_mtime_ns) == (folder, written)


def test_what_is_there_already_is_not_written_over(log: Log, tmp_path: Path) -> None:
    run = kept(log, EVENTS)
    for write in (write_parquet, write_csv):
        with pytest.raises(BackendError, match="is there already; remove it, or name another folder"):
            write(log, run, tmp_path)
    assert not list(tmp_path.glob(".*"))


def test_a_name_that_is_too_long_is_told(log: Log, tmp_path: Path) -> None:
    run = kept(log, EVENTS)
    for write in (write_parquet, write_csv):
        with pytest.raises(BackendError, match="File name too long; name a folder that is yours to write"):
            write(log, run, tmp_path / ("x" * 300))


def test_a_folder_that_cannot_be_made_is_told(log: Log, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BackendError, match=r"file/run: .*; name a folder that is yours to write"):
        write_parquet(log, kept(log, EVENTS), tmp_path / "file" / "run")


def test_without_duckdb_the_remedy_is_told(log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(BackendError, match=r"duckdb is missing; install it with: pip install 'cloudfair\[analysis\]'"):
        write_parquet(log, kept(log, EVENTS), tmp_path / "run")


@pytest.mark.parametrize(
    ("database", "named", "folder"),
    [
        ("cloudfair.db", None, "cloudfair.parquet"),
        ("sqlite:////data/fair.db", None, "/data/fair.parquet"),
        ("postgresql://fair@host/name", None, "cloudfair.parquet"),
        ("cloudfair.db", "elsewhere", "elsewhere"),
    ],
)
def test_the_folder_lies_beside_the_database(database: str, named: str | None, folder: str) -> None:
    assert parquet_folder(database, named) == Path(folder)


def test_a_full_disk_is_told_as_one(tmp_path: Path) -> None:
    with pytest.raises(BackendError) as refused, new_folder(tmp_path / "full"):
        raise OSError(errno.ENOSPC, "No space left on device")
    room = "make room on its disk, or name a folder on another"
    assert str(refused.value) == f"{tmp_path / 'full'}: No space left on device; {room}"
