"""`fair verify`: whether the log of a run is whole, and everything that is derived from it right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from faircli.defaults import DATABASE
from faircli.options import Database, Json, RunId

if TYPE_CHECKING:
    from cloudfair.projections.verification import Verification
    from cloudfair.store.log import Log
    from cloudfair.store.tables import Run


def verify(
    run: RunId = None,
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Make derived data again from the log first; the log is not touched.")
    ] = False,
    database: Database = DATABASE,
    as_json: Json = False,
) -> None:
    """Check that a stored log is whole and obeys the laws of a fair.

    It reads, decodes, folds and audits the whole log from its first event, and compares every other row of the run
    with it: checkpoints, digest, moments, commands. It names each damage with table and position, and what the
    database holds of ids that are no runs. Exit status 1 when anything is wrong.

    Examples:
    - `fair verify` checks the latest run.
    - `fair verify RUN --json` prints every law and flow.
    - `fair verify RUN --repair` makes checkpoints, indexes and the run's row again from the log, and checks it.
    """
    from cloudfair.projections.repair import repair as make_again
    from cloudfair.projections.verification import verify as check
    from cloudfair.store.log import Log
    from faircli.console import print_json, say
    from faircli.progress import events_progress
    from fairfacts.auditor import LAWS

    log = Log.open(database, read_only=not repair)
    row = _find(log, run)
    done: list[str] = []
    if repair:
        with events_progress("Repairing", row.head) as reached:
            done = make_again(log, row.id, reached)
    with events_progress("Verifying", row.head) as reached:
        found = check(log, row.id, reached)
    violations = found.auditor.close(ended=found.ended) if found.is_readable else found.auditor.violations
    if as_json:
        print_json(
            {
                "run": row.id,
                "ok": not (found.damage or violations),
                "events": found.position,
                "digest": found.digest,
                "ended": found.ended,
                "faults": list(map(str, found.damage)),
                "damage": found.damage,
                "unchecked": found.unchecked,
                "repaired": done,
                "laws": {
                    "checked": len(LAWS),
                    "broken": dict(found.auditor.broken),
                    "violations": violations,
                    "flows": {name: account.plain() for name, account in found.auditor.flows().items()},
                },
                "measures": found.state.snapshot(),
            }
        )
    else:
        for step in done:
            say(f"repaired: {step}")
        _show(found, [*map(str, found.damage), *map(str, violations)], len(LAWS))
        if more := found.auditor.broken.total() - len(violations):
            say(f"and {more:,} more violations of the laws")
    if found.damage or violations:
        raise typer.Exit(1)


def _find(log: Log, run: str | None) -> Run:
    """Return the run that is named, or the latest, as its row stands.

    Raises:
        BackendError: there is none.
        DamageError: there is none, and the database holds what is left of it.
    """
    from cloudfair.errors import DamageError
    from faircli.reader import find_run
    from fairfacts.errors import BackendError

    try:
        return log.runs.unchecked(run) if run is not None else find_run(log, None)
    except BackendError as fault:
        lost = [stray for stray in log.strays() if run in (None, stray.run_id)]
        if not lost:
            raise
        left = "; ".join(f"{stray.table} {stray.first}: {stray}" for stray in lost)
        raise DamageError(f"the table run of {log.name} has lost a row: {left}; restore it from a copy") from fault


def _show(found: Verification, faults: list[str], laws: int) -> None:
    from faircli.console import say

    for fault in faults:
        say(("wrong:", "bold red"), f" {fault}")
    verdict = ("not verified", "bold red") if faults else ("verified", "bold green")
    what = "digest and measures are those announced at its end" if found.ended else "the run has not ended"
    if faults:
        what = f"{len(faults)} faults" if len(faults) > 1 else "one fault"
    else:
        what += f"; all {laws} laws hold"
    say(verdict, f": run {found.run}, {found.position:,} events; {what}")
    for line in found.unchecked:
        say(("not looked at:", "bold yellow"), f" {line}")
    if found.is_readable:
        say(f"digest {found.digest}")
