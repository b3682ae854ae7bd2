"""A run that is played is steered: it pauses, goes on, changes its speed and stops, and its log shows none of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from queue import Queue
from typing import Any

import httpx
import msgspec
import pytest
from tests.faircli.fair import PACED, SMALL, Fair, Played, head, wait_for_events, wait_until
from tests.faircli.told import beside_small_scale

from faircli import player
from faircli.outbox import LogState, Outbox
from fairfacts.event import Event
from fairfacts.events import encode
from fairfacts.operator_commands import SLOWEST, NumberedCommand, Stop
from fairfacts.parts.disruptions import AnyDisruption
from fairsim.fair import Fair as Model
from fairsim.inputs.scenario import load_scenario

OUTAGE = {"kind": "platform_outage", "capacity_share": 0.0, "lasts_min": 60.0}
CUT = {"kind": "staff_cut", "share": 0.5, "origin": "all", "lasts_min": 600.0}


def say(url: str, run: str, kind: str, **fields: Any) -> int:
    """Say something to a run, and return the number of the command."""
    answer = httpx.post(f"{url}/runs/{run}/commands", json={"kind": kind, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["number"]


def wait_for_obedience(url: str, run: str, number: int) -> dict[str, Any]:
    """Return the command once the run has obeyed it."""

    def command() -> dict[str, Any]:
        return httpx.get(f"{url}/runs/{run}/commands").json()[number]

    wait_until(lambda: command()["applied_at"] is not None)
    assert command()["refused"] is None
    return command()


def told(url: str, run: str) -> tuple[str, float | str | None]:
    details = httpx.get(f"{url}/runs/{run}").json()
    return details["state"], details["speed"]


def test_run_pauses_goes_on_and_changes_its_speed(played: Played, fair: Fair) -> None:
    _, result = played
    with fair.serving() as (url, _):
        running = fair.start("run", *SMALL, "--to", url, "--speed", PACED, "--json")
        run = wait_for_events(url, 6_000)
        paused_at_ms = wait_for_obedience(url, run, say(url, run, "pause"))["applied_at_ms"]
        wait_until(lambda: told(url, run) == ("paused", None))
        stands = httpx.get(f"{url}/runs/{run}").json()
        assert stands["at_ms"] <= paused_at_ms < stands["at_ms"] + 3_600_000
        assert wait_for_obedience(url, run, say(url, run, "speed", speed=3600))["applied_at_ms"] == paused_at_ms
        assert head(url, run) == stands["head"]
        wait_for_obedience(url, run, say(url, run, "resume"))
        wait_until(lambda: told(url, run) == ("running", 3600))
        wait_for_obedience(url, run, say(url, run, "speed", speed="max"))
        out, err = running.communicate(timeout=60)
    assert (running.returncode, beside_small_scale(err), json.loads(out)["digest"]) == (0, "", result["digest"])


def test_run_that_is_stopped_is_taken_up_again_whatever_was_said_to_it_meanwhile(played: Played, fair: Fair) -> None:
    _, result = played
    with fair.serving() as (url, _):
        running = fair.start("run", *SMALL, "--to", url, "--speed", PACED, "--json")
        run = wait_for_events(url, 6_000)
        say(url, run, "stop")
        out, err = running.communicate(timeout=60)
        complaint = f"Error: stopped by an operator; complete the run with fair run --resume {run}\n"
        assert (running.returncode, out, beside_small_scale(err), told(url, run)) == (
            1,
            "",
            complaint,
            ("stopped", None),
        )
        say(url, run, "pause")
        completed = fair.json("run", "--resume", run, "--to", url)
        commands = httpx.get(f"{url}/runs/{run}/commands").json()
    assert completed["digest"] == result["digest"]
    meanwhile = "nobody played the run then; it was taken up again since"
    assert [command["refused"] for command in commands] == [None, meanwhile]


def test_run_that_is_played_is_taken_up_by_another_player_and_has_the_log_of_one(played: Played, fair: Fair) -> None:
    """Both would write its log: the second was refused in the middle, with events that it should send again."""
    _, result = played
    with fair.serving() as (url, _):
        running = fair.start("run", *SMALL, "--to", url, "--speed", PACED, "--json")
        run = wait_for_events(url, 6_000)
        completed = fair.json("run", "--resume", run, "--to", url)
        out, err = running.communicate(timeout=60)
        state = httpx.get(f"{url}/runs/{run}").json()["state"]
    assert (completed["digest"], state) == (result["digest"], "ended")
    assert (running.returncode, out) == (1, "")
    assert beside_small_scale(err).startswith(
        f"Error: run {run}: it is played by another process, which took it up; watch it with"
    )


def test_run_is_resumed_before_its_backend_is_there_again(played: Played, fair: Fair) -> None:
    _, result = played
    with fair.serving() as (url, _):
        running = fair.start("run", *SMALL, "--to", url, "--speed", PACED, "--json")
        run = wait_for_events(url, 6_000)
        running.kill()
        running.communicate()
    resumed = fair.start("run", "--resume", run, "--to", url, "--json")
    assert resumed.stderr is not None
    assert resumed.stderr.readline().startswith(f"waiting for the backend: no backend at {url}")
    with fair.serving(port=int(url.rpartition(":")[2])):
        out, _ = resumed.communicate(timeout=60)
    assert json.loads(out)["digest"] == result["digest"]


def test_run_is_steered_at_night_when_nothing_happens(fair: Fair) -> None:
    """At a simulated second a second a small fair has no event for minutes."""
    with fair.serving() as (url, _):
        running = fair.start("run", *SMALL, "--to", url, "--speed", "1", "--json")
        run = wait_for_events(url, 0)
        wait_for_obedience(url, run, say(url, run, "stop"))
        running.communicate(timeout=60)
        assert running.returncode == 1


class SlowClock:
    """A wall clock that goes on only while somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def test_slowest_run_obeys_within_half_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, asked_s, obeyed_s = SlowClock(), 5.3, []

    class Sent(Outbox):
        def __init__(self) -> None:
            self.log_state, self.commands, self.pace = LogState(0, 0, "", 1), Queue(), ""

        def put(self, events: Iterable[Event], *, flush: bool = False) -> None:
            pass

        def poll(self) -> None:
            if clock.now_s >= asked_s and self.commands.empty():
                self.commands.put(NumberedCommand(0, Stop()))

        def acknowledge(self, command: NumberedCommand, at_ms: int, refused: str | None = None) -> None:
            obeyed_s.append(clock.now_s)

        def stop(self) -> None:
            pass

    monkeypatch.setattr(player, "time", clock)
    model = Model(load_scenario(SMALL[0], scale=float(SMALL[2])), 7)
    with pytest.raises(player.StoppedError):
        player.Player(model, Sent(), SLOWEST).play()
    assert asked_s <= obeyed_s[0] <= asked_s + 0.5


