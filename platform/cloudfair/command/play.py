"""`fair run`: the model plays a scenario into a backend, and the result is held against what was reported."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Any

import httpx
import msgspec
import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from cloudfair.command.backend import Elsewhere, Own, reach
from cloudfair.command.options import DEFAULT_DATABASE, Changes, Database, Json, Scale, Token
from cloudfair.command.player import Player, StoppedError
from cloudfair.command.show import comparison_tables, err, out, print_json, simulated_clock
from fairfacts.commands import Disrupt, KeptCommand, Pace
from fairfacts.comparison import Row
from fairfacts.disruptions import AnyDisruption
from fairfacts.errors import BackendError, ScenarioError
from fairsim import VERSION
from fairsim.arrivals import MINUTE_MS
from fairsim.fair import Fair
from fairsim.kernel import few_collections
from fairsim.outbox import BATCH_EVENTS, Outbox, detail_of
from fairsim.scenario import Scenario, load_scenario

STOP_S = 2.0
"""How long a run that is interrupted tries to tell the backend."""


class Request(msgspec.Struct, frozen=True):
    """What decides a run; the backend keeps it, so that the run can be taken up again."""

    scenario: str
    seed: int
    replication: int
    scale: float
    changes: list[str]
    sha256: str = ""
    """Of the resolved scenario, by which a changed file is noticed."""


def run(
    scenario: Annotated[
        str | None, typer.Argument(help="A shipped scenario (`fair scenarios`), or the path of a .toml file.")
    ] = None,
    *,
    seed: Annotated[int, typer.Option(min=0, help="Of the random numbers; another seed plays another fair.")] = 7,
    replication: Annotated[int, typer.Option(min=0, help="Which independent replication of the seed.")] = 0,
    scale: Scale = 1.0,
    speed: Annotated[str, typer.Option(help="Simulated seconds a second, such as 3600, or max.")] = "max",
    changes: Changes = None,
    to: Annotated[
        list[str] | None,
        typer.Option(
            help="URL of a backend; without it the one running here, or its own. Given several times: processes of a"
            " backend on one PostgreSQL, of which the run goes on with another when one is gone."
        ),
    ] = None,
    resume: Annotated[str | None, typer.Option(help="Complete this run, which broke off.", metavar="RUN")] = None,
    batch: Annotated[
        int, typer.Option(min=1, max=65_536, help="Events a batch; they show in no result.")
    ] = BATCH_EVENTS,
    stay: Annotated[bool, typer.Option("--stay", help="Keep the page open afterwards, in a terminal.")] = False,
    database: Database = DEFAULT_DATABASE,
    token: Token = None,
    as_json: Json = False,
) -> None:
    """Play a scenario, keep every event, and show reported beside simulated.

    `fair run ciftis2020 --scale 0.1` answers in seconds; `--speed 3600` plays an hour a second, to watch.
    """
    pace = pace_of(speed)
    if scenario is None and resume is None:
        raise ScenarioError("no scenario is named; try fair run ciftis2020 (fair scenarios lists them)")
    # a bad scenario is refused before anything is started
    asked = Request(scenario or "", seed, replication, scale, changes or [])
    loaded = load(asked) if scenario is not None else None
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with reach(to or [], database, token) as backend, httpx.Client(base_url=backend.url, headers=headers) as client:
        if resume is not None:
            asked = _kept_request(client, resume, asked if loaded else None)
            loaded = load(asked)
        assert loaded is not None, "a run is named by its scenario or by its id"
        run_id = resume or _begin(client, loaded, asked)
        if not as_json:
            err.print(f"Run [bold]{run_id}[/] at {backend.url}/?run={run_id}", highlight=False, soft_wrap=True)
        began = time.monotonic()
        try:
            digest = _play(loaded, asked, client, run_id, backend, pace=pace, batch=batch)
        except (KeyboardInterrupt, StoppedError) as fault:
            how = str(fault) or "stopped"
            raise BackendError(f"{how}; complete the run with fair run --resume {run_id}") from None
        wall_s = time.monotonic() - began
        result = _result(client, run_id, asked, digest, wall_s)
        if as_json:
            print_json(result)
            return
        _show(result, client.get("/health").json()["database"])
        if stay and sys.stdout.isatty() and backend.is_own:
            err.print(f"The page stays at {backend.url}/?run={run_id} until Ctrl-C.", highlight=False, soft_wrap=True)
            _wait_for_interrupt()


def pace_of(speed: str) -> Pace:
    """Return the pace that a speed names.

    Raises:
        ScenarioError: it names none.
    """
    try:
        return msgspec.convert(speed, Pace, strict=False)  # type: ignore[no-any-return]  # an alias of a union
    except msgspec.ValidationError:
        raise ScenarioError(
            f"--speed is {speed}; give simulated seconds a second over 0, such as 3600, or max"
        ) from None


def load(asked: Request) -> Scenario:
    """Return the scenario that is asked for.

    Raises:
        ScenarioError: as `load_scenario`.
    """
    return load_scenario(asked.scenario, changes=asked.changes, scale=asked.scale)


def record_of(scenario: Scenario, asked: Request) -> dict[str, Any]:
    """Return what a backend keeps of a run that is about to begin, as JSON can carry it."""
    return {
        "scenario": scenario.name,
        "seed": asked.seed,
        "replication": asked.replication,
        "scale": asked.scale,
        "version": VERSION,
        "request": msgspec.to_builtins(msgspec.structs.replace(asked, sha256=scenario.sha256())),
    }


def _begin(client: httpx.Client, scenario: Scenario, asked: Request) -> str:
    """Begin a run and return its id."""
    answer = client.post("/runs", json=record_of(scenario, asked))
    if not answer.is_success:
        raise BackendError(detail_of(answer))
    return str(answer.json()["run"])


def _kept_request(client: httpx.Client, run_id: str, asked: Request | None) -> Request:
    """Return what a kept run was begun with; what is asked for now may not differ from it."""
    answer = client.get(f"/runs/{run_id}")
    if not answer.is_success:
        raise BackendError(detail_of(answer))
    kept = msgspec.convert(answer.json()["request"], Request)
    if answer.json()["version"] != VERSION:
        raise BackendError(f"run {run_id} is of release {answer.json()['version']}, this is {VERSION}; start a new run")
    for name in ("scenario", "seed", "replication", "scale", "changes") if asked else ():
        if getattr(asked, name) != getattr(kept, name):
            raise ScenarioError(
                f"--resume {run_id}: its {name} is {getattr(kept, name)}, not {getattr(asked, name)};"
                f" leave it out: fair run --resume {run_id}"
            )
    if load(kept).sha256() != kept.sha256:
        raise ScenarioError(
            f"--resume {run_id}: {kept.scenario} is not what it was when the run began; start a new run"
        )
    return kept


def _play(
    scenario: Scenario,
    asked: Request,
    client: httpx.Client,
    run_id: str,
    backend: Elsewhere | Own,
    *,
    pace: Pace,
    batch: int,
) -> str:
    """Play the scenario into the run's log, and return the log's digest."""
    with _progress(scenario) as progress:

        def away(trouble: str) -> None:
            progress.tell(f"waiting for the backend: {trouble}")
            backend.revive()
            client.base_url = backend.url

        outbox = Outbox(client, run_id, batch_events=batch, on_away=away)
        disruptions = _kept_disruptions(client, run_id, outbox)
        fair = Fair(scenario, asked.seed, asked.replication)
        try:
            with few_collections():
                Player(fair, outbox, pace, disruptions=disruptions, on_progress=progress.advance).play()
            return outbox.close()
        except KeyboardInterrupt:
            with suppress(BackendError):
                outbox.abandon(STOP_S)
            raise


def _kept_disruptions(client: httpx.Client, run_id: str, outbox: Outbox) -> list[tuple[int, AnyDisruption]]:
    """Return the disruptions that operators have caused in a run, in their order, each with its moment.

    What else was said to it while nobody played it is refused: whoever takes it up again wants it played.
    """
    answer = client.get(f"/runs/{run_id}/commands").raise_for_status()
    disruptions = []
    for kept in msgspec.json.decode(answer.content, type=list[KeptCommand]):
        if isinstance(kept.command, Disrupt):
            if kept.applied_at_ms is not None and kept.refused is None:
                disruptions.append((kept.applied_at_ms, kept.command.disruption))
        elif kept.applied_at_ms is None and outbox.kept.head:
            outbox.obeyed(kept, outbox.kept.at_ms, "nobody played the run then; it was taken up again since")
    return sorted(disruptions, key=lambda kept: kept[0])  # those of one moment stay in the order of the commands


class _Progress:
    """The progress of a run in the terminal."""

    def __init__(self, progress: Progress, scenario: Scenario, total_ms: int) -> None:
        self._progress, self._epoch, self._began = progress, scenario.epoch.isoformat(), time.monotonic()
        self._task = progress.add_task("", total=total_ms, clock="", events="", rate="", note="")
        self._shown_at = 0.0

    def advance(self, now_ms: int, events: int, note: str = "") -> None:
        """Show where the run stands, some times a second."""
        wall = time.monotonic()
        if wall - self._shown_at < 0.1:
            return
        self._shown_at = wall
        rate = f"{events / max(wall - self._began, 1e-9):,.0f} events/s"
        clock = simulated_clock(self._epoch, now_ms)
        self._progress.update(
            self._task, completed=now_ms, clock=clock, events=f"{events:,} events", rate=rate, note=note
        )

    def tell(self, note: str) -> None:
        """Show that something holds the run up."""
        self._progress.update(self._task, note=note)


@contextmanager
def _progress(scenario: Scenario) -> Iterator[_Progress]:
    columns = ("{task.fields[clock]}", "{task.fields[events]}", "{task.fields[rate]}", "{task.fields[note]}")
    clock, events, rate, note = (TextColumn(column) for column in columns)
    total_ms = scenario.parameters.fair.days * 24 * 60 * MINUTE_MS
    with Progress(
        clock, BarColumn(), TaskProgressColumn(), events, rate, TimeRemainingColumn(), note,
        console=err, transient=True, disable=not err.is_terminal,
    ) as progress:  # fmt: skip
        yield _Progress(progress, scenario, total_ms)


def _result(client: httpx.Client, run_id: str, asked: Request, digest: str, wall_s: float) -> dict[str, Any]:
    measures = client.get(f"/runs/{run_id}/snapshot").raise_for_status().json()
    rows = client.get(f"/runs/{run_id}/comparison").raise_for_status().json()["rows"]
    return {
        "run": run_id,
        "scenario": asked.scenario,
        "seed": asked.seed,
        "replication": asked.replication,
        "scale": asked.scale,
        "digest": digest,
        "events": measures["position"],
        "wall_s": round(wall_s, 3),
        "events_per_s": round(measures["position"] / wall_s),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "measures": measures["measures"],
        "comparison": rows,
    }


def _show(result: dict[str, Any], database: str) -> None:
    out.print(comparison_tables(msgspec.convert(result["comparison"], list[Row])))
    out.print(
        f"\n{result['events']:,} events in {result['wall_s']:.1f} s, {result['events_per_s']:,} events/s\n"
        f"digest {result['digest']}\n"
        f"run {result['run']}, kept in {database}",
        highlight=False,
        soft_wrap=True,
    )


def _wait_for_interrupt() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        pass
