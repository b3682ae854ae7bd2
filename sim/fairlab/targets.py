"""Targets: what a calibration may change, and what it is held against, as the scenario's `[calibration]` names them."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

from fairfacts.comparison import COUNTERPARTS
from fairfacts.errors import LabError, did_you_mean
from fairfacts.figures import Figure, Operator
from fairsim.parameters import load_rows, parameter_types
from fairsim.scenario import read_scenario

LEAST_TOLERANCE = 0.001
"""Of an exact count: nobody needs a mean closer to it."""


class Free(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A parameter that may be changed, with its weak prior: log-normal around a value."""

    name: str
    around: float
    factor: float
    """One standard deviation of the prior either way, as a factor over 1."""
    reason: str

    @property
    def spread(self) -> float:
        """Standard deviation of the prior in the logarithm."""
        return math.log(self.factor)


class Target(msgspec.Struct, frozen=True):
    """A number that the mean of a measure is to meet."""

    name: str
    """The figure's."""
    measure: str
    value: float
    """At full scale."""
    op: Operator
    """`>` and `<` are bounds, and one-sided."""
    scales: bool
    tolerance: float
    """Standard deviation of what the number leaves open, as a share of it: its rounding is uniform."""
    reason: str = ""

    def error(self, log_mean: float, scale: float) -> float:
        """Return by how much the logarithm of a mean misses the number; 0 on the right side of a bound."""
        off = log_mean - math.log(self.value * (scale if self.scales else 1))
        if self.op == ">":
            return min(off, 0.0)
        return max(off, 0.0) if self.op == "<" else off


class Aim(msgspec.Struct, frozen=True):
    """What a calibration changes, and what it is held against."""

    free: tuple[Free, ...]
    targets: tuple[Target, ...]


class _Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    figure: str
    reason: str


class _Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    parameters: tuple[Free, ...]
    targets: tuple[_Told, ...]


def read_aim(which: str, figures: Mapping[str, Figure]) -> Aim:
    """Return what the scenario of a name or path says of its calibration.

    Raises:
        LabError: it says nothing; or names a parameter or figure that is none, a figure that no measure speaks of,
            fewer targets than parameters; always with what is allowed.
    """
    said = read_scenario(which).calibration
    if said is None:
        raise LabError(
            f"{which}: names no [calibration]; say which parameters are free and which figures are met"
            " (fair scenarios schema; ciftis2020.toml has one), or extend ciftis2020"
        )
    try:
        table = msgspec.convert(said, _Calibration)
    except msgspec.ValidationError as fault:
        raise LabError(f"{which}: [calibration]: {fault}; ciftis2020.toml shows how it is written") from fault
    for free in table.parameters:
        _check_free(free, which)
    targets = tuple(_target(told, figures, which) for told in table.targets)
    for what, names in (("parameter", [free.name for free in table.parameters]), ("target", [t.name for t in targets])):
        if twice := {name for name in names if names.count(name) > 1}:
            raise LabError(f"{which}: [calibration]: {what} {min(twice)} stands twice; remove one")
    if not table.parameters or len(targets) < len(table.parameters):
        raise LabError(
            f"{which}: [calibration]: {len(targets)} targets cannot fix {len(table.parameters)} parameters; name a"
            " target more, or a parameter less (one of each at least)"
        )
    return Aim(table.parameters, targets)


def _check_free(free: Free, which: str) -> None:
    where = f"{which}: [calibration]: {free.name}"
    rows = load_rows()
    if free.name not in rows:
        raise LabError(f"{where} is no parameter; {did_you_mean(free.name, rows)}")
    row = rows[free.name]
    if parameter_types()[free.name] is not float:
        raise LabError(f"{where} is no number with decimals ({row.unit}, {row.value}); only such a one can be fitted")
    if not (0 < free.around < math.inf and (row.low or 0) <= free.around <= (row.high or math.inf)):
        raise LabError(f"{where}: around is {free.around:g}; allowed is over 0, and {row.low:g} to {row.high:g}")
    if not 1 < free.factor < math.inf:
        raise LabError(f"{where}: factor is {free.factor:g}; a weak prior has one over 1, such as 2")


def _target(told: _Told, figures: Mapping[str, Figure], which: str) -> Target:
    where = f"{which}: [calibration]: target {told.figure}"
    if told.figure not in figures:
        raise LabError(f"{where} is no figure; {did_you_mean(told.figure, figures)}")
    if told.figure not in COUNTERPARTS:
        raise LabError(f"{where}: no measure speaks of it; take one for which fair figures names a measure")
    figure, counterpart = figures[told.figure], COUNTERPARTS[told.figure]
    if isinstance(figure.value, str) or figure.value <= 0:
        raise LabError(f"{where}: is {figure.value}; a target is a number over 0")
    rounding = figure.rounding / figure.value / math.sqrt(3)
    return Target(
        name=figure.id,
        measure=counterpart.measure,
        value=figure.value,
        op=figure.op,
        scales=counterpart.scales,
        tolerance=max(rounding, LEAST_TOLERANCE),
        reason=told.reason,
    )
