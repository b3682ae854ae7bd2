"""Who may do what, and how much: tokens with scopes, and limits that hold."""

from __future__ import annotations

import json
import subprocess
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import httpx
import pytest
from tests.cloudfair.conftest import served
from tests.cloudfair.example import NEW_RUN, begin, example, send
from tests.cloudfair.feed.watching import watching
from tests.ready.program import interpreter
from tests.real import starts
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from cloudfair.feed.messages import MAX_MESSAGES_PER_S
from cloudfair.settings import Settings
from cloudfair.store.runs import Runs
from fairfacts.errors import BackendError

EVENTS = example(100)
TOKENS = {f"{scope}_token": f"{scope}-secret/+~" for scope in ("read", "write", "steer")} | {"token": "all-secret/+~"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A backend on which everything needs a token."""
    with served(Settings(database=str(tmp_path_factory.mktemp("guarded") / "fair.db"), **TOKENS)) as url:
        yield url


def bearing(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS[name]}"}


def offered(token: str) -> str:
    """The subprotocol in which a page sends its token."""
    return "bearer." + urlsafe_b64encode(token.encode()).decode().rstrip("=")


@pytest.fixture(scope="module")
def kept(guarded: str) -> str:
    """A run on that backend."""
    with httpx.Client(base_url=guarded, headers=bearing("token")) as client:
        run = begin(client)
        send(client, run, EVENTS, 0, 50)
        client.post(f"/runs/{run}/events", params={"first": 50}, headers={"Fair-Pace": "max"}).raise_for_status()
    return run


@pytest.mark.parametrize(
    ("bearer", "reads", "writes", "steers"),
    [
        (None, 401, 401, 401),
        ("read_token", 200, 403, 403),
        ("write_token", 200, 201, 403),
        ("steer_token", 200, 403, 201),
        ("token", 200, 201, 201),
    ],
)
def test_token_is_for_its_scope(
    guarded: str, kept: str, bearer: str | None, reads: int, writes: int, steers: int
) -> None:
    with httpx.Client(base_url=guarded, headers=bearing(bearer) if bearer else {}) as client:
        for path in ("/runs", f"/runs/{kept}/snapshot", f"/runs/{kept}/commands", "/metrics", "/scenarios"):
            assert client.get(path).status_code == reads, path
        assert client.post("/runs", json=NEW_RUN).status_code == writes
        assert client.post(f"/runs/{kept}/commands", json={"kind": "pause"}).status_code == steers
        assert client.get("/health").status_code == 200


def test_refusal_says_what_is_needed(guarded: str) -> None:
    refused = httpx.get(f"{guarded}/runs", headers={"Authorization": "Bearer wrong"})
    assert (refused.headers["www-authenticate"], refused.json()["detail"]) == (
        "Bearer",
        "this needs a token to read: send the header Authorization: Bearer, with the backend's"
        " CLOUDFAIR_TOKEN or CLOUDFAIR_READ_TOKEN",
    )
    refused = httpx.post(f"{guarded}/runs", json=NEW_RUN, headers=bearing("steer_token"))
    assert refused.json()["detail"] == (
        "this token may read and steer, not write; that needs the backend's CLOUDFAIR_TOKEN or CLOUDFAIR_WRITE_TOKEN"
    )


@pytest.mark.parametrize("feed", ["live", "against"])
def test_page_sends_its_token_as_a_subprotocol(guarded: str, kept: str, feed: str) -> None:
    path = {"live": f"/runs/{kept}/live", "against": f"/runs/{kept}/against/{kept}/live"}[feed]
    address = guarded.replace("http", "ws", 1) + path
    with connect(address, subprotocols=["cloudfair", offered(TOKENS["read_token"])], max_size=None) as socket:
        assert socket.subprotocol == "cloudfair"
        assert json.loads(socket.recv(timeout=10))["type"] == "hello"
    with connect(address, additional_headers=bearing("steer_token"), max_size=None) as socket:
        assert socket.subprotocol is None
    for subprotocols in (None, ["cloudfair"], ["cloudfair", offered("wrong")], ["cloudfair", "bearer.%%%"]):
        with pytest.raises(InvalidStatus) as refused, connect(address, subprotocols=subprotocols):
            pass
        assert refused.value.response.status_code == 401
        assert "a page offers the subprotocol bearer.TOKEN beside" in refused.value.response.body.decode()


def test_tap_takes_a_page_s_token_too(guarded: str, kept: str) -> None:
    address = guarded.replace("http", "ws", 1) + f"/runs/{kept}/events/live?first=0"
    with connect(address, subprotocols=["cloudevents.json", offered(TOKENS["read_token"])]) as socket:
        assert json.loads(socket.recv(timeout=10))["type"] == "run.started"
    with pytest.raises(InvalidStatus), connect(address, subprotocols=["cloudevents.json"]):
        pass


def test_reading_is_open_where_no_token_is_set_for_it(sqlite: str) -> None:
    with served(Settings(database=sqlite, token="secret")) as url, httpx.Client(base_url=url) as client:
        assert [client.get("/runs").status_code, client.post("/runs", json=NEW_RUN).status_code] == [200, 401]


@pytest.mark.parametrize("scope", ["read", "write", "steer"])
def test_token_of_a_scope_alone_is_refused_at_the_start(scope: str) -> None:
    with pytest.raises(BackendError, match=f"CLOUDFAIR_{scope.upper()}_TOKEN is set and CLOUDFAIR_TOKEN is not"):
        Settings(**{f"{scope}_token": "secret"})


def test_token_that_no_header_can_carry_is_refused_at_the_start() -> None:
    with pytest.raises(BackendError, match="CLOUDFAIR_READ_TOKEN is no token; make one of ASCII characters"):
        Settings(token="secret", read_token="two words")


def test_without_a_token_a_name_that_leads_here_is_no_name_of_the_backend(client: httpx.Client) -> None:
    """A page of evil.example whose name is made to lead to this machine would be of the backend's own origin."""
    port = client.base_url.port
    answers = [client.get("/runs", headers={"Host": f"{name}:{port}"}) for name in ("evil.example", "localhost")]
    assert [answer.status_code for answer in answers] == [403, 200]
    assert answers[0].json()["detail"].startswith("evil.example is no name of this backend; ask for 127.0.0.1")


def test_no_token_is_shown_or_logged(sqlite: str) -> None:
    """At debug every request is logged; whatever is sent, no token is in it, nor in an answer."""
    starts("backend")
    names = {f"CLOUDFAIR_{name.upper()}": token for name, token in TOKENS.items()}
    command = [interpreter(), "-m", "faircli", "serve", "--port", "0", "--db", sqlite]
    answers = [str(Settings(**TOKENS))]
    with subprocess.Popen(
        [*command, "--log-level", "debug"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=names
    ) as process:
        assert process.stdout
        url = process.stdout.readline().split()[-1]
        for name, token in TOKENS.items():
            with httpx.Client(base_url=url, headers=bearing(name)) as client:
                for path in ("/runs", "/runs/none", "/none", "/health", "/openapi.json", f"/runs?token={token}"):
                    answers.append(client.get(path).text)
                answers.append(client.post("/runs", json=NEW_RUN).text)
                answers.append(client.post("/runs/none/commands", json={"kind": "fly"}).text)
            for path in ("/runs/none/live", "/none"):
                with pytest.raises(InvalidStatus) as refused:
                    connect(url.replace("http", "ws") + path, subprotocols=["cloudfair", offered(token)])
                answers.append(str(refused.value.response.body))
        process.terminate()
        answers += process.communicate(timeout=30)
    whole = "\n".join(answers)
    assert "/runs/none/live" in whole
    for token in TOKENS.values():
        for secret in (token, offered(token), token.partition("/")[0]):
            assert secret not in whole


def test_so_many_watchers_and_no_more(sqlite: str) -> None:
    with (
        ExitStack() as watchers,
        served(Settings(database=sqlite, max_watchers=2)) as url,
        httpx.Client(base_url=url) as client,
    ):
        run = begin(client)
        first = watchers.enter_context(ExitStack())
        for stack in (first, watchers):
            stack.enter_context(watching(client, run)).subscribe()
        with pytest.raises(InvalidStatus) as refused, watching(client, run):
            pass
        response = refused.value.response
        assert (response.status_code, response.headers["content-type"]) == (503, "application/problem+json")
        assert json.loads(response.body)["detail"] == "2 WebSockets are open, and no more may be; try again later"
        first.close()
        while True:  # the backend hears of it a moment later
            try:
                with watching(client, run) as watcher:
                    assert watcher.subscribe()["type"] == "snapshot"
                    break
            except InvalidStatus:
                continue


def test_so_many_requests_and_no_more(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    began, go_on, read = threading.Event(), threading.Event(), Runs.all

    def slowly(runs: Runs) -> object:
        began.set()
        assert go_on.wait(30)
        return read(runs)

    monkeypatch.setattr(Runs, "all", slowly)
    with served(Settings(database=sqlite, max_requests=1)) as url:
        slow = threading.Thread(target=lambda: httpx.get(f"{url}/runs", timeout=60))
        slow.start()
        try:
            assert began.wait(30)
            answers = [httpx.get(f"{url}/runs"), httpx.post(f"{url}/runs", json=NEW_RUN)]
            assert [(answer.status_code, answer.headers["retry-after"]) for answer in answers] == [(503, "1")] * 2
            assert {answer.json()["detail"] for answer in answers} == {
                "1 requests are being answered, and no more may be; try again later"
            }
            assert httpx.get(f"{url}/health").status_code == 200
        finally:
            go_on.set()
            slow.join()
        assert httpx.get(f"{url}/runs").status_code == 200


def test_who_says_too_much_is_left(client: httpx.Client, run: str) -> None:
    with watching(client, run) as watcher:
        watcher.subscribe(rate_hz=1)
        with suppress(ConnectionClosed):
            for _ in range(50 * MAX_MESSAGES_PER_S):
                watcher.say("ack", frame=0)
        with pytest.raises(ConnectionClosed) as closed:
            watcher.next("end")
        reason = f"more than {MAX_MESSAGES_PER_S} messages a second; wait for the frame before the next"
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, reason)


@pytest.mark.parametrize("path", ["/runs", "/runs/start", "/runs/{run}/commands", "/runs/{run}/commands/0/obeyed"])
def test_no_route_reads_a_body_of_any_size(sqlite: str, path: str) -> None:
    with served(Settings(database=sqlite, max_body_bytes=10_000)) as url, httpx.Client(base_url=url) as client:
        path = path.format(run=begin(client))
        answers = [
            client.post(path, content=body, headers={"Content-Type": "application/json"})
            for body in (b" " * 10_001, iter([b" " * 4_000] * 3))
        ]
        assert [(answer.status_code, answer.json()["limit"]) for answer in answers] == [(413, 10_000)] * 2


@pytest.mark.parametrize(
    "path",
    [
        "/../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2f..%2fapp.py",
        "/runs/..%2f..%2fetc%2fpasswd",
        "/runs/{run}/parquet/..%2f..%2f..%2fetc%2fpasswd",
    ],
)
def test_no_path_leads_into_the_file_system(client: httpx.Client, run: str, path: str) -> None:
    answer = client.get(path.format(run=run))
    assert answer.status_code in (404, 409)  # 409: the run has not ended, and the file is not asked for
    assert answer.headers["content-type"] == "application/problem+json"
