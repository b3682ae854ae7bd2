"""Answers SQL over a run's Parquet files, in a process of its own that can do nothing else.

The process may read those files and no other, write none, reach no network and load no extension; its memory, its
threads and its time are bounded, and it is killed when its time is over. Only one SELECT is answered.

Each type of event is a view that bears its name: `select * from negotiation.requested`. Of a run in progress,
`Archive.as_of_now` in `archive.py` writes the files of the events that are there by now, before anything is asked.
"""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import sys
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from cloudfair.export.sql_values import exactly, plain
from fairfacts.errors import BackendError, did_you_mean

if TYPE_CHECKING:
    import duckdb

SUFFIX = ".parquet"
MAX_ROWS = 100_000
MAX_ANSWER_BYTES = 32 * 1024 * 1024
START_S = 5.0
"""What a process may take, on top of the query's own time, to start and to read where the views are."""
OVERHEAD_BYTES = 1024 * 1024 * 1024
"""Of addresses, not of memory: what Python and DuckDB take before a query holds anything."""
THREADS = 2
UNBOUNDED = "the system holds no bound of a query's"
"""How the process that answers begins to say what it could not bound."""
NICE = 10
"""The log and the feeds go first."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a query may take."""

    time_s: float = 10.0
    memory_mib: int = 512
    rows: int = 10_000
    """How many are returned at most."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A query over the Parquet files in a folder."""

    folder: str
    sql: str
    limits: Limits


class Column(msgspec.Struct, frozen=True):
    """A column of an answer."""

    name: str
    type: str
    """As SQL calls it."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The rows that a query found, or why there are none."""

    columns: list[Column] = []
    rows: list[list[Any]] = []
    truncated: bool = False
    """Whether there are more rows than were allowed."""
    fault: str | None = None


def require_duckdb() -> None:
    """Hold that DuckDB is there.

    Raises:
        BackendError: it is not; names the remedy.
    """
    if importlib.util.find_spec("duckdb") is None:
        raise BackendError("duckdb is missing; install it with: pip install 'cloudfair[analysis]'")


async def ask(folder: Path, sql: str, limits: Limits) -> Answer:
    """Return the answer to a query; a fault of the query, or a limit that it exceeds, is told in it.

    Raises:
        BackendError: DuckDB is missing, or cannot read the folder by its name, or the process failed for no fault of
            the query.
    """
    import asyncio  # which the process that answers would wait for, as for SQLAlchemy

    from cloudfair.store.urls import shown

    require_duckdb()
    if (path := shown(folder)) != str(folder.absolute()):
        raise BackendError(f"{path}: DuckDB reads no folder whose name is not UTF-8; name another with --parquet")
    question = Question(folder=path, sql=sql, limits=limits)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "cloudfair.export.sql"), stdin=pipe, stdout=pipe, stderr=pipe, env=_environment()
    )
    try:
        async with asyncio.timeout(limits.time_s + START_S):
            output, complaint = await process.communicate(msgspec.json.encode(question))
    except TimeoutError:
        return Answer(fault=_too_long(limits))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    status = process.returncode or 0
    if status == 0:
        for line in complaint.decode(errors="replace").splitlines():
            if line.startswith(UNBOUNDED):
                warn_once(line)
        return msgspec.json.decode(output, type=Answer)
    if status < 0:  # the system ended it
        return Answer(fault=_too_long(limits) if status == -signal.SIGXCPU else _too_much(limits))
    reason = complaint.decode(errors="replace").strip().splitlines()[-1:]
    raise BackendError(f"the query's process failed: {' '.join(reason) or status}; report it")


@cache
def warn_once(line: str) -> None:
    """Log once what the process that answers could not do."""
    import logging

    logging.getLogger(__name__).warning("%s; DuckDB's own limits stand", line)


def _environment() -> dict[str, str]:
    """Return what a process needs to start, and no secret of the backend's."""
    return {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if name in os.environ}


def main() -> None:
    """Answer the one question on standard input."""
    question = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
    output = msgspec.json.encode(answer(question))
    if len(output) > MAX_ANSWER_BYTES:
        output = msgspec.json.encode(
            Answer(fault=f"the answer has {len(output)} bytes, over {MAX_ANSWER_BYTES}; select fewer columns or rows")
        )
    sys.stdout.buffer.write(output)


