"""A real load balancer before backends of a test's own: Caddy, with the configuration of the guide."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from tests.cloudfair.nats import free_port
from tests.real import starts

GUIDE = Path(__file__).resolve().parents[2] / "docs/guide/operate.md"
START_S = 30


def configuration(port: int, backends: list[str]) -> str:
    """Return the guide's Caddyfile, for a port and the addresses (`host:port`) of backends."""
    found = re.search(r"^```caddyfile Caddyfile\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    assert found
    text = found[1].replace("127.0.0.1:8001 127.0.0.1:8002", " ".join(backends))
    return text.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{port}")


@contextlib.contextmanager
def balancer(folder: Path, backends: list[str]) -> Iterator[str]:
    """Yield the URL of a load balancer that ends with the block; `backends` are URLs."""
    starts("load balancer")
    port = free_port()
    (folder / "Caddyfile").write_text(configuration(port, [url.removeprefix("http://") for url in backends]))
    command = [Path(sys.executable).parent / "caddy", "run", "--config", folder / "Caddyfile"]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as caddy:
        try:
            url, end = f"http://127.0.0.1:{port}", time.monotonic() + START_S
            while not _answers(url):
                assert caddy.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < end, "the load balancer did not start in time"
                time.sleep(0.02)
            yield url
        finally:
            caddy.kill()


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{url}/ready").status_code == 200
    return False
