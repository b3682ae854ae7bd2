"""`fair ensemble`: the model played many times, without a backend, and what that says of every measure."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from cloudfair.command.options import Changes, Json, Scale
from cloudfair.command.show import err, number, out, print_json, table
from fairfacts.errors import LabError
from fairlab.ensemble import Ensemble, Paired, Plan, paired, play_ensembles, read_until
from fairlab.estimates import Estimate
from fairlab.replications import moment_ms
from fairlab.workers import workers
from fairsim.scenario import load_scenario

Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="Runs played at the same time; one for each core without it.")
]
Dask = Annotated[
    str | None, typer.Option("--dask", metavar="ADDRESS", help="Play on a Dask cluster: its scheduler's address.")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Keep the result in this JSON file.")]
LabSeed = Annotated[int, typer.Option(min=0, help="Of the random numbers; each replication has its own of them.")]


def ensemble(
    scenario: Annotated[str, typer.Argument(help="A shipped scenario, or the path of a .toml file.")],
    *,
    count: Annotated[int, typer.Option("-n", min=1, help="Replications; with --until at least so many.")] = 20,
    against: Annotated[
        str | None, typer.Option(help="A second scenario, played with the same random numbers.", metavar="SCENARIO")
    ] = None,
    changes: Changes = None,
    against_changes: Annotated[
        list[str] | None, typer.Option("--against-set", help="Change a parameter of the second scenario alone.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            help="Stop when half the interval of a measure (with --against, of its difference) is so narrow:"
            " negotiations.held=0.5% or negotiations.held=1000.",
            metavar="MEASURE=WIDTH",
        ),
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="With --until: at most so many replications.")] = 200,
    at: Annotated[
        list[str] | None, typer.Option(help="Keep the measures of this moment too: '2020-09-05 08:00'.")
    ] = None,
    seed: LabSeed = 7,
    scale: Scale = 1.0,
    worker_count: Workers = None,
    dask: Dask = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Play a scenario many times, and show mean, 95 % interval and prediction interval of every measure.

    `fair ensemble ciftis2020 -n 20 --scale 0.1` takes half a minute on two cores. Results do not depend on the workers.

    `fair ensemble ciftis2020 --against matchmaking` shows what the second changes: paired differences under common
    random numbers, which need far fewer replications.
    """
    asked = [(scenario, tuple(changes or ()))]
    if against is not None:
        asked.append((against, (*(changes or ()), *(against_changes or ()))))
    elif against_changes:
        raise LabError(f"--against-set {against_changes[0]}: names no second scenario; add --against {scenario}")
    scenarios = [(which, changed, load_scenario(which, changes=changed, scale=scale)) for which, changed in asked]
    moments_ms = tuple(sorted(moment_ms(text, scenarios[0][2], "--at") for text in at or ()))
    check_output(output)
    plan = Plan(count, read_until(until) if until else None, most, moments_ms)
    began = time.monotonic()
    with workers(worker_count, dask=dask) as (executor, at_once), lab_progress("replications") as progress:
        task = progress.add_task("", total=most if until else count, note="")

        def done(replications: int, found: Estimate | None) -> None:
            note = f"{plan.until.measure} {interval(found)}" if plan.until and found else ""
            progress.update(task, completed=replications, note=note)

        ensembles = play_ensembles(scenarios, seed, executor, at_once, plan, done)
    wall_s = time.monotonic() - began
    pairs = paired(*ensembles) if len(ensembles) == 2 else None
    for one, path in zip(ensembles, _files(output), strict=False):
        one.save(path)
    if as_json:
        print_json(_plain(ensembles, pairs, wall_s))
        return
    _show(ensembles, pairs, wall_s)


def check_output(path: Path | None) -> None:
    """Refuse a file that cannot be written, before any run.

    Raises:
        LabError: its folder is not there.
    """
    if path is not None and not path.parent.is_dir():
        raise LabError(f"-o {path}: there is no folder {path.parent}; make it, or name another file")


def _files(output: Path | None) -> list[Path]:
    """Return where the ensembles are kept: the second beside the first."""
    return [output, output.with_name(f"{output.stem}-against{output.suffix}")] if output else []


@contextmanager
def lab_progress(what: str) -> Iterator[Progress]:
    """Show how many runs are done, the time left, and a note."""
    columns = (
        TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"),
        TimeRemainingColumn(), TextColumn("{task.fields[note]}"),
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        yield progress


def interval(found: Estimate) -> str:
    """Return a mean with half the width of its interval."""
    return f"{number(found.mean)} ± {number(found.half_width)}"


def _plain(ensembles: tuple[Ensemble, ...], pairs: dict[str, Paired] | None, wall_s: float) -> dict[str, Any]:
    said = [_plain_one(one) for one in ensembles]
    return said[0] | {"wall_s": round(wall_s, 3)} | ({"against": said[1], "differences": pairs} if pairs else {})


def _plain_one(one: Ensemble) -> dict[str, Any]:
    names = ("scenario", "changes", "scale", "seed", "version", "parameters_sha256")
    return {name: getattr(one, name) for name in names} | {
        "digest": one.digest,
        "replications": [
            {"replication": replication.replication, "events": replication.events, "digest": replication.digest}
            for replication in one.replications
        ],
        "estimates": one.estimates(),
        "moments": {moment: {path: one.estimate(path, int(moment)) for path in one.estimates()}
                    for moment in one.replications[0].moments},
    }  # fmt: skip


def _show(ensembles: tuple[Ensemble, ...], pairs: dict[str, Paired] | None, wall_s: float) -> None:
    one = ensembles[0]
    title = f"{len(one.replications)} replications, seed {one.seed}, scale {one.scale:g}"
    out.print(_table_of_one(title, one) if pairs is None else _table_of_pairs(title, one, ensembles[1], pairs))
    if pairs is not None:
        alike = sum(not pair.difference.sd and not pair.difference.mean for pair in pairs.values())
        out.print(f"\n{alike} measures do not differ", highlight=False)
        out.print("[dim]gain: so many times as many replications without common random numbers[/]")
    runs = len(one.replications) * len(ensembles)
    out.print(f"\n{runs} runs in {wall_s:.1f} s", highlight=False)
    for said in ensembles:
        out.print(f"digest {said.digest} {said.scenario}", highlight=False, soft_wrap=True)


def _table_of_one(title: str, one: Ensemble) -> Table:
    columns = (("measure", "left"), ("mean", "right"), ("95 % interval", "right"), ("the next one", "right"))
    return table(
        title,
        columns,
        (
            (path, number(found.mean), _between(found.low, found.high), _between(found.next_low, found.next_high))
            for path, found in one.estimates().items()
        ),
    )


def _table_of_pairs(title: str, a: Ensemble, b: Ensemble, pairs: dict[str, Paired]) -> Table:
    heads = (a.scenario, "the other" if a.scenario == b.scenario else b.scenario, "difference", "95 % interval", "gain")
    return table(
        title,
        [("measure", "left"), *((head, "right") for head in heads)],
        (
            (
                path,
                number(pair.a.mean),
                number(pair.b.mean),
                number(pair.difference.mean),
                _between(pair.difference.low, pair.difference.high),
                "" if pair.gain is None else f"{pair.gain:.1f}",
            )
            for path, pair in pairs.items()
            if pair.difference.mean or pair.difference.sd
        ),
    )


def _between(low: float, high: float) -> str:
    return f"{number(low)} to {number(high)}" if high < float("inf") else "a single one tells none"
