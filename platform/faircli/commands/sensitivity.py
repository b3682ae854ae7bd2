"""`fair sensitivity`: which assumed parameters decide the headlines, and what would be worth measuring."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faircli.options import Changes, Dask, Json, Resume, ScenarioName, Seed, Workers

if TYPE_CHECKING:
    from fairlab.sensitivity import Sensitivity

SHOWN = 8
"""Parameters of a measure that the table and the plot name."""


def sensitivity(
    scenario: ScenarioName,
    *,
    changes: Changes = None,
    measures: Annotated[
        list[str] | None,
        typer.Option("--measure", metavar="PATH", help="Measure to explain; by default every headline."),
    ] = None,
    by: Annotated[
        float,
        typer.Option("--by", min=1.01, max=100, help="Each parameter is divided and multiplied by this, in its range."),
    ] = 1.5,
    trajectories: Annotated[
        int, typer.Option(min=2, max=1_000, help="Of the screening; each takes a run for every parameter, and one.")
    ] = 4,
    leading: Annotated[
        int, typer.Option(min=1, max=50, help="Parameters of each measure whose share of the variance is found.")
    ] = 3,
    samples: Annotated[
        int,
        typer.Option(min=0, max=65_536, help="Base sample of these shares, a power of 2; 0: screen alone."),
    ] = 16,
    seed: Seed = 7,
    scale: Annotated[float, typer.Option(metavar="SHARE", help="Size of the fair; a fiftieth is enough.")] = 0.02,
    resume: Resume = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the result (.json), or plot it (.svg, .png)."),
    ] = None,
    worker_count: Workers = None,
    dask: Dask = None,
    as_json: Json = False,
) -> None:
    """Show which assumed parameters decide the headlines.

    Every assumed parameter is varied, all else and all chance kept: first by Morris's screening, then, for those that
    lead, by Sobol's shares of the variance. It needs the extra `cloudfair[sensitivity]`, and takes up to a thousand
    runs; with `--resume` it can be stopped and called again.

    Examples:
    - `fair sensitivity ciftis2020 -o sensitivity.svg` screens every assumed parameter, and plots what leads.
    - `fair sensitivity ciftis2020 --measure venue.inside_peak --samples 0` screens for the fullest moment alone.
    """
    import itertools
    import time

    import msgspec

    from faircli.console import complain, print_json, say
    from faircli.files import check_output, stored
    from faircli.progress import runs_progress
    from faircli.text import how_to_go_on
    from faircli.user_files import show_reports
    from fairfacts.evidence.profiles import HEADLINES
    from fairlab.evaluations import Evaluator
    from fairlab.sensitivity import Study
    from fairlab.workers import workers
    from fairsim.inputs.scenario import load_scenario

    check_output(output, suffixes=(".json", ".svg", ".png"))
    check_output(resume, option="--resume")
    if samples & (samples - 1):
        raise typer.BadParameter(f"--samples {samples}: is no power of 2; write 16 or 32")
    chosen = tuple(dict.fromkeys(measures or HEADLINES))
    _check(chosen)
    show_reports(load_scenario(scenario, changes=changes or (), scale=scale).reports, verbose=False)
    began, played = time.monotonic(), itertools.count(1)
    with workers(worker_count, dask=dask) as (executor, at_once):
        evaluator = Evaluator(executor, at_once, resume, lambda _scale: reached(next(played), ""))
        study = Study(scenario, changes or (), chosen, evaluator, scale=scale, seed=seed, by=by)
        runs = 1 + trajectories * (len(study.factors) + 1) + samples * (leading * len(chosen) + 2)
        try:
            with runs_progress("runs, about", runs) as reached:
                analysis = study.analyse(trajectories, leading, samples)
        except KeyboardInterrupt:
            complain(how_to_go_on(resume))
            raise typer.Exit(1) from None
    with stored(lambda: _store(analysis, output)):
        if as_json:
            print_json(msgspec.to_builtins(analysis) | {"wall_s": round(time.monotonic() - began, 1)})
            return
        _show(analysis)
        say(f"\n{evaluator.played} runs in {time.monotonic() - began:.0f} s, seed {seed}, scale {scale:g}")


def _check(chosen: tuple[str, ...]) -> None:
    from fairfacts.errors import did_you_mean
    from fairfacts.measures import all_measures

    numbers = {row["path"] for row in all_measures() if row["shape"] == "number"}
    for measure in chosen:
        if measure not in numbers:
            near = did_you_mean(measure, numbers)
            raise typer.BadParameter(f"--measure {measure}: is no measure that is one number; {near}")


def _store(analysis: Sensitivity, output: Path | None) -> None:
    from fairfacts.errors import LabError
    from fairfacts.interchange.writing import write_file, write_json

    if output is None:
        return
    if (suffix := output.suffix.lower()) == ".json":
        write_json(output, analysis, LabError)
        return
    from faircli.report.sensitivity import plot

    write_file(output, plot(analysis, suffix.removeprefix("."), SHOWN), LabError)


def _show(analysis: Sensitivity) -> None:
    from faircli.console import out, say
    from faircli.tables import table

    columns = [
        ("parameter", "left"),
        *((head, "right") for head in ("moves it by", "depends on others", "of the variance", "with interactions")),
    ]
    still = [measure for measure, effects in analysis.moving.items() if not effects]
    for measure, effects in analysis.moving.items():
        if not effects:
            continue
        rows = []
        for effect in effects[:SHOWN]:
            index = analysis.share_of(measure, effect.parameter)
            rows.append(
                (
                    effect.parameter,
                    f"{effect.mean_absolute:.1%}",
                    f"{effect.deviation:.1%}",
                    f"{index.first:.0%} ± {index.first_within:.0%}" if index else "",
                    f"{index.total:.0%} ± {index.total_within:.0%}" if index else "",
                )
            )
        out.print(table(f"{measure}, {analysis.base[measure]:,.6g} as it is", columns, rows), "")
    if still:
        say("No assumed parameter moves ", ", ".join(still), ".")
    for measure, many in analysis.of_fewer.items():
        say(f"{measure}: of {many}; in the others a run has nothing to take it of")
    ends = {factor.name: factor for factor in analysis.factors}
    for factor in analysis.leading:
        if factor != ends[factor.name]:
            say(f"shares of {factor.name}: from {factor.low:.4g} to {factor.high:.4g}, as values beyond exclude others")
    say("Worth measuring first: ", ", ".join(analysis.worth_measuring[:3]), ".")
    if analysis.left_out:
        say(f"{len(analysis.left_out)} assumed parameters were not varied (--json says why).")
