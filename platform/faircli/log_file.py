"""A log in a file: read in pieces of whole lines, and held against what the intake takes and against the laws."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

import msgspec
import zstandard
from pydantic import ValidationError

from cloudfair.api.batch import check, check_end
from cloudfair.api.new_run import KnownRun
from cloudfair.errors import TooLargeError
from cloudfair.settings import Settings
from fairfacts.auditor import Auditor
from fairfacts.errors import EventError, LabError
from fairfacts.event import Event
from fairfacts.measures import State
from fairfacts.parts.runs import REPRODUCING, RunEnded, RunStarted

SUFFIXES = (".ndjson", ".ndjson.gz", ".ndjson.zst")
PIECE_BYTES = 1 << 20
"""How much is read at a time. A piece is that much and the beginning of a line, at most; no batch is larger."""
PACKED_BYTES = 1 << 10
"""How much of a zstd file is unpacked at a time: so little can be no more than 32 MiB."""
LONGEST_LINE = 1 << 24
MOST_NAMED = 1000
"""Damages that are named; the others are counted: what is no log at all has one in each line."""
NAMES = {
    "scenario": "write a name without blanks at its ends or side by side, control characters, / or \\, of at most 64"
    " characters",
    "version": "write ASCII characters without blanks, at most 64",
}
"""What is written in those fields of the first event by which a run is begun."""
_CUT = (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError)


def is_log_file(name: str | None) -> bool:
    """Return whether a name is one of a log file and not the id of a run, which bears no such suffix."""
    return name is not None and name.lower().endswith(SUFFIXES)


def require_log_file(path: Path) -> None:
    """Refuse a file that is called like something else.

    Raises:
        LabError: it is.
    """
    if not is_log_file(path.name):
        raise LabError(f"{path}: is called like no log; name a file that ends in {', '.join(SUFFIXES)}")


class FileDamage(msgspec.Struct, frozen=True):
    """What no log holds, and where."""

    line: int
    """Counted from 1."""
    field: str
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.field}: {self.what}"


class _CutError(LabError):
    """What is left of a file cannot be read."""


def pieces_of(path: Path) -> Iterator[bytes]:
    """Yield a log file in pieces of whole lines; the last line may lack its end.

    Raises:
        LabError: the file cannot be read, or is cut off within what is compressed.
    """
    left, is_first = b"", True
    try:
        with path.open("rb") as file:
            for chunk in _gathered(_unpacked(path, file)):
                if is_first:
                    chunk, is_first = _first(path, chunk), False
                whole, end, left = (left + chunk).rpartition(b"\n")
                if end:
                    yield whole + end
                if len(left) > LONGEST_LINE:
                    raise _CutError(f"the line is over {LONGEST_LINE >> 20} MiB long")
    except _CUT as fault:
        raise _CutError(f"it cannot be unpacked any further ({fault})") from fault
    except OSError as fault:
        raise LabError(f"{path}: {fault.strerror}; name a log file, as fair export --to ndjson writes it") from fault
    if left:
        yield left


def _first(path: Path, chunk: bytes) -> bytes:
    """Return the first piece of a log file without a byte order mark.

    Raises:
        LabError: it is compressed, and its name does not say so.
    """
    for magic, suffix in ((b"\x1f\x8b", ".gz"), (b"\x28\xb5\x2f\xfd", ".zst")):
        if chunk.startswith(magic):
            raise LabError(f"{path}: is compressed, and its name does not say so; call it {path.name}{suffix}")
    return chunk.removeprefix(codecs.BOM_UTF8)


def _unpacked(path: Path, file: IO[bytes]) -> Iterator[bytes]:
    match path.suffix.lower():
        case ".gz":
            with gzip.open(file) as unpacked:
                yield from iter(partial(unpacked.read1, PIECE_BYTES), b"")  # before a damage it gives what it has
        case ".zst":
            yield from _unpacked_zstd(file)
        case _:
            yield from iter(partial(file.read, PIECE_BYTES), b"")


def _gathered(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield chunks in such of about `PIECE_BYTES`; where they break off, first what came before."""
    gathered = bytearray()
    try:
        for chunk in chunks:
            gathered += chunk
            while len(gathered) >= PIECE_BYTES:
                yield bytes(gathered[:PIECE_BYTES])
                del gathered[:PIECE_BYTES]
    except _CUT:
        yield bytes(gathered)
        raise
    yield bytes(gathered)


