"""A run of a scenario: how it began, when the fair in it opened and closed, and its end."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar

import msgspec

from fairfacts.clock import date_text, read_epoch
from fairfacts.errors import MomentError
from fairfacts.event import Event, Milliseconds
from fairfacts.handlers import Handlers
from fairfacts.measure import Measure
from fairfacts.part_state import Fair, PartState
from fairfacts.parts.fairs import NO_FAIR, FairDescription, description_before

Seed = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A number that whoever starts a run may choose."""
LARGEST_SEED = 2**53 - 1
"""Of a run that is started: programs that read JSON numbers as doubles would read another one, and get another fair."""
LARGEST_SCALE = 1_000
Scale = Annotated[float, msgspec.Meta(gt=0, le=LARGEST_SCALE)]
"""Beyond the largest, counts of people leave what numbers hold exactly."""
NO_PARAMETERS = hashlib.sha256(b"").hexdigest()
"""What stands for the parameters where no model played: the SHA-256 of nothing."""
REPRODUCING = ("scenario", "seed", "replication", "scale", "version")
"""Fields of the first event that whoever stores a run knows before its first event."""


class RunStarted(Event, frozen=True, tag="run.started"):
    """The first event of a log: everything that decides the rest of it."""

    scenario: str
    seed: Seed
    replication: Seed
    scale: Scale
    """Size of the fair as a share of the documented one: people, stands and capacities."""
    version: str
    """Release of the model; of another system, what that calls itself."""
    parameters_sha256: str
    """Of the resolved parameters, so that two runs with other parameters are never taken for the same; that of nothing
    where the events are of another system, and no model played them."""
    epoch: str
    """The moment of `at_ms` = 0: ISO 8601 date and time with offset."""
    duration_ms: Milliseconds
    inputs: tuple[str, ...]
    """Figures that were given to the model, less those that the user overrides (`fairfacts.evidence.roles`)."""
    calibrated: tuple[str, ...]
    """Figures that the model's parameters were fitted to, less those that the user overrides."""
    fair: FairDescription | msgspec.UnsetType = msgspec.UNSET
    """The fair that is played (`fairfacts.parts.fairs`). A log of release 0.1 has none; `description` knows the one of
    the scenarios that it shipped."""

    @property
    def description(self) -> FairDescription:
        """Return the fair that is played."""
        return description_before(self.scenario) if isinstance(self.fair, msgspec.UnsetType) else self.fair

    @property
    def is_played(self) -> bool:
        """Return whether a model played the fair: the events of another system are of one that took place."""
        return self.parameters_sha256 != NO_PARAMETERS

    def __post_init__(self) -> None:
        """Refuse an epoch from which no date can be counted (msgspec makes it a fault of the batch)."""
        try:
            read_epoch(self.epoch, self.description.time_zone)
        except MomentError as fault:
            raise ValueError(str(fault)) from fault

    @property
    def began(self) -> datetime:
        """Return the epoch in the fair's time zone."""
        return read_epoch(self.epoch, self.description.time_zone)


class FairOpened(Event, frozen=True, tag="fair.opened"):
    """The fair and its platform open."""


class FairClosed(Event, frozen=True, tag="fair.closed"):
    """The fair closes."""


class RunEnded(Event, frozen=True, tag="run.ended"):
    """The last event of a log."""


MEASURES: Mapping[str, Measure] = {
    "scenario": Measure("name", "the scenario that is played"),
    "fair": Measure("name", "key of the fair that is played; empty where the log does not say"),
    "seed": Measure("number", "of the run's random numbers"),
    "replication": Measure("number", "which of the seed's independent replications"),
    "scale": Measure("share", "size of the fair against the documented one"),
    "version": Measure("release", "of the model"),
    "epoch": Measure("moment", "of at_ms 0, with offset", given="from the start"),
    "time_zone": Measure("name", "IANA name of the fair's time zone; empty where the epoch has an offset alone"),
    "duration_ms": Measure("ms", "simulated time that the whole run takes", given="from the start"),
    "at_ms": Measure("ms", "simulated time of the latest event"),
    "events": Measure("events", "in the log so far"),
    "phase": Measure("word", "`before`, `open`, `closed` or `ended`"),
    "opened_on": Measure("date", "on which the fair opened, or empty", given="in the end"),
    "closed_on": Measure("date", "the fair's last day once it has closed, or empty", given="in the end"),
}


class RunMeasures(PartState):
    """Where a run stands."""

    MEASURES: ClassVar[Mapping[str, Measure]] = MEASURES

    scenario: str = ""
    seed: int = 0
    replication: int = 0
    scale: float = 1.0
    version: str = ""
    epoch: str = "1970-01-01T00:00:00+00:00"
    fair: FairDescription = NO_FAIR
    duration_ms: int = 0
    phase: str = "before"
    opened_on: str = ""
    closed_on: str = ""
    inputs: tuple[str, ...] = ()
    calibrated: tuple[str, ...] = ()

    @property
    def began(self) -> datetime:
        """Return the epoch in the fair's time zone."""
        return read_epoch(self.epoch, self.fair.time_zone)

    def handlers(self, _: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles."""
        return {
            FairOpened: self.opened,
            RunStarted: self.started,
            FairClosed: self.closed,
            RunEnded: self.ended,
        }

    def started(self, event: RunStarted) -> None:
        """Take over what the run says of itself."""
        self.scenario, self.seed, self.replication = event.scenario, event.seed, event.replication
        self.scale, self.version, self.epoch = event.scale, event.version, event.epoch
        self.duration_ms, self.inputs, self.calibrated = event.duration_ms, event.inputs, event.calibrated
        self.fair = event.description

    def opened(self, event: FairOpened) -> None:
        """Open the fair."""
        self.phase, self.opened_on = "open", date_text(self.began, event.at_ms)

    def closed(self, event: FairClosed) -> None:
        """Close the fair; its last day is the one that ends at this moment."""
        self.phase, self.closed_on = "closed", date_text(self.began, event.at_ms - 1)

    def ended(self, _: RunEnded) -> None:
        """End the run."""
        self.phase = "ended"

    def snapshot(self, _: Fair) -> dict[str, Any]:
        """Return the measures of this part but for the clock, which `fairfacts.measures` keeps."""
        names = ("scenario", "seed", "replication", "scale", "version", "epoch", "duration_ms", "phase")
        measures = {name: getattr(self, name) for name in (*names, "opened_on", "closed_on")}
        return measures | {"fair": self.fair.key, "time_zone": self.fair.time_zone}
