"""What can be set about a backend."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from secrets import compare_digest
from typing import Literal, get_args

from fairfacts.errors import BackendError

MIB = 1024 * 1024
Scope = Literal["read", "write", "steer"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one backend.

    Raises:
        BackendError: `host` can be reached from other machines and no token protects what is written.
    """

    database: str = "cloudfair.db"
    """A SQLite file, or a URL: `sqlite:///fair.db`, `postgresql://user:password@host/name`."""
    host: str = "127.0.0.1"
    port: int = 8000
    """0 takes a free one."""
    token: str | None = field(default=None, repr=False)
    """May do all; without it everybody may. The command reads it from CLOUDFAIR_TOKEN, and the others likewise."""
    read_token: str | None = field(default=None, repr=False)
    """May read; without it everybody may."""
    write_token: str | None = field(default=None, repr=False)
    """May send events, and read."""
    steer_token: str | None = field(default=None, repr=False)
    """May start and steer runs, and read."""
    max_watchers: int = 5_000
    """WebSockets at the same time."""
    max_requests: int = 500
    """Requests that are being answered at the same time."""
    parquet: str | None = None
    """The folder for runs as Parquet; without one it lies beside the database."""
    nats: str | None = None
    """URL of a NATS server that events and frames are published to; the command reads it from CLOUDFAIR_NATS_URL."""
    queries: int = 2
    """How many SQL queries are answered at the same time."""
    query_time_s: float = 10.0
    query_memory_mib: int = 512
    max_body_bytes: int = 16 * MIB
    """Of a batch as it was sent."""
    max_batch_bytes: int = 64 * MIB
    """Of a batch once decompressed."""
    max_batch_events: int = 65_536

    def __post_init__(self) -> None:
        if not self.token and not is_loopback(self.host):
            raise BackendError(
                f"host {self.host} can be reached from other machines, and no token protects the log:"
                " set CLOUDFAIR_TOKEN to a secret that writers must bear, or stay on 127.0.0.1"
            )
        for name in ("token", *(f"{scope}_token" for scope in SCOPES)):
            if not re.fullmatch("[!-~]*", getattr(self, name) or ""):  # what a header can carry
                raise BackendError(f"CLOUDFAIR_{name.upper()} is no token; make one of ASCII characters without blanks")
        for scope in SCOPES:
            if getattr(self, f"{scope}_token") and not self.token:
                raise BackendError(
                    f"CLOUDFAIR_{scope.upper()}_TOKEN is set and CLOUDFAIR_TOKEN is not, so that everybody may write"
                    " and steer; set CLOUDFAIR_TOKEN to a secret of its own"
                )

    def is_open(self, scope: Scope) -> bool:
        """Return whether no token is needed for it."""
        return not (self.read_token if scope == "read" else self.token)

    def scopes_of(self, token: str) -> frozenset[Scope]:
        """Return what the bearer of a token may do; nothing where it is none of ours."""
        scopes: set[Scope] = set()
        for known, granted in (
            (self.token, SCOPES),
            (self.read_token, ("read",)),
            (self.write_token, ("read", "write")),
            (self.steer_token, ("read", "steer")),
        ):
            if known and compare_digest(known.encode(), token.encode()):
                scopes.update(granted)
        return frozenset(scopes)


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches `host`; a name other than `localhost` may mean anything."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
