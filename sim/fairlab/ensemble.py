"""Ensembles: a scenario played many times with fresh random numbers, and estimates of every measure.

`Ensemble.save` and `Ensemble.load` store an ensemble as a JSON file. Two ensembles of the same seed are paired: their
k-th replications share their random numbers.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Literal

import msgspec

from fairfacts.clock import any_moment, read_epoch
from fairfacts.errors import FairError, LabError
from fairfacts.evidence.chance import Chance, at_least, load_by_moment, load_chance
from fairfacts.evidence.figures import PLUS
from fairfacts.evidence.settings import ALWAYS, Settings
from fairfacts.evidence.stated import is_fixed
from fairfacts.interchange.reading import read_json
from fairfacts.interchange.writing import write_json
from fairfacts.measures import is_given, largest, within
from fairfacts.parts.fairs import NO_FAIR, FairDescription, description_before
from fairlab.estimates import Estimate, estimate, least_sd, widened
from fairlab.measure_checks import fault_of
from fairlab.members import Members
from fairlab.pairs import Pair, Paired, pairs_by_measure
from fairlab.replications import Play, Replication, numbers, replicate, replicated
from fairlab.stopping import Plan, Stopping
from fairlab.workers import in_order
from fairsim import VERSION
from fairsim.inputs.scenario import Scenario, load_scenario

REMEDY = "fair ensemble -o FILE writes one"


class Ensemble(msgspec.Struct, frozen=True):
    """Replications of one scenario."""

    scenario: str
    """Its name, or the path of its file."""
    changes: tuple[str, ...]
    """The changes of `--set`."""
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
    fair: FairDescription = NO_FAIR
    """The fair that was played."""
    overrides: dict[str, tuple[str, str]] = {}
    """What the scenario plays otherwise than its fair states: by setting, the fair's value and the one played."""
    as_of: str = ""
    """The moment to which members were fitted, if each replication has a member's parameters (`fairlab.members`)."""
    left_out: dict[str, str] = {}
    """Replications whose parameters the model refuses, and why: some are refused at large scales only."""
    kind: Literal["cloudfair.ensemble"] = "cloudfair.ensemble"

    @property
    def settings(self) -> Settings:
        """Return what the ensemble was started with, for comparison with others."""
        always = {name: str(getattr(self, name)) for name in ALWAYS if name not in ("replication", "scale")}
        always |= {"scale": f"{self.scale:.15g}", "replication": f"0 to {len(self.replications) - 1}"}
        return Settings(always, self.fair.key, self.overrides, self.parameters_sha256)

    @property
    def digest(self) -> str:
        """SHA-256 of all results: equal for the same scenario, seed, release and replications."""
        return hashlib.sha256(msgspec.json.encode(self.replications, order="deterministic")).hexdigest()

    def estimate(self, path: str, moment_ms: int | None = None) -> Estimate:
        """Return the estimate of a measure (`negotiations.initiated`, or a key of a breakdown)."""
        return estimate(self._values(path, moment_ms))

    def middle(self, path: str, moment_ms: int | None = None) -> float:
        """Return the number that stands for a measure: the mean, or the median of members.

        The parameters of members differ by factors, and so do their measures: few of them make the mean.
        """
        values = self._values(path, moment_ms)
        return float(median(values)) if self.as_of else estimate(values).mean

    def _values(self, path: str, moment_ms: int | None) -> list[float]:
        """Return a measure by replication; a mean, a quantile or a share of nothing is left out, unless all are."""
        whole = [each for each in self.replications if not each.is_nothing(path, moment_ms)]
        return [float(each.value(path, moment_ms)) for each in whole or self.replications]

    def next_one(self, path: str, moment_ms: int | None = None) -> tuple[float, float] | None:
        """Return the interval in which one further replication lies with 95 % probability.

        A few replications may be alike by chance. So the interval is never narrower than the fair's `chance.csv`, or
        the variance of a count, demands. None if nothing says how a measure varies.
        """
        values = self._values(path, moment_ms)
        estimated = estimate(values)
        least = self._least_sd(path, moment_ms, estimated.mean)
        if estimated.replications == 1 or (least is None and not estimated.sd):
            return None
        if not (least or estimated.sd):
            return estimated.mean, estimated.mean
        if self.as_of and min(values) > 0:  # where parameters differ by factors, so do measures
            logs = widened(estimate([math.log(value) for value in values]), (least or 0.0) / estimated.mean)
            return math.exp(logs.next_low), min(math.exp(logs.next_high), largest(path, self.duration_ms))
        known = widened(estimated, least or 0.0)
        return known.next_low, known.next_high

    def _least_sd(self, path: str, moment_ms: int | None, mean: float) -> float | None:
        """Return the least standard deviation of a measure from fair to fair; None if it is not known."""
        known = self._chance(moment_ms).get(path) or load_chance(self.fair.key).get(path)
        if known:
            return math.sqrt(known.variance(at_least(path, mean), self.scale))
        is_over = all(each.value(path, moment_ms) == each.value(path) for each in self.replications)
        return 0.0 if self._is_given(path, in_the_end=is_over) else least_sd(path, mean) or None

    def _chance(self, moment_ms: int | None) -> Mapping[str, Chance]:
        """Return what the fair says of chance at a moment; nothing where it speaks of the end alone."""
        if moment_ms is None:
            return {}
        for as_of, known in load_by_moment(self.fair.key).items():
            if as_of and moment_ms == any_moment(as_of, read_epoch(self.epoch, self.fair.time_zone), day_ends=True):
                return known
        return {}

    def _is_given(self, path: str, *, in_the_end: bool) -> bool:
        def is_known(measure: str) -> bool:
            fixed = not self.as_of and is_fixed(measure, self.fair, self.overrides, in_the_end=in_the_end)
            return fixed or is_given(measure, in_the_end=in_the_end)

        return all(map(is_known, path.split(PLUS)))

    def estimates(self, moment_ms: int | None = None) -> dict[str, Estimate]:
        """Return the estimate of every measure that is one number, with the interval of `next_one`."""
        return {path: self._with_next_one(path, moment_ms) for path in numbers(self.replications[0].measures)}

    def _with_next_one(self, path: str, moment_ms: int | None) -> Estimate:
        estimated = self.estimate(path, moment_ms)
        ends = self.next_one(path, moment_ms)
        low, high = within(path, *ends, self.duration_ms) if ends else (0.0, math.inf)
        return msgspec.structs.replace(estimated, next_low=low, next_high=high)

    def save(self, path: Path) -> None:
        """Write the ensemble to a file.

        Raises:
            LabError: it cannot be written.
        """
        write_json(path, self, LabError, indent=-1)

    @classmethod
    def load(cls, path: Path) -> Ensemble:
        """Return the ensemble in a file; one of the previous release names no fair, and has that of its scenario.

        Raises:
            LabError: the file cannot be read, or holds no ensemble.
        """
        read = read_json(path, cls, LabError, "ensemble", REMEDY)
        if (fault := fault_of(read.replications) or read._fault()) is not None:
            raise LabError(f"{path}: holds no ensemble ({fault}); {REMEDY}")
        return read if read.fair.key else msgspec.structs.replace(read, fair=description_before(read.scenario))

    def _fault(self) -> str | None:
        """Return what is wrong with its settings, as a file has them; None if nothing is."""
        try:
            read_epoch(self.epoch, self.fair.time_zone)
        except FairError as fault:
            return str(fault)
        if self.scale <= 0 or self.duration_ms <= 0:
            return "its scale or duration is not over 0"
        return None


