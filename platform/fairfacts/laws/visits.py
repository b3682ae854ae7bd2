"""The laws of visits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fairfacts.clock import MINUTE_MS
from fairfacts.handlers import Handlers
from fairfacts.laws.base import Breaks, Others, PartLaws
from fairfacts.laws.flow import Flow, Little
from fairfacts.laws.organisations import RegisterLaws
from fairfacts.parts.negotiations.events import NegotiationRequested
from fairfacts.parts.platform import LoginRefused
from fairfacts.parts.visits import PagesViewed, VisitEnded, VisitStarted


class VisitLaws(PartLaws):
    """Visits to the platform."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "visit.sequence": "visits are numbered 0, 1, 2, ... as they start",
        "visit.started": "a visit ends once, after it started, as the visit of whom it started",
        "visit.delegate": "a delegate is one of those whom the organisation registered, on one visit at a time",
        "visit.first": "a visit says whether it is the delegate's first",
        "visit.requests": "a visit says how many first requests were made in it",
        "visit.returns": "whoever logs in once more was refused and comes again, or was thrown off the platform",
        "pages.minute": "page views are counted at whole minutes, each once, when there are any",
    }

    def __init__(self, breaks: Breaks, others: Others) -> None:
        super().__init__(breaks, others)
        self.online: dict[int, VisitStarted] = {}
        self._on_visit: set[tuple[int, int]] = set()
        """Organisation and delegate of those who are online."""
        self._came: set[tuple[int, int]] = set()
        """Organisation and delegate of those who have been online."""
        self._requested: dict[int, int] = {}
        """Number of first requests, by visit under way; only visits that have any."""
        self._returning: dict[int, int] = {}
        """How many further log-ins are expected, by organisation."""
        self._register = others.of(RegisterLaws)
        self._visits = Flow()
        self._next = self._counted_ms = 0

    def handlers(self) -> Handlers:
        """Return what these laws do on each type of event that they handle."""
        return {
            VisitStarted: self._start,
            LoginRefused: self._refuse,
            NegotiationRequested: self._request,
            PagesViewed: self._viewed,
            VisitEnded: self._end,
        }

    def flows(self, now_ms: int) -> dict[str, Little]:
        """Return the account of the visits under way."""
        return {"visits": self._visits.little(now_ms, (visit.at_ms for visit in self.online.values()))}

    def _start(self, event: VisitStarted) -> None:
        visit = event.visit
        if visit != self._next:
            self.breaks(event, "visit.sequence")
        self._next = visit + 1
        self._log_in(event)
        delegate = event.organisation, event.delegate
        if delegate in self._on_visit or event.delegate >= self._register.delegates_of(event.organisation):
            self.breaks(event, "visit.delegate")
        self._on_visit.add(delegate)
        if event.first is (delegate in self._came):
            self.breaks(event, "visit.first")
        self._came.add(delegate)
        self.online[visit] = event
        self._visits.enter(event.at_ms)

    def _refuse(self, event: LoginRefused) -> None:
        self._log_in(event)
        if event.returns:
            self._returning[event.organisation] = self._returning.get(event.organisation, 0) + 1

    def _log_in(self, event: VisitStarted | LoginRefused) -> None:
        if not self._register.is_known(event.organisation, event.economy):
            self.breaks(event, "organisation.registered")
        if event.attempt == 1:
            return
        expected = self._returning.pop(event.organisation, 0)
        if expected > 1:
            self._returning[event.organisation] = expected - 1
        elif not expected or not event.attempt:
            self.breaks(event, "visit.returns")

    def _request(self, event: NegotiationRequested) -> None:
        visit, visitor = event.visit, self.online.get(event.visit)
        if event.attempt == 1 and visitor is not None and visitor.organisation == event.organisation:
            self._requested[visit] = self._requested.get(visit, 0) + 1

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
            self._on_visit.discard((started.organisation, started.delegate))
            self._visits.leave(event.at_ms, event.at_ms - started.at_ms)
        if event.dropped:
            self._returning[event.organisation] = self._returning.get(event.organisation, 0) + 1
        if event.requests != self._requested.pop(event.visit, 0):
            self.breaks(event, "visit.requests")
