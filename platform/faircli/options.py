"""Options that several commands share, with their help and what the shell completes."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from faircli.completion import (
    complete_change,
    complete_run,
    complete_run_or_file,
    complete_run_or_log,
    complete_scenario,
)

MOST = 2**53 - 1
"""Largest seed, and largest number of a replication: as the backend's, which starting a command does not import."""


def _bounded(value: int) -> int:
    if value > MOST:
        raise typer.BadParameter(f"{value} is over {MOST}; take a smaller number")
    return value


Database = Annotated[
    str,
    typer.Option(
        "--db",
        envvar="CLOUDFAIR_DATABASE_URL",
        help="Database of the runs: a SQLite file, or a URL such as postgresql://user@host/name.",
    ),
]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object (or array) and nothing else.")]

Figures = Annotated[
    Path | None,
    typer.Option(
        "--figures", metavar="FILE.csv", help="Your own figures, beside the documented ones (seeds/README.md)."
    ),
]

Verbose = Annotated[
    bool,
    typer.Option("--verbose", help="List every value of your file that was coerced, moved, assumed or left out."),
]

Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="CLOUDFAIR_TOKEN",
        help="Token with full access; without it others may only read.",
        show_envvar=True,
    ),
]
ReadToken = Annotated[
    str | None, typer.Option("--read-token", envvar="CLOUDFAIR_READ_TOKEN", help="Token that may only read.")
]
WriteToken = Annotated[
    str | None,
    typer.Option("--write-token", envvar="CLOUDFAIR_WRITE_TOKEN", help="Token that may read and send events."),
]
SteerToken = Annotated[
    str | None,
    typer.Option("--steer-token", envvar="CLOUDFAIR_STEER_TOKEN", help="Token that may read and steer runs."),
]

Host = Annotated[
    str, typer.Option(help="Address to listen on; other machines can reach only another one, which needs a token.")
]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")]
DrainS = Annotated[
    float,
    typer.Option("--drain", metavar="SECONDS", min=0, max=600, help="How long to go on after SIGTERM."),
]

Parquet = Annotated[
    str | None,
    typer.Option(
        envvar="CLOUDFAIR_PARQUET",
        metavar="FOLDER",
        help="Folder of the Parquet files; by default cloudfair.parquet beside the database.",
    ),
]

RunId = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN",
        help="Id of a run, from `fair runs`; by default the latest run.",
        autocompletion=complete_run,
    ),
]
RunOrLog = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN|FILE",
        help="Id of a run, from `fair runs`, by default the latest run; or a log file: .ndjson, .ndjson.gz,"
        " .ndjson.zst.",
        autocompletion=complete_run_or_log,
    ),
]
RunOrEnsemble = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN|ENSEMBLE",
        help="Id of a run, or the .json file of `fair ensemble -o`; by default the latest run.",
        autocompletion=complete_run_or_file,
    ),
]
ScenarioName = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="A shipped scenario (`fair scenarios`), a fair (`fair fairs`), or the path of a .toml file.",
        autocompletion=complete_scenario,
    ),
]
CalibratedScenario = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="A shipped scenario, or a .toml file; it needs a [calibration] table.",
        autocompletion=complete_scenario,
    ),
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change a parameter: negotiations.patience_mean_min=30.",
        autocompletion=complete_change,
    ),
]
Scale = Annotated[
    float, typer.Option(metavar="SHARE", help="Size of the fair against the documented one: 0.1 is a tenth.")
]

Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="Runs played at the same time; by default one for each core.")
]
Dask = Annotated[
    str | None, typer.Option("--dask", metavar="ADDRESS", help="Play on a Dask cluster: the address of its scheduler.")
]
Seed = Annotated[
    int,
    typer.Option(min=0, callback=_bounded, help="Seed of the random numbers. Another seed gives another fair."),
]
Resume = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Store each run in this file, and reuse the runs that it holds."),
]
Replication = Annotated[
    int, typer.Option(min=0, callback=_bounded, help="Number of the independent replication of the seed.")
]


def warn_ignored(context: typer.Context, names: Collection[str], why: str) -> None:
    """Warn of options, by the names of their parameters, that were given and that a mode of a command ignores."""
    from faircli.console import warn

    given = [
        max(parameter.opts, key=len)
        for parameter in context.command.params
        if parameter.name in names and _is_given(context, parameter.name)
    ]
    if given:
        warn(f"{' and '.join(given)}: {'is' if len(given) == 1 else 'are'} ignored {why}")


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
