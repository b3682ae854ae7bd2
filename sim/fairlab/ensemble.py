"""Ensembles: a scenario played over and over with fresh random numbers, and what that says of every measure.

An ensemble is kept as a JSON file: `Ensemble.save`, `Ensemble.load`. Two of the same seed are paired: their k-th
replications share their random numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from itertools import islice
from pathlib import Path
from typing import Literal

import msgspec

from fairfacts.errors import LabError, did_you_mean
from fairfacts.measures import MEASURES
from fairlab.estimates import Estimate, estimate
from fairlab.replications import Play, Replication, numbers, replicate
from fairlab.workers import in_order
from fairsim import VERSION
from fairsim.scenario import Scenario

PERSISTS = 3
"""An interval must have been narrow enough after so many replications in a row: a single time is often chance."""


class Ensemble(msgspec.Struct, frozen=True):
    """Replications of one scenario."""

    scenario: str
    """Its name, or the path of its file."""
    changes: tuple[str, ...]
    """What `--set` said."""
    title: str
    question: str
    scale: float
    seed: int
    version: str
    """Release of the model."""
    parameters_sha256: str
    epoch: str
    duration_ms: int
    inputs: tuple[str, ...]
    """Figures that were given to the model."""
    calibrated: tuple[str, ...]
    """Figures that the model's parameters were fitted to."""
    replications: tuple[Replication, ...]
    kind: Literal["cloudfair.ensemble"] = "cloudfair.ensemble"

    @property
    def digest(self) -> str:
        """SHA-256 of all that was found: equal for the same scenario, seed, release and replications."""
        return hashlib.sha256(msgspec.json.encode(self.replications, order="deterministic")).hexdigest()

    def estimate(self, path: str, moment_ms: int | None = None) -> Estimate:
        """Return what the replications say of a measure (`negotiations.initiated`, or a key of a breakdown)."""
        return estimate([float(one.value(path, moment_ms)) for one in self.replications])

    def estimates(self) -> dict[str, Estimate]:
        """Return what the replications say of every measure that is one number."""
        return {path: self.estimate(path) for path in numbers(self.replications[0].measures)}

    def save(self, path: Path) -> None:
        """Write the ensemble to a file.

        Raises:
            LabError: it cannot be written.
        """
        try:
            path.write_bytes(msgspec.json.encode(self))
        except OSError as fault:
            raise LabError(f"{path}: cannot be written ({fault.strerror}); name another file") from fault

    @classmethod
    def load(cls, path: Path) -> Ensemble:
        """Return the ensemble that a file holds.

        Raises:
            LabError: it cannot be read, or holds no ensemble.
        """
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except OSError as fault:
            raise LabError(f"{path}: cannot be read ({fault.strerror}); fair ensemble -o FILE writes one") from fault
        except msgspec.DecodeError as fault:
            raise LabError(f"{path}: holds no ensemble ({fault}); fair ensemble -o FILE writes one") from fault


class Until(msgspec.Struct, frozen=True):
    """When an ensemble is large enough: its interval of a measure (or of a difference) is so narrow."""

    measure: str
    half_width: float
    """In the measure's unit, or as a share of its mean."""
    relative: bool

    def holds(self, found: Estimate) -> bool:
        """Return whether the interval is narrow enough."""
        return found.half_width <= (self.half_width * abs(found.mean) if self.relative else self.half_width)


class Plan(msgspec.Struct, frozen=True):
    """How many replications are played, and what is wanted of each."""

    count: int
    """So many; with `until` at least so many."""
    until: Until | None = None
    most: int = 200
    """At most so many, where `until` does not come true."""
    moments_ms: tuple[int, ...] = ()
    digest: bool = True


def read_until(text: str) -> Until:
    """Return what `--until MEASURE=WIDTH` says, such as `negotiations.initiated=0.5%` or `negotiations.held=1000`.

    Raises:
        LabError: names what is no measure or no width.
    """
    measure, _, width = text.partition("=")
    if measure not in MEASURES:
        raise LabError(f"--until {text}: {measure} is no measure; {did_you_mean(measure, MEASURES)}")
    relative = width.endswith("%")
    try:
        value = float(width.removesuffix("%")) / (100 if relative else 1)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise LabError(f"--until {text}: {width or 'nothing'} is no width; write {measure}=0.5% or {measure}=1000")
    return Until(measure, value, relative)


