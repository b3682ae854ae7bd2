"""`fair branch`: a kept run is played to a moment again, and goes on otherwise from there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import typer

from cloudfair import tables
from cloudfair.command.experiments import Dask, Workers, lab_progress
from cloudfair.command.kept import kept_run
from cloudfair.command.options import DEFAULT_DATABASE, Changes, Database, Json, KeptRun
from cloudfair.command.play import Request
from cloudfair.command.show import number, out, print_json, simulated_clock, table
from cloudfair.log import Log
from fairfacts.commands import AnyCommand, Disrupt
from fairfacts.disruptions import AnyDisruption
from fairfacts.errors import BackendError, LabError, ScenarioError
from fairlab.branch import Branched, Fork, Injected, Parting, check_fork, differences, play_branch
from fairlab.replications import moment_ms
from fairlab.workers import in_order, workers
from fairsim import VERSION
from fairsim.scenario import Scenario, load_scenario


def branch(
    run: KeptRun = None,
    *,
    at: Annotated[str, typer.Option(help="Where the branch begins, on the fair's clocks: '2020-09-05 20:00'.")],
    changes: Changes = None,
    disrupt: Annotated[
        list[str] | None,
        typer.Option(
            help='Disrupt the branch there: \'{"kind": "platform_outage", "lasts_min": 60}\'.', metavar="JSON"
        ),
    ] = None,
    count: Annotated[
        int, typer.Option("-n", min=1, help="Branches: the run's own, and of further replications of its seed.")
    ] = 1,
    database: Database = DEFAULT_DATABASE,
    worker_count: Workers = None,
    dask: Dask = None,
    as_json: Json = False,
) -> None:
    """Play a run to a moment and on otherwise; show what differs at the end, and the first event in which the two part.

    `fair branch RUN --at "2020-09-05 20:00" --set negotiations.night_share=1` asks: had every desk kept a night shift
    from that evening on? Both are played from the same random numbers; `-n 10` tells chance from effect.
    """
    log = Log.open(database)
    kept = kept_run(log, run)
    asked, scenario = _request(kept)
    changed = load_scenario(asked.scenario, changes=[*asked.changes, *(changes or ())], scale=asked.scale)
    at_ms = moment_ms(at, scenario, "--at")
    disruptions = tuple(_disruption(text) for text in disrupt or ())
    forks = [
        Fork(scenario, asked.seed, asked.replication + turn, at_ms, changed, disruptions, _history(log, kept, turn))
        for turn in range(count)
    ]
    check_fork(forks[0])
    branched = []
    with workers(worker_count or min(count, 2), dask=dask) as (executor, at_once), lab_progress("branches") as progress:
        task = progress.add_task("", total=count, note="")
        for one in in_order(executor, at_once, play_branch, forks):
            branched.append(one)
            progress.update(task, completed=len(branched))
    _check_same(log, kept, branched[0])
    if as_json:
        print_json(_plain(kept, at_ms, branched))
    else:
        _show(kept, at_ms, scenario, branched)


def _request(kept: tables.Run) -> tuple[Request, Scenario]:
    """Return what a run was begun with, and its scenario as it was."""
    if kept.version != VERSION:
        raise BackendError(f"run {kept.id} is of release {kept.version}, this is {VERSION}; branch from a new run")
    try:
        asked = msgspec.json.decode(kept.request, type=Request)
    except msgspec.DecodeError as fault:
        raise LabError(f"run {kept.id} was not begun by fair run, so it cannot be played again ({fault})") from fault
    scenario = load_scenario(asked.scenario, changes=asked.changes, scale=asked.scale)
    if scenario.sha256() != asked.sha256:
        raise ScenarioError(
            f"run {kept.id}: {asked.scenario} is not what it was when the run began; branch from a new run"
        )
    return asked, scenario


def _disruption(text: str) -> AnyDisruption:
    try:
        found: AnyDisruption = msgspec.json.decode(text, type=AnyDisruption)
    except msgspec.DecodeError as fault:
        raise LabError(f"--disrupt {text}: {fault}; the kinds stand in CONCEPTS.md") from fault
    return found


def _history(log: Log, kept: tables.Run, turn: int) -> tuple[Injected, ...]:
    """Return the disruptions that operators said to the run; a further replication has none."""
    said = [(msgspec.json.decode(one.body, type=AnyCommand), one) for one in log.commands(kept.id)] if not turn else []
    return tuple(
        Injected(one.applied_at_ms, command.disruption)
        for command, one in said
        if isinstance(command, Disrupt) and one.applied_at_ms is not None and one.refused is None
    )


def _check_same(log: Log, kept: tables.Run, branched: Branched) -> None:
    """Hold the run as it was played again against its log."""
    announced = log.latest_checkpoint(kept.id) if kept.ended else None
    if announced is not None and announced.digest and announced.digest != branched.run_digest:
        raise BackendError(
            f"run {kept.id}: played again it has the digest {branched.run_digest[:12]}, and {announced.digest[:12]} in"
            " the log; the model is another one by now: branch from a new run"
        )


def _plain(kept: tables.Run, at_ms: int, branched: Sequence[Branched]) -> dict[str, Any]:
    return {
        "run": kept.id,
        "at_ms": at_ms,
        "parting": branched[0].parting,
        "branches": [
            {"replication": one.replication, "run_digest": one.run_digest, "branch_digest": one.branch_digest}
            for one in branched
        ],
        "differences": {
            path: {"run": run, "branch": branch, "difference": difference}
            for path, (run, branch, difference) in differences(branched).items()
        },
    }


def _show(kept: tables.Run, at_ms: int, scenario: Scenario, branched: Sequence[Branched]) -> None:
    told = {path: found for path, found in differences(branched).items() if found[2].mean or found[2].sd}
    heads = ["run", "branch", "difference", *(["95 % interval"] if len(branched) > 1 else [])]
    rows = (
        [path, number(run.mean), number(other.mean), number(difference.mean)]
        + ([f"{number(difference.low)} to {number(difference.high)}"] if len(branched) > 1 else [])
        for path, (run, other, difference) in told.items()
    )
    epoch = scenario.epoch.isoformat()
    title = f"What differs at the end, branched on {simulated_clock(epoch, at_ms)}"
    out.print(table(title, [("measure", "left"), *((head, "right") for head in heads)], rows))
    out.print("\nno measure differs" if not told else "", highlight=False)
    _tell_parting(branched[0].parting, epoch)
    out.print(f"run {kept.id} {branched[0].run_digest}\nbranch digest {branched[0].branch_digest}", highlight=False)


def _tell_parting(parting: Parting | None, epoch: str) -> None:
    if parting is None:
        out.print("the two logs are the same", highlight=False)
        return
    at_ms = min(one["at_ms"] for one in (parting.run, parting.branch) if one is not None)
    out.print(f"they part at position {parting.position:,}, {simulated_clock(epoch, at_ms)}:", highlight=False)
    for name, event in (("run", parting.run), ("branch", parting.branch)):
        said = "is over" if event is None else msgspec.json.encode(event).decode()
        out.print(f"  {name:<7}{said}", highlight=False, markup=False, soft_wrap=True)
