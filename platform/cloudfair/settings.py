"""The settings of a backend."""

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


def check_token(name: str, token: str | None) -> None:
    """Refuse a token that no header can carry.

    Raises:
        BackendError: it has a character that is not ASCII, or a blank.
    """
    if not re.fullmatch("[!-~]*", token or ""):
        raise BackendError(f"CLOUDFAIR_{name.upper()} is no token; make one of ASCII characters without blanks")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one backend.

    Raises:
        BackendError: `host` can be reached from other machines and no token protects the log.
    """

    database: str = "cloudfair.db"
    """A SQLite file, or a URL: `sqlite:///fair.db`, `postgresql://user:password@host/name`."""
    host: str = "127.0.0.1"
    port: int = 8000
    """0 stands for any free port."""
    token: str | None = field(default=None, repr=False)
    """Full access; without it everybody has it. The command reads it from CLOUDFAIR_TOKEN, others likewise."""
    read_token: str | None = field(default=None, repr=False)
    """Its bearer may read; without it everybody may."""
    write_token: str | None = field(default=None, repr=False)
    """Its bearer may send events, and read."""
    steer_token: str | None = field(default=None, repr=False)
    """Its bearer may start and steer runs, and read."""
    drain_s: float = 0.0
    """How long the backend goes on serving after SIGTERM, while `/ready` is 503 and load balancers turn elsewhere."""
    max_watchers: int = 5_000
    """WebSockets at the same time."""
    max_requests: int = 500
    """Requests that the backend answers at the same time."""
    parquet: str | None = None
    """The folder for runs as Parquet; None stands for one beside the database."""
    nats: str | None = None
    """URL of a NATS server to which events and frames are published, or several with commas between them; the command
    reads it from CLOUDFAIR_NATS_URL."""
    queries: int = 2
    """How many SQL queries are answered at the same time."""
    query_time_s: float = 10.0
    query_memory_mib: int = 512
    max_body_bytes: int = 16 * MIB
    """The largest body of a request, as it was sent."""
    max_bodies_bytes: int = 256 * MIB
    """All bodies of requests together, as they were sent: those on their way and those that are worked on."""
    max_batch_bytes: int = 64 * MIB
    """The largest batch once it is decompressed."""
    max_batch_events: int = 65_536

    def __post_init__(self) -> None:
        if not self.token and not is_loopback(self.host):
            raise BackendError(
                f"host {self.host} can be reached from other machines, and no token protects the log:"
                " set CLOUDFAIR_TOKEN to a secret that writers must bear, or stay on 127.0.0.1"
            )
        for name in ("token", *(f"{scope}_token" for scope in SCOPES)):
            check_token(name, getattr(self, name))
        for scope in SCOPES:
            if getattr(self, f"{scope}_token") and not self.token:
                raise BackendError(
                    f"CLOUDFAIR_{scope.upper()}_TOKEN is set and CLOUDFAIR_TOKEN is not, so that everybody may write"
                    " and steer; set CLOUDFAIR_TOKEN to a secret of its own"
                )

    def is_open(self, scope: Scope) -> bool:
        """Return whether everybody has this scope."""
        return not (self.read_token if scope == "read" else self.token)

    def scopes_of(self, token: str) -> frozenset[Scope]:
        """Return the scopes of a token; none if this backend does not know it."""
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
