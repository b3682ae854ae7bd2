"""The laws of visits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fairfacts.laws.flow import Flow, Little
from fairfacts.laws.organisations import RegisterLaws
from fairfacts.laws.part import Breaks, Handlers, Part
from fairfacts.visits import PagesViewed, VisitEnded, VisitStarted

MINUTE_MS = 60_000


class VisitLaws(Part):
    """Visits to the platform."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "visit.sequence": "visits are numbered 0, 1, 2, ... as they start",
        "visit.started": "a visit ends once, after it started, as the visit of whom it started",
        "visit.requests": "a visit says how many first requests were made in it",
        "pages.minute": "page views are counted at whole minutes, each once, when there are any",
    }

    def __init__(self, breaks: Breaks, register: RegisterLaws) -> None:
        super().__init__(breaks)
        self.online: dict[int, VisitStarted] = {}
        self.asked: dict[int, int] = {}
        """First requests made by each visitor who is online and has made any."""
        self._register = register
        self._visits = Flow()
        self._next = self._counted_ms = 0

    def handlers(self) -> Handlers:
        """Return what is done on each type of event that the part hears."""
        return {VisitStarted: self._start, PagesViewed: self._viewed, VisitEnded: self._end}

    def flows(self, now_ms: int) -> dict[str, Little]:
        """Return the account of the visits under way."""
        return {"visits": self._visits.little(now_ms, (visit.at_ms for visit in self.online.values()))}

    def _start(self, event: VisitStarted) -> None:
        visit = event.visit
        if visit != self._next:
            self.breaks(event, "visit.sequence")
        self._next = visit + 1
        if not self._register.is_known(event.organisation, event.economy):
            self.breaks(event, "organisation.registered")
        self.online[visit] = event
        self._visits.enter(event.at_ms)

    def _viewed(self, event: PagesViewed) -> None:
        if event.at_ms % MINUTE_MS or event.at_ms <= self._counted_ms or event.stands + event.projects == 0:
            self.breaks(event, "pages.minute")
        self._counted_ms = event.at_ms

    def _end(self, event: VisitEnded) -> None:
        started = self.online.pop(event.visit, None)
        if (
            started is None
            or event.at_ms <= started.at_ms
            or started.organisation != event.organisation
            or started.economy != event.economy
        ):
            self.breaks(event, "visit.started")
        if started is not None:
            self._visits.leave(event.at_ms, event.at_ms - started.at_ms)
        if event.requests != self.asked.pop(event.visit, 0):
            self.breaks(event, "visit.requests")
