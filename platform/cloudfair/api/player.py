"""Players: who plays a run takes it up, and whoever played it before can write its log no more.

A run has one player at a time. A process that hangs, is thought dead and comes back, or a second `fair run --resume`,
would write the same log, and an operator's disruption would reach only one of the two.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header

from cloudfair.api.auth import writer
from cloudfair.api.backend import Here
from cloudfair.http.responses import Described

router = APIRouter(tags=["intake"], dependencies=[Depends(writer)])

MOST_PLAYERS = 2**31 - 1
"""The largest number of a player: the largest integer of its column."""
Player = Annotated[
    int, Header(ge=0, le=MOST_PLAYERS, description="the player's number, of its taking up; 0 if nobody took the run up")
]

OwnNumber = Annotated[
    int | None,
    Header(ge=0, le=MOST_PLAYERS, description="the number under which the run was taken up already, if it was"),
]


class TakenUp(Described):
    """A run in the hands of a new player, and where its log stands."""

    run: str
    player: int
    """The player's number; it goes with each batch and each acknowledgement, in the header `Fair-Player`."""
    head: int
    """How many events the log holds."""
    at_ms: int
    """Simulated time of the latest event."""
    digest: str
    """SHA-256 over the NDJSON of all events before `head`."""


@router.post("/runs/{run}/player")
async def take_up(run: str, here: Here, fair_player: OwnNumber = None) -> TakenUp:
    """Take a run up to play it: from now on batches and acknowledgements of earlier players are refused.

    Two players of one run would both write its log, and an operator's disruption would reach only one of them.

    A player that says its number takes up nothing: it learns where the log stands, unless a later one took the run up.
    """
    live, runs = await here.runs.get(run), here.log.runs
    if fair_player is None:
        row = await here.pools.writes.run(runs.take_up, run)
    else:
        row = await here.pools.writes.run(runs.held_by, run, fair_player)
    await live.reach(row.head)
    return TakenUp(run=run, player=row.player, head=live.head, at_ms=live.at_ms, digest=live.digest)
