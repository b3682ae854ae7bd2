"""The laws of results arranged in advance, and of the release hall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fairfacts.handlers import Handlers
from fairfacts.laws.base import Breaks, Others, PartLaws
from fairfacts.laws.organisations import RegisterLaws
from fairfacts.laws.programme import ProgrammeLaws
from fairfacts.parts.fairs import has
from fairfacts.parts.results import ReleasePublished, ReportReleased, ResultAnnounced, ResultEvent, ResultSigned
from fairfacts.parts.runs import FairOpened


class ResultLaws(PartLaws):
    """Results announced and signed on their occasions, and what is released."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "result.sequence": "results are numbered 0, 1, 2, ... as they are announced",
        "result.occasion": "the results of an occasion are all announced before the fair opens, or all after",
        "result.announced": "a result is signed once, after it was announced, as what was announced",
        "result.room": "a result that is signed in a room is signed while a session is open there",
        "release.sequence": "releases are numbered 0, 1, 2, ... as they are published",
        "release.exhibitor": "a release is of an exhibitor, in its sector",
        "release.once": "an organisation has one release at most",
        "report.sequence": "reports are numbered 0, 1, 2, ... as they are released",
    }

    def __init__(self, breaks: Breaks, others: Others) -> None:
        super().__init__(breaks, others)
        self._register, self._programme = others.of(RegisterLaws), others.of(ProgrammeLaws)
        self._opened = False
        self._is_after: dict[str, bool] = {}
        """Whether an occasion's results are announced after the opening."""
        self._announced: dict[int, ResultAnnounced] = {}
        """Results that are not signed."""
        self._releasing: set[int] = set()
        self._next_result = self._next_release = self._next_report = 0

    def handlers(self) -> Handlers:
        """Return what these laws do on each type of event that they handle."""
        return {
            FairOpened: self._fair_opened,
            ResultAnnounced: self._announce,
            ResultSigned: self._sign,
            ReleasePublished: self._publish,
            ReportReleased: self._release,
        }

    def _fair_opened(self, _: FairOpened) -> None:
        self._opened = True

    def _announce(self, event: ResultAnnounced) -> None:
        if event.result != self._next_result:
            self.breaks(event, "result.sequence")
        self._next_result = event.result + 1
        after = self._is_after.setdefault(event.occasion, self._opened)
        if after is not self._opened or not has(self.fair.occasions, event.occasion):
            self.breaks(event, "result.occasion")
        self._register.hold_sector(event, event.sector)
        self._announced[event.result] = event

    def _sign(self, event: ResultSigned) -> None:
        announced = self._announced.pop(event.result, None)
        if announced is None or _content(announced) != _content(event):
            self.breaks(event, "result.announced")
        if self._programme.is_room(event.place) and not self._programme.is_open_in(event.place):
            self.breaks(event, "result.room")

    def _publish(self, event: ReleasePublished) -> None:
        if event.release != self._next_release:
            self.breaks(event, "release.sequence")
        self._next_release = event.release + 1
        if not self._register.is_known(event.organisation, event.economy):
            self.breaks(event, "organisation.registered")
        if not self._register.exhibits_in(event.organisation, event.sector):
            self.breaks(event, "release.exhibitor")
        if event.organisation in self._releasing:
            self.breaks(event, "release.once")
        self._releasing.add(event.organisation)

    def _release(self, event: ReportReleased) -> None:
        if event.report != self._next_report:
            self.breaks(event, "report.sequence")
        self._next_report = event.report + 1
        self._register.hold_sector(event, event.sector)


def _content(event: ResultEvent) -> tuple[str, str, int, str]:
    """Return what every event of a result says."""
    return event.occasion, event.sector, event.value, event.currency
