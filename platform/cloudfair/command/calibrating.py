"""`fair calibrate`: parameters are fitted to what was reported, and what the data cannot tell is said."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from cloudfair.command.experiments import Dask, LabSeed, Workers, check_output
from cloudfair.command.options import Changes, Figures, Json, Scale
from cloudfair.command.show import complain, err, number, out, print_json, table
from fairfacts.errors import LabError
from fairfacts.figures import all_figures
from fairlab.calibrated import Calibration, Settings
from fairlab.calibration import Calibrator
from fairlab.keeping import seeds_folder, write_scenario, write_seeds
from fairlab.recovery import Recovery, recover
from fairlab.runs import Runs
from fairlab.targets import read_aim
from fairlab.workers import workers


def calibrate(
    scenario: Annotated[str, typer.Argument(help="A shipped scenario, or a .toml file with a [calibration].")],
    *,
    changes: Changes = None,
    figures: Figures = None,
    seed: LabSeed = 7,
    scale: Scale = 1.0,
    small: Annotated[
        float, typer.Option(min=0.001, max=1, help="Size of the small fair in which is searched, against --scale.")
    ] = 0.1,
    check: Annotated[int, typer.Option(min=0, help="Fresh runs at the end that nothing was fitted to; 0: none.")] = 20,
    resume: Annotated[
        Path | None, typer.Option(help="Keep each run in this file, and go on from those that it has.", metavar="FILE")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write a scenario with the values (.toml), or all (.json).")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write the values into this checkout's seeds/.")] = False,
    recoveries: Annotated[
        int | None,
        typer.Option("--recover", min=1, help="Recover so many known parameter sets instead: a test of the method."),
    ] = None,
    worker_count: Workers = None,
    dask: Dask = None,
    as_json: Json = False,
) -> None:
    """Fit a scenario's free parameters to its targets, and say what the data cannot tell.

    The scenario's `[calibration]` names both. The search is in small fairs; runs at full scale correct what depends on
    size, and fresh ones check the result. `fair calibrate ciftis2020 --scale 0.1` shows all of it in a few minutes.
    """
    aim = read_aim(scenario, all_figures(figures))
    _check_files(output, resume)
    folder = seeds_folder() if write else None
    settings = Settings(seed=seed, scale=scale, small=small, check=check)
    with workers(worker_count, dask=dask) as (executor, at_once), _progress() as progress:
        planned = settings.planned(len(aim.free)) * (recoveries or 1)
        task = progress.add_task("", total=planned, best="")

        def played(size: float) -> None:
            done = progress.tasks[0].completed + size
            progress.update(task, completed=done, total=max(done, planned))

        def told(best: str) -> None:
            progress.update(task, best=best)

        runs = Runs(executor, at_once, resume, played)
        try:
            if recoveries:
                recovered = list(recover(scenario, changes or (), aim, settings, runs, recoveries, told))
            else:
                fitted = Calibrator(scenario, changes or (), aim, settings, runs, told).calibrate()
        except KeyboardInterrupt:
            complain(_how_to_go_on(resume))
            raise typer.Exit(1) from None
    if recoveries:
        _show_recoveries(recovered, as_json=as_json)
        return
    _keep(fitted, output, folder)
    if as_json:
        print_json(fitted)
    else:
        _show(fitted)
    if any(target.missed for target in fitted.targets):
        raise typer.Exit(1)


def _check_files(output: Path | None, resume: Path | None) -> None:
    if output is not None and output.suffix not in (".toml", ".json"):
        raise LabError(f"-o {output}: is neither .toml (a scenario with the values) nor .json (all that was found)")
    check_output(output)
    check_output(resume)


def _keep(found: Calibration, output: Path | None, folder: Path | None) -> None:
    if output is not None and output.suffix == ".json":
        found.save(output)
    elif output is not None:
        write_scenario(found, output)
    if folder is not None:
        write_seeds(found, folder)


def _progress() -> Progress:
    columns = (
        TextColumn("fairs"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), TextColumn("left"),
        TimeRemainingColumn(), TextColumn("{task.fields[best]}"),
    )  # fmt: skip
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def _how_to_go_on(resume: Path | None) -> str:
    if resume is None:
        return "stopped; with --resume FILE the runs would have been kept"
    return f"stopped; the same command goes on from the runs in {resume}"


def _show(found: Calibration) -> None:
    heads = ("given", "from the flow", "fitted", "95 % interval", "moved by data")
    rows = (
        (
            one.name,
            f"{one.given:.5g}",
            f"{one.start:.5g}",
            f"{one.value:.5g}",
            f"{one.low:.5g} to {one.high:.5g}",
            f"{one.moved:.1%}",
        )
        for one in found.parameters
    )
    out.print(table("Parameters", [("parameter", "left"), *((head, "right") for head in heads)], rows), "")
    held = ("reported", "mean of fresh runs", "error", "scale bias")
    targets = (
        (
            one.name,
            f"{'' if one.op == '=' else one.op + ' '}{number(one.value)}",
            f"{number(one.checked.mean)} ± {number(one.checked.half_width)}" if one.checked else "",
            "" if one.error is None else f"{one.error:+.2%}" + ("" if one.within else " *"),
            "" if one.scale_bias is None else f"{one.scale_bias:+.1%} ± {one.scale_bias_half_width:.1%}",
        )
        for one in found.targets
    )
    out.print(table("Targets", [("target", "left"), *((head, "right") for head in held)], targets), "")
    if any(one.within is False for one in found.targets):
        out.print("* the mean is further off than 0.5 %; ± is how sure it is itself\n", highlight=False)
    told = found.knowledge
    out.print("What the data cannot tell", style="bold")
    for said in (
        f"singular values: {', '.join(f'{value:.3g}' for value in told.singular_values)}"
        " (how many times closer than the prior, direction by direction)",
        f"weakest direction: {told.words}",
        f"\n{found.runs} runs in {found.wall_s:.0f} s, seed {found.settings.seed}, release {found.version}",
    ):
        out.print(said, highlight=False, soft_wrap=True)


def _show_recoveries(found: list[Recovery], *, as_json: bool) -> None:
    well = sum(one.well for one in found)
    if as_json:
        print_json({"well": well, "of": len(found), "recoveries": found})
    else:
        heads = ("truth", "fitted", "interval", "moved by data", "inside")
        rows = (
            (
                str(turn),
                one.name,
                f"{one.truth:.5g}",
                f"{one.value:.5g}",
                f"{one.low:.5g} to {one.high:.5g}",
                f"{one.moved:.1%}",
                "not identified" if one.inside is None else "yes" if one.inside else "no",
            )
            for turn, recovery in enumerate(found, 1)
            for one in recovery.parameters
        )
        columns = [("", "right"), ("parameter", "left"), *((head, "right") for head in heads)]
        out.print(table(f"{well} of {len(found)} recovered", columns, rows))
    if well < len(found):
        raise typer.Exit(1)
