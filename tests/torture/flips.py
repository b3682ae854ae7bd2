"""Flipped bits, torn, zeroed and swapped pages, and files that are cut short: of a SQLite database."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from tests.torture.kept import Kept
from tests.torture.trouble import Random, Trouble

PAGE_BYTES = 4096


@functools.cache
def kept() -> tuple[Kept, bytes]:
    """Return a database, and its file, which every trial damages a copy of."""
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        file = Path(folder) / "whole.db"
        return Kept(str(file)), file.read_bytes()


def damaged(content: bytes, random: Random) -> bytes:
    """Return a file's content with a damage; in most cases it is a single bit."""
    changed, pages = bytearray(content), len(content) // PAGE_BYTES
    one, other = (PAGE_BYTES * random.randrange(pages) for _ in range(2))
    kind = random.choices(["flip", "zero", "tear", "swap", "cut"], [20, 1, 1, 1, 1])[0]
    if kind == "flip":
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    elif kind == "zero":
        changed[one : one + PAGE_BYTES] = bytes(PAGE_BYTES)
    elif kind == "tear":  # the second half of the page did not reach the disk
        changed[one + PAGE_BYTES // 2 : one + PAGE_BYTES] = bytes(PAGE_BYTES // 2)
    elif kind == "swap":
        changed[one : one + PAGE_BYTES], changed[other : other + PAGE_BYTES] = (
            content[other : other + PAGE_BYTES],
            content[one : one + PAGE_BYTES],
        )
    else:
        del changed[random.randrange(len(changed)) :]
    return bytes(changed)


def make(random: Random, folder: Path) -> int:
    """Damage a database, and hold that nobody is told anything wrong."""
    whole, content = kept()
    files, content = (folder / "fair.db", folder / "other.db"), damaged(content, random)
    for file in files:
        file.write_bytes(content)
    whole.hold(*map(str, files))
    return 1


FLIPS = Trouble("flips", make, full=1_000, short=10)
