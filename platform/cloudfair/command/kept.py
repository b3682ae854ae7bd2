"""`fair runs` and `fair verify`: runs that are kept, and whether their log is whole."""

from __future__ import annotations

import hashlib
import sys
from typing import Any

from rich.progress import Progress

from cloudfair import tables
from cloudfair.command.options import DEFAULT_DATABASE, Database, Json, KeptRun
from cloudfair.command.show import err, out, print_json, table
from cloudfair.log import KeptState, Log, pieces
from fairfacts.auditor import LAWS, Auditor
from fairfacts.errors import BackendError
from fairfacts.events import decode
from fairfacts.measures import State


def runs(*, database: Database = DEFAULT_DATABASE, as_json: Json = False) -> None:
    """List the runs that are kept, the latest first."""
    kept = Log.open(database).runs()
    if as_json:
        print_json([columns_of(run) for run in kept])
        return
    columns = (
        ("run", "left"),
        ("scenario", "left"),
        ("seed", "right"),
        ("scale", "right"),
        ("events", "right"),
        ("state", "left"),
        ("begun", "left"),
    )
    rows = (
        (
            run.id,
            run.scenario,
            str(run.seed),
            f"{run.scale:g}",
            f"{run.head:,}",
            _state(run),
            f"{run.created_at.astimezone():%Y-%m-%d %H:%M}",
        )
        for run in kept
    )
    out.print(table("Runs", columns, rows))
    if not kept:
        out.print("none yet: fair run ciftis2020 plays one")


def verify(
    run: KeptRun = None,
    *,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Check that a kept log is whole, has its digest, gives the measures that were streamed, and obeys the laws.

    The whole log is read, decoded, folded and audited again from its first event. Exit status 1 when anything is wrong.
    """
    log = Log.open(database)
    kept = kept_run(log, run)
    sha256, state, auditor, faults = hashlib.sha256(), State(), Auditor(), []
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("Verifying", total=kept.head)
        for segment in log.segments(kept.id):
            if segment.first != state.position:
                faults.append(f"events {state.position} to {segment.first - 1} are missing")
            if hashlib.sha256(segment.ndjson).hexdigest() != segment.sha256:
                faults.append(f"the segment at {segment.first} is not what was appended")
            sha256.update(segment.ndjson)
            for piece in pieces(segment.ndjson):
                events = decode(piece)
                state.fold(events)
                auditor.hear(events)
            progress.update(task, completed=state.position)
    position, digest = state.position, sha256.hexdigest()
    if position != kept.head:
        faults.append(f"the log holds {position} events, and {kept.head} were answered for")
    if kept.ended:
        faults += _against_announced(log.latest_checkpoint(kept.id), digest, state)
    violations = auditor.close(ended=kept.ended)
    if as_json:
        print_json(
            {
                "run": kept.id,
                "ok": not (faults or violations),
                "events": position,
                "digest": digest,
                "ended": kept.ended,
                "faults": faults,
                "laws": {
                    "checked": len(LAWS),
                    "broken": dict(auditor.broken),
                    "violations": violations,
                    "flows": {name: account.plain() for name, account in auditor.flows().items()},
                },
                "measures": state.snapshot(),
            }
        )
    else:
        _tell(kept, digest, position, [*faults, *map(str, violations)])
        if more := auditor.broken.total() - len(violations):
            out.print(f"and {more:,} more violations of the laws", highlight=False)
    if faults or violations:
        sys.exit(1)


def _against_announced(announced: KeptState | None, digest: str, state: State) -> list[str]:
    """Return in what the log differs from the last frame and the digest that were streamed when the run ended."""
    if announced is None or announced.position != state.position:
        return ["the end was never announced: start the backend on this database once, and verify again"]
    faults = []
    if announced.digest != digest:
        faults.append(f"the digest is {digest}, and {announced.digest} was announced")
    if State.restore(announced.state).snapshot() != state.snapshot():
        faults.append("the measures are not those that were streamed last")
    return faults


def _tell(kept: tables.Run, digest: str, position: int, faults: list[str]) -> None:
    for fault in faults:
        out.print(f"[bold red]wrong:[/] {fault}", highlight=False, soft_wrap=True)
    verdict = "[bold red]not verified[/]" if faults else "[bold green]verified[/]"
    what = "digest and measures are those announced at its end" if kept.ended else "the run has not ended"
    what += "" if faults else f"; all {len(LAWS)} laws hold"
    out.print(
        f"{verdict}: run {kept.id}, {position:,} events; {what}\ndigest {digest}", highlight=False, soft_wrap=True
    )


def kept_run(log: Log, run: str | None) -> tables.Run:
    """Return the run that is named, or the latest.

    Raises:
        UnknownError: there is no such run.
        BackendError: there is none at all.
    """
    if run is not None:
        return log.run(run)
    if not (kept := log.runs()):
        raise BackendError(f"{log.name} holds no run yet; fair run ciftis2020 plays one")
    return kept[0]


def columns_of(run: tables.Run) -> dict[str, Any]:
    """Return what is shown of a run in JSON."""
    shown = run.model_dump(exclude={"ended", "request", "heard_at"})
    return shown | {"state": run.state, "silent_since": run.silent_since}


def _state(run: tables.Run) -> str:
    since = run.silent_since
    return f"{run.state}, silent since {since.astimezone():%Y-%m-%d %H:%M}" if since else run.state
