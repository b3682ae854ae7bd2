"""Damage of stored rows: named with its place by whatever reads them, never a shorter or another answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from tests.cloudfair.example import batch, created, digest_of, example, folded, spoil

from cloudfair.errors import DamageError, UnableError, UnknownError
from cloudfair.projections.live import measures_of
from cloudfair.projections.live_runs import LiveRuns
from cloudfair.projections.point_in_time import PointsInTime
from cloudfair.projections.verification import verify
from cloudfair.store.checkpoints import StoredCheckpoint
from cloudfair.store.log import Log
from fairfacts.errors import BackendError

EVENTS = example(100)
NOT_WRITTEN = "its row is not what was written: its checksum does not fit"


@pytest.fixture
def run(log: Log) -> str:
    """A run of five segments, with a checkpoint after the second and the fourth."""
    run = created(log)
    for first in range(0, 100, 20):
        log.batches.append(run, batch(EVENTS, first, first + 20))
    for position in (40, 80):
        digest, state = digest_of(EVENTS[:position]), folded(EVENTS[:position]).checkpoint()
        log.checkpoints.save(run, [StoredCheckpoint(position, digest, state)])
    return run


def flipped(payload: bytes, place: int) -> bytes:
    spoiled = bytearray(payload)
    spoiled[place % len(payload)] ^= 4
    return bytes(spoiled)


def payload_of(log: Log, table: str, column: str, key: str, value: int) -> bytes:
    with log._database.transaction() as connection:
        query = sa.text(f"SELECT {column} FROM {table} WHERE {key} = :value")  # of this file
        return bytes(connection.execute(query, {"value": value}).scalar_one())


@pytest.mark.parametrize("place", [0, 1, 5, 9, 40, -1, -6])
def test_flipped_bit_of_a_segment_is_named_by_run_and_position(log: Log, run: str, place: int) -> None:
    payload = flipped(payload_of(log, "segment", "payload", "first", 40), place)
    spoil(log, "UPDATE segment SET payload = :payload WHERE first = 40", payload=payload)
    for read in (
        lambda: list(log.segments.read(run)),
        lambda: log.segments.lines(run, 50, 1),
        lambda: log.segments.digest(run, 100),
        lambda: PointsInTime(log).state(run, 45_000),
    ):
        with pytest.raises(
            DamageError, match=f"run {run}: the segment at event 40 is not what was appended: "
        ) as damage:
            read()
        assert damage.value.extensions == {"run": run, "table": "segment", "position": 40}
    assert log.segments.lines(run, 0, 40) + log.segments.lines(run, 60, 40)  # what is whole is read


@pytest.mark.parametrize("first", [0, 40, 80])
def test_missing_segment_is_named(log: Log, run: str, first: int) -> None:
    spoil(log, "DELETE FROM segment WHERE first = :first", first=first)
    for read in (lambda: list(log.segments.read(run)), lambda: log.segments.lines(run, first + 5, 10)):
        with pytest.raises(DamageError, match=f"run {run}: the segment with event ({first}|{first + 5}) is missing"):
            read()


def test_segment_that_claims_another_number_of_events_is_named(log: Log, run: str) -> None:
    for count in (19, 21):
        spoil(log, "UPDATE segment SET count = :count WHERE first = 20", count=count)
        with pytest.raises(DamageError, match=f"the segment at event 20 .*holds 20 events, and its row says {count}"):
            list(log.segments.read(run))


def test_segment_twice_is_not_read_twice(log: Log, run: str) -> None:
    spoil(log, "UPDATE segment SET first = 50 WHERE first = 60")
    with pytest.raises(DamageError, match="the segment with event 60 is missing"):
        list(log.segments.read(run))


@pytest.mark.parametrize("size", [16, 17, 33, 48])
def test_log_of_many_segments_is_read_whole_and_in_pieces(log: Log, size: int) -> None:
    events = example(2 * size)
    run = created(log)
    for first in range(0, 2 * size, 2):
        log.batches.append(run, batch(events, first, first + 2))
    assert [segment.first for segment in log.segments.read(run)] == list(range(0, 2 * size, 2))
    assert log.segments.digest(run, 2 * size) == digest_of(events)
    for first, end in ((0, 2 * size), (1, 33), (31, 32), (2 * size - 1, 2 * size), (5, 2 * size + 9)):
        firsts = [segment.first for segment in log.segments.read(run, first, end)]
        assert firsts == list(range(first - first % 2, min(end, 2 * size), 2))


def test_run_with_events_after_its_last_checkpoint_is_folded_from_there(log: Log, run: str) -> None:
    assert measures_of(log, run).snapshot() == folded(EVENTS).snapshot()
    log.checkpoints.discard(run, 80)
    assert measures_of(log, run).snapshot() == folded(EVENTS).snapshot()


@pytest.mark.parametrize("place", [0, 2, 4, 30, 200, -1])
async def test_damaged_checkpoint_is_not_used_and_made_again(
    log: Log, run: str, place: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("cloudfair.projections.live.CHECKPOINT_EVENTS", 40)
    for position in (40, 80):
        state = flipped(payload_of(log, "checkpoint", "state", "position", position), place)
        spoil(log, "UPDATE checkpoint SET state = :state WHERE position = :position", state=state, position=position)
    assert PointsInTime(log).state(run, 85_000).snapshot() == folded(EVENTS[:86]).snapshot()
    assert measures_of(log, run).snapshot() == folded(EVENTS).snapshot()
    assert log.checkpoints.unfit(run) == [40, 80]
    runs = LiveRuns(log)
    assert (await runs.get(run)).state().snapshot() == folded(EVENTS).snapshot()
    runs.close()
    assert "2 checkpoints are damaged; those from event 40 on are made again from the log" in caplog.text
    assert log.checkpoints.unfit(run) == []
    assert [checkpoint.position for checkpoint in log.checkpoints.all(run)] == [100, 80, 40]


@pytest.mark.parametrize("changed", ["digest = 'f00d'", "position = 60", "sha256 = ''"])
async def test_checkpoint_with_another_digest_or_place_is_not_used(log: Log, run: str, changed: str) -> None:
    spoil(log, f"UPDATE checkpoint SET {changed} WHERE position = 80")
    assert log.checkpoints.latest(run).position == 40


async def test_checkpoints_of_another_log_are_made_again(log: Log, run: str) -> None:
    """Their checksum fits: somebody saved them for events that this log does not hold."""
    log.checkpoints.save(run, [StoredCheckpoint(80, digest_of(EVENTS[:79]), folded(EVENTS[:79]).checkpoint())])
    runs = LiveRuns(log)
    assert (await runs.get(run)).state().snapshot() == folded(EVENTS).snapshot()
    runs.close()
    assert log.checkpoints.latest(run)[:2] == (100, digest_of(EVENTS))


@pytest.mark.parametrize(("first_at_ms", "at_ms"), [(10**9, 65_000), (25_000, 30_000)])
def test_moment_of_a_segment_that_does_not_fit_its_events_is_named(
    log: Log, run: str, first_at_ms: int, at_ms: int
) -> None:
    spoil(log, "UPDATE segment SET first_at_ms = :first_at_ms WHERE first = 60", first_at_ms=first_at_ms)
    with pytest.raises(DamageError, match=r"the stored moment of the segment at event .* fair verify --repair"):
        PointsInTime(log).state(run, at_ms)


def test_events_of_another_release_are_named_by_position(log: Log) -> None:
    run = created(log)
    for first, end in ((0, 2), (2, 30)):
        sent = batch(EVENTS, first, end)
        log.batches.append(run, sent)
    ndjson = sent.ndjson.replace(b'"negotiation.lapsed"', b'"negotiation.evaporated"', 1)
    position = 2 + next(i for i, line in enumerate(ndjson.splitlines()) if b"evaporated" in line)
    (segment,) = list(log.segments.read(run, 2))
    for size in (100, 10**6):
        with pytest.raises(UnableError, match=rf"run {run}: .* event {position} of its log \(type: .*evap") as unable:
            list(segment._replace(ndjson=ndjson).events(size))
        assert unable.value.extensions["position"] == position


def test_damaged_row_of_a_run_is_named_and_touches_no_other(log: Log, run: str) -> None:
    other = log.runs.create(scenario="example", seed=8, replication=0, scale=1.0, version="1").id
    for changed in ("scale = 10", "seed = 9", "version = '2'", "request = '{}'"):
        spoil(log, f"UPDATE run SET {changed} WHERE id = :run", run=run)
        with pytest.raises(DamageError, match=f"run {run}: its row is not what was written: its checksum does not fit"):
            log.runs.get(run)
        assert [row.id for row in log.runs.all()] == [other]


@pytest.mark.parametrize("changed", ["head = 1", "at_ms = 7", "ended = false", "pace = '7'", "fault = 'x'"])
def test_damaged_state_of_a_run_is_named_and_not_believed(log: Log, run: str, changed: str) -> None:
    spoil(log, f"UPDATE run SET {changed} WHERE id = :run", run=run)
    for read in (log.runs.get, lambda run: list(log.segments.read(run))):
        with pytest.raises(DamageError, match=f"run {run}: {NOT_WRITTEN}") as damage:
            read(run)
        assert damage.value.extensions == {"run": run, "table": "run", "position": 0}


def test_damaged_state_of_a_run_that_has_not_begun_is_named(log: Log) -> None:
    run = log.runs.create(scenario="example", seed=8, replication=0, scale=1.0, version="1").id
    spoil(log, "UPDATE run SET ended = true")
    with pytest.raises(DamageError, match=f"run {run}: {NOT_WRITTEN}"):
        log.runs.get(run)


def test_damaged_command_is_named_by_its_number(log: Log, run: str) -> None:
    run = log.runs.create(scenario="example", seed=8, replication=0, scale=1.0, version="1").id
    for body in ('{"kind":"pause"}', '{"kind":"resume"}'):
        log.commands.add(run, body)
    log.commands.acknowledge(run, 0, 500, None)
    assert [command.applied_at_ms for command in log.commands.all(run)] == [500, None]
    spoil(log, 'UPDATE command SET body = \'{"kind":"stop"}\' WHERE number = 1')
    for read in (lambda: log.commands.all(run), lambda: log.batches.poll(run, 0, None)):
        with pytest.raises(DamageError, match=f"run {run}: its command 1 is not what was written") as damage:
            read()
        assert damage.value.extensions == {"run": run, "table": "command", "position": 1}


@pytest.fixture
def two(sqlite: str) -> Iterator[tuple[Log, str, str]]:
    """A file of SQLite's with two runs that have no events; the second has a command."""
    log = Log.open(sqlite)
    runs = [created(log) for _ in range(2)]
    log.commands.add(runs[1], '{"kind":"pause"}')
    yield log, *runs
    log.close()


