"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000

Database = Annotated[
    str,
    typer.Option(
        "--db",
        envvar="CLOUDFAIR_DATABASE_URL",
        help="Where runs are kept: a SQLite file, or a URL such as postgresql://user@host/name.",
    ),
]
DEFAULT_DATABASE = "cloudfair.db"

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object (or array) and nothing else.")]

Figures = Annotated[
    Path | None,
    typer.Option("--figures", help="A CSV file of your own figures, beside the documented ones (seeds/README.md)."),
]

Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="CLOUDFAIR_TOKEN",
        help="Secret of those who may do all; others may only read.",
        show_envvar=True,
    ),
]

Parquet = Annotated[
    str | None,
    typer.Option(
        envvar="CLOUDFAIR_PARQUET",
        help="Folder for runs as Parquet files; without it, cloudfair.parquet beside the database.",
    ),
]

ReadToken = Annotated[
    str | None,
    typer.Option("--read-token", envvar="CLOUDFAIR_READ_TOKEN", help="Secret of those who may only read."),
]
WriteToken = Annotated[
    str | None,
    typer.Option("--write-token", envvar="CLOUDFAIR_WRITE_TOKEN", help="Secret of those who may read and send events."),
]
SteerToken = Annotated[
    str | None,
    typer.Option("--steer-token", envvar="CLOUDFAIR_STEER_TOKEN", help="Secret of those who may read and steer runs."),
]

KeptRun = Annotated[str | None, typer.Argument(help="A run's id, as `fair runs` lists them; the latest without one.")]

Changes = Annotated[
    list[str] | None, typer.Option("--set", help="Change a parameter: negotiations.patience_mean_min=30.")
]

Scale = Annotated[float, typer.Option(help="Size of the fair against the documented one: 0.1 is a tenth.")]