def play_ensembles(
    scenarios: Sequence[tuple[str, tuple[str, ...], Scenario]],
    seed: int,
    executor: Executor,
    at_once: int,
    plan: Plan,
    on_replication: Callable[[int, Estimate | None], None] = lambda _count, _estimate: None,
    members: Members | None = None,
) -> tuple[Ensemble, ...]:
    """Play replications of one scenario, or of several in step, and return an ensemble of each.

    Args:
        scenarios: for each its name or path, its changes, and the scenario resolved.
        seed: its replication k draws the same random numbers in every scenario.
        executor: plays the runs.
        at_once: how many runs it plays at the same time.
        plan: how many runs. `until` looks at the first scenario, or at the difference of the first two.
        on_replication: called with the number of replications done, and the estimate of the measure that `until` names.
        members: gives each replication parameters of its own; intervals then cover parameters and chance together.

    Raises:
        LabError: the measure of `until` is no number, or the model refuses every member.
        WorkersError: a worker was lost.
    """
    plays = (
        Play(_of_member(members, replication, *each), seed, replication, plan.moments_ms, plan.digest)
        for replication in range(plan.largest)
        for each in scenarios
    )
    played: list[tuple[Replication, ...]] = []
    stopping, left_out = Stopping(plan), {}
    done = in_order(executor, at_once, replicate if members is None else replicated, plays)
    for replication, all_of_it in enumerate(_grouped(done, len(scenarios))):
        together = tuple(result for result in all_of_it if isinstance(result, Replication))
        if len(together) < len(all_of_it):
            left_out[f"replication {replication}"] = next(result for result in all_of_it if isinstance(result, str))
            continue
        played.append(together)
        are_enough = stopping.are_enough(played)
        on_replication(len(played), stopping.known)
        if are_enough:
            break
    ensembles = (
        _ensemble(*scenario, seed, tuple(each[place] for each in played)) for place, scenario in enumerate(scenarios)
    )
    if members is None:
        return tuple(ensembles)
    if not played:
        raise LabError(f"the model refuses every member that was played ({next(iter(left_out.values()))})")
    return tuple(
        msgspec.structs.replace(
            each,
            as_of=members.as_of,
            # the middle of the priors knows what the fair itself was fitted to
            calibrated=tuple(sorted({*members.fitted, *each.calibrated})),
            left_out=left_out,
        )
        for each in ensembles
    )


