"""What a damaged log answers over HTTP: 5xx with run, table and position, never 200 and never 422."""

from __future__ import annotations

import sqlite3

import httpx
import pytest
from tests.cloudfair.conftest import served
from tests.cloudfair.example import batch, begin, digest_of, example, send_all

from cloudfair.settings import Settings

EVENTS = example(500)
ROUTES = ("", "/snapshot", "/snapshot?at=250000", "/events?first=200&limit=10", "/counts", "/course", "/sessions")


def spoil(database: str, statement: str, *values: object) -> None:
    with sqlite3.connect(database) as connection:
        assert connection.execute(statement, values).rowcount >= 1
    connection.close()


@pytest.fixture
def run(sqlite: str) -> str:
    """A run of five segments that has ended."""
    with served(Settings(database=sqlite)) as url, httpx.Client(base_url=url) as client:
        run = begin(client)
        send_all(client, run, EVENTS, size=100)
    return run


def answers(database: str, run: str) -> dict[str, httpx.Response]:
    """What a backend that is started on the database answers, by route."""
    with served(Settings(database=database)) as url:
        return {route: httpx.get(f"{url}/runs/{run}{route}", timeout=30) for route in ROUTES}


def test_damaged_segment_is_named_by_every_route_that_reads_it(sqlite: str, run: str) -> None:
    other = batch([*EVENTS[:200], *EVENTS[201:301]], 200, 300).payload  # well-formed, and not what was sent
    spoil(sqlite, "UPDATE segment SET payload = ? WHERE first = 200", other)
    for route, answer in answers(sqlite, run).items():
        problem = answer.json()
        assert answer.status_code == 500, route
        assert problem["detail"].startswith(
            f"run {run}: the segment at event 200 is not what was appended: its SHA-256"
        )
        assert (problem["run"], problem["table"], problem["position"]) == (run, "segment", 200)


def test_missing_segment_is_named_by_every_route_that_reads_it(sqlite: str, run: str) -> None:
    spoil(sqlite, "DELETE FROM segment WHERE first = 200")
    for route, answer in answers(sqlite, run).items():
        assert (answer.status_code, answer.json()["position"]) == (500, 200), route


def test_damaged_checkpoints_change_no_answer(sqlite: str, run: str) -> None:
    before = {route: (answer.status_code, answer.content) for route, answer in answers(sqlite, run).items()}
    assert {status for status, _ in before.values()} == {200}
    spoil(sqlite, "UPDATE checkpoint SET state = ?", b"\x28\xb5\x2f\xfd")
    assert {route: (answer.status_code, answer.content) for route, answer in answers(sqlite, run).items()} == before


def test_damaged_row_of_a_run_is_named_and_the_others_are_listed(sqlite: str, run: str) -> None:
    with served(Settings(database=sqlite)) as url, httpx.Client(base_url=url) as client:
        other = begin(client)
        spoil(sqlite, "UPDATE run SET created_at = 'x', request = '{' WHERE id = ?", run)
        assert [each["id"] for each in client.get("/runs").json()] == [other]
        damaged = client.get(f"/runs/{run}")
        assert (damaged.status_code, damaged.json()["table"]) == (500, "run")


def test_head_and_digest_of_a_run_are_of_one_position(sqlite: str) -> None:
    """On a backend that follows what another one takes in."""
    settings = Settings(database=sqlite)
    with served(settings) as taking, served(settings) as following, httpx.Client(base_url=taking) as client:
        run = begin(client)
        for first in range(0, 500, 20):
            send_all(client, run, EVENTS[: first + 20], first, size=20)
            stands = httpx.get(f"{following}/runs/{run}").json()
            assert stands["digest"] == digest_of(EVENTS[: stands["head"]])
            assert stands["head"] == first + 20
            assert stands["at_ms"] == EVENTS[stands["head"] - 1].at_ms
