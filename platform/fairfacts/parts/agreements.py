"""Agreements: what an intent becomes. Drafted, then signed online or at a signing table; or fallen through.

An agreement bears the number of its negotiation. Agreements emerge from the model; what was arranged in advance is a
result (`fairfacts.parts.results`), and the two are never added up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import msgspec

from fairfacts.clock import HOUR_MS, hour_of
from fairfacts.event import Count, Milliseconds
from fairfacts.handlers import Handlers
from fairfacts.measure import Measure
from fairfacts.part_state import Fair, PartState
from fairfacts.parts.negotiations.events import NegotiationEvent
from fairfacts.series import Histogram, HourCounts, plain

SigningMode = Literal["online", "on_site"]
WAIT_CLASS_MS = 600_000
"""Times until a signature are kept in classes of ten minutes: they are hours and nights."""


class AgreementEvent(NegotiationEvent, frozen=True):
    """What each event of an agreement says: the parties of its negotiation, and the exhibitor's sector."""

    sector: str


class AgreementDrafted(AgreementEvent, frozen=True, tag="agreement.drafted"):
    """The parties have a text to sign."""

    drafting_ms: Milliseconds
    """Since the talk ended in an intent."""
    value_usd: Count


class AgreementFellThrough(AgreementEvent, frozen=True, tag="agreement.fell_through"):
    """The intent came to nothing in drafting."""

    drafting_ms: Milliseconds
    """Since the talk ended in an intent."""


class AgreementSigned(AgreementEvent, frozen=True, tag="agreement.signed"):
    """Both parties have signed."""

    value_usd: Count
    mode: SigningMode
    place: str
    """The signing table; empty when signed online."""
    took_ms: Milliseconds
    """The slot at the table, which ends with the signature; 0 when signed online."""
    waited_ms: Milliseconds
    """Since the agreement was drafted."""


MEASURES: Mapping[str, Measure] = {
    "drafting": Measure("intents", "now in drafting, neither drafted nor fallen through"),
    "fell_through": Measure("intents", "that came to nothing in drafting"),
    "drafted": Measure("agreements", "drafted so far"),
    "waiting": Measure("agreements", "drafted and not signed yet"),
    "signed": Measure("agreements", "signed so far, online or on site"),
    "signed_online": Measure("agreements", "signed online"),
    "signed_on_site": Measure("agreements", "signed at a signing table"),
    "signed_overseas": Measure("agreements", "signed, with a party from outside the home economy"),
    "value_usd": Measure("USD", "value of the agreements signed"),
    "value_mean_usd": Measure("USD", "value_usd / signed", of="signed"),
    "drafting_mean_h": Measure("h", "mean time from intent to draft", of="drafted"),
    "waited_online_mean_h": Measure(
        "h", "mean time from draft to signature, of those signed online", of="signed_online"
    ),
    "waited_on_site_mean_h": Measure(
        "h", "mean time from draft to signature, of those signed on site", of="signed_on_site"
    ),
    "waited_on_site_p90_h": Measure(
        "h", "90 % of those signed on site waited no longer, to ten minutes", of="signed_on_site"
    ),
    "by_sector": Measure("agreements", "signed, by the exhibitor's sector"),
    "value_by_sector": Measure("USD", "value of the agreements signed, by the exhibitor's sector"),
    "by_place": Measure("agreements", "signed on site, by signing table"),
    "per_hour": Measure("agreements", "signed, by mode and hour since the epoch", levels=2),
    "value_per_hour": Measure("USD", "value of the agreements signed, by hour since the epoch"),
}


class AgreementMeasures(PartState):
    """From intent to signature."""

    MEASURES: ClassVar[Mapping[str, Measure]] = MEASURES

    drafted: int = 0
    fell_through: int = 0
    signed_overseas: int = 0
    value_usd: int = 0
    drafting_ms: int = 0
    waited_online_ms: int = 0
    waits_on_site: Histogram = msgspec.field(default_factory=lambda: Histogram(WAIT_CLASS_MS))
    signed_online: int = 0
    by_sector: dict[str, int] = msgspec.field(default_factory=dict)
    value_by_sector: dict[str, int] = msgspec.field(default_factory=dict)
    by_place: dict[str, int] = msgspec.field(default_factory=dict)
    online_per_hour: HourCounts = msgspec.field(default_factory=dict)
    on_site_per_hour: HourCounts = msgspec.field(default_factory=dict)
    value_per_hour: HourCounts = msgspec.field(default_factory=dict)

    def handlers(self, _: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles."""
        return {
            AgreementDrafted: self.draft,
            AgreementFellThrough: self.fall_through,
            AgreementSigned: self.sign,
        }

    def draft(self, event: AgreementDrafted) -> None:
        """Count an agreement that can be signed."""
        self.drafted += 1
        self.drafting_ms += event.drafting_ms

    def fall_through(self, _: AgreementFellThrough) -> None:
        """Count an intent that came to nothing."""
        self.fell_through += 1

    def sign(self, event: AgreementSigned) -> None:
        """Count a signature and its value."""
        value, sector, hour = event.value_usd, event.sector, hour_of(event.at_ms)
        if event.mode == "online":
            self.signed_online += 1
            self.waited_online_ms += event.waited_ms
            series = self.online_per_hour
        else:
            self.waits_on_site.add(event.waited_ms)
            self.by_place[event.place] = self.by_place.get(event.place, 0) + 1
            series = self.on_site_per_hour
        series[hour] = series.get(hour, 0) + 1
        self.signed_overseas += event.overseas
        self.value_usd += value
        self.by_sector[sector] = self.by_sector.get(sector, 0) + 1
        self.value_by_sector[sector] = self.value_by_sector.get(sector, 0) + value
        self.value_per_hour[hour] = self.value_per_hour.get(hour, 0) + value

    def snapshot(self, fair: Fair) -> dict[str, Any]:
        """Return the measures of this part as plain data; the negotiations count the intents."""
        intents: int = fair.negotiations.outcomes.get("intent", 0)
        signed = self.signed_online + self.waits_on_site.count
        return {
            "drafting": intents - self.drafted - self.fell_through,
            "fell_through": self.fell_through,
            "drafted": self.drafted,
            "waiting": self.drafted - signed,
            "signed": signed,
            "signed_online": self.signed_online,
            "signed_on_site": self.waits_on_site.count,
            "signed_overseas": self.signed_overseas,
            "value_usd": self.value_usd,
            "value_mean_usd": round(self.value_usd / signed) if signed else 0,
            "drafting_mean_h": _hours(self.drafting_ms, self.drafted),
            "waited_online_mean_h": _hours(self.waited_online_ms, self.signed_online),
            "waited_on_site_mean_h": _hours(self.waits_on_site.total_ms, self.waits_on_site.count),
            "waited_on_site_p90_h": round(self.waits_on_site.quantile_s(0.9) / 3_600, 2),
            "by_sector": dict(self.by_sector),
            "value_by_sector": dict(self.value_by_sector),
            "by_place": dict(self.by_place),
            "per_hour": {"online": plain(self.online_per_hour), "on_site": plain(self.on_site_per_hour)},
            "value_per_hour": plain(self.value_per_hour),
        }


def _hours(total_ms: int, count: int) -> float:
    return round(total_ms / count / HOUR_MS, 2) if count else 0.0
