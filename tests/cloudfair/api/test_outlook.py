"""The outlook of a run, and answers to its alarms: alike in the API and in the metrics."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.cloudfair.example import begin, send
from tests.fairfacts.parts.test_alarms import HOUR, MINUTE, OPENED, metered
from tests.fairfacts.stories import STARTED

from fairfacts.event import Event
from fairfacts.parts.alarms import text_of
from fairfacts.parts.runs import FairOpened

OUTAGE: list[Event] = [STARTED, OPENED, FairOpened(at_ms=0), metered(HOUR, share=0.25)]
LATER: list[Event] = [metered(HOUR + minute * MINUTE, share=0.25) for minute in range(1, 31)]
OVER: list[Event] = [metered(2 * HOUR), metered(3 * HOUR, share=0.0)]


@pytest.fixture
def short(client: httpx.Client) -> str:
    """A run whose platform is short."""
    run = begin(client, OUTAGE)
    send(client, run, OUTAGE).raise_for_status()
    return run


def say(client: httpx.Client, run: str, **command: Any) -> httpx.Response:
    return client.post(f"/runs/{run}/commands", json=command)


def matters(client: httpx.Client, run: str, at: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/runs/{run}/outlook{at}").raise_for_status().json()["matters"]
    return found


def metric(client: httpx.Client, run: str) -> list[str]:
    lines = client.get("/metrics").text.splitlines()
    return [line for line in lines if line.startswith("cloudfair_run_alarms{") and run in line]


def test_alarm_is_alike_everywhere(client: httpx.Client, short: str) -> None:
    raised = client.get(f"/runs/{short}/snapshot").json()["measures"]["alarms"]["raised"]
    (matter,) = matters(client, short)
    (alarm,) = raised.items()
    assert (matter["alarm"], matter["text"]) == (alarm[0], text_of(*alarm))
    assert {name: matter[name] for name in ("state", "since_ms")} == {
        name: alarm[1][name] for name in ("state", "since_ms")
    }
    assert metric(client, short) == [
        f'cloudfair_run_alarms{{alarm="platform.capacity",answer="none",run="{short}",state="over"}} 1.0'
    ]


def test_acknowledged_alarm_says_so_until_it_ends(client: httpx.Client, short: str) -> None:
    kept = say(client, short, kind="acknowledge", alarm="platform.capacity").json()
    assert (kept["applied_at_ms"], kept["refused"]) == (HOUR, None)
    answer = {"alarm": "platform.capacity", "kind": "acknowledged", "at_ms": HOUR, "until_ms": None}
    assert [each["answer"] for each in matters(client, short)] == [answer]
    assert 'answer="acknowledged"' in metric(client, short)[0]
    sent = send(client, short, [*OUTAGE, *LATER, *OVER], len(OUTAGE), len(OUTAGE) + len(LATER) + len(OVER))
    assert sent.json()["commands"] == []  # the run has nothing to do
    assert [(each["since_ms"], each["answer"]) for each in matters(client, short)] == [(3 * HOUR, None)]
    assert [each["answer"] for each in matters(client, short, f"?at={HOUR + MINUTE}")] == [answer]


def test_snoozed_alarm_is_quiet_for_its_time(client: httpx.Client, short: str) -> None:
    say(client, short, kind="snooze", alarm="platform.capacity", for_min=20).raise_for_status()
    send(client, short, [*OUTAGE, *LATER], len(OUTAGE), len(OUTAGE) + len(LATER)).raise_for_status()
    quiet = {minute: matters(client, short, f"?at={HOUR + minute * MINUTE}")[0]["answer"] for minute in (0, 19, 20)}
    snoozed = {"alarm": "platform.capacity", "kind": "snoozed", "at_ms": HOUR, "until_ms": HOUR + 20 * MINUTE}
    assert quiet == {0: snoozed, 19: snoozed, 20: None}


def test_alarm_that_is_not_raised_takes_no_answer(client: httpx.Client, short: str) -> None:
    answer = say(client, short, kind="acknowledge", alarm="venue.cap")
    assert answer.status_code == 409
    assert answer.json()["detail"] == (
        f"run {short}: the alarm venue.cap is not raised now; raised are platform.capacity"
    )
    refused = say(client, short, kind="snooze", alarm="platform.capacity", for_min=0)
    assert refused.json()["detail"] == "body.for_min: it is out of range; at least 1.0 is allowed"