def flip(log: Log, sqlite: str, stored: str) -> Log:
    """Flip a bit of the first letter of what a row holds, not of its index; return the log opened anew."""
    log.close()
    content = bytearray(Path(sqlite).read_bytes())
    content[content.index(stored.encode())] ^= 1
    Path(sqlite).write_bytes(content)
    return Log.open(sqlite)


def test_row_that_bears_another_id_than_its_index_touches_no_other(two: tuple[Log, str, str], sqlite: str) -> None:
    log, run, other = two
    log = flip(log, sqlite, f"{run}example")
    assert [row.id for row in log.runs.all()] == [other]
    with pytest.raises(UnknownError, match=f"there is no run d{run[1:]}; did you mean"):
        log.runs.get("d" + run[1:])
    log.close()


@pytest.mark.parametrize("stored", ["{0}example", '{1}{{"kind"'])
def test_index_of_a_run_without_events_is_not_made_again_from_a_row_that_lost_its_id(
    two: tuple[Log, str, str], sqlite: str, stored: str
) -> None:
    log = flip(two[0], sqlite, stored.format(*two[1:]))
    assert any("index" in line for line in log.integrity().faults)
    assert not log.can_rebuild_indexes()
    assert not log.rebuild_indexes()
    log.close()


@pytest.mark.parametrize("read_only", [True, False])
def test_damaged_name_of_a_table_is_named(two: tuple[Log, str, str], sqlite: str, *, read_only: bool) -> None:
    two[0].close()
    content = Path(sqlite).read_bytes()
    for whole, damaged in ((b"tablesegmentsegment", b"table\xf1egmentsegment"), (b"CREATE TABLE segment", b"CREAT")):
        assert content.count(whole) == 1
        content = content.replace(whole, damaged.ljust(len(whole)))
    Path(sqlite).write_bytes(content)
    with pytest.raises(BackendError, match=f"{sqlite}: names of its tables are damaged .*; restore the database"):
        Log.open(sqlite, read_only=read_only)


