"""The two parties of a negotiation or an agreement: their columns, filters and names."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from pydantic import Field

from cloudfair.api.resources.answer import Asked
from cloudfair.api.resources.organisations import EconomyAsked, OrganisationAsked, Organisations, SectorAsked
from cloudfair.http.responses import Described
from cloudfair.projections.read_model.table import Filter, Kind, Rows, Table

PARTY_FIELDS = ("organisation", "economy", "exhibitor", "exhibitor_economy", "overseas")
"""The fields of an event that name its parties; the columns have the same names."""
PARTY_COLUMNS: dict[str, Kind] = {
    "organisation": "number",
    "economy": "word",
    "exhibitor": "number",
    "exhibitor_economy": "word",
    "overseas": "flag",
}


class Parties(Described):
    """The parties of a negotiation or an agreement."""

    organisation: int
    """The requester's."""
    organisation_name: str
    organisation_kind: str
    """The requester's; empty where the register does not have it, as `organisation_sector` is."""
    organisation_sector: str
    economy: str
    """The requester's."""
    exhibitor: int
    exhibitor_name: str
    exhibitor_kind: str
    """Empty where the register does not have it."""
    exhibitor_economy: str
    overseas: bool
    """Whether either party is from outside the home economy."""
    sector: str
    """The exhibitor's."""


class PartiesAsked(Asked):
    """Filters by the parties."""

    organisation: OrganisationAsked = Field(None, description="number of an organisation that is either party")
    economy: EconomyAsked = Field(None, description="code of the requester's economy")
    exhibitor_economy: EconomyAsked = Field(None, description="code of the exhibitor's economy")
    sector: SectorAsked = Field(None, description="key of the sector that is asked for")
    overseas: bool | None = Field(None, description="whether either party is from outside the home economy")


def filters_of(asked: PartiesAsked, table: Table) -> list[Filter]:
    """Return the filters by the parties of a table's rows."""
    filters = [
        *table.is_("economy", asked.economy),
        *table.is_("exhibitor_economy", asked.exhibitor_economy),
        *table.is_("sector", asked.sector),
        *table.is_("overseas", asked.overseas),
    ]
    if (party := asked.organisation) is not None:
        filters.append(_either(table["organisation"], table["exhibitor"], party))
    return filters


def names_of(organisations: Organisations, table: Table, rows: Rows, at_ms: int) -> list[dict[str, str]]:
    """Return the names of both parties for each row, and what they are made from."""
    requesters = organisations.named(table["organisation"][rows], at_ms)
    exhibitors = organisations.named(table["exhibitor"][rows], at_ms)
    return [
        {
            "organisation_name": name,
            "organisation_kind": kind,
            "organisation_sector": sector,
            "exhibitor_name": exhibitor_name,
            "exhibitor_kind": exhibitor_kind,
        }
        for (name, kind, sector), (exhibitor_name, exhibitor_kind, _) in zip(requesters, exhibitors, strict=True)
    ]


def _either(column: NDArray[Any], other: NDArray[Any], wanted: int) -> Filter:
    """Filter: rows in which one column or the other has the number."""
    return lambda rows: (column[rows] == wanted) | (other[rows] == wanted)
