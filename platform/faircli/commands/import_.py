"""`fair import`: the log of a file, of any system, becomes a run that is kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faircli.completion import complete_run
from faircli.defaults import DATABASE
from faircli.options import Database, Json, Token

if TYPE_CHECKING:
    from faircli.log_file import LogCheck


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A log: .ndjson, .ndjson.gz or .ndjson.zst.")],
    *,
    to: Annotated[
        str | None, typer.Option(metavar="URL", help="Backend that keeps it; by default the database here.")
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="Go on with the run of an import that broke off.",
            autocompletion=complete_run,
        ),
    ] = None,
    database: Database = DATABASE,
    token: Token = None,
    as_json: Json = False,
) -> None:
    """Keep the log of a file, of any system, as a run.

    The file is checked first, as `fair verify FILE` does. A damaged log is refused, and nothing is kept. A log that
    breaks laws is kept, with a warning. The digest of the run is the SHA-256 of the file as it is unpacked,
    without a byte order mark.

    Where sending breaks off, the run holds the events up to there, and is stopped. `--resume RUN` sends the others: the
    events of the run must be the first ones of the file.

    Examples:
    - `fair import FILE.ndjson` keeps a log; then `fair report`, `fair compare` and `fair query` take the run.
    - `fair import FILE.ndjson --resume RUN` goes on where an import broke off.
    - `fair export RUN --to ndjson --into run.ndjson` writes such a file.
    """
    import httpx

    from faircli.backend import reach
    from faircli.connection import authorization, is_secure
    from faircli.console import note, print_json, say, warn
    from faircli.importing import send
    from faircli.log_file import checked, require_log_file
    from faircli.progress import events_progress

    require_log_file(file)
    with events_progress("Checking", file.stat().st_size if file.is_file() else 0) as reached:
        log_check = checked(file, reached)
    _refuse_damaged(file, log_check)
    log_check.auditor.close(ended=log_check.ended)
    headers = authorization(token)
    with (
        reach([to] if to else [], database, token) as backend,
        httpx.Client(base_url=backend.url, headers=headers, verify=is_secure(backend.url)) as client,
    ):
        run = send(client, file, log_check, resume)
    broken = dict(log_check.auditor.broken)
    if as_json:
        shown = {"run": run, "events": log_check.events, "digest": log_check.digest, "ended": log_check.ended}
        print_json(shown | {"broken": broken})
        return
    say(f"kept {log_check.events:,} events of {file} as run {run}")
    say(f"digest {log_check.digest}")
    if not log_check.ended:
        note("its last event does not end the run: it stands as one that has not ended")
    if broken:
        warn(f"the log breaks {', '.join(broken)}; fair verify {run} says where")


def _refuse_damaged(file: Path, log_check: LogCheck) -> None:
    """Refuse what is no whole log.

    Raises:
        LabError: it has damaged lines, or no event at all.
    """
    from fairfacts.errors import LabError

    if log_check.damaged:
        others = f" and {log_check.damaged - 1:,} more" if log_check.damaged > 1 else ""
        raise LabError(
            f"{file}: {log_check.damage[0]}{others}; nothing was kept; fair verify {file} names each of them",
            faults=[f"{file}: {damage}" for damage in log_check.damage],
        )
    if log_check.started is None:
        raise LabError(f"{file}: it has no events; name a log file, as fair export --to ndjson writes it")
