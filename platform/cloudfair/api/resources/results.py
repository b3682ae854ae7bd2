"""The release hall and the results: what was presented there, and what was arranged in advance."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from cloudfair.api.resources.answer import Asked, KeyOf, Page, Reading
from cloudfair.api.resources.organisations import EconomyAsked, OrganisationAsked, Organisations, SectorAsked
from cloudfair.http.responses import NOT_MODIFIED, Described, example
from cloudfair.projections.read_model.model import Handlers, ReadModel
from cloudfair.projections.read_model.table import Filter, Keys, Rows, Table
from fairfacts.parts.agreements import SigningMode
from fairfacts.parts.results import (
    ReleaseKind,
    ReleasePublished,
    ReportKind,
    ReportReleased,
    ResultAnnounced,
    ResultSigned,
)

router = APIRouter(tags=["results"], responses=NOT_MODIFIED)


class Release(Described):
    """Something new that was presented in the release hall, or a report, index or ranking that came out there."""

    model_config = example(
        release=0,
        kind="technology",
        organisation=1344,
        organisation_name="Health enterprise 1344 (China)",
        economy="CN",
        sector="health",
        released_ms=207600000,
    )

    release: int
    """Its number; releases and reports are numbered apart."""
    kind: ReleaseKind | ReportKind
    organisation: int | None
    """Null for a report."""
    organisation_name: str | None
    economy: str | None
    sector: str
    released_ms: int


class ReleasesAsked(Asked):
    """How releases can be listed."""

    kind: ReleaseKind | ReportKind | None = None
    organisation: OrganisationAsked = None
    economy: EconomyAsked = None
    sector: SectorAsked = None
    sort: Literal["released", "-released"] = "released"


class Result(Described):
    """A result that was arranged in advance, as it stood at the moment."""

    model_config = example(
        result=0,
        state="signed",
        occasion="opening",
        sector="tourism",
        value=4608007,
        currency="USD",
        announced_ms=0,
        signed_ms=43386921,
        mode="online",
        place="",
    )

    result: int
    state: Literal["announced", "signed"]
    occasion: str
    sector: str
    value: int
    """In `currency`; 0 where the documents give none."""
    currency: str
    announced_ms: int
    signed_ms: int | None
    mode: SigningMode | None
    """Null until it was signed."""
    place: str | None
    """The signing table, or the room of the session; empty when signed online."""


class ResultsAsked(Asked):
    """How results can be listed."""

    occasion: Annotated[str | None, KeyOf(lambda fair: (each.key for each in fair.occasions))] = None
    sector: SectorAsked = None
    state: Literal["announced", "signed"] | None = None
    sort: Literal["result", "value", "-value", "signed", "-signed"] = "result"


class Releases:
    """Releases and reports."""

    begins = "released_ms"

    def __init__(self, model: ReadModel) -> None:
        self._organisations = model.section(Organisations)
        self.table = Table(
            model.words,
            "release",
            kind="word",
            organisation="number",
            economy="word",
            sector="word",
            released_ms="moment",
        )
        self.handlers: Handlers = {(ReleasePublished, ReportReleased): self._release}

    def _release(self, events: list[ReleasePublished | ReportReleased]) -> None:
        place = self.table.words.place
        releases = [event if isinstance(event, ReleasePublished) else None for event in events]
        columns: dict[str, list[int]] = {
            "release": [event.release if isinstance(event, ReleasePublished) else event.report for event in events],
            "kind": [place(event.kind) for event in events],
            "organisation": [release.organisation if release else -1 for release in releases],
            "economy": [place(release.economy if release else "") for release in releases],
            "sector": [place(event.sector) for event in events],
            "released_ms": [event.at_ms for event in events],
        }
        self.table.append(len(events), columns)

    def where(self, asked: ReleasesAsked, at_ms: int) -> list[Filter]:
        """Return the filters that were asked for."""
        del at_ms
        table, columns = self.table, ("kind", "organisation", "economy", "sector")
        return [condition for column in columns for condition in table.is_(column, getattr(asked, column))]

    def keys(self, sort: str, at_ms: int) -> Keys | None:
        """Return the order of the log, in which they are released."""
        del sort, at_ms
        return None

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""
        items = self.table.shown(rows, at_ms=at_ms)
        for item, name in zip(
            items, self._organisations.names_of(self.table["organisation"][rows], at_ms), strict=True
        ):
            item["organisation_name"] = name
            if item["organisation"] < 0:
                item["organisation"] = item["organisation_name"] = item["economy"] = None
        return items


class Results:
    """Results that were arranged in advance."""

    begins = "announced_ms"

    def __init__(self, model: ReadModel) -> None:
        self.table = Table(
            model.words,
            "result",
            occasion="word",
            sector="word",
            value="number",
            currency="word",
            announced_ms="moment",
            signed_ms="moment",
            mode="word",
            place="word",
        )
        self.handlers: Handlers = {ResultAnnounced: self._announce, ResultSigned: self._sign}

    def _announce(self, events: list[ResultAnnounced]) -> None:
        self.table.add(events, "occasion", "sector", "value", "currency", announced_ms="at_ms")

    def _sign(self, events: list[ResultSigned]) -> None:
        self.table.update(events, "signed_ms", "mode", "place")

    def where(self, asked: ResultsAsked, at_ms: int) -> list[Filter]:
        """Return the filters that were asked for."""
        table = self.table
        filters = [*table.is_("occasion", asked.occasion), *table.is_("sector", asked.sector)]
        if (state := asked.state) is not None:
            signed = table["signed_ms"]
            filters.append(lambda rows: (signed[rows] <= at_ms) == (state == "signed"))
        return filters

    def keys(self, sort: str, at_ms: int) -> Keys | None:
        """Return what a word of `sort` sorts by; what has no signature yet is below all that have."""
        if sort == "result":
            return None
        table = self.table
        return table["value"].__getitem__ if sort == "value" else table.latest("signed_ms", at_ms)

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""
        items = self.table.shown(rows, at_ms=at_ms)
        for item in items:
            item["state"] = "announced" if item["signed_ms"] is None else "signed"
            if item["signed_ms"] is None:
                item["mode"] = item["place"] = None
        return items


@router.get("/runs/{run}/releases", response_model=Page[Release])
async def list_releases(reading: Reading, asked: Annotated[ReleasesAsked, Query()]) -> Response:
    """List what came out in the release hall."""
    return reading.page(Releases, asked, asked.sort)


@router.get("/runs/{run}/results", response_model=Page[Result])
async def list_results(reading: Reading, asked: Annotated[ResultsAsked, Query()]) -> Response:
    """List what was arranged in advance, and what of it was signed where."""
    return reading.page(Results, asked, asked.sort)
