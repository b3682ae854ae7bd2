"""Where requests lapse: by the requester's economy, the exhibitor's sector or the exhibitor, in all and by the hour."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query
from numpy.typing import NDArray
from pydantic import ConfigDict, Field
from starlette.responses import Response

from cloudfair.api.resources.answer import AskedOne, Moment, Reading
from cloudfair.api.resources.negotiations import Negotiations
from cloudfair.http.responses import NOT_MODIFIED, Described, not_valid
from cloudfair.projections.read_model.model import AsOf
from cloudfair.projections.read_model.table import Table
from fairfacts.clock import HOUR_MS
from fairfacts.series import plain

router = APIRouter(tags=["negotiations"], responses=NOT_MODIFIED)

MOST_CELLS = 10_000_000
"""The largest breakdown by hour: hours times economies, sectors or exhibitors."""


class Lapses(Described):
    """How requests of one of these were answered, in all and by the hour of the request since the epoch."""

    of: str
    """The requester's economy, the exhibitor's sector, or the number of the exhibitor."""
    requested: int
    answered: int
    """Of those, declined, lapsed or taken up by now."""
    lapsed: int
    """Of those answered."""
    lapse_share: float
    """lapsed / answered."""
    requested_per_hour: dict[str, int]
    answered_per_hour: dict[str, int]
    lapsed_per_hour: dict[str, int]


class LapsesAnswer(Described):
    """Where requests lapse, those with the most requests first."""

    as_of: Moment
    items: list[Lapses]


class LapsesAsked(AskedOne):
    """How lapses can be broken down."""

    model_config = ConfigDict(extra="forbid")

    by: Literal["economy", "sector", "exhibitor"] = "economy"
    limit: int = Field(30, ge=1, le=300, description="how many economies, sectors or exhibitors at most")


@router.get("/runs/{run}/negotiations/lapses", response_model=LapsesAnswer)
async def get_lapses(reading: Reading, asked: Annotated[LapsesAsked, Query()]) -> Response:
    """Return where requests lapse: by the requester's economy, the exhibitor's sector or the exhibitor, by hour.

    An exhibitor all of whose requests lapse answers nobody.
    """
    model = reading.model

    def answer(as_of: AsOf) -> dict[str, Any]:
        what = ("lapses", asked.by, asked.limit)
        table, at_ms = model.section(Negotiations).table, as_of.at_ms
        return {"items": model.cached(what, at_ms, lambda: lapses_by(table, asked.by, at_ms, asked.limit))}

    return reading.answer(asked.at, answer)


def lapses_by(table: Table, by: str, at_ms: int, limit: int) -> list[dict[str, Any]]:
    """Return how requests were answered by economy, sector or exhibitor, those with most requests first.

    Raises:
        RequestValidationError: there are too many hours and sectors.
    """
    asked = table.begun("requested_ms", at_ms)
    if not asked:
        return []
    places, hours = table[by][:asked].astype(np.int64), table["requested_ms"][:asked] // HOUR_MS
    answered = table["answered_ms"][:asked] <= at_ms
    lapsed = answered & (table["answer"][:asked] == table.words.known("lapsed"))
    used = hours[np.flatnonzero(np.diff(hours, prepend=-1))]
    length = (int(places.max()) + 1) * len(used)
    if length > MOST_CELLS:
        raise not_valid(
            "by", by, f"over {len(used)} hours there are more than {MOST_CELLS} cells; give an earlier `at`"
        )
    cells = places * len(used) + np.searchsorted(used, hours)
    grids = [
        np.bincount(cells[which], minlength=length).reshape(-1, len(used)) for which in (slice(None), answered, lapsed)
    ]
    totals = grids[0].sum(1)
    most = [place for place in np.argsort(-totals, kind="stable")[:limit].tolist() if totals[place]]
    names = {place: str(place) if by == "exhibitor" else table.words.list[place] for place in most}
    return [_lapses(name, used, *(grid[place] for grid in grids)) for place, name in names.items()]


def _lapses(
    of: str, hours: NDArray[Any], requested: NDArray[Any], answered: NDArray[Any], lapsed: NDArray[Any]
) -> dict[str, Any]:
    total, lost = int(answered.sum()), int(lapsed.sum())
    return {
        "of": of,
        "requested": int(requested.sum()),
        "answered": total,
        "lapsed": lost,
        "lapse_share": round(lost / total, 4) if total else 0.0,
        "requested_per_hour": _series(hours, requested),
        "answered_per_hour": _series(hours, answered),
        "lapsed_per_hour": _series(hours, lapsed),
    }


def _series(hours: NDArray[Any], counts: NDArray[Any]) -> dict[str, int]:
    there = np.flatnonzero(counts)
    return plain(dict(zip(hours[there].tolist(), counts[there].tolist(), strict=True)))
