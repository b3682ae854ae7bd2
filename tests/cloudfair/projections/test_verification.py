"""Verification names every damage of a run with its place, and repair makes again what follows from the log."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from tests.cloudfair.example import batch, created, digest_of, example, folded, packed, spoil

from cloudfair.projections.repair import repair
from cloudfair.projections.verification import verify
from cloudfair.store.checkpoints import StoredCheckpoint
from cloudfair.store.log import Log
from cloudfair.store.postgres import NO_AMCHECK, integrity
from fairfacts.events import encode
from fairfacts.operator_commands import Disrupt
from fairfacts.parts.disruptions import DisruptionBegun, PlatformOutage

EVENTS = example(100)


@pytest.fixture
def run(log: Log) -> str:
    """A run of five segments that has ended, with checkpoints, and a command that it applied."""
    run = created(log)
    for body in ('{"kind":"pause"}', '{"kind":"resume"}'):
        log.commands.add(run, body)
    for number in (0, 1):
        log.commands.acknowledge(run, number, 500, None)
    for first in range(0, 100, 20):
        received = {f"key of {first}": "content"} if first == 20 else {}
        log.batches.append(run, msgspec.structs.replace(batch(EVENTS, first, first + 20), received=received))
    for position in (40, 100):
        digest, state = digest_of(EVENTS[:position]), folded(EVENTS[:position]).checkpoint()
        log.checkpoints.save(run, [StoredCheckpoint(position, digest, state)])
    return run


def damage_of(log: Log, run: str) -> list[str]:
    return list(map(str, verify(log, run).damage))


def test_whole_run_has_no_damage(log: Log, run: str) -> None:
    found = verify(log, run)
    assert (found.damage, found.digest, found.ended, found.position) == ([], digest_of(EVENTS), True, 100)
    assert found.state.snapshot() == folded(EVENTS).snapshot()
    assert repair(log, run) == []


OTHER = batch([*EVENTS[:40], *EVENTS[41:61]], 40, 60)
CHANGED = "segment 40: is not what was appended: "
LOST = [
    ("DELETE FROM segment WHERE first = 40", ["segment 40: is missing"]),
    ("DELETE FROM segment WHERE first = 80", ["segment 80: is missing: the log should have 100 events"]),
    (
        "UPDATE segment SET first = 30 WHERE first = 40",
        ["segment 40: overlaps the segment at event 30", "segment 50: is missing"],
    ),
    (
        "UPDATE segment SET payload = :flipped WHERE first = 40",
        ["segment 40: is not what was appended: it cannot be decompressed"],
    ),
    (
        "UPDATE segment SET payload = :other WHERE first = 40",
        ["segment 40: is not what was appended: its SHA-256 differs"],
    ),
    ("UPDATE segment SET sha256 = 'x' WHERE first = 40", ["segment 40: is not what was appended: its SHA-256 differs"]),
    ("UPDATE command SET body = '{}' WHERE number = 1", ["command 1: its checksum does not fit"]),
    ("DELETE FROM command WHERE number = 0", ["command 0: is missing; the next is 1"]),
    ("UPDATE received SET key = 'other'", ["received 0: the checksum of other does not fit"]),
    ("UPDATE received SET content = 'other'", ["received 0: the checksum of key of 20 does not fit"]),
    ("UPDATE run SET request = '{}'", ["run 0: its checksum does not fit"]),
]


@pytest.mark.parametrize(("statement", "expected"), LOST, ids=[statement for statement, _ in LOST])
def test_damage_of_what_was_sent_is_named_and_not_repaired(
    log: Log, run: str, statement: str, expected: list[str]
) -> None:
    values = {"flipped": b"\x28\xb5\x2f\xfd\xff", "other": OTHER.payload}
    spoil(log, statement, **{name: value for name, value in values.items() if f":{name}" in statement})
    damage = damage_of(log, run)
    assert [text[: len(start)] for text, start in zip(damage, expected, strict=False)] == expected
    repair(log, run)
    assert damage_of(log, run)[: len(expected)] == damage[: len(expected)]


def test_an_event_of_another_release_is_named_whole(log: Log) -> None:
    run, known = created(log), batch(EVENTS, 0, 2)
    ndjson = known.ndjson.replace(b'"fair.opened"', b'"fair.opened; again: twice"')
    log.batches.append(run, msgspec.structs.replace(known, ndjson=ndjson, payload=packed(ndjson)))
    assert damage_of(log, run) == [
        "segment 0: this release does not read event 1 of its log (type: 'fair.opened; again: twice' is none of those"
        " that are allowed), which another release wrote"
    ]


def test_of_commands_that_are_missing_the_first_is_named(log: Log) -> None:
    run = created(log)
    for _ in range(3):
        log.commands.add(run, '{"kind":"pause"}')
    spoil(log, "DELETE FROM command WHERE number = 0")
    assert damage_of(log, run) == ["command 0: is missing; the next is 1"]


DERIVED = [
    ("UPDATE run SET scale = 10", "run 0: its scale is 10"),
    ("UPDATE run SET seed = 8", "run 0: its seed is 8, and the log's 7"),
    ("UPDATE run SET version = '2'", "run 0: its version is 2, and the log's 1"),
    ("UPDATE run SET at_ms = 5", "run 0: its at_ms is 5, and the log's 99000"),
    ("UPDATE run SET ended = false", "run 0: its ended is False, and the log's True"),
    ("UPDATE run SET head = 80", "run 0: its head is 80, and the log's 100"),
    ("UPDATE run SET pace = '7'", "run 0: the checksum of its state does not fit"),
    ("UPDATE segment SET first_at_ms = 7 WHERE first = 60", "segment 60: its moments are 7 to 79000 ms"),
    ("UPDATE segment SET last_at_ms = 7 WHERE first = 60", "segment 60: its moments are 60000 to 7 ms"),
    ("UPDATE checkpoint SET state = :state WHERE position = 40", "checkpoint 40: its checksum does not fit"),
    ("UPDATE checkpoint SET digest = 'f00d' WHERE position = 100", "checkpoint 100: its checksum does not fit"),
    ("UPDATE checkpoint SET position = 45 WHERE position = 40", "checkpoint 45: its checksum does not fit"),
]


@pytest.mark.parametrize(("statement", "expected"), DERIVED, ids=[statement for statement, _ in DERIVED])
def test_damage_of_derived_data_is_named_and_repaired(log: Log, run: str, statement: str, expected: str) -> None:
    before = encode(EVENTS)
    spoil(log, statement, **({"state": b"(\xb5/\xfd"} if ":state" in statement else {}))
    damage = damage_of(log, run)
    assert any(text.startswith(expected) and text.endswith("--repair makes it again") for text in damage), damage
    assert repair(log, run) != []
    assert damage_of(log, run) == []
    assert b"".join(segment.ndjson for segment in log.segments.read(run)) == before
    assert repair(log, run) == []


@pytest.mark.parametrize("position", [40, 100])
def test_checkpoint_with_other_measures_or_of_another_log_is_named_though_its_checksum_fits(
    log: Log, run: str, position: int
) -> None:
    other, same = folded(EVENTS[: position - 1]).checkpoint(), digest_of(EVENTS[:position])
    log.checkpoints.save(run, [StoredCheckpoint(position, same, other)])
    assert damage_of(log, run) == [
        f"checkpoint {position}: its measures are not those of the log; --repair makes it again"
    ]
    log.checkpoints.save(run, [StoredCheckpoint(position, "f00d", folded(EVENTS[:position]).checkpoint())])
    what = "its digest is not that of the log; --repair makes it again"
    assert damage_of(log, run) == [f"checkpoint {position}: {what}"]
    repair(log, run)
    assert damage_of(log, run) == []


def test_checkpoint_of_the_end_that_a_crash_left_out_is_no_damage_and_is_made(log: Log, run: str) -> None:
    log.checkpoints.discard(run, 100)
    found = verify(log, run)
    assert (found.damage, found.lacks_end) == ([], True)
    assert found.unchecked[-1].startswith("the checkpoint of the run's end: there is none")
    assert repair(log, run) == ["made 1 checkpoints again from the log"]
    assert not verify(log, run).lacks_end


def test_checkpoints_of_another_release_are_no_damage_and_are_made_again(log: Log, run: str) -> None:
    spoil(log, "UPDATE checkpoint SET shape = 'of before'")
    found = verify(log, run)
    assert (found.damage, found.left_aside) == ([], [40, 100])
    assert found.unchecked[-1] == "2 checkpoints of another release; --repair makes them again from the log"
    assert repair(log, run) == ["made 1 checkpoints again from the log"]
    found = verify(log, run)
    assert (found.damage, found.left_aside) == ([], [])


def test_run_that_goes_on_meanwhile_is_right(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    run = created(log)
    log.batches.append(run, batch(EVENTS, 0, 40))
    rows = log.segments.rows

    def appended_to(run: str) -> Any:
        for first in (40, 60):
            log.batches.append(run, batch(EVENTS, first, first + 20))
        return rows(run)

    monkeypatch.setattr(log.segments, "rows", appended_to)
    found = verify(log, run)
    assert (found.damage, found.position, found.ended, found.digest) == ([], 40, False, digest_of(EVENTS[:40]))


def test_damaged_index_is_named_and_rebuilt(log: Log, run: str, tmp_path: Any) -> None:
    if log.writers > 1:
        pytest.skip("of a page of SQLite's file")
    with log._database.transaction() as connection:
        page = connection.execute(
            sa.text("SELECT rootpage FROM sqlite_master WHERE name = 'segment_moment'")
        ).scalar_one()
        size = connection.execute(sa.text("PRAGMA page_size")).scalar_one()
    log.close()
    file = tmp_path / "fair.db"
    content = bytearray(file.read_bytes())
    place = content.rindex(run.encode(), 0, page * size)
    content[place] ^= 1
    file.write_bytes(content)
    log = Log.open(f"sqlite:///{file}")
    assert any("index" in text and text.startswith("database 0: ") for text in damage_of(log, run))
    assert repair(log, run)[0].startswith("rebuilt the indexes of ")
    assert damage_of(log, run) == []
    log.close()


def test_row_whose_key_is_damaged_is_named_and_not_lost_by_a_repair(log: Log, run: str, tmp_path: Any) -> None:
    """Its index still finds it: one that is made again from the rows would not."""
    if log.writers > 1:
        pytest.skip("of a page of SQLite's file")
    (_, _, row, *_) = log.segments.rows(run)
    log.close()
    file = tmp_path / "fair.db"
    content = bytearray(file.read_bytes())
    content[content.rindex(run.encode(), 0, content.index(row.sha256.encode()))] ^= 1
    file.write_bytes(content)
    log = Log.open(f"sqlite:///{file}")
    damage = damage_of(log, run)
    assert any("missing from index" in text for text in damage)
    assert not any("--repair" in text for text in damage)
    assert repair(log, run) == []
    assert b"".join(segment.ndjson for segment in log.segments.read(run)) == encode(EVENTS)
    log.close()


def test_damaged_index_of_postgresql_is_named_and_rebuilt(log: Log, run: str) -> None:
    if log.writers == 1:
        pytest.skip("SQLite's is damaged in its file")
    other = created(log)
    maintained = (
        "UPDATE pg_index SET indisready = {} WHERE indexrelid IN"
        " ('segment_moment'::regclass, 'publication_pkey'::regclass)"
    )
    assert verify(log, run).unchecked == [NO_AMCHECK]
    with log._database.transaction() as connection:
        connection.execute(sa.text("CREATE EXTENSION amcheck"))
        connection.execute(sa.text(maintained.format("false")))
    log.batches.append(other, batch(EVENTS, 0, 20))
    spoil(log, f"INSERT INTO publication VALUES ('{run}', 'there', 20, '')")
    with log._database.transaction() as connection:
        connection.execute(sa.text(maintained.format("true")))
    lines = damage_of(log, run)
    for index, line in zip(("publication_pkey", "segment_moment"), lines, strict=True):
        assert line.startswith(f"database 0: index {index}: heap tuple ")
        assert line.endswith(f'lacks matching index tuple within index "{index}"; --repair makes it again')
    assert repair(log, run) == [f"rebuilt the indexes of {log.name}"]
    assert (damage_of(log, run), verify(log, run).unchecked) == ([], [])


def test_indexes_of_postgresql_that_this_user_may_not_look_at_are_named(log: Log) -> None:
    if log.writers == 1:
        pytest.skip("of PostgreSQL")
    with log._database.transaction() as connection:
        for statement in ("CREATE EXTENSION amcheck", "CREATE ROLE nobody_special", "SET LOCAL ROLE nobody_special"):
            connection.execute(sa.text(statement))
        found = integrity(connection)
        connection.rollback()
    assert found.faults == []
    assert "index run_pkey: permission denied for function bt_index_check" in found.unchecked


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_rows_of_what_is_no_run_are_named(log: Log, run: str) -> None:
    other = created(log)
    log.publications.record(run, "there", 20)
    without_foreign_keys(log, "DELETE FROM run WHERE id = ?", run)
    assert damage_of(log, other) == [
        f"segment 0: 5 rows are of '{run}', which is no run",
        f"checkpoint 40: 2 rows are of '{run}', which is no run",
        f"command 0: 2 rows are of '{run}', which is no run",
        f"received 0: 1 row is of '{run}', which is no run",
        f"publication 20: 1 row is of '{run}', which is no run",
    ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_commands_that_a_run_lacks_are_named_where_they_are(log: Log, run: str) -> None:
    without_foreign_keys(log, "UPDATE command SET run_id = 'nobody' WHERE run_id = ?", run)
    assert damage_of(log, run)[0] == "command 0: 2 rows are of 'nobody', which is no run"


def without_foreign_keys(log: Log, statement: str, run: str) -> None:
    """Change rows as a program does that does not check foreign keys."""
    file = log._database._engine.url.database
    assert file is not None
    with sqlite3.connect(file) as other:
        other.execute(statement, (run,))
    other.close()


def test_disruption_that_no_command_applied_is_named(log: Log) -> None:
    run = created(log)
    disrupt = Disrupt(disruption=PlatformOutage(lasts_min=1))
    begun = DisruptionBegun(at_ms=0, disruption=0, cause="injected", what=disrupt.disruption)
    log.batches.append(run, batch([EVENTS[0], begun], 0, 2))
    for number, refused in enumerate(("too late", None)):
        log.commands.add(run, msgspec.json.encode(disrupt).decode())
        assert damage_of(log, run) == ["command 0: the log has 1 injected disruptions, 0 commands applied one"]
        log.commands.acknowledge(run, number, 0, refused)
    assert damage_of(log, run) == []


def test_checkpoint_where_no_segment_ends_is_named(log: Log, run: str) -> None:
    log.checkpoints.save(run, [StoredCheckpoint(50, digest_of(EVENTS[:50]), folded(EVENTS[:50]).checkpoint())])
    assert damage_of(log, run) == ["checkpoint 50: no segment ends there; --repair makes it again"]


def test_segment_that_goes_back_in_time_is_named(log: Log) -> None:
    run = created(log)
    log.batches.append(run, batch(EVENTS, 0, 20))
    early = [msgspec.structs.replace(event, at_ms=event.at_ms - 2_000) for event in EVENTS[20:40]]
    sent = msgspec.structs.replace(batch(early, 0, 20), first=20)
    with log._database.transaction() as connection:
        log.batches._insert(connection, run, sent, sent.sha256())
    assert damage_of(log, run)[0] == (
        "segment 20: its first event is at 18000 ms, before 19000 ms of the event ahead of it"
    )


def test_progress_is_told_after_every_segment(log: Log, run: str) -> None:
    told: list[int] = []
    verify(log, run, told.append)
    assert told == [20, 40, 60, 80, 100]
