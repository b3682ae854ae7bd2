"""The laws of the register."""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern
from typing import ClassVar

from fairfacts.laws.part import Breaks, Handlers, Part
from fairfacts.organisations import OrganisationRegistered

MAY_EXHIBIT = ("enterprise", "fortune_500")


class RegisterLaws(Part):
    """Who is registered, and of what economy and sector."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "organisation.sequence": "organisations are numbered 0, 1, 2, ... as they register",
        "organisation.delegates": "an organisation has a delegate at least",
        "organisation.exhibits": "only enterprises and Fortune 500 companies exhibit",
        "organisation.rank": "an economy has one rank, and no two have the same",
        "organisation.registered": "whoever acts is registered, and of the economy that the event says",
    }

    def __init__(self, breaks: Breaks) -> None:
        super().__init__(breaks)
        # by organisation: lists, as the look-ups of every event go through them, and dictionaries miss the cache more
        self.economy: list[str] = []
        self.sector: list[str] = []
        """Empty for those who do not exhibit."""
        self._rank: dict[str, int] = {}
        self._economy_at: dict[int, str] = {}

    def handlers(self) -> Handlers:
        """Return what is done on each type of event that the part hears."""
        return {OrganisationRegistered: self._registered}

    def is_known(self, organisation: int, economy: str) -> bool:
        """Return whether an organisation is registered, and of an economy."""
        return organisation < len(self.economy) and self.economy[organisation] == economy

    def exhibits(self, organisation: int) -> bool:
        """Return whether an organisation exhibits."""
        return organisation < len(self.sector) and self.sector[organisation] != ""

    def exhibits_in(self, organisation: int, sector: str) -> bool:
        """Return whether an organisation exhibits in a sector."""
        return organisation < len(self.sector) and self.sector[organisation] == sector != ""

    def _registered(self, event: OrganisationRegistered) -> None:
        if event.organisation != len(self.economy):
            self.breaks(event, "organisation.sequence")
        if event.delegates < 1:
            self.breaks(event, "organisation.delegates")
        rank = self._rank.setdefault(event.economy, event.economy_rank)
        economy = self._economy_at.setdefault(event.economy_rank, event.economy)
        if (rank, economy) != (event.economy_rank, event.economy):
            self.breaks(event, "organisation.rank")
        self.economy.append(intern(event.economy))
        self.sector.append(intern(event.sector) if event.exhibits else "")
        if event.exhibits and event.kind not in MAY_EXHIBIT:
            self.breaks(event, "organisation.exhibits")
