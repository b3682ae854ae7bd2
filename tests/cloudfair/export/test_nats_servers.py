"""URLs of NATS: what they name, what none is, and that no part of a password is told."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path

import pytest
from tests.cloudfair.nats import free_port, nats_server

from cloudfair.app import create_app
from cloudfair.export.nats_servers import REMEDY, Server, Servers
from cloudfair.relay.app import create_relay
from cloudfair.settings import Settings
from fairfacts.errors import BackendError

SECRET = "p@s/s#1:%"
QUOTED = "p%40s%2Fs%231%3A%25"


def test_the_address_is_told_without_its_password() -> None:
    assert Servers("nats://fair:secret@nats.example:4333").name == "nats://nats.example:4333"
    assert Servers("nats.example").name == "nats://nats.example:4222"
    assert Servers(" tls://u:a,b@one, nats://[::1]:4223/ ").name == "tls://one:4222, nats://[::1]:4223"


def test_what_is_quoted_in_a_url_is_unquoted() -> None:
    assert Servers(f"nats://f%20air:{QUOTED}@host")._servers == [Server("nats://host:4222", "f air", SECRET, None)]
    assert Servers("nats://to%2Fken@host")._servers == [Server("nats://host:4222", None, None, "to/ken")]


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "it names no host"),
        ("nats://", "it names no host"),
        ("nats://host:abc", "its host or its port cannot be read"),
        ("nats://host:99999", "its host or its port cannot be read"),
        ("nats://host:0", "its port is 0"),
        ("nats://[::1", "its host or its port cannot be read"),
        ("nats://one:4222,two:4222", "its host or its port cannot be read"),
        ("nats://one,two", "it names no host"),
        ("nats://one,", "it names no host"),
        ("http://host:4222", "it begins neither with nats:// nor with tls://"),
        ("nats://host:4222/path", "something follows the host and the port"),
        ("nats://fair:secret/word@host", "its host or its port cannot be read"),
        ("nats://fair:secret#word@host", "its host or its port cannot be read"),
        ("nats://fair:p@secret/word#1@host", "something follows the host and the port"),
        ("nats://fair:50%bc1@host", "its user or its password is no UTF-8; write % as %25"),
        ("nats://one,nats://fair:se[cret@two", "its host or its port cannot be read"),
    ],
)
def test_what_is_no_url_is_refused_before_anything_begins(tmp_path: Path, url: str, fault: str) -> None:
    database = tmp_path / "fair.db"
    for create in (
        lambda: create_app(Settings(database=str(database), nats=url)),
        lambda: create_relay(Settings(), url, "http://backend"),
    ):
        with pytest.raises(BackendError) as refused:
            create()
        assert str(refused.value) == f"--nats: is no URL of NATS: {fault}; {REMEDY}"
    assert not database.exists()


def test_the_first_server_of_a_list_that_answers_and_knows_the_password_is_asked(tmp_path: Path) -> None:
    configuration = tmp_path / "nats.conf"
    configuration.write_text(f'authorization {{ user: fair, password: "{SECRET}" }}')
    faults: list[Exception] = []

    async def take(fault: Exception) -> None:
        faults.append(fault)

    async def asked(url: str) -> str:
        client = await Servers(url).connect(take)
        try:
            return str(client.connected_url.netloc)
        finally:
            await client.close()

    with nats_server(tmp_path, arguments=("--config", str(configuration))) as url:
        known, strange = (url.replace("//", f"//fair:{password}@") for password in (QUOTED, "wrong"))
        gone = f"nats://127.0.0.1:{free_port()}"
        assert asyncio.run(asked(f"{gone},{strange},{known}")) == url.removeprefix("nats://")
        with pytest.raises(Exception, match="Authorization Violation"):
            asyncio.run(asked(f"{gone},{strange}"))
    assert faults == []


def test_without_the_client_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(BackendError, match=r"nats-py is missing; install it with: pip install 'cloudfair\[nats\]'"):
        Servers("nats://127.0.0.1")
