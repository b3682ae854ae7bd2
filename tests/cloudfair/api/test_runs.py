"""What is read of runs over HTTP."""

from __future__ import annotations

from pathlib import Path

import httpx
import msgspec
import pytest
from tests.cloudfair.conftest import served
from tests.cloudfair.example import NEW_RUN, begin, digest_of, example, measures_of, send, send_all, silence

from cloudfair.api.resources.services import SERVICES
from cloudfair.settings import Settings
from cloudfair.store.log import Log
from fairfacts.events import encode
from fairfacts.evidence.comparison import compare
from fairfacts.evidence.folder import known_fair
from fairfacts.evidence.roles import left_out
from fairfacts.evidence.summary import evidence, headline, sentences
from fairfacts.measures import State

FIGURES = known_fair("ciftis2020").figures

EVENTS = example(500)


def test_health_names_the_service_and_its_database(sqlite: str) -> None:
    with served(Settings(database=sqlite)) as url:
        health = httpx.get(f"{url}/health").json()
    assert health.pop("version")
    assert health == {"status": "ok", "service": "cloudfair", "database": f"sqlite:///{Path(sqlite).absolute()}"}


def test_run_tells_where_it_stands(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 100)
    details = client.get(f"/runs/{run}").json()
    assert details.pop("created_at").endswith("Z")
    stands = {"id": run, "head": 100, "at_ms": 99_000, "state": "running", "speed": None, "fault": None}
    stands |= {"has_player": False, "silent_since": None}
    assert details == NEW_RUN | stands | {"digest": digest_of(EVENTS[:100])}
    send(client, run, EVENTS, 100)
    details = client.get(f"/runs/{run}").json()
    assert (details["head"], details["state"], details["digest"]) == (500, "ended", digest_of(EVENTS))


def test_run_whose_player_is_gone_says_since_when_until_it_is_back(sqlite: str) -> None:
    log = Log.open(sqlite)

    def told(client: httpx.Client) -> tuple[str, object, str | None]:
        (listed,) = client.get("/runs").json()
        details = client.get(f"/runs/{listed['id']}").json()
        assert details.items() >= listed.items()
        return details["state"], details["speed"], details["silent_since"]

    with served(Settings(database=sqlite)) as url, httpx.Client(base_url=url, headers={"Fair-Pace": "600"}) as client:
        run = begin(client)
        send(client, run, EVENTS, 0, 100)
        assert told(client) == ("running", 600, None)
        since = silence(log, run)
        assert told(client) == ("running", None, f"{since:%Y-%m-%dT%H:%M:%S.%fZ}")
        send(client, run, EVENTS, 100, 200)
        assert told(client) == ("running", 600, None)
    log.close()


def test_runs_are_listed_latest_first(client: httpx.Client) -> None:
    runs = [begin(client) for _ in range(3)]
    assert [run["id"] for run in client.get("/runs").json()[:3]] == runs[::-1]


def test_snapshot_takes_in_every_event_that_was_answered(client: httpx.Client, run: str) -> None:
    for first in range(0, 500, 50):
        send(client, run, EVENTS, first, first + 50)
        assert client.get(f"/runs/{run}/snapshot").json() == {
            "run": run,
            "position": first + 50,
            "at_ms": (first + 49) * 1000,
            "measures": measures_of(EVENTS[: first + 50]),
        }


def test_comparison_is_that_of_the_language(client: httpx.Client, run: str) -> None:
    send_all(client, run, EVENTS)
    state = State()
    state.fold(EVENTS)
    rows, without = (
        compare(state, FIGURES),
        left_out(FIGURES.values(), state.parts.run, {}),  # the run ends before the moments of any of them
    )
    assert rows
    assert client.get(f"/runs/{run}/comparison").json() == {
        "run": run,
        "position": 500,
        "at_ms": 499_000,
        "headline": headline(rows, without),
        "sentences": msgspec.to_builtins(sentences(rows, without)),
        "missing": "",
        "evidence": msgspec.to_builtins(evidence(rows)),
        "rows": msgspec.to_builtins(rows),
        "left_out": msgspec.to_builtins(without),
    }


def test_events_are_paged_through_to_the_head(client: httpx.Client, run: str) -> None:
    send_all(client, run, EVENTS, size=70)
    events, position = [], 0
    while position is not None:
        page = client.get(f"/runs/{run}/events", params={"first": position, "limit": 150}).json()
        events, position = events + page["events"], page["next"]
    assert events == [msgspec.json.decode(line) for line in encode(EVENTS).splitlines()]


