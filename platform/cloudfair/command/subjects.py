"""What is held against figures: a kept run, or the file of an ensemble."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

from cloudfair import tables
from cloudfair.command.kept import kept_run
from cloudfair.live import measures_of
from cloudfair.log import Log
from cloudfair.moments import Moments
from fairfacts.comparison import Row, Simulated, emergent, moment_ms, rows
from fairfacts.errors import FigureError
from fairfacts.figures import Figure
from fairfacts.measures import State, value_at
from fairfacts.runs import RunMeasures
from fairlab.ensemble import Ensemble

RunOrEnsemble = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN|ENSEMBLE",
        help="A run's id, as `fair runs` lists them, or the .json file that `fair ensemble -o` wrote; the latest run"
        " without one.",
    ),
]


@dataclass(frozen=True)
class Subject:
    """A kept run or an ensemble, as it is held against figures."""

    name: str
    """Id of the run, or path of the file."""
    told: str
    """It in a line."""
    run: RunMeasures
    """What the run, or each replication, says of itself."""
    decided: bool
    """Whether the fair in it is over."""
    simulated: Callable[[str, int | None], Simulated]
    """Gives a measure by its path and moment, in ms since the epoch; None is the end."""
    log: Log | None = None
    kept: tables.Run | None = None
    state: State | None = None
    """Of a run: its measures as they stand."""
    ensemble: Ensemble | None = None

    def compare(self, figures: Iterable[Figure]) -> list[Row]:
        """Return a row for each figure that a measure speaks of.

        Raises:
            FigureError: a figure speaks of a moment outside the fair, or that the ensemble was not asked for; nothing
                else is done before.
        """
        known = list(figures)
        for figure in known:
            at_ms = moment_ms(figure, self.run)
            if self.ensemble and at_ms is not None and str(at_ms) not in self.ensemble.replications[0].moments:
                raise FigureError(
                    f"figure {figure.id}: as_of is {figure.as_of}, and {self.name} holds no measures of that moment;"
                    f" play it again with fair ensemble --at '{figure.as_of}'"
                )
        return rows(known, self.run, self.simulated, decided=self.decided)

    def emergent(self) -> list[Row]:
        """Return a row for each measure that is asked for and that nobody reported."""
        return emergent(self.simulated)


def subject(which: str | None, database: str) -> Subject:
    """Return the run or the ensemble of a name.

    Raises:
        UnknownError: there is no such run.
        LabError: the file cannot be read, or holds no ensemble.
    """
    if which is not None and which.endswith(".json"):
        return of_ensemble(which, Ensemble.load(Path(which)))
    log = Log.open(database)
    return of_run(log, kept_run(log, which))


def of_run(log: Log, kept: tables.Run) -> Subject:
    """Return a kept run, to be held against figures."""
    state, moments = measures_of(log, kept.id), Moments(log)
    final = state.snapshot()

    @cache
    def at(at_ms: int) -> dict[str, Any]:
        return moments.state(kept.id, at_ms).snapshot()

    def simulated(measure: str, at_ms: int | None) -> Simulated:
        return Simulated(value_at(final if at_ms is None else at(at_ms), measure))

    told = f"run {kept.id}, {kept.state}, {kept.scenario}, seed {kept.seed}, scale {kept.scale:g}"
    return Subject(
        name=kept.id,
        told=told,
        run=state.parts.run,
        decided=state.parts.run.phase in ("closed", "ended"),
        simulated=simulated,
        log=log,
        kept=kept,
        state=state,
    )


def of_ensemble(name: str, ensemble: Ensemble) -> Subject:
    """Return an ensemble, to be held against figures."""

    def simulated(measure: str, at_ms: int | None) -> Simulated:
        if isinstance(text := ensemble.replications[0].value(measure, at_ms), str):
            return Simulated(text)
        found = ensemble.estimate(measure, at_ms)
        if found.replications == 1:
            return Simulated(found.mean)
        ahead_sd = found.sd * (1 + 1 / found.replications) ** 0.5
        # no measure is negative; the interval of one that varies much would be
        return Simulated(found.mean, max(found.next_low, 0.0), found.next_high, ahead_sd)

    run = RunMeasures(
        scenario=ensemble.scenario,
        seed=ensemble.seed,
        scale=ensemble.scale,
        version=ensemble.version,
        epoch=ensemble.epoch,
        duration_ms=ensemble.duration_ms,
        inputs=ensemble.inputs,
        calibrated=ensemble.calibrated,
        phase="ended",
    )
    count = len(ensemble.replications)
    told = f"ensemble {name}, {count} replications, {ensemble.scenario}, seed {ensemble.seed}, scale {ensemble.scale:g}"
    return Subject(name=name, told=told, run=run, decided=True, simulated=simulated, ensemble=ensemble)
