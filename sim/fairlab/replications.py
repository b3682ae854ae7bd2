"""Replications: a scenario played by the model alone, and what its measures then are."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import msgspec

from fairfacts.errors import LabError
from fairfacts.events import encode
from fairfacts.measures import MEASURES, State, value_at
from fairsim.arrivals import DAY_MS, HOUR_MS
from fairsim.fair import Fair
from fairsim.kernel import few_collections
from fairsim.scenario import Scenario


class Play(msgspec.Struct, frozen=True):
    """What a worker is to play; it holds the scenario whole, so that a worker needs no file of the asker's."""

    scenario: Scenario
    seed: int
    replication: int = 0
    moments_ms: tuple[int, ...] = ()
    """Moments during the fair at which the measures are wanted too, in their order."""
    digest: bool = True
    """Whether the log's digest is wanted: it costs a twentieth of the run."""


class Replication(msgspec.Struct, frozen=True):
    """One playing of a scenario. `fair run` with this seed and replication gives the same log."""

    seed: int
    replication: int
    events: int
    digest: str
    """Of the log; empty where it was not asked for."""
    measures: dict[str, Any]
    """All measures at the end, as a snapshot."""
    moments: dict[str, dict[str, Any]] = {}
    """Snapshots of the moments that were asked for, by their ms since the epoch."""

    def value(self, path: str, moment_ms: int | None = None) -> Any:
        """Return the measure of a path, at the end or at a moment that was asked for; 0 for an absent key."""
        return value_at(self.measures if moment_ms is None else self.moments[str(moment_ms)], path)


def replicate(play: Play) -> Replication:
    """Play a scenario once, and return what it adds up to."""
    fair, state, sha256 = Fair(play.scenario, play.seed, play.replication), State(), hashlib.sha256()
    moments: dict[str, dict[str, Any]] = {}

    def play_until(now_ms: int) -> None:
        while fair.env.now < now_ms:
            fair.play_until(min(fair.env.now + HOUR_MS, now_ms))
            events = fair.take_events()
            state.fold(events)
            if play.digest:
                sha256.update(encode(events))

    with few_collections():
        for moment_ms in play.moments_ms:
            play_until(min(moment_ms + 1, fair.duration_ms))  # what happens in the moment itself is in it
            moments[str(moment_ms)] = state.snapshot()
        play_until(fair.duration_ms)
    return Replication(
        seed=play.seed,
        replication=play.replication,
        events=state.position,
        digest=sha256.hexdigest() if play.digest else "",
        measures=state.snapshot(),
        moments=moments,
    )


def numbers(snapshot: dict[str, Any]) -> dict[str, float]:
    """Return every measure of a snapshot that is one number, by its path; what a run was begun with is none."""
    paths = (path for path in MEASURES if not path.startswith("run.") or path == "run.events")
    values = ((path, value_at(snapshot, path)) for path in paths)
    return {path: value for path, value in values if isinstance(value, int | float) and not isinstance(value, bool)}


def moment_ms(text: str, scenario: Scenario, said_in: str) -> int:
    """Return a moment during the fair, such as `2020-09-05 20:00` on the fair's clocks, in ms since the epoch.

    Raises:
        LabError: it is no moment, or lies outside the fair.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise LabError(f"{said_in} {text}: is no moment ({fault}); write {scenario.epoch:%Y-%m-%d} 20:00") from fault
    moment = moment if moment.tzinfo else moment.replace(tzinfo=scenario.epoch.tzinfo)
    at_ms = round((moment - scenario.epoch).total_seconds() * 1000)
    if not 0 <= at_ms <= scenario.parameters.fair.days * DAY_MS:
        closes = scenario.epoch + timedelta(days=scenario.parameters.fair.days)
        raise LabError(
            f"{said_in} {text}: lies outside the fair, which lasts from {scenario.epoch:%Y-%m-%d %H:%M} to"
            f" {closes:%Y-%m-%d %H:%M}"
        )
    return at_ms
