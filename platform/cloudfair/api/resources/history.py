"""One negotiation's whole history: from the request to the signature of its agreement."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from cloudfair.api.resources.agreements import Agreements
from cloudfair.api.resources.answer import LARGEST, AskedOne, One, Reading
from cloudfair.api.resources.negotiations import Negotiation, Negotiations
from cloudfair.api.resources.steps import Step
from cloudfair.http.parameters import InDigits
from cloudfair.http.responses import NOT_MODIFIED

router = APIRouter(tags=["negotiations"], responses=NOT_MODIFIED)


class NegotiationHistory(Negotiation):
    """A negotiation with its whole history."""

    history: list[Step]
    of_visit: list[int]
    """All negotiations that were requested on the same visit: they show how a wish went from desk to desk."""


@router.get("/runs/{run}/negotiations/{negotiation}", response_model=One[NegotiationHistory])
async def get_negotiation(
    reading: Reading, negotiation: Annotated[int, InDigits, Path(ge=0, le=LARGEST)], asked: Annotated[AskedOne, Query()]
) -> Response:
    """Return one negotiation with its whole history, to the signature of its agreement."""
    negotiations, agreements = reading.model.section(Negotiations), reading.model.section(Agreements)

    def more(row: int, at_ms: int) -> dict[str, Any]:
        history = negotiations.history(row, at_ms) + agreements.history(negotiation, at_ms)
        return {"history": history, "of_visit": negotiations.of_visit(row, at_ms)}

    return reading.item(Negotiations, negotiation, asked, more)
