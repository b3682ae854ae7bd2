"""`fair ensemble`: the model played many times, without a backend, and what that says of every measure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from faircli.completion import complete_change, complete_measure, complete_scenario
from faircli.options import Changes, Dask, Json, Scale, ScenarioName, Seed, Verbose, Workers

if TYPE_CHECKING:
    from rich.table import Table

    from fairfacts.evidence.comparison import Row
    from fairfacts.evidence.folder import KnownFair
    from fairfacts.evidence.roles import LeftOut
    from fairlab.ensemble import Ensemble, Paired
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
    from faircli.files import check_output, stored
    from faircli.progress import runs_progress
    from faircli.reports import known_to_play, moments_ms, show_reports
    from fairfacts.errors import LabError
    from fairlab.ensemble import paired, play_ensembles
    from fairlab.replications import moment_ms
    from fairlab.stopping import Plan, read_until
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
    total = most if until else count
    began = time.monotonic()
    with workers(worker_count, dask=dask) as (executor, at_once), runs_progress("replications", total) as reached:

        def done(replications: int, estimate: Estimate | None) -> None:
            note = f"{plan.until.measure} {_mean(estimate)}" if plan.until and estimate else ""
            reached(replications, note)

        ensembles = play_ensembles(scenarios, seed, executor, at_once, plan, done, members)
    wall_s = time.monotonic() - began
    pairs = paired(*ensembles) if len(ensembles) == 2 else None
    with stored(lambda: _save(ensembles, output)):
        held = _held(ensembles[0], known, output) if figures else None
        if as_json:
            reports += [report] if report else []
            print_json(_plain(ensembles, pairs, wall_s) | (held.plain() if held else {}) | {"reports": reports})
            return
        _show(ensembles, pairs, wall_s)
        if held:
            held.show()


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


class _Held(NamedTuple):
    """An ensemble held against figures."""

    rows: list[Row]
    without: list[LeftOut]
    headline: str

    def plain(self) -> dict[str, Any]:
        return {"headline": self.headline, "comparison": self.rows, "left_out": self.without}

    def show(self) -> None:
        from faircli.comparison import comparison_tables
        from faircli.console import out, say

        say()
        out.print(comparison_tables(self.rows))
        say()
        say((self.headline, "bold"))


def _held(ensemble: Ensemble, known: KnownFair, output: Path | None) -> _Held:
    """Return an ensemble as it is held against the figures that are known of its fair."""
    from faircli.resolve import of_ensemble
    from fairfacts.evidence.summary import headline

    subject, figures = of_ensemble(str(output or "of these runs"), ensemble), known.figures.values()
    rows, without = subject.compare(figures), subject.left_out(figures)
    return _Held(rows, without, headline(rows, without))


def _save(ensembles: tuple[Ensemble, ...], output: Path | None) -> None:
    """Store the ensembles, the second beside the first."""
    if output is not None:
        beside = output.with_name(f"{output.stem}-against{output.suffix}")
        for each, path in zip(ensembles, (output, beside), strict=False):
            each.save(path)


def _mean(estimate: Estimate) -> str:
    """Return a mean with half the width of its interval."""
    from faircli.text import number

    return f"{number(estimate.mean)} ± {number(estimate.half_width)}"


def _plain(ensembles: tuple[Ensemble, ...], pairs: dict[str, Paired] | None, wall_s: float) -> dict[str, Any]:
    plain = [_plain_one(each) for each in ensembles]
    second = {"against": plain[1], "differences": pairs} if pairs else {}
    return plain[0] | {"wall_s": round(wall_s, 3)} | second


def _plain_one(ensemble: Ensemble) -> dict[str, Any]:
    names = ("scenario", "changes", "scale", "seed", "version", "parameters_sha256")
    return {name: getattr(ensemble, name) for name in names} | {
        "digest": ensemble.digest,
        "refused": ensemble.left_out,
        "replications": [
            {"replication": replication.replication, "events": replication.events, "digest": replication.digest}
            for replication in ensemble.replications
        ],
        "estimates": ensemble.estimates(),
        "moments": {moment: ensemble.estimates(int(moment))
                    for moment in ensemble.replications[0].moments},
    }  # fmt: skip


def _show(ensembles: tuple[Ensemble, ...], pairs: dict[str, Paired] | None, wall_s: float) -> None:
    from faircli.console import out, say

    first = ensembles[0]
    title = f"{len(first.replications)} replications, seed {first.seed}, scale {first.scale:g}"
    out.print(_table_of_one(title, first) if pairs is None else _table_of_pairs(title, first, ensembles[1], pairs))
    if pairs is not None:
        alike = sum(not pair.difference.sd and not pair.difference.mean for pair in pairs.values())
        say(f"\n{alike} measures do not differ")
        say(("gain: without common random numbers, this many times as many replications are needed", "dim"))
    for name, why in first.left_out.items():
        say(f"left out: {name} {why}")
    for name, of in first.estimates().items():
        if (every := len(first.replications)) > of.replications:
            say(f"{name}: of {of.replications} of {every} replications; the others have nothing to take it of")
    say(f"\n{len(first.replications) * len(ensembles)} runs in {wall_s:.1f} s")
    for each in ensembles:
        say(f"digest {each.digest} {each.scenario}")


def _table_of_one(title: str, ensemble: Ensemble) -> Table:
    from faircli.tables import table
    from faircli.text import number

    columns = (("measure", "left"), ("mean", "right"), ("95 % interval", "right"), ("the next one", "right"))
    cells = (
        (path, number(each.mean), *(_between(*ends, path) for ends in each.intervals))
        for path, each in ensemble.estimates().items()
    )
    return table(title, columns, cells)


def _table_of_pairs(title: str, a: Ensemble, b: Ensemble, pairs: dict[str, Paired]) -> Table:
    from faircli.tables import table
    from faircli.text import number

    heads = (a.scenario, "the other" if a.scenario == b.scenario else b.scenario, "difference", "95 % interval", "gain")
    cells = (
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
    )
    return table(title, [("measure", "left"), *((head, "right") for head in heads)], cells)


def _between(low: float, high: float, path: str = "") -> str:
    """Return an interval in words; that of a measure without what it cannot be."""
    from faircli.text import number
    from fairfacts.measures import within

    if high == float("inf"):
        return "unknown"
    low, high = within(path, low, high) if path else (low, high)
    return f"{number(low)} to {number(high)}"