def _of_member(
    members: Members | None, replication: int, which: str, changes: tuple[str, ...], scenario: Scenario
) -> Scenario:
    """Return the scenario of a replication, with the parameters of its member where it has one."""
    if members is None:
        return scenario
    return load_scenario(which, changes=members.changes_of(replication, changes), scale=scenario.scale)


def _grouped(results: Iterator[Replication | str], size: int) -> Iterator[tuple[Replication | str, ...]]:
    while group := tuple(islice(results, size)):
        yield group


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
        fair=scenario.fair.describe(scenario.parameters.fair.days),
        overrides=dict(scenario.overrides),
    )


def paired(a: Ensemble, b: Ensemble) -> dict[str, Paired]:
    """Return the paired differences of every measure that is one number in both, which may be of two releases.

    Each is of the pairs that have something to take it of on both sides; a measure that no pair has is left out.

    Raises:
        LabError: their replications do not pair.
    """
    return pairs_by_measure(pairs_of(a, b))


def pairs_of(a: Ensemble, b: Ensemble) -> list[Pair]:
    """Return the measures of two ensembles at the end, replication by replication.

    Raises:
        LabError: their replications do not pair.
    """
    keys_a, keys_b = ([(each.seed, each.replication) for each in ensemble.replications] for ensemble in (a, b))
    if keys_a != keys_b:
        raise LabError(
            f"{a.scenario} and {b.scenario} are no pair: their replications are of other seeds or numbers; play both"
            " with fair ensemble A --against B"
        )
    return [(of_a.measures, of_b.measures) for of_a, of_b in zip(a.replications, b.replications, strict=True)]
