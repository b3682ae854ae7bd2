"""The messages of the live feed: JSON texts over a WebSocket; the field `type` names the kind of each.

The server greets with `hello`. The client sends `subscribe`. The server answers with a `snapshot`; if the client
resumes, with a `patch`, or with a `reset` and a `snapshot`. Then it sends patches as the run goes on, and `end` after
the last one. A client that is more than 64 frames behind gets a `snapshot` again.

Playback: with `seek`, `play`, `pause` and `step` a watcher leaves the run as it goes, and moves through its past on its
own; `live` brings it back. The server answers each of them with `playback`, and then sends frames: a `patch` from what
the watcher saw last, or a `snapshot`; their `at_ms` is the watcher's clock. The server closes the connection after the
`end` of a run; to move through a run that has ended, `subscribe` with `at_ms`. On the feed of two runs both are at the
watcher's moment; steps count events of a, as far as b has come.

If the backend needs a token, programs send the header `Authorization: Bearer TOKEN`. A page cannot: it offers the
WebSocket subprotocols `cloudfair` and `bearer.` followed by the token in base64url without padding,

    const base64url = btoa(token).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
    new WebSocket(url, ["cloudfair", "bearer." + base64url])

and the server answers with `cloudfair`. The token is in no URL, and in no log.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from fairfacts.event import Milliseconds
from fairfacts.wall_clock import now

PROTOCOL = 1
MAX_RATE_HZ = 20.0
MAX_MESSAGES_PER_S = 100
"""How many messages a client may send in a second; the server closes the connection of one that sends more."""

Speed = Annotated[float, msgspec.Meta(ge=0.1, le=100_000)]


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=str.lower, forbid_unknown_fields=True):
    """The part that all messages share: the type."""


class Hello(Message, frozen=True, kw_only=True):
    """The server sends it first: which feed this is, and how far the run has come."""

    protocol: int
    run: str
    feed: str
    """The feed token. It differs after a restart of the backend; no frame of the feed before can then be resumed."""
    head: int
    """How many events the log holds."""
    at_ms: int
    """Simulated time of the latest event."""
    wall: str
    """The server's clock, ISO 8601 in UTC."""


class Subscribe(Message, frozen=True, kw_only=True):
    """The client sends it: what it wants to see. A second one replaces the first."""

    parts: list[str] = []
    """Dotted paths of the snapshot, such as `negotiations.initiated` or `run`; an empty list stands for all. On the
    feed of two runs: `a`, `b`, a part of one (`a.negotiations`), or `difference`."""
    rate_hz: Annotated[float, msgspec.Meta(gt=0, le=MAX_RATE_HZ)] = 5.0
    """How many frames a second at most."""
    resume: str | None = None
    """The token of the last frame that the client saw, to go on from it; `reset` answers it with other parts."""
    acknowledge: bool = False
    """Whether each frame, and the `end`, waits for the `ack` of the frame before."""
    at_ms: Milliseconds | None = None
    """Begin at this simulated moment, not with the run as it goes; a moment in the future stands for the latest one."""
    speed: Speed | None = None
    """Play on from `at_ms` at so many simulated seconds per second; without it, pause there."""


class Ack(Message, frozen=True, kw_only=True):
    """The client sends it: it has received this frame and is ready for another."""

    frame: int


class Seek(Message, frozen=True, kw_only=True):
    """The client sends it: show the run as it was at a moment. If it was playing, it plays on from there."""

    at_ms: Milliseconds


class Play(Message, frozen=True, kw_only=True):
    """The client sends it: play on from here. A client that reaches the latest moment is `live` again."""

    speed: Speed
    """Simulated seconds per second: at 60 an hour takes a minute."""


class Pause(Message, frozen=True, kw_only=True):
    """The client sends it: pause here."""


class Step(Message, frozen=True, kw_only=True):
    """The client sends it: pause, and go some events forward, or back if the number is negative."""

    events: Annotated[int, msgspec.Meta(ge=-1_000_000, le=1_000_000)] = 1


class Live(Message, frozen=True, kw_only=True):
    """The client sends it: go back to the run as it goes; a snapshot follows."""


class Snapshot(Message, frozen=True, kw_only=True):
    """All subscribed parts, at one position of the log."""

    frame: int
    position: int
    """How many events are in it."""
    at_ms: int
    """The simulated moment that it shows: of the latest event, or in playback the watcher's clock."""
    state: dict[str, Any]
    token: str
    """`subscribe` resumes from this frame with it; empty in playback."""


class Patch(Message, frozen=True, kw_only=True, rename={"from_": "from"}):
    """The changes since the last frame that the server sent to this client."""

    from_: int
    to: int
    """The frame that the patch makes."""
    position: int
    at_ms: int
    patch: dict[str, Any]
    """RFC 7396 merge patch of the state."""
    merged: int
    """How many frames it merges; more than 1 if the client was slow, or subscribed at a lower rate."""
    token: str


class Lags(msgspec.Struct, frozen=True, kw_only=True):
    """How long the latest data took on their way, in ms of wall time."""

    model_to_intake: float | None
    """From the closing of a batch by the model to its arrival; null if the model does not say."""
    intake_to_fold: float
    """From the arrival of a batch to its place in the measures."""
    fold_to_socket: float
    """From there until the operating system took this client's frame."""


class Heartbeat(Message, frozen=True, kw_only=True):
    """The server sends it about every two seconds, also when nothing happens: clocks and lags."""

    wall: str
    at_ms: int
    position: int
    lag_ms: Lags


class Playback(Message, frozen=True, kw_only=True):
    """The watcher's clock from now on: the answer to each move, and at the latest moment."""

    mode: Literal["live", "playing", "paused"]
    """When playback reaches the latest moment, the server sets `live`, or `paused` if the run has ended."""
    at_ms: int
    """The simulated moment of the watcher's clock."""
    speed: float | None
    """Simulated seconds per second; null in the other modes."""


class Reset(Message, frozen=True, kw_only=True):
    """The client cannot resume, and the reason; a snapshot follows."""

    reason: str


class End(Message, frozen=True, kw_only=True):
    """The run has ended and the server has sent its last frame; it closes the connection."""

    digest: str
    """SHA-256 over the NDJSON of all its events."""
    position: int


class PairHello(Message, frozen=True, kw_only=True, tag="hello"):
    """The server sends it first on the feed of two runs: which runs these are, and how far both have come."""

    protocol: int
    a: str
    b: str
    feed: str
    """The feed token, as in a run's `hello`."""
    at_ms: int
    """The simulated moment that both have reached; a run that has ended waits for the other."""
    wall: str


class PairEnd(Message, frozen=True, kw_only=True, tag="end"):
    """Both runs have ended and the server has sent the last frame; it closes the connection."""

    a: str
    """SHA-256 over the NDJSON of all events of a."""
    b: str
    position: int
    """How many events both have, together."""


Move = Seek | Play | Pause | Step | Live
ClientMessage = Subscribe | Ack | Seek | Play | Pause | Step | Live
ServerMessage = Hello | Snapshot | Patch | Heartbeat | Playback | Reset | End
PairMessage = PairHello | Snapshot | Patch | Heartbeat | Playback | Reset | PairEnd
"""The messages of the server on the feed of two runs; their state is `{"a": ..., "b": ..., "difference": ...}`."""


def wall_time() -> str:
    """Return the server's clock, as messages have it: ISO 8601 in UTC, to the millisecond."""
    return now().isoformat(timespec="milliseconds")
