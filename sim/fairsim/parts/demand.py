"""Demand: factors by which disruptions raise or lower the number of people who come."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from fairfacts.parts.disruptions import Demand as Change
from fairsim.engine.draws import Floats
from fairsim.parts.organisations import Organisations
from fairsim.parts.part import Context, Part

Where = Literal["online", "on_site"]


class Demand(Part):
    """The changes of demand that are in effect now."""

    def __init__(self, context: Context, organisations: Organisations) -> None:
        super().__init__(context)
        self._organisations = organisations
        self._changes: list[Change] = []

    def begin(self, change: Change) -> None:
        """Put a change into effect."""
        self._changes.append(change)

    def end(self, change: Change) -> None:
        """End a change."""
        self._changes.remove(change)

    def factors(self, where: Where) -> Floats:
        """Return the factor on the demand of each organisation now."""
        register = self._organisations.register
        return self.by_economy(where)[register.economy]

    def factor(self, where: Where, economy: str) -> float:
        """Return the factor on the demand from one economy now."""
        changes = [change for change in self._changes if change.of in (where, "all")]
        return math.prod(change.factor for change in changes if self.concerns(change.origin, economy)) if changes else 1

    def by_economy(self, where: Where) -> Floats:
        """Return the factor on the demand from each economy now."""
        economies = self._organisations.economies
        factors = np.ones(len(economies))
        for change in self._changes:
            if change.of in (where, "all"):
                concerned = [self.concerns(change.origin, economy.code) for economy in economies]
                factors[concerned] *= change.factor
        return factors

    def concerns(self, origin: str, economy: str) -> bool:
        """Return whether an origin (`all`, `domestic`, `overseas` or a code) includes an economy."""
        if origin in ("all", economy):
            return True
        return origin == ("domestic" if economy == self._organisations.home_code else "overseas")
