"""Which backend a run goes to."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import httpx
import pytest
from tests.faircli.fair import Fair

from faircli import backend
from faircli.backend import reach
from fairfacts.errors import BackendError


@pytest.fixture
def default_port(fair: Fair, monkeypatch: pytest.MonkeyPatch):
    """The port of a backend that runs on this machine, taken for the usual one."""
    with fair.serving() as (url, _):
        monkeypatch.setattr(backend, "PORT", int(url.rpartition(":")[2]))
        yield url


def test_the_one_that_runs_here_is_taken_when_it_keeps_its_runs_in_the_same_database(
    default_port: str, fair: Fair
) -> None:
    with reach([], str(fair.folder / "cloudfair.db"), None) as reached:
        assert (reached.url, reached.is_own) == (default_port, False)
    assert httpx.get(f"{default_port}/health").json()["status"] == "ok"  # and it goes on running


def test_with_another_database_a_run_starts_its_own_and_ends_it(default_port: str, tmp_path: Path) -> None:
    database = str(tmp_path / "other.db")
    with reach([], database, None) as reached:
        assert (reached.url == default_port, reached.is_own) == (False, True)
        assert httpx.get(f"{reached.url}/health").json()["database"] == f"sqlite:///{database}"
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{reached.url}/health")


@pytest.mark.slow
def test_a_backend_whose_port_another_program_took_is_started_again_at_another(tmp_path: Path) -> None:
    with reach([], str(tmp_path / "fair.db"), None) as reached:
        assert isinstance(reached, backend.Own)
        before = reached.url
        os.kill(reached._process.pid, signal.SIGKILL)
        reached._process.communicate()
        with socket.create_server(("127.0.0.1", int(before.rpartition(":")[2]))):
            reached.revive()
            assert reached.url != before
            assert httpx.get(f"{reached.url}/health").is_success


@pytest.mark.slow
def test_a_backend_of_the_runs_own_ends_well(tmp_path: Path) -> None:
    with reach([], str(tmp_path / "fair.db"), None) as reached:
        assert isinstance(reached, backend.Own)
        process = reached._process
    assert process.returncode == 0


def test_a_backend_that_refuses_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refusal = httpx.Response(503, json={"detail": "the backend stops soon"})
    monkeypatch.setattr(backend.httpx, "get", lambda url, **_: refusal)
    said = r"no backend at http://there \(the backend stops soon\); start one with fair serve, or leave --to out"
    with pytest.raises(BackendError, match=said), reach(["http://there"], str(tmp_path / "fair.db"), None):
        pass
