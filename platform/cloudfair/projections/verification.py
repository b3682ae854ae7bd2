"""Verifies one run: every stored row from which an answer is made against the log, and the log against itself.

The log (the segments) must be whole: what is damaged there cannot be made again. Everything else that is damaged and
follows from the log is derived data, which `cloudfair.projections.repair` makes again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import msgspec

from cloudfair.errors import DamageError, UnableError
from cloudfair.store.checkpoints import StoredCheckpoint
from cloudfair.store.commands import command_of
from cloudfair.store.log import Log
from cloudfair.store.segments import SegmentRow, StoredSegment, checked
from cloudfair.store.tables import Run
from fairfacts.auditor import Auditor
from fairfacts.errors import FairError
from fairfacts.event import Event
from fairfacts.measures import State
from fairfacts.operator_commands import Disrupt
from fairfacts.parts.disruptions import DisruptionBegun
from fairfacts.parts.runs import REPRODUCING, RunEnded, RunStarted


class Damage(msgspec.Struct, frozen=True):
    """A stored row that is not what it should be, and where."""

    run: str
    table: str
    """`database` stands for the file itself."""
    position: int
    """The event at which the row lies, or the number of the row."""
    what: str
    derived: bool = False
    """Whether the log makes it again."""

    def __str__(self) -> str:
        return f"{self.table} {self.position}: {self.what}" + ("; --repair makes it again" if self.derived else "")


class Verification:
    """What a run's rows hold, read once from the first event to the head at which the reading began."""

    def __init__(self, run: str, head: int) -> None:
        self.run, self.head = run, head
        """The head of the log when the verification began; a run may go on meanwhile."""
        self.state = State()
        self.auditor = Auditor()
        self.ended = False
        """Whether the log ends with `run.ended`."""
        self.damage: list[Damage] = []
        self.unchecked: list[str] = []
        """What could not be checked, and why."""
        self.left_aside: list[int] = []
        """Positions of the checkpoints of another release, which are not read."""
        self.lacks_end = False
        """Whether the run has ended, and no checkpoint of its end can be compared: of this release there is none."""
        self.moments: dict[int, tuple[int, int]] = {}
        """By position of a segment whose stored moments are wrong, the moments of its first and last event."""
        self.started: RunStarted | None = None
        self.position = 0
        """Position after the last segment, damaged or not."""
        self.at_ms = 0
        self._hash = hashlib.sha256()
        self._injected = 0
        self._is_followed = True

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the events that could be read."""
        return self._hash.hexdigest()

    @property
    def is_readable(self) -> bool:
        """Return whether every event was read and folded."""
        return self._is_followed

    def add_damage(self, table: str, position: int, what: str, *, derived: bool = False) -> None:
        """Add a damage."""
        self.damage.append(Damage(self.run, table, position, what, derived))

    def read(self, row: SegmentRow) -> None:
        """Check a segment, and fold it if all before it could be folded."""
        if row.first != self.position:
            what = "is missing" if row.first > self.position else f"overlaps the segment at event {row.first}"
            self.lost(self.position, what)
        self.position = row.first + row.events
        try:
            self._take(row, checked(self.run, row))
        except (DamageError, UnableError) as fault:
            self.lost(row.first, fault.what)

    def _take(self, row: SegmentRow, segment: StoredSegment) -> None:
        """Check the events of a whole segment a few hundred at a time: they stay in the processor's cache."""
        first_ms = last_ms = None
        for events in segment.events():
            if first_ms is None:
                first_ms = events[0].at_ms
                self._check_order(row, first_ms)
            last_ms = self.at_ms = events[-1].at_ms
            if self._is_followed:
                self._fold(events)
        self._hash.update(segment.ndjson)
        if first_ms is not None and last_ms is not None and (row.first_at_ms, row.last_at_ms) != (first_ms, last_ms):
            self.moments[row.first] = (first_ms, last_ms)
            stored = f"{row.first_at_ms} to {row.last_at_ms} ms"
            what = f"its moments are {stored}, its events' {first_ms} to {last_ms} ms"
            self.add_damage("segment", row.first, what, derived=True)

    def lost(self, position: int, what: str) -> None:
        """Add a damage of the log itself; nothing after it can be folded."""
        self.add_damage("segment", position, what)
        self._is_followed = False

    def _check_order(self, row: SegmentRow, first_ms: int) -> None:
        if first_ms < self.at_ms:
            self.lost(
                row.first, f"its first event is at {first_ms} ms, before {self.at_ms} ms of the event ahead of it"
            )

    def _fold(self, events: list[Event]) -> None:
        if self.state.position == 0 and isinstance(events[0], RunStarted):
            self.started = events[0]
        self._injected += sum(type(event) is DisruptionBegun and event.cause == "injected" for event in events)
        self.ended = isinstance(events[-1], RunEnded)
        self.state.fold(events)
        self.auditor.handle(events)

    def check_strays(self, log: Log) -> None:
        """Add the rows of the whole database that belong to no run: this run may lack them, or another run is lost."""
        try:
            for stray in log.strays():
                self.add_damage(stray.table, stray.first, str(stray))
        except DamageError as fault:
            self.unchecked.append(f"rows that belong to no run ({fault})")

    def check_commands(self, log: Log) -> None:
        """Check the operator commands, and the disruptions among them against the log."""
        applied = 0
        for number, command in enumerate(log.commands.rows(self.run)):
            if command.number != number:
                self.add_damage("command", number, f"is missing; the next is {command.number}")
                return
            if not command.is_whole():
                self.add_damage("command", number, "its checksum does not fit")
                continue
            try:
                is_disruption = isinstance(command_of(command), Disrupt)
            except DamageError:
                self.add_damage("command", number, "its body is no command")
                continue
            applied += is_disruption and command.applied_at is not None and command.refused is None
        if self._is_followed and self._injected > applied:
            self.add_damage(
                "command", applied, f"the log has {self._injected} injected disruptions, {applied} commands applied one"
            )


