"""PostgreSQL as others have settled it: what is read and written stays the same."""

from __future__ import annotations

import threading

import psycopg
import pytest
import sqlalchemy as sa
from tests.cloudfair.conftest import copy_of
from tests.cloudfair.example import batch, created, digest_of, example

from cloudfair.store.database import open_database
from cloudfair.store.log import Log
from fairfacts.errors import BackendError

EVENTS = example(100)
NAME = "公平 \\ ' \u00e9"
SCALE = 0.1234567890123456
SETTLED = {
    "DateStyle": "German",
    "TimeZone": "Asia/Kathmandu",
    "bytea_output": "escape",
    "client_encoding": "LATIN1",
    "default_transaction_isolation": "serializable",
    "extra_float_digits": "-15",
    "standard_conforming_strings": "off",
    "synchronous_commit": "off",
    "transform_null_equals": "on",
}
"""What somebody may set on a database, for programs other than ours."""


def run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def in_encoding(directory: str, encoding: str) -> str:
    """The URL of a new database of an encoding, in the locale C."""
    name = f"fair_{encoding.lower()}"
    how = f"ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
    run(f"postgresql://fair@/postgres?host={directory}", f"CREATE DATABASE {name} {how}")
    return f"postgresql://fair@/{name}?host={directory}"


def kept_as_written(url: str) -> Log:
    """The log of a database, in which a run is found again as it was created."""
    log = Log.open(url)
    run = log.runs.create(scenario=NAME, seed=7, replication=0, scale=SCALE, version="1", request=f'"{NAME}"').id
    log.batches.append(run, batch(EVENTS, 0, 100))
    kept = log.runs.get(run)
    assert (kept.scenario, kept.scale, kept.request) == (NAME, SCALE, f'"{NAME}"')
    assert log.segments.digest(run, 100) == digest_of(EVENTS)
    return log


def test_what_a_database_settles_for_its_sessions_changes_nothing(postgres_socket: str, postgres_template: str) -> None:
    with copy_of(postgres_template, postgres_socket) as url:
        name = url.partition("?")[0].rpartition("/")[2]
        for setting, value in SETTLED.items():
            run(url, f"ALTER DATABASE \"{name}\" SET {setting} = '{value}'")
        log = kept_as_written(url)
        players = take_up_at_once(log, created(log))
        log.close()
        engine = open_database(url)
        with engine.connect() as connection:
            commits = connection.scalar(sa.text("SHOW synchronous_commit"))
        engine.dispose()
    assert players == [1, 2, 3, 4]
    assert commits == "on"


def take_up_at_once(log: Log, run: str) -> list[int]:
    """Have four threads take up a run: each waits for the row, and sees what the one before it wrote."""
    players: list[int] = []
    threads = [threading.Thread(target=lambda: players.append(log.runs.take_up(run).player)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(players)


def test_connection_that_idles_is_not_closed(postgres_socket: str, postgres_template: str) -> None:
    with copy_of(postgres_template, postgres_socket) as url:
        name = url.partition("?")[0].rpartition("/")[2]
        run(url, f"ALTER DATABASE \"{name}\" SET idle_session_timeout = '10s'")
        engine = open_database(url)
        with engine.connect() as connection:
            settled = connection.scalar(sa.text("SHOW idle_session_timeout"))
        engine.dispose()
    assert settled == "0"


def test_database_that_asks_for_more_than_its_own_disk_keeps_that(postgres_socket: str, postgres_template: str) -> None:
    with copy_of(postgres_template, postgres_socket) as url:
        engine = open_database(f"{url}&options=-c%20synchronous_commit%3Dremote_apply")
        with engine.connect() as connection:
            commits = connection.scalar(sa.text("SHOW synchronous_commit"))
        engine.dispose()
    assert commits == "remote_apply"


@pytest.mark.parametrize("threshold", ["0", "3", "none"])
def test_statements_are_prepared_as_the_url_says(postgres_socket: str, postgres_template: str, threshold: str) -> None:
    with copy_of(postgres_template, postgres_socket) as url:
        kept_as_written(f"{url}&prepare_threshold={threshold}").close()


def test_database_without_an_encoding_keeps_names_of_every_script(postgres_socket: str) -> None:
    kept_as_written(in_encoding(postgres_socket, "SQL_ASCII")).close()


def test_database_whose_encoding_lacks_letters_is_refused(postgres_socket: str) -> None:
    with pytest.raises(BackendError, match=r"its encoding is LATIN1, which cannot hold every name; make the database"):
        open_database(in_encoding(postgres_socket, "LATIN1"))
