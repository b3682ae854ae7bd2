"""The keys of rows, read without an index: they are what is left if the indexes are made again from the rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from cloudfair.store.checksums import STATE, state_checksum
from cloudfair.store.tables import Received

QUERIES = (
    f"SELECT id, state_sha256, {', '.join(STATE)} FROM run {{unindexed}}",  # noqa: S608  # our own names
    "SELECT run_id, first, count FROM segment {unindexed} ORDER BY run_id, first",
    "SELECT run_id, number, 1 FROM command {unindexed} ORDER BY run_id, number",
    "SELECT run_id, key, content, sha256 FROM received {unindexed}",
)


class Scan(NamedTuple):
    """The rows of each of the `QUERIES`."""

    runs: list[Any]
    segments: list[Any]
    commands: list[Any]
    received: list[Any]


class Integrity(NamedTuple):
    """What a database finds wrong with its own pages and indexes, a line each."""

    faults: list[str]
    unchecked: list[str]
    """What could not be checked, and why."""


def rows_make_whole_logs(scan: Scan) -> bool:
    """Return whether the rows make whole logs of the runs: no key is missing, and none has changed."""
    heads = {run.id: run.head for run in scan.runs if run.head != 0}
    commands, runs = _ends(scan.commands), {run.id for run in scan.runs}
    return (
        _ends(scan.segments) == heads
        and commands is not None
        and runs.issuperset(commands)
        and all(_has_its_id(run) for run in scan.runs if run.head == 0)
        and all(map(_is_whole, scan.received))
    )


def _is_whole(row: Any) -> bool:
    """Return whether the checksum of a CloudEvent that was taken in fits."""
    return row.sha256 in ("", Received(run_id=row.run_id, key=row.key, content=row.content).checksum())


def _has_its_id(run: Any) -> bool:
    """Return whether a run without events bears its own id; it has no segment that would show it."""
    state = {**run._mapping, "ended": bool(run.ended)}
    return bool(run.state_sha256 == state_checksum(run.id, state))


def _ends(rows: Iterable[Any]) -> dict[str, int] | None:
    """Return where the rows of each run end, from their positions and lengths; None if there is a gap."""
    ends: dict[str, int] = {}
    for run, first, length in rows:
        if ends.get(run, 0) != first or not isinstance(length, int):  # a damaged row holds values of any type
            return None
        ends[run] = first + length
    return ends