def _unpacked_zstd(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the content of frames; zstandard's own reader takes a frame that is cut off for a whole one."""
    frame = None
    for chunk in iter(partial(file.read, PACKED_BYTES), b""):
        packed = chunk
        while packed:
            frame = frame or zstandard.ZstdDecompressor().decompressobj()
            yield frame.decompress(packed)
            packed = frame.unused_data if frame.eof else b""
            frame = None if frame.eof else frame
    if frame is not None:
        raise zstandard.ZstdError("its end is missing")


class LogCheck:
    """What a log file holds, and every damage: read once, from its first line to its last."""

    def __init__(self) -> None:
        self.auditor, self.state = Auditor(), State()
        """Of the events before the first damage."""
        self.started: RunStarted | None = None
        self.ended = False
        self.events = self.damaged = 0
        """Lines that hold an event, and those that do not."""
        self.damage: list[FileDamage] = []
        self._lines = self._at_ms = 0
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the bytes that were read."""
        return self._hash.hexdigest()

    def take(self, piece: bytes) -> None:
        """Check the next lines."""
        self._hash.update(piece)
        try:
            self._fold(self._checked(piece))
        except (EventError, TooLargeError):  # a line at a time, so that each damage is named
            *whole, last = piece.split(b"\n")
            for line in [*(line + b"\n" for line in whole), *([last] if last else [])]:
                self._take_line(line)

    def add_damage(self, field: str, what: str) -> None:
        """Add a damage of the next line."""
        self.damaged += 1
        if len(self.damage) < MOST_NAMED:
            self.damage.append(FileDamage(self._lines + 1, field, what))

    def _take_line(self, line: bytes) -> None:
        try:
            self._fold(self._checked(line))
        except EventError as fault:
            what = fault.reason.removeprefix(f"{fault.field}: ")
            self.add_damage(fault.field, f"{what}; {fault.remedy}" if fault.remedy else what)
            self._lines += 1

    def _checked(self, ndjson: bytes) -> list[Event]:
        """Return the events of lines that follow those before.

        Raises:
            EventError, TooLargeError: they are none, or do not follow.
        """
        _, events = check(self._lines, ndjson, b"", SETTINGS)
        if self.ended:
            raise EventError("nothing follows the end of a run", position=0, field="type")
        if events[0].at_ms < self._at_ms:
            what = f"is {events[0].at_ms}, before the {self._at_ms} of an event ahead of it"
            raise EventError(what, position=0, field="at_ms")
        if isinstance(events[0], RunStarted):
            self.started = events[0]
            _check_names(events[0])
        if self.started is not None:
            check_end(events, self.started.duration_ms)
        return events

    def _fold(self, events: list[Event]) -> None:
        self._lines += len(events)
        self.events += len(events)
        self._at_ms, self.ended = events[-1].at_ms, isinstance(events[-1], RunEnded)
        if not self.damaged:
            self.state.fold(events)
            self.auditor.handle(events)


def _check_names(started: RunStarted) -> None:
    """Check that a run can be begun as the first event of a log says of it.

    Raises:
        EventError: its scenario or its version is no name.
    """
    try:
        KnownRun(**{name: getattr(started, name) for name in REPRODUCING})
    except ValidationError as fault:
        field = str(fault.errors()[0]["loc"][0])
        raise EventError(f"is {getattr(started, field)!r:.80}", NAMES[field], position=0, field=field) from None


SETTINGS = Settings()


def checked(path: Path, on_progress: Callable[[int], None] = lambda _: None) -> LogCheck:
    """Return what a log file holds; `on_progress` is called with the number of bytes that were read.

    Raises:
        LabError: the file cannot be read.
    """
    log_check, position = LogCheck(), 0
    try:
        for piece in pieces_of(path):
            log_check.take(piece)
            position += len(piece)
            on_progress(position)
    except _CutError as fault:
        log_check.add_damage("the file", str(fault))
    return log_check
