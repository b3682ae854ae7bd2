"""A log in a file: whole in each packing, and every damage with its line and field."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import zstandard
from msgspec import structs
from tests.cloudfair.example import digest_of, example
from tests.fairfacts.stories import STARTED

from faircli import log_file
from faircli.log_file import FileDamage, checked, is_log_file
from fairfacts.errors import LabError
from fairfacts.events import encode

EVENTS = example(100)
NDJSON = encode(EVENTS)
LINES = NDJSON.splitlines(keepends=True)


def damage(tmp_path: Path, *lines: bytes) -> list[tuple[int, str]]:
    """Return line and field of each damage."""
    path = tmp_path / "log.ndjson"
    path.write_bytes(b"".join(lines))
    return [(one.line, one.field) for one in checked(path).damage]


def packed(name: str) -> bytes:
    if name.endswith(".gz"):
        return gzip.compress(NDJSON[:5000]) + gzip.compress(NDJSON[5000:])
    if name.endswith(".zst"):
        return b"".join(zstandard.compress(NDJSON[first : first + 5000]) for first in range(0, len(NDJSON), 5000))
    return NDJSON


@pytest.mark.parametrize("name", ["log.ndjson", "log.NDJSON.gz", "log.ndjson.zst"])
def test_a_whole_log_is_read_in_any_packing_and_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(log_file, "PIECE_BYTES", 1000)
    monkeypatch.setattr(log_file, "PACKED_BYTES", 100)
    path, read = tmp_path / name, list[int]()
    path.write_bytes(packed(name))
    found = checked(path, read.append)
    assert (found.damage, found.events, found.digest, found.ended) == ([], 100, digest_of(EVENTS), True)
    assert (read[-1], len(read) > 1, is_log_file(name)) == (len(NDJSON), True, True)
    assert found.state.snapshot()["run"]["events"] == 100


@pytest.mark.parametrize("name", ["log.ndjson.gz", "log.ndjson.zst"])
def test_a_packed_log_that_is_cut_off_is_damaged_there(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(packed(name)[:-20])
    found = checked(path)
    (cut,) = found.damage
    assert (cut.line, cut.field, cut.what[:34]) == (found.events + 1, "the file", "it cannot be unpacked any further ")


@pytest.mark.parametrize("name", ["log.ndjson.gz", "log.ndjson.zst"])
def test_what_follows_a_packed_log_is_damage_after_its_last_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(packed(name) + b"hello, this is no frame")
    found = checked(path)
    (cut,) = found.damage
    assert (found.events, cut.line, cut.field) == (len(EVENTS), len(EVENTS) + 1, "the file")


def test_each_damaged_line_is_named_with_its_field(tmp_path: Path) -> None:
    lines = list(LINES)
    lines[2] = b"\n"
    lines[5] = b'{"type": "visit.ended"}\n'
    lines[7] = lines[7].replace(b'"at_ms":', b'"at_ms":-')
    lines[9] = b'{"at_ms":0,' + lines[9][1:]
    lines[20], lines[60] = LINES[60], LINES[20]
    lines[99] = lines[99].rstrip()
    found = damage(tmp_path, *lines)
    assert found[:4] == [(3, "the event"), (6, "the event"), (8, "at_ms"), (10, "at_ms")]
    assert found[4:] == [*((line, "at_ms") for line in range(22, 62)), (100, "the event")]


def test_a_log_begins_and_ends_once(tmp_path: Path) -> None:
    assert damage(tmp_path, *LINES[1:]) == [(1, "type")]
    assert damage(tmp_path, LINES[0], *LINES) == [(2, "type")]
    assert damage(tmp_path, *LINES, LINES[-1], LINES[-2]) == [(101, "type"), (102, "type")]
    late = encode([STARTED]).replace(b'"at_ms":0', b'"at_ms":1', 1).replace(b'"duration_ms":', b'"duration_ms":0,"x":')
    assert damage(tmp_path, late) == [(1, "the event")]


@pytest.mark.parametrize("scenario", ["", " x", "x  y", "x y/ü", "../../etc", "x" * 300, "x" * 65])
def test_a_log_whose_scenario_no_run_can_have_is_damaged_there(tmp_path: Path, scenario: str) -> None:
    path = tmp_path / "log.ndjson"
    path.write_bytes(encode([structs.replace(STARTED, scenario=scenario), *EVENTS[1:]]))
    (found,) = checked(path).damage
    assert (found.line, found.field, found.what) == (
        1,
        "scenario",
        f"is {scenario!r:.80}; {log_file.NAMES['scenario']}",
    )


@pytest.mark.parametrize("version", ["", "0 1", "1.0 β", "1" * 65])
def test_a_log_whose_version_no_run_can_have_is_damaged_there(tmp_path: Path, version: str) -> None:
    assert damage(tmp_path, encode([structs.replace(STARTED, version=version)])) == [(1, "version")]


def test_names_of_any_script_are_whole(tmp_path: Path) -> None:
    assert damage(tmp_path, encode([structs.replace(STARTED, scenario="Вино 2026 " + "ü" * 54)])) == []


def test_little_that_unpacks_to_much_comes_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "log.ndjson.zst"
    path.write_bytes(zstandard.compress(b'{"type":"fair.opened","at_ms":0}\n' * 200_000))
    pieces = list(log_file.pieces_of(path))
    assert (path.stat().st_size < 10_000, sum(map(len, pieces))) == (True, 200_000 * 33)
    assert max(map(len, pieces)) < log_file.PIECE_BYTES + 33


def test_what_is_no_log_at_all_is_not_named_line_by_line_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.ndjson"
    path.write_bytes(b"a,b\n" * 70_000)
    found = checked(path)
    assert (len(found.damage), found.damaged) == (log_file.MOST_NAMED, 70_000)
    monkeypatch.setattr(log_file, "LONGEST_LINE", 100)
    path.write_bytes(b"x" * 101)
    assert checked(path).damage == [FileDamage(1, "the file", "the line is over 0 MiB long")]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"none.ndjson: No such file or directory; name a log file, as fair export"):
        checked(tmp_path / "none.ndjson")


def test_a_log_with_a_byte_order_mark_is_the_same_log(tmp_path: Path) -> None:
    path = tmp_path / "log.ndjson"
    path.write_bytes(b"\xef\xbb\xbf" + NDJSON)
    found = checked(path)
    assert (found.damage, found.events, found.digest) == ([], 100, digest_of(EVENTS))


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_compressed_log_whose_name_does_not_say_so_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "log.ndjson"
    path.write_bytes(packed(f"log.ndjson{suffix}"))
    with pytest.raises(LabError, match=f"is compressed, and its name does not say so; call it log.ndjson{suffix}"):
        checked(path)
