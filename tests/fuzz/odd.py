"""Odd values: texts, numbers, files and bodies that nobody means, drawn from a seed."""

from __future__ import annotations

import json
import random  # noqa: TID251  # of tests alone: no run is drawn from it
from pathlib import Path

KEPT = Path(__file__).parent / "corpus"
TEXTS = (
    *("", " ", "x", "0", "-1", "1e308", "1e-300", "nan", "inf", "-inf", "true", "null", "5.5", "9" * 400, "９"),
    *(
        "a" * 5000,
        "公平 été",
        "[/]",
        "[bold]x",
        "%s%n",
        "{}",
        "../../etc/passwd",
        "/dev/zero",
        "/",
        ".",
        "a=b",
        "=",
        "a=",
    ),
    *("\x00", "\x1b[31m", "\ud800", "\u2028", "\ufeff", "\\", "'", '"', "'; drop table run; --", "${x}", "%FF", "%00"),
    *("2020-09-05", "2020-09-05T10:00", "day 2 10:00", "day 99 25:61", "9999-12-31T23:59:59+14:00", "0001-01-01"),
    *("negotiations.initiated", "negotiations.per_hour", "fair.days=2", "negotiations.patience_mean_min=30"),
    *("economies.US=1e308", "timetable.skip_unreadable=yes", "fair.days=99999999999", "ciftis2020", "-x", "--", "CN"),
)
NUMBERS = (0, -1, 1, 0.5, 1e308, -1e308, 5e-324, 2**31, 2**63, 2**64, 10**400, -(2**63) - 1, True, False, None)


class Odd:
    """Draws odd values; one seed gives one sequence."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def text(self) -> str:
        """Return a text, some of them of random characters."""
        if self.random.random() < 0.8:
            return self.random.choice(TEXTS)
        return "".join(chr(self.random.choice((32, 65, 0x2028, 0x4E00, 0x1F600, 0)) + self.random.randrange(90))
                       for _ in range(self.random.randrange(12)))  # fmt: skip

    def value(self, depth: int = 0) -> object:
        """Return a JSON value."""
        kind = self.random.randrange(6 if depth < 3 else 4)
        if kind == 4:
            return [self.value(depth + 1) for _ in range(self.random.randrange(4))]
        if kind == 5:
            return {self.text(): self.value(depth + 1) for _ in range(self.random.randrange(4))}
        return self.random.choice(NUMBERS) if kind < 2 else self.text()

    def changed(self, value: object) -> object:
        """Return a JSON value with one part of it replaced, removed or doubled."""
        if isinstance(value, dict) and value and self.random.random() < 0.9:
            key = self.random.choice(list(value))
            rest = {name: part for name, part in value.items() if name != key}
            return self.random.choice(
                [rest, value | {key: self.changed(value[key])}, value | {self.text(): self.value()}]
            )
        if isinstance(value, list) and value and self.random.random() < 0.8:
            place = self.random.randrange(len(value))
            return self.random.choice(
                [value + value, [*value[:place], self.changed(value[place]), *value[place + 1 :]]]
            )
        return self.value()

    def json(self, example: object = None) -> bytes:
        """Return a body: JSON, nearly JSON, nested deeply, or not JSON at all."""
        kind = self.random.randrange(12)
        if kind == 0:
            return self.random.choice([b"[", b'{"a":']) * self.random.choice([5, 1_000, 100_000])
        if kind == 1:
            return self.bytes()
        value = self.changed(example) if example is not None and kind < 9 else self.value()
        text = json.dumps(value, ensure_ascii=self.random.random() < 0.5).encode("utf-8", "surrogatepass")
        return self.mutated(text) if kind == 2 else text

    def bytes(self) -> bytes:
        """Return bytes that mean nothing."""
        return self.random.randbytes(self.random.choice([0, 1, 20, 300]))

    def mutated(self, content: bytes) -> bytes:
        """Return content with some bytes changed, cut or repeated."""
        changed = bytearray(content)
        for _ in range(self.random.randrange(1, 5)):
            place = self.random.randrange(len(changed) + 1)
            kind = self.random.randrange(4)
            if kind == 0:
                changed[place : place + 1] = self.random.randbytes(1)
            elif kind == 1:
                del changed[place : place + self.random.randrange(20)]
            elif kind == 2:
                changed[place:place] = self.text().encode("utf-8", "surrogatepass")[:100]
            else:
                changed[place:place] = changed[place : place + self.random.randrange(40)]
        return bytes(changed)

    def kept(self, target: str) -> bytes:
        """Return a kept input of a fuzzed reader, as it is or changed."""
        content = self.random.choice(sorted((KEPT / target).iterdir())).read_bytes()
        return content if self.random.random() < 0.2 else self.mutated(content)
