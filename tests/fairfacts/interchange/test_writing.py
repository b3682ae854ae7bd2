"""Files that commands write: whole, or as they were before."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from tests.full_disk import full_disk

from fairfacts.errors import LabError
from fairfacts.interchange.writing import REMEDY, write_file


def test_a_full_disk_leaves_the_earlier_file_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "good.json"
    file.write_bytes(b"good")
    with full_disk(), pytest.raises(LabError) as refused:
        write_file(file, b"x" * 2000, LabError)
    assert str(refused.value) == f"{file}: cannot be written (File too large); {REMEDY}"
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"good.json": b"good"}


def test_a_file_that_is_replaced_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "one.json", tmp_path / "link.json"
    file.write_bytes(b"one")
    file.chmod(0o640)
    link.symlink_to(file)
    write_file(link, b"two", LabError)
    assert (link.is_symlink(), file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (True, b"two", 0o640)


def test_a_file_of_the_longest_name_is_written_and_a_pipe_stays_one(tmp_path: Path) -> None:
    long, pipe = tmp_path / f"{'x' * 250}.json", tmp_path / "pipe"
    write_file(long, b"whole", LabError)
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_file(pipe, b"told", LabError)
    assert (long.read_bytes(), os.read(reader, 9), pipe.is_fifo()) == (b"whole", b"told", True)
    os.close(reader)


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "no" / "x.json", "No such file or directory"), (Path("\0"), "embedded null byte")):
        with pytest.raises(LabError, match=reason):
            write_file(path, b"", LabError)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_is_protected_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    file.write_bytes(b"kept")
    file.chmod(0o400)
    with pytest.raises(LabError, match="Permission denied"):
        write_file(file, b"new", LabError)
    assert file.read_bytes() == b"kept"
