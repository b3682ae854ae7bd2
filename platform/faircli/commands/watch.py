"""`fair watch`: a run's live measures in the terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from faircli.completion import complete_run
from faircli.defaults import HOST, PORT
from faircli.options import Json, Token


def watch(
    run: Annotated[
        str | None,
        typer.Argument(metavar="RUN", help="Id of a run; by default the latest one.", autocompletion=complete_run),
    ] = None,
    *,
    url: Annotated[str, typer.Option("--from", metavar="URL", help="URL of the backend.")] = f"http://{HOST}:{PORT}",
    rate: Annotated[float, typer.Option(min=0.1, max=20, help="Frames a second at most.")] = 5.0,
    token: Token = None,
    as_json: Json = False,
) -> None:
    """Watch a run's measures as they change, until it ends.

    Off a terminal it prints the last frame alone; with `--json` it prints one object a frame.

    Examples:
    - `fair watch` watches the latest run of the backend that runs here.
    - `fair watch RUN --from http://fair.example:8000 --rate 1` watches another backend's, once a second.
    - `fair watch --json | head -1` prints one frame for a program.
    """
    from faircli.watching import watch_run

    watch_run(url.rstrip("/"), run, rate, token, as_json=as_json)
