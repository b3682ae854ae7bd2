from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from tests.cloudfair.example import begin
from tests.cloudfair.postgres import postgres
from tests.real import starts

from cloudfair.api.launcher import Launcher
from cloudfair.app import create_app
from cloudfair.http.serving import Server, bound
from cloudfair.settings import Settings
from cloudfair.store.database import open_database
from cloudfair.store.log import Log


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[str]:
    """The directory of the socket of a PostgreSQL that all tests of a worker share; each has a database of its own."""
    with postgres() as directory:
        yield directory


@pytest.fixture(scope="session")
def postgres_template(postgres_socket: str) -> str:
    """The name of a PostgreSQL database whose tables exist: to copy it takes a tenth of the time of making them."""
    open_database(new_postgres(postgres_socket, "template0", name="fair_template")).dispose()
    return "fair_template"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file whose tables exist."""
    file = tmp_path_factory.mktemp("template") / "fair.db"
    open_database(str(file)).dispose()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'fair.db'}"
        return
    with copy_of("template0", request.getfixturevalue("postgres_socket")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with empty tables, of each kind in turn."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "fair.db")
        yield f"sqlite:///{tmp_path / 'fair.db'}"
        return
    with copy_of(request.getfixturevalue("postgres_template"), request.getfixturevalue("postgres_socket")) as url:
        yield url


@contextlib.contextmanager
def copy_of(template: str, directory: str) -> Iterator[str]:
    """Yield the URL of a new PostgreSQL database, which is dropped after the block: it is 8 MB of memory."""
    name = f"fair_{uuid4().hex}"
    yield new_postgres(directory, template, name)
    with psycopg.connect(f"postgresql://fair@/postgres?host={directory}", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def new_postgres(directory: str, template: str, name: str | None = None) -> str:
    """Create a PostgreSQL database from a template and return its URL."""
    name = name or f"fair_{uuid4().hex}"
    with psycopg.connect(f"postgresql://fair@/postgres?host={directory}", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
    return f"postgresql://fair@/{name}?host={directory}"


@pytest.fixture
def log(database: str) -> Iterator[Log]:
    log = Log.open(database)
    yield log
    log.close()


@contextlib.contextmanager
def served(settings: Settings, launcher: Launcher | None = None) -> Iterator[str]:
    """Serve on a free port for the length of the block; yield the URL."""
    starts("backend")
    with serving(lambda: create_app(settings, launcher), settings) as url:
        yield url


@contextlib.contextmanager
def serving(make: Callable[[], FastAPI], settings: Settings) -> Iterator[str]:
    """Serve any app so."""
    ready, urls = threading.Event(), []
    with bound(settings.host, 0) as listener:
        server = Server(make(), settings, listener, lambda url: (urls.append(url), ready.set()))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            assert ready.wait(60)
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
