"""The read model of a run: everything that the services show, folded from the log on request, apart from the intake.

It lives in memory, as the measures do. It is only read as of a moment: the rows of its tables say when each thing
happened. The log alone makes it, so it needs no table in the database and is complete again after any restart.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import Executor
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from cloudfair.projections.live import Live
from cloudfair.projections.read_model.table import GROWTH, Words
from cloudfair.store.segments import Segments
from fairfacts.event import Event
from fairfacts.parts.fairs import NO_FAIR
from fairfacts.parts.runs import RunMeasures, RunStarted

MODELS_IN_MEMORY = 3
"""A full-scale run takes some 180 MB."""
CACHED_VALUES = 32
CACHED_BODY_BYTES = 8 * 1024 * 1024
"""Bytes of answers that are cached for each run."""
PIECE_BYTES = 400_000
"""Some thousands of events are folded at a time: they stay in the processor's caches, and answers wait for a few ms."""

Handlers = Mapping[type[Event] | tuple[type[Event], ...], Callable[[list[Any]], None]]
"""By type of event, what handles the events of that type in a piece of the log. A tuple of types keeps their order."""
Value = TypeVar("Value")


class AsOf(NamedTuple):
    """What an answer covers: the events before a position, that is, up to a moment."""

    position: int
    at_ms: int


class Section(Protocol):
    """What a read model holds of one kind of thing."""

    handlers: Handlers
    """Called in this order."""


SectionKind = Callable[["ReadModel"], Section]
"""Makes a section of a read model, in which it finds the sections that it needs."""
S = TypeVar("S", bound=Section)


class ReadModel:
    """Everything that the services show of one run, as its log stood at the latest catch-up."""

    def __init__(self, run: str, segments: Segments, sections: Iterable[SectionKind]) -> None:
        self.run = run
        self.epoch = RunMeasures().began
        """The moment of `at_ms` 0 in the fair's time zone, from the run's first event."""
        self.fair = NO_FAIR
        """The fair that the run's first event describes."""
        self.words = Words()
        self.lock = threading.Lock()
        """Held while events are folded and while an answer is made, so that an answer is of one position."""
        self._segments = segments
        self._catching_up: asyncio.Task[None] | None = None
        self._moments: NDArray[np.int64] = np.empty(0, np.int64)
        self._position = 0
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._body_bytes = 0
        self._sections: dict[Any, Any] = {}
        for kind in sections:
            self.section(kind)

    @property
    def now(self) -> AsOf:
        """Return how far the log is folded."""
        return AsOf(self._position, int(self._moments[self._position - 1]) if self._position else 0)

    def as_of(self, at_ms: int) -> AsOf:
        """Return the position of a moment; a moment after the latest event becomes that of the latest event."""
        at_ms = min(at_ms, self.now.at_ms)
        return AsOf(int(np.searchsorted(self._moments[: self._position], at_ms, "right")), at_ms)

    def section(self, kind: Callable[[ReadModel], S]) -> S:
        """Return the section of a kind; it is made when it is first asked for."""
        if kind not in self._sections:
            made = kind(self)  # makes the sections that it needs first, so that their handlers are called first
            self._sections[kind] = made
        section: S = self._sections[kind]
        return section

    def cached(self, what: Hashable, at_ms: int, make: Callable[[], Value]) -> Value:
        """Return a value that takes long to compute as of a moment; it is cached until the log goes on."""
        key = (what, at_ms)
        if key not in self._values:
            self._values[key] = make()
            if len(self._values) > CACHED_VALUES:
                self._values.popitem(last=False)
        value: Value = self._values[key]
        return value

    def cached_body(self, tag: str, make: Callable[[], bytes]) -> bytes:
        """Return the cached answer for an entity tag: many clients ask the same of a run that is slow or has ended."""
        if (body := self._bodies.pop(tag, None)) is None:
            body = make()
            self._body_bytes += len(body)
        self._bodies[tag] = body
        while self._body_bytes > CACHED_BODY_BYTES and len(self._bodies) > 1:
            self._body_bytes -= len(self._bodies.popitem(last=False)[1])
        return body

    async def catch_up(self, head: int, folding: Executor | None = None) -> None:
        """Fold the log up to `head` at least. Callers at the same time wait for the same work.

        The work goes on when a caller is cancelled: a second thread would fold the same events twice.
        """
        while self._position < head:
            if self._catching_up is None or self._catching_up.done():
                self._catching_up = asyncio.create_task(self._read_on_in_thread(head, folding))
            await asyncio.shield(self._catching_up)

    async def _read_on_in_thread(self, head: int, folding: Executor | None) -> None:
        await asyncio.get_running_loop().run_in_executor(folding, self._read_on, head)

    def _read_on(self, head: int) -> None:
        for segment in self._segments.read(self.run, self._position, head):
            assert segment.first == self._position, "the log is read on from the end of a segment"
            for events in segment.events(PIECE_BYTES):
                with self.lock:
                    self._fold(events)
        assert self._position >= head, "an acknowledged event is in the log"

    def _fold(self, events: list[Event]) -> None:
        by_type: dict[type[Event], list[Event]] = defaultdict(list)
        for event in events:
            by_type[type(event)].append(event)
        for started in by_type.get(RunStarted, ()):
            self.epoch, self.fair = started.began, started.description  # type: ignore[attr-defined]  # of that type
        for section in self._sections.values():
            for types, handle in section.handlers.items():
                if isinstance(types, tuple):
                    if not by_type.keys().isdisjoint(types):
                        handle([event for event in events if type(event) in types])
                elif types in by_type:
                    handle(by_type[types])
        self._note_moments(events)
        self._values.clear()

    def _note_moments(self, events: list[Event]) -> None:
        position = self._position + len(events)
        if position > len(self._moments):
            self._moments = np.concatenate([self._moments, np.empty(int(position * GROWTH), np.int64)])
        self._moments[self._position : position] = [event.at_ms for event in events]
        self._position = position


class ReadModels:
    """The read models of the runs that were asked for most recently."""

    def __init__(self, segments: Segments, sections: Iterable[SectionKind], folding: Executor | None = None) -> None:
        """Serve the runs of a log; `folding` has the threads in which their events are folded."""
        self._segments, self._sections, self._folding = segments, tuple(sections), folding
        self._models: OrderedDict[str, ReadModel] = OrderedDict()

    async def of(self, live: Live) -> ReadModel:
        """Return the read model of a run, with every event that the run has acknowledged."""
        model = self._model(live.run)
        try:
            await model.catch_up(live.head, self._folding)
        except Exception:
            if self._models.get(live.run) is model:  # it may hold half a batch: the next request gets a new one
                del self._models[live.run]
            raise
        return model

    def _model(self, run: str) -> ReadModel:
        model = self._models.get(run)
        if model is None:
            model = self._models[run] = ReadModel(run, self._segments, self._sections)
            if len(self._models) > MODELS_IN_MEMORY:
                self._models.popitem(last=False)
        self._models.move_to_end(run)
        return model
