"""Follows the live feed of a run, and draws its frames."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import httpx
import msgspec
from rich.console import Group
from rich.live import Live
from rich.text import Text
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from cloudfair.feed.merge_patch import apply
from faircli.connection import authorization, detail_of, is_secure
from faircli.console import note, out, say
from faircli.defaults import BACKEND
from faircli.tables import GAP, fitting_table
from faircli.text import number
from fairfacts.alarm_answers import AlarmAnswer, answer_of, holding
from fairfacts.clock import moment_text, read_epoch
from fairfacts.errors import BackendError, did_you_mean
from fairfacts.measures import MEASURES, counted, is_nothing, value_at
from fairfacts.operator_commands import AlarmCommand, NumberedCommand
from fairfacts.parts.alarms import text_of
from fairfacts.parts.fairs import Described, FairDescription

T = TypeVar("T")
SHOWN = (
    "organisations.registered",
    "visits.online",
    "streams.live",
    "streams.viewers",
    "programme.live",
    "venue.inside",
    "venue.waiting",
    "projects.published",
    "negotiations.initiated",
    "negotiations.initiated_overseas",
    "negotiations.waiting",
    "negotiations.talking",
    "negotiations.held",
    "negotiations.lapse_share",
    "negotiations.waited_p90_s",
    "agreements.signed",
    "agreements.value_usd",
    "platform.capacity_share",
    "platform.rooms_in_use",
    "platform.requests_per_s",
    "platform.logins_refused",
    "streams.refused",
)
BESIDE = ("alarms", "notices.latest")
"""What stands above the measures (alarms) and below them (notices)."""
NOTICES = 3
ASK_S = 5.0
"""How often the operators' answers to alarms are asked for, while one is raised."""


def watch_run(url: str, run: str | None, rate_hz: float, token: str | None, *, as_json: bool) -> None:
    """Show a run's frames until it ends.

    Raises:
        BackendError: no backend answers at the URL, it refuses, or the feed breaks off.
    """
    headers = authorization(token)
    run_id = _chosen(url, run, headers)
    screen = _JsonLines() if as_json else _Screen(run_id, _Run(f"{url}/runs/{run_id}", headers))
    try:
        with _connected(url, run_id, headers) as socket, screen:
            for message in _frames(socket, run_id, rate_hz):
                screen.show(message)
    except KeyboardInterrupt:
        note("left the feed; the run goes on")


def _frames(socket: ClientConnection, run: str, rate_hz: float) -> Iterator[dict[str, Any]]:
    """Yield each frame with the state after it, then the message that ends the feed."""
    state: dict[str, Any] = {}
    with _in_words(run):
        parts = list(dict.fromkeys(["run", *SHOWN, *(of for path in SHOWN for of in counted(path)), *BESIDE]))
        socket.send(json.dumps({"type": "subscribe", "parts": parts, "rate_hz": rate_hz, "acknowledge": True}))
    while True:
        with _in_words(run):
            message = json.loads(socket.recv())
        if message["type"] in ("snapshot", "patch"):
            state = message["state"] if message["type"] == "snapshot" else apply(state, message["patch"])
            frame = message.get("frame", message.get("to"))
            with _in_words(run):
                socket.send(json.dumps({"type": "ack", "frame": frame}))
            yield {"frame": frame, "position": message["position"], "state": state}
        elif message["type"] == "end":
            yield message
            return


class _Run:
    """Asks the backend for what the feed does not hold, while an alarm is raised."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        self._address, self._headers = address, headers
        self._asked_at = float("-inf")
        self._answers: list[AlarmAnswer] = []
        self._gates: tuple[Described, ...] | None = None

    def answers(self, state: dict[str, Any]) -> list[AlarmAnswer]:
        """Return what operators said of the alarms, as of some seconds ago at most: it stands with the commands."""
        if state["alarms"]["raised"] and time.monotonic() - self._asked_at >= ASK_S:
            self._asked_at = time.monotonic()
            commands = self._asked("commands", list[NumberedCommand])
            if commands is not None:
                self._answers = [
                    answer_of(each.command, each.applied_at_ms)
                    for each in commands
                    if isinstance(each.command, AlarmCommand) and each.applied_at_ms is not None
                ]
        return self._answers

    def gates(self, state: dict[str, Any]) -> tuple[Described, ...]:
        """Return the gates of the fair, by whose names people know them; none if they have no names."""
        if state["alarms"]["raised"] and self._gates is None:
            answer = self._asked("fair", _FairAnswer)
            self._gates = answer.fair.gates if answer else ()
        return self._gates or ()

    def _asked(self, what: str, as_type: type[T]) -> T | None:
        """Return an answer of the backend, None if it gives none: the feed goes on, and says so if it is gone."""
        address = f"{self._address}/{what}"
        try:
            answer = httpx.get(address, headers=self._headers, verify=is_secure(address))
            return msgspec.json.decode(answer.content, type=as_type) if answer.is_success else None
        except (httpx.HTTPError, msgspec.DecodeError):
            return None


class _FairAnswer(msgspec.Struct):
    fair: FairDescription


class _JsonLines:
    """Prints one JSON object a frame."""

    def __enter__(self) -> _JsonLines:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, message: dict[str, Any]) -> None:
        if "state" in message:
            line = {"frame": message["frame"], "position": message["position"], **message["state"]}
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


class _Screen:
    """Draws frames in a terminal, each over the last; off a terminal, prints the last one."""

    def __init__(self, name: str, run: _Run) -> None:
        self._name, self._run = name, run
        self._live = Live(console=out, auto_refresh=False, vertical_overflow="crop")
        self._last: dict[str, Any] | None = None

    def __enter__(self) -> _Screen:
        if out.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if out.is_terminal:
            self._live.stop()
        elif self._last is not None:
            out.print(self._view(self._last, None))

    def show(self, message: dict[str, Any]) -> None:
        if "state" not in message:
            self._end(message["digest"])
            return
        self._last = message["state"]
        if out.is_terminal:
            self._live.update(self._view(self._last, out.height), refresh=True)

    def _view(self, state: dict[str, Any], height: int | None) -> Group:
        return _view(self._name, state, out.width, height, self._run.answers(state), self._run.gates(state))

    def _end(self, digest: str) -> None:
        self.__exit__()
        self._last = None
        say(f"\nended with digest {digest}")


@contextmanager
def _connected(url: str, run: str, headers: dict[str, str]) -> Iterator[ClientConnection]:
    address = f"{url.replace('http', 'ws', 1)}/runs/{run}/live"
    try:
        socket = connect(address, max_queue=1, compression=None, additional_headers=headers)
    except InvalidStatus as fault:
        status, body = fault.response.status_code, bytes(fault.response.body)
        answer = httpx.Response(status, content=body, request=httpx.Request("GET", address))
        raise BackendError(detail_of(answer)) from fault
    except (OSError, WebSocketException) as fault:
        raise BackendError(f"no feed at {address} ({fault}); is the backend running? fair serve starts one") from fault
    with socket:
        yield socket


@contextmanager
def _in_words(run: str) -> Iterator[None]:
    """Turn a feed that breaks off into words; what standard output does is not the feed's fault."""
    try:
        yield
    except ConnectionClosed as fault:
        reason = fault.rcvd.reason if fault.rcvd else "it gave no reason"
        raise BackendError(f"the feed of {run} broke off ({reason}); watch again when the backend is back") from fault
    except (OSError, WebSocketException) as fault:
        raise BackendError(f"the feed of {run} broke off ({fault}); watch again when the backend is back") from fault


