"""The servers of NATS that a URL names: the URL is checked and split here, and nowhere else."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from fairfacts.errors import BackendError

if TYPE_CHECKING:
    from nats.aio.client import Client

OnFault = Callable[[Exception], Awaitable[None]]
CONNECT_S = 5
DEFAULT_PORT = 4222
SCHEMES = ("nats", "tls")
BETWEEN = re.compile(r",\s*(?=\w+://)")
"""Between two URLs; any other comma may be of a password."""
REMEDY = (
    "write nats://user:password@host:4222, or several of these with a comma between them; in a password %40 stands for"
    " @, %2F for /, %23 for #, %3F for ?, %25 for %"
)


class Server(NamedTuple):
    """One server, and by what it knows us."""

    address: str
    """Its URL without what may be a secret."""
    user: str | None
    password: str | None
    token: str | None


class Servers:
    """One server, or those of a cluster: the first that answers is asked."""

    def __init__(self, url: str) -> None:
        """`url` is one such as `nats://user:password@host:4222`, or several with commas between them.

        Raises:
            BackendError: it is none, or the client of NATS is missing. The message has no part of the URL: it may be
                one of a password.
        """
        if importlib.util.find_spec("nats") is None:
            raise BackendError("nats-py is missing; install it with: pip install 'cloudfair[nats]'")
        self._servers = [_server(each) for each in BETWEEN.split(url.strip())]
        self.name = ", ".join(server.address for server in self._servers)
        """Their URLs without what may be a secret."""

    async def connect(self, on_fault: OnFault, *, skip_subject_validation: bool = False) -> Client:
        """Return a connection that is not made again once it is lost; `on_fault` is called with faults on it.

        Raises:
            nats.errors.Error, OSError, TimeoutError: no server takes it; the fault is that of the last one.
        """
        from nats.aio.client import Client
        from nats.errors import Error

        failed: Exception = OSError("no server is named")
        for server in self._servers:
            client = Client()
            faults = _Faults(client, on_fault)
            try:
                await client.connect(
                    server.address,
                    user=server.user,
                    password=server.password,
                    token=server.token,
                    allow_reconnect=False,
                    max_reconnect_attempts=1,  # the client tries twice; with more it stays at a server that is gone
                    reconnect_time_wait=0,
                    error_cb=faults.take,
                    connect_timeout=CONNECT_S,
                    skip_subject_validation=skip_subject_validation,
                )
            except (Error, OSError, TimeoutError) as fault:
                failed = faults.last or fault
                with suppress(AssertionError):  # of the client's own, where it has nothing to close
                    await client.close()
            else:
                return client
        raise failed


class _Faults:
    """Takes the faults of a connection: passes those on that come once it is made."""

    def __init__(self, client: Client, on_fault: OnFault) -> None:
        self._client, self._on_fault = client, on_fault
        self.last: Exception | None = None
        """The last one before it: the client then raises that there is no server."""

    async def take(self, fault: Exception) -> None:
        """Take one."""
        if self._client.is_connected:
            await self._on_fault(fault)
        else:
            self.last = fault


def _server(url: str) -> Server:
    """Return the server of one URL; without a scheme it is one of NATS."""
    try:
        parts = urlsplit(url if "://" in url else f"nats://{url}")
        fault, port = _fault(parts), parts.port
        user, password = (
            None if part is None else unquote(part, errors="strict") for part in (parts.username, parts.password)
        )
    except UnicodeDecodeError:
        fault = "its user or its password is no UTF-8; write % as %25"
    except ValueError:  # of a port, or of a host in brackets
        fault = "its host or its port cannot be read"
    if fault:
        raise BackendError(f"--nats: is no URL of NATS: {fault}; {REMEDY}")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    address = f"{parts.scheme}://{host}:{DEFAULT_PORT if port is None else port}"
    if password is None:
        return Server(address, None, None, user or None)
    return Server(address, user or "", password, None)


def _fault(parts: SplitResult) -> str:
    """Return what a URL has that none of NATS has, "" where it has nothing."""
    if parts.scheme not in SCHEMES:
        return "it begins neither with nats:// nor with tls://"
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        return "something follows the host and the port"
    if not parts.hostname or re.search(r"[\s,]", parts.hostname):
        return "it names no host"
    return "its port is 0" if parts.port == 0 else ""
