"""Results that were arranged in advance, and what is released in the release hall.

All of it is given to the model, as the press documents report it: no rate leads from negotiations to results, nor from
one occasion's results to another's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import msgspec

from fairfacts.clock import hour_of
from fairfacts.event import Count, EconomyCode, Event, Milliseconds
from fairfacts.handlers import Handlers
from fairfacts.measure import MONEY, Measure
from fairfacts.part_state import Fair, PartState
from fairfacts.parts.agreements import SigningMode
from fairfacts.series import HourCounts, plain

ReleaseKind = Literal["result", "technology", "solution"]
ReportKind = Literal["report", "index", "ranking"]


class ResultEvent(Event, frozen=True):
    """What each event of a result says."""

    result: Count
    occasion: str
    sector: str
    value: Count
    """In `currency`, as the documents give it; 0 where they give none."""
    currency: str


class ResultAnnounced(ResultEvent, frozen=True, tag="result.announced"):
    """A result that was arranged in advance was announced."""


class ResultSigned(ResultEvent, frozen=True, tag="result.signed"):
    """A result that was announced was signed."""

    mode: SigningMode
    place: str
    """The signing table, or the room of the session; empty when signed online."""
    took_ms: Milliseconds
    """The slot in that place, which ends with the signature; 0 when signed online."""


class ReleasePublished(Event, frozen=True, tag="release.published"):
    """An organisation presented something new in its slot of the release hall."""

    release: Count
    organisation: Count
    economy: EconomyCode
    sector: str
    kind: ReleaseKind


class ReportReleased(Event, frozen=True, tag="report.released"):
    """An industry report, index or ranking was released in the release hall."""

    report: Count
    kind: ReportKind
    sector: str


MEASURES: Mapping[str, Measure] = {
    "announced": Measure("results", "arranged in advance and announced so far", given="in the end"),
    "signed": Measure("results", "signed, of those announced"),
    "signed_on_site": Measure("results", "signed on site, at a signing table or in a session"),
    "signed_online": Measure("results", "signed online"),
    "announced_by_occasion": Measure("results", "announced, by occasion", given="in the end"),
    "signed_by_occasion": Measure("results", "signed, by occasion"),
    "signed_on_site_by_occasion": Measure("results", "signed on site, by occasion"),
    "announced_value": Measure(MONEY, "value of the results announced, by currency and occasion", levels=2),
    "signed_value": Measure(MONEY, "value of the results signed, by currency and occasion", levels=2),
    "signed_per_hour": Measure("results", "signed, by mode and hour since the epoch", levels=2),
    "releases": Measure("releases", "of something new in the release hall", given="in the end"),
    "organisations_releasing": Measure("organisations", "with a release in the release hall", given="in the end"),
    "releases_by_kind": Measure("releases", "by what was released"),
    "reports": Measure("reports", "reports, indices and rankings released", given="in the end"),
    "reports_by_kind": Measure("reports", "by kind"),
    "released_per_hour": Measure(
        "releases", "releases and reports together, by hour since the epoch", given="in the end"
    ),
}


class ResultMeasures(PartState):
    """What was arranged in advance, and what was released."""

    MEASURES: ClassVar[Mapping[str, Measure]] = MEASURES

    announced: dict[str, int] = msgspec.field(default_factory=dict)
    signed: dict[str, int] = msgspec.field(default_factory=dict)
    signed_on_site: dict[str, int] = msgspec.field(default_factory=dict)
    announced_value: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    """By currency and occasion."""
    signed_value: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    online_per_hour: HourCounts = msgspec.field(default_factory=dict)
    on_site_per_hour: HourCounts = msgspec.field(default_factory=dict)
    organisations: set[int] = msgspec.field(default_factory=set)
    releases_by_kind: dict[str, int] = msgspec.field(default_factory=dict)
    reports_by_kind: dict[str, int] = msgspec.field(default_factory=dict)
    released_per_hour: HourCounts = msgspec.field(default_factory=dict)

    def handlers(self, _: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles."""
        return {
            ResultAnnounced: self.announce,
            ResultSigned: self.sign,
            ReleasePublished: self.publish,
            ReportReleased: self.release,
        }

    def announce(self, event: ResultAnnounced) -> None:
        """Count a result announced."""
        self.announced[event.occasion] = self.announced.get(event.occasion, 0) + 1
        values = self.announced_value.setdefault(event.currency, {})
        values[event.occasion] = values.get(event.occasion, 0) + event.value

    def sign(self, event: ResultSigned) -> None:
        """Count a result signed."""
        hour = hour_of(event.at_ms)
        self.signed[event.occasion] = self.signed.get(event.occasion, 0) + 1
        values = self.signed_value.setdefault(event.currency, {})
        values[event.occasion] = values.get(event.occasion, 0) + event.value
        if event.mode == "on_site":
            self.signed_on_site[event.occasion] = self.signed_on_site.get(event.occasion, 0) + 1
        series = self.online_per_hour if event.mode == "online" else self.on_site_per_hour
        series[hour] = series.get(hour, 0) + 1

    def publish(self, event: ReleasePublished) -> None:
        """Count a release of something new."""
        self.organisations.add(event.organisation)
        self.releases_by_kind[event.kind] = self.releases_by_kind.get(event.kind, 0) + 1
        self._release(event.at_ms)

    def release(self, event: ReportReleased) -> None:
        """Count a report, index or ranking."""
        self.reports_by_kind[event.kind] = self.reports_by_kind.get(event.kind, 0) + 1
        self._release(event.at_ms)

    def _release(self, at_ms: int) -> None:
        hour = hour_of(at_ms)
        self.released_per_hour[hour] = self.released_per_hour.get(hour, 0) + 1

    def snapshot(self, _: Fair) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        signed, on_site = sum(self.signed.values()), sum(self.signed_on_site.values())
        return {
            "announced": sum(self.announced.values()),
            "signed": signed,
            "signed_on_site": on_site,
            "signed_online": signed - on_site,
            "announced_by_occasion": dict(self.announced),
            "signed_by_occasion": dict(self.signed),
            "signed_on_site_by_occasion": dict(self.signed_on_site),
            "announced_value": {currency: dict(values) for currency, values in self.announced_value.items()},
            "signed_value": {currency: dict(values) for currency, values in self.signed_value.items()},
            "signed_per_hour": {"online": plain(self.online_per_hour), "on_site": plain(self.on_site_per_hour)},
            "releases": sum(self.releases_by_kind.values()),
            "organisations_releasing": len(self.organisations),
            "releases_by_kind": dict(self.releases_by_kind),
            "reports": sum(self.reports_by_kind.values()),
            "reports_by_kind": dict(self.reports_by_kind),
            "released_per_hour": plain(self.released_per_hour),
        }
