"""Branches: a run is played to a moment, and from there on otherwise, beside how it went on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from fairfacts.disruptions import AnyDisruption
from fairfacts.errors import LabError
from fairfacts.event import Event
from fairfacts.events import encode
from fairfacts.measures import State
from fairlab.estimates import Estimate, estimate
from fairlab.replications import numbers
from fairsim.arrivals import MINUTE_MS
from fairsim.changing import check_change
from fairsim.fair import Fair
from fairsim.kernel import few_collections
from fairsim.scenario import Scenario


class Injected(msgspec.Struct, frozen=True):
    """A disruption that is said to a run while it is on."""

    at_ms: int
    disruption: AnyDisruption


class Fork(msgspec.Struct, frozen=True):
    """What is to be played twice."""

    scenario: Scenario
    seed: int
    replication: int
    at_ms: int
    """Where the two part."""
    changed: Scenario
    """Whose parameters hold from there on in the branch."""
    disruptions: tuple[AnyDisruption, ...] = ()
    """That begin there in the branch."""
    history: tuple[Injected, ...] = ()
    """That were injected into the run itself, in their order; they happen in both."""


class Parting(msgspec.Struct, frozen=True):
    """The first position at which two logs hold different events."""

    position: int
    run: dict[str, Any] | None
    """The run's event there; None where its log is over."""
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
    """One of the two fairs, as it is played."""

    def __init__(self, fork: Fork) -> None:
        self.fair = Fair(fork.scenario, fork.seed, fork.replication)
        self.state, self.sha256 = State(), hashlib.sha256()
        self._history = list(fork.history)

    def play_until(self, now_ms: int) -> list[Event]:
        """Play on, with what was injected on the way, and return what happened."""
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
    """Play a run and its branch in step, and return how they end and where they part.

    Raises:
        ScenarioError: what is changed was laid out before the opening, or a disruption is impossible.
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
            one, other = run.play_until(until_ms), branch.play_until(until_ms)
            if parting is None:
                parting = _parting(one, other, position)
                position += len(one)
    return Branched(
        replication=fork.replication,
        run=run.state.snapshot(),
        branch=branch.state.snapshot(),
        run_digest=run.sha256.hexdigest(),
        branch_digest=branch.sha256.hexdigest(),
        parting=parting,
    )


def check_fork(fork: Fork) -> None:
    """Refuse a branch that cannot be played, before anything is.

    Raises:
        LabError: it begins at the end of the run, or nothing is otherwise in it.
        ScenarioError: what is changed was laid out before the opening.
    """
    if fork.at_ms >= Fair(fork.scenario, fork.seed, fork.replication).duration_ms:
        raise LabError("--at: the run is over at that moment; name an earlier one")
    if fork.changed == fork.scenario and not fork.disruptions:
        raise LabError("nothing is otherwise in the branch; add --set key=value or --disrupt JSON")
    check_change(fork.scenario, fork.changed)


def _parting(one: Sequence[Event], other: Sequence[Event], position: int) -> Parting | None:
    for place in range(max(len(one), len(other))):
        ours, theirs = (events[place] if place < len(events) else None for events in (one, other))
        if ours != theirs:
            return Parting(position + place, *(None if e is None else msgspec.to_builtins(e) for e in (ours, theirs)))
    return None


def differences(branched: Sequence[Branched]) -> dict[str, tuple[Estimate, Estimate, Estimate]]:
    """Return every measure that is one number, of the run, of the branch, and the branch less the run."""
    pairs = [(numbers(one.run), numbers(one.branch)) for one in branched]
    return {
        path: (
            estimate([run[path] for run, _ in pairs]),
            estimate([branch[path] for _, branch in pairs]),
            estimate([float(branch[path] - run[path]) for run, branch in pairs]),
        )
        for path in pairs[0][0]
    }
