"""The calibration problem: free parameters and targets, as the scenario's `[calibration]` names them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import msgspec

from fairfacts.errors import LabError, did_you_mean
from fairfacts.evidence.figures import Figure, Operator
from fairfacts.interchange.plain import plain_words
from fairsim.inputs.parameter_names import parameter_type
from fairsim.inputs.rows import Row
from fairsim.inputs.scenario_files import read_scenario

LEAST_TOLERANCE = 0.001
"""Tolerance of an exact count, as a share: no use needs a mean closer to it."""


class FreeParameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A parameter that is fitted, with its weak prior: log-normal around a value."""

    name: str
    around: float
    factor: float
    """One standard deviation of the prior, as a factor over 1."""
    reason: str

    @property
    def spread(self) -> float:
        """Standard deviation of the prior in the logarithm."""
        return math.log(self.factor)


class Target(msgspec.Struct, frozen=True):
    """A number that the mean of a measure should meet."""

    name: str
    """The figure's."""
    measure: str
    value: float
    """At full scale."""
    op: Operator
    """`>` and `<` are one-sided bounds."""
    scales: bool
    tolerance: float
    """Standard deviation of the number from its rounding, which is uniform, as a share of the number."""
    reason: str = ""

    def error(self, log_mean: float, scale: float) -> float:
        """Return the error of a mean in the logarithm; 0 on the right side of a bound."""
        off = log_mean - math.log(self.value * (scale if self.scales else 1))
        if self.op == ">":
            return min(off, 0.0)
        return max(off, 0.0) if self.op == "<" else off


class CalibrationProblem(msgspec.Struct, frozen=True):
    """The free parameters and the targets of a calibration."""

    free: tuple[FreeParameter, ...]
    targets: tuple[Target, ...]


class _TargetRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    figure: str
    reason: str


class _Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    parameters: tuple[FreeParameter, ...]
    targets: tuple[_TargetRow, ...]


def read_problem(which: str, figures: Mapping[str, Figure]) -> CalibrationProblem:
    """Return the calibration problem of a scenario, given by name or path.

    Raises:
        LabError: the scenario has none; it names an unknown parameter or figure, or a figure without a measure; or it
            has fewer targets than parameters. The message says what is allowed.
    """
    scenario = read_scenario(which)
    given = scenario.calibration
    if given is None:
        raise LabError(
            f"{which}: has no [calibration]; add one that names free parameters and targets"
            " (fair scenarios schema), or extend a scenario that has one"
        )
    table = _table(given, which)
    for free in table.parameters:
        _check_free(free, which, scenario.fair.rows)
    targets = tuple(_target(row, figures, which) for row in table.targets)
    for what, names in (("parameter", [free.name for free in table.parameters]), ("target", [t.name for t in targets])):
        if twice := {name for name in names if names.count(name) > 1}:
            raise LabError(f"{which}: [calibration]: {what} {min(twice)} stands twice; remove one")
    if not table.parameters or len(targets) < len(table.parameters):
        raise LabError(
            f"{which}: [calibration]: {len(targets)} targets cannot fix {len(table.parameters)} parameters; name a"
            " target more, or a parameter less (one of each at least)"
        )
    return CalibrationProblem(table.parameters, targets)


def read_free(which: str) -> tuple[FreeParameter, ...]:
    """Return the free parameters of a scenario's `[calibration]`; none where it has no such table.

    Raises:
        LabError: the table cannot be read, or names an unknown parameter.
    """
    scenario = read_scenario(which)
    if scenario.calibration is None:
        return ()
    table = _table(scenario.calibration, which)
    for free in table.parameters:
        _check_free(free, which, scenario.fair.rows)
    return table.parameters


def check_measured(names: Iterable[str], figures: Mapping[str, Figure]) -> None:
    """Check that all that is held back are figures with a measure.

    Raises:
        LabError: one of the names is no such figure.
    """
    measured = [name for name, figure in figures.items() if figure.measure]
    for name in names:
        if name not in measured:
            raise LabError(f"--hold-back {name}: is no figure with a measure; {did_you_mean(name, measured)}")


def _table(given: object, which: str) -> _Calibration:
    try:
        return msgspec.convert(given, _Calibration)
    except msgspec.ValidationError as fault:
        raise LabError(f"{which}: [calibration]: {plain_words(fault)} (fair scenarios schema)") from fault


def _check_free(free: FreeParameter, which: str, rows: Mapping[str, Row]) -> None:
    where = f"{which}: [calibration]: {free.name}"
    if free.name not in rows:
        raise LabError(f"{where} is no parameter; {did_you_mean(free.name, rows)}")
    row = rows[free.name]
    if parameter_type(free.name) is not float:
        raise LabError(f"{where} is no number with decimals ({row.unit}, {row.value}); only those can be fitted")
    if not (0 < free.around < math.inf and (row.low or 0) <= free.around <= (row.high or math.inf)):
        raise LabError(f"{where}: around is {free.around:g}; allowed is over 0, and {row.low:g} to {row.high:g}")
    if not 1 < free.factor < math.inf:
        raise LabError(f"{where}: factor is {free.factor:g}; a weak prior has one over 1, such as 2")


def _target(row: _TargetRow, figures: Mapping[str, Figure], which: str) -> Target:
    where = f"{which}: [calibration]: target {row.figure}"
    if row.figure not in figures:
        raise LabError(f"{where} is no figure; {did_you_mean(row.figure, figures)}")
    figure = figures[row.figure]
    if not figure.measure:
        raise LabError(f"{where}: has no measure; take a figure for which fair figures names one")
    if figure.at:
        raise LabError(f"{where}: its as_of is {figure.at}; a target is met at the end of the fair: leave as_of out")
    if isinstance(figure.value, str) or figure.value <= 0:
        raise LabError(f"{where}: is {figure.value}; a target is a number over 0")
    rounding = figure.rounding / figure.value / math.sqrt(3)
    return Target(
        name=figure.id,
        measure=figure.measure,
        value=figure.value,
        op=figure.op,
        scales=figure.scales,
        tolerance=max(rounding, LEAST_TOLERANCE),
        reason=row.reason,
    )
