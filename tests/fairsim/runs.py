"""Runs of the whole model."""

from __future__ import annotations

from fairfacts.clock import HOUR_MS
from fairfacts.event import Event
from fairsim.fair import play
from fairsim.inputs.scenario import load_scenario

ONE_SESSION = (
    *("programme.streamed=1", "programme.online_only=0"),
    *(
        f"programme.{kind}.count=0"
        for kind in ("summit_forum", "industry_forum", "industry_promotion", "foreign_day", "provincial", "evening")
    ),
)
"""No session but the opening summit."""
ONLINE = ("venue.days=0", *ONE_SESSION)
"""No halls either: what is left is played in a third of the time."""
BRIEF = ("fair.days=2", "venue.days=1", *ONE_SESSION)
"""Two days, the halls open on one of them: played in a fifth of the time."""


def log_of(*changes: str, scale: float, seed: int = 7, replication: int = 0, slice_ms: int = HOUR_MS) -> list[Event]:
    """Return the log of a run of `ciftis2020` with changes."""
    scenario = load_scenario("ciftis2020", changes=changes, scale=scale)
    slices = play(scenario, seed, replication=replication, slice_ms=slice_ms)
    return [event for _, events in slices for event in events]


def of_types(log: list[Event], *types: type[Event]) -> list[Event]:
    """Return the events of some types."""
    return [event for event in log if type(event) in types]
