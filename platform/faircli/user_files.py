"""A user's files: figures of their own, and what the readers of all files coerced, moved, assumed or left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from faircli.console import note
from fairfacts.clock import date_text
from fairfacts.errors import FigureError
from fairfacts.evidence.figures import Figure
from fairfacts.evidence.figures_file import FORMAT, REMEDY, read_own_figures
from fairfacts.evidence.folder import FIGURES, KnownFair, known_fair, known_of_log, read_known
from fairfacts.evidence.moments import moment_ms
from fairfacts.interchange.reading import Reading, Report, read_bytes
from fairfacts.parts.runs import RunMeasures
from fairfacts.resources import is_shipped
from fairsim.inputs.scenario import Scenario


def show_reports(reports: Iterable[Report], *, verbose: bool) -> None:
    """Print reports on standard error: in short, or in full; in short, a file without remarks needs no word."""
    for report in reports:
        if verbose or report.remarks:
            lines = report.lines() if verbose else report.summary()
            hint = [] if verbose or len(report.remarks) == len(lines) - 1 else ["  --verbose lists all of them"]
            note("\n".join([*lines, *hint]))


def known_of(run: RunMeasures, own: Path | None, *, verbose: bool) -> tuple[KnownFair, Report | None]:
    """Return what is known of the fair of a run, with the figures of a user's file, whose report is printed, too.

    Raises:
        FigureError: a file of the fair's folder, or the user's, cannot be read, or has figures that are not possible.
    """
    return _with_own(known_of_log(run.fair), own, run, verbose=verbose)


def known_to_play(scenario: Scenario, own: Path | None, *, verbose: bool) -> tuple[KnownFair, Report | None]:
    """Return what is known of a fair that is to be played, as `known_of` does."""
    fair = scenario.fair
    known = known_fair(fair.key) if is_shipped(fair.key) else read_known(fair.key, Path(fair.folder))
    return _with_own(known, own, _to_be(scenario), verbose=verbose)


def _with_own(
    known: KnownFair, own: Path | None, run: RunMeasures, *, verbose: bool
) -> tuple[KnownFair, Report | None]:
    """Return what is known of a fair with the figures of a user's file, and its report, which is printed."""
    if own is None:
        return known, None
    read = read_own_figures(own, known.figures, run)
    show_reports([read.report], verbose=verbose)
    return msgspec.structs.replace(known, figures=read.figures), read.report


def moments_ms(figures: Iterable[Figure], scenario: Scenario) -> set[int]:
    """Return the moments before the end of a scenario at which figures are held against it, in ms since the epoch.

    Raises:
        FigureError: that of a user's own figure lies outside of what is played. A documented one is then left out.
    """
    run, moments = _to_be(scenario), set()
    for figure in figures:
        try:
            moments.add(moment_ms(figure, run) if figure.measure else None)
        except FigureError:
            if figure.is_own:
                raise
    return {at_ms for at_ms in moments if at_ms is not None}


def _to_be(scenario: Scenario) -> RunMeasures:
    """Return what a run of a scenario will say of its time and its fair."""
    days = scenario.parameters.fair.days
    return RunMeasures(
        epoch=scenario.epoch.isoformat(),
        duration_ms=scenario.duration_ms,
        closed_on=date_text(scenario.epoch, scenario.at_ms(days) - 1),
        fair=scenario.fair.describe(days),
    )


def check_figures(own: Path | None) -> None:
    """Refuse a user's file that cannot be read: that is said before anything else is looked for.

    Raises:
        FigureError: names the file.
    """
    if own is not None:
        read_bytes(own, Reading(str(own), FORMAT, "rows", FigureError), REMEDY)


def figures_of(scenario: Scenario, own: Path | None, *, verbose: bool) -> Mapping[str, Figure]:
    """Return the figures of a fair that is to be played, and those of a user's file, as `known_of` does.

    Raises:
        FigureError: there are none, or a file cannot be read.
    """
    fair, figures = scenario.fair, known_to_play(scenario, own, verbose=verbose)[0].figures
    if not figures:
        raise FigureError(
            f"the fair {fair.key} has no figures: write {fair.folder}/{FIGURES}, or give figures with --figures"
            " FILE.csv"
        )
    return figures
