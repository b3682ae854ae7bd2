"""SQL over a run: what it may ask, and everything that it must not be able to do."""

from __future__ import annotations

import asyncio
import http.server
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.cloudfair.example import begin, example, send_all

from cloudfair.export import sql as queries
from cloudfair.export.parquet import write_parquet
from cloudfair.export.sql import Answer, Limits, ask
from cloudfair.store.log import Log
from fairfacts.events import EVENT_TYPES, type_name

EVENTS = example(500)
LIMITS = Limits(time_s=30.0, memory_mib=256, rows=100)
SECRET = "what no query may read"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Parquet files of the example, and beside them a file that is none of a query's business."""
    from tests.cloudfair.export.test_parquet import kept

    place = tmp_path_factory.mktemp("query")
    log = Log.open(str(place / "fair.db"))
    write_parquet(log, kept(log, EVENTS), place / "run")
    log.close()
    (place / "secret.csv").write_text(SECRET)
    return place / "run"


def answer(folder: Path, sql: str, limits: Limits = LIMITS) -> Answer:
    return asyncio.run(ask(folder, sql, limits))


def answers(folder: Path, asked: Iterable[str]) -> list[Answer]:
    """The answers to several queries, some asked at the same time."""
    free = asyncio.Semaphore(3)

    async def one(sql: str) -> Answer:
        async with free:
            return await ask(folder, sql.replace("FOLDER", str(folder)), LIMITS)

    async def every() -> list[Answer]:
        return await asyncio.gather(*map(one, asked))

    return asyncio.run(every())


def test_every_type_of_event_is_a_table_of_its_name(folder: Path) -> None:
    names = [type_name(event_type) for event_type in EVENT_TYPES]
    counts = " union all ".join(f"select '{name}', count(*) from {name}" for name in names)
    found = answer(folder, counts)
    assert (found.fault, sum(count for _, count in found.rows)) == (None, len(EVENTS))
    assert dict(found.rows)["negotiation.lapsed"] == sum(type_name(type(e)) == "negotiation.lapsed" for e in EVENTS)


def test_values_come_as_json_has_them(folder: Path) -> None:
    sql = """select 1, 0.5, 'nan'::double, null, true, timestamp '2020-09-04 20:00:00', [1, 2], {'a': 1}, map {2: 'x'},
        '\\xAA'::blob, 2::hugeint << 100, interval 1 hour"""
    (row,) = answer(folder, sql).rows
    assert row == [
        *[1, 0.5, "NaN", None, True, "2020-09-04T20:00:00", [1, 2], {"a": 1}, {"2": "x"}, "aa"],
        *[str(2 << 100), "01:00:00"],
    ]


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("interval 1 month", "1 month"),
        ("[interval 1 month, null]", ["1 month", None]),
        ("1.10::decimal(4, 2)", 1.1),
        ("-0.00::decimal(4, 2)", 0.0),
        ("12345678901234567890.123456789::decimal(38, 9)", "12345678901234567890.123456789"),
        ("9007199254740993::decimal(20, 0)", "9007199254740993"),
        ("[9007199254740992, 9007199254740993, -9007199254740993]", [2**53, "9007199254740993", "-9007199254740993"]),
        ("['-infinity'::float, 'infinity'::double, 0.5]", ["-Infinity", "Infinity", 0.5]),
        ("date '2020-09-04'", "2020-09-04"),
        ("['infinity'::date, '9999-12-31']", ["infinity", "9999-12-31"]),
        ("'-infinity'::timestamp", "-infinity"),
        ("timestamp '0001-01-01'", "0001-01-01T00:00:00"),
        ("timestamp '2020-09-04 20:00:00.5'", "2020-09-04T20:00:00.500000"),
        ("timestamptz '2020-09-04 20:00:00+00' at time zone 'UTC'", "2020-09-04T20:00:00"),
        ("'infinity'::timestamptz", "infinity"),
        ("timestamp_ns '2020-09-04 20:00:00.123456789'", "2020-09-04 20:00:00.123456789"),
        ("time '20:00'", "20:00:00"),
        ("map {date '2020-09-04': timestamp '2020-09-04 20:00'}", {"2020-09-04": "2020-09-04T20:00:00"}),
        ("""{'a "b"': interval 2 years, 'c': 1, 'd': null::date}""", {'a "b"': "2 years", "c": 1, "d": None}),
        ("[date '2020-09-04']::date[1]", ["2020-09-04"]),
        ("null::interval[]", None),
        ("row(1, 'nan'::double)", [1, "NaN"]),
        ("sum(n) from range(3) as t(n)", 3),
    ],
)
def test_no_value_is_changed(folder: Path, sql: str, value: Any) -> None:
    assert answer(folder, f"select {sql}").rows == [[value]]


