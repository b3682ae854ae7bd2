"""Members of an assimilation: parameter sets that are compatible with what was known, and what they predict."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, Self, cast

import msgspec
import numpy as np

from fairfacts.errors import LabError
from fairfacts.evidence.chance import TAIL
from fairfacts.evidence.comparison import Row
from fairfacts.evidence.figures import Operator
from fairfacts.evidence.verdicts import Verdict, meets, verdict_of
from fairfacts.interchange.reading import read_json
from fairfacts.interchange.writing import write_json
from fairfacts.measures import largest
from fairlab.estimates import further
from fairlab.identifiability import Floats
from fairlab.sensitivity import factors_of
from fairlab.targets import FreeParameter
from fairsim.inputs.scenario import Scenario

Role = Literal["fitted", "predicted"]
ENOUGH = 39
"""With so many members, the next value lies below the least with 2.5 % probability, and as often above the largest."""
BINS = 10
"""Of the ranks, for the test of uniformity."""


class Prior(msgspec.Struct, frozen=True):
    """A parameter that is uncertain: log-normal around a value, within the range in which it may be played."""

    name: str
    around: float
    spread: float
    """One standard deviation, in the logarithm."""
    low: float
    high: float | None
    """None: no end."""
    whole: bool
    """Whether only whole numbers are played."""

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the largest place that is played."""
        low = math.log(self.low / self.around) / self.spread if self.low > 0 else -math.inf
        return low, math.inf if self.high is None else math.log(self.high / self.around) / self.spread

    def played(self, places: Floats) -> Floats:
        """Return the places of the values that are played: within the range, and whole numbers if it is one."""
        values = np.clip(self.around * np.exp(self.spread * places), self.low, self.high)
        values = np.maximum(np.round(values), 0.5) if self.whole else values
        played_at: Floats = np.log(values / self.around) / self.spread
        return played_at

    def text(self, place: float) -> str:
        """Return the change that sets it to a place, in standard deviations."""
        value = max(self.around * math.exp(self.spread * place), self.low)
        value = value if self.high is None else min(value, self.high)
        return f"{self.name}={round(value) if self.whole else value!r}"


class Interval(msgspec.Struct, frozen=True):
    """Where a number lies with 95 % probability, and its median."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Floats, most: float = math.inf) -> Self:
        """Return the interval in which one more member's value lies; it does not reach beyond `most`.

        Its ends are quantiles. Fewer members than `ENOUGH` have no quantiles so far out: the least and the largest of
        ten hold 82 % alone. Student's interval takes their place.
        """
        known = values.tolist()
        ends = (
            np.quantile(values, (TAIL, 1 - TAIL), method="weibull").tolist() if len(known) >= ENOUGH else further(known)
        )
        return cls(ends[0], float(np.median(values)), min(ends[1], most))

    def holds(self, op: str, reported: float, rounding: float) -> bool:
        """Return whether a number printed like the figure lies inside; for a bound, whether one keeps it."""
        return meets(op, self.low, self.high, reported, rounding)

    def verdict(self, row: Row) -> Verdict:
        """Return what it says of a figure, as that of an ensemble does."""
        assert isinstance(row.reported, int | float), "only numbers have an interval"
        ends = self.low, self.high
        return verdict_of(cast("Operator", row.op), row.unit, self.median, ends, row.reported, row.rounding, sd=None)


class Prediction(msgspec.Struct, frozen=True):
    """A figure, and what the members say of it."""

    figure: str
    role: Role
    op: str
    unit: str
    reported: float
    """At the scale of the members."""
    rounding: float
    before: Interval
    """The interval by the priors alone."""
    after: Interval
    """The interval by the priors and by what was known."""
    inside: bool
    is_open: bool = False
    """Whether the interval is so wide that it would hold half or twice the figure, or is on both sides of a bound: that
    the figure lies in it then says little. As `fair compare` says of an ensemble."""

    @classmethod
    def of(cls, row: Row, role: Role, before: Floats, after: Floats, lasts_ms: float) -> Self:
        """Return the prediction of a figure from the measures of the members, whose fairs last so long."""
        assert isinstance(row.reported, int | float), "only numbers are predicted"
        most = largest(row.measure, lasts_ms)
        interval = Interval.of(after, most)
        return cls(
            row.figure, role, row.op, row.unit, row.reported, row.rounding, Interval.of(before, most), interval,
            interval.holds(row.op, row.reported, row.rounding),
            interval.verdict(row) == "open",
        )  # fmt: skip


class Members(msgspec.Struct, frozen=True):
    """Members that are compatible with what was known at a moment, and what they predict."""

    scenario: str
    changes: tuple[str, ...]
    scale: float
    seed: int
    as_of: str
    rounds: int
    priors: tuple[Prior, ...]
    draws: tuple[tuple[str, ...], ...]
    """By member, the changes that set its parameters."""
    moved: dict[str, float]
    """By parameter, 1 - variance after / before, in standard deviations of the prior."""
    predictions: tuple[Prediction, ...]
    left_out: dict[str, str]
    """Figures and members that took no part, and why."""
    runs: int
    """How many fairs were played; members that were left out do not count."""
    kind: Literal["cloudfair.members"] = "cloudfair.members"

    @property
    def fitted(self) -> tuple[str, ...]:
        """The figures that the members were fitted to; what no member moves is none of them."""
        known = (each for each in self.predictions if each.role == "fitted")
        return tuple(each.figure for each in known if not math.isclose(each.before.low, each.before.high))

    def changes_of(self, replication: int, given: Sequence[str]) -> list[str]:
        """Return the changes of a replication: its member's, those of the fit, and the given ones, which win."""
        own = {change.partition("=")[0] for change in given}
        drawn = (*self.draws[replication % len(self.draws)], *self.changes)
        return [change for change in drawn if change.partition("=")[0] not in own] + list(given)

    def save(self, path: Path) -> None:
        """Write them to a JSON file.

        Raises:
            LabError: it cannot be written.
        """
        write_json(path, self, LabError)

    @classmethod
    def load(cls, path: Path) -> Members:
        """Return the members in a file.

        Raises:
            LabError: the file cannot be read, or holds something else.
        """
        return read_json(path, cls, LabError, "members", "fair calibrate --as-of MOMENT -o FILE.json writes them")


