"""The checkpoints of runs, by their store: found by the place and moment up to which they are wanted."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from tests.cloudfair.example import batch, created, example

from cloudfair.store.checkpoints import StoredCheckpoint
from cloudfair.store.log import Log

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

EVENTS = example(10)


@pytest.fixture
def run(log: Log) -> str:
    """A run with a segment for every two of its ten events, one each second, and a checkpoint after 0, 4, 5 and 6."""
    run = created(log)
    for first in range(0, 10, 2):
        log.batches.append(run, batch(EVENTS, first, first + 2))
    log.checkpoints.save(run, [StoredCheckpoint(position, "f00d", b"state") for position in (0, 4, 5, 6)])
    return run


def positions(log: Log, run: str) -> list[int]:
    return [checkpoint.position for checkpoint in log.checkpoints.all(run)]


def test_every_checkpoint_is_found_the_latest_first(log: Log, run: str) -> None:
    assert list(log.checkpoints.all(run)) == [(position, "f00d", b"state") for position in (6, 5, 4, 0)]
    assert [log.checkpoints.latest(run, end)[0] for end in (0, 3, 4, 5, 9)] == [0, 0, 4, 5, 6]
    assert positions(log, f"{run}x") == []


def test_checkpoints_are_discarded_from_a_position_on_or_all(log: Log, run: str) -> None:
    log.checkpoints.discard(run, 5)
    assert positions(log, run) == [4, 0]
    log.checkpoints.discard(f"{run}x")
    assert positions(log, run) == [4, 0]
    log.checkpoints.discard(run)
    assert positions(log, run) == []


@pytest.mark.parametrize(
    ("wanted", "checkpoint", "end"),
    [
        ({"at_ms": -1}, None, 0), ({"at_ms": 0}, 0, 2), ({"at_ms": 1_999}, 0, 2), ({"at_ms": 6_000}, 6, 8),
        ({"at_ms": 5_999}, 4, 6), ({"at_ms": 90_000}, 6, 10), ({"position": 0}, None, 0), ({"position": 1}, 0, 2),
        ({"position": 6}, 4, 6), ({"position": 7}, 6, 8), ({"position": 99}, 6, 10),
    ],
)  # fmt: skip
def test_state_is_rebuilt_from_the_latest_checkpoint_before_the_last_segment(
    log: Log, run: str, wanted: dict[str, int], checkpoint: int | None, end: int
) -> None:
    stretch = log.checkpoints.stretch(run, **wanted)
    found = stretch.checkpoint and stretch.checkpoint.position
    assert (found, stretch.first, stretch.end) == (checkpoint, checkpoint or 0, end)


def test_damaged_checkpoint_is_passed_over_with_a_warning(log: Log, run: str, caplog: pytest.LogCaptureFixture) -> None:
    with log._database.transaction() as connection:
        connection.execute(sa.text("UPDATE checkpoint SET state = 'text' WHERE position > 4"))
    assert (log.checkpoints.latest(run).position, positions(log, run), log.checkpoints.unfit(run)) == (
        4,
        [4, 0],
        [5, 6],
    )
    assert [text for text in caplog.messages if "damaged" in text] == [
        f"a checkpoint is damaged and is not used: run {run}, position {position}" for position in (6, 5)
    ]
