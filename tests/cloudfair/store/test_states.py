"""How a run stands, by its row and the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.cloudfair.example import created

from cloudfair.store import batches, states
from cloudfair.store.log import Log
from cloudfair.store.states import RunState, silent_since, state_of

NOON = datetime(2020, 9, 4, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "now", lambda: NOON)


@pytest.mark.parametrize(
    ("ended", "fault", "pace", "state"),
    [
        (True, "killed", "stopped", "ended"),
        (False, "killed", "stopped", "failed"),
        (False, "", None, "failed"),
        (False, None, "stopped", "stopped"),
        (False, None, "paused", "paused"),
        (False, None, "max", "running"),
        (False, None, None, "running"),
    ],
)
def test_state_is_the_last_that_was_said(ended: bool, fault: str | None, pace: str | None, state: RunState) -> None:
    assert state_of(ended=ended, fault=fault, pace=pace) == state


@pytest.mark.parametrize("state", ["running", "paused"])
def test_player_is_silent_after_half_a_minute(state: RunState) -> None:
    heard = NOON - timedelta(seconds=30)
    assert silent_since(state, heard, pace="max", head=5) is None
    assert silent_since(state, heard - MOMENT, pace="max", head=5) == heard - MOMENT
    assert silent_since(state, NOON + timedelta(seconds=30), pace="max", head=5) is None
    assert silent_since(state, NOON + timedelta(seconds=30) + MOMENT, pace="max", head=5) == NOON


def test_run_has_a_player_that_has_a_pace_or_no_events() -> None:
    hour_ago = NOON - timedelta(hours=1)
    silent = {(pace, head): silent_since("running", hour_ago, pace=pace, head=head) for pace in (None, "max")
              for head in (0, 1)}  # fmt: skip
    assert silent == {(None, 0): hour_ago, (None, 1): None, ("max", 0): hour_ago, ("max", 1): hour_ago}
    assert [silent_since(state, hour_ago, pace="max", head=1) for state in ("stopped", "failed", "ended")] == [None] * 3


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_heartbeat_is_written_every_five_seconds(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    run = created(log)
    written = []
    for passed in (timedelta(), timedelta(seconds=5) - MOMENT, timedelta(seconds=5), timedelta(0)):
        monkeypatch.setattr(batches, "now", lambda passed=passed: NOON + passed)
        log.batches.poll(run, 0, "max")
        written.append(log.runs.get(run).heard_at - NOON)
    assert written == [timedelta(), timedelta(), timedelta(seconds=5), timedelta()]
