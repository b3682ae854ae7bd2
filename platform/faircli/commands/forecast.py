"""`fair forecast`: the final totals of a fair, while it is on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from faircli.defaults import DATABASE
from faircli.options import Dask, Database, Json, RunId, Workers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fairfacts.evidence.figures import Figure
    from fairfacts.evidence.forecast import Forecast
    from fairfacts.parts.runs import RunMeasures
    from fairlab.members import Members


def forecast(
    run: RunId = None,
    *,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="MOMENT",
            help="Look from this moment: 2020-09-06T12:00; by default, the end.",
        ),
    ] = None,
    level: Annotated[
        float, typer.Option(min=0.5, max=0.99, help="Probability that an interval holds the final total.")
    ] = 0.8,
    posterior: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.json",
            help="Forecast by members that fit what was known, as fair calibrate --as-of MOMENT -o FILE.json wrote"
            " them, and by what has come of the run: it plays each of them once.",
        ),
    ] = None,
    worker_count: Workers = None,
    dask: Dask = None,
    database: Database = DATABASE,
    as_json: Json = False,
) -> None:
    """Forecast the final total of each headline, with an interval.

    The forecast knows the run's size, its events up to the moment, and the course that such fairs take (`profile.csv`
    of the fair); it knows no parameter of the run. The reported totals stand beside it. Where a fair of your own has no
    profile yet, or has changed since, it is learned from a handful of small runs of the fair, and kept in its folder.
    With `--posterior` the course is that of members, fairs of the model that differ in every uncertain parameter.

    Examples:
    - `fair forecast` looks from the latest event of the latest run.
    - `fair forecast RUN --at 2020-09-06T12:00` forecasts as one could have done then.
    - `fair forecast RUN --at 2020-09-06T12:00 --posterior members.json` has intervals of parameters and chance.
    """
    from cloudfair.projections.point_in_time import PointsInTime
    from cloudfair.store.log import Log
    from faircli.comparison import reported_at
    from faircli.console import note, out, print_json
    from faircli.reader import check_begun, find_run
    from faircli.run_request import changed_since
    from faircli.tables import table
    from faircli.text import number
    from fairfacts.clock import moment_text, read_moment
    from fairfacts.errors import MomentError
    from fairfacts.evidence.folder import known_of_log
    from fairfacts.evidence.forecast import fits_profile, notes_of
    from fairfacts.evidence.forecast import forecast as forecast_of
    from fairfacts.evidence.profiles import HEADLINES
    from fairlab.members import Members

    members = None if posterior is None else Members.load(posterior)
    log = Log.open(database, read_only=True)
    row = find_run(log, run)
    check_begun(row, "forecast")
    points = PointsInTime(log)
    begun = points.state(row.id, 0).parts.run
    epoch = begun.began
    try:
        at_ms = row.at_ms if at is None else read_moment(at, epoch, range(begun.duration_ms + 1))
    except MomentError as fault:
        raise MomentError(f"--at: {fault}") from fault
    if at_ms > row.at_ms:
        raise MomentError(f"--at: {at} is later than the run, which has reached {moment_text(epoch, row.at_ms)}")
    state = points.state(row.id, at_ms)
    lacking = []
    if members is None and state.parts.run.phase not in ("closed", "ended"):
        changed = changed_since(json.loads(row.request), row.version)
        lacking = _learn_profile(state.parts.run, changed, worker_count, dask)
    figures = known_of_log(begun.fair).figures
    snapshot, played = state.snapshot(), state.parts.run
    rows = forecast_of(snapshot, figures, level, at_ms, fits=fits_profile(played))
    notes = lacking + notes_of(played, figures, snapshot["disruptions"]["begun"])
    if members is not None:
        notes = _check(members, played, at_ms)
        if played.phase not in ("closed", "ended"):
            member_rows, strange = _by_members(members, snapshot, at_ms, figures, level, worker_count, dask)
            notes += strange
            of = {each.measure: each for each in (*rows, *member_rows)}
            rows = [of[measure] for measure in HEADLINES if measure in of]
    if as_json:
        stands = {"run": row.id, "position": state.position, "at_ms": at_ms, "level": level}
        print_json(stands | {"rows": rows, "notes": notes})
        return
    title = f"{row.id} at {moment_text(epoch, at_ms)}: {level:.0%} intervals of the final totals"
    heads = ("now", "expected", "from", "to", reported_at(row.scale))
    columns = [("headline", "left"), *((name, "right") for name in heads)]
    cells = (
        (
            each.measure,
            *map(number, (each.now, each.expected, each.low, each.high)),
            "" if each.reported is None else f"{each.op if each.op in '<>~' else ''} {number(each.reported)}".strip(),
        )
        for each in rows
    )
    for line in notes:
        note(line)
    out.print(table(title, columns, cells))


def _check(members: Members, run: RunMeasures, at_ms: int) -> list[str]:
    """Return what a reader has to know of members that forecast a run, in sentences.

    Raises:
        LabError: they are of another fair, or of one that lasts otherwise.
    """
    from fairfacts.clock import any_moment
    from fairfacts.errors import LabError
    from fairsim.inputs.scenario import load_scenario

    own = load_scenario(members.scenario, changes=members.changes)
    epoch, days = own.epoch, own.parameters.fair.days
    if (own.fair.key, own.at_ms(days)) != (run.fair.key, run.duration_ms):
        raise LabError(
            f"--posterior: its members play {own.fair.key} for {days} days, and this run is of another fair or length;"
            f" fit members to its own: fair calibrate {run.scenario} --as-of MOMENT -o FILE.json"
        )
    notes = []
    if members.scenario != run.scenario:
        notes.append(
            f"The members were fitted to {members.scenario}, and this run plays {run.scenario}: what it plays otherwise"
            " they do not know, and follow what has come."
        )
    if any_moment(members.as_of, epoch, day_ends=True) > at_ms:
        notes.append(f"The members know figures up to {members.as_of}, which is later than the moment of the forecast.")
    return notes


def _learn_profile(run: RunMeasures, changed: str, worker_count: int | None, dask: str | None) -> list[str]:
    """Learn the profile of a fair of one's own that has none of it as it is, and keep it in its folder.

    Args:
        run: that is forecast.
        changed: what is not as it was when it was played (`changed_since`): what there is may fit it better.
        worker_count: of the processes that play.
        dask: address of a scheduler, in their place.

    Returns:
        Why there is none, in a sentence: the forecast then takes what it has.
    """
    from faircli.console import note
    from faircli.progress import fairs_progress
    from fairfacts.errors import ScenarioError
    from fairfacts.evidence.profiles import load_profiles
    from fairfacts.resources import is_shipped
    from fairlab.learned import digest_of, folder_to_learn, keep, learn, tasks_of
    from fairlab.workers import workers

    fair = run.fair.key
    if changed and not is_shipped(fair) and load_profiles(fair):
        return [f"{changed}: the profile of {fair} may be of another fair than this run played."]
    try:
        if (folder := folder_to_learn(run)) is None:
            return []
        if not os.access(folder, os.W_OK):
            what = "is of the fair before its change" if load_profiles(fair) else "is not learned"
            return [f"The profile of {fair} {what}: {folder} cannot be written; make it writable."]
        tasks, digest = tasks_of(fair), digest_of(fair)
    except ScenarioError as fault:
        return [f"The profile of {fair} cannot be learned or checked, as the fair has a fault by now: {fault}"]
    planned = sum(scale for _, _, _, scale, _ in tasks)
    with workers(worker_count, dask=dask) as (executor, at_once), fairs_progress(planned) as (on, _):
        headlines = learn(tasks, executor, at_once, on)
    try:
        keep(headlines, folder, digest)
    except OSError as fault:
        return [f"The profile of {fair} cannot be kept in {folder} ({fault.strerror}); make room, and ask again."]
    note(
        f"Learned how such fairs go from {len(tasks)} runs of {fair}, and kept it in {fair}/profile.csv and"
        " headlines.csv. It is learned anew once the fair has changed."
    )
    return []


def _by_members(
    members: Members, snapshot: dict[str, Any], at_ms: int, figures: Mapping[str, Figure], level: float,
    worker_count: int | None, dask: str | None,
) -> tuple[list[Forecast], list[str]]:  # fmt: skip
    from faircli.progress import fairs_progress
    from fairlab.foresight import beyond, forecast_rows, play_members
    from fairlab.workers import workers

    scale = min(members.scale, snapshot["run"]["scale"])
    with workers(worker_count, dask=dask) as (executor, at_once), fairs_progress(scale * len(members.draws)) as (on, _):
        courses = play_members(members, [at_ms], executor, at_once, scale=scale, on_run=on)
    outside = beyond(snapshot, courses, at_ms)
    what = f"No member had so little or so much of {', '.join(outside)} by then: the interval may be too narrow."
    return forecast_rows(snapshot, courses, at_ms, figures, level), [what] if outside else []
