"""`fair serve`: the backend, its page and its live feed."""

from __future__ import annotations

from typing import Annotated

import typer

from cloudfair.command.launching import Processes
from cloudfair.command.options import (
    DEFAULT_DATABASE,
    DEFAULT_HOST,
    DEFAULT_PORT,
    Database,
    Parquet,
    ReadToken,
    SteerToken,
    Token,
    WriteToken,
)
from cloudfair.logs import Level, write_logs
from cloudfair.server import announce
from cloudfair.server import serve as serve_backend
from cloudfair.settings import Settings


def serve(
    *,
    host: Annotated[
        str, typer.Option(help="Address to listen on; another than this machine's own needs a token.")
    ] = DEFAULT_HOST,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = DEFAULT_PORT,
    database: Database = DEFAULT_DATABASE,
    parquet: Parquet = None,
    token: Token = None,
    read_token: ReadToken = None,
    write_token: WriteToken = None,
    steer_token: SteerToken = None,
    nats: Annotated[
        str | None,
        typer.Option(
            envvar="CLOUDFAIR_NATS_URL",
            help="Publish events and frames to this NATS server's JetStream: nats://user:password@host:4222.",
        ),
    ] = None,
    log_level: Annotated[Level, typer.Option(help="How much is logged; at debug every request.")] = Level.INFO,
) -> None:
    """Serve the page, the runs and their live feeds until Ctrl-C. What happens is logged as JSON on standard error."""
    write_logs(log_level)
    launcher = Processes(token, database)

    def ready(url: str) -> None:
        launcher.serve_at(url)
        announce(url)

    settings = Settings(
        database=database,
        host=host,
        port=port,
        token=token,
        read_token=read_token,
        write_token=write_token,
        steer_token=steer_token,
        parquet=parquet,
        nats=nats,
    )
    serve_backend(settings, ready, launcher)
