"""`fair ensemble`: the model played many times, without a backend, and what that says of every measure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faircli.completion import complete_change, complete_measure, complete_scenario
from faircli.options import Changes, Dask, Json, Scale, ScenarioName, Seed, Verbose, Workers

if TYPE_CHECKING:
    from fairlab.ensemble import Ensemble
    from fairlab.estimates import Estimate
    from fairlab.members import Members

MOST = 200


def ensemble(
    scenario: ScenarioName,
    *,
    count: Annotated[
        int, typer.Option("-n", min=1, max=100_000, help="Replications; with --until the least number of them.")
    ] = 20,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="SCENARIO",
            help="A second scenario, played with the same random numbers.",
            autocompletion=complete_scenario,
        ),
    ] = None,
    changes: Changes = None,
    against_changes: Annotated[
        list[str] | None,
        typer.Option(
            "--against-set",
            metavar="KEY=VALUE",
            help="Change a parameter of the second scenario alone.",
            autocompletion=complete_change,
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="MEASURE=WIDTH",
            help="Stop when half the interval of a measure (with --against, of its difference) is this narrow:"
            " negotiations.held=0.5% or negotiations.held=1000.",
            autocompletion=complete_measure,
        ),
    ] = None,
    most: Annotated[int, typer.Option(min=1, max=100_000, help="With --until: replications at most.")] = MOST,
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MOMENT",
            help="Store the measures of this moment too: '2020-09-05 08:00'. Those of figures are stored anyhow.",
        ),
    ] = None,
    posterior: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.json",
            help="Give each replication parameters of its own that fit what was known, as fair calibrate --as-of MOMENT"
            " -o FILE.json wrote them: the intervals are then of parameters and chance together.",
        ),
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(
            "--figures",
            metavar="FILE.csv",
            help="Hold the ensemble against your own figures, beside the documented ones (seeds/README.md).",
        ),
    ] = None,
    verbose: Verbose = False,
    seed: Seed = 7,
    scale: Scale = 1.0,
    worker_count: Workers = None,
    dask: Dask = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE.json", help="Store the ensemble in this file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Play a scenario many times, and show mean and intervals of every measure.

    The intervals are at 95 %: of the mean, and of one further replication. Results do not depend on the workers.
    `--against` shows what a second scenario changes: paired differences under common random numbers, which need far
    fewer replications.

    It stores the measures of every moment that a figure of the fair speaks of: `fair compare` holds the file against
    them, or `--figures FILE.csv` does at once, which adds your own figures.

    Examples:
    - `fair ensemble ciftis2020 -n 20 --scale 0.1 -o fairs.json` takes half a minute on two cores.
    - `fair ensemble ciftis2020 --against matchmaking --until negotiations.held=0.5%` stops when it is sure enough.
    - `fair ensemble ciftis2020 --posterior members.json --scale 0.1` has intervals of parameters and chance together.
    - `fair ensemble ciftis2020 --posterior members.json --figures counted.csv` holds them against what you counted.
    """
    import time

    from faircli.console import print_json, warn
    from faircli.ensembles import Held, half, plain, show
    from faircli.files import check_output, stored
    from faircli.progress import runs_progress
    from faircli.user_files import known_to_play, moments_ms, show_reports
    from fairfacts.errors import LabError
    from fairlab.ensemble import paired, play_ensembles
    from fairlab.replications import moment_ms
    from fairlab.stopping import Ended, Plan, read_until
    from fairlab.workers import workers
    from fairsim.inputs.scenario import load_scenario

    asked = [(scenario, tuple(changes or ()))]
    if against is not None:
        asked.append((against, (*(changes or ()), *(against_changes or ()))))
    elif against_changes:
        raise LabError(f"--against-set {against_changes[0]}: names no second scenario; add --against {scenario}")
    scenarios = [(which, changed, load_scenario(which, changes=changed, scale=scale)) for which, changed in asked]
    first = scenarios[0][2]
    reports = list(dict.fromkeys(report for _, _, each in scenarios for report in each.reports))
    show_reports(reports, verbose=verbose)
    known, report = known_to_play(first, figures, verbose=verbose)
    moments = {moment_ms(text, first, "--at") for text in at or ()} | moments_ms(known.figures.values(), first)
    check_output(output, suffixes=(".json",))
    if until and most < count:
        raise LabError(f"--most {most}: is less than the {count} replications of -n; give a larger one")
    if most != MOST and not until:
        warn(f"--most {most}: is ignored without --until; -n is the number of replications")
    members = _members(posterior, scenario, count) if posterior else None
    if members is not None:  # more runs of the same members would narrow the interval without telling more
        most = min(most, max(count, len(members.draws)))
    plan = Plan(count, read_until(until) if until else None, most, tuple(sorted(moments)))
    total, known_so_far = most if until else count, None
    began = time.monotonic()
    with workers(worker_count, dask=dask) as (executor, at_once), runs_progress("replications", total) as reached:

        def done(replications: int, estimate: Estimate | None) -> None:
            nonlocal known_so_far
            known_so_far = estimate
            reached(replications, f"{plan.until.measure} {half(estimate)}" if plan.until and estimate else "")

        ensembles = play_ensembles(scenarios, seed, executor, at_once, plan, done, members)
    wall_s = time.monotonic() - began
    pairs = paired(*ensembles) if len(ensembles) == 2 else None
    ended = Ended.of(plan.until, known_so_far, len(ensembles[0].replications)) if plan.until else None
    with stored(lambda: _save(ensembles, output)):
        held = Held.of(ensembles[0], known, str(output or "of these runs")) if figures else None
        if as_json:
            reports += [report] if report else []
            more = {"until": ended, "reports": reports} | (held.plain() if held else {})
            print_json(plain(ensembles, pairs, wall_s) | more)
            return
        show(ensembles, pairs, wall_s)
        if held:
            held.show()
    if ended and not ended.is_met:
        warn(ended.words)


def _members(posterior: Path, scenario: str, count: int) -> Members:
    """Return the members in a file, and warn of what their ensemble would say wrongly."""
    from faircli.console import warn
    from fairlab.members import Members

    members = Members.load(posterior)
    if members.scenario != scenario:
        warn(f"--posterior {posterior}: its members were fitted to {members.scenario}, and play {scenario}")
    if count > (once := len(members.draws)):
        warn(
            f"-n {count}: the {once} members of {posterior} are played more than once, and the intervals take all runs"
            f" for independent: they are too narrow; -n {once} plays each once"
        )
    return members


def _save(ensembles: tuple[Ensemble, ...], output: Path | None) -> None:
    """Store the ensembles, the second beside the first."""
    if output is not None:
        beside = output.with_name(f"{output.stem}-against{output.suffix}")
        for each, path in zip(ensembles, (output, beside), strict=False):
            each.save(path)
