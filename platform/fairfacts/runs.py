"""A run of a scenario: how it began, when the fair in it opened and closed, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from fairfacts.event import Event, Milliseconds

Seed = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A number that whoever starts a run may choose."""


class RunStarted(Event, frozen=True, tag="run.started"):
    """The first event of a log: everything that decides the rest of it."""

    scenario: str
    seed: Seed
    replication: Seed
    scale: float
    """Size of the fair as a share of the documented one: people, stands and capacities."""
    version: str
    """Release of the model."""
    parameters_sha256: str
    """Of the resolved parameters, so that two runs with other parameters are never taken for the same."""
    epoch: str
    """The moment of `at_ms` = 0: ISO 8601 date and time with offset."""
    duration_ms: Milliseconds
    inputs: tuple[str, ...]
    """Figures that were given to the model."""
    calibrated: tuple[str, ...]
    """Figures that the model's parameters were fitted to."""

    def __post_init__(self) -> None:
        """Refuse an epoch from which no date can be counted (msgspec makes it a fault of the batch)."""
        try:
            epoch = datetime.fromisoformat(self.epoch)
            sound = epoch.utcoffset() is not None and 1900 <= epoch.year < 3000
        except ValueError:
            sound = False
        if not sound:
            raise ValueError(
                f"epoch is {self.epoch!r}; it is a moment with offset in the years 1900 to 2999,"
                " such as 2020-09-04T00:00:00+08:00"
            )


class FairOpened(Event, frozen=True, tag="fair.opened"):
    """The fair and its platform open."""


class FairClosed(Event, frozen=True, tag="fair.closed"):
    """The fair closes."""


class RunEnded(Event, frozen=True, tag="run.ended"):
    """The last event of a log."""


MEASURES: Mapping[str, str] = {
    "scenario": "name · the scenario that is played",
    "seed": "number · of the run's random numbers",
    "replication": "number · which of the seed's independent replications",
    "scale": "share · size of the fair against the documented one",
    "version": "release · of the model",
    "epoch": "moment · of at_ms 0, with offset",
    "duration_ms": "ms · simulated time that the whole run takes",
    "at_ms": "ms · simulated time of the latest event",
    "events": "events · in the log so far",
    "phase": "word · `before`, `open`, `closed` or `ended`",
    "opened_on": "date · on which the fair opened, or empty",
    "closed_on": "date · the fair's last day once it has closed, or empty",
}


class RunMeasures(msgspec.Struct):
    """Where a run stands."""

    scenario: str = ""
    seed: int = 0
    replication: int = 0
    scale: float = 1.0
    version: str = ""
    epoch: str = "1970-01-01T00:00:00+00:00"
    duration_ms: int = 0
    phase: str = "before"
    opened_on: str = ""
    closed_on: str = ""
    inputs: tuple[str, ...] = ()
    calibrated: tuple[str, ...] = ()

    def started(self, event: RunStarted) -> None:
        """Take over what the run says of itself."""
        self.scenario, self.seed, self.replication = event.scenario, event.seed, event.replication
        self.scale, self.version, self.epoch = event.scale, event.version, event.epoch
        self.duration_ms, self.inputs, self.calibrated = event.duration_ms, event.inputs, event.calibrated

    def opened(self, event: FairOpened) -> None:
        """Open the fair."""
        self.phase, self.opened_on = "open", self._date(event.at_ms)

    def closed(self, event: FairClosed) -> None:
        """Close the fair; its last day is the one that ends at this moment."""
        self.phase, self.closed_on = "closed", self._date(event.at_ms - 1)

    def ended(self, _: RunEnded) -> None:
        """End the run."""
        self.phase = "ended"

    def _date(self, at_ms: int) -> str:
        return (datetime.fromisoformat(self.epoch) + timedelta(milliseconds=at_ms)).date().isoformat()

    def snapshot(self) -> dict[str, Any]:
        """Return the measures of this part but for the clock, which `fairfacts.measures` keeps."""
        names = ("scenario", "seed", "replication", "scale", "version", "epoch", "duration_ms", "phase")
        return {name: getattr(self, name) for name in (*names, "opened_on", "closed_on")}