def test_page_at_the_head_says_whether_more_may_come(client: httpx.Client, run: str) -> None:
    """A client that followed `next` until null stopped in the middle of a run."""
    for head in (0, 100, len(EVENTS)):
        if head:
            send_all(client, run, EVENTS[:head], first=0 if head == 100 else 100)
        page = client.get(f"/runs/{run}/events", params={"first": head}).json()
        assert page == {"run": run, "first": head, "next": None, "ended": head == len(EVENTS), "events": []}


@pytest.mark.parametrize("accept", ["application/json", "application/cloudevents-batch+json"])
def test_position_beyond_the_head_is_of_another_log(client: httpx.Client, run: str, accept: str) -> None:
    """A client that held a position of a database that was put back from a copy got no sign of it."""
    send(client, run, EVENTS, 0, 100)
    refused = client.get(f"/runs/{run}/events", params={"first": 101}, headers={"Accept": accept})
    assert (refused.status_code, refused.json()["head"]) == (409, 100)
    assert refused.json()["detail"].startswith(
        f"run {run}: first is 101, and its log ends at 100; begin there or before"
    )


def test_everything_is_there_after_a_restart(sqlite: str) -> None:
    paths = ("", "/snapshot", "/comparison", "/events?limit=500")
    with served(Settings(database=sqlite)) as url, httpx.Client(base_url=url) as client:
        run = begin(client)
        send_all(client, run, EVENTS, size=90)
        before = [client.get(f"/runs/{run}{path}").json() for path in paths]
    with served(Settings(database=sqlite)) as url, httpx.Client(base_url=url) as client:
        assert [client.get(f"/runs/{run}{path}").json() for path in paths] == before


def test_every_error_is_a_problem_document(client: httpx.Client, run: str) -> None:
    answers = [
        client.get("/runs/nothing"),
        client.get("/nothing"),
        client.get("/health/nothing"),
        client.delete("/runs"),
        client.get(f"/runs/{run}/events", params={"limit": 10_001}),
    ]
    assert [(answer.headers["content-type"], answer.status_code, answer.json()["status"]) for answer in answers] == [
        ("application/problem+json", status, status) for status in (404, 404, 404, 405, 422)
    ]
    assert answers[3].json()["detail"] == "/runs takes no DELETE; allowed is GET, HEAD, POST"


def test_routes_are_described(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()["paths"]
    answers = described["/runs/{run}/events"]["post"]["responses"]
    assert (set(answers), set(answers["default"]["content"])) == ({"200", "default"}, {"application/problem+json"})
    read = {(route.path, "get") for service in SERVICES for route in service.router.routes}
    assert {(path, method) for path, methods in described.items() for method in methods} == read | {
        ("/health", "get"),
        ("/ready", "get"),
        ("/asyncapi.json", "get"),
        ("/metrics", "get"),
        ("/runs", "get"),
        ("/runs", "post"),
        ("/runs/{run}", "get"),
        ("/runs/{run}/fair", "get"),
        ("/runs/{run}/snapshot", "get"),
        ("/runs/{a}/against/{b}", "get"),
        ("/runs/{run}/comparison", "get"),
        ("/runs/{run}/forecast", "get"),
        ("/runs/{run}/outlook", "get"),
        ("/runs/{run}/report", "get"),
        ("/runs/{run}/counts", "get"),
        ("/runs/{run}/figures/audit", "get"),
        ("/runs/{run}/events", "get"),
        ("/runs/{run}/events", "post"),
        ("/runs/{run}/player", "post"),
        ("/runs/{run}/parquet", "get"),
        ("/runs/{run}/parquet/{file}", "get"),
        ("/runs/{run}/query", "post"),
        ("/runs/{run}/cloudevents", "post"),
        ("/runs/{run}/programme.ics", "get"),
        ("/runs/{run}/schedule.json", "get"),
        ("/scenarios", "get"),
        ("/scenarios/schema", "get"),
        ("/runs/start", "post"),
        ("/runs/{run}/branch", "post"),
        ("/runs/{run}/commands", "get"),
        ("/runs/{run}/commands", "post"),
        ("/runs/{run}/commands/{number}/obeyed", "post"),
    }
