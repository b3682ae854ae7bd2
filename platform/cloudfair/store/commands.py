"""The operator commands to runs. A command is pending until the run's player acknowledges that it was applied."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, col

from cloudfair.errors import ConflictError, DamageError, UnknownError
from cloudfair.store.database import Database
from cloudfair.store.runs import Runs
from cloudfair.store.tables import Command
from fairfacts.alarm_answers import AlarmAnswer, answer_of
from fairfacts.operator_commands import AlarmCommand, AnyOperatorCommand, Disrupt
from fairfacts.wall_clock import now

_decoder: msgspec.json.Decoder[AnyOperatorCommand] = msgspec.json.Decoder(AnyOperatorCommand)
COLUMNS = tuple(SQLModel.metadata.tables["command"].c)


class PendingCommand(NamedTuple):
    """A command that its run has not acknowledged yet."""

    number: int
    body: str
    """JSON: a `fairfacts.operator_commands.AnyOperatorCommand`."""


class Commands:
    """The table of commands."""

    def __init__(self, database: Database, runs: Runs) -> None:
        self._database, self._runs = database, runs

    def add(self, run: str, body: str, applied_at_ms: int | None = None) -> Command:
        """Store a command and return it. With `applied_at_ms` it counts as applied then, and no run receives it.

        Raises:
            ConflictError: the run has ended.
            UnknownError: there is no such run.
        """
        row = self._runs.get(run)
        if row.ended:
            raise ConflictError(
                f"run {run} ended with event {row.head - 1} and takes no commands; start another run", head=row.head
            )
        while (command := self._insert(run, body, applied_at_ms)) is None:
            pass
        return command

    def all(self, run: str) -> list[Command]:
        """Return every command to a run, in the order in which they came.

        Raises:
            UnknownError: there is no such run.
            DamageError: a command is not what was written.
        """
        self._runs.get(run)
        with self._database.session() as session:
            query = select(Command).where(col(Command.run_id) == run).order_by(col(Command.number))
            return [_checked(command) for command in session.scalars(query)]

    def injected(self, run: str, until_ms: int) -> list[tuple[int, str]]:
        """Return the disruptions that operators caused up to a moment: the moment and the body of each command."""
        return [
            (command.applied_at_ms, command.body)
            for command in self.all(run)
            if command.applied_at_ms is not None
            and command.applied_at_ms <= until_ms
            and command.refused is None
            and isinstance(command_of(command), Disrupt)
        ]

    def alarm_answers(self, run: str) -> list[AlarmAnswer]:
        """Return what operators said of the run's alarms, in order.

        Raises:
            DamageError: a command is not what was written.
        """
        with self._database.session() as session:
            query = select(Command).where(col(Command.run_id) == run).order_by(col(Command.number))
            rows = [_checked(row) for row in session.scalars(query)]
        commands = [(command_of(row), row.applied_at_ms) for row in rows]
        return [
            answer_of(command, at_ms)
            for command, at_ms in commands
            if isinstance(command, AlarmCommand) and at_ms is not None
        ]

    def rows(self, run: str) -> list[Command]:
        """Return the commands to a run as stored, with or without fitting checksums; for the verification of a log."""
        with self._database.session() as session:
            query = select(Command).where(col(Command.run_id) == run).order_by(col(Command.number))
            return list(session.scalars(query))

    def acknowledge(self, run: str, number: int, at_ms: int, refused: str | None, player: int = 0) -> Command:
        """Record at which simulated moment a run applied a command, or why it refused. A repetition changes nothing.

        Raises:
            ConflictError: it was acknowledged at another moment, or another player took the run up.
            DamageError: it is not what was written.
            UnknownError: there is no such command.
        """
        with self._database.session() as session:
            self._runs.check_player(session.connection(), run, player)
            command = session.get(Command, (run, number))
            if command is None:
                raise UnknownError(f"run {run} has no command {number}; GET /runs/{run}/commands lists them")
            if _checked(command).applied_at is None:
                command.applied_at, command.applied_at_ms, command.refused = now(), at_ms, refused
                command.sha256 = command.checksum()
                session.commit()
            elif command.applied_at_ms != at_ms:
                raise ConflictError(
                    f"run {run}: command {number} was applied at {command.applied_at_ms} ms, not at {at_ms} ms;"
                    " read the commands again",
                    head=self._runs.get(run).head,
                )
            return command

    def pending(self, connection: Connection, run: str) -> list[PendingCommand]:
        """Return the pending commands of a run, read within a transaction of the caller's.

        Raises:
            DamageError: one is not what was written.
        """
        query = (
            select(*COLUMNS)
            .where(col(Command.run_id) == run, col(Command.applied_at).is_(None))
            .order_by(col(Command.number))
        )
        rows = [_checked(Command(**row._mapping)) for row in connection.execute(query)]
        return [PendingCommand(row.number, row.body) for row in rows]

    def _insert(self, run: str, body: str, applied_at_ms: int | None) -> Command | None:
        """Store a command under the next number; return None if another process took that number first."""
        with self._database.session() as session:
            number = session.scalar(select(func.count()).where(col(Command.run_id) == run)) or 0
            command = Command(run_id=run, number=number, body=body, applied_at_ms=applied_at_ms)
            command.applied_at = None if applied_at_ms is None else command.asked_at
            command.sha256 = command.checksum()
            session.add(command)
            try:
                session.commit()
            except IntegrityError:
                return None
            return command


def command_of(row: Command) -> AnyOperatorCommand:
    """Return the command that a row holds.

    Raises:
        DamageError: it holds none; names its number.
    """
    try:
        return _decoder.decode(row.body)
    except (msgspec.DecodeError, TypeError) as fault:
        raise _damaged(row, f"its body is no command ({fault})") from fault


def _checked(row: Command) -> Command:
    """Return a command as it was written.

    Raises:
        DamageError: it was changed since; names its number.
    """
    if not row.is_whole():
        raise _damaged(row, "its checksum does not fit")
    return row


def _damaged(row: Command, reason: str) -> DamageError:
    return DamageError(
        f"run {row.run_id}: its command {row.number} is not what was written: {reason}; restore the database from a"
        " copy (Back up in docs/guide/operate.md)",
        run=row.run_id,
        table="command",
        position=row.number,
    )