def play_ensembles(
    scenarios: Sequence[tuple[str, tuple[str, ...], Scenario]],
    seed: int,
    executor: Executor,
    at_once: int,
    plan: Plan,
    on_replication: Callable[[int, Estimate | None], None] = lambda _count, _found: None,
) -> tuple[Ensemble, ...]:
    """Play replications of one scenario, or of several in step, and return an ensemble of each.

    Args:
        scenarios: name or path, changes, and the scenario resolved.
        seed: replication k of it is the same fair in every scenario, as far as they are alike.
        executor: who plays.
        at_once: how many runs it plays at the same time.
        plan: how many. `until` is about the first scenario, or about the difference of the first two.
        on_replication: told how many are done, and what is known of the measure of `until`.

    Raises:
        LabError: the measure of `until` is no number.
        WorkersError: a worker was lost.
    """
    plays = (
        Play(scenario, seed, replication, plan.moments_ms, plan.digest)
        for replication in range(plan.count if plan.until is None else max(plan.most, plan.count))
        for _, _, scenario in scenarios
    )
    found: list[tuple[Replication, ...]] = []
    narrow = 0
    for together in _grouped(in_order(executor, at_once, replicate, plays), len(scenarios)):
        found.append(together)
        known = _known(plan.until, found) if plan.until else None
        on_replication(len(found), known)
        narrow = narrow + 1 if plan.until and known and plan.until.holds(known) else 0
        if narrow >= PERSISTS and len(found) >= plan.count:
            break
    return tuple(
        _ensemble(*scenario, seed, tuple(one[place] for one in found)) for place, scenario in enumerate(scenarios)
    )


def _grouped(results: Iterator[Replication], size: int) -> Iterator[tuple[Replication, ...]]:
    while group := tuple(islice(results, size)):
        yield group


def _known(until: Until, found: list[tuple[Replication, ...]]) -> Estimate | None:
    """Return what is known of the measure so far, or of its difference between the first two scenarios."""
    values = [[one.value(until.measure) for one in together[:2]] for together in found]
    if not isinstance(values[0][0], int | float):
        raise LabError(f"--until {until.measure}: is no number but a breakdown or a text; name another measure")
    differences = [float(value[-1] - value[0]) if len(value) > 1 else float(value[0]) for value in values]
    return estimate(differences) if len(found) > 1 else None


def _ensemble(
    which: str, changes: tuple[str, ...], scenario: Scenario, seed: int, replications: tuple[Replication, ...]
) -> Ensemble:
    return Ensemble(
        scenario=which,
        changes=changes,
        title=scenario.title,
        question=scenario.question,
        scale=scenario.scale,
        seed=seed,
        version=VERSION,
        parameters_sha256=scenario.sha256(),
        epoch=scenario.epoch.isoformat(),
        duration_ms=replications[0].measures["run"]["duration_ms"],
        inputs=scenario.inputs,
        calibrated=scenario.calibrated,
        replications=replications,
    )


class Paired(msgspec.Struct, frozen=True):
    """A measure of two ensembles whose k-th replications share their random numbers."""

    a: Estimate
    b: Estimate
    difference: Estimate
    """b - a, replication by replication."""
    gain: float | None
    """How many times as many replications would be needed without common random numbers; None where all agree."""


def paired(a: Ensemble, b: Ensemble) -> dict[str, Paired]:
    """Return the paired differences of every measure that is one number.

    Raises:
        LabError: the two are no pair.
    """
    keys_a, keys_b = ([(one.seed, one.replication) for one in ensemble.replications] for ensemble in (a, b))
    if keys_a != keys_b:
        raise LabError(
            f"{a.scenario} and {b.scenario} are no pair: their replications are of other seeds or numbers; play both"
            " with fair ensemble A --against B"
        )
    return {path: _pair(path, a, b) for path in numbers(a.replications[0].measures)}


def _pair(path: str, a: Ensemble, b: Ensemble) -> Paired:
    differences = [
        float(other.value(path) - one.value(path)) for one, other in zip(a.replications, b.replications, strict=True)
    ]
    one, other, difference = a.estimate(path), b.estimate(path), estimate(differences)
    gain = (one.sd**2 + other.sd**2) / difference.sd**2 if difference.sd else None
    return Paired(one, other, difference, gain)
