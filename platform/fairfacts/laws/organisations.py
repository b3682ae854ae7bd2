"""The laws of the register, and of the keys by which events name an economy and a sector."""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern
from typing import ClassVar

from fairfacts.event import Event
from fairfacts.handlers import Handlers
from fairfacts.laws.base import Breaks, Others, PartLaws
from fairfacts.parts.fairs import has
from fairfacts.parts.organisations import MOST_DELEGATES, OrganisationRegistered, countries
from fairfacts.parts.people import PersonRegistered


class RegisterLaws(PartLaws):
    """Who is registered, and of what economy and sector."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "organisation.sequence": "organisations are numbered 0, 1, 2, ... as they register",
        "organisation.delegates": f"an organisation registers with 1 to {MOST_DELEGATES:,} delegates",
        "organisation.kind": "an organisation is of a kind that the fair has",
        "person.sequence": "the delegates of an organisation are numbered on as further ones register",
        "organisation.rank": "an economy has one rank, and no two have the same",
        "organisation.registered": "whoever acts is registered, and of the economy that the event says",
        "economy.code": "an economy has a code of ISO 3166-1, or is Kosovo (XK)",
        "sector.key": "a sector is one that the fair has",
    }

    def __init__(self, breaks: Breaks, others: Others) -> None:
        super().__init__(breaks, others)
        # by organisation: lists, as the look-ups of every event go through them, and dictionaries miss the cache more
        self.economy: list[str] = []
        self._delegates: list[int] = []
        self.sector: list[str] = []
        """Empty for those who do not exhibit."""
        self._rank: dict[str, int] = {}
        self._economy_at: dict[int, str] = {}

    def handlers(self) -> Handlers:
        """Return what these laws do on each type of event that they handle."""
        return {OrganisationRegistered: self._registered, PersonRegistered: self._register_person}

    def is_known(self, organisation: int, economy: str) -> bool:
        """Return whether an organisation is registered, and of an economy."""
        return organisation < len(self.economy) and self.economy[organisation] == economy

    def delegates_of(self, organisation: int) -> int:
        """Return how many delegates an organisation has registered."""
        return self._delegates[organisation] if organisation < len(self._delegates) else 0

    def exhibits(self, organisation: int) -> bool:
        """Return whether an organisation exhibits."""
        return organisation < len(self.sector) and self.sector[organisation] != ""

    def exhibits_in(self, organisation: int, sector: str) -> bool:
        """Return whether an organisation exhibits in a sector."""
        return organisation < len(self.sector) and self.sector[organisation] == sector != ""

    def recognise(self, event: Event, organisation: int | None, economy: str) -> None:
        """Check whoever acts against the register; without an organisation it is a member of the public."""
        if organisation is None:
            self.hold_economy(event, economy)
        elif not self.is_known(organisation, economy):
            self.breaks(event, "organisation.registered")

    def hold_economy(self, event: Event, economy: str) -> None:
        """Check the code of an economy where no registered organisation confirms it."""
        if economy not in countries():
            self.breaks(event, "economy.code")

    def hold_sector(self, event: Event, sector: str) -> None:
        """Check the key of a sector where no registered organisation confirms it."""
        if not has(self.fair.sectors, sector):
            self.breaks(event, "sector.key")

    def _registered(self, event: OrganisationRegistered) -> None:
        if event.organisation != len(self.economy):
            self.breaks(event, "organisation.sequence")
        if not 1 <= event.delegates <= MOST_DELEGATES:
            self.breaks(event, "organisation.delegates")
        rank = self._rank.setdefault(event.economy, event.economy_rank)
        economy = self._economy_at.setdefault(event.economy_rank, event.economy)
        if (rank, economy) != (event.economy_rank, event.economy):
            self.breaks(event, "organisation.rank")
        self._delegates.append(event.delegates)
        self.economy.append(intern(event.economy))
        self.sector.append(intern(event.sector) if event.exhibits else "")
        if not has(self.fair.organisation_kinds, event.kind):
            self.breaks(event, "organisation.kind")
        self.hold_economy(event, event.economy)
        self.hold_sector(event, event.sector)

    def _register_person(self, event: PersonRegistered) -> None:
        organisation = event.organisation
        if not self.is_known(organisation, event.economy):
            self.breaks(event, "organisation.registered")
            return
        if event.delegate != self._delegates[organisation]:
            self.breaks(event, "person.sequence")
        self._delegates[organisation] = max(event.delegate, self._delegates[organisation]) + 1
