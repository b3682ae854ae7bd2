"""What the backend logs: JSON lines that tell what happened, and no secret."""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path
from typing import Any

import httpx
from tests.cloudfair.example import NEW_RUN, example
from tests.cloudfair.nats import free_port, nats_server
from tests.faircli.fair import Fair

from fairfacts.events import encode

SECRET = "hush-hush-3141"


def logged(fair: Fair, *arguments: str) -> tuple[list[dict[str, Any]], str]:
    """Lines that a backend wrote while it was asked for this and that, and all it wrote as text."""
    with fair.start("serve", "--port", "0", "--token", SECRET, *arguments) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        bearer = {"Authorization": f"Bearer {SECRET}"}
        run = httpx.post(f"{url}/runs", json=NEW_RUN | {"request": {"password": SECRET}}, headers=bearer).json()["run"]
        httpx.post(f"{url}/runs/{run}/events?first=0", content=encode(example(50)), headers=bearer)
        httpx.post(f"{url}/runs", json=NEW_RUN, headers={"Authorization": f"Bearer {SECRET}x"})
        httpx.get(f"{url}/runs/nothing?token={SECRET}", headers={"Cookie": SECRET})
        httpx.get(f"{url}/health")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    return [json.loads(line) for line in err.splitlines()], out + err


def test_what_began_and_ended_and_what_was_refused_is_logged(fair: Fair) -> None:
    lines, text = logged(fair)
    assert SECRET not in text
    assert all({"at", "level", "from", "message"} <= set(line) for line in lines)
    assert [(line["message"], line.get("path"), line.get("status")) for line in lines] == [
        ("run begun", None, None),
        ("run ended", None, None),
        ("request", "/runs", 401),
        ("request", "/runs/nothing", 422),
    ]
    assert (lines[0]["seed"], lines[1]["events"], lines[1]["run"]) == (7, 50, lines[0]["run"])


def test_at_debug_every_request_is_logged_and_still_no_secret(fair: Fair) -> None:
    lines, text = logged(fair, "--log-level", "debug")
    assert SECRET not in text
    requests = [
        (line["method"], line["path"].rpartition("/")[2], line["status"]) for line in lines if "took_ms" in line
    ]
    assert requests == [
        ("POST", "runs", 201),
        ("POST", "events", 200),
        ("POST", "runs", 401),
        ("GET", "nothing", 422),
        ("GET", "health", 200),
    ]


def test_at_error_nothing_is_logged_where_nothing_went_wrong(fair: Fair) -> None:
    assert logged(fair, "--log-level", "error")[0] == []


def test_the_publisher_tells_where_it_publishes_and_what_it_waits_for_without_the_password(
    fair: Fair, tmp_path: Path
) -> None:
    port = free_port()
    address = f"nats://fair:{SECRET}@127.0.0.1:{port}"
    with fair.start("serve", "--port", "0", "--nats", address) as process:
        assert process.stderr is not None
        waits = json.loads(process.stderr.readline())
        with nats_server(tmp_path, port):
            while (line := json.loads(process.stderr.readline()))["message"] != "the publisher is connected":
                assert line["message"] == "the publisher waits"
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=30)
    assert (waits["message"], waits["level"]) == ("the publisher waits", "warning")
    assert line["nats"] == f"nats://127.0.0.1:{port}"
    assert SECRET not in json.dumps([waits, line]) + out + err


def test_a_port_in_use_is_named(fair: Fair) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = fair("serve", "--port", str(port))
    assert (done.returncode, done.stderr) == (
        1,
        f"Error: port {port} on 127.0.0.1 is in use; stop what uses it or name another with --port\n",
    )


def test_an_address_that_others_reach_needs_a_token(fair: Fair) -> None:
    done = fair("serve", "--host", "0.0.0.0")
    assert (done.returncode, done.stderr) == (
        1,
        "Error: host 0.0.0.0 can be reached from other machines, and no token protects the log: set CLOUDFAIR_TOKEN to"
        " a secret that writers must bear, or stay on 127.0.0.1\n",
    )
