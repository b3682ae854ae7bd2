"""`fair report`: one page that says what was given, fitted and predicted, and how to play it again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from faircli.defaults import DATABASE
from faircli.options import Database, Figures, Json, RunOrEnsemble, Verbose


def report(
    run: RunOrEnsemble = None,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE.html", help="The page: one file that needs no network.")
    ],
    png: Annotated[
        Path | None, typer.Option("--png", metavar="FOLDER", help="Write each plot as a PNG file there too.")
    ] = None,
    tables_to: Annotated[
        Path | None, typer.Option("--csv", metavar="FOLDER", help="Write each table as a CSV file there too.")
    ] = None,
    calibration: Annotated[
        Path | None,
        typer.Option(metavar="FILE.json", help="The result of `fair calibrate -o`; by default that of the fair."),
    ] = None,
    sensitivity: Annotated[
        Path | None,
        typer.Option(metavar="FILE.json", help="The result of `fair sensitivity -o`: which assumptions decide it."),
    ] = None,
    by_name: Annotated[
        bool,
        typer.Option("--by-name", help="Open no file that a run names: shipped scenarios, and fairs that lie here."),
    ] = False,
    figures: Figures = None,
    verbose: Verbose = False,
    database: Database = DATABASE,
    as_json: Json = False,
) -> None:
    """Write a report of a kept run or of an ensemble: one page, for the screen and for A4.

    It shows reported beside simulated with role, interval and verdict; the fair by day and hour; the funnel of the
    negotiation; economies by hour; the halls; the audit of the figures; the parameters by class; and how to play it
    again.

    Examples:
    - `fair report -o report.html` reports on the latest run.
    - `fair report fairs.json -o report.html --png plots --csv tables` writes plots and tables beside the page.
    """
    import msgspec

    from faircli.console import err, print_json, say
    from faircli.files import check_output, make_folder
    from faircli.reader import check_begun
    from faircli.report.assumptions import LEADING, sensitivities
    from faircli.report.content import tables
    from faircli.report.gather import content_of, fitted_of, fitted_of_fair
    from faircli.resolve import subject_of
    from faircli.run_request import names_here
    from faircli.user_files import check_figures, known_of
    from fairfacts.errors import LabError
    from fairfacts.interchange.writing import write_file
    from fairlab.calibrated import Calibration
    from fairlab.sensitivity import Sensitivity

    check_output(output, suffixes=(".html", ".htm"))
    check_figures(figures)
    given = Calibration.load(calibration) if calibration else None
    decided = Sensitivity.load(sensitivity) if sensitivity else None
    subject = subject_of(run, database)
    if subject.row:
        check_begun(subject.row, "report on")
    known, _ = known_of(subject.run, figures, verbose=verbose)
    fitted = fitted_of(given, f"in {calibration.name}") if given and calibration else fitted_of_fair(subject.run.fair)
    content = content_of(subject, known, fitted, names_here() if by_name else None)
    content = msgspec.structs.replace(content, sensitivity=decided)
    from faircli.report.page import render
    from faircli.report.plots import draw  # matplotlib takes a second: every refusal comes before it

    with err.status("Drawing"):
        plots = draw(content)
        if decided is not None:
            from faircli.report.sensitivity import in_report

            plots |= in_report(decided, LEADING)
        write_file(output, render(content, plots).encode(), LabError)
    if png:
        for plot in plots.values():
            write_file(make_folder(png) / f"{plot.name}.png", plot.png(), LabError)
    if tables_to:
        for table in (*tables(content), *sensitivities(content)):
            write_file(make_folder(tables_to) / f"{table.name}.csv", table.as_csv(), LabError)
    if as_json:
        print_json({"report": str(output), "of": subject.name, "headline": content.headline, "facts": content.facts})
        return
    say(content.headline)
    say("wrote ", (str(output), "bold"), f" for {subject.line}")
