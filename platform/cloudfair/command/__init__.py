"""The command `fair`: the one place that joins the model and the backend."""

from __future__ import annotations

import sys

import typer

from cloudfair.command import (
    analysis,
    branching,
    calibrating,
    catalogue,
    comparing,
    counting,
    experiments,
    forecasting,
    kept,
    play,
    posterior,
    report,
    serving,
    watching,
)
from cloudfair.command.show import complain
from fairfacts.errors import FairError, FigureError, LabError, ScenarioError

FAILED, BAD_ARGUMENTS = 1, 2

app = typer.Typer(
    name="fair",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
    rich_markup_mode="markdown",
    help="""A digital twin of a hybrid trade fair.

    `fair run ciftis2020` plays the 2020 fair, keeps every event, and shows what was simulated beside what was reported.

    `fair serve` opens the page and the live feed on http://127.0.0.1:8000.
    """,
)
app.command("run")(play.run)
app.command("serve")(serving.serve)
app.command("watch")(watching.watch)
app.command("runs")(kept.runs)
app.command("compare")(comparing.compare)
app.command("count")(counting.count)
app.command("report")(report.report)
app.command("forecast")(forecasting.forecast)
app.command("verify")(kept.verify)
app.command("ensemble")(experiments.ensemble)
app.command("branch")(branching.branch)
app.command("calibrate")(calibrating.calibrate)
app.command("posterior")(posterior.posterior)
app.command("query")(analysis.query)
app.command("export")(analysis.export)
app.add_typer(catalogue.scenarios, name="scenarios")
app.command("figures")(catalogue.figures)


def main() -> None:
    """Run the command; exit status 0 well, 1 failed, 2 bad arguments."""
    try:
        app()
    except (ScenarioError, FigureError, LabError) as fault:
        complain(str(fault))
        sys.exit(BAD_ARGUMENTS)
    except FairError as fault:
        complain(str(fault))
        sys.exit(FAILED)
