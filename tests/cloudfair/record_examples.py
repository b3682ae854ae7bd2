"""Records the examples of the OpenAPI document from a real backend: `python -m tests.cloudfair.record_examples`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import httpx
import msgspec
from tests.cloudfair.example import NEW_RUN, example
from tests.faircli.fair import Fair, wait_until

from cloudfair.export.cloudevents import STRUCTURED
from cloudfair.http import examples
from cloudfair.http.examples import Example
from fairfacts.events import encode

TARGET = Path(examples.__file__).parent / examples.FILE
RUN, OTHER, BADGES = "ciftis2020-s7-abcd", "ciftis2020-s8-efgh", "badges-s0-ijkl"
MANY = 30
"""Of a breakdown with so many keys, and of every list, the first ones are enough."""
BADGE = {
    "specversion": "1.0",
    "id": "read-1",
    "source": "/gates/2",
    "type": "org.example.visitor.entered",
    "time": "2020-09-05T09:00:03+08:00",
    "data": {"visitor": 0, "organisation": 0, "economy": "CN", "gate": 2, "waited_ms": 1500, "checked_ms": 800},
}
PARTS = {"/asyncapi.json": ("asyncapi", "info"), "/scenarios/schema": ("$schema", "title", "type")}
"""Of documents that are long, what is enough to know them by."""


class Recorder:
    """Asks a backend, and remembers what it answered."""

    def __init__(self, client: httpx.Client, names: dict[str, str]) -> None:
        self._client, self._names = client, names
        self.found: dict[str, Example] = {}

    def ask(self, method: str, path: str, *, body: Any = None, media: str = "application/json", **values: Any) -> Any:
        """Ask and return the answer; `values` are of the path and of the query."""
        in_path = {name: value for name, value in values.items() if f"{{{name}}}" in path}
        query = {name: value for name, value in values.items() if name not in in_path}
        content = None if body is None else body if isinstance(body, str) else json.dumps(body)
        answer = self._client.request(
            method, path.format(**in_path), params=query, content=content, headers={"Content-Type": media}
        )
        assert answer.is_success, (method, path, answer.text)
        kind = answer.headers["content-type"]
        said = answer.json() if "json" in kind else None if "parquet" in kind else _lines(answer.text)
        shown = {key: said[key] for key in PARTS[path]} if path in PARTS else _shortened(said)
        known = Example(parameters=values, body=_lines(body) if isinstance(body, str) else body, answer=shown)
        self.found[f"{method} {path}"] = msgspec.convert(self._renamed(msgspec.to_builtins(known)), Example)
        return said

    def _renamed(self, value: Any) -> Any:
        text = json.dumps(value, ensure_ascii=False)
        for made, name in self._names.items():
            text = text.replace(made, name)
        return json.loads(text)


def record(folder: Path) -> dict[str, Example]:
    """Return an example of every route."""
    with Fair(folder).serving() as (url, _), httpx.Client(base_url=url, timeout=120) as client:
        run, other = (
            client.post("/runs/start", json={"scenario": "opening-night", "scale": 0.02, "seed": seed}).json()["run"]
            for seed in (7, 8)
        )
        wait_until(lambda: all(client.get(f"/runs/{one}").json()["state"] == "ended" for one in (run, other)), 300)
        ask = Recorder(client, {run: RUN, other: OTHER, url: "http://127.0.0.1:8000", str(folder): "/home/fair"})
        _ask_all(ask, run, other)
        return ask.found


def _ask_all(recorder: Recorder, run: str, other: str) -> None:
    ask = recorder.ask
    for path in ("/health", "/ready", "/asyncapi.json", "/metrics", "/scenarios", "/scenarios/schema"):
        ask("GET", path)
    ask("GET", "/runs")
    badges = {"scenario": "badges", "seed": 0, "version": "reader-1"}
    modelled = {name: value for name, value in NEW_RUN.items() if name != "request"}
    begun = [ask("POST", "/runs", body=body)["run"] for body in (modelled, badges)][::-1]
    recorder._names |= dict(zip(begun, (BADGES, "example-s7-mnop"), strict=True))
    ask("POST", "/runs/{run}/cloudevents", run=begun[0], body=BADGE, media=STRUCTURED, late_s=60, replay=True)
    ask("POST", "/runs/{run}/events", run=begun[1], body=encode(example(3, ends=False)).decode(), first=0)
    head = f"/runs/{begun[1]}/events?first=3"
    recorder._client.post(head, headers={"Fair-Pace": "max"}).raise_for_status()  # a run that nobody plays takes none
    ask("POST", "/runs/{run}/commands", run=begun[1], body={"kind": "speed", "speed": 600})
    ask("POST", "/runs/{run}/commands/{number}/obeyed", run=begun[1], number=0, body={"at_ms": 2000})
    ask("POST", "/runs/{run}/player", run=begun[1])
    ask("GET", "/runs/{run}/commands", run=begun[1])
    started = ask("POST", "/runs/start", body={"scenario": "ciftis2020", "scale": 0.01, "speed": 3600})["run"]
    recorder._names[started] = "ciftis2020-s7-qrst"
    recorder.found["POST /runs/start"].answer = {"run": "ciftis2020-s7-qrst"}
    outage = {"kind": "platform_outage", "lasts_min": 60}
    branch = ask("POST", "/runs/{run}/branch", run=run, body={"at_ms": 36_000_000, "disruption": outage})["run"]
    recorder._names[branch] = "opening-night-s7-bcde"
    recorder.found["POST /runs/{run}/branch"].answer = {"run": "opening-night-s7-bcde"}
    ask("GET", "/runs/{run}", run=run)
    snapshot = ask("GET", "/runs/{run}/snapshot", run=run, at="2020-09-05T10:30")
    recorder.found["GET /runs/{run}/snapshot"].answer["measures"] = {"run": snapshot["measures"]["run"]}
    for path in (
        "fair",
        "figures/audit",
        "outlook",
        "comparison",
        "counts",
        "report",
        "forecast",
        "parquet",
        "programme.ics",
        "schedule.json",
        "halls",
    ):
        ask("GET", f"/runs/{{run}}/{path}", run=run)
    ask("GET", "/runs/{run}/parquet/{file}", run=run, file="negotiation.requested.parquet")
    ask("GET", "/runs/{run}/events", run=run, first=3, limit=2)
    ask("POST", "/runs/{run}/query", run=run, body={
        "sql": "select hour(clock) as hour, count(*) as n from negotiation.requested group by hour order by hour",
        "rows": 24,
    })  # fmt: skip
    ask("GET", "/runs/{a}/against/{b}", a=run, b=other)
    _ask_services(recorder, run)


def _ask_services(recorder: Recorder, run: str) -> None:
    for path, one in (
        ("organisations", "organisation"), ("sessions", "session"), ("streams", "stream"), ("zones", "zone"),
        ("negotiations", "negotiation"), ("stands", None), ("projects", None), ("releases", None), ("results", None),
        ("tours", None), ("agreements", None), ("notices", None), ("disruptions", None),
    ):  # fmt: skip
        items = recorder.ask("GET", f"/runs/{{run}}/{path}", run=run, limit=2)["items"]
        if one is not None:
            recorder.ask("GET", f"/runs/{{run}}/{path}/{{{one}}}", run=run, **{one: items[0][one]})
    for path in ("negotiations/lapses", "negotiations/between", "course"):
        recorder.ask("GET", f"/runs/{{run}}/{path}", run=run)


def _shortened(value: Any) -> Any:
    """Return a value with its lists and its longest breakdowns cut short."""
    if isinstance(value, list):
        return [_shortened(each) for each in value[:2]]
    if isinstance(value, dict):
        keys = list(value)[:3] if len(value) > MANY else list(value)
        return {key: _shortened(value[key]) for key in keys}
    return value


def _lines(text: str) -> str:
    """Return the first lines of a text."""
    return "".join(text.splitlines(keepends=True)[:12])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        found = record(Path(place))
    TARGET.write_bytes(msgspec.json.format(msgspec.json.encode(dict(sorted(found.items()))), indent=1) + b"\n")
    print(f"{len(found)} examples are in {TARGET}")
