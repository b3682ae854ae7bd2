"""Organisations that register for the fair: their kind, economy, sector and delegates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

import msgspec

from fairfacts.clock import hour_of
from fairfacts.event import Count, EconomyCode, Event
from fairfacts.handlers import Handlers
from fairfacts.measure import Measure
from fairfacts.part_state import Fair, PartState
from fairfacts.parts import fairs
from fairfacts.parts.fairs import ENGLISH, FairDescription, filled, row_of, within
from fairfacts.parts.runs import FairOpened
from fairfacts.series import HourCounts, plain

TOP_TRADERS = 30
"""The documents speak of the 30 largest traders in services."""
UNKNOWN = "unknown"
"""Stands for the sector of an organisation that the register does not have."""
MOST_DELEGATES = 1 << 15
"""With which one organisation registers; those who register later come on top."""
LARGEST_PLACE = 255
"""That a byte holds."""


def name_of(fair: FairDescription, organisation: int, kind: str, economy: str, sector: str) -> str:
    """Return a name for an organisation, made of what its event says: the model names none."""
    known = row_of(fair.organisation_kinds, kind)
    pattern = known.called.get(ENGLISH) if known else None
    pattern = pattern or f"{fairs.name_of(fair.organisation_kinds, kind).text} {{number}} ({{place}})"
    about = within(fairs.name_of(fair.sectors, sector).text)
    return filled(pattern, number=organisation, sector=about, place=country(economy))


def name_in(language: str, fair: FairDescription, organisation: int, kind: str, economy: str, sector: str) -> str:
    """Return the name of an organisation in a language, its economy by code; in English where its kind has no other."""
    known = row_of(fair.organisation_kinds, kind)
    pattern = known.called.get(language) if known else None
    if pattern is None:
        return name_of(fair, organisation, kind, economy, sector)
    about = fairs.name_of(fair.sectors, sector, language).text
    return filled(pattern, number=organisation, sector=about, place=economy)


def country(economy: str) -> str:
    """Return the English name of a country or region by its ISO 3166 code; the code where it has none."""
    return countries().get(economy, economy)


@cache
def countries() -> Mapping[str, str]:
    """Return the English names of countries and regions by their ISO 3166 codes, from the time zone database.

    Kosovo is among them: ISO 3166 leaves `XK` to its users, and so calls it whoever keeps a table of trade.
    """
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    return {code: name for code, name, *_ in pairs} | {"XK": "Kosovo"}


class OrganisationRegistered(Event, frozen=True, tag="organisation.registered"):
    """An organisation registered to exhibit or attend, on site or online."""

    organisation: Count
    kind: str
    economy: EconomyCode
    economy_rank: Count
    """Of the economy among all by services trade; 1 is the largest."""
    sector: str
    delegates: Count
    exhibits: bool


MEASURES: Mapping[str, Measure] = {
    "registered": Measure("organisations", "registered so far"),
    "registered_at_opening": Measure("organisations", "registered when the fair opened", given="from the start"),
    "exhibitors": Measure("organisations", "of those registered, with a stand online"),
    "overseas": Measure("organisations", "of those registered, from outside the home economy"),
    "delegates": Measure(
        "people", "delegates registered with their organisations; people.registered has those who registered later, too"
    ),
    "delegates_at_opening": Measure("people", "delegates registered with their organisations when the fair opened"),
    "economies": Measure("economies", "with at least one registered organisation"),
    "top_traders": Measure(
        "economies", f"of the {TOP_TRADERS} largest traders in services, with a registered organisation"
    ),
    "sectors": Measure(
        "sectors", "of trade in services with at least one registered organisation", given="from the start"
    ),
    "by_kind": Measure("organisations", "registered, by kind"),
    "by_economy": Measure("organisations", "registered, by ISO 3166 code of their economy"),
    "by_sector": Measure("organisations", "registered, by sector"),
    "per_hour": Measure("organisations", "registered after the opening, by hour since the epoch"),
}


class OrganisationMeasures(PartState):
    """The register over time."""

    MEASURES: ClassVar[Mapping[str, Measure]] = MEASURES

    registered: int = 0
    registered_at_opening: int = 0
    exhibitors: int = 0
    delegates: int = 0
    delegates_at_opening: int = 0
    opened: bool = False
    top_traders: set[str] = msgspec.field(default_factory=set)
    by_kind: dict[str, int] = msgspec.field(default_factory=dict)
    by_economy: dict[str, int] = msgspec.field(default_factory=dict)
    by_sector: dict[str, int] = msgspec.field(default_factory=dict)
    per_hour: HourCounts = msgspec.field(default_factory=dict)
    sectors: list[str] = msgspec.field(default_factory=lambda: [UNKNOWN])
    """By place, as they come."""
    sector_of_first: bytearray = msgspec.field(default_factory=bytearray)
    """The place of the sector of organisations 0, 1, 2, ... as they are numbered in any lawful log."""
    sector_of_others: dict[int, int] = msgspec.field(default_factory=dict)
    """The same of those that came with another number than the next, or when there were more sectors than a byte."""

    def handlers(self, _: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles."""
        return {
            OrganisationRegistered: self.register,
            FairOpened: self.open,
        }

    def register(self, event: OrganisationRegistered) -> None:
        """Add an organisation to the register."""
        self.registered += 1
        self.delegates += event.delegates
        self.exhibitors += event.exhibits
        self.by_kind[event.kind] = self.by_kind.get(event.kind, 0) + 1
        self.by_economy[event.economy] = self.by_economy.get(event.economy, 0) + 1
        self.by_sector[event.sector] = self.by_sector.get(event.sector, 0) + 1
        self._keep_sector(event.organisation, event.sector)
        if event.economy_rank <= TOP_TRADERS:
            self.top_traders.add(event.economy)
        if self.opened:
            hour = hour_of(event.at_ms)
            self.per_hour[hour] = self.per_hour.get(hour, 0) + 1

    def _keep_sector(self, organisation: int, sector: str) -> None:
        if sector not in self.sectors:
            self.sectors.append(sector)
        place, following = self.sectors.index(sector), len(self.sector_of_first)
        if organisation == following and place <= LARGEST_PLACE:
            self.sector_of_first.append(place)
        elif organisation >= following:
            self.sector_of_others[organisation] = place

    def sector_of(self, organisation: int) -> str:
        """Return the sector of an organisation; `UNKNOWN` where the register does not have it."""
        first = self.sector_of_first
        if organisation < len(first):
            return self.sectors[first[organisation]]
        return self.sectors[self.sector_of_others.get(organisation, 0)]

    def open(self, _: FairOpened) -> None:
        """Hold what was registered at the opening."""
        self.opened = True
        self.registered_at_opening, self.delegates_at_opening = self.registered, self.delegates

    def snapshot(self, fair: Fair) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        return {
            "registered": self.registered,
            "registered_at_opening": self.registered_at_opening,
            "exhibitors": self.exhibitors,
            "overseas": self.registered - self.by_economy.get(fair.run.fair.home, 0),
            "delegates": self.delegates,
            "delegates_at_opening": self.delegates_at_opening,
            "economies": len(self.by_economy),
            "top_traders": len(self.top_traders),
            "sectors": len(self.by_sector),
            "by_kind": dict(self.by_kind),
            "by_economy": dict(self.by_economy),
            "by_sector": dict(self.by_sector),
            "per_hour": plain(self.per_hour),
        }
