"""`fair calibrate --as-of`: members are fitted to what was known, and their predictions are shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fairfacts.evidence.figures import Figure
    from fairlab.members import Coverage, Members, Prediction
    from fairsim.inputs.scenario import Scenario

SHOWN = 8
"""Parameters that are named as those that were moved most."""


class Asked(NamedTuple):
    """What was asked for."""

    scenario: str
    changes: tuple[str, ...]
    as_of: str
    members: int
    rounds: int
    by: float
    scale: float
    seed: int
    held_back: tuple[str, ...]


def predict(
    asked: Asked, figures: Mapping[str, Figure], output: Path | None, worker_count: int | None, dask: str | None,
    *, coverage: bool, as_json: bool,
) -> None:  # fmt: skip
    """Play what is asked for, store it, and show it.

    Raises:
        LabError: as `fairlab.assimilation`; or the file cannot be written.
    """
    import time

    from faircli.console import print_json, say
    from faircli.files import check_output, stored
    from faircli.progress import fairs_progress
    from faircli.user_files import show_reports
    from fairfacts.errors import LabError
    from fairlab.assimilation import Assimilator
    from fairlab.members import priors_of
    from fairlab.targets import read_free
    from fairlab.workers import workers
    from fairsim.inputs.scenario import load_scenario

    check_output(output, suffixes=(".json",))
    if coverage and output:
        raise LabError(f"-o {output}: --coverage fits no members; leave one of them out")

    def load(changes: Sequence[str]) -> Scenario:
        return load_scenario(asked.scenario, changes=[*changes, *asked.changes], scale=asked.scale)

    base = load_scenario(asked.scenario, changes=asked.changes, scale=asked.scale)
    show_reports(base.reports, verbose=False)
    priors = priors_of(base, load, read_free(asked.scenario), asked.by)
    planned, began = asked.members * (1 if coverage else asked.rounds + 1), time.monotonic()
    with workers(worker_count, dask=dask) as (executor, at_once), fairs_progress(planned * asked.scale) as (done, _):
        assimilator = Assimilator(
            asked.scenario, asked.changes, priors, figures, executor, at_once,
            scale=asked.scale, seed=asked.seed, on_run=done,
        )  # fmt: skip
        if coverage:
            covered = assimilator.coverage(asked.as_of, asked.members)
        else:
            members = assimilator.assimilate(asked.as_of, asked.members, asked.rounds, asked.held_back)
    if coverage:
        print_json(covered) if as_json else _show_coverage(covered)
    else:
        with stored(lambda: None if output is None else members.save(output)):
            print_json(members) if as_json else _show(members, base.calibrated)
    if not as_json:
        played = covered.fairs if coverage else members.runs
        say(f"\n{played} runs in {time.monotonic() - began:.0f} s, seed {asked.seed}, scale {asked.scale:g}")


def _show(members: Members, calibrated: Collection[str]) -> None:
    """Show members, and to which of the predicted figures the fair itself was calibrated."""
    from faircli.console import out, say
    from faircli.tables import table
    from faircli.text import interval, number
    from fairlab.members import ENOUGH

    heads = ("reported", "before", "now", "95 % interval", "inside")
    columns = [("figure", "left"), *((head, "right") for head in heads)]
    titles = {"fitted": f"Known by {members.as_of}", "predicted": "Predicted"}
    for role, title in titles.items():
        cells = (
            (
                each.figure,
                f"{'' if each.op in '=~' else each.op + ' '}{number(each.reported)}",
                interval(each.before.low, each.before.high),
                number(each.after.median),
                interval(each.after.low, each.after.high),
                "no" if not each.inside else "open" if each.is_open else "yes",
            )
            for each in members.predictions
            if each.role == role
        )
        out.print(table(title, columns, cells), "")
    later = [each for each in members.predictions if each.role == "predicted"]
    say((inside(later), "bold"))
    if known := sum(each.figure in calibrated for each in later):
        say(f"The middle of the priors knows {known} of these, as the fair is calibrated to them: no blind test.")
    moved = sorted(members.moved.items(), key=lambda item: -item[1])[:SHOWN]
    most = ", ".join(f"{name} ({share:.0%})" for name, share in moved)
    many = f"What was known moved most: {most}" if len(members.draws) >= ENOUGH else (
        f"Which of them was moved most, {ENOUGH} members or more can tell."
    )  # fmt: skip
    say(f"{len(members.priors)} parameters were drawn. {many}")
    for name, why in members.left_out.items():
        say(f"left out: {name} {why}")


def inside(predictions: Sequence[Prediction]) -> str:
    """Return how many figures lie in their interval, and how many of these intervals are too wide to say much."""
    within = [each for each in predictions if each.inside]
    wide = sum(each.is_open for each in within)
    count = f"{len(within)} of {len(predictions)} predicted figures lie in their interval"
    which = f"{wide} of them" if wide < len(within) else "all of them" if wide > 1 else "it"
    return f"{count}{f', {which} open: the interval would hold half or twice the figure' if wide else ''}."


def _show_coverage(covered: Coverage) -> None:
    from faircli.console import say

    say(
        f"{covered.predictions} figures of {covered.fairs} fairs that were drawn from the priors, predicted as of ",
        covered.as_of,
    )
    say(f"in their 80 % interval: {covered.in_80:.1%} ({covered.right_80:.1%} if the intervals are right)")
    say(f"in their 95 % interval: {covered.in_95:.1%} ({covered.right_95:.1%} if the intervals are right)")
    say("ranks by tenths: ", " ".join(map(str, covered.ranks)))
    say(f"as uneven by chance: p = {covered.p_value:.2g}")
