"""Starting a backend: what is wrong is said at once, with the remedy."""

from __future__ import annotations

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


def test_page_is_served_where_it_is_built(sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
