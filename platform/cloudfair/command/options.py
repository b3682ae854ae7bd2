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
    typer.Option("--token", envvar="CLOUDFAIR_TOKEN", help="Secret that writers must bear.", show_envvar=True),
]

Parquet = Annotated[
    str | None,
    typer.Option(
        envvar="CLOUDFAIR_PARQUET",
        help="Folder for runs as Parquet files; without it, cloudfair.parquet beside the database.",
    ),
]

KeptRun = Annotated[str | None, typer.Argument(help="A run's id, as `fair runs` lists them; the latest without one.")]

Changes = Annotated[
    list[str] | None, typer.Option("--set", help="Change a parameter: negotiations.patience_mean_min=30.")
]

Scale = Annotated[float, typer.Option(help="Size of the fair against the documented one: 0.1 is a tenth.")]