def digest_with(*disruptions: tuple[int, dict[str, Any]]) -> str:
    """The digest of the small fair with disruptions at moments, by the model alone."""
    fair = Model(load_scenario(SMALL[0], scale=float(SMALL[2])), 7)
    for at_ms, disruption in disruptions:
        fair.play_until(at_ms)
        fair.inject(msgspec.convert(disruption, AnyDisruption))
    fair.play_until(fair.duration_ms)
    return hashlib.sha256(encode(fair.take_events())).hexdigest()


def test_disrupted_run_that_is_killed_has_its_disruptions_again_when_it_is_taken_up(fair: Fair) -> None:
    with fair.serving() as (url, _):
        running = fair.start("run", *SMALL, "--to", url, "--speed", PACED)
        run = wait_for_events(url, 6_000)
        outage = wait_for_obedience(url, run, say(url, run, "disrupt", disruption=OUTAGE))
        wait_for_obedience(url, run, say(url, run, "speed", speed=43_200))
        running.kill()  # what was told of the outage may be in the log, or not yet
        running.communicate()
        say(url, run, "disrupt", disruption=CUT)  # for whoever takes it up
        completed = fair.json("run", "--resume", run, "--to", url)
        commands = httpx.get(f"{url}/runs/{run}/commands").json()
        query = {"limit": 10_000, "first": 0}
        events = []
        while query["first"] is not None:
            page = httpx.get(f"{url}/runs/{run}/events", params=query).json()
            events += [event for event in page["events"] if event["type"] == "disruption.begun"]
            query["first"] = page["next"]
    assert [(event["at_ms"], event["cause"], event["what"]) for event in events] == [
        (outage["applied_at_ms"], "injected", OUTAGE),
        (commands[2]["applied_at_ms"], "injected", CUT),
    ]
    assert [command["refused"] for command in commands] == [None, None, None]
    assert outage["applied_at_ms"] < commands[2]["applied_at_ms"]
    assert completed["digest"] == digest_with((outage["applied_at_ms"], OUTAGE), (commands[2]["applied_at_ms"], CUT))
    assert fair.json("verify", run)["ok"] is True
    again = fair.json("run", "--resume", run)
    assert again["digest"] == completed["digest"]


def test_disruption_that_is_impossible_is_refused_by_the_run_which_goes_on(played: Played, fair: Fair) -> None:
    _, result = played
    with fair.serving() as (url, _):
        running = fair.start("run", *SMALL, "--to", url, "--speed", PACED, "--json")
        run = wait_for_events(url, 6_000)
        number = say(url, run, "disrupt", disruption={"kind": "session_cancelled", "session": 99_999})

        def refused() -> str | None:
            return httpx.get(f"{url}/runs/{run}/commands").json()[number]["refused"]

        wait_until(lambda: refused() is not None)
        assert "99999" in str(refused())
        wait_for_obedience(url, run, say(url, run, "speed", speed="max"))
        out, _ = running.communicate(timeout=60)
    assert json.loads(out)["digest"] == result["digest"]
