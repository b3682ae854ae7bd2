"""The commands to a run, by its store: numbered, pending until they are applied, and found again as what they were."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy.orm import Session
from tests.cloudfair.example import batch, created, example

from cloudfair.errors import ConflictError, UnknownError
from cloudfair.store.commands import PendingCommand
from cloudfair.store.log import Log
from cloudfair.store.tables import Command
from fairfacts.operator_commands import Disrupt
from fairfacts.parts.disruptions import PlatformOutage

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PAUSE = '{"kind":"pause"}'
DISRUPT = msgspec.json.encode(Disrupt(disruption=PlatformOutage(lasts_min=1))).decode()
EVENTS = example(10)


@pytest.fixture
def run(log: Log) -> str:
    return created(log)


def pending(log: Log, run: str) -> list[PendingCommand]:
    return log.batches.poll(run, 0, "max")


def test_command_is_pending_until_its_run_has_applied_it(log: Log, run: str) -> None:
    assert [log.commands.add(run, body).number for body in (PAUSE, DISRUPT)] == [0, 1]
    assert pending(log, run) == [(0, PAUSE), (1, DISRUPT)]
    applied = log.commands.acknowledge(run, 0, 500, None)
    assert (applied.applied_at_ms, applied.refused, applied.applied_at is not None) == (500, None, True)
    assert pending(log, run) == [(1, DISRUPT)]
    log.commands.acknowledge(run, 1, 600, "too late")
    assert pending(log, run) == []
    assert [(row.number, row.refused) for row in log.commands.all(run)] == [(0, None), (1, "too late")]


def test_command_is_acknowledged_once_and_at_one_moment(log: Log, run: str) -> None:
    log.commands.add(run, PAUSE)
    first = log.commands.acknowledge(run, 0, 500, None).applied_at
    assert log.commands.acknowledge(run, 0, 500, "another word").refused is None
    assert log.commands.all(run)[0].applied_at == first
    with pytest.raises(ConflictError, match="command 0 was applied at 500 ms, not at 501 ms"):
        log.commands.acknowledge(run, 0, 501, None)
    with pytest.raises(UnknownError, match=f"run {run} has no command 1"):
        log.commands.acknowledge(run, 1, 500, None)


def test_command_is_acknowledged_by_the_latest_player_alone(log: Log, run: str) -> None:
    log.commands.add(run, PAUSE)
    log.runs.take_up(run)
    with pytest.raises(ConflictError, match=f"run {run}: a process took it up to play it"):
        log.commands.acknowledge(run, 0, 500, None)
    assert log.commands.all(run)[0].applied_at is None
    assert log.commands.acknowledge(run, 0, 500, None, player=1).applied_at_ms == 500


def test_command_that_was_applied_already_is_received_by_no_run(log: Log, run: str) -> None:
    command = log.commands.add(run, PAUSE, applied_at_ms=0)
    assert (command.applied_at_ms, command.applied_at, command.is_whole()) == (0, command.asked_at, True)
    assert pending(log, run) == []


def test_command_has_a_number_that_another_process_did_not_take_first(
    log: Log, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.commands.add(run, PAUSE)
    known, stale = Session.scalar, [0]  # as it was before the other process stored its command
    monkeypatch.setattr(Session, "scalar", lambda *given: stale.pop() if stale else known(*given))
    assert log.commands.add(run, DISRUPT).number == 1
    assert [(row.number, row.body) for row in log.commands.all(run)] == [(0, PAUSE), (1, DISRUPT)]


def test_disruptions_that_were_caused_up_to_a_moment_are_those_that_took_effect(log: Log, run: str) -> None:
    for number, (body, at_ms, refused) in enumerate(
        ((DISRUPT, 500, None), (PAUSE, 500, None), (DISRUPT, 500, "too late"), (DISRUPT, 600, None))
    ):
        log.commands.add(run, body)
        log.commands.acknowledge(run, number, at_ms, refused)
    log.commands.add(run, DISRUPT)
    found = {until_ms: log.commands.injected(run, until_ms) for until_ms in (499, 500, 599, 600)}
    one, two = (500, DISRUPT), (600, DISRUPT)
    assert found == {499: [], 500: [one], 599: [one], 600: [one, two]}


def test_what_was_said_of_alarms_is_found_in_its_order(log: Log, run: str) -> None:
    for number, alarm in enumerate(("venue.cap", "venue.queue")):
        log.commands.add(run, f'{{"kind":"acknowledge","alarm":"{alarm}"}}', applied_at_ms=7 * number)
    log.commands.add(run, PAUSE, applied_at_ms=9)
    log.commands.add(run, '{"kind":"acknowledge","alarm":"venue.cap"}')
    answers = log.commands.alarm_answers(run)
    assert [(answer.alarm, answer.at_ms) for answer in answers] == [("venue.cap", 0), ("venue.queue", 7)]


def test_run_that_has_ended_and_one_that_there_is_not_take_no_commands(log: Log, run: str) -> None:
    log.batches.append(run, batch(EVENTS, 0, 10))
    with pytest.raises(ConflictError, match=f"run {run} ended with event 9 and takes no commands"):
        log.commands.add(run, PAUSE)
    for ask in (lambda: log.commands.add("nobody", PAUSE), lambda: log.commands.all("nobody")):
        with pytest.raises(UnknownError, match="there is no run nobody"):
            ask()


@pytest.mark.parametrize("wrong", [{"body": DISRUPT}, {"applied_at_ms": 1}, {"refused": "no"}, {"number": 1}])
def test_checksum_of_a_command_is_of_all_that_it_says(log: Log, run: str, wrong: dict[str, object]) -> None:
    command = log.commands.add(run, PAUSE, applied_at_ms=0)
    assert Command(**(command.model_dump() | {"sha256": ""})).is_whole()
    assert not Command(**(command.model_dump() | wrong)).is_whole()
