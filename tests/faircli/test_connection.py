"""The one way from a run to its backend: what is tried again, what is not, and in which words it ends."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from tests.faircli.fair import Fair

from faircli.connection import Connection
from fairfacts.errors import BackendError

Answer = Callable[[httpx.Request], httpx.Response]


def raising(fault: type[httpx.TransportError], message: str) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise fault(message, request=request)

    return answer


def connected(*answers: Answer, patience_s: float = 300.0) -> tuple[Connection, list[str]]:
    """A connection to a backend that gives these answers, and what it says before each new try."""
    waiting, troubles = list(answers), []
    transport = httpx.MockTransport(lambda request: waiting.pop(0)(request))
    client = httpx.Client(base_url="http://backend", transport=transport)
    return Connection(client, patience_s=patience_s, on_away=troubles.append), troubles


def fine(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"run": "r"})


FAULTS = [
    raising(httpx.ConnectError, "[Errno 111] Connection refused"),
    raising(httpx.ReadError, ""),
    raising(httpx.RemoteProtocolError, "Server disconnected without sending a response."),
    raising(httpx.ReadTimeout, "timed out"),
    lambda _: httpx.Response(503, json={"detail": "as many requests as may be are being answered"}),
]
WORDS = [
    "http://backend does not answer ([Errno 111] Connection refused)",
    "http://backend does not answer (ReadError)",
    "http://backend does not answer (Server disconnected without sending a response.)",
    "http://backend does not answer (timed out)",
    "as many requests as may be are being answered",
]


def test_a_request_is_tried_again_after_every_fault_of_the_way_there() -> None:
    connection, troubles = connected(*FAULTS, fine)
    assert connection.request("GET", "/runs/r").json() == {"run": "r"}
    assert troubles == WORDS


@pytest.mark.parametrize(("fault", "words"), list(zip(FAULTS, WORDS, strict=True)), ids=WORDS)
def test_patience_ends_in_words(fault: Answer, words: str) -> None:
    connection, _ = connected(fault, patience_s=0)
    with pytest.raises(BackendError) as raised:
        connection.request("GET", "/runs/r")
    assert str(raised.value) == f"{words}; gave up after 0 s: start the backend again"


@pytest.mark.parametrize(("fault", "words"), list(zip(FAULTS, WORDS, strict=True))[:-1], ids=WORDS[:-1])
def test_a_request_that_must_not_be_sent_twice_is_not_and_says_what_it_may_have_done(fault: Answer, words: str) -> None:
    connection, troubles = connected(fault)
    with pytest.raises(BackendError) as raised:
        connection.begin_run({})
    assert str(raised.value) == (f"{words}; try again when it does, and look at fair runs: it may have begun the run")
    assert troubles == []


def test_a_refusal_is_said_in_the_backends_words() -> None:
    connection, _ = connected(lambda _: httpx.Response(422, json={"detail": "scale is 0"}))
    with pytest.raises(BackendError, match=r"^scale is 0$"):
        connection.begin_run({})


@pytest.mark.parametrize("command", [("run", "ciftis2020", "--to"), ("watch", "--from")])
def test_a_token_that_no_header_can_carry_is_named(fair: Fair, url: str, command: tuple[str, ...]) -> None:
    done = fair(*command, url, "--token", "schlüssel")
    why = "Error: CLOUDFAIR_TOKEN is no token; make one of ASCII characters without blanks\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", why)
