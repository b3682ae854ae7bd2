"""`fair run`: the model plays a scenario into a backend, and the result is compared with what was reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from faircli.completion import complete_run, complete_scenario
from faircli.defaults import DATABASE
from faircli.options import Changes, Database, Json, Replication, Scale, Seed, Token, Verbose

if TYPE_CHECKING:
    from fairsim.inputs.scenario import Scenario


def run(
    scenario: Annotated[
        str | None,
        typer.Argument(
            metavar="SCENARIO",
            help="A shipped scenario (`fair scenarios`), a fair (`fair fairs`), or the path of a .toml file.",
            autocompletion=complete_scenario,
        ),
    ] = None,
    *,
    seed: Seed = 7,
    replication: Replication = 0,
    scale: Scale = 1.0,
    speed: Annotated[str, typer.Option(metavar="SPEED", help="Simulated seconds a second, or max.")] = "max",
    changes: Changes = None,
    to: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="Backend to send the events to; by default the one that serves the database here, or one that is"
            " started for the run. Repeat it for several processes on one PostgreSQL: the run goes on with another"
            " when one is gone.",
        ),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="Complete this run, which broke off.", autocompletion=complete_run),
    ] = None,
    player: Annotated[
        int | None, typer.Option(hidden=True, help="The number of the player that this process is.")
    ] = None,
    batch: Annotated[
        int | None, typer.Option(min=1, max=65_536, help="Events a batch; the number changes no result.")
    ] = None,
    stay: Annotated[bool, typer.Option("--stay", help="Keep serving the page until Ctrl-C.")] = False,
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    database: Database = DATABASE,
    token: Token = None,
    verbose: Verbose = False,
    as_json: Json = False,
) -> None:
    """Play a scenario, keep every event, and show reported beside simulated.

    Examples:
    - `fair run ciftis2020 --scale 0.1` plays a tenth of the fair in seconds.
    - `fair run ciftis2020 --speed 3600` plays an hour a second, to watch in the page or with `fair watch`.
    - `fair run ciftis2020 --set negotiations.night_share=1` changes a parameter.
    - `fair run ciftis2020 --open --stay` opens the page, and serves it after the run as well.
    - `fair run --resume RUN` completes a run that broke off.
    """
    import functools
    import time

    import httpx

    from faircli.backend import reach
    from faircli.browser import open_page
    from faircli.connection import PATIENCE_S, TRIED_AGAIN, authorization, is_secure
    from faircli.console import note, print_json, warn
    from faircli.outbox import BATCH_EVENTS
    from faircli.playing import Playing
    from faircli.run_request import Request, load, pace_of
    from faircli.user_files import show_reports
    from fairfacts.errors import ScenarioError

    @functools.lru_cache  # it is tried some times a second, and said once
    def away(trouble: str) -> None:
        note(f"waiting for the backend: {trouble}; {TRIED_AGAIN}")

    pace = pace_of(speed)
    if scenario is None and resume is None:
        raise ScenarioError("no scenario is named; try fair run ciftis2020 (fair scenarios lists them)")
    # a bad scenario is refused before anything is started
    asked = Request(scenario or "", seed, replication, scale, changes or [])
    loaded = load(asked) if scenario is not None else None
    if to and database != DATABASE:
        warn(f"--db {database}: is ignored, as the backend at {to[0]} keeps the run in its own")
    headers = authorization(token)
    patience_s = PATIENCE_S if resume else 0.0
    with (
        reach(to or [], database, token, patience_s=patience_s, on_away=away) as backend,
        httpx.Client(base_url=backend.url, headers=headers, verify=is_secure(backend.url)) as client,
    ):
        playing = Playing(client, backend, away)
        if resume is not None:
            asked, loaded = playing.resume(resume, asked)
        assert loaded is not None, "a run is named by its scenario or by its id"
        show_reports(loaded.reports, verbose=verbose)
        run_id = resume or playing.begin(loaded, asked)
        if not as_json:
            note("Run ", (run_id, "bold"), f" at {backend.url}/?run={run_id}")
        if open_it:
            open_page(f"{backend.url}/?run={run_id}")
        began = time.monotonic()
        digest = playing.play(loaded, asked, run_id, player=player, pace=pace, batch=batch or BATCH_EVENTS)
        result = playing.result(run_id, asked, digest, time.monotonic() - began) | {"reports": loaded.reports}
        result["unmet"] = _unmet(loaded, result["measures"])
        if as_json:
            print_json(result)
        else:
            _show(result, playing.database())
        if stay:
            _stay(f"{backend.url}/?run={run_id}", is_own=backend.is_own)
        elif backend.is_own and not as_json:
            note("The page is closed; fair serve opens it again.")


def _unmet(played: Scenario, measures: Mapping[str, Any]) -> list[str]:
    """Return what the fair states of stands and the run does not have."""
    from fairsim.inputs.stands import missing_stands

    placed, exhibitors = measures["venue"]["stands_by_zone"], measures["organisations"]["exhibitors"]
    return missing_stands(played.parameters, played.fair.zones, played.scale, placed, exhibitors)


def _show(result: dict[str, Any], database: str) -> None:
    import msgspec

    from faircli.comparison import caveats, comparison_tables, emergent_table
    from faircli.console import out, say
    from fairfacts.evidence.comparison import Row

    rows = msgspec.convert(result["comparison"], list[Row])
    # a fair of which nothing was reported shows what came of it all the same
    out.print(comparison_tables(rows) if rows else emergent_table(result["measures"]))
    if result["unmet"]:
        say("\nFewer stands than the fair states: ", "; ".join(result["unmet"]), ".")
    say()
    say((result["headline"], "bold"))
    for line in caveats(rows):
        say((line, "dim"))
    say(f"\n{result['events']:,} events in {result['wall_s']:.1f} s, {result['events_per_s']:,} events/s")
    say(f"digest {result['digest']}")
    say(f"run {result['run']}, kept in {database}")


def _stay(url: str, *, is_own: bool) -> None:
    """Wait for Ctrl-C in a terminal, where this command serves the page."""
    import gc
    import sys
    import time
    from contextlib import suppress

    from faircli.console import note, warn

    if not is_own:
        warn(f"--stay: is ignored, as another command serves the page: {url}")
    elif not sys.stdout.isatty():
        warn("--stay: is ignored, as the output goes to no terminal whose Ctrl-C could end it")
    else:
        gc.unfreeze()  # the fair, which was to stay in memory to the end of the process (`few_collections`)
        gc.collect()
        note(f"The page stays at {url} until Ctrl-C.")
        with suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)
