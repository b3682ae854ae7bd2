"""The directory of a run: everything its services show, folded from the log when somebody asks, apart from the intake.

It lives in memory, as the measures do, and is only ever read as of a moment: the rows of its tables say what happened
when. The log alone makes it, so that it needs no place in the database and is whole again after any restart.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from cloudfair.live import Live
from cloudfair.log import Log, pieces
from cloudfair.reading.table import GROWTH, Words
from fairfacts.event import Event
from fairfacts.events import decode
from fairfacts.runs import RunMeasures, RunStarted

KEPT_RUNS = 3
"""Directories in memory; a full-scale run takes some 180 MB."""
REMEMBERED = 32
ANSWERED_BYTES = 8 * 1024 * 1024
"""Of answers that are kept for whoever asks the same, of each run."""
PIECE_BYTES = 400_000
"""Some thousands of events are folded at a time: they stay in the processor's caches, and answers wait for a few ms."""

Folds = Mapping[type[Event] | tuple[type[Event], ...], Callable[[list[Any]], None]]
"""What the events of a batch do, those of a type together; or of several types, where the order among them matters."""
Made = TypeVar("Made")


class AsOf(NamedTuple):
    """What an answer holds: the events before a position, which are those up to a moment."""

    position: int
    at_ms: int


class Part(Protocol):
    """What a directory has of one thing; made of the directory, in which it finds the parts that it needs."""

    folds: Folds
    """Taken in the order in which they stand."""


PartKind = Callable[["Directory"], Part]
P = TypeVar("P", bound=Part)


class Directory:
    """Everything that the services show of one run, as its log stood when it last caught up."""

    def __init__(self, run: str, log: Log, parts: Iterable[PartKind]) -> None:
        self.run = run
        self.epoch = RunMeasures().epoch
        """The moment of `at_ms` 0, as the run says it."""
        self.words = Words()
        self.reading = threading.Lock()
        """Held while events are folded and while an answer is made: an answer shows all that it says it does."""
        self._log = log
        self._taking_in: asyncio.Task[None] | None = None
        self._moments: NDArray[np.int64] = np.empty(0, np.int64)
        self._position = 0
        self._remembered: OrderedDict[Hashable, Any] = OrderedDict()
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._answered_bytes = 0
        self._parts: dict[Any, Any] = {}
        for kind in parts:
            self.part(kind)

    @property
    def now(self) -> AsOf:
        """Return how far the log is taken in."""
        return AsOf(self._position, int(self._moments[self._position - 1]) if self._position else 0)

    def as_of(self, at_ms: int) -> AsOf:
        """Return the position of a moment; what the log does not hold yet counts as not happened."""
        at_ms = min(at_ms, self.now.at_ms)
        return AsOf(int(np.searchsorted(self._moments[: self._position], at_ms, "right")), at_ms)

    def part(self, kind: Callable[[Directory], P]) -> P:
        """Return the part of a kind."""
        if kind not in self._parts:
            part = kind(self)  # the parts that it needs come to stand before it, and fold before it
            self._parts[kind] = part
        found: P = self._parts[kind]
        return found

    def remembered(self, what: Hashable, at_ms: int, make: Callable[[], Made]) -> Made:
        """Return what takes long to work out of a moment, and is asked for again until the log goes on."""
        key = (what, at_ms)
        if key not in self._remembered:
            self._remembered[key] = make()
            if len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        made: Made = self._remembered[key]
        return made

    def answered(self, tag: str, make: Callable[[], bytes]) -> bytes:
        """Return the answer that a tag stands for: many ask the same of a run that goes on slowly, or has ended."""
        if (body := self._answers.pop(tag, None)) is None:
            body = make()
            self._answered_bytes += len(body)
        self._answers[tag] = body
        while self._answered_bytes > ANSWERED_BYTES and len(self._answers) > 1:
            self._answered_bytes -= len(self._answers.popitem(last=False)[1])
        return body

    async def catch_up(self, head: int) -> None:
        """Take in the log up to `head` at least; those who ask meanwhile wait for the same work.

        It goes on when somebody who waits for it leaves: two threads at a time would fold twice.
        """
        while self._position < head:
            if self._taking_in is None or self._taking_in.done():
                self._taking_in = asyncio.create_task(asyncio.to_thread(self._take_in, head))
            await asyncio.shield(self._taking_in)

    def _take_in(self, head: int) -> None:
        for first, ndjson, _ in self._log.segments(self.run, self._position, head):
            assert first == self._position, "the log is read from where it was left, between two segments"
            for piece in pieces(ndjson, PIECE_BYTES):
                events = decode(piece)
                with self.reading:
                    self._fold(events)
        assert self._position >= head, "what was answered for is in the log"

    def _fold(self, events: list[Event]) -> None:
        by_type: dict[type[Event], list[Event]] = defaultdict(list)
        for event in events:
            by_type[type(event)].append(event)
        for started in by_type.get(RunStarted, ()):
            self.epoch = started.epoch  # type: ignore[attr-defined]  # of that type
        for part in self._parts.values():
            for types, fold in part.folds.items():
                if isinstance(types, tuple):
                    if not by_type.keys().isdisjoint(types):
                        fold([event for event in events if type(event) in types])
                elif types in by_type:
                    fold(by_type[types])
        position = self._position + len(events)
        if position > len(self._moments):
            self._moments = np.concatenate([self._moments, np.empty(int(position * GROWTH), np.int64)])
        self._moments[self._position : position] = [event.at_ms for event in events]
        self._position = position
        self._remembered.clear()


class Directories:
    """The directories of the runs that were asked for last."""

    def __init__(self, log: Log, parts: Iterable[PartKind]) -> None:
        self._log, self._parts = log, tuple(parts)
        self._kept: OrderedDict[str, Directory] = OrderedDict()

    async def of(self, live: Live) -> Directory:
        """Return the directory of a run, with everything in it that the run was answered for."""
        directory = self._kept.get(live.run)
        if directory is None:
            directory = self._kept[live.run] = Directory(live.run, self._log, self._parts)
            if len(self._kept) > KEPT_RUNS:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(live.run)
        try:
            await directory.catch_up(live.head)
        except Exception:
            if self._kept.get(live.run) is directory:  # it may hold half a batch: the next who asks gets a new one
                del self._kept[live.run]
            raise
        return directory
