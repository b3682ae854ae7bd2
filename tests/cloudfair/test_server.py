"""Starting a backend: what is wrong is said at once, with the remedy."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from tests.cloudfair.conftest import served
from tests.cloudfair.test_crash import PROGRAM
from tests.ready.program import interpreter
from tests.real import starts

from cloudfair import app
from cloudfair.server import serve
from cloudfair.settings import Settings
from cloudfair.store.database import open_database
from fairfacts.errors import BackendError


def test_port_in_use_is_told(sqlite: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(BackendError, match=f"port {port} on 127.0.0.1 is in use; .* another with --port"):
            serve(Settings(database=sqlite, port=port))
    assert not Path(sqlite).exists()


def test_host_that_is_not_this_machine_is_told(sqlite: str) -> None:
    with pytest.raises(BackendError, match=r"port 0 on 192.0.2.1 cannot be opened .* --host and --port"):
        serve(Settings(database=sqlite, host="192.0.2.1", port=0, token="secret"))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "fair.example"])
def test_other_hosts_need_a_token(host: str) -> None:
    with pytest.raises(BackendError, match=f"host {host} can be reached .* set CLOUDFAIR_TOKEN"):
        Settings(host=host)
    assert Settings(host=host, token="secret").token == "secret"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_needs_none(host: str, sqlite: str) -> None:
    with served(Settings(host=host, database=sqlite)) as url:
        assert url.startswith(("http://127.0.0.1:", "http://[::1]:"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_shell_that_allows_few_open_files_allows_as_many_watchers(sqlite: str) -> None:
    starts("backend")
    few = "from resource import *; setrlimit(RLIMIT_NOFILE, (60, getrlimit(RLIMIT_NOFILE)[1])); "
    command = [interpreter(), "-c", few + PROGRAM, sqlite]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, ExitStack() as sockets:
        sockets.callback(server.kill)
        assert server.stdout
        url = urlsplit(server.stdout.readline().split()[-1])
        for _ in range(100):
            one = sockets.enter_context(socket.create_connection((url.hostname, url.port), timeout=10))
            one.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert one.recv(15).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("read_only", [False, True])
def test_file_that_is_no_database_is_told(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    with pytest.raises(BackendError) as told:
        open_database(str(path), read_only=read_only)
    assert str(told.value) == (
        f"sqlite:///{path}: file is not a database; it holds something else; name another file with --db"
    )


def test_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match=r"missing/fair.db: unable to open database file; make its folder"):
        open_database(f"sqlite:///{tmp_path}/missing/fair.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "fair.db"
    open_database(str(path)).dispose()
    path.chmod(0o444)
    with pytest.raises(BackendError, match="readonly database"):
        open_database(str(path))


def test_file_opened_for_reading_only_is_told_at_the_start(tmp_path: Path) -> None:
    open_database(str(tmp_path / "fair.db")).dispose()
    with pytest.raises(BackendError, match="attempt to write a readonly database"):
        open_database(f"sqlite:///file:{tmp_path}/fair.db?mode=ro&uri=true")


@pytest.mark.parametrize("database", ["sqlite://", "sqlite:///:memory:", ":memory:", ""])
def test_log_in_memory_is_refused(database: str) -> None:
    with pytest.raises(BackendError, match=r"a log must outlive the process; name a file"):
        open_database(database)


def test_server_that_is_not_there_is_told_with_the_password_masked() -> None:
    with pytest.raises(BackendError) as told:
        open_database("postgresql://fair:secret@127.0.0.1:1/fair")
    message = str(told.value)
    assert message.startswith("postgresql+psycopg://fair:***@127.0.0.1:1/fair: ")
    assert message.endswith("see that the server runs, that the database exists and that the user may create tables")
    assert "secret" not in message


def test_other_kinds_of_database_are_refused() -> None:
    with pytest.raises(BackendError, match="orakel:// is no database that cloudfair can use; name a file, or a URL"):
        open_database("orakel://fair")


def test_dashboard_is_served_where_it_is_built(sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "WEB", tmp_path / "web")
    with served(Settings(database=sqlite)) as url:
        answer = httpx.get(url)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        assert "python hatch_build.py" in answer.json()["detail"]
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "index.html").write_text("<title>Fair</title>")
    with served(Settings(database=sqlite)) as url:
        assert httpx.get(url).text == "<title>Fair</title>"
        assert httpx.get(f"{url}/missing.js").headers["content-type"] == "application/problem+json"
        assert httpx.get(f"{url}/health").json()["status"] == "ok"
