"""The state of one zone of the exhibition."""

from __future__ import annotations

import msgspec


class ZoneMeasures(msgspec.Struct):
    """One zone."""

    name: str = ""
    net_m2: int = 0
    stands: int = 0
    inside: int = 0
    inside_peak: int = 0
    spent_min: int = 0

    def density(self, people: float) -> float:
        """Return people per m2 of stand space; 0 when the zone's size is not known."""
        return round(people / self.net_m2, 4) if self.net_m2 else 0.0
