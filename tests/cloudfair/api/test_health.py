"""Liveness, readiness, and a stop that load balancers notice in time."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import httpx
import pytest
from tests.cloudfair.conftest import served
from tests.ready.program import interpreter
from tests.real import starts

from cloudfair.api import health
from cloudfair.settings import Settings
from cloudfair.store.log import Log
from fairfacts.errors import BackendError

PROGRAM = (
    "import sys; from cloudfair.server import serve; from cloudfair.settings import Settings; "
    "serve(Settings(database=sys.argv[1], port=0, drain_s=2.0))"
)


def test_backend_whose_database_answers_is_ready(client: httpx.Client) -> None:
    assert (client.get("/ready").status_code, client.get("/ready").json()) == (200, {"status": "ready"})


def test_where_the_database_lies_is_told_to_bearers_alone(sqlite: str) -> None:
    with served(Settings(database=sqlite, token="secret")) as url:
        stranger, guesser, bearer = (
            httpx.get(f"{url}/health", headers={"Authorization": f"Bearer {token}"} if token else {}).json()
            for token in ("", "guessed", "secret")
        )
    assert stranger == guesser == bearer | {"database": None}
    assert bearer["database"].endswith(sqlite)


def test_backend_without_its_database_lives_and_is_not_ready(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: Log) -> None:
        raise BackendError("fair.db: the file of the database is gone")

    monkeypatch.setattr(Log, "check", gone)
    with served(Settings(database=sqlite)) as url:
        ready = httpx.get(f"{url}/ready")
        assert (ready.status_code, "is gone" in ready.json()["detail"]) == (503, True)
        assert httpx.get(f"{url}/health").status_code == 200


def test_database_that_does_not_answer_is_told_in_time(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(Log, "check", lambda _: go_on.wait(30))
    monkeypatch.setattr(health, "CHECK_S", 0.2)
    with served(Settings(database=sqlite)) as url:
        try:
            answers = [httpx.get(f"{url}/ready", timeout=20) for _ in range(12)]
        finally:
            go_on.set()
        assert {answer.status_code for answer in answers} == {503}
        assert "did not answer within 0.2 s" in answers[0].json()["detail"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that a process could handle")
def test_backend_drains_before_it_stops(sqlite: str) -> None:
    starts("backend")
    with subprocess.Popen([interpreter(), "-c", PROGRAM, sqlite], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = process.stdout.readline().split()[-1]
        assert httpx.get(f"{url}/ready").status_code == 200
        asked_at = time.monotonic()
        process.send_signal(signal.SIGTERM)
        while (ready := httpx.get(f"{url}/ready")).status_code == 200:
            pass
        assert "the backend stops soon" in ready.json()["detail"]
        assert httpx.get(f"{url}/runs").status_code == 200
        assert process.wait(30) == 0
        assert time.monotonic() - asked_at >= 2.0