def test_columns_of_one_name_and_an_order_stay_what_they_are(folder: Path) -> None:
    found = answer(
        folder, "select n as x, to_days(n::int) as x from range(3) as t(n) order by n desc -- the last first"
    )
    assert [column.name for column in found.columns] == ["x", "x"]
    assert found.rows == [[2, "2 days"], [1, "1 day"], [0, "00:00:00"]]


def test_columns_are_named_and_typed(folder: Path) -> None:
    columns = answer(folder, "select economy, count(*) as requests from negotiation.requested group by all").columns
    assert [(column.name, column.type) for column in columns] == [("economy", "VARCHAR"), ("requests", "BIGINT")]


@pytest.mark.slow
def test_no_more_rows_come_than_are_allowed(folder: Path) -> None:
    for count, truncated in ((100, False), (101, True)):
        found = answer(folder, f"from range({count})")
        assert (len(found.rows), found.truncated) == (100, truncated)


STATEMENTS = [
    "create table mine as select 1",
    "drop view negotiation.requested",
    "insert into negotiation.requested select * from negotiation.requested",
    "delete from negotiation.requested",
    "copy negotiation.requested to 'FOLDER/stolen.csv'",
    "copy (select 1) to 'FOLDER/run.ended.parquet' (format parquet)",
    "export database 'FOLDER'",
    "attach 'FOLDER/../fair.db' as fair",
    "install httpfs",
    "load 'FOLDER/extension'",
    "set enable_external_access = true",
    "pragma enable_external_access",
    "prepare q as select 1",
    "select 1; drop view negotiation.requested",
    "",
    "-- nothing",
]


@pytest.mark.slow
def test_only_one_select_is_answered(folder: Path) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    for sql, found in zip(STATEMENTS, answers(folder, STATEMENTS), strict=True):
        assert (bool(found.fault), found.rows) == (True, []), sql
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


SOURCES = [
    "read_csv('FOLDER/../secret.csv')",
    "read_text('FOLDER/../secret.csv')",
    "read_blob('/etc/hostname')",
    "'FOLDER/../secret.csv'",
    "glob('FOLDER/../*')",
    "read_parquet('FOLDER/*')",
    "sniff_csv('FOLDER/../secret.csv')",
    "parquet_metadata('FOLDER/../secret.csv')",
    "read_ndjson_objects('/proc/self/environ')",
    "query('attach ''FOLDER/../fair.db''')",
    "query_table('FOLDER/../secret.csv')",
    "duckdb_secrets()",
]


@pytest.mark.slow
def test_no_other_file_is_read(folder: Path) -> None:
    for source, found in zip(SOURCES, answers(folder, (f"select * from {each}" for each in SOURCES)), strict=True):
        assert (bool(found.fault), found.rows, SECRET in (found.fault or "")) == (True, [], False), source


