"""An auditor: holds any log against the laws that every fair obeys.

It is independent of the model, of the backend and of the measures: it knows events alone, and keeps its own account of
what they say. One pass, in memory that grows with what is active (and with the register, with the requests that lapsed
and were not taken elsewhere, and with those who came to the venue: of each a number, and on the day the times at the
gate).

Each part of the fair has a class with the laws it keeps, by name, and a handler for each type of event that it hears
(`fairfacts.laws`). The laws of the run itself, and of all who come and go, are kept here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES
from fairfacts.laws import PARTS, join
from fairfacts.laws.flow import Little
from fairfacts.laws.part import Handlers
from fairfacts.runs import FairClosed, FairOpened, RunEnded, RunStarted

MOST_TOLD = 20
"""Violations that are told; the others are counted. The first one matters: much follows from it."""


class Violation(msgspec.Struct, frozen=True):
    """A law that a log breaks, and where."""

    position: int
    """Of the event in the log; the log's length where its end breaks the law."""
    law: str
    meaning: str
    """What the law says."""
    event: Event | None
    """None at the end of the log."""

    def __str__(self) -> str:
        said = "the end of the log" if self.event is None else msgspec.json.encode(self.event).decode()
        return f"event {self.position} breaks {self.law} ({self.meaning}): {said}"


class Auditor:
    """Hears the events of a log in order, and tells which laws they break."""

    def __init__(self) -> None:
        self.position = 0
        self.violations: list[Violation] = []
        self.broken: Counter[str] = Counter()
        """How often each law was broken; of all violations the first `MOST_TOLD` are kept."""
        self._at_ms = self._duration_ms = 0
        self._opened = self._closed = self._ended = False
        self.parts = join(self.breaks)
        # until the run has started, and after its end, every event is out of place
        self._table: Handlers = dict.fromkeys(EVENT_TYPES, self._out_of_place)
        self._table[RunStarted] = self._run_started

    def hear(self, events: Iterable[Event]) -> None:
        """Take in the next events of the log."""
        table, at_ms, position = self._table, self._at_ms, self.position
        for event in events:
            self.position = position
            if event.at_ms < at_ms:
                self.breaks(event, "run.time")
            at_ms = event.at_ms
            table[type(event)](event)
            position += 1
        self._at_ms, self.position = at_ms, position

    def close(self, *, ended: bool = True) -> list[Violation]:
        """The log is at its end: hold what must be so by then, and return all violations.

        Args:
            ended: whether the run is said to be over; of one that goes on, what is conserved must be so at any moment.
        """
        if ended and not self._ended:
            self.breaks(None, "run.ends")
        if self._ended:
            for part in self.parts:
                part.end()
        for account in self.flows().values():
            if not account.is_conserved():
                self.breaks(None, "flow.conserved")
            if not account.holds():
                self.breaks(None, "flow.little")
        return self.violations

    def flows(self) -> dict[str, Little]:
        """Return Little's law of each flow as it stands, by name."""
        return {name: account for part in self.parts for name, account in part.flows(self._at_ms).items()}

    def breaks(self, event: Event | None, law: str) -> None:
        """Tell of a law that is broken."""
        self.broken[law] += 1
        if len(self.violations) < MOST_TOLD:
            self.violations.append(Violation(self.position, law, LAWS[law], event))

    def _run_started(self, event: RunStarted) -> None:
        self._duration_ms = event.duration_ms
        of_the_run: Handlers = {
            RunStarted: self._out_of_place,
            FairOpened: self._fair_opened,
            FairClosed: self._fair_closed,
            RunEnded: self._run_ended,
        }
        heard = [of_the_run, *(part.handlers() for part in self.parts)]
        for event_type in EVENT_TYPES:
            self._table[event_type] = _by_all([handlers[event_type] for handlers in heard if event_type in handlers])

    def _out_of_place(self, event: Event) -> None:
        self.breaks(event, "run.ended" if self._ended else "run.starts")

    def _fair_opened(self, event: FairOpened) -> None:
        if self._opened:
            self.breaks(event, "fair.opens")
        self._opened = True

    def _fair_closed(self, event: FairClosed) -> None:
        if self._closed or not self._opened or event.at_ms > self._duration_ms:
            self.breaks(event, "fair.closes")
        self._closed = True

    def _run_ended(self, event: RunEnded) -> None:
        if not self._closed or event.at_ms != self._duration_ms:
            self.breaks(event, "run.duration")
        self._ended = True
        self._table.update(dict.fromkeys(EVENT_TYPES, self._out_of_place))


def _by_all(hear: list[Callable[[Any], None]]) -> Callable[[Any], None]:
    """Return one handler that is all of these, in their order."""
    if len(hear) == 1:
        return hear[0]

    def by_all(event: Event) -> None:
        for one in hear:
            one(event)

    return by_all


LAWS: Mapping[str, str] = {
    "run.starts": "a log begins with the one event that its run has started",
    "run.time": "no event is before the one ahead of it",
    "run.duration": "a run ends once the fair has closed, when it was said to",
    "run.ended": "nothing follows the end of a run",
    "run.ends": "the log of a run that is over ends with the event that it has ended",
    "fair.opens": "the fair opens once",
    "fair.closes": "the fair closes once, after it opened and not after the end of the run",
    "flow.conserved": "whoever came has gone or is still there",
    "flow.little": "all stays together are the number present, integrated over time, to the millisecond; L = lambda W",
    **{name: meaning for part in PARTS for name, meaning in part.LAWS.items()},
}
"""Every law by its name: what must be so."""


def audit(log: Iterable[Event]) -> list[Violation]:
    """Return the first violations in a whole log; a lawful one has none."""
    auditor = Auditor()
    auditor.hear(log)
    return auditor.close()
