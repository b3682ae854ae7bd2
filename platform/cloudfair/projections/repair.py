"""Makes derived data again from the log: indexes, moments of segments, the row of the run, checkpoints.

The events themselves, their checksums and what operators sent are never changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from cloudfair.projections.live import CHECKPOINT_EVENTS
from cloudfair.projections.verification import Verification, verify
from cloudfair.store.checkpoints import StoredCheckpoint
from cloudfair.store.log import Log
from fairfacts.measures import State
from fairfacts.parts.runs import REPRODUCING


def repair(log: Log, run: str, on_progress: Callable[[int], None] = lambda _: None) -> list[str]:
    """Make the derived data of a run again where it is damaged, and return what was done, in words.

    Do not repair a run that is being played: its player changes the same rows.

    Raises:
        UnknownError: there is no such run.
        DamageError: nothing of it can be read.
    """
    done = [f"rebuilt the indexes of {log.name}"] if log.rebuild_indexes() else []
    verification = verify(log, run, on_progress)
    for position, (first_ms, last_ms) in verification.moments.items():
        log.segments.set_moments(run, position, first_ms, last_ms)
        done.append(f"segment {position}: set its moments to {first_ms} to {last_ms} ms, those of its events")
    if removed := log.publications.remove_damaged(run):
        done.append(f"removed {removed} records of what is published; the publisher asks its destination what it has")
    if verification.is_readable:
        done += _repair_row(log, verification)
        is_damaged = any(damage.table == "checkpoint" for damage in verification.damage)
        if is_damaged or verification.left_aside or verification.lacks_end:
            done.append(f"made {_remake_checkpoints(log, run)} checkpoints again from the log")
    return done


def _repair_row(log: Log, verification: Verification) -> list[str]:
    """Set the columns of the run that follow from its log."""
    row, done = log.runs.unchecked(verification.run), []
    follows = {"head": verification.position, "at_ms": verification.at_ms, "ended": verification.ended}
    if verification.started:
        follows |= {column: getattr(verification.started, column) for column in REPRODUCING}
    changes = {column: value for column, value in follows.items() if getattr(row, column) != value}
    for column, value in changes.items():
        done.append(f"run: set its {column} to {value}, as the log has it")
    if changes or not row.is_state_whole():
        log.runs.set(verification.run, changes)
        done.append("run: made the checksum of its state again")
    return done


def _remake_checkpoints(log: Log, run: str) -> int:
    """Fold the whole log and save a checkpoint every `CHECKPOINT_EVENTS` and at the end; return how many."""
    log.checkpoints.discard(run)
    state, hashed, saved, since = State(), hashlib.sha256(), 0, 0
    for segment in log.segments.read(run):
        hashed.update(segment.ndjson)
        for events in segment.events():
            state.fold(events)
        if state.position - since >= CHECKPOINT_EVENTS or state.parts.run.phase == "ended":
            log.checkpoints.save(run, [StoredCheckpoint(state.position, hashed.hexdigest(), state.checkpoint())])
            since, saved = state.position, saved + 1
    return saved
