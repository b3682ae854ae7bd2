"""Figures whose measures name a zone, kind, badge or sector that the fair does not have: none would ever agree."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from fairfacts.errors import did_you_mean
from fairfacts.evidence.figures import Figure
from fairsim.inputs.kinds import Kinds
from fairsim.inputs.sectors import Sector
from fairsim.inputs.zones import Zone

Fault = tuple[str, str]
"""The figure, and what is wrong."""


def check_measures(
    figures: Mapping[str, Figure], kinds: Kinds, sectors: Collection[Sector], zones: Collection[Zone]
) -> Iterator[Fault]:
    """Yield the figures that are held against what the fair does not have."""
    of_zones, zone_kinds = ("zone", [zone.name for zone in zones]), ("kind of zone", [kind.key for kind in kinds.zones])
    known: dict[str, tuple[str, list[str]]] = {
        "organisations.by_kind": ("kind of organisation", [kind.key for kind in kinds.organisations]),
        "programme.starts_by_kind": ("kind of session", [kind.key for kind in kinds.sessions]),
        "programme.held_by_kind": ("kind of session", [kind.key for kind in kinds.sessions]),
        "venue.zones": zone_kinds,
    }
    endings = {
        "_by_zone": of_zones,
        "_by_zone_kind": zone_kinds,
        "_by_badge": ("badge", [badge.key for badge in kinds.badges]),
        ".by_sector": ("sector", [sector.name for sector in sectors]),
    }
    for figure in figures.values():
        for path in figure.measure.split(" + "):
            measure, _, key = path.strip().rpartition(".")
            ending = next((what for ending, what in endings.items() if measure.endswith(ending)), None)
            what, keys = known.get(measure) or ending or ("", [key])
            if key not in keys:
                remedy = did_you_mean(key, keys) if keys else "the fair has none"
                yield figure.id, f"measure is {path.strip()!r}; {key} is no {what} of the fair; {remedy}"