def answer(question: Question) -> Answer:
    """Answer a question in this process, which is bounded for good."""
    import duckdb

    folder, limits = Path(question.folder), question.limits
    connection = _confined(folder, limits)
    _bound(limits)
    timer = threading.Timer(limits.time_s, connection.interrupt)
    timer.start()
    try:
        relation = connection.sql(_one_select(connection, question.sql))
        kinds = relation.types
        columns = [Column(name, str(kind)) for name, kind in zip(relation.columns, kinds, strict=True)]
        rows = exactly(relation).limit(limits.rows + 1).fetchall()
        shown = [list(map(plain, row, kinds)) for row in rows[: limits.rows]]
        return Answer(columns=columns, rows=shown, truncated=len(rows) > limits.rows)
    except (duckdb.OutOfMemoryException, MemoryError):
        return Answer(fault=_too_much(limits))
    except duckdb.InterruptException:
        return Answer(fault=_too_long(limits))
    except (duckdb.Error, ValueError) as fault:
        return Answer(fault=_refusal(fault, question.sql, _tables(folder)))
    finally:
        timer.cancel()


def _confined(folder: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB that sees the folder's files as views, and can neither leave them nor be told otherwise."""
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": THREADS,
            "memory_limit": f"{limits.memory_mib}MiB",
            "temp_directory": "",
            "allow_community_extensions": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    files = {name: folder / f"{name}{SUFFIX}" for name in _tables(folder)}
    for table, file in files.items():
        schema, _, name = table.partition(".")
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        connection.execute(f'CREATE VIEW "{schema}"."{name}" AS FROM {parquet_of(file)}')
    allowed = ", ".join(path for file in files.values() for path in {text_of(str(file)), pattern_of(file)})
    connection.execute(f"SET allowed_paths = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _tables(folder: Path) -> list[str]:
    return sorted(file.name.removesuffix(SUFFIX) for file in folder.glob(f"*{SUFFIX}"))


def _bound(limits: Limits) -> None:
    """Have the operating system hold what DuckDB is told as well; a bound that is closer already stays.

    Where the system has no such bound, as macOS has none of addresses, DuckDB's own limits stand, and it is said.
    """
    import resource

    memory = limits.memory_mib * 1024 * 1024 + OVERHEAD_BYTES
    seconds = int(limits.time_s * THREADS) + 1
    for name, what, limit in (
        ("memory", resource.RLIMIT_AS, memory),
        ("time of the processor", resource.RLIMIT_CPU, seconds),
        ("files", resource.RLIMIT_FSIZE, 0),  # not a byte to any file
        ("dumps", resource.RLIMIT_CORE, 0),
    ):
        _, closest = resource.getrlimit(what)
        bound = limit if closest == resource.RLIM_INFINITY else min(limit, closest)
        try:
            resource.setrlimit(what, (bound, bound))
        except (ValueError, OSError) as fault:
            print(f"{UNBOUNDED} {name} ({fault})", file=sys.stderr)
    os.nice(NICE)


def _one_select(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Return the one SELECT that may be asked.

    Raises:
        ValueError: there is another statement, or more than one, or none.
    """
    import duckdb

    statements = connection.extract_statements(sql)
    kinds = [statement.type for statement in statements]
    if kinds != [duckdb.StatementType.SELECT]:
        names = ", ".join(kind.name for kind in kinds) or "nothing"
        raise ValueError(f"the query is {names}; ask with one SELECT")
    return str(statements[0].query)


def _refusal(fault: Exception, sql: str, tables: list[str]) -> str:
    """Return what DuckDB says of a query, in a line; of an unknown table, which one may be meant."""
    if (unknown := re.search(r"Table with name ([\w.]+) does not exist", str(fault))) and unknown[1] in tables:
        return f'there is no table "{unknown[1]}"; write {unknown[1]} without quotes'
    if unknown:
        asked = re.search(rf"(\w+\.)?{unknown[1]}\b", sql)
        name = asked[0] if asked else unknown[1]
        return f"there is no table {name}; {did_you_mean(name, tables)}"
    return str(fault).partition("\n\n")[0].replace("\n", " ").strip()


def _too_long(limits: Limits) -> str:
    return f"the query took over {limits.time_s:g} s and was ended; ask for less at a time"


def _too_much(limits: Limits) -> str:
    return f"the query needs more than {limits.memory_mib} MiB and was ended; ask for less at a time"


def text_of(value: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def pattern_of(file: Path) -> str:
    """Return the pattern, as SQL writes it, that means this file alone: DuckDB takes every path for a pattern."""
    return text_of("".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(file)))


def parquet_of(file: Path) -> str:
    """Return the SQL that reads one Parquet file; DuckDB would take folders named `key=value` for columns."""
    return f"read_parquet({pattern_of(file)}, hive_partitioning = false)"


if __name__ == "__main__":
    main()
