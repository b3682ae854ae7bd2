"""Demand: by what factor more people come, or fewer, while a disruption says so."""

from __future__ import annotations

from typing import Literal

import numpy as np

from fairfacts.disruptions import Demand as Change
from fairfacts.organisations import HOME_ECONOMY
from fairsim.draws import Floats
from fairsim.organisations import Organisations

Where = Literal["online", "on_site"]


class Demand:
    """The changes of demand that are in effect now."""

    def __init__(self, organisations: Organisations) -> None:
        self._organisations = organisations
        self._changes: list[Change] = []

    def begin(self, change: Change) -> None:
        """A change takes effect."""
        self._changes.append(change)

    def end(self, change: Change) -> None:
        """A change is over."""
        self._changes.remove(change)

    def factors(self, where: Where) -> Floats:
        """Return for each organisation by what its demand is multiplied now."""
        register = self._organisations.register
        return self.by_economy(where)[register.economy]

    def by_economy(self, where: Where) -> Floats:
        """Return for each economy by what the demand from there is multiplied now."""
        economies = self._organisations.economies
        factors = np.ones(len(economies))
        for change in self._changes:
            if change.of in (where, "all"):
                concerned = [concerns(change.origin, economy.code) for economy in economies]
                factors[concerned] *= change.factor
        return factors


def concerns(origin: str, economy: str) -> bool:
    """Return whether an economy is of an origin: `all`, `domestic`, `overseas`, or a code."""
    if origin in ("all", economy):
        return True
    return origin == ("domestic" if economy == HOME_ECONOMY else "overseas")
