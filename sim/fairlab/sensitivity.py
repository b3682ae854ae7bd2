"""Sensitivity: which assumed parameters decide the headlines of a fair.

Screening comes first: elementary effects along trajectories through the parameters (Morris 1991; mu* of Campolongo,
Cariboni, Saltelli 2007). Variance-based indices then say how much of the variance each leading parameter explains
(Sobol 2001; estimators of Saltelli et al. 2010). Designs and estimators are SALib's.

All runs share their random numbers, so that what differs between two runs comes from the parameters. A trajectory or a
sample in which a run has nothing to take a mean, a quantile or a share of is left out of that measure.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from fairfacts.errors import LabError, ScenarioError
from fairfacts.interchange.reading import read_json
from fairfacts.measures import counted, is_of_nothing
from fairlab.evaluations import Evaluation, Evaluator
from fairlab.identifiability import Floats
from fairsim.inputs.rows import Row
from fairsim.inputs.scenario import Scenario, load_scenario

LEVELS = 4
"""Levels of a parameter in the screening: the usual number."""
HALVINGS = 6
"""How often the reach of parameters is halved if their values, each possible alone, are impossible together."""


class Factor(msgspec.Struct, frozen=True):
    """A parameter that is varied, between two values."""

    name: str
    low: float
    high: float
    whole: bool
    """Whether only whole numbers are played."""

    def nearer(self, value: float) -> Factor:
        """Return the factor with ends half as far from a value."""
        return Factor(self.name, (self.low + value) / 2, (self.high + value) / 2, self.whole)

    def text(self, place: float) -> str:
        """Return the change that sets it to a place between its ends, 0 to 1."""
        value = self.low + (self.high - self.low) * float(place)
        return f"{self.name}={round(value) if self.whole else value!r}"


class Effect(msgspec.Struct, frozen=True):
    """The elementary effects of a parameter on a measure, as shares of the measure in the scenario as it is."""

    parameter: str
    mean_absolute: float
    """mu*: by how much the measure moves as the parameter goes from its low end to its high end."""
    deviation: float
    """sigma: how much that depends on the other parameters, and on its own place."""


class Index(msgspec.Struct, frozen=True):
    """The share of a measure's variance that a leading parameter explains; with half-widths of 95 % intervals."""

    parameter: str
    first: float
    first_within: float
    """Of the parameter alone."""
    total: float
    total_within: float
    """With all its interactions."""


class Sensitivity(msgspec.Struct, frozen=True):
    """What decides the measures of a scenario."""

    scenario: str
    changes: tuple[str, ...]
    scale: float
    seed: int
    by: float
    """Each parameter is varied between its value divided and multiplied by this, within its range. It is varied less if
    values are impossible together; `factors` has the ends."""
    runs: int
    factors: tuple[Factor, ...]
    left_out: dict[str, str]
    """The assumed parameters that were not varied, and why."""
    base: dict[str, float]
    """The measures of the scenario as it is."""
    effects: dict[str, tuple[Effect, ...]]
    """By measure, the strongest first."""
    indices: dict[str, tuple[Index, ...]]
    """By measure, the indices of all parameters that lead in any measure."""
    leading: tuple[Factor, ...] = ()
    """The parameters that have indices, with the ends that these are of: nearer than those of `factors` where values
    are impossible together there."""
    of_fewer: dict[str, str] = {}
    """By measure that some runs have nothing to take of: of how many trajectories or samples its numbers are."""
    kind: Literal["cloudfair.sensitivity"] = "cloudfair.sensitivity"

    @property
    def moving(self) -> dict[str, tuple[Effect, ...]]:
        """By measure, the effects of the parameters that move it; empty if none does."""
        return {measure: tuple(each for each in of if each.mean_absolute) for measure, of in self.effects.items()}

    @property
    def worth_measuring(self) -> list[str]:
        """Return the parameter that leads each measure, the one with the largest effect first."""
        leads = sorted((of[0] for of in self.moving.values() if of), key=lambda effect: -effect.mean_absolute)
        return list(dict.fromkeys(effect.parameter for effect in leads))

    def share_of(self, measure: str, parameter: str) -> Index | None:
        """Return the share of a measure's variance that a parameter explains; None if it was not computed."""
        return next((index for index in self.indices.get(measure, ()) if index.parameter == parameter), None)

    @classmethod
    def load(cls, path: Path) -> Sensitivity:
        """Return the result in a file.

        Raises:
            LabError: the file cannot be read, or holds something else.
        """
        return read_json(path, cls, LabError, "sensitivity", "fair sensitivity -o FILE.json writes one")


