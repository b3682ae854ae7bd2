"""The messages of the live feed: JSON texts over a WebSocket, told apart by `type`.

The server greets with `hello`. The client asks with `subscribe` and is answered with a `snapshot` (or, where it
resumes, with a `patch`, or a `reset` and a `snapshot`); then come patches as the run goes on, and `end` after the last.
A client that is more than 64 frames behind is sent a `snapshot` again.

Playback: with `seek`, `play`, `pause` and `step` a watcher leaves the run as it goes and moves through its past on its
own; `live` brings it back. Each of them is answered with `playback`, and then come frames: a `patch` from what the
watcher saw last, or a `snapshot`; their `at_ms` is the watcher's clock. As a connection is closed after the `end` of a
run, whoever wants to move through one that has ended begins in its past: `subscribe` with `at_ms`. On the feed of two
runs both are at the watcher's moment; steps count events of a, as far as b has come.

Where the backend needs a token, programs send the header `Authorization: Bearer TOKEN`. A page cannot: it offers the
WebSocket subprotocols `cloudfair` and `bearer.` followed by the token in base64url without padding,

    const base64url = btoa(token).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
    new WebSocket(url, ["cloudfair", "bearer." + base64url])

and the server answers with `cloudfair`. The token is in no URL, and in no log.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from fairfacts.event import Milliseconds

PROTOCOL = 1
MAX_RATE_HZ = 20.0
MAX_MESSAGES_PER_S = 100
"""What a client may say in a second; whoever says more is left."""

Speed = Annotated[float, msgspec.Meta(ge=0.1, le=100_000)]


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=str.lower, forbid_unknown_fields=True):
    """What every message has: its type."""


class Hello(Message, frozen=True, kw_only=True):
    """Sent at once by the server: which feed this is, and where the run stands."""

    protocol: int
    run: str
    epoch: str
    """Of the feed: another one after the backend was restarted, when no token of this one can be resumed."""
    head: int
    """How many events the log holds."""
    at_ms: int
    """Simulated time of the latest event."""
    wall: str
    """The server's clock, ISO 8601 in UTC."""


class Subscribe(Message, frozen=True, kw_only=True):
    """Sent by the client: what it wants to see. Sent again, it replaces what was asked for before."""

    parts: list[str] = []
    """Dotted paths of the snapshot, such as `negotiations.initiated` or `run`; none for all."""
    rate_hz: Annotated[float, msgspec.Meta(gt=0, le=MAX_RATE_HZ)] = 5.0
    """How many frames a second at most."""
    resume: str | None = None
    """The token of the last frame seen, to go on from it with the same parts."""
    acknowledge: bool = False
    """Whether each frame, and the `end`, waits for the `ack` of the frame before."""
    at_ms: Milliseconds | None = None
    """Begin at this simulated moment, not with the run as it goes; one that is not reached yet is the latest."""
    speed: Speed | None = None
    """Play on from `at_ms`, at so many times the time of the wall; without it, stand still there."""


class Ack(Message, frozen=True, kw_only=True):
    """Sent by the client: it has taken in this frame and is ready for another."""

    frame: int


class Seek(Message, frozen=True, kw_only=True):
    """Sent by the client: show the run as it was at a moment. What was playing plays on from there."""

    at_ms: Milliseconds


class Play(Message, frozen=True, kw_only=True):
    """Sent by the client: play on from here. Who comes to what is happening now is `live` again."""

    speed: Speed
    """Simulated time a time of the wall: at 60 an hour takes a minute."""


class Pause(Message, frozen=True, kw_only=True):
    """Sent by the client: stand still here."""


class Step(Message, frozen=True, kw_only=True):
    """Sent by the client: stand still some events further on, or back."""

    events: Annotated[int, msgspec.Meta(ge=-1_000_000, le=1_000_000)] = 1


class Live(Message, frozen=True, kw_only=True):
    """Sent by the client: go back to the run as it goes; a snapshot follows."""


class Snapshot(Message, frozen=True, kw_only=True):
    """Everything that was asked for, at one position of the log."""

    frame: int
    position: int
    """How many events are in it."""
    at_ms: int
    """The simulated moment that it shows: of the latest event, or in playback where the watcher stands."""
    state: dict[str, Any]
    token: str
    """Resumes from this frame; empty in playback."""


class Patch(Message, frozen=True, kw_only=True, rename={"from_": "from"}):
    """What changed since the last frame that this client was sent."""

    from_: int
    to: int
    """The frame that the patch makes."""
    position: int
    at_ms: int
    patch: dict[str, Any]
    """RFC 7396 merge patch of the state."""
    merged: int
    """How many frames it merges; more than 1 when the client was slow, or wanted a lower rate."""
    token: str


class Lags(msgspec.Struct, frozen=True, kw_only=True):
    """How long the latest datum took on its way, in ms of wall time."""

    model_to_intake: float | None
    """From the closing of a batch by the model to its arrival; null when the model does not tell."""
    intake_to_fold: float
    """From the arrival of a batch to its place in the measures."""
    fold_to_socket: float
    """From there to the moment at which the operating system took this client's frame."""


class Heartbeat(Message, frozen=True, kw_only=True):
    """Clocks and lags, about every two seconds, also when nothing happens."""

    wall: str
    at_ms: int
    position: int
    lag_ms: Lags


class Playback(Message, frozen=True, kw_only=True):
    """How the watcher moves through the run from now on: the answer to each message that changes it, or at its end."""

    mode: Literal["live", "playing", "paused"]
    """`live` again, unasked, who has played all that has happened; `paused`, where the run has ended."""
    at_ms: int
    """Where it stands."""
    speed: float | None
    """At which it plays; null in the other modes."""


class Reset(Message, frozen=True, kw_only=True):
    """Continuity is lost, and why; a snapshot follows."""

    reason: str


class End(Message, frozen=True, kw_only=True):
    """The run has ended and its last frame was sent; the server closes the connection."""

    digest: str
    """SHA-256 over the NDJSON of all its events."""
    position: int


class PairHello(Message, frozen=True, kw_only=True, tag="hello"):
    """Sent at once by the server, on the feed of two runs: which these are, and how far both have come."""

    protocol: int
    a: str
    b: str
    epoch: str
    """Of the feed, as in a run's hello."""
    at_ms: int
    """The simulated moment that both have reached; one that has ended waits for the other."""
    wall: str


class PairEnd(Message, frozen=True, kw_only=True, tag="end"):
    """Both runs have ended and the last frame was sent; the server closes the connection."""

    a: str
    """SHA-256 over the NDJSON of all events of a."""
    b: str
    position: int
    """How many events both have, together."""


Move = Seek | Play | Pause | Step | Live
ClientMessage = Subscribe | Ack | Seek | Play | Pause | Step | Live
ServerMessage = Hello | Snapshot | Patch | Heartbeat | Playback | Reset | End
PairMessage = PairHello | Snapshot | Patch | Heartbeat | Playback | Reset | PairEnd
"""What the server sends on the feed of two runs; its state is `{"a": ..., "b": ..., "difference": ...}`."""
