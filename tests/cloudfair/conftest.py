from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from tests.cloudfair.example import begin
from tests.cloudfair.postgres import postgres

from cloudfair.log import Log
from cloudfair.server import Server, bound
from cloudfair.settings import Settings


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[str]:
    with postgres() as directory:
        yield directory


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fair.db'}"
    directory, name = request.getfixturevalue("postgres_socket"), f"fair_{uuid4().hex}"
    with psycopg.connect(f"postgresql://fair@/postgres?host={directory}", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"postgresql://fair@/{name}?host={directory}"


@pytest.fixture
def log(database: str) -> Iterator[Log]:
    log = Log.open(database)
    yield log
    log.close()


@contextlib.contextmanager
def served(settings: Settings) -> Iterator[str]:
    """Serve on a free port for the length of the block; yield the URL."""
    ready, urls = threading.Event(), []
    with bound(settings.host, 0) as listener:
        server = Server(settings, listener, lambda url: (urls.append(url), ready.set()))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            assert ready.wait(10)
            yield urls[0]
        finally:
            server.stop()
            thread.join()


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """A SQLite file that is not there yet."""
    return str(tmp_path / "fair.db")


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A backend that all tests share; each begins runs of its own."""
    with served(Settings(database=str(tmp_path_factory.mktemp("shared") / "fair.db"))) as url:
        yield url


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture
def run(client: httpx.Client) -> str:
    """A run with an empty log."""
    return begin(client)