@pytest.mark.slow
def test_no_network_is_reached(folder: Path, listener: tuple[str, list[str]]) -> None:
    url, asked = listener
    for source in (f"read_csv('{url}')", f"read_parquet('{url}/a.parquet')", f"read_text('{url}')", f"'{url}'"):
        assert answer(folder, f"from {source}").fault is not None
    assert asked == []


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A web server, and what it was asked for."""
    asked: list[str] = []

    class Told(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815  # the library's name

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Told) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        httpx.get(f"{url}/check")
        assert asked.pop() == "/check"
        yield url, asked
        server.shutdown()
        thread.join()


def test_the_process_is_told_no_secret(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cloudfair.export.sql import _environment

    monkeypatch.setenv("CLOUDFAIR_TOKEN", SECRET)
    monkeypatch.setenv("CLOUDFAIR_DATABASE_URL", SECRET)
    assert SECRET not in _environment().values()
    assert answer(folder, "select getenv('CLOUDFAIR_TOKEN')").fault


@pytest.mark.slow
def test_a_query_that_takes_too_long_is_ended(folder: Path) -> None:
    limits = Limits(time_s=0.5, memory_mib=256)
    for sql in (
        "select count(*) from range(1000000000000)",
        "with recursive t(n) as (select 1 union all select n + 1 from t) select max(n) from t",
    ):
        assert answer(folder, sql, limits).fault == "the query took over 0.5 s and was ended; ask for less at a time"


@pytest.mark.slow
@pytest.mark.parametrize(
    "sql",
    [
        "select list(i) from range(1000000000) t(i)",
        "select length(repeat('x', 3000000000))",
        "select i, count(*) from range(100000000) t(i) group by all",
        "select repeat('x', 10000000) from range(100)",
    ],
)
def test_a_query_that_needs_too_much_memory_is_ended(folder: Path, sql: str) -> None:
    assert answer(folder, sql).fault == "the query needs more than 256 MiB and was ended; ask for less at a time"


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("selec 1", 'Parser Error: syntax error at or near "selec"'),
        ("from negotiation.request", "there is no table negotiation.request; did you mean negotiation.requested?"),
        ('from "run.ended"', 'there is no table "run.ended"; write run.ended without quotes'),
        ('from "run.endet"', "there is no table run.endet; did you mean run.ended?"),
        ("select 1; select 2", "the query is SELECT, SELECT; ask with one SELECT"),
        ("drop view run.ended", "the query is DROP; ask with one SELECT"),
    ],
)
def test_a_fault_is_told(folder: Path, sql: str, fault: str) -> None:
    assert answer(folder, sql).fault == fault


def ended(client: httpx.Client) -> str:
    run = begin(client)
    send_all(client, run, EVENTS)
    return run


def test_the_route_answers_and_tells_faults_as_problems(client: httpx.Client) -> None:
    run = ended(client)
    asked = {"sql": "select outcome, count(*) as talks from negotiation.ended group by all", "rows": 5}
    assert client.post(f"/runs/{run}/query", json=asked).json() == {
        "run": run,
        "columns": [{"name": "outcome", "type": "VARCHAR"}, {"name": "talks", "type": "BIGINT"}],
        "rows": [["intent", sum(type_name(type(event)) == "negotiation.ended" for event in EVENTS)]],
        "truncated": False,
        "position": len(EVENTS),
    }
    refused = client.post(f"/runs/{run}/query", json={"sql": "drop view run.ended"})
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert refused.json()["detail"] == "the query is DROP; ask with one SELECT"
    malformed = client.post(f"/runs/{run}/query", json={"sql": 5})
    assert (malformed.status_code, malformed.json()["errors"][0]["field"]) == (422, "body.sql")


def test_sql_answers_for_a_run_that_goes_on_as_of_a_position(client: httpx.Client, run: str) -> None:
    send_all(client, run, EVENTS[:100])
    answered = client.post(f"/runs/{run}/query", json={"sql": "select count(*) from run.started"})
    assert answered.status_code == 200, answered.text
    assert (answered.json()["position"], answered.json()["rows"]) == (100, [[1]])


def test_at_most_so_many_queries_are_answered_at_the_same_time(tmp_path: Path) -> None:
    from tests.cloudfair.conftest import served

    from cloudfair.settings import Settings

    settings = Settings(database=str(tmp_path / "fair.db"), queries=1, query_time_s=1.0)
    endless = {"sql": "select count(*) from range(1000000000000)"}
    with served(settings) as url, httpx.Client(base_url=url, timeout=30) as client:
        run = ended(client)
        client.get(f"/runs/{run}/parquet")

        async def both() -> list[httpx.Response]:
            async with httpx.AsyncClient(base_url=url, timeout=30) as several:
                return await asyncio.gather(*(several.post(f"/runs/{run}/query", json=endless) for _ in range(3)))

        details = [answered.json()["detail"] for answered in asyncio.run(both())]
    assert "the query took over 1 s and was ended; ask for less at a time" in details
    assert "1 queries are under way and others wait; ask again in a moment" in details


def test_a_bound_that_the_system_does_not_hold_is_said_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import resource\nhold = resource.setrlimit\n"
        "def setrlimit(what, limits):\n"
        "    if what == resource.RLIMIT_AS: raise ValueError('not here')\n"
        "    hold(what, limits)\n"
        "resource.setrlimit = setrlimit\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, sys.path)]))
    monkeypatch.setattr(queries, "warn_once", cache(queries.warn_once.__wrapped__))  # nobody was warned yet
    for _ in range(2):
        assert answer(folder, "select 1").rows == [[1]]
    assert [record.message for record in caplog.records] == [
        "the system holds no bound of a query's memory (not here); DuckDB's own limits stand"
    ]
