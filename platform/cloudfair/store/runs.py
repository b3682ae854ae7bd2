"""The runs of one database: a row for each, which also says where the run's log stands."""

from __future__ import annotations

import logging
import re
import secrets
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from cloudfair.errors import ConflictError, DamageError, UnknownError
from cloudfair.store.checksums import STATE, state_checksum
from cloudfair.store.database import Database
from cloudfair.store.tables import Run
from fairfacts.errors import BackendError, did_you_mean
from fairfacts.wall_clock import now

BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
SUFFIX_LETTERS = 4

_logger = logging.getLogger(__name__)


class Runs:
    """The table of runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, *, scenario: str, seed: int, replication: int, scale: float, version: str, request: str = "null"
    ) -> Run:
        """Return a new run with an empty log, under a readable id that no other run has."""
        while True:
            run = Run(
                id=f"{_plain(scenario)}-s{seed}-{_suffix()}",
                scenario=scenario,
                seed=seed,
                replication=replication,
                scale=scale,
                version=version,
                request=request,
            )
            run.sha256 = run.checksum()
            run.state_sha256 = state_checksum(run.id, run.stands())
            if self._insert(run):
                return run

    def all(self) -> list[Run]:
        """Return every run, the latest first. A run whose row is damaged is left out and reported in the log."""
        with suppress(BackendError):  # the table is then read row by row
            with self._database.session() as session:
                rows = list(session.scalars(select(Run).order_by(col(Run.created_at).desc(), col(Run.id))))
            if all(row is not None and row.is_whole() for row in rows):  # None: a damaged table has a row without id
                return rows
        return list(self._whole())

    def ids(self) -> list[str]:
        """Return the id of every run, the latest first, damaged rows included; a damaged row may have lost its id."""
        with self._database.transaction() as connection:
            ids: list[str | None] = list(
                connection.scalars(select(col(Run.id)).order_by(col(Run.created_at).desc(), col(Run.id)))
            )
        return [run for run in ids if run is not None]

    def get(self, run: str) -> Run:
        """Return a run by its id.

        Raises:
            UnknownError: there is no such run; names the nearest.
            DamageError: its row is not what was written.
        """
        row = self.unchecked(run)
        if not row.is_whole():
            raise _damaged(run)
        return row

    def get_at(self, run: str, position: int) -> Run:
        """Return a run whose log reaches a position that a reader goes on from.

        Raises:
            ConflictError: it does not: the position is of another log, such as one before a backup was put back.
            UnknownError, DamageError: as `get`.
        """
        row = self.get(run)
        if position > row.head:
            raise ConflictError(
                f"run {run}: first is {position}, and its log ends at {row.head}; begin there or before it, or"
                " at 0 if the database was put back from a copy",
                head=row.head,
            )
        return row

    def unchecked(self, run: str) -> Run:
        """Return a run as it is stored, with or without a fitting checksum; for the verification of a log.

        Raises:
            UnknownError: there is no such run; names the nearest.
            DamageError: the database cannot read it.
        """
        with self._database.session() as session:
            row = session.get(Run, run)
        if row is None:
            raise self.unknown(run)
        return row

    def set(self, run: str, values: Mapping[str, object]) -> None:
        """Set columns of a run that follow from its log, and renew the checksum of its state."""
        row = self.unchecked(run)
        for column, value in values.items():
            setattr(row, column, value)
        with self._database.transaction() as connection:
            values = dict(values) | {"state_sha256": state_checksum(run, row.stands())}
            connection.execute(update(Run).where(col(Run.id) == run).values(values))

    def move(self, connection: Connection, row: Run, values: Mapping[str, Any]) -> bool:
        """Set state and checksum of a run if its row still is as it was read; return whether it was."""
        same = [col(getattr(Run, column)).is_not_distinct_from(getattr(row, column)) for column in STATE]
        changed = dict(values) | {"state_sha256": state_checksum(row.id, values)}
        return bool(connection.execute(update(Run).where(col(Run.id) == row.id, *same).values(changed)).rowcount)

    def heads(self, runs: list[str]) -> dict[str, int]:
        """Return how many events the log of each of these runs holds."""
        query = select(col(Run.id), col(Run.head)).where(col(Run.id).in_(runs))
        with self._database.transaction() as connection:
            return dict(connection.execute(query).all())

    def take_up(self, run: str) -> Run:
        """Give a run to a new player, whose number is `player` of the row returned; earlier ones can no longer append.

        Raises:
            UnknownError: there is no such run.
        """
        while True:
            row = self.get(run)
            taken = row.stands() | {"player": row.player + 1, "fault": None, "heard_at": now()}
            with self._database.transaction() as connection:
                if self.move(connection, row, taken):
                    row.player, row.fault = taken["player"], None
                    return row

    def held_by(self, run: str, player: int) -> Run:
        """Return a run that this player was the last to take up.

        Raises:
            ConflictError: another player was.
            UnknownError: there is no such run.
        """
        with self._database.transaction() as connection:
            self.check_player(connection, run, player)
        return self.get(run)

    def check_player(self, connection: Connection, run: str, player: int) -> None:
        """Check that no other player took a run up; nobody can take it up before the transaction ends.

        Raises:
            ConflictError: another player did.
            UnknownError: there is no such run.
        """
        query = select(col(Run.player), col(Run.head)).where(col(Run.id) == run).with_for_update(key_share=True)
        if (row := connection.execute(query).first()) is None:
            raise self.unknown(run)
        if row.player != player:
            raise _taken_up(run, player, row.head)

    def fail(self, run: str, fault: str, player: int) -> None:
        """Record why a run is no longer played by a player, unless it ended, was stopped, or was taken up again."""
        while not (row := self.get(run)).ended and row.pace != "stopped" and row.player <= player:
            with self._database.transaction() as connection:
                if self.move(connection, row, row.stands() | {"fault": fault}):
                    return

    def unknown(self, run: str) -> UnknownError:
        """Return the error for an id that no run has."""
        ids = self.ids()
        return UnknownError(f"there is no run {run}; {did_you_mean(run, ids) if ids else 'none was started yet'}")

    def _insert(self, run: Run) -> bool:
        """Insert a run and return whether its id was free."""
        with self._database.session() as session:
            session.add(run)
            try:
                session.commit()
            except IntegrityError:
                return False
            return True

    def _whole(self) -> Iterator[Run]:
        for run in self.ids():
            try:
                yield self.get(run)
            except BackendError as fault:
                _logger.warning("a run is left out of the list: %s", fault)


def _taken_up(run: str, player: int, head: int) -> ConflictError:
    """Return the error for a player of a run that another took up; number 0 is of whoever sends events and plays none.

    Of a run that was stopped, its last player is the one that took it up.
    """
    if player == 0:
        return ConflictError(
            f"run {run}: a process took it up to play it, and that one alone writes its log; send events to a run of"
            " your own (POST /runs)",
            head=head,
        )
    return ConflictError(
        f"run {run}: it is played by another process, which took it up; watch it with fair watch {run}, or take it back"
        f" with fair run --resume {run}",
        head=head,
    )


def _damaged(run: str) -> DamageError:
    message = (
        f"run {run}: its row is not what was written: its checksum does not fit; restore the database from a copy"
        " (Back up in docs/guide/operate.md)"
    )
    return DamageError(message, run=run, table="run", position=0)


def _plain(scenario: str) -> str:
    """Return a scenario's name in the characters of an id: letters without accents, digits, and `-` for all else.

    A name with letters that ASCII does not have gives none: of `公平 été`, half would be left.
    """
    letters = "".join(char for char in unicodedata.normalize("NFKD", scenario) if not unicodedata.combining(char))
    if any(char.isalnum() and not char.isascii() for char in letters):
        return "run"
    return re.sub(r"[^A-Za-z0-9_.]+", "-", letters).strip("-.") or "run"


def _suffix() -> str:
    return "".join(secrets.choice(BASE32) for _ in range(SUFFIX_LETTERS))
