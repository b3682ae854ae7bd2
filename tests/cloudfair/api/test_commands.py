"""Commands: kept, carried to the run with the answer to its next batch, and noted as obeyed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.cloudfair.example import digest_of, example, send, send_all

from fairfacts.parts.venue.events import VenueOpened

EVENTS = example(100)


def say(client: httpx.Client, run: str, **command: Any) -> httpx.Response:
    return client.post(f"/runs/{run}/commands", json=command)


def ask(client: httpx.Client, run: str, first: int, pace: str = "max") -> httpx.Response:
    """Ask for commands, as a player that has nothing to send."""
    return client.post(f"/runs/{run}/events", params={"first": first}, content=b"", headers={"Fair-Pace": pace})


def obey(client: httpx.Client, run: str, number: int, **word: Any) -> httpx.Response:
    return client.post(f"/runs/{run}/commands/{number}/obeyed", json=word)


def test_command_waits_in_every_answer_until_it_is_obeyed(client: httpx.Client, run: str) -> None:
    pause, speed = {"kind": "pause"}, {"kind": "speed", "speed": 3600.0}
    ask(client, run, 0)
    said = [say(client, run, **command).json() for command in (pause, speed)]
    waiting = [{"number": 0, "command": pause}, {"number": 1, "command": speed}]
    assert send(client, run, EVENTS, 0, 50).json()["commands"] == waiting
    assert ask(client, run, 50).json()["commands"] == waiting
    kept = obey(client, run, 0, at_ms=49_000).json()
    assert send(client, run, EVENTS, 50, 60).json()["commands"] == waiting[1:]
    assert (kept["applied_at_ms"], kept["refused"], said[0]["applied_at_ms"]) == (49_000, None, None)
    obey(client, run, 1, at_ms=50_000, refused="no such speed here")
    listed = client.get(f"/runs/{run}/commands").json()
    assert [(one["number"], one["command"], one["applied_at_ms"], one["refused"]) for one in listed] == [
        (0, pause, 49_000, None),
        (1, speed, 50_000, "no such speed here"),
    ]
    assert [one["asked_at"] for one in listed] == [one["asked_at"] for one in said]
    assert send_all(client, run, EVENTS, first=60) is None


def test_word_on_a_command_is_taken_once(client: httpx.Client, run: str) -> None:
    ask(client, run, 0)
    say(client, run, kind="pause")
    answers = [obey(client, run, 0, at_ms=at_ms) for at_ms in (5, 5, 6)]
    assert [answer.status_code for answer in answers] == [200, 200, 409]
    assert answers[0].json() == answers[1].json()
    assert answers[2].json()["detail"].startswith(f"run {run}: command 0 was applied at 5 ms, not at 6 ms")
    assert obey(client, run, 1, at_ms=5).status_code == 404


def test_player_with_nothing_to_send_is_answered_at_the_head_alone(client: httpx.Client, run: str) -> None:
    assert ask(client, run, 0).json()["next"] == 0
    send(client, run, EVENTS, 0, 50)
    answer = ask(client, run, 50).json()
    assert (answer["next"], answer["digest"]) == (50, digest_of(EVENTS[:50]))
    refused = ask(client, run, 49)
    assert (refused.status_code, refused.json()["head"]) == (409, 50)


@pytest.mark.parametrize(
    ("pace", "state", "speed"),
    [
        ("max", "running", "max"),
        ("3600", "running", 3600),
        ("0.5", "running", 0.5),
        ("paused", "paused", None),
        ("stopped", "stopped", None),
    ],
)
def test_run_says_how_it_is_played(client: httpx.Client, run: str, pace: str, state: str, speed: object) -> None:
    ask(client, run, 0, pace)
    details = client.get(f"/runs/{run}").json()
    assert (details["state"], details["speed"]) == (state, speed)
    send(client, run, EVENTS)
    details = client.get(f"/runs/{run}").json()
    assert (details["state"], details["speed"]) == ("ended", None)


def test_pace_that_is_none_is_refused(client: httpx.Client, run: str) -> None:
    assert ask(client, run, 0, "fast").status_code == 422


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"kind": "speed", "speed": 0}, "body.speed: it is out of range; at least 0.001 is allowed"),
        ({"kind": "speed", "speed": 1e-5}, "body.speed: it is out of range; at least 0.001 is allowed"),
        ({"kind": "speed", "speed": "fast"}, "body.speed: 'fast' is none of those that are allowed"),
        ({"kind": "speed"}, "body: speed is missing; give it"),
        ({"kind": "dance"}, "body.kind: 'dance' is none of those that are allowed"),
        (
            {"kind": "disrupt", "disruption": {"kind": "platform_outage", "lasts_min": 0}},
            "body.disruption.lasts_min: it is out of range; more than 0.0 is allowed",
        ),
        (
            {"kind": "disrupt", "disruption": {"kind": "flood"}},
            "body.disruption.kind: 'flood' is none of those that are allowed",
        ),
        ({"kind": "pause", "for": 3}, "body: for is no key of it; leave it out"),
        ({}, "body: kind is missing; give it"),
        ([], "body: it is a list, and a table is wanted"),
    ],
)
def test_other_commands_are_refused_by_their_field(client: httpx.Client, run: str, body: Any, detail: str) -> None:
    answer = client.post(f"/runs/{run}/commands", json=body)
    assert (answer.status_code, answer.json()["detail"]) == (422, detail)
    assert client.get(f"/runs/{run}/commands").json() == []


def test_gate_that_the_halls_do_not_have_is_refused_at_once(client: httpx.Client, run: str) -> None:
    """It was taken, and refused by the run alone. Before the halls first open, only the run knows its gates."""
    closed = {"kind": "lanes_closed", "gate": 2, "lanes": 1, "lasts_min": 5}
    ask(client, run, 0)
    assert say(client, run, kind="disrupt", disruption=closed).status_code == 201
    opened = VenueOpened(at_ms=9, cap=9, lanes=(1, 1), last_entry_ms=10, closes_ms=11)
    send(client, run, [EVENTS[0], opened])
    ask(client, run, 2)
    answer = say(client, run, kind="disrupt", disruption=closed)
    detail = "body.disruption.gate: there is no gate 2; gates are numbered from 0 to 1"
    assert (answer.status_code, answer.json()["detail"]) == (422, detail)
    assert say(client, run, kind="disrupt", disruption=closed | {"gate": 1}).status_code == 201


def test_run_that_has_ended_takes_no_commands(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS)
    answer = say(client, run, kind="pause")
    detail = f"run {run} ended with event 99 and takes no commands; start another run"
    assert (answer.status_code, answer.json()["detail"]) == (409, detail)
    assert say(client, run + "x", kind="pause").status_code == 404


def test_run_that_no_process_plays_takes_no_command_that_would_wait_for_ever(client: httpx.Client, run: str) -> None:
    """Others send its events, as those of a badge reader: an operator would believe that the outage was ordered."""
    outage = {"kind": "platform_outage", "lasts_min": 60}
    for head in (0, 50):
        for command in ({"kind": "pause"}, {"kind": "disrupt", "disruption": outage}):
            refused = say(client, run, **command)
            assert (refused.status_code, refused.json()["head"]) == (409, head)
            assert refused.json()["detail"].startswith(f"run {run}: no process plays it, so none would take the")
        send(client, run, EVENTS, head, head + 50)
    assert client.get(f"/runs/{run}/commands").json() == []


@pytest.mark.parametrize("pace", ["max", "3600", "paused"])
def test_player_that_only_says_its_pace_is_sent_commands(client: httpx.Client, run: str, pace: str) -> None:
    ask(client, run, 0, pace)
    assert say(client, run, kind="resume").status_code == 201


def test_log_of_a_file_whose_import_broke_off_takes_no_command(client: httpx.Client, run: str) -> None:
    ask(client, run, 0, "stopped")
    assert say(client, run, kind="resume").status_code == 409


def test_seed_that_javascript_reads_as_another_one_starts_nothing(client: httpx.Client) -> None:
    answer = client.post("/runs/start", json={"scenario": "ciftis2020", "seed": 2**53})
    assert (answer.status_code, "body.seed is 9007199254740992" in answer.json()["detail"]) == (422, True)


def test_speed_that_is_none_is_told_once_and_by_its_name(client: httpx.Client) -> None:
    answer = client.post("/runs/start", json={"scenario": "ciftis2020", "speed": "fast"})
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "body.speed is 'fast'; it should be a valid number, or should be 'max'",
    )
    assert {fault["field"] for fault in answer.json()["errors"]} == {"body.speed"}


def test_backend_without_a_launcher_starts_nothing(client: httpx.Client) -> None:
    answer = client.post("/runs/start", json={"scenario": "ciftis2020"})
    assert (answer.status_code, answer.json()["detail"]) == (
        501,
        "this backend plays no runs; start it with fair serve, or play one with fair run",
    )
    assert client.get("/scenarios").json() == []


def test_page_of_another_host_may_not_steer(client: httpx.Client, run: str) -> None:
    answer = client.post(f"/runs/{run}/commands", json={"kind": "stop"}, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
