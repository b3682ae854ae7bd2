"""`fair posterior`: which parameters are compatible with what was reported, and what that leaves open of a what-if."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cloudfair.command.experiments import Dask, LabSeed, Workers, check_output
from cloudfair.command.options import Changes, Figures, Json
from cloudfair.command.show import complain, err, number, out, print_json, table
from fairfacts.errors import LabError
from fairfacts.figures import load_figures
from fairlab.posterior import DISCREPANCY, Posterior, find_posterior
from fairlab.runs import Runs
from fairlab.targets import read_aim
from fairlab.wave import Space
from fairlab.what_if import WhatIf, play_what_if
from fairlab.workers import workers
from fairsim.scenario import load_scenario


def posterior(
    scenario: Annotated[str, typer.Argument(help="A shipped scenario, or a .toml file with a [calibration].")],
    *,
    changes: Changes = None,
    figures: Figures = None,
    wave: Annotated[int, typer.Option(min=1, help="Points of the wave of history matching.")] = 60,
    size: Annotated[int, typer.Option("--draws", min=5, help="Draws of a population.")] = 50,
    populations: Annotated[int, typer.Option(min=1, help="At most so many, each closer to the targets.")] = 4,
    discrepancy: Annotated[
        float, typer.Option(min=0, max=1, help="By how much the model itself may be off a target, as a share.")
    ] = DISCREPANCY,
    what_if: Annotated[
        list[str] | None, typer.Option("--what-if", help="Play this change at draws of the posterior: key=value.")
    ] = None,
    what_if_draws: Annotated[int, typer.Option(min=2, help="At so many draws, twice each.")] = 10,
    seed: LabSeed = 7,
    scale: Annotated[float, typer.Option(help="Size of the fair; a tenth of it will do.")] = 0.1,
    resume: Annotated[
        Path | None, typer.Option(help="Keep the wave's runs in this file, and take those it has.", metavar="FILE")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write all that was found (.json).")] = None,
    worker_count: Workers = None,
    dask: Dask = None,
    as_json: Json = False,
) -> None:
    """Draw parameters that are compatible with the targets, and say what that leaves open of a what-if.

    A wave of history matching, then pyABC (an extra: pip install 'cloudfair[posterior]'). Some hundred runs: a quarter
    of an hour on two cores at a tenth of the scale.
    """
    aim = read_aim(scenario, load_figures(figures))
    check_output(output)
    check_output(resume)
    space = Space(scenario, changes or (), aim, scale)
    load_scenario(scenario, changes=[*(changes or ()), *(what_if or ())], scale=scale)  # refused before any run
    began, played = time.monotonic(), 0
    with workers(worker_count, dask=dask) as (executor, at_once), err.status("") as status:

        def stage(name: str) -> None:
            status.update(f"{name} ({time.monotonic() - began:.0f} s so far)")

        def tried(_scale: float) -> None:
            nonlocal played
            played += 1
            stage(f"wave of history matching: {played} of {wave} points")

        def differed() -> None:
            nonlocal played
            played += 1
            stage(f"what if: {played} of {4 * what_if_draws} runs")

        try:
            found = find_posterior(
                space, Runs(executor, at_once, resume, tried), executor, at_once,
                seed=seed, wave=wave, size=size, populations=populations, discrepancy=discrepancy, on_stage=stage,
            )  # fmt: skip
            played = 0
            said = {} if not what_if else play_what_if(
                space, found.draws, what_if, executor, at_once, seed=seed, count=what_if_draws, on_run=differed
            )  # fmt: skip
        except KeyboardInterrupt:
            complain("stopped")
            raise typer.Exit(1) from None
    plain = msgspec.to_builtins(found) | {
        "what_if": {"changes": what_if or [], "differences": msgspec.to_builtins(said)}
    }
    if output is not None:
        _write(output, plain)
    if as_json:
        print_json(plain | {"wall_s": round(time.monotonic() - began, 1)})
        return
    _show(found, said, what_if or [])
    out.print(
        f"\n{found.runs + played} runs in {time.monotonic() - began:.0f} s, seed {seed}, scale {scale:g}",
        highlight=False,
    )


def _write(path: Path, plain: object) -> None:
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(plain), indent=1) + b"\n")
    except OSError as fault:
        raise LabError(f"{path}: cannot be written ({fault.strerror}); name another file") from fault


def _show(found: Posterior, said: dict[str, WhatIf], what_if: list[str]) -> None:
    wave = found.wave
    heads = ("prior, ± 2 sd", "plausible", "posterior mean", "95 % of the draws", "moved by data")
    rows = (
        (
            left.name,
            f"{left.prior_low:.4g} to {left.prior_high:.4g}",
            f"{left.low:.4g} to {left.high:.4g}",
            f"{one.mean:.4g}",
            f"{one.low:.4g} to {one.high:.4g}",
            f"{one.moved:.1%}",
        )
        for left, one in zip(wave.left, found.marginals, strict=True)
    )
    out.print(table("Parameters", [("parameter", "left"), *((head, "right") for head in heads)], rows))
    closeness = ", ".join(f"{epsilon:.2f}" for epsilon in found.epsilons)
    for line in (
        f"\nwave: {wave.share:.2g} of the prior is plausible, after {wave.runs} runs",
        f"draws: {len(found.draws)}; off the worst target at most, in standard deviations: {closeness}",
    ):
        out.print(line, highlight=False, soft_wrap=True)
    if said:
        columns = ("difference", "95 % in one fair", "sd by parameters", "sd by chance")
        cells = (
            (
                path,
                number(one.mean),
                f"{number(one.low)} to {number(one.high)}",
                number(one.sd_parameters),
                number(one.sd_replications),
            )
            for path, one in said.items()
            if one.mean or one.sd_replications
        )
        told = [("measure", "left"), *((column, "right") for column in columns)]
        out.print("", table(f"What if {', '.join(what_if)}", told, cells))
