"""One negotiation's whole history: from the request to the signature of what came of it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from starlette.responses import Response

from cloudfair.reading.agreements import Agreements
from cloudfair.reading.answer import LARGEST, NOT_MODIFIED, AskedOne, One, Reading
from cloudfair.reading.negotiations import Negotiation, Negotiations

router = APIRouter(tags=["negotiations"], responses=NOT_MODIFIED)


class Step(BaseModel):
    """Something that happened to a negotiation or to the agreement that came of it."""

    at_ms: int
    type: str
    """The event's."""
    said: dict[str, int | str | bool]
    """What the event says beside the parties."""


class NegotiationHistory(Negotiation):
    """A negotiation with its whole history."""

    history: list[Step]
    of_visit: list[int]
    """All negotiations that were requested on the same visit, so that a wish can be followed from desk to desk."""


@router.get("/runs/{run}/negotiations/{negotiation}", response_model=One[NegotiationHistory])
async def get_negotiation(
    reading: Reading, negotiation: Annotated[int, Path(ge=0, le=LARGEST)], asked: Annotated[AskedOne, Query()]
) -> Response:
    """Return one negotiation with its whole history, to the signature of what came of it."""
    negotiations, agreements = reading.directory.part(Negotiations), reading.directory.part(Agreements)

    def more(row: int, at_ms: int) -> dict[str, Any]:
        history = negotiations.history(row, at_ms) + agreements.history(negotiation, at_ms)
        return {"history": history, "of_visit": negotiations.of_visit(row, at_ms)}

    return reading.one(Negotiations, negotiation, asked, more)
