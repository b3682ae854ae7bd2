"""The directory of exhibitors, from which requesters choose by popularity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairsim.engine.draws import Floats, Keys
from fairsim.parts.organisations import Organisations

ANY_SECTOR = -1


class Directory:
    """Exhibitors by origin and sector, with their popularity."""

    def __init__(self, exhibitors: Keys, popularity: Floats, organisations: Organisations) -> None:
        self.exhibitors = exhibitors
        self._all = exhibitors, np.cumsum(popularity)
        register = organisations.register
        sector, overseas = register.sector[exhibitors], register.overseas[exhibitors]
        self._lists: dict[tuple[bool, int], tuple[Keys, Floats]] = {}
        for origin in (False, True):
            for listed in (ANY_SECTOR, *range(len(organisations.sectors))):
                there = (overseas == origin) & ((sector == listed) | (listed == ANY_SECTOR))
                self._lists[origin, listed] = exhibitors[there], np.cumsum(popularity[there])

    def choose(self, requesters: Keys, to_overseas: NDArray[np.bool_], sectors: Keys, chance: Floats) -> Keys:
        """Return an exhibitor for each request.

        If fewer than two exhibitors have the origin and sector, any exhibitor of the origin is chosen; if there are
        still fewer than two, any exhibitor.

        Args:
            requesters: the organisations that ask.
            to_overseas: whether each asks an exhibitor from overseas.
            sectors: the sector that each asks for; `ANY_SECTOR` for any.
            chance: uniform numbers in (0, 1).
        """
        chosen = np.full(len(requesters), -1)
        for (origin, sector), (exhibitors, weights) in self._lists.items():
            here = (to_overseas == origin) & (sectors == sector)
            if len(exhibitors) < 2:
                exhibitors, weights = self._widest(origin)
            places = np.searchsorted(weights, chance[here] * weights[-1], side="right")
            own = exhibitors[places] == requesters[here]  # no organisation asks itself: the next in the list instead
            chosen[here] = exhibitors[(places + own) % len(exhibitors)]
        return chosen

    def _widest(self, origin: bool) -> tuple[Keys, Floats]:
        """Return all exhibitors of an origin, or of both if it has too few."""
        same = self._lists[origin, ANY_SECTOR]
        return same if len(same[0]) >= 2 else self._all