def _chosen(url: str, run: str | None, headers: dict[str, str]) -> str:
    """Return the run that is named, or the backend's latest."""
    try:
        answer = httpx.get(f"{url}/runs", headers=headers, verify=is_secure(url))
        runs = answer.json() if answer.is_success else None
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as fault:
        raise BackendError(f"{url} is no URL of a backend; write one such as {BACKEND}") from fault
    except (httpx.HTTPError, ValueError) as fault:
        raise BackendError(f"no backend at {url} ({fault}); fair serve starts one") from fault
    if run is not None and answer.status_code == httpx.codes.MISDIRECTED_REQUEST:
        return run  # a relay has feeds, and no list of them
    if runs is None:
        raise BackendError(detail_of(answer))
    if not runs:
        raise BackendError(f"the backend at {url} has no run yet; fair run ciftis2020 plays one")
    ids = [str(row["id"]) for row in runs]
    if run is not None and run not in ids:
        raise BackendError(f"the backend at {url} has no run {run}; {did_you_mean(run, ids)}")
    return run or ids[0]


def _view(
    run: str,
    state: dict[str, Any],
    width: int,
    height: int | None,
    answers: Sequence[AlarmAnswer] = (),
    gates: Sequence[Described] = (),
) -> Group:
    """Return what the terminal shows of a state: what does not fit is left out, alarms never; numbers stay whole."""
    began = _began(state)
    clock = f"{moment_text(began, state['run']['at_ms'])} {began.tzinfo}"
    head = Text(f"{run}  {clock}  {state['run']['events']:,} events", style="bold")
    alarms = [Text(f"! {line}", style="bold red") for line in _alarms(state, answers, gates)]
    notices = [Text(f"- {line}") for line in _notices(state)]
    rows = [(path, _value(state, path), _unit(path)) for path in SHOWN]
    if height is not None:
        room = max(height - len(alarms) - 4, 1)  # the head, the table's head, and the line that the cursor stands in
        notices = notices[: max(room - len(rows), 0)]
        rows = rows[:room]
    columns = (("measure", "left"), ("now", "right"), ("unit", "left"))
    left = width - GAP - max(len(value) for _, value, _ in rows)
    rows = [(_end_of(path, left), value, unit) for path, value, unit in rows]
    return Group(head, *alarms, fitting_table("", columns, rows, width), *notices)


def _end_of(path: str, width: int) -> str:
    """Return a measure's path, in a narrow column only its end: beginnings are alike."""
    return path if len(path) <= width else f"…{path[len(path) - max(width, 1) + 1 :]}"


def _began(state: dict[str, Any]) -> datetime:
    return read_epoch(state["run"]["epoch"], state["run"]["time_zone"])


def _unit(path: str) -> str:
    return MEASURES[path].unit


def _value(state: dict[str, Any], path: str) -> str:
    return "–" if is_nothing(path, state) else number(value_at(state, path))


def _alarms(state: dict[str, Any], answers: Sequence[AlarmAnswer], gates: Sequence[Described]) -> list[str]:
    """Return what is out of balance, then the alarms, the worst first, with what was said of them."""
    at_ms = state["run"]["at_ms"]
    raised = sorted(state["alarms"]["raised"].items(), key=lambda alarm: alarm[1]["state"])
    broken = [f"out of balance: {balance}" for balance in state["alarms"]["out_of_balance"]]
    held = {name: holding(answers, name, alarm["since_ms"], at_ms) for name, alarm in raised}
    remarks = {name: f" ({answer.kind})" if answer else "" for name, answer in held.items()}
    return broken + [text_of(name, alarm, gates) + remarks[name] for name, alarm in raised]


def _notices(state: dict[str, Any]) -> list[str]:
    """Return the latest notices, the newest last."""
    began, latest = _began(state), list(state["notices"]["latest"].values())[-NOTICES:]
    return [f"{moment_text(began, notice['at_ms'])}  {notice['text']}" for notice in latest]
