"""The result of a calibration: fitted parameters with intervals, the fit of the targets, the identifiability."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from fairfacts.errors import LabError
from fairfacts.interchange.reading import read_json
from fairfacts.interchange.writing import write_json
from fairlab.estimates import Estimate
from fairlab.identifiability import Identifiability


class Settings(msgspec.Struct, frozen=True):
    """Sizes of a calibration."""

    seed: int = 7
    scale: float = 1.0
    small: float = 0.1
    """Size of the small fair as a share of `scale`; 1 leaves it out."""
    small_replications: int = 4
    full_rounds: int = 2
    full_replications: int = 20
    check: int = 20

    def planned(self, parameters: int) -> float:
        """Return about how many fairs of full scale will be played."""
        small = 3 * (1 + parameters) * self.small_replications * self.scale * self.small
        return small + (self.full_rounds * self.full_replications + self.check) * self.scale


class Fitted(msgspec.Struct, frozen=True):
    """A fitted parameter."""

    name: str
    unit: str
    given: float
    start: float
    """The starting value, from the flow equations."""
    value: float
    low: float
    high: float
    """95 % interval, from prior and targets together."""
    moved: float
    """Share of the prior variance that the data remove: 1 - posterior / prior variance."""
    around: float
    factor: float
    """The prior."""
    reason: str


class TargetFit(msgspec.Struct, frozen=True):
    """A target, and how well it is met."""

    name: str
    measure: str
    op: str
    value: float
    """At the scale of the calibration."""
    tolerance: float
    checked: Estimate | None
    """The measure in fresh runs that nothing was fitted to; None without fresh runs."""
    error: float | None
    """Error of their mean, as a share; 0 on the right side of a bound."""
    within: bool | None
    """Whether the error is at most half a percent."""
    missed: bool | None
    """Whether the error is larger, and not by chance: the whole 95 % interval of the mean lies further off."""
    scale_bias: float | None
    """Difference of the small fair's mean from the full one's, as a share; None where nothing depends on size."""
    scale_bias_half_width: float | None
    reason: str


class Calibration(msgspec.Struct, frozen=True):
    """The result of a calibration."""

    scenario: str
    changes: tuple[str, ...]
    settings: Settings
    version: str
    parameters: tuple[Fitted, ...]
    targets: tuple[TargetFit, ...]
    identifiability: Identifiability = msgspec.field(name="knowledge")  # as files of earlier releases have it
    runs: int
    """Number of runs, with the check."""
    wall_s: float
    kind: Literal["cloudfair.calibration"] = "cloudfair.calibration"

    @property
    def failures(self) -> list[str]:
        """Return the missed targets, each in one line. If there are any, intervals of parameters do not hold."""
        return [
            f"not fitted: {target.name} is missed by {target.error:+.1%}"
            for target in self.targets
            if target.missed and target.error is not None
        ]

    def save(self, path: Path) -> None:
        """Write the calibration to a JSON file.

        Raises:
            LabError: it cannot be written.
        """
        write_json(path, self, LabError)

    @classmethod
    def load(cls, path: Any) -> Calibration:
        """Return the calibration in a file (a path, or a resource).

        Raises:
            LabError: the file cannot be read, or holds no calibration.
        """
        return read_json(path, cls, LabError, "calibration", "fair calibrate -o FILE.json writes one")
