"""Plays a run into a backend's log: begins or resumes it, plays it, and fetches its result."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import msgspec

from faircli.backend import Backend
from faircli.connection import TRIED_AGAIN, Connection
from faircli.outbox import Outbox
from faircli.player import Player, StoppedError
from faircli.progress import RunProgress
from faircli.run_request import Request, record_of, request_of
from fairfacts.clock import moment_text
from fairfacts.errors import BackendError, ScenarioError
from fairfacts.operator_commands import Disrupt, NumberedCommand, Pace
from fairfacts.parts.disruptions import AnyDisruption
from fairfacts.struct_types import prepare_types
from fairsim.engine.kernel import few_collections
from fairsim.fair import Fair
from fairsim.inputs.scenario import Scenario

STOP_S = 2.0
"""How long an interrupted run tries to mark itself as stopped."""
DEFAULTS = {"scenario": "", "seed": 7, "replication": 0, "scale": 1.0, "changes": []}
"""The options of `fair run` that decide a run, as they are where nobody gives them."""
SHOW_S = 0.1
"""How often the progress is drawn."""
CATCH_UP_S, LOOK_S = 30.0, 0.05
"""How long a backend may take to fold what another one took in, and how often it is asked."""


class Playing:
    """One run that is played into a backend."""

    def __init__(self, client: httpx.Client, backend: Backend, on_away: Callable[[str], None]) -> None:
        """Prepare to play over a client whose base URL is the backend's.

        Args:
            on_away: called with what went wrong while the backend is away and no progress is shown.
        """
        self._client, self._backend, self._on_away = client, backend, on_away
        self._progress: RunProgress | None = None
        self._connection = Connection(client, on_away=self._away)

    def begin(self, scenario: Scenario, request: Request) -> str:
        """Begin a run and return its id.

        Raises:
            BackendError: the backend refuses the run, or does not answer.
        """
        return self._connection.begin_run(record_of(scenario, request))

    def resume(self, run: str, asked: Request) -> tuple[Request, Scenario]:
        """Return what a run was begun with, and its scenario.

        Args:
            run: its id.
            asked: what the user asks for beside the id: it may not differ, unless it is a default.

        Raises:
            BackendError: there is no such run, or it cannot be played again.
            ScenarioError: the scenario has changed, or the user asks for another.
        """
        row = self._connection.request("GET", f"/runs/{run}").json()
        request, scenario = request_of(run, row["request"], row["version"])
        for name, default in DEFAULTS.items():
            if getattr(asked, name) not in (getattr(request, name), default):
                raise ScenarioError(
                    f"--resume {run}: its {name} is {getattr(request, name)}, not {getattr(asked, name)};"
                    f" leave it out: fair run --resume {run}"
                )
        return request, scenario

    def play(
        self, scenario: Scenario, request: Request, run: str, *, player: int | None, pace: Pace, batch: int
    ) -> str:
        """Play the scenario into the run's log, and return the log's digest.

        Args:
            player: the number of the player for whom the run was taken up already, if it was.

        Raises:
            BackendError: the run was interrupted or stopped, or the backend refuses it or is away for too long.
        """
        with RunProgress(scenario.duration_ms) as progress:
            self._progress = progress
            try:
                return self._play(scenario, request, run, player=player, pace=pace, batch=batch)
            except (KeyboardInterrupt, StoppedError) as fault:
                how = str(fault) or "stopped"
                raise BackendError(f"{how}; complete the run with fair run --resume {run}") from None
            finally:
                self._progress = None

    def result(self, run: str, request: Request, digest: str, wall_s: float) -> dict[str, Any]:
        """Return what `fair run --json` prints of a run that has ended."""
        head = self._connection.request("GET", f"/runs/{run}").json()["head"]
        state, compared = (self._whole(run, what, head) for what in ("snapshot", "comparison"))
        return {
            "run": run,
            "scenario": request.scenario,
            "seed": request.seed,
            "replication": request.replication,
            "scale": request.scale,
            "digest": digest,
            "events": state["position"],
            "wall_s": round(wall_s, 3),
            "events_per_s": round(state["position"] / wall_s),
            "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            "measures": state["measures"],
            "comparison": compared["rows"],
            "headline": compared["headline"],
            "left_out": compared["left_out"],
        }

    def _whole(self, run: str, what: str, head: int) -> dict[str, Any]:
        """Return an answer about a run once it is of all its events.

        Behind a load balancer, one backend answers that has not seen yet what another one took in.

        Raises:
            BackendError: it is not in `CATCH_UP_S`.
        """
        give_up = time.monotonic() + CATCH_UP_S
        while True:
            answer: dict[str, Any] = self._connection.request("GET", f"/runs/{run}/{what}").json()
            if answer["position"] >= head:
                return answer
            if time.monotonic() > give_up:
                raise BackendError(
                    f"run {run}: the backend has folded {answer['position']} of {head} events; ask later"
                )
            time.sleep(LOOK_S)

    def database(self) -> str:
        """Return the name of the database that keeps the run."""
        return str(self._connection.request("GET", "/health").json()["database"])

    def _play(
        self, scenario: Scenario, request: Request, run: str, *, player: int | None, pace: Pace, batch: int
    ) -> str:
        prepare_types()  # the outbox has a thread of its own
        outbox = Outbox(self._client, run, player=player, batch_events=batch, on_away=self._away)
        disruptions = self._earlier_disruptions(run, outbox)
        fair = Fair(scenario, request.seed, request.replication)
        try:
            with few_collections(to_the_end=True):
                Player(fair, outbox, pace, disruptions=disruptions, on_progress=self._show(scenario)).play()
            return outbox.close()
        except KeyboardInterrupt:
            with suppress(BackendError):
                outbox.abandon(STOP_S)
            raise

    def _earlier_disruptions(self, run: str, outbox: Outbox) -> list[tuple[int, AnyDisruption]]:
        """Return the disruptions that operators caused in a run, in order, each with its moment (ms).

        Refuse every other command that came while nobody played the run: a user who resumes it wants it played.
        """
        answer = self._connection.request("GET", f"/runs/{run}/commands")
        disruptions = []
        for waiting in msgspec.json.decode(answer.content, type=list[NumberedCommand]):
            if isinstance(waiting.command, Disrupt):
                if waiting.applied_at_ms is not None and waiting.refused is None:
                    disruptions.append((waiting.applied_at_ms, waiting.command.disruption))
            elif waiting.applied_at_ms is None and outbox.log_state.head:
                why = "nobody played the run then; it was taken up again since"
                outbox.acknowledge(waiting, outbox.log_state.at_ms, why)
        return sorted(disruptions, key=lambda pair: pair[0])  # those of one moment stay in the order of the commands

    def _show(self, scenario: Scenario) -> Callable[[int, int, str], None]:
        """Return what draws the progress, some times a second."""
        epoch, began, shown_at = scenario.epoch, time.monotonic(), 0.0

        def show(now_ms: int, events: int, note: str) -> None:
            nonlocal shown_at
            now = time.monotonic()
            if self._progress is not None and now - shown_at >= SHOW_S:
                shown_at = now
                rate = events / max(now - began, 1e-9)
                self._progress.advance(now_ms, moment_text(epoch, now_ms), events, rate, note)

        return show

    def _away(self, trouble: str) -> None:
        """Say that the backend is away, and revive it or turn to another process of it."""
        if self._progress is not None and self._progress.is_shown:
            self._progress.say(f"waiting for the backend: {trouble}; {TRIED_AGAIN}")
        else:
            self._on_away(trouble)
        self._backend.revive()
        self._client.base_url = self._backend.url
