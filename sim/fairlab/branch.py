"""Branches: a run is played again up to a moment, and from there on twice side by side: unchanged and changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from fairfacts.clock import MINUTE_MS
from fairfacts.errors import LabError
from fairfacts.event import Event
from fairfacts.events import encode
from fairfacts.measures import State
from fairfacts.parts.disruptions import AnyDisruption
from fairlab.pairs import Pair
from fairsim.engine.kernel import few_collections
from fairsim.fair import Fair
from fairsim.inputs.changing import check_change
from fairsim.inputs.scenario import Scenario


class Injected(msgspec.Struct, frozen=True):
    """A disruption that an operator caused in a run."""

    at_ms: int
    disruption: AnyDisruption


class Fork(msgspec.Struct, frozen=True):
    """A run to be played twice, with a change in the second."""

    scenario: Scenario
    seed: int
    replication: int
    at_ms: int
    """Moment from which on the branch is changed."""
    changed: Scenario
    """The scenario of the branch from that moment on."""
    disruptions: tuple[AnyDisruption, ...] = ()
    """Disruptions that begin at that moment in the branch."""
    history: tuple[Injected, ...] = ()
    """Disruptions that operators caused in the run itself, in order; they happen in both."""


class Parting(msgspec.Struct, frozen=True):
    """The first position at which the logs of run and branch differ."""

    position: int
    run: dict[str, Any] | None
    """The run's event there; None where its log has ended."""
    branch: dict[str, Any] | None


class Branched(msgspec.Struct, frozen=True):
    """A run and its branch, at their end."""

    replication: int
    run: dict[str, Any]
    """All measures of the run, as a snapshot."""
    branch: dict[str, Any]
    run_digest: str
    branch_digest: str
    parting: Parting | None
    """None where the two logs are the same."""


class _Side:
    """One of the two fairs."""

    def __init__(self, fork: Fork) -> None:
        self.fair = Fair(fork.scenario, fork.seed, fork.replication)
        self.state, self.sha256 = State(), hashlib.sha256()
        self._history = list(fork.history)

    def play_until(self, now_ms: int) -> list[Event]:
        """Play on, with the injected disruptions on the way, and return the new events."""
        while self._history and self._history[0].at_ms <= now_ms:
            injected = self._history.pop(0)
            self.fair.play_until(injected.at_ms)
            self.fair.inject(injected.disruption)
        self.fair.play_until(now_ms)
        events = self.fair.take_events()
        self.state.fold(events)
        self.sha256.update(encode(events))
        return events


def play_branch(fork: Fork) -> Branched:
    """Play a run and its branch in step, and return their ends and their first difference.

    Raises:
        ScenarioError: the change is impossible while the fair is on, or a disruption is impossible.
    """
    run, branch = _Side(fork), _Side(fork)
    parting: Parting | None = None
    position = 0
    with few_collections():
        while run.fair.env.now < run.fair.duration_ms:
            now_ms = run.fair.env.now
            if now_ms == fork.at_ms:
                branch.fair.change(fork.changed)
                for disruption in fork.disruptions:
                    branch.fair.inject(disruption)
            until_ms = min(now_ms + MINUTE_MS, run.fair.duration_ms)
            if now_ms < fork.at_ms < until_ms:
                until_ms = fork.at_ms
            run_events, branch_events = run.play_until(until_ms), branch.play_until(until_ms)
            if parting is None:
                parting = _parting(run_events, branch_events, position)
                position += len(run_events)
    return Branched(
        replication=fork.replication,
        run=run.state.snapshot(),
        branch=branch.state.snapshot(),
        run_digest=run.sha256.hexdigest(),
        branch_digest=branch.sha256.hexdigest(),
        parting=parting,
    )


def check_fork(fork: Fork) -> None:
    """Refuse a branch that cannot be played, before anything is played.

    Raises:
        LabError: it begins at the end of the run, or changes nothing.
        ScenarioError: the change is impossible while the fair is on.
    """
    if fork.at_ms >= Fair(fork.scenario, fork.seed, fork.replication).duration_ms:
        raise LabError("--at: the run has ended by that moment; name an earlier one")
    if fork.changed == fork.scenario and not fork.disruptions:
        raise LabError("the branch changes nothing; add --set key=value or --disrupt JSON")
    check_change(fork.scenario, fork.changed)


def _parting(run_events: Sequence[Event], branch_events: Sequence[Event], position: int) -> Parting | None:
    for place in range(max(len(run_events), len(branch_events))):
        ours, theirs = (events[place] if place < len(events) else None for events in (run_events, branch_events))
        if ours != theirs:
            return Parting(position + place, *(None if e is None else msgspec.to_builtins(e) for e in (ours, theirs)))
    return None


def pairs_of(branched: Sequence[Branched]) -> list[Pair]:
    """Return the measures of runs and branches at their end."""
    return [(each.run, each.branch) for each in branched]
