"""Zones of the exhibition on site."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from importlib.resources.abc import Traversable

import msgspec

from fairfacts.errors import did_you_mean
from fairfacts.interchange.table import Row
from fairfacts.parts.fairs import Names
from fairsim.inputs.fair_csv import names_of, numbers_of, read_csv
from fairsim.inputs.faults import Faults
from fairsim.inputs.kinds import ZoneKind
from fairsim.inputs.sectors import Sector

FILE = "zones.csv"
COLUMNS = ("zone", "kind", "sector", "net_m2", "attraction", "class", "source")


class Zone(msgspec.Struct, frozen=True):
    """A zone; its number is its place in the file."""

    name: str
    names: Names
    """For people, by language."""
    kind: str
    sector: str
    """The sector whose exhibitors are placed there first; empty for all."""
    net_m2: float
    """Stand space at the documented scale."""
    attraction: float
    """The weight with which visitors who walk on choose it."""


def read_zones(
    folder: Traversable, shown: str, sectors: Collection[Sector], kinds: Iterable[ZoneKind] | None, faults: Faults
) -> tuple[Zone, ...]:
    """Return the zones of a fair's folder, in the order of their numbers; none where it has no halls.

    Of a fair without sectors, or whose kinds are None, these have faults, and nothing is held against them.
    """
    if not (folder / FILE).is_file():
        return ()
    file = f"{shown}/{FILE}"
    known = {"sector": {"", *(sector.name for sector in sectors)}} if sectors else {}
    if kinds is not None:
        known["kind"] = {kind.key for kind in kinds}
    rows, is_whole, _ = read_csv(folder / FILE, file, COLUMNS[:1], COLUMNS, faults, has_names=True)
    zones = [_zone(row.named(row.text("zone")), known, file, faults) for row in rows]
    if is_whole and zones and not sum(zone.attraction for zone in zones):
        faults.add(file, "no zone has an attraction; give one at least more than 0")
    return tuple(zones)


def _zone(row: Row, known: Mapping[str, set[str]], file: str, faults: Faults) -> Zone:
    for column, allowed in known.items():
        text = row.text(column)
        if text not in allowed:
            remedy = did_you_mean(text, allowed - {""})
            faults.add(f"{file}: {row.place}", f"{column} is {text!r}, which the fair does not have; {remedy}")
    numbers = numbers_of(row, ("net_m2", "attraction"), file, faults)
    return Zone(row.text("zone"), names_of(row, "zone", COLUMNS), row.text("kind"), row.text("sector"), *numbers)
