"""Replications: a scenario played by the model alone, and its measures at the end."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from fairfacts.clock import HOUR_MS, read_moment
from fairfacts.errors import FairError, LabError, MomentError
from fairfacts.events import encode
from fairfacts.evidence.figures import PLUS
from fairfacts.measures import MEASURES, State, is_of_nothing, value_at
from fairsim.engine.kernel import few_collections
from fairsim.fair import Fair
from fairsim.inputs.scenario import Scenario


class Play(msgspec.Struct, frozen=True):
    """A task for a worker; it holds the whole scenario, as a worker has none of the user's files."""

    scenario: Scenario
    seed: int
    replication: int = 0
    moments_ms: tuple[int, ...] = ()
    """Moments during the fair at which the measures are recorded too, in order."""
    digest: bool = True
    """Whether the log's digest is computed: it takes a twentieth of the run."""


class Replication(msgspec.Struct, frozen=True):
    """One run of a scenario. `fair run` with this seed and replication gives the same log."""

    seed: int
    replication: int
    events: int
    digest: str
    """Digest of the log; empty where it was not computed."""
    measures: dict[str, Any]
    """All measures at the end, as a snapshot."""
    moments: dict[str, dict[str, Any]] = {}
    """Snapshots at the recorded moments, by ms since the epoch."""

    def is_nothing(self, path: str, moment_ms: int | None = None) -> bool:
        """Return whether it has nothing to take a mean, a quantile or a share of, at the end or at that moment."""
        return PLUS not in path and is_of_nothing(path, lambda term: self.value(term, moment_ms))

    def value(self, path: str, moment_ms: int | None = None) -> Any:
        """Return the measure of a path, at the end or at a recorded moment; 0 for an absent key."""
        return value_at(self.measures if moment_ms is None else self.moments[str(moment_ms)], path)


def replicate(play: Play) -> Replication:
    """Play a scenario once, and return its measures."""
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
            play_until(min(moment_ms + 1, fair.duration_ms))  # the events of the moment itself are included
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


def replicated(play: Play | str) -> Replication | str:
    """Play a member once, or return why its values cannot be played or why the model refuses them."""
    try:
        return play if isinstance(play, str) else replicate(play)
    except FairError as fault:
        return str(fault)


def numbers(snapshot: dict[str, Any]) -> dict[str, float]:
    """Return every measure of a snapshot that is one number, by its path; without the settings of the run.

    The snapshot may be of another release, which lacks measures of this one.
    """
    paths = (path for path in MEASURES if not path.startswith("run.") or path == "run.events")
    places = ((path, *path.split(".")) for path in paths)
    values = ((path, snapshot.get(part, {}).get(name)) for path, part, name in places)
    return {path: value for path, value in values if isinstance(value, int | float) and not isinstance(value, bool)}


def moment_ms(text: str, scenario: Scenario, option: str) -> int:
    """Return a moment during the fair, such as `2020-09-05 20:00` on the fair's clocks, in ms since the epoch.

    Raises:
        LabError: it is no moment, or lies outside the fair.
    """
    try:
        return read_moment(text, scenario.epoch, range(scenario.at_ms(scenario.parameters.fair.days) + 1))
    except MomentError as fault:
        raise LabError(f"{option}: {fault}") from fault