@pytest.mark.parametrize(
    "changed",
    [
        *("asked_at = 5", "asked_at = 'soon'", "applied_at = x'ff'", "body = x'ff'"),
        *("sha256 = '', asked_at = 'soon'", "sha256 = '', applied_at = x'ff'"),  # of an earlier release
    ],
)
def test_command_with_a_value_of_another_type_is_named(two: tuple[Log, str, str], changed: str) -> None:
    log, _, run = two
    spoil(log, f"UPDATE command SET {changed}")
    for read in (log.commands.all, log.commands.alarm_answers, lambda run: log.commands.acknowledge(run, 0, 1, None)):
        with pytest.raises(DamageError, match=f"run {run}: its command 0 is not what was written"):
            read(run)
    assert [str(damage) for damage in verify(log, run).damage] == ["command 0: its checksum does not fit"]


@pytest.mark.parametrize("body", ["'{}'", "5", "'['"])
def test_command_of_an_earlier_release_without_a_command_is_named(two: tuple[Log, str, str], body: str) -> None:
    log, _, run = two
    spoil(log, f"UPDATE command SET sha256 = '', applied_at_ms = 3, body = {body}")
    for read in (log.commands.alarm_answers, lambda run: log.commands.injected(run, 9)):
        with pytest.raises(DamageError, match=f"run {run}: its command 0 .* its body is no command"):
            read(run)
    assert [str(damage) for damage in verify(log, run).damage] == ["command 0: its body is no command"]


@pytest.mark.parametrize(
    "changed",
    [
        *("version = x'ff'", "created_at = 5", "heard_at = x'ff'", "heard_at = 'soon'"),
        *("sha256 = '', created_at = 5", "sha256 = '', heard_at = 'soon'"),  # of an earlier release
    ],
)
def test_run_with_a_value_of_another_type_is_named_and_touches_no_other(
    two: tuple[Log, str, str], changed: str
) -> None:
    log, run, other = two
    spoil(log, f"UPDATE run SET {changed} WHERE id = :run", run=run)
    with pytest.raises(DamageError, match=f"run {run}: its row is not what was written"):
        log.runs.get(run)
    assert [row.id for row in log.runs.all()] == [other]
    assert [damage.table for damage in verify(log, run).damage] == ["run"]


def test_row_of_a_run_that_lost_its_id_hides_no_other_run(log: Log, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As SQLite reads a table whose page is damaged: a row without any value, which a driver gives as None."""
    whole = Session.scalars
    monkeypatch.setattr(Session, "scalars", lambda *given: [None, *whole(*given)])
    assert [row.id for row in log.runs.all()] == [run]
