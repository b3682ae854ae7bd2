"""`fair verify`: whether the log of a run, or of a file, is whole, and everything that is derived from it right."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from faircli.defaults import DATABASE
from faircli.options import Database, Json, RunOrLog

if TYPE_CHECKING:
    from cloudfair.store.log import Log
    from cloudfair.store.tables import Run
    from fairfacts.auditor import Auditor, Violation

NO_DAMAGE = "the laws are those of this release, and one that it breaks is no damage of the log"


def verify(
    run: RunOrLog = None,
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Make derived data again from the log first; the log is not touched.")
    ] = False,
    database: Database = DATABASE,
    as_json: Json = False,
) -> None:
    """Check that a log is whole and obeys the laws of a fair.

    It reads, decodes, folds and audits the whole log from its first event, and compares every other row of the run
    with it: checkpoints, digest, moments, commands. It names each damage with table and position, and what the
    database holds of ids that are no runs. Of a file it names each damage with line and field, and stores nothing.
    Exit status 1 when anything is wrong, or there is nothing to verify.

    Examples:
    - `fair verify` checks the latest run.
    - `fair verify RUN --json` prints every law and flow.
    - `fair verify RUN --repair` makes checkpoints, indexes and the run's row again from the log, and checks it.
    - `fair verify FILE.ndjson` checks a log of any system; `.ndjson.gz` and `.ndjson.zst` are unpacked.
    """
    from faircli.log_file import is_log_file, require_log_file
    from fairfacts.errors import ScenarioError

    if run is not None and Path(run).is_file():
        require_log_file(Path(run))
    if run is None or not is_log_file(run):
        return _verify_run(run, database, repair=repair, as_json=as_json)
    if repair:
        raise ScenarioError(f"--repair: {run} is a file, from which nothing is derived; leave it out")
    return _verify_file(Path(run), as_json=as_json)


def _verify_run(run: str | None, database: str, *, repair: bool, as_json: bool) -> None:
    from cloudfair.projections.repair import repair as make_again
    from cloudfair.projections.verification import verify as check
    from cloudfair.store.log import Log
    from faircli.console import say
    from faircli.progress import events_progress
    from faircli.run_request import changed_since

    log = Log.open(database, read_only=not repair)
    row = _find(log, run)
    done: list[str] = []
    if repair:
        with events_progress("Repairing", row.head) as reached:
            done = make_again(log, row.id, reached)
    with events_progress("Verifying", row.head) as reached:
        verification = check(log, row.id, reached)
    auditor = verification.auditor
    violations = auditor.close(ended=verification.ended) if verification.is_readable else auditor.violations
    result = {"run": row.id, "events": verification.position, "digest": verification.digest}
    result |= {"ended": verification.ended, "damage": verification.damage, "unchecked": verification.unchecked}
    result["repaired"] = done
    changed = changed_since(json.loads(row.request), row.version)
    result["remarks"] = [f"{changed}: {NO_DAMAGE}"] if changed else []
    if not as_json:
        for step in done:
            say(f"repaired: {step}")
    end = "digest and measures are those announced at its end" if verification.ended else "the run has not ended"
    if verification.lacks_end:
        end = "its last event ends the run"
    measures = verification.state.snapshot() if as_json else None
    _show(result, auditor, violations, f"run {row.id}", end, measures)
    if verification.is_readable and verification.position and not as_json:
        say(f"digest {verification.digest}")
    _exit(result)


def _verify_file(path: Path, *, as_json: bool) -> None:
    from faircli.console import say
    from faircli.log_file import checked
    from faircli.progress import events_progress

    with events_progress("Verifying", path.stat().st_size if path.is_file() else 0) as reached:
        log_check = checked(path, reached)
    violations = log_check.auditor.violations if log_check.damaged else log_check.auditor.close(ended=log_check.ended)
    unchecked = [f"the laws from line {log_check.damage[0].line} on, which is damaged"] if log_check.damage else []
    result = {"file": str(path), "events": log_check.events, "digest": log_check.digest, "ended": log_check.ended}
    result |= {"damage": log_check.damage, "unchecked": unchecked, "remarks": []}
    end = "its last event ends the run" if log_check.ended else "the run in it has not ended"
    _show(result, log_check.auditor, violations, str(path), end, log_check.state.snapshot() if as_json else None)
    if not as_json:
        if more := log_check.damaged - len(log_check.damage):
            say(f"and {more:,} more damaged lines")
        say(f"digest {log_check.digest}")
    _exit(result)


def _show(
    result: dict[str, Any],
    auditor: Auditor,
    violations: Sequence[Violation],
    name: str,
    end: str,
    measures: dict[str, Any] | None,
) -> None:
    """Print what was found, as one JSON object where there are measures; add to it whether all is well."""
    from faircli.console import print_json, say
    from fairfacts.auditor import LAWS

    faults = [*map(str, result["damage"]), *(f"{_line(result, violation)}{violation}" for violation in violations)]
    result |= {"ok": not faults and result["events"] > 0, "faults": list(map(str, result["damage"]))}
    if measures is not None:
        flows = {name: account.plain() for name, account in auditor.flows().items()}
        laws = {"checked": len(LAWS), "broken": dict(auditor.broken), "violations": violations, "flows": flows}
        print_json(result | {"laws": laws, "measures": measures})
        return
    for fault in faults:
        say(("wrong:", "bold red"), f" {fault}")
    if result["ok"]:
        say(("verified", "bold green"), f": {name}, {result['events']:,} events; {end}; all {len(LAWS)} laws hold")
    elif faults:
        count = f"{len(faults)} faults" if len(faults) > 1 else "one fault"
        say(("not verified", "bold red"), f": {name}, {result['events']:,} events; {count}")
    else:
        say(("nothing to verify", "bold yellow"), f": {name} has no events")
    for line in result["unchecked"]:
        say(("not looked at:", "bold yellow"), f" {line}")
    for line in result["remarks"]:
        say(("note:", "bold yellow"), f" {line}")
    if more := auditor.broken.total() - len(violations):
        say(f"and {more:,} more violations of the laws")


def _line(result: dict[str, Any], violation: Violation) -> str:
    """Return where a violation is in a file, whose lines people count from 1."""
    return f"line {violation.position + 1}: " if "file" in result and violation.event is not None else ""


def _exit(result: dict[str, Any]) -> None:
    if not result["ok"]:
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
        raise DamageError(
            f"the table run of {log.name} has lost a row: {left}; restore it from a copy (Back up in"
            " docs/guide/operate.md)"
        ) from fault
