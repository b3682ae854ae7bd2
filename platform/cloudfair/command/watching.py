"""`fair watch`: a run's live measures in the terminal."""

from __future__ import annotations

import json
from typing import Annotated, Any

import httpx
import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect

from cloudfair.command.options import DEFAULT_HOST, DEFAULT_PORT, Json, Token
from cloudfair.command.show import err, number, out, simulated_clock, table
from cloudfair.merge_patch import apply
from fairfacts.errors import BackendError
from fairfacts.measures import MEASURES, value_at

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
TOLD = ("alarms", "notices.latest")
"""What is said below the measures."""


def watch(
    run: Annotated[str | None, typer.Argument(help="A run's id; the latest without one.")] = None,
    *,
    url: Annotated[str, typer.Option("--from", help="URL of the backend.")] = f"http://{DEFAULT_HOST}:{DEFAULT_PORT}",
    rate: Annotated[float, typer.Option(min=0.1, max=20, help="Frames a second at most.")] = 5.0,
    token: Token = None,
    as_json: Json = False,
) -> None:
    """Watch a run's measures as they change, until it ends; with --json, one object a frame."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    run_id = _chosen(url, run, headers)
    address = f"{url.rstrip('/').replace('http', 'ws', 1)}/runs/{run_id}/live"
    parts = ["run", *SHOWN, *TOLD]
    state: dict[str, Any] = {}
    try:
        with (
            connect(address, max_queue=1, compression=None, additional_headers=headers) as socket,
            Live(console=out, auto_refresh=False, transient=as_json) as live,
        ):
            socket.send(json.dumps({"type": "subscribe", "parts": parts, "rate_hz": rate, "acknowledge": True}))
            while (message := json.loads(socket.recv()))["type"] != "end":
                if message["type"] not in ("snapshot", "patch"):
                    continue
                state = message["state"] if message["type"] == "snapshot" else apply(state, message["patch"])
                frame = message.get("frame", message.get("to"))
                socket.send(json.dumps({"type": "ack", "frame": frame}))
                if as_json:
                    out.file.write(json.dumps({"frame": frame, "position": message["position"], **state}) + "\n")
                else:
                    live.update(_view(run_id, state), refresh=True)
        if not as_json:
            out.print(f"\nended with digest {message['digest']}", highlight=False, soft_wrap=True)
    except ConnectionClosed as fault:
        reason = fault.rcvd.reason if fault.rcvd else "no word of why"
        raise BackendError(
            f"the feed of {run_id} broke off ({reason}); watch again when the backend is back"
        ) from fault
    except (OSError, WebSocketException) as fault:
        raise BackendError(f"no feed at {address} ({fault}); is the backend running? fair serve starts one") from fault
    except KeyboardInterrupt:
        err.print("left the feed; the run goes on")


def _chosen(url: str, run: str | None, headers: dict[str, str]) -> str:
    try:
        runs = httpx.get(f"{url.rstrip('/')}/runs", headers=headers).raise_for_status().json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as fault:
        raise BackendError(f"no backend at {url} ({fault}); fair serve starts one") from fault
    if run is not None:
        return run
    if not runs:
        raise BackendError(f"the backend at {url} has no run yet; fair run ciftis2020 plays one")
    return str(runs[0]["id"])


def _view(run_id: str, state: dict[str, Any]) -> Group:
    """Return what the terminal shows of a state."""
    clock = simulated_clock(state["run"]["epoch"], state["run"]["at_ms"])
    head = Text(f"{run_id}  {clock} Beijing  {state['run']['events']:,} events", style="bold")
    rows = ((path, number(value_at(state, path)), MEASURES[path].partition(" · ")[0]) for path in SHOWN)
    shown = table("", (("measure", "left"), ("now", "right"), ("unit", "left")), rows)
    return Group(head, shown, *(Text(f"{sign} {said}") for sign, said in _told(state)))


def _told(state: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the alarms, worst first, and the latest notices, each with its sign."""
    raised = sorted(state["alarms"]["raised"].items(), key=lambda alarm: alarm[1]["state"])
    alarms = [
        ("!", f"{name} is {alarm['state']}: {number(alarm['value'])} of {number(alarm['limit'])}")
        for name, alarm in raised
    ]
    broken = [("!", f"out of balance: {balance}") for balance in state["alarms"]["out_of_balance"]]
    epoch, notices = state["run"]["epoch"], list(state["notices"]["latest"].values())[-3:]
    return broken + alarms + [("-", f"{simulated_clock(epoch, said['at_ms'])}  {said['text']}") for said in notices]
