"""The report of a reader: what it read from a file, and what it coerced, moved, assumed, left out, with its place.

Every reader of a file that others wrote keeps a `Reading`. It collects all faults of the file, so that one attempt
shows them all, and remarks about each value that is not played as the file has it.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from fairfacts.errors import FairError

MAX_BYTES = 32 * 1024 * 1024
"""Of a file: the largest conferences have 5 MB; a device or a film is refused before it fills memory."""
MAX_SHOWN = 20
"""Faults in one message."""
MOST_FAULTS = 1_000
"""Of a file: with so many, it is refused before the rest of it is read."""
MAX_QUOTED = 80
"""Characters of a value in a message."""
Kind = Literal["coerced", "moved", "assumed", "left out"]
KINDS: dict[Kind, str] = {
    "coerced": "read as another value",
    "moved": "at another time or place",
    "assumed": "not in the file; a stated default was used",
    "left out": "not used",
}
Result = TypeVar("Result")


class Remark(msgspec.Struct, frozen=True):
    """A value that is not used as the file has it."""

    place: str
    """Entry, line or row in the file."""
    kind: Kind
    about: str
    """What is concerned: `room`, `track`, `duration`; remarks about one thing are counted together."""
    message: str


class Report(msgspec.Struct, frozen=True):
    """What a reader made of a file."""

    file: str
    format: str
    unit: str
    """What the file holds: `entries` or `rows`."""
    found: int
    read: int
    remarks: tuple[Remark, ...] = ()
    ignored: tuple[str, ...] = ()
    """Names of fields that the reader does not use."""

    def summary(self) -> list[str]:
        """Return the report in short: a line of counts, then a line for each kind of remark with its first case."""
        lines = [f"{self.file}: {self.read} of {self.found} {self.unit} read"]
        groups: dict[tuple[Kind, str], list[Remark]] = {}
        for remark in self.remarks:
            groups.setdefault((remark.kind, remark.about), []).append(remark)
        for (kind, about), remarks in groups.items():
            first = f"{remarks[0].place}: {remarks[0].message}" if remarks[0].place else remarks[0].message
            count = f"{len(remarks)} times; first " if len(remarks) > 1 else ""
            lines.append(f"  {kind}, {about}: {count}{first}")
        return lines

    def lines(self) -> list[str]:
        """Return the report in full: every remark, and the names of what is ignored."""
        lines = [self.summary()[0]]
        lines += [
            f"  {remark.kind}, {remark.about}: {_placed(remark.place, remark.message)}" for remark in self.remarks
        ]
        if self.ignored:
            lines.append(f"  not used: {', '.join(self.ignored)}")
        return lines


class Reading:
    """Collects the faults and remarks of one file while it is read."""

    def __init__(self, file: str, format_: str, unit: str, error: type[FairError]) -> None:
        self.file, self.format, self.unit, self._error = file, format_, unit, error
        self.faults: list[tuple[str, str]] = []
        self.remarks: list[Remark] = []
        self.ignored: set[str] = set()
        self.may_skip = False
        """Whether a fault is that of an entry, which can be left out."""

    def fault(self, place: str, message: str) -> None:
        """Keep a fault; `refuse` raises all of them together, and here does so where they are `MOST_FAULTS`."""
        self.faults.append((place, message))
        if len(self.faults) == MOST_FAULTS:
            self.refuse("the rest of the file was not read")

    def remark(self, place: str, kind: Kind, about: str, message: str) -> None:
        """Keep a remark."""
        self.remarks.append(Remark(place, kind, about, message))

    def attempt(self, read: Callable[[], Result], *, skip: bool) -> Result | None:
        """Return what `read` returns, or None where it found a fault; `skip` turns its faults into remarks."""
        faults, remarks = len(self.faults), len(self.remarks)
        result = read()
        if len(self.faults) == faults:
            return result
        if skip:
            skipped, self.faults[faults:], self.remarks[remarks:] = self.faults[faults:], [], []
            self.remark(skipped[0][0], "left out", "unreadable", "; ".join(message for _, message in skipped))
        self.may_skip = True
        return None

    def refuse(self, hint: str = "") -> None:
        """Raise all faults as one error, if there are any; `hint` ends the message."""
        if not self.faults:
            return
        lines = [_placed(place, message) for place, message in self.faults]
        faults = [f"{self.file}: {line}" for line in lines]
        if len(lines) == 1:
            text = f"{self.file}: {lines[0]}"
        else:
            rest = [f"and {len(lines) - MAX_SHOWN} other faults"] if len(lines) > MAX_SHOWN else []
            text = "\n  ".join([f"{self.file}: {len(lines)} faults", *lines[:MAX_SHOWN], *rest])
        raise self._error(f"{text}\n  {hint}" if hint else text, faults, hint)

    def report(self, total: int, read: int) -> Report:
        """Return the report."""
        return Report(self.file, self.format, self.unit, total, read, tuple(self.remarks), tuple(sorted(self.ignored)))

    def text_of(self, content: bytes) -> str:
        """Return the text of a file in UTF-8, without a byte order mark.

        Raises:
            FairError: it is in another encoding; names the line.
        """
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            line = content.count(b"\n", 0, fault.start) + 1
            self.fault(f"line {line}", f"byte {content[fault.start]:#04x} is not UTF-8; save the file as UTF-8")
            self.refuse()
            raise AssertionError("refuse raises") from fault


def read_bytes(path: Path, reading: Reading, remedy: str) -> bytes:
    """Return the content of a file of at most `MAX_BYTES`.

    Raises:
        FairError: it cannot be read, or is larger.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as fault:  # a path with a NUL is a ValueError
        reading.fault("", f"cannot be read ({getattr(fault, 'strerror', None) or fault}); {remedy}")
        reading.refuse()
        raise AssertionError("refuse raises") from fault
    if len(content) > MAX_BYTES:
        reading.fault("", f"has more than {MAX_BYTES // 1024 // 1024} MB; {remedy}")
        reading.refuse()
    return content


def read_json(path: Path | Traversable, of: type[Result], error: type[FairError], what: str, remedy: str) -> Result:
    """Return what one of our own JSON files holds; of such a file, one fault is enough.

    Raises:
        FairError: it cannot be read, or is not `what`; of the class `error`.
    """
    try:
        if isinstance(path, Path) and path.exists() and not path.is_file():
            raise OSError(0, "it is no file")  # noqa: TRY301  # a device may have no end
        content = path.read_bytes().removeprefix(codecs.BOM_UTF8)
        return msgspec.json.decode(content, type=of)
    except OSError as fault:
        raise error(f"{path}: cannot be read ({fault.strerror}); {remedy}") from fault
    except (msgspec.DecodeError, RecursionError, ValueError) as fault:  # a ValueError: no UTF-8, or a NUL in the path
        raise error(f"{path}: holds no {what} ({fault}); {remedy}") from fault


def quoted(value: object) -> str:
    """Return a value for a message, cut where it is long."""
    text = repr(value)
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}..."


def _placed(place: str, message: str) -> str:
    return f"{place}: {message}" if place else message
