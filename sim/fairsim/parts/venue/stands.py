"""Stands: which exhibitors are placed in which zone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairfacts.parts.venue.events import StandPlaced, ZoneLaidOut
from fairsim.inputs.parameters import ZoneNumbers
from fairsim.inputs.stands import net_m2_of, stands_of
from fairsim.inputs.zones import Zone
from fairsim.parts.organisations import Organisations
from fairsim.parts.part import Context


def lay_out_zones(context: Context, zones: tuple[Zone, ...], organisations: Organisations) -> list[int]:
    """Lay out the zones, and place the exhibitors who are registered now in them; return those with a stand."""
    now, scale = context.env.now, context.scenario.scale
    for number, zone in enumerate(zones):
        context.emit(ZoneLaidOut(now, number, zone.kind, zone.name, net_m2_of(zone, scale)))
    register, economies = organisations.register, organisations.economies
    placed = _place_stands(context, zones, organisations)
    for number, exhibitors in enumerate(placed):
        for exhibitor in exhibitors:
            economy = economies[register.economy[exhibitor]].code
            context.emit(StandPlaced(now, exhibitor, economy, number, zones[number].kind))
    return sorted(exhibitor for exhibitors in placed for exhibitor in exhibitors)


def _place_stands(context: Context, zones: tuple[Zone, ...], organisations: Organisations) -> list[list[int]]:
    """Return the exhibitors of each zone.

    First, zones of a kind with a stated number of exhibitors take that many; then the others, as many as their stand
    space holds.
    """
    register, parameters = organisations.register, context.parameters.venue
    exhibitors = np.flatnonzero(register.exhibits)
    chance = context.draws.stream("venue.stands").uniform(exhibitors)
    free = exhibitors[np.argsort(chance, kind="stable")]
    stated = {kind.key: kind for kind in parameters.kinds}
    placed: list[list[int]] = [[] for _ in zones]
    for number, zone in sorted(enumerate(zones), key=lambda each: each[1].kind not in stated):
        if zone.kind in stated:
            chosen = _of_all_sectors(free, register.overseas[free], stated[zone.kind])
        else:
            stands = stands_of(zone, context.parameters, context.scenario.scale)
            others = register.sector[free] != organisations.sector_of(zone.sector)
            chosen = free[np.lexsort((np.arange(len(free)), others, register.overseas[free]))][:stands]
        free = free[~np.isin(free, chosen)]
        placed[number] = sorted(chosen.tolist())
    return placed


def _of_all_sectors(free: NDArray[np.int64], overseas: NDArray[np.bool_], stated: ZoneNumbers) -> NDArray[np.int64]:
    """Return exhibitors as stated; where too few are from overseas, or from home, others take their stands."""
    stands = stated.exhibitors
    international = round(stands * stated.international_share)
    from_overseas, from_home = free[overseas], free[~overseas]
    chosen = np.concatenate([from_overseas[:international], from_home[: stands - international]])
    rest = np.concatenate([from_home[stands - international :], from_overseas[international:]])
    return np.concatenate([chosen, rest[: stands - len(chosen)]])
