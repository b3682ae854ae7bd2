"""Resolves what a user names to a subject of comparison: a stored run, or the file of an ensemble."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cloudfair.projections.live import measures_of
from cloudfair.projections.point_in_time import PointsInTime
from cloudfair.store import tables
from cloudfair.store.log import Log
from faircli.reader import find_run
from fairfacts.errors import FigureError
from fairfacts.evidence.comparison import Row, Simulated, emergent, rows
from fairfacts.evidence.figures import Figure
from fairfacts.evidence.moments import moment_ms
from fairfacts.evidence.roles import LeftOut, left_out
from fairfacts.evidence.settings import Settings, settings_of
from fairfacts.measures import State, value_at
from fairfacts.parts.runs import RunMeasures
from fairlab.ensemble import Ensemble


@dataclass(frozen=True)
class Subject:
    """A stored run or an ensemble, as it is compared with figures."""

    name: str
    """Id of the run, or path of the file."""
    line: str
    """Its description in one line."""
    run: RunMeasures
    """The measures of the run itself: scenario, seed, clock."""
    decided: bool
    """Whether its fair is over."""
    simulated: Callable[[str, int | None], Simulated]
    """Return a measure by its path and moment, in ms since the epoch; None is the end."""
    log: Log | None = None
    row: tables.Run | None = None
    """Of a run: its row in the database."""
    state: State | None = None
    """Of a run: its measures at the end of its log."""
    ensemble: Ensemble | None = None

    def compare(self, figures: Iterable[Figure]) -> list[Row]:
        """Return a row for each figure that has a measure.

        Raises:
            FigureError: the moment of a figure lies outside the fair, or the ensemble holds no measures of it. All
                figures are checked before any is compared.
        """
        checked, at_hand = list(figures), self.at_hand
        moments = [(figure, moment_ms(figure, self.run)) for figure in checked if figure.is_own]
        if at_hand is not None and (lacking := [figure for figure, at_ms in moments if at_ms not in (None, *at_hand)]):
            faults = [
                f"figure {figure.id}: as_of is {figure.as_of}, and {self.name} holds no measures of that moment;"
                f" play it again with fair ensemble --figures or --at '{figure.as_of}'"
                for figure in lacking
            ]
            raise FigureError("\n".join(faults), faults)
        overrides = self.settings.overrides
        return rows(checked, self.run, self.simulated, at_hand=at_hand, decided=self.decided, overrides=overrides)

    def left_out(self, figures: Iterable[Figure]) -> list[LeftOut]:
        """Return the figures that do not concern what was played, each with the reason."""
        return left_out(figures, self.run, self.at_hand)

    @property
    def at_hand(self) -> list[int] | None:
        """Return the moments of which an ensemble holds measures; None of a run, whose log has all of them."""
        return [int(moment) for moment in self.ensemble.replications[0].moments] if self.ensemble else None

    @property
    def settings(self) -> Settings:
        """Return what it was started with."""
        if self.ensemble:
            return self.ensemble.settings
        assert self.row is not None, "it is a run or an ensemble"
        return settings_of(self.row.model_dump(), json.loads(self.row.request))

    def emergent(self) -> list[Row]:
        """Return a row for each emergent measure: one that matters and that nobody reported."""
        return emergent(self.simulated)


def subject_of(which: str | None, database: str) -> Subject:
    """Return the run or the ensemble that a name stands for.

    Raises:
        UnknownError: there is no such run.
        LabError: the file cannot be read, or holds no ensemble.
    """
    if which is not None and which.lower().endswith(".json"):
        return of_ensemble(which, Ensemble.load(Path(which)))
    log = Log.open(database, read_only=True)
    return of_run(log, find_run(log, which))


def of_run(log: Log, row: tables.Run) -> Subject:
    """Return a stored run as a subject of comparison."""
    state, points = measures_of(log, row.id), PointsInTime(log)
    final = state.snapshot()

    @cache
    def at(at_ms: int) -> dict[str, Any]:
        return points.state(row.id, at_ms).snapshot()

    def simulated(measure: str, at_ms: int | None) -> Simulated:
        return Simulated(value_at(final if at_ms is None else at(at_ms), measure))

    line = f"run {row.id}, {row.state}, {row.scenario}, seed {row.seed}, scale {row.scale:g}"
    return Subject(
        name=row.id,
        line=line,
        run=state.parts.run,
        decided=state.parts.run.phase in ("closed", "ended"),
        simulated=simulated,
        log=log,
        row=row,
        state=state,
    )


def of_ensemble(name: str, ensemble: Ensemble) -> Subject:
    """Return an ensemble as a subject of comparison."""

    def simulated(measure: str, at_ms: int | None) -> Simulated:
        if isinstance(text := ensemble.replications[0].value(measure, at_ms), str):
            return Simulated(text)
        middle, ends = ensemble.middle(measure, at_ms), ensemble.next_one(measure, at_ms)
        return Simulated(middle) if ends is None else Simulated(middle, *ends)

    run = RunMeasures(
        scenario=ensemble.scenario,
        seed=ensemble.seed,
        scale=ensemble.scale,
        version=ensemble.version,
        epoch=ensemble.epoch,
        duration_ms=ensemble.duration_ms,
        fair=ensemble.fair,
        inputs=ensemble.inputs,
        calibrated=ensemble.calibrated,
        phase="ended",
    )
    count = len(ensemble.replications)
    line = f"ensemble {name}, {count} replications, {ensemble.scenario}, seed {ensemble.seed}, scale {ensemble.scale:g}"
    if ensemble.as_of:
        line += f"; of members as of {ensemble.as_of}, whose median stands for them"
    return Subject(name=name, line=line, run=run, decided=True, simulated=simulated, ensemble=ensemble)
