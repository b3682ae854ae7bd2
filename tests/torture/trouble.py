"""A kind of trouble, and how it is made again and again, each time from a seed that a failure prints."""

from __future__ import annotations

import random  # noqa: TID251  # of tests alone: no run is drawn from it
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

Random = random.Random


class Trouble(NamedTuple):
    """A kind of trouble."""

    name: str
    make: Callable[[Random, Path], int]
    """Make trouble in an empty folder, hold what must hold after it, and return how many troubles it made.

    It raises if something does not hold.
    """
    full: int
    """How many troubles a full pass makes."""
    short: int


class Trial(NamedTuple):
    """One trial: what it was, how many troubles it made, and what did not hold."""

    trouble: str
    seed: str
    made: int
    fault: str = ""

    def __str__(self) -> str:
        again = f"python -m tests.torture {self.trouble} --trial {self.seed}"
        return f"{self.trouble} {self.seed}: {self.fault}\nagain: {again}"


def attempt(trouble: Trouble, seed: str) -> Trial:
    """Make a trouble once."""
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        try:
            return Trial(trouble.name, seed, trouble.make(Random(f"{trouble.name} {seed}"), Path(folder)))
        except Exception:  # whatever it is, the next trial goes on
            return Trial(trouble.name, seed, 0, traceback.format_exc())


def trials(trouble: Trouble, seed: int, count: int) -> Iterator[Trial]:
    """Yield trials of a trouble until so many were made, or ten failed."""
    made = failed = number = 0
    while made < count and failed < 10:
        trial = attempt(trouble, f"{seed}-{number}")
        yield trial
        made, failed, number = made + trial.made, failed + bool(trial.fault), number + 1
