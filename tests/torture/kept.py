"""A small database, what it must answer, and what it answers when it is damaged."""

from __future__ import annotations

import asyncio
import json
from typing import NamedTuple

import httpx
from tests.cloudfair.example import NEW_RUN, batch, example

from cloudfair.app import create_app
from cloudfair.projections import live, live_runs
from cloudfair.projections.repair import repair
from cloudfair.projections.verification import verify
from cloudfair.settings import Settings
from cloudfair.store.log import Log
from fairfacts.errors import FairError

EVENTS = example(400)
PAUSE = '{"kind":"pause"}'
ROUTES = (
    "/runs",
    "/runs/{run}",
    "/runs/{run}/snapshot",
    "/runs/{run}/snapshot?at=150000",
    "/runs/{run}/events?first=70&limit=90",
    "/runs/{run}/course",
    "/runs/{run}/commands",
)


class Answer(NamedTuple):
    """What a route answered."""

    status: int
    content: object


Answers = dict[str, Answer]


def fill(database: str) -> list[str]:
    """Make a database with two runs and return them; the first has checkpoints and a command."""
    log = Log.open(database)
    fields = NEW_RUN | {"request": json.dumps(NEW_RUN["request"])}
    run = log.runs.create(**fields).id
    log.commands.acknowledge(run, log.commands.add(run, PAUSE).number, 0, None)
    for first in range(0, len(EVENTS), 50):
        log.batches.append(run, batch(EVENTS, first, first + 50))
    other = log.runs.create(**fields).id
    log.batches.append(other, batch(EVENTS, 0, 100))
    every, live.CHECKPOINT_EVENTS = live.CHECKPOINT_EVENTS, 100
    try:
        runs = live_runs.LiveRuns(log)
        asyncio.run(runs.get(run))
        runs.close()
    finally:
        live.CHECKPOINT_EVENTS = every
    log.close()
    return [run, other]


def answers(database: str, runs: list[str]) -> Answers | None:
    """Return what a backend answers about the runs; None if it does not start on this database, and says why."""
    try:
        app = create_app(Settings(database=database))
    except FairError:
        return None
    here = app.state.backend
    try:
        return asyncio.run(_ask(httpx.ASGITransport(app), runs))
    finally:
        here.pools.close()
        here.runs.close()
        here.log.close()


async def _ask(transport: httpx.ASGITransport, runs: list[str]) -> Answers:
    found = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        for route in dict.fromkeys(route.format(run=run) for run in runs for route in ROUTES):
            answer = await client.get(route)
            found[route] = Answer(answer.status_code, answer.json())
    return found


class Kept:
    """A database, and what it must answer."""

    def __init__(self, database: str) -> None:
        self.runs = fill(database)
        answered = answers(database, self.runs)
        assert answered is not None
        self.answers = answered
        assert all(answer.status == 200 for answer in answered.values())

    def hold(self, database: str, other: str) -> None:
        """Hold that damage is named, that no answer is wrong without a word, and that a repair keeps its word.

        `database` and `other` are two copies with the same damage.
        """
        named, derived = self._verified(database)
        if derived:
            self._hold_repair(other, named)
        now = answers(database, self.runs)
        if now is None:
            assert named, "the backend does not start, and fair verify says nothing"
            return
        for route, answer in now.items():
            if answer != self.answers[route]:
                self._hold_answer(route, answer, named=named)

    def _hold_answer(self, route: str, answer: Answer, *, named: list[str]) -> None:
        """An answer that is another one is a fault of the server's that says so, and verify names the damage."""
        assert named, f"{route} answers {answer}, and fair verify says nothing"
        if route == "/runs" and answer.status == 200:  # a run whose row is damaged is left out, and logged
            left = [row for row in answer.content if row in self.answers[route].content]
            assert left == answer.content, f"/runs shows {answer.content}"
            return
        if route.endswith("/commands") and answer == Answer(200, []):  # no other row says that there was one
            return
        is_gone = answer.status == 404 and "there is no run" in str(answer.content)
        assert answer.status >= 500 or is_gone, f"{route} answers {answer} for {self.answers[route]}"

    def _verified(self, database: str) -> tuple[list[str], bool]:
        """Return what verify says of the runs, and whether all of it can be repaired."""
        try:
            log = Log.open(database, read_only=True)
        except FairError as fault:
            return [str(fault)], False
        try:
            found = [_damage_of(log, run) for run in self.runs]
        finally:
            log.close()
        named = [text for texts, _ in found for text in texts]
        return named, bool(named) and all(derived for _, derived in found)

    def _hold_repair(self, database: str, named: list[str]) -> None:
        log = Log.open(database)
        try:
            done = [line for run in self.runs for line in repair(log, run)]
            assert done, f"the repair of {named} did nothing"
            left = [damage for run in self.runs for damage in verify(log, run).damage]
            assert left == [], f"the repair of {named} left {left}"
        finally:
            log.close()
        now = answers(database, self.runs)
        assert now is not None
        for route, answer in now.items():
            assert answer == self.answers[route] or route == "/runs", f"after the repair {route} answers {answer}"


def _damage_of(log: Log, run: str) -> tuple[list[str], bool]:
    """Return what verify says of a run, and whether all of it can be repaired."""
    try:
        damage = verify(log, run).damage
    except FairError as fault:
        return [str(fault)], False
    return [str(each) for each in damage], all(each.derived for each in damage)
