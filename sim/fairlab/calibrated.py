"""What a calibration found: fitted parameters with intervals, targets as they were met, what the data tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from fairfacts.errors import LabError
from fairlab.estimates import Estimate
from fairlab.knowledge import Knowledge


class Settings(msgspec.Struct, frozen=True):
    """How much is played."""

    seed: int = 7
    scale: float = 1.0
    small: float = 0.1
    """Size of the small fair against `scale`; 1 does without it."""
    small_replications: int = 4
    full_rounds: int = 2
    full_replications: int = 8
    check: int = 20

    def planned(self, parameters: int) -> float:
        """Return about how much will be played, in fairs of full scale."""
        small = 3 * (1 + parameters) * self.small_replications * self.scale * self.small
        return small + (self.full_rounds * self.full_replications + self.check) * self.scale


class Fitted(msgspec.Struct, frozen=True):
    """A parameter that was fitted."""

    name: str
    unit: str
    given: float
    start: float
    """From the flow equations."""
    value: float
    low: float
    high: float
    """95 % interval, of prior and targets together."""
    moved: float
    """By the data: 1 - posterior / prior variance."""
    around: float
    factor: float
    """The prior."""
    reason: str


class Met(msgspec.Struct, frozen=True):
    """A target, and how it was met."""

    name: str
    measure: str
    op: str
    value: float
    """At the scale that was fitted at."""
    tolerance: float
    checked: Estimate | None
    """The measure in fresh runs that nothing was fitted to; None where none were asked for."""
    error: float | None
    """Of their mean, as a share; 0 on the right side of a bound."""
    within: bool | None
    """Whether that is at most half a percent."""
    missed: bool | None
    """Whether it is more, and not by chance: the whole 95 % interval of the mean is further off."""
    scale_bias: float | None
    """By how much the small fair's mean is off the full one's, as a share; None where nothing depends on size."""
    scale_bias_half_width: float | None
    reason: str


class Calibration(msgspec.Struct, frozen=True):
    """What a calibration found."""

    scenario: str
    changes: tuple[str, ...]
    settings: Settings
    version: str
    parameters: tuple[Fitted, ...]
    targets: tuple[Met, ...]
    knowledge: Knowledge
    runs: int
    """That were played for it, check and all."""
    wall_s: float
    kind: Literal["cloudfair.calibration"] = "cloudfair.calibration"

    def save(self, path: Path) -> None:
        """Write the calibration to a JSON file.

        Raises:
            LabError: it cannot be written.
        """
        try:
            path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")
        except OSError as fault:
            raise LabError(f"{path}: cannot be written ({fault.strerror}); name another file") from fault

    @classmethod
    def load(cls, path: Any) -> Calibration:
        """Return the calibration that a file (a path, or a resource) holds.

        Raises:
            LabError: it cannot be read, or holds none.
        """
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError) as fault:
            raise LabError(f"{path}: holds no calibration ({fault}); fair calibrate -o FILE.json writes one") from fault
