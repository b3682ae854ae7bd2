"""`fair calibrate`: parameters are fitted to what was reported, and what the data cannot identify is named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faircli.options import CalibratedScenario, Changes, Dask, Figures, Json, Resume, Scale, Seed, Verbose, Workers

MEMBERS, ROUNDS, BY = 100, 4, 1.5
OF_PREDICTING = ("members", "rounds", "by", "held_back", "coverage")
OF_FITTING = ("check", "resume", "write", "recoveries")
OF_RESULT = ("check", "output", "write")
OF_MOVING = ("rounds", "held_back")
"""Parameters that other modes ignore."""
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="MOMENT", help="Use only figures known by then, and predict the later ones: 2020-09-05."
    ),
]
MemberCount = Annotated[
    int, typer.Option("--members", min=10, max=10_000, help="With --as-of: parameter sets that are played.")
]
Rounds = Annotated[int, typer.Option(min=1, max=20, help="With --as-of: updates; each plays all members again.")]
By = Annotated[
    float,
    typer.Option(
        "--by",
        min=1.01,
        max=100,
        help="With --as-of: the prior of an assumed number, one standard deviation as a factor.",
    ),
]
HeldBack = Annotated[
    list[str] | None,
    typer.Option("--hold-back", metavar="FIGURE", help="With --as-of: predict this figure though it was known."),
]
Coverage = Annotated[
    bool,
    typer.Option(
        "--coverage", help="With --as-of: test the intervals instead, on fairs that are drawn from the priors."
    ),
]

if TYPE_CHECKING:
    from fairlab.calibrated import Calibration
    from fairlab.recovery import Recovery


def calibrate(
    context: typer.Context,
    scenario: CalibratedScenario,
    *,
    changes: Changes = None,
    figures: Figures = None,
    verbose: Verbose = False,
    seed: Seed = 7,
    scale: Scale = 1.0,
    small: Annotated[
        float,
        typer.Option(
            min=0.001,
            max=1,
            metavar="SHARE",
            help="Size of the small fair that is searched in, against --scale.",
        ),
    ] = 0.1,
    check: Annotated[int, typer.Option(min=0, max=100_000, help="Fresh runs that check the result; 0: none.")] = 20,
    resume: Resume = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Scenario with the values (.toml), or the whole result (.json)."
        ),
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write the values into the fair's own folder.")] = False,
    recoveries: Annotated[
        int | None,
        typer.Option("--recover", min=1, help="Test the method instead: recover this many known parameter sets."),
    ] = None,
    as_of: AsOf = None,
    members: MemberCount = MEMBERS,
    rounds: Rounds = ROUNDS,
    by: By = BY,
    held_back: HeldBack = None,
    coverage: Coverage = False,
    worker_count: Workers = None,
    dask: Dask = None,
    as_json: Json = False,
) -> None:
    """Fit a scenario's free parameters to its targets.

    The scenario's `[calibration]` names both. The search is made in small fairs; runs at full scale correct what
    depends on size, and fresh runs check the result. It also shows what the data cannot identify. Exit status 1 where a
    target is missed.

    With `--as-of`, all uncertain parameters are drawn from their priors and moved towards every figure that was known
    by then; the later figures are predicted, with intervals of parameters and chance together.

    Examples:
    - `fair calibrate ciftis2020 --scale 0.1` shows all of it in a few minutes.
    - `fair calibrate mine.toml --resume runs.ndjson -o fitted.toml` can be interrupted and called again.
    - `fair calibrate ciftis2020 --as-of 2020-09-05 -o members.json` predicts the end from what was known that evening.
    """
    from faircli.console import complain, print_json, warn
    from faircli.files import stored
    from faircli.options import warn_ignored
    from faircli.predicting import Asked, predict
    from faircli.progress import fairs_progress
    from faircli.text import how_to_go_on
    from faircli.user_files import figures_of, show_reports
    from fairlab.calibrated import Settings
    from fairlab.calibration import Calibrator
    from fairlab.evaluations import Evaluator
    from fairlab.recovery import recover
    from fairlab.store import folder_to_write
    from fairlab.targets import check_measured, read_problem
    from fairlab.workers import workers
    from fairsim.inputs.scenario import load_scenario

    base = load_scenario(scenario, changes=changes or ())
    if as_of is None:  # else those of its members' scale
        show_reports(base.reports, verbose=verbose)
    known = figures_of(base, figures, verbose=verbose)
    check_measured(held_back or (), known)
    if as_of is not None:
        warn_ignored(context, OF_FITTING, "with --as-of, which writes nothing but -o FILE.json")
        if coverage:
            warn_ignored(context, OF_MOVING, "with --coverage, which moves all members once, by every known figure")
        asked = Asked(
            scenario, tuple(changes or ()), as_of, members, rounds, by, scale * small, seed, tuple(held_back or ())
        )
        predict(asked, known, output, worker_count, dask, coverage=coverage, as_json=as_json)
        return
    warn_ignored(context, OF_PREDICTING, "without --as-of")
    problem = read_problem(scenario, known)
    _check_files(output, resume)
    if recoveries:
        warn_ignored(context, OF_RESULT, "with --recover, which fits no parameters of the scenario")
    folder = folder_to_write(base.fair) if write else None
    settings = Settings(seed=seed, scale=scale, small=small, check=0 if recoveries else check)
    planned = settings.planned(len(problem.free)) * (recoveries or 1)
    with workers(worker_count, dask=dask) as (executor, at_once), fairs_progress(planned) as (played, note):
        evaluator = Evaluator(executor, at_once, resume, played)
        try:
            if recoveries:
                recovered = list(recover(scenario, changes or (), problem, settings, evaluator, recoveries, note))
            else:
                fitted = Calibrator(scenario, changes or (), problem, settings, evaluator, note).calibrate()
        except KeyboardInterrupt:
            complain(how_to_go_on(resume))
            raise typer.Exit(1) from None
    if recoveries:
        _show_recoveries(recovered, as_json=as_json)
        return
    if fitted.failures and folder is not None:
        warn(f"--write: the calibration failed, and {folder} stays as it is")
        folder = None
    with stored(lambda: _store(fitted, output, folder)):
        print_json(fitted) if as_json else _show(fitted)
    if fitted.failures:
        raise typer.Exit(1)


def _check_files(output: Path | None, resume: Path | None) -> None:
    from faircli.files import check_output
    from fairfacts.errors import LabError

    if output is not None and output.suffix.lower() not in (".toml", ".json"):
        raise LabError(f"-o {output}: is neither .toml (a scenario with the values) nor .json (the whole result)")
    check_output(output)
    check_output(resume, option="--resume")


def _store(fitted: Calibration, output: Path | None, folder: Path | None) -> None:
    from fairlab.store import write_parameters, write_scenario

    if output is not None and output.suffix.lower() == ".json":
        fitted.save(output)
    elif output is not None:
        write_scenario(fitted, output)
    if folder is not None:
        write_parameters(fitted, folder)


def _show(fitted: Calibration) -> None:
    from faircli.console import out, say
    from faircli.tables import table
    from faircli.text import number

    heads = ("given", "from the flow", "fitted", "95 % interval", "moved by data")
    rows = (
        (
            each.name,
            f"{each.given:.5g}",
            f"{each.start:.5g}",
            f"{each.value:.5g}",
            "" if fitted.failures else f"{each.low:.5g} to {each.high:.5g}",
            f"{each.moved:.1%}",
        )
        for each in fitted.parameters
    )
    out.print(table("Parameters", [("parameter", "left"), *((head, "right") for head in heads)], rows), "")
    columns = ("reported", "mean of fresh runs", "error", "scale bias")
    targets = (
        (
            each.name,
            f"{'' if each.op == '=' else each.op + ' '}{number(each.value)}",
            f"{number(each.checked.mean)} ± {number(each.checked.half_width)}" if each.checked else "",
            "" if each.error is None else f"{each.error:+.2%}" + ("" if each.within else " *"),
            "" if each.scale_bias is None else f"{each.scale_bias:+.1%} ± {each.scale_bias_half_width:.1%}",
        )
        for each in fitted.targets
    )
    out.print(table("Targets", [("target", "left"), *((column, "right") for column in columns)], targets), "")
    if any(each.within is False for each in fitted.targets):
        say("* the mean is further off than 0.5 %; ± is its own 95 % interval\n")
    for line in fitted.failures:
        say((line, "bold red"))
    if fitted.failures:
        say("The calibration failed: the fair misses its targets. The intervals of the parameters are unknown.\n")
    elif not fitted.settings.check:
        say("not checked: --check 0 plays no fresh runs\n")
    say(("What the data cannot identify", "bold"))
    identified = fitted.identifiability
    values = ", ".join(f"{value:.3g}" for value in identified.singular_values)
    say(f"singular values: {values} (how many times closer than the prior, direction by direction)")
    say(f"weakest direction: {identified.words}")
    say(f"\n{fitted.runs} runs in {fitted.wall_s:.0f} s, seed {fitted.settings.seed}, release {fitted.version}")


def _show_recoveries(recoveries: list[Recovery], *, as_json: bool) -> None:
    from faircli.console import out, print_json
    from faircli.tables import table

    well = sum(each.well for each in recoveries)
    if as_json:
        print_json({"well": well, "of": len(recoveries), "recoveries": recoveries})
    else:
        heads = ("truth", "fitted", "interval", "moved by data", "inside")
        rows = (
            (
                str(turn),
                each.name,
                f"{each.truth:.5g}",
                f"{each.value:.5g}",
                f"{each.low:.5g} to {each.high:.5g}",
                f"{each.moved:.1%}",
                "not identified" if each.inside is None else "yes" if each.inside else "no",
            )
            for turn, recovery in enumerate(recoveries, 1)
            for each in recovery.parameters
        )
        columns = [("", "right"), ("parameter", "left"), *((head, "right") for head in heads)]
        out.print(table(f"{well} of {len(recoveries)} recovered", columns, rows))
    if well < len(recoveries):
        raise typer.Exit(1)