class Coverage(msgspec.Struct, frozen=True):
    """How often intervals of predictions hold the truth, over synthetic fairs."""

    as_of: str
    scale: float
    seed: int
    fairs: int
    predictions: int
    in_80: float
    in_95: float
    """Shares of the predictions whose truth lies in the central 80 and 95 %."""
    right_80: float
    right_95: float
    """What these are in the mean if the intervals are right: among few members there are few places."""
    ranks: tuple[int, ...]
    """How many truths fall into each tenth of the ranks: equally many if the intervals are right."""
    p_value: float
    """Probability of ranks as uneven as these, of one prediction for each fair, if the intervals are right
    (chi-squared)."""

    @classmethod
    def of(cls, as_of: str, scale: float, seed: int, ranks: dict[str, list[float]]) -> Self:
        """Return the coverage from the place of each truth among as many members as there are fairs, as a share."""
        from scipy.special import chdtrc

        every = np.array(list(ranks.values()))
        counts, _ = np.histogram(every, bins=BINS, range=(0, 1))
        # figures of one fair go together: as many independent ranks as fairs are counted
        expected, fairs = every.size / BINS, every.shape[1]
        uneven = float(((counts - expected) ** 2 / expected).sum()) * fairs / every.size
        in_80, in_95 = _shares_within(every)
        right_80, right_95 = _shares_within((np.arange(fairs) + 0.5) / fairs)
        return cls(
            as_of, scale, seed, fairs, len(ranks), in_80, in_95, right_80, right_95,
            tuple(int(each) for each in counts), float(chdtrc(BINS - 1, uneven)),
        )  # fmt: skip


def _shares_within(places: Floats) -> tuple[float, float]:
    """Return the shares of places in the central 80 and 95 %."""
    in_80, in_95 = (float((np.abs(places - 0.5) <= share / 2 + 1e-9).mean()) for share in (0.80, 0.95))
    return in_80, in_95


def priors_of(
    scenario: Scenario, load: Callable[[Sequence[str]], Scenario], free: Sequence[FreeParameter], by: float
) -> tuple[Prior, ...]:
    """Return the priors of all parameters that are uncertain and can be varied.

    Args:
        scenario: as it is played.
        load: loads it with changes, `key=value`.
        free: the parameters that the scenario's calibration fits; they have weak priors of their own.
        by: one standard deviation of every other assumed or fitted number, as a factor.
    """
    weak = {each.name: each for each in free}
    factors, _ = factors_of(scenario, load, by, kinds=("assumed", "calibrated"))
    whole = {factor.name: factor.whole for factor in factors}
    priors = []
    for name in dict.fromkeys([*weak, *whole]):
        row, given = scenario.fair.rows[name], weak.get(name)
        around, spread = (given.around, given.spread) if given else (float(row.value), math.log(by))
        priors.append(Prior(name, around, spread, row.low or 0.0, row.high, whole.get(name, False)))
    return tuple(priors)
