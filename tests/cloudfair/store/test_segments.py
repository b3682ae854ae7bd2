"""The segments of a log, by their store: read whole and from any place, and the place of what is damaged."""

from __future__ import annotations

import pytest
import zstandard
from tests.cloudfair.example import batch, created, digest_of, example, spoil

from cloudfair.errors import DamageError
from cloudfair.projections.verification import verify
from cloudfair.store import segments
from cloudfair.store.log import Log
from fairfacts.events import encode

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

EVENTS = example(40)
GIB = 1024**3


@pytest.fixture
def run(log: Log) -> str:
    """A run of twenty segments with one event each, and one with the twenty events after them."""
    run = created(log)
    for first in range(20):
        log.batches.append(run, batch(EVENTS, first, first + 1))
    log.batches.append(run, batch(EVENTS, 20, 40))
    return run


def test_segments_of_one_event_are_read_as_any_others(log: Log, run: str) -> None:
    assert [segment.first for segment in log.segments.read(run)] == list(range(21))
    assert [row.first for row in log.segments.rows(run)] == list(range(21))
    assert log.segments.digest(run, 40) == digest_of(EVENTS)
    assert log.segments.digest(run, 1) == digest_of(EVENTS[:1])


def test_events_are_the_same_in_pieces_of_any_size(log: Log, run: str) -> None:
    segment = next(log.segments.read(run, 20))
    line = segment.ndjson.index(b"\n") + 1
    for size in (1, line - 2, line - 1, line, 1_000, 10**6):
        found = list(segment.events(size))
        assert [event for piece in found for event in piece] == EVENTS[20:]
        assert len(found[0]) == (1 if size < line else 2 if size == line else len(found[0]))


def test_run_that_there_is_not_has_no_events(log: Log, run: str) -> None:
    assert log.segments.lines(f"{run}x", 0, 10) == []


def test_moments_of_one_segment_are_set(log: Log, run: str) -> None:
    other = created(log)
    log.batches.append(other, batch(EVENTS, 0, 1))
    before = {(one, row.first): row[2:4] for one in (run, other) for row in log.segments.rows(one)}
    log.segments.set_moments(run, 0, 7, 8)
    after = {(one, row.first): row[2:4] for one in (run, other) for row in log.segments.rows(one)}
    assert after == before | {(run, 0): (7, 8)}


def test_segment_before_a_missing_one_is_not_read_in_its_place(log: Log, run: str) -> None:
    spoil(log, "DELETE FROM segment WHERE first = 7")
    with pytest.raises(DamageError, match="the segment with event 7 is missing"):
        next(log.segments.read(run, 7))


@pytest.mark.parametrize(("first", "column", "place"), [(0, "count", 0), (3, "count", 3), (20, "count", 20),
                                                        (3, "first", 40)])  # fmt: skip
def test_segment_whose_row_holds_no_positions_is_named(log: Log, run: str, first: int, column: str, place: int) -> None:
    """SQLite holds a text in a column of numbers, and takes it for more than any number."""
    spoil(log, f"UPDATE segment SET {column} = 'two' WHERE first = :first", first=first)
    damage = f"run {run}: the segment at event {place} is not what was appended: its row holds no positions"
    with pytest.raises(DamageError, match=damage):
        list(log.segments.rows(run))
    assert any(str(found).startswith(f"segment {place}: {damage}") for found in verify(log, run).damage)


def test_segment_with_other_events_than_were_appended_is_named(log: Log, run: str) -> None:
    spoil(log, "UPDATE segment SET payload = :other WHERE first = 7", other=batch(EVENTS, 8, 9).payload)
    with pytest.raises(DamageError, match=r"the segment at event 7 .* its SHA-256 differs from the stored one"):
        log.segments.lines(run, 7, 1)


def test_segment_is_read_whether_its_frame_states_its_size_or_not_and_named_if_it_ends_early(
    log: Log, run: str
) -> None:
    sent = batch(EVENTS, 20, 40)
    for states_size in (True, False):
        frame = zstandard.ZstdCompressor(write_content_size=states_size).compress(sent.ndjson)
        spoil(log, "UPDATE segment SET payload = :frame WHERE first = 20", frame=frame)
        assert log.segments.lines(run, 20, 20) == sent.ndjson.splitlines()
        spoil(log, "UPDATE segment SET payload = :frame WHERE first = 20", frame=frame[:-9])
        with pytest.raises(DamageError, match="the segment at event 20 is not what was appended"):
            log.segments.lines(run, 20, 20)


def test_segment_of_the_largest_size_is_read_and_a_larger_one_named(
    log: Log, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(batch(EVENTS, 20, 40).ndjson)
    monkeypatch.setattr(segments, "LARGEST_SEGMENT_BYTES", size)
    assert log.segments.lines(run, 20, 20) == encode(EVENTS[20:]).splitlines()
    monkeypatch.setattr(segments, "LARGEST_SEGMENT_BYTES", size - 1)
    with pytest.raises(DamageError, match=rf"the segment at event 20 .*\(the frame claims {size} bytes\)"):
        log.segments.lines(run, 20, 20)


def test_damaged_frame_that_claims_more_than_a_gibibyte_is_not_decompressed(log: Log, run: str) -> None:
    frame = b"\x28\xb5\x2f\xfd\xe0" + (GIB + 1).to_bytes(8, "little")
    spoil(log, "UPDATE segment SET payload = :frame WHERE first = 7", frame=frame)
    with pytest.raises(DamageError, match=rf"the segment at event 7 .*\(the frame claims {GIB + 1} bytes\)"):
        log.segments.lines(run, 7, 1)
