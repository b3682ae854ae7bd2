"""`fair posterior`: which parameters are compatible with what was reported, and what that leaves open of a what-if."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faircli.completion import complete_change
from faircli.options import CalibratedScenario, Changes, Dask, Figures, Json, Resume, Seed, Verbose, Workers

if TYPE_CHECKING:
    from fairlab.posterior import Posterior
    from fairlab.what_if import WhatIf

DISCREPANCY = 0.02
WHAT_IF_DRAWS = 10


def posterior(
    scenario: CalibratedScenario,
    *,
    changes: Changes = None,
    figures: Figures = None,
    verbose: Verbose = False,
    wave: Annotated[int, typer.Option(min=1, max=100_000, help="Points of the wave of history matching.")] = 60,
    size: Annotated[int, typer.Option("--draws", min=5, max=100_000, help="Draws of a population.")] = 50,
    populations: Annotated[
        int, typer.Option(min=1, max=1_000, help="Populations at most; each is closer to the targets than the last.")
    ] = 4,
    discrepancy: Annotated[
        float,
        typer.Option(min=0, max=1, metavar="SHARE", help="Error of the model itself at a target, as a share of it."),
    ] = DISCREPANCY,
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            "--what-if",
            metavar="KEY=VALUE",
            help="Play this change at draws of the posterior.",
            autocompletion=complete_change,
        ),
    ] = None,
    what_if_draws: Annotated[
        int, typer.Option(min=2, max=100_000, help="Draws at which the change is played, twice each.")
    ] = WHAT_IF_DRAWS,
    seed: Seed = 7,
    scale: Annotated[float, typer.Option(metavar="SHARE", help="Size of the fair; a tenth is enough.")] = 0.1,
    resume: Resume = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE.json", help="Write the whole result to this file.")
    ] = None,
    worker_count: Workers = None,
    dask: Dask = None,
    as_json: Json = False,
) -> None:
    """Draw parameters that are compatible with the targets.

    One wave of history matching, then approximate Bayesian computation with pyABC (an extra:
    `pip install 'cloudfair[posterior]'`). It takes some hundred runs: a quarter of an hour on two cores at a tenth of
    the scale. With `--what-if` it also shows how far parameters and chance leave the effect of a change open.

    Examples:
    - `fair posterior ciftis2020 -o posterior.json` draws parameters.
    - `fair posterior ciftis2020 --what-if negotiations.night_share=1` plays a change at ten of the draws.
    """
    import time

    import msgspec

    from faircli.console import complain, err, print_json, say, warn
    from faircli.files import check_output, stored
    from faircli.text import how_to_go_on
    from faircli.user_files import figures_of, show_reports
    from fairfacts.errors import LabError
    from fairfacts.interchange.writing import write_json
    from fairlab.evaluations import Evaluator
    from fairlab.posterior import find_posterior
    from fairlab.targets import read_problem
    from fairlab.wave import Space
    from fairlab.what_if import play_what_if
    from fairlab.workers import workers
    from fairsim.inputs.scenario import load_scenario

    problem = read_problem(
        scenario, figures_of(load_scenario(scenario, changes=changes or ()), figures, verbose=verbose)
    )
    check_output(output, suffixes=(".json",))
    if what_if_draws != WHAT_IF_DRAWS and not what_if:
        warn(f"--what-if-draws {what_if_draws}: is ignored without --what-if")
    check_output(resume, option="--resume")
    space = Space(scenario, changes or (), problem, scale)
    asked = load_scenario(scenario, changes=[*(changes or ()), *(what_if or ())], scale=scale)  # refused before any run
    show_reports(asked.reports, verbose=verbose)
    began, played = time.monotonic(), 0
    with workers(worker_count, dask=dask) as (executor, at_once), err.status("") as status:

        def stage(name: str) -> None:
            status.update(f"{name} ({time.monotonic() - began:.0f} s so far)")

        def evaluated(_scale: float) -> None:
            nonlocal played
            played += 1
            stage(f"wave of history matching: {played} of {wave} points")

        def differed() -> None:
            nonlocal played
            played += 1
            stage(f"what if: {played} of {4 * what_if_draws} runs")

        try:
            evaluator = Evaluator(executor, at_once, resume, evaluated)
            drawn = find_posterior(
                space, evaluator, executor, at_once,
                seed=seed, wave=wave, size=size, populations=populations, discrepancy=discrepancy, on_stage=stage,
            )  # fmt: skip
            played = 0
            effects = {} if not what_if else play_what_if(
                space, drawn.draws, what_if, executor, at_once, seed=seed, count=what_if_draws, on_run=differed
            )  # fmt: skip
        except KeyboardInterrupt:
            complain(how_to_go_on(resume))
            raise typer.Exit(1) from None
    plain = msgspec.to_builtins(drawn) | {
        "what_if": {"changes": what_if or [], "differences": msgspec.to_builtins(effects)}
    }
    with stored(lambda: None if output is None else write_json(output, plain, LabError)):
        if as_json:
            print_json(plain | {"wall_s": round(time.monotonic() - began, 1)})
            return
        _show(drawn)
        if effects:
            _show_effects(effects, what_if or [])
        played += evaluator.played + drawn.runs - drawn.wave.runs
        say(f"\n{played} runs in {time.monotonic() - began:.0f} s, seed {seed}, scale {scale:g}")


def _show(drawn: Posterior) -> None:
    from faircli.console import out, say
    from faircli.tables import table

    heads = ("prior, ± 2 sd", "plausible", "posterior mean", "95 % of the draws", "moved by data")
    rows = (
        (
            left.name,
            f"{left.prior_low:.4g} to {left.prior_high:.4g}",
            f"{left.low:.4g} to {left.high:.4g}",
            f"{each.mean:.4g}",
            f"{each.low:.4g} to {each.high:.4g}",
            f"{each.moved:.1%}",
        )
        for left, each in zip(drawn.wave.left, drawn.marginals, strict=True)
    )
    out.print(table("Parameters", [("parameter", "left"), *((head, "right") for head in heads)], rows))
    closeness = ", ".join(f"{epsilon:.2f}" for epsilon in drawn.epsilons)
    say(f"\nwave: {drawn.wave.share:.2g} of the prior is plausible, after {drawn.wave.runs} runs")
    say(f"draws: {len(drawn.draws)}; off the worst target at most, in standard deviations: {closeness}")


def _show_effects(effects: dict[str, WhatIf], what_if: list[str]) -> None:
    from faircli.console import out, say
    from faircli.tables import table
    from faircli.text import interval, number
    from fairfacts.measures import MEASURES

    heads = ("difference", "95 % in one fair", "sd by parameters", "sd by chance")
    cells = (
        (
            path,
            number(each.mean),
            interval(each.low, each.high),
            number(each.sd_parameters),
            number(each.sd_replications),
        )
        for path, each in effects.items()
        if each.mean or each.sd_replications
    )
    columns = [("measure", "left"), *((head, "right") for head in heads)]
    out.print("", table(f"What if {', '.join(what_if)}", columns, cells), "")
    every = max(each.draws for each in effects.values())
    for path, each in effects.items():
        if each.draws < every:
            say(f"{path}: of {each.draws} of {every} draws; in the others a run has nothing to take it of")
    if absent := [path for path, measure in MEASURES.items() if measure.of and path not in effects]:
        say(f"not told, as fewer than two draws have anything to take them of: {', '.join(absent)}")
