"""`fair watch`: the feed in the terminal."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

import httpx
from rich.console import Console
from tests.faircli.fair import SMALL, Fair, Played

from faircli import watching
from fairfacts.alarm_answers import AlarmAnswer
from fairfacts.measures import State


def test_watch_follows_a_run_to_its_final_measures(fair: Fair) -> None:
    with fair.serving() as (url, _):
        running = fair.start("run", *SMALL, "--to", url, "--speed", "3600", "--json")
        while not (runs := httpx.get(f"{url}/runs").json()):
            pass
        watching = fair.start("watch", "--from", url, "--json")
        frames = [json.loads(watching.stdout.readline()) for _ in range(3)]
        httpx.post(f"{url}/runs/{runs[0]['id']}/commands", json={"kind": "speed", "speed": "max"}).raise_for_status()
        rest, _ = watching.communicate(timeout=120)
        result = json.loads(running.communicate(timeout=60)[0])
    frames += [json.loads(line) for line in rest.splitlines()]
    last = frames[-1]
    measures = result["measures"]
    assert (watching.returncode, last["position"]) == (0, result["events"])
    assert last["run"] == measures["run"]
    assert last["negotiations"] == {name: measures["negotiations"][name] for name in last["negotiations"]}


def test_watching_shows_a_table(played: tuple[Fair, dict[str, str]]) -> None:
    fair, result = played
    with fair.serving() as (url, _):
        done = fair("watch", "--from", url)
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[-1] == f"ended with digest {result['digest']}"
    clock = ["Thu", "10", "Sep", "00:00", "Asia/Shanghai"]
    assert lines[0].split() == [result["run"], *clock, f"{result['events']:,}", "events"]


def watched(height: int, width: int = 100, answers: Sequence[AlarmAnswer] = ()) -> list[str]:
    """What the terminal shows of a busy moment at a height."""
    state: dict[str, Any] = State().snapshot()
    state["run"] |= {"epoch": "2020-09-04T00:00:00+08:00", "at_ms": 3_600_000, "events": 5}
    state["negotiations"]["initiated"], state["agreements"]["value_usd"] = 154_321, 12_345_678_901
    raised = {"lapses": {"state": "over", "value": 0.5, "limit": 0.1, "since_ms": 3_000_000}}
    state["alarms"] = {"raised": raised, "out_of_balance": ["visits"]}
    state["notices"] = {"latest": {str(n): {"at_ms": n, "text": f"notice {n}"} for n in range(5)}}
    console = Console(width=width, height=height, file=io.StringIO())
    console.print(watching._view("r", state, width, height, answers))
    return console.file.getvalue().splitlines()


def test_alarms_are_on_a_screen_of_any_height() -> None:
    for height in (6, 10, 24, 30, 60):
        lines = watched(height)
        assert len(lines) < height
        assert lines[1:3] == ["! out of balance: visits", "! lapses: 0.5 of 0.1"]
    assert lines[-3:] == [f"- Fri 4 Sep 00:00  notice {n}" for n in (2, 3, 4)]
    assert len([line for line in watched(24) if "." in line.split(" ")[0]]) == 24 - 2 - 4


def test_numbers_are_whole_on_a_screen_of_any_width() -> None:
    for width in (30, 40, 50, 80):
        lines = [line.split() for line in watched(60, width=width)]
        begin = next(place for place, words in enumerate(lines) if words[:2] == ["measure", "now"]) + 1
        rows = lines[begin : begin + len(watching.SHOWN)]
        assert all(path.endswith(row[0].lstrip("…")) for path, row in zip(watching.SHOWN, rows, strict=True))
        assert [row[1] for row in rows if row[0].endswith(("initiated", "_usd"))] == ["154,321", "12,345,678,901"]


def test_alarm_that_somebody_sees_to_says_so() -> None:
    lines = watched(24, answers=[AlarmAnswer("lapses", "acknowledged", 3_600_000)])
    assert lines[2] == "! lapses: 0.5 of 0.1 (acknowledged)"


def test_an_alarm_names_its_gate_as_people_do(fair: Fair) -> None:
    run = fair.json("run", "cicpe2021", "--scale", "0.002")["run"]
    state: dict[str, Any] = State().snapshot()
    queue = {"state": "over", "value": 900.0, "limit": 600.0, "since_ms": 0, "where": "gate 1"}
    state["alarms"] = {"raised": {"venue.queue": queue}, "out_of_balance": []}
    with fair.serving() as (url, _):
        named, numbered = (watching._Run(f"{url}/runs/{each}", {}).gates(state) for each in (run, "none"))
    assert "Security gate 2" in watching._alarms(state, (), named)[0]
    assert "Gate 2" in watching._alarms(state, (), numbered)[0]


def test_the_last_frame_alone_is_printed_off_a_terminal(played: Played) -> None:
    fair, result = played
    with fair.serving() as (url, _):
        lines = fair("watch", "--from", url).stdout.splitlines()
    assert sum(result["run"] in line for line in lines) == 1
    assert [line.split()[0] for line in lines if line.startswith("visits.online")] == ["visits.online"]


def test_a_run_that_the_backend_does_not_have_is_named(played: Played) -> None:
    fair, result = played
    wrong = result["run"][:-1] + "8"
    with fair.serving() as (url, _):
        done = fair("watch", wrong, "--from", url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: the backend at {url} has no run {wrong}; did you mean {result['run']}?\n"
