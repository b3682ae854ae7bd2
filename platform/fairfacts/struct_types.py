"""Types of msgspec, made ready before several threads read them.

msgspec 0.22 looks at a type when something is first read as it, and shows it to other threads half looked at: one that
reads the same type in that moment ends the process (a segmentation fault, seen once in a backend whose page had just
been opened).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import msgspec

_one_at_a_time = threading.Lock()


def prepare_types() -> None:
    """Have msgspec look at every type that is imported by now: some ten milliseconds, and nothing the next time."""
    with _one_at_a_time:
        for each in _below(msgspec.Struct):
            msgspec.json.Decoder(each)


def _below(type_: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for each in type_.__subclasses__():
        yield each
        yield from _below(each)