def factors_of(
    scenario: Scenario,
    load: Callable[[Sequence[str]], Scenario],
    by: float,
    kinds: Collection[str] = ("assumed",),
) -> tuple[tuple[Factor, ...], dict[str, str]]:
    """Return the parameters of some classes that can be varied, and why others cannot.

    Args:
        scenario: as it is played.
        load: loads it with changes, `key=value`.
        by: factor of each, down and up.
        kinds: classes of the parameters.
    """
    factors: list[Factor] = []
    left_out: dict[str, str] = {}
    for name, row in scenario.fair.rows.items():
        if row.kind not in kinds or row.refers_to:
            continue
        result = _factor(row, by)
        if isinstance(result, str):
            left_out[name] = result
        else:
            factors.append(result)
    refused = _refused(factors, 1.0, load) | _refused(factors, 0.0, load)
    return tuple(factor for factor in factors if factor.name not in refused), left_out | refused


def _factor(row: Row, by: float) -> Factor | str:
    try:
        value = float(row.value)
    except ValueError:
        return "is no single number"
    low, high = value / by, value * by
    low, high = max(low, row.low if row.low is not None else low), min(high, row.high if row.high is not None else high)
    whole = row.value.isdecimal() and value >= 2 * by
    if row.unit == "day":
        return "is a day"
    if not low < high:
        return "is 0" if not value else "has no room in its range"
    return Factor(row.name, low, high, whole)


def _refused(factors: Sequence[Factor], place: float, load: Callable[[Sequence[str]], Scenario]) -> dict[str, str]:
    """Return why factors cannot be played at an end, for each that cannot; if all can, that takes one try."""
    try:
        load([factor.text(place) for factor in factors])
    except ScenarioError as fault:
        if len(factors) == 1:
            return {factors[0].name: str(fault)}
        middle = len(factors) // 2
        return _refused(factors[:middle], place, load) | _refused(factors[middle:], place, load)
    return {}


