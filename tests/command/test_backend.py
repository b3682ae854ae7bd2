"""Which backend a run goes to."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from tests.command.fair import Fair

from cloudfair.command import backend
from cloudfair.command.backend import reach


@pytest.fixture
def default_port(fair: Fair, monkeypatch: pytest.MonkeyPatch):
    """The port of a backend that runs on this machine, taken for the usual one."""
    with fair.serving() as (url, _):
        monkeypatch.setattr(backend, "DEFAULT_PORT", int(url.rpartition(":")[2]))
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
