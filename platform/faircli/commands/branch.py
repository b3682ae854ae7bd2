"""`fair branch`: a stored run is played again up to a moment, and goes on differently from there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from faircli.defaults import DATABASE
from faircli.options import Changes, Dask, Database, Json, RunId, Workers

if TYPE_CHECKING:
    from datetime import datetime

    from cloudfair.store import tables
    from cloudfair.store.log import Log
    from fairfacts.parts.disruptions import AnyDisruption
    from fairlab.branch import Branched, Injected, Parting
    from fairsim.inputs.scenario import Scenario


def branch(
    run: RunId = None,
    *,
    at: Annotated[
        str,
        typer.Option(metavar="MOMENT", help="Moment at which the branch begins: '2020-09-05 20:00'."),
    ],
    changes: Changes = None,
    disrupt: Annotated[
        list[str] | None,
        typer.Option(
            metavar="JSON",
            help='Disrupt the branch there: \'{"kind": "platform_outage", "lasts_min": 60}\'. People and lanes are said'
            " at the documented scale, as in a scenario.",
        ),
    ] = None,
    count: Annotated[
        int,
        typer.Option("-n", min=1, max=100_000, help="Branches: of the run, and of further replications."),
    ] = 1,
    database: Database = DATABASE,
    worker_count: Workers = None,
    dask: Dask = None,
    as_json: Json = False,
) -> None:
    """Play a run again up to a moment, change it there, and show what differs.

    Run and branch use the same random numbers. The answer is every measure that differs at the end, and the first event
    in which the two logs differ. With `-n 10` the intervals separate the effect from chance.

    Examples:
    - `fair branch RUN --at "2020-09-05 20:00" --set negotiations.night_share=1` asks what changes if every desk keeps a
      night shift from that evening on.
    - `fair branch --at "2020-09-06 10:00" --disrupt '{"kind": "platform_outage", "lasts_min": 60}'` asks what an hour
      without the platform changes.
    """
    import msgspec

    from cloudfair.store.log import Log
    from faircli.console import print_json
    from faircli.progress import runs_progress
    from faircli.reader import find_run
    from faircli.run_request import request_of
    from fairlab.branch import Fork, check_fork, play_branch
    from fairlab.replications import moment_ms
    from fairlab.workers import in_order, workers
    from fairsim.inputs.scenario import load_scenario

    log = Log.open(database, read_only=True)
    row = find_run(log, run)
    asked, scenario = request_of(row.id, msgspec.json.decode(row.request), row.version)
    changed = load_scenario(asked.scenario, changes=[*asked.changes, *(changes or ())], scale=asked.scale)
    at_ms = moment_ms(at, scenario, "--at")
    disruptions = tuple(_disruption(text) for text in disrupt or ())
    forks = [
        Fork(scenario, asked.seed, asked.replication + turn, at_ms, changed, disruptions, _history(log, row.id, turn))
        for turn in range(count)
    ]
    check_fork(forks[0])
    branched: list[Branched] = []
    with (
        workers(worker_count or min(count, 2), dask=dask) as (executor, at_once),
        runs_progress("branches", count) as reached,
    ):
        for each in in_order(executor, at_once, play_branch, forks):
            branched.append(each)
            reached(len(branched), "")
    _check_digest(log, row, branched[0])
    if as_json:
        print_json(_plain(row, at_ms, branched))
    else:
        _show(row, at_ms, scenario, branched)


def _disruption(text: str) -> AnyDisruption:
    import msgspec

    from fairfacts.errors import LabError
    from fairsim.inputs.plan import read_disruption

    try:
        fields = msgspec.json.decode(text)
    except msgspec.DecodeError:
        fields = None
    if not isinstance(fields, dict):
        such_as = '{"kind": "platform_outage", "lasts_min": 60}'
        raise LabError(f"--disrupt {text}: is no JSON object; write one such as '{such_as}' (fair branch --help)")
    return read_disruption(fields, f"--disrupt {text}: disruption")


def _history(log: Log, run: str, turn: int) -> tuple[Injected, ...]:
    """Return the disruptions that operators caused in the run; a further replication has none."""
    import msgspec

    from fairfacts.operator_commands import AnyOperatorCommand, Disrupt
    from fairlab.branch import Injected

    commands = (
        [] if turn else [(msgspec.json.decode(row.body, type=AnyOperatorCommand), row) for row in log.commands.all(run)]
    )
    return tuple(
        Injected(row.applied_at_ms, command.disruption)
        for command, row in commands
        if isinstance(command, Disrupt) and row.applied_at_ms is not None and row.refused is None
    )


def _check_digest(log: Log, row: tables.Run, branched: Branched) -> None:
    """Compare the run as it was played again with its log."""
    from fairfacts.errors import BackendError

    announced = log.checkpoints.latest(row.id) if row.ended else None
    if announced is not None and announced.digest and announced.digest != branched.run_digest:
        raise BackendError(
            f"run {row.id}: played again it has the digest {branched.run_digest[:12]}, and {announced.digest[:12]} in"
            " the log; the model has changed since: branch from a new run"
        )


def _plain(row: tables.Run, at_ms: int, branched: Sequence[Branched]) -> dict[str, Any]:
    from fairlab.branch import pairs_of
    from fairlab.pairs import pairs_by_measure

    return {
        "run": row.id,
        "at_ms": at_ms,
        "parting": branched[0].parting,
        "branches": [
            {"replication": each.replication, "run_digest": each.run_digest, "branch_digest": each.branch_digest}
            for each in branched
        ],
        "differences": {
            path: {"run": pair.a, "branch": pair.b, "difference": pair.difference}
            for path, pair in pairs_by_measure(pairs_of(branched)).items()
        },
    }


def _show(row: tables.Run, at_ms: int, scenario: Scenario, branched: Sequence[Branched]) -> None:
    from faircli.console import out, say
    from faircli.pairs import about_pairs, pairs_table
    from fairfacts.clock import moment_text
    from fairlab.branch import pairs_of
    from fairlab.pairs import pairs_by_measure

    epoch, pairs = scenario.epoch, pairs_of(branched)
    by_measure = pairs_by_measure(pairs)
    title = f"What differs at the end, branched on {moment_text(epoch, at_ms)}"
    out.print(pairs_table(title, "run", "branch", by_measure), "")
    for line in about_pairs(by_measure, pairs):
        say(line)
    _show_parting(branched[0].parting, epoch)
    say(f"run {row.id} {branched[0].run_digest}")
    say(f"branch digest {branched[0].branch_digest}")


def _show_parting(parting: Parting | None, epoch: datetime) -> None:
    import msgspec

    from faircli.console import say
    from fairfacts.clock import moment_text

    if parting is None:
        say("the two logs are the same")
        return
    at_ms = min(event["at_ms"] for event in (parting.run, parting.branch) if event is not None)
    say(f"they part at position {parting.position:,}, {moment_text(epoch, at_ms)}:")
    for name, event in (("run", parting.run), ("branch", parting.branch)):
        text = "has ended" if event is None else msgspec.json.encode(event).decode()
        say(f"  {name:<7}{text}")