def _blamed(changes: Sequence[str], load: Callable[[Sequence[str]], Scenario]) -> list[str]:
    """Return the fewest changes that are impossible together, out of changes that are."""
    blamed, size = list(changes), len(changes) // 2
    while size:
        for start in range(0, len(blamed), size):
            rest = blamed[:start] + blamed[start + size :]
            try:
                load(rest)
            except ScenarioError:
                blamed = rest
                break
        else:
            size //= 2
        size = min(size, len(blamed) // 2)
    return blamed


class Study:
    """The runs of a sensitivity analysis, over one scenario."""

    def __init__(
        self, which: str, changes: Sequence[str], measures: Sequence[str], evaluator: Evaluator,
        *, scale: float, seed: int, by: float,
    ) -> None:  # fmt: skip
        self._which, self._changes, self._measures = which, tuple(changes), tuple(measures)
        self._evaluator, self._scale, self._seed, self._by = evaluator, scale, seed, by
        self.factors, self._left_out = factors_of(self._load([]), self._load, by)
        self._runs, self._leading, self._of_fewer = 0, tuple[Factor, ...](), dict[str, str]()
        self._played = tuple(dict.fromkeys(term for measure in measures for term in (measure, *counted(measure))))

    def analyse(self, trajectories: int, leading: int, samples: int) -> Sensitivity:
        """Play the study.

        Args:
            trajectories: how many the screening has; each takes one run for every parameter, and one more.
            leading: how many parameters of each measure go on to the variance-based indices.
            samples: base sample of the indices, a power of 2, or 0 for no indices. Each sample takes one run for every
                leading parameter, and two more.

        Raises:
            LabError: SALib is missing, a measure is 0 in the scenario as it is, or values, each possible alone, are
                impossible together.
        """
        (base,) = self._play(np.empty((1, 0)), ())
        totals = dict(zip(self._measures, base.tolist(), strict=True))
        if nothing := [measure for measure, value in totals.items() if not value or math.isnan(value)]:
            raise LabError(f"{', '.join(nothing)}: is 0 in the scenario as it is; play at a larger --scale")
        effects = self._screen(trajectories, base)
        ahead = {each.parameter for of in effects.values() for each in of[:leading] if each.mean_absolute}
        chosen = tuple(factor for factor in self.factors if factor.name in ahead)
        indices = self._indices(chosen, samples) if samples and chosen else {}
        return Sensitivity(
            self._which, self._changes, self._scale, self._seed, self._by, self._runs, self.factors, self._left_out,
            totals, effects, indices, self._leading, self._of_fewer,
        )  # fmt: skip

    def _screen(self, trajectories: int, base: Floats) -> dict[str, tuple[Effect, ...]]:
        problem = _problem(self.factors)
        points = _salib("sample.morris").sample(problem, trajectories, num_levels=LEVELS, seed=self._seed)
        self.factors = self._standing(points, self.factors)
        totals = self._play(points, self.factors) / base
        effects: dict[str, tuple[Effect, ...]] = {}
        for place, measure in enumerate(self._measures):
            whole = self._whole(measure, totals[:, place], trajectories, "trajectories")
            if whole is None:
                effects[measure] = ()
                continue
            analysis = _salib("analyze.morris").analyze(
                problem, points[whole], totals[whole, place], num_levels=LEVELS, seed=0
            )
            each = zip(analysis["names"], analysis["mu_star"], analysis["sigma"], strict=True)
            of = [Effect(str(name), float(mean), float(deviation)) for name, mean, deviation in each]
            effects[measure] = tuple(sorted(of, key=lambda effect: -effect.mean_absolute))
        return effects

    def _indices(self, chosen: tuple[Factor, ...], samples: int) -> dict[str, tuple[Index, ...]]:
        problem = _problem(chosen)
        points = _salib("sample.sobol").sample(problem, samples, calc_second_order=False, seed=self._seed)
        self._leading = self._standing(points, chosen)
        totals = self._play(points, self._leading)
        indices: dict[str, tuple[Index, ...]] = {}
        for place, measure in enumerate(self._measures):
            whole = self._whole(measure, totals[:, place], samples, "samples")
            if whole is None or not totals[whole, place].std():
                continue  # none of them moves it
            analysis = _salib("analyze.sobol").analyze(problem, totals[whole, place], calc_second_order=False, seed=0)
            columns = (np.nan_to_num(analysis[name]).tolist() for name in ("S1", "S1_conf", "ST", "ST_conf"))
            of = [Index(factor.name, *numbers) for factor, *numbers in zip(chosen, *columns, strict=True)]
            indices[measure] = tuple(sorted(of, key=lambda index: -index.total))
        return indices

    def _whole(self, measure: str, totals: Floats, count: int, what: str) -> NDArray[np.bool_] | None:
        """Return which runs are of a trajectory or a sample that has a measure throughout; None if fewer than two are.

        Args:
            measure: its path.
            totals: one for each run, trajectory by trajectory, or sample by sample.
            count: how many there are of these.
            what: what they are called.
        """
        has_it = ~np.isnan(totals.reshape(count, -1)).any(axis=1)
        if (held := int(has_it.sum())) < count:
            earlier = f"{self._of_fewer[measure]} and " if measure in self._of_fewer else ""
            self._of_fewer[measure] = f"{earlier}{held} of {count} {what}"
        return np.repeat(has_it, len(totals) // count) if held > 1 else None

    def _standing(self, points: Floats, factors: tuple[Factor, ...]) -> tuple[Factor, ...]:
        """Return the factors; where values are impossible together at a point, within half their reach or less."""
        rows = self._load([]).fair.rows
        for point in points.tolist():
            for _ in range(HALVINGS):
                changes = [factor.text(place) for factor, place in zip(factors, point, strict=True)]
                try:
                    self._load(changes)
                    break
                except ScenarioError:
                    blamed = {change.partition("=")[0] for change in _blamed(changes, self._load)}
                    factors = tuple(
                        factor.nearer(float(rows[factor.name].value)) if factor.name in blamed else factor
                        for factor in factors
                    )
        return factors

    def _play(self, points: Floats, factors: Sequence[Factor]) -> Floats:
        """Return the measures at points: one row for each point, one column for each measure; NaN: of nothing."""
        evaluations = [self._evaluation(point, factors) for point in points.tolist()]
        results = self._evaluator.play(evaluations)
        self._runs += len(results)
        return np.array([self._measured([total.simulated for total in result.totals]) for result in results])

    def _measured(self, totals: Sequence[float]) -> list[float]:
        known = dict(zip(self._played, totals, strict=True))
        return [math.nan if is_of_nothing(path, known.__getitem__) else known[path] for path in self._measures]

    def _evaluation(self, point: Sequence[float], factors: Sequence[Factor]) -> Evaluation:
        changes = [factor.text(place) for factor, place in zip(factors, point, strict=True)]
        try:
            return Evaluation(self._load(changes), self._seed, 0, self._played)
        except ScenarioError as fault:
            raise LabError(
                f"values that are possible one by one cannot stand together: {fault}; vary by less (--by)"
            ) from fault

    def _load(self, changes: Sequence[str]) -> Scenario:
        return load_scenario(self._which, changes=[*self._changes, *changes], scale=self._scale)


def _problem(factors: Sequence[Factor]) -> Mapping[str, Any]:
    """Return a problem of SALib's: each parameter's place between its ends."""
    return {"num_vars": len(factors), "names": [factor.name for factor in factors], "bounds": [[0, 1]] * len(factors)}


def _salib(name: str) -> Any:
    try:
        return importlib.import_module(f"SALib.{name}")
    except ImportError as fault:
        raise LabError("SALib is not installed; pip install 'cloudfair[sensitivity]'") from fault
