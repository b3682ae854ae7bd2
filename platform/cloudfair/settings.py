"""What can be set about a backend."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from fairfacts.errors import BackendError

MIB = 1024 * 1024


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
    token: str | None = None
    """What writers must bear; the command reads it from CLOUDFAIR_TOKEN."""
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


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches `host`; a name other than `localhost` may mean anything."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
