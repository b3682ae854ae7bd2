"""Organisations, as the directory of the fair shows them: found by name, kind, economy and sector."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Path, Query
from numpy.typing import NDArray
from pydantic import Field
from starlette.responses import Response

from cloudfair.api.resources.answer import LARGEST, Asked, AskedOne, KeyOf, One, Page, Reading
from cloudfair.http.parameters import InDigits
from cloudfair.http.responses import NOT_MODIFIED, Described, example
from cloudfair.projections.read_model.model import Handlers, ReadModel
from cloudfair.projections.read_model.table import Filter, Keys, Mask, Rows, Table
from fairfacts.parts.fairs import ENGLISH
from fairfacts.parts.organisations import OrganisationRegistered, name_in, name_of

router = APIRouter(tags=["organisations"], responses=NOT_MODIFIED)

EconomyAsked = Annotated[
    str | None, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2 code", examples=["DE"])
]
SectorAsked = Annotated[
    str | None,
    Field(max_length=100, description="key of a sector of the fair", examples=["finance"]),
    KeyOf(lambda fair: (sector.key for sector in fair.sectors)),
]
OrganisationAsked = Annotated[int | None, Field(ge=0, le=LARGEST, description="number of an organisation")]


class Organisation(Described):
    """An organisation that has registered."""

    model_config = example(
        organisation=3,
        name="Embassy 3 (Germany)",
        kind="embassy",
        economy="DE",
        economy_rank=3,
        sector="communication",
        delegates=3,
        exhibits=False,
        registered_ms=0,
    )

    organisation: int
    name: str
    """Made of what the events say, as they say no name."""
    kind: str
    economy: str
    economy_rank: int
    """Of the economy among all by services trade."""
    sector: str
    delegates: int
    exhibits: bool
    """Whether it has a stand online, and a desk."""
    registered_ms: int


class OrganisationsAsked(Asked):
    """How the directory can be searched."""

    name: str | None = Field(None, max_length=100, description="a part of the name, in letters of either size")
    language: str = Field(
        ENGLISH,
        max_length=35,
        description="that `name` is in: one in which the fair names its kinds, where economies stand by their codes",
        examples=["zh"],
    )
    kind: Annotated[str | None, KeyOf(lambda fair: (each.key for each in fair.organisation_kinds))] = None
    economy: EconomyAsked = None
    sector: SectorAsked = None
    overseas: bool | None = Field(None, description="whether from outside the home economy")
    exhibits: bool | None = None
    sort: Literal["organisation", "-organisation", "delegates", "-delegates", "economy_rank", "-economy_rank"] = (
        "organisation"
    )


def _closed(text: str) -> str:
    return "".join(text.split())


class _Searched:
    """Names as one text, which is looked through ten times as fast as they are one by one."""

    def __init__(self, names: list[str]) -> None:
        lines = [f"{name.casefold()}\n" for name in names]
        self._text = "".join(lines)
        self.starts = np.cumsum([0, *map(len, lines)])
        """Where each name begins in it, and where the last ends."""

    def bear(self, part: str, rows: slice) -> Mask:
        """Return which names bear a part."""
        mask = np.zeros(rows.stop - rows.start, np.bool_)
        if not part:  # nothing but blanks was asked for
            return ~mask
        if "\n" in part:
            return mask
        row, end = rows.start, int(self.starts[rows.stop])
        while (place := self._text.find(part, int(self.starts[row]), end)) >= 0:
            row = int(np.searchsorted(self.starts, place, "right"))  # the one after the name that bears it
            mask[row - 1 - rows.start] = True
        return mask


class Organisations:
    """The register."""

    begins = "registered_ms"

    def __init__(self, model: ReadModel) -> None:
        self._model = model
        self.table = Table(
            model.words,
            "organisation",
            kind="word",
            economy="word",
            economy_rank="number",
            sector="word",
            delegates="number",
            exhibits="flag",
            registered_ms="moment",
        )
        self.names: list[str] = []
        self._searched: dict[str, _Searched] = {}
        self.handlers: Handlers = {OrganisationRegistered: self._register}

    def _register(self, events: list[OrganisationRegistered]) -> None:
        same = ("kind", "economy", "economy_rank", "sector", "delegates", "exhibits")
        self.table.add(events, *same, registered_ms="at_ms")
        fair = self._model.fair
        self.names += [name_of(fair, each.organisation, each.kind, each.economy, each.sector) for each in events]

    def bears(self, part: str) -> Mask:
        """Return which organisations' names have a part, in letters of either size."""
        return self._bears(part, slice(0, self.table.size), ENGLISH)

    def _bears(self, part: str, rows: slice, language: str) -> Mask:
        known = self._searched.get(language)
        if known is None or len(known.starts) != len(self.names) + 1:
            known = self._searched[language] = _Searched(self._names_in(language))
        return known.bear((part if language == ENGLISH else _closed(part)).casefold(), rows)

    def _names_in(self, language: str) -> list[str]:
        """Return all names in a language; others than English without blanks, which readers set as they like."""
        if language == ENGLISH:
            return self.names
        rows = np.arange(self.table.size)
        kinds, economies, sectors = (self.table.text(column, rows) for column in ("kind", "economy", "sector"))
        of_each = zip(self.table["organisation"][rows].tolist(), kinds, economies, sectors, strict=True)
        return [_closed(name_in(language, self._model.fair, *each)) for each in of_each]

    def _language(self, asked: str) -> str:
        """Return the language that was asked for, or English where no kind is called in it."""
        return asked if any(asked in kind.called for kind in self._model.fair.organisation_kinds) else ENGLISH

    def names_of(self, numbers: NDArray[Any], at_ms: int) -> list[str]:
        """Return the names of organisations by their numbers; empty for those that the register did not have yet."""
        return [self.names[row] if row >= 0 else "" for row in self._registered(numbers, at_ms).tolist()]

    def named(self, numbers: NDArray[Any], at_ms: int) -> list[tuple[str, str, str]]:
        """Return name, kind and sector of organisations; empty for those that the register did not have yet."""
        rows = self._registered(numbers, at_ms)
        known = np.maximum(rows, 0)
        if not self.table.size:
            return [("", "", "")] * len(rows)
        kinds, sectors = (self.table.text(column, known) for column in ("kind", "sector"))
        entries = zip(rows.tolist(), kinds, sectors, strict=True)
        return [(self.names[row], kind, sector) if row >= 0 else ("", "", "") for row, kind, sector in entries]

    def _registered(self, numbers: NDArray[Any], at_ms: int) -> Rows:
        """Return the rows of organisations by their numbers; -1 for those that the register did not have yet."""
        rows = self.table.rows(numbers)
        return np.where(rows < self.table.begun(self.begins, at_ms), rows, -1)

    def where(self, asked: OrganisationsAsked, at_ms: int) -> list[Filter]:
        """Return the filters that were asked for."""
        del at_ms
        table = self.table
        filters = [
            *table.is_("kind", asked.kind),
            *table.is_("economy", asked.economy),
            *table.is_("sector", asked.sector),
            *table.is_("exhibits", asked.exhibits),
        ]
        if asked.overseas is not None:
            home = self._model.fair.home
            filters += table.is_not("economy", home) if asked.overseas else table.is_("economy", home)
        if asked.name:
            part, language = asked.name, self._language(asked.language)
            filters.append(lambda rows: self._bears(part, rows, language))
        return filters

    def keys(self, sort: str, at_ms: int) -> Keys | None:
        """Return what a word of `sort` sorts by."""
        del at_ms
        return None if sort == "organisation" else self.table[sort].__getitem__

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""
        del at_ms
        shown = self.table.shown(rows)
        return [item | {"name": self.names[row]} for item, row in zip(shown, rows.tolist(), strict=True)]


@router.get("/runs/{run}/organisations", response_model=Page[Organisation])
async def list_organisations(reading: Reading, asked: Annotated[OrganisationsAsked, Query()]) -> Response:
    """Search the register."""
    return reading.page(Organisations, asked, asked.sort)


@router.get("/runs/{run}/organisations/{organisation}", response_model=One[Organisation])
async def get_organisation(
    reading: Reading,
    organisation: Annotated[int, InDigits, Path(ge=0, le=LARGEST)],
    asked: Annotated[AskedOne, Query()],
) -> Response:
    """Return one organisation."""
    return reading.item(Organisations, organisation, asked)
