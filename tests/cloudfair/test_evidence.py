"""What the backend says of the evidence: the audit of the figures, headlines by other rules, the report."""

from __future__ import annotations

import httpx
import msgspec
from tests.cloudfair.example import example, send

from fairfacts.counting import RULES, Counting, counted
from fairfacts.figures import load_figures
from fairfacts.identities import audit

EVENTS = example(300)


def test_audit_is_that_of_the_figures(client: httpx.Client) -> None:
    told = client.get("/figures/audit").raise_for_status().json()
    assert told == {"checks": msgspec.json.decode(msgspec.json.encode(audit(load_figures())))}


def test_headlines_are_counted_by_every_rule_once_the_run_has_ended(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 100)
    assert client.get(f"/runs/{run}/counts").status_code == 409
    send(client, run, EVENTS, 100)
    counting = Counting()
    counting.hear(EVENTS)
    rows = counted(counting.counts(), RULES, load_figures(), client.get(f"/runs/{run}").json()["scale"])
    assert client.get(f"/runs/{run}/counts").json() == {"run": run, "counts": msgspec.to_builtins(rows)}


def test_backend_without_a_launcher_writes_no_report(client: httpx.Client, run: str) -> None:
    answer = client.get(f"/runs/{run}/report")
    assert answer.status_code == 501
    assert "fair report" in answer.json()["detail"]
