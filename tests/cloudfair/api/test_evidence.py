"""What the backend says of the evidence: the audit of the figures, headlines by other rules, the report."""

from __future__ import annotations

import httpx
import msgspec
from tests.cloudfair.example import example, send

from fairfacts.evidence.counting import Counting, counted
from fairfacts.evidence.folder import known_fair
from fairfacts.evidence.identities import audit

KNOWN = known_fair("ciftis2020")

EVENTS = example(300)


def test_audit_is_that_of_the_figures_of_the_fair(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 100)
    told = client.get(f"/runs/{run}/figures/audit").raise_for_status().json()
    checks = msgspec.json.decode(msgspec.json.encode(audit(KNOWN.figures, KNOWN.identities)))
    assert told == {"fair": "ciftis2020", "missing": "", "checks": checks}


def test_headlines_are_counted_by_every_rule_once_the_run_has_ended(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 100)
    assert client.get(f"/runs/{run}/counts").status_code == 409
    send(client, run, EVENTS, 100)
    counting = Counting(KNOWN.rules)
    counting.handle(EVENTS)
    rows = counted(counting.counts(), KNOWN.rules, KNOWN.figures, client.get(f"/runs/{run}").json()["scale"])
    assert client.get(f"/runs/{run}/counts").json() == {"run": run, "counts": msgspec.to_builtins(rows)}


def test_backend_without_a_launcher_writes_no_report(client: httpx.Client, run: str) -> None:
    answer = client.get(f"/runs/{run}/report")
    assert answer.status_code == 501
    assert "fair report" in answer.json()["detail"]