def verify(log: Log, run: str, on_progress: Callable[[int], None] = lambda _: None) -> Verification:
    """Return what a run's rows hold and every damage among them; `on_progress` is called with the position reached.

    Raises:
        UnknownError: there is no such run.
        DamageError: nothing of it can be read.
    """
    row = log.runs.unchecked(run)
    verification = Verification(run, row.head)
    faults, verification.unchecked = log.integrity()
    is_derived = bool(faults) and log.can_rebuild_indexes()
    for line in faults:
        verification.add_damage("database", 0, line, derived="index" in line and is_derived)
    checkpoints = {checkpoint.position: checkpoint for checkpoint in log.checkpoints.all(run)}
    try:
        for segment in _segments(log, run, row):
            verification.read(segment)
            if verification.is_readable and (checkpoint := checkpoints.pop(verification.position, None)):
                _compare_checkpoint(verification, checkpoint)
            on_progress(verification.position)
    except DamageError as fault:
        verification.lost(verification.position, str(fault))
    _check_row(verification, row)
    _check_other_checkpoints(verification, log, list(checkpoints))
    verification.check_strays(log)
    verification.check_commands(log)
    for record in log.publications.damaged(run):
        what = f"the checksum of the record for {record.destination} does not fit"
        verification.add_damage("publication", record.position, what, derived=True)
    for number, key in enumerate(log.batches.damaged_keys(run)):
        verification.add_damage("received", number, f"the checksum of {key} does not fit")
    return verification


def _segments(log: Log, run: str, row: Run) -> Iterator[SegmentRow]:
    """Yield the segments up to the head at which the verification began; all of a run that has ended."""
    for segment in log.segments.rows(run):
        if segment.first >= row.head and not row.ended and log.runs.unchecked(run).head > row.head:
            return
        yield segment


def _check_row(verification: Verification, row: Run) -> None:
    """Check the row of the run against its log."""
    if verification.position < row.head:
        verification.lost(verification.position, f"is missing: the log should have {row.head} events")
    if row.sha256 not in ("", row.checksum()):
        verification.add_damage("run", 0, "its checksum does not fit")
    elif not row.has_dates():
        verification.add_damage("run", 0, f"its dates cannot be read: {row.created_at}, {row.heard_at}")
    if not row.is_state_whole():
        verification.add_damage("run", 0, "the checksum of its state does not fit", derived=verification.is_readable)
    if not verification.is_readable:
        return
    for column in REPRODUCING if verification.started else ():
        stored, played = getattr(row, column), getattr(verification.started, column)
        if stored != played:
            verification.add_damage("run", 0, f"its {column} is {stored}, and the log's {played}", derived=True)
    follows = {"head": verification.position, "at_ms": verification.at_ms, "ended": verification.ended}
    for column, value in follows.items():
        if getattr(row, column) != value:
            verification.add_damage(
                "run", 0, f"its {column} is {getattr(row, column)}, and the log's {value}", derived=True
            )


def _compare_checkpoint(verification: Verification, checkpoint: StoredCheckpoint) -> None:
    """Compare a checkpoint with the log that was read up to it."""
    position = checkpoint.position
    if checkpoint.digest != verification.digest:
        verification.add_damage("checkpoint", position, "its digest is not that of the log", derived=True)
    elif not _is_same(checkpoint, verification.state):
        verification.add_damage("checkpoint", position, "its measures are not those of the log", derived=True)


def _is_same(checkpoint: StoredCheckpoint, state: State) -> bool:
    """Compare values and not bytes, as a set has no fixed order in bytes."""
    try:
        restored = State.restore(checkpoint.state)
    except (msgspec.DecodeError, ValueError, TypeError, FairError):
        return False
    return restored.parts == state.parts


def _check_other_checkpoints(verification: Verification, log: Log, left: list[int]) -> None:
    """Check the checkpoints not compared at a segment's end: damaged ones, lost ones, and the one of the end.

    Those of another release are no damage: the log makes them again when its run is loaded or repaired. Nor is it one
    that there is none of the end: it is saved after the last events, and a crash may come between.
    """
    verification.left_aside = log.checkpoints.left_aside(verification.run)
    if count := len(verification.left_aside):
        what = "one checkpoint" if count == 1 else f"{count} checkpoints"
        verification.unchecked.append(f"{what} of another release; --repair makes them again from the log")
    for position in log.checkpoints.unfit(verification.run):
        verification.add_damage("checkpoint", position, "its checksum does not fit", derived=True)
    if not verification.is_readable:
        return
    for position in left:
        if position <= verification.position:
            verification.add_damage("checkpoint", position, "no segment ends there", derived=True)
    known = {damage.position for damage in verification.damage if damage.table == "checkpoint"}
    latest = log.checkpoints.latest(verification.run)
    is_at_end = latest is not None and latest.position == verification.position
    verification.lacks_end = verification.ended and not is_at_end and verification.position not in known
    if verification.lacks_end and verification.position not in verification.left_aside:
        verification.unchecked.append(
            "the checkpoint of the run's end: there is none, as after a crash at that moment; --repair makes it"
        )
