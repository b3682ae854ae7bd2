"""Agreements, as the signing office shows them: what is in drafting, what waits, what was signed where."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query
from numpy.typing import NDArray
from pydantic import Field
from starlette.responses import Response

from cloudfair.api.resources.answer import LARGEST, Page, Reading
from cloudfair.api.resources.negotiations import Negotiations
from cloudfair.api.resources.organisations import Organisations
from cloudfair.api.resources.parties import PARTY_COLUMNS, PARTY_FIELDS, Parties, PartiesAsked, filters_of, names_of
from cloudfair.api.resources.steps import step
from cloudfair.http.responses import NOT_MODIFIED, example
from cloudfair.projections.read_model.model import Handlers, ReadModel
from cloudfair.projections.read_model.table import Filter, Keys, Rows, Table
from fairfacts.event import Event
from fairfacts.parts.agreements import AgreementDrafted, AgreementFellThrough, AgreementSigned, SigningMode
from fairfacts.parts.negotiations.events import NegotiationEnded

router = APIRouter(tags=["agreements"], responses=NOT_MODIFIED)

AgreementState = Literal["drafting", "fell_through", "waiting", "signed"]


class Agreement(Parties):
    """An intent to sign, and what became of it up to the moment."""

    model_config = example(
        negotiation=441,
        state="signed",
        organisation=1658,
        organisation_name="Transport enterprise 1658 (China)",
        organisation_kind="enterprise",
        organisation_sector="transport",
        economy="CN",
        exhibitor=1045,
        exhibitor_name="Transport enterprise 1045 (Germany)",
        exhibitor_kind="enterprise",
        exhibitor_economy="DE",
        overseas=True,
        sector="transport",
        intended_ms=32981418,
        drafted_ms=46107161,
        fell_through_ms=None,
        signed_ms=121500000,
        value_usd=179740,
        mode="on_site",
        place="table 1",
        waited_ms=75392839,
    )

    negotiation: int
    """It bears the number of its negotiation."""
    state: AgreementState
    """`drafting`, then `fell_through`, or `waiting` to be signed once it was drafted, then `signed`."""
    intended_ms: int
    """When the talk ended in the intent."""
    drafted_ms: int | None
    fell_through_ms: int | None
    signed_ms: int | None
    value_usd: int | None
    """Null until it was drafted; of one whose draft the log does not have, until it was signed."""
    mode: SigningMode | None
    """Null until it was signed."""
    place: str | None
    """The signing table; empty when signed online."""
    waited_ms: int | None
    """From draft to signature; until the moment where it still waits."""


class AgreementsAsked(PartiesAsked):
    """How agreements can be listed."""

    state: AgreementState | None = None
    mode: SigningMode | None = Field(None, description="how it was signed")
    place: str | None = Field(None, max_length=100, description="the signing table", examples=["table 2"])
    least_usd: int | None = Field(None, ge=0, le=LARGEST, description="value from which on")
    sort: Literal["intended", "-intended", "signed", "-signed", "value", "-value"] = "intended"


class Agreements:
    """All intents and agreements."""

    begins = "intended_ms"

    def __init__(self, model: ReadModel) -> None:
        self._organisations = model.section(Organisations)
        self._negotiations = model.section(Negotiations)
        self.table = Table(
            model.words,
            "negotiation",
            **PARTY_COLUMNS,
            intended_ms="moment",
            drafted_ms="moment",
            drafting_ms="number",
            fell_through_ms="moment",
            given_up_after_ms="number",
            signed_ms="moment",
            sector="word",
            value_usd="number",
            signed_usd="number",
            mode="word",
            place="word",
            took_ms="number",
            waited_ms="number",
        )
        self.handlers: Handlers = {
            (NegotiationEnded, AgreementDrafted, AgreementFellThrough, AgreementSigned): self._bring,
            AgreementDrafted: self._draft,
            AgreementFellThrough: self._fall_through,
            AgreementSigned: self._sign,
        }

    def _bring(self, events: list[Any]) -> None:
        """Give each intent a row; and each agreement whose intent the log does not have: another's log may be so."""
        new: dict[int, Any] = {}
        for event in events:
            is_of_one = type(event) is not NegotiationEnded or event.outcome == "intent"
            if is_of_one and self.table.row(event.negotiation) < 0:
                new.setdefault(event.negotiation, event)
        self._add(list(new.values()))

    def _draft(self, events: list[AgreementDrafted]) -> None:
        self.table.update(events, "drafted_ms", "drafting_ms", "value_usd")

    def _fall_through(self, events: list[AgreementFellThrough]) -> None:
        self.table.update(events, "fell_through_ms", given_up_after_ms="drafting_ms")

    def _sign(self, events: list[AgreementSigned]) -> None:
        self.table.update(events, "signed_ms", "mode", "place", "took_ms", "waited_ms", signed_usd="value_usd")

    def _add(self, events: list[Any]) -> None:
        first, known = self.table.size, self._negotiations.table
        self.table.add(events, *PARTY_FIELDS, intended_ms="at_ms")
        for row, event in enumerate(events, first):
            if type(event) is not NegotiationEnded:
                self.table["sector"][row] = self.table.words.place(event.sector)
            elif (of := known.row(event.negotiation)) >= 0:
                self.table["sector"][row] = known["sector"][of]

    def where(self, asked: AgreementsAsked, at_ms: int) -> list[Filter]:
        """Return the filters that were asked for."""
        table = self.table
        filters = filters_of(asked, table)
        if asked.state is not None:
            wanted = STATES.index(asked.state)
            filters.append(lambda rows: self._states(rows, at_ms) == wanted)
        if asked.mode is not None or asked.place is not None:
            filters += [
                table.happened("signed_ms", at_ms),
                *table.is_("mode", asked.mode),
                *table.is_("place", asked.place),
            ]
        if (least := asked.least_usd) is not None:
            filters.append(lambda rows: self._values(rows, at_ms) >= least)
        return filters

    def _states(self, rows: slice | Rows, at_ms: int) -> NDArray[np.int8]:
        """Return the place of each row's state in STATES."""
        table = self.table
        states = (table["fell_through_ms"][rows] <= at_ms).astype(np.int8)
        states[table["drafted_ms"][rows] <= at_ms] = WAITING
        states[table["signed_ms"][rows] <= at_ms] = SIGNED
        return states

    def keys(self, sort: str, at_ms: int) -> Keys | None:
        """Return what a word of `sort` sorts by; what has no signature or value yet is below all that have."""
        if sort == "intended":
            return None
        table = self.table
        if sort == "signed":
            return table.latest("signed_ms", at_ms)
        return lambda rows: self._values(rows, at_ms)

    def _values(self, rows: slice | Rows, at_ms: int) -> NDArray[np.int64]:
        """Return what each is worth in USD, as drafted, or as signed where the log has no draft; -1 before."""
        table = self.table
        signed = np.where(table["signed_ms"][rows] <= at_ms, table["signed_usd"][rows], -1)
        return np.where(table["drafted_ms"][rows] <= at_ms, table["value_usd"][rows], signed)

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""
        table = self.table
        items = table.shown(rows, *(name for name in Agreement.model_fields if name in table), at_ms=at_ms)
        names = names_of(self._organisations, table, rows, at_ms)
        states, values = self._states(rows, at_ms).tolist(), self._values(rows, at_ms).tolist()
        for item, parties, state, value in zip(items, names, states, values, strict=True):
            item.update(parties)
            item["state"] = STATES[state]
            item["value_usd"] = None if value < 0 else value
            if state != SIGNED:
                item["mode"] = item["place"] = None
                item["waited_ms"] = at_ms - item["drafted_ms"] if state == WAITING else None
        return items

    def history(self, negotiation: int, at_ms: int) -> list[dict[str, Any]]:
        """Return what happened after a negotiation ended in an intent, in order."""
        row = self.table.row(negotiation)
        if row < 0:
            return []
        (item,) = self.table.shown(np.array([row]), at_ms=at_ms)
        return [
            step(item[moment], event, **{field: item[column] for field, column in columns.items()})
            for moment, event, columns in STEPS
            if item[moment] is not None
        ]


STATES: tuple[AgreementState, ...] = ("drafting", "fell_through", "waiting", "signed")
WAITING, SIGNED = 2, 3
SIGNED_COLUMNS = {"value_usd": "signed_usd"} | {name: name for name in ("mode", "place", "took_ms", "waited_ms")}
STEPS: tuple[tuple[str, type[Event], dict[str, str]], ...] = (
    ("fell_through_ms", AgreementFellThrough, {"drafting_ms": "given_up_after_ms"}),
    ("drafted_ms", AgreementDrafted, {"drafting_ms": "drafting_ms", "value_usd": "value_usd"}),
    ("signed_ms", AgreementSigned, SIGNED_COLUMNS),
)
"""What follows an intent: the moment's column, the event, and the column of each of its fields."""


@router.get("/runs/{run}/agreements", response_model=Page[Agreement])
async def list_agreements(reading: Reading, asked: Annotated[AgreementsAsked, Query()]) -> Response:
    """List intents and agreements: value, where and when signed."""
    return reading.page(Agreements, asked, asked.sort)
