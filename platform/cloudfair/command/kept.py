"""`fair runs`, `fair compare` and `fair verify`: runs that are kept, their measures, and whether their log is whole."""

from __future__ import annotations

import hashlib
import sys
from typing import Any

from rich.progress import Progress

from cloudfair import tables
from cloudfair.command.options import DEFAULT_DATABASE, Database, Figures, Json, KeptRun
from cloudfair.command.show import ROLE_MEANINGS, comparison_table, err, out, print_json, table
from cloudfair.live import measures_of
from cloudfair.log import KeptState, Log
from fairfacts.comparison import compare as compare_with_figures
from fairfacts.errors import BackendError
from fairfacts.events import decode
from fairfacts.figures import load_figures
from fairfacts.measures import State


def runs(*, database: Database = DEFAULT_DATABASE, as_json: Json = False) -> None:
    """List the runs that are kept, the latest first."""
    kept = Log.open(database).runs()
    if as_json:
        print_json([_columns(run) for run in kept])
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


def compare(
    run: KeptRun = None, *, figures: Figures = None, database: Database = DEFAULT_DATABASE, as_json: Json = False
) -> None:
    """Show what was reported beside what a kept run simulated."""
    known = load_figures(figures)
    log = Log.open(database)
    kept = _kept(log, run)
    rows = compare_with_figures(measures_of(log, kept.id), known)
    if as_json:
        print_json({"run": kept.id, "state": _state(kept), "scale": kept.scale, "comparison": rows})
        return
    out.print(comparison_table(rows))
    out.print(f"\nrun {kept.id}, {_state(kept)}, scale {kept.scale:g}", highlight=False)
    for role, meaning in ROLE_MEANINGS.items():
        out.print(f"[dim]{role}: {meaning}[/]")


def verify(
    run: KeptRun = None,
    *,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Check that a kept log is whole, that it has its digest, and that its measures are those that were streamed.

    The whole log is read, decoded and folded again from its first event. Exit status 1 when anything differs.
    """
    log = Log.open(database)
    kept = _kept(log, run)
    sha256, state, faults = hashlib.sha256(), State(), []
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("Verifying", total=kept.head)
        for segment in log.segments(kept.id):
            if segment.first != state.position:
                faults.append(f"events {state.position} to {segment.first - 1} are missing")
            if hashlib.sha256(segment.ndjson).hexdigest() != segment.sha256:
                faults.append(f"the segment at {segment.first} is not what was appended")
            sha256.update(segment.ndjson)
            state.fold(decode(segment.ndjson))
            progress.update(task, completed=state.position)
    position, digest = state.position, sha256.hexdigest()
    if position != kept.head:
        faults.append(f"the log holds {position} events, and {kept.head} were answered for")
    if kept.ended:
        faults += _against_announced(log.latest_checkpoint(kept.id), digest, state)
    if as_json:
        print_json(
            {
                "run": kept.id,
                "ok": not faults,
                "events": position,
                "digest": digest,
                "ended": kept.ended,
                "faults": faults,
            }
            | {"measures": state.snapshot()}
        )
    else:
        _tell(kept, digest, position, faults)
    if faults:
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
    out.print(
        f"{verdict}: run {kept.id}, {position:,} events; {what}\ndigest {digest}", highlight=False, soft_wrap=True
    )


def _kept(log: Log, run: str | None) -> tables.Run:
    if run is not None:
        return log.run(run)
    if not (kept := log.runs()):
        raise BackendError(f"{log.name} holds no run yet; fair run ciftis2020 plays one")
    return kept[0]


def _state(run: tables.Run) -> str:
    return "ended" if run.ended else "running"


def _columns(run: tables.Run) -> dict[str, Any]:
    return run.model_dump(exclude={"ended", "request"}) | {"state": _state(run)}
