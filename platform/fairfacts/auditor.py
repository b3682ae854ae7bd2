"""An auditor: holds any log against the laws that every fair obeys.

It is independent of the model, of the backend and of the measures: it reads events only, and keeps its own account of
what they say. It needs one pass. Its memory grows with what is active, with the register, with the requests that lapsed
and were not repeated elsewhere, and with the visitors on site (a number for each, and the day's times at the gates).

Each part of the fair has a class with its laws by name, and a handler for each type of event (`fairfacts.laws`). The
laws of the run itself, and of everybody who comes and goes, stand here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES
from fairfacts.handlers import Handler, Handlers, joined
from fairfacts.laws import ALL_LAWS, new_laws
from fairfacts.laws.flow import Little
from fairfacts.parts.runs import FairClosed, FairOpened, RunEnded, RunStarted

MOST_REPORTED = 20
"""Violations that are kept in full; the others are counted. The first one matters: many others follow from it."""


class Violation(msgspec.Struct, frozen=True):
    """A law that a log breaks, and where."""

    position: int
    """Of the event in the log; the length of the log where its end breaks the law."""
    law: str
    meaning: str
    """What the law says."""
    event: Event | None
    """None at the end of the log."""

    def __str__(self) -> str:
        event = "the end of the log" if self.event is None else msgspec.json.encode(self.event).decode()
        return f"event {self.position} breaks {self.law} ({self.meaning}): {event}"


class Auditor:
    """Handles the events of a log in order, and reports the laws that they break."""

    def __init__(self) -> None:
        self.position = 0
        self.violations: list[Violation] = []
        self.broken: Counter[str] = Counter()
        """How often each law was broken, all violations counted."""
        self._at_ms = self._duration_ms = 0
        self._opened = self._closed = self._ended = False
        self.laws = new_laws(self.breaks)
        # until the run has started, and after its end, every event is out of place
        self._handlers: dict[type[Event], Handler] = dict.fromkeys(EVENT_TYPES, self._out_of_place)
        self._handlers[RunStarted] = self._run_started

    def handle(self, events: Iterable[Event]) -> None:
        """Hold the next events of the log against the laws."""
        handlers, at_ms, position = self._handlers, self._at_ms, self.position
        for event in events:
            self.position = position
            if event.at_ms < at_ms:
                self.breaks(event, "run.time")
            at_ms = event.at_ms
            handlers[type(event)](event)
            position += 1
        self._at_ms, self.position = at_ms, position

    def close(self, *, ended: bool = True) -> list[Violation]:
        """Hold the end of the log against the laws, and return all violations.

        Args:
            ended: whether the run is over; the log of a run that goes on may end anywhere.
        """
        if ended and not self._ended:
            self.breaks(None, "run.ends")
        if self._ended:
            for laws in self.laws:
                laws.end()
        for account in self.flows().values():
            if not account.is_conserved():
                self.breaks(None, "flow.conserved")
            if not account.holds():
                self.breaks(None, "flow.little")
        return self.violations

    def flows(self) -> dict[str, Little]:
        """Return the account of each flow up to now, by name."""
        return {name: account for laws in self.laws for name, account in laws.flows(self._at_ms).items()}

    def breaks(self, event: Event | None, law: str) -> None:
        """Report a law that an event breaks."""
        self.broken[law] += 1
        if len(self.violations) < MOST_REPORTED:
            self.violations.append(Violation(self.position, law, LAWS[law], event))

    def _run_started(self, event: RunStarted) -> None:
        self._duration_ms = event.duration_ms
        for laws in self.laws:
            laws.fair = event.description
        of_the_run: Handlers = {
            RunStarted: self._out_of_place,
            FairOpened: self._fair_opened,
            FairClosed: self._fair_closed,
            RunEnded: self._run_ended,
        }
        self._handlers.update(joined([of_the_run, *(laws.handlers() for laws in self.laws)], EVENT_TYPES))

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
        self._handlers.update(dict.fromkeys(EVENT_TYPES, self._out_of_place))


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
    **{name: meaning for laws in ALL_LAWS for name, meaning in laws.LAWS.items()},
}
"""Every law by its name: what must be so."""


def audit(log: Iterable[Event]) -> list[Violation]:
    """Return the first violations in a whole log; a lawful one has none."""
    auditor = Auditor()
    auditor.handle(log)
    return auditor.close()
