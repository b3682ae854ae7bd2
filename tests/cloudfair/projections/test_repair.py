"""What a repair makes again, and what it says of it."""

from __future__ import annotations

import pytest
from tests.cloudfair.example import batch, created, digest_of, example, folded, spoil

from cloudfair.projections import repair as module
from cloudfair.projections.repair import repair
from cloudfair.store.checkpoints import StoredCheckpoint
from cloudfair.store.log import Log

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

EVENTS = example(100)


@pytest.fixture
def run(log: Log) -> str:
    """A run of five segments that has ended, without a checkpoint."""
    run = created(log)
    for first in range(0, 100, 20):
        log.batches.append(run, batch(EVENTS, first, first + 20))
    return run


@pytest.mark.parametrize(("every", "positions"), [(40, [40, 80, 100]), (41, [60, 100]), (1_000, [100])])
def test_checkpoints_are_made_after_every_so_many_events_and_at_the_end(
    log: Log, run: str, monkeypatch: pytest.MonkeyPatch, every: int, positions: list[int]
) -> None:
    monkeypatch.setattr(module, "CHECKPOINT_EVENTS", every)
    assert repair(log, run) == [f"made {len(positions)} checkpoints again from the log"]
    made = {checkpoint.position: checkpoint for checkpoint in log.checkpoints.all(run)}
    assert sorted(made) == positions
    for position, checkpoint in made.items():
        digest, state = digest_of(EVENTS[:position]), folded(EVENTS[:position]).checkpoint()
        assert checkpoint == StoredCheckpoint(position, digest, state)
    assert repair(log, run) == []


def test_moments_and_the_row_are_set_to_those_of_the_log(log: Log, run: str) -> None:
    repair(log, run)
    spoil(log, "UPDATE segment SET first_at_ms = 7 WHERE first = 60")
    spoil(log, "UPDATE run SET seed = 8, at_ms = 5")
    assert repair(log, run) == [
        "segment 60: set its moments to 60000 to 79000 ms, those of its events",
        "run: set its at_ms to 99000, as the log has it",
        "run: set its seed to 7, as the log has it",
        "run: made the checksum of its state again",
    ]
    spoil(log, "UPDATE run SET pace = '7'")
    assert repair(log, run) == ["run: made the checksum of its state again"]
    assert repair(log, run) == []


def test_nothing_is_made_from_a_log_that_is_damaged_itself(log: Log, run: str) -> None:
    spoil(log, "DELETE FROM segment WHERE first = 40")
    assert repair(log, run) == []
    assert log.checkpoints.latest(run) is None
