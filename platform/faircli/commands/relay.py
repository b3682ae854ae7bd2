"""`fair relay`: live feeds from NATS, without the database."""

from __future__ import annotations

from typing import Annotated

import typer

from cloudfair.http.logging import Level
from faircli.defaults import BACKEND, HOST, PORT
from faircli.options import DrainS, Host, Port, ReadToken, Token


def relay(
    *,
    nats: Annotated[
        str,
        typer.Option(
            envvar="CLOUDFAIR_NATS_URL",
            metavar="URL",
            help="NATS server to whose JetStream a backend publishes: nats://user:password@host:4222.",
        ),
    ],
    backend: Annotated[
        str, typer.Option(metavar="URL", help="Backend that refusals name: it has all that is no live feed.")
    ] = BACKEND,
    host: Host = HOST,
    port: Port = PORT,
    token: Token = None,
    read_token: ReadToken = None,
    drain_s: DrainS = 0.0,
    log_level: Annotated[Level, typer.Option(help="How much is logged; debug logs every request.")] = Level.INFO,
) -> None:
    """Serve live feeds of runs from NATS until Ctrl-C, without the database.

    A relay has what `fair serve --nats` publishes: about one frame a second of each run, with the protocol of the
    backend's own feeds. Any number of relays carry watchers, and cost the database nothing. Lists, past moments and
    commands they refuse, with the address of a backend.

    Examples:
    - `fair relay --nats nats://host:4222 --port 8001` serves the feeds on http://127.0.0.1:8001.
    - `fair watch RUN --from http://127.0.0.1:8001` watches one of them.
    - `CLOUDFAIR_TOKEN=secret fair relay --nats nats://host:4222 --host 0.0.0.0` opens it to other machines.
    """
    from cloudfair.http.logging import write_logs
    from cloudfair.relay.app import serve_relay
    from cloudfair.settings import Settings

    write_logs(log_level)
    settings = Settings(host=host, port=port, token=token, read_token=read_token, drain_s=drain_s)
    serve_relay(settings, nats, backend.rstrip("/"), lambda url: typer.echo(f"the relay is at {url}"))
