"""`fair serve`: the backend, its page and its live feed."""

from __future__ import annotations

from typing import Annotated

import typer

from cloudfair.http.logging import Level
from faircli.defaults import DATABASE, HOST, PORT
from faircli.options import Database, DrainS, Host, Parquet, Port, ReadToken, SteerToken, Token, WriteToken


def serve(
    *,
    host: Host = HOST,
    port: Port = PORT,
    database: Database = DATABASE,
    parquet: Parquet = None,
    token: Token = None,
    read_token: ReadToken = None,
    write_token: WriteToken = None,
    steer_token: SteerToken = None,
    nats: Annotated[
        str | None,
        typer.Option(
            envvar="CLOUDFAIR_NATS_URL",
            metavar="URL",
            help="Publish events and frames to the JetStream of this NATS server: nats://user:password@host:4222.",
        ),
    ] = None,
    peers: Annotated[
        list[str] | None,
        typer.Option(
            "--peer",
            metavar="URL",
            help="Another backend on the same database; runs that are started here go on there when this one is gone.",
        ),
    ] = None,
    drain_s: DrainS = 0.0,
    log_level: Annotated[Level, typer.Option(help="How much is logged; debug logs every request.")] = Level.INFO,
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    until_stdin_closes: Annotated[
        bool, typer.Option("--until-stdin-closes", hidden=True, help="Stop when standard input ends.")
    ] = False,
) -> None:
    """Serve the page, the runs and their live feeds until Ctrl-C.

    The backend logs what happens as JSON on standard error.

    Examples:
    - `fair serve --open` serves http://127.0.0.1:8000 on this machine, and opens it in a browser.
    - `CLOUDFAIR_TOKEN=secret fair serve --host 0.0.0.0` opens it to other machines.
    - `fair serve --db postgresql://user@host/name` keeps the runs in PostgreSQL.
    """
    from contextlib import ExitStack

    from cloudfair.http.logging import write_logs
    from cloudfair.server import announce
    from cloudfair.server import serve as serve_backend
    from cloudfair.settings import Settings
    from faircli.addresses import noted
    from faircli.browser import open_page
    from faircli.launcher import Processes

    write_logs(log_level)
    if until_stdin_closes:
        _stop_with_stdin()
    launcher = Processes(token, database, peers or [])

    def ready(url: str) -> None:
        launcher.serve_at(url)
        if not until_stdin_closes:  # a backend of a run's own ends with that run
            until_it_ends.enter_context(noted(url))
        announce(url)
        if open_it:
            open_page(url)

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
        drain_s=drain_s,
    )
    with ExitStack() as until_it_ends:
        serve_backend(settings, ready, launcher)


def _stop_with_stdin() -> None:
    """Stop this process in order once its standard input ends: the system closes it when the parent dies."""
    import os
    import signal
    import threading

    def wait() -> None:
        while os.read(0, 1):  # not sys.stdin: Python would wait at its end for whoever reads that
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()
