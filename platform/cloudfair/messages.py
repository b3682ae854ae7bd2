"""The messages of the live feed: JSON texts over a WebSocket, told apart by `type`.

The server greets with `hello`. The client asks with `subscribe` and is answered with a `snapshot` (or, where it
resumes, with a `patch`, or a `reset` and a `snapshot`); then come patches as the run goes on, and `end` after the last.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

PROTOCOL = 1
MAX_RATE_HZ = 20.0


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


class Ack(Message, frozen=True, kw_only=True):
    """Sent by the client: it has taken in this frame and is ready for another."""

    frame: int


class Snapshot(Message, frozen=True, kw_only=True):
    """Everything that was asked for, at one position of the log."""

    frame: int
    position: int
    """How many events are in it."""
    at_ms: int
    state: dict[str, Any]
    token: str
    """Resumes from this frame."""


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


ClientMessage = Subscribe | Ack
ServerMessage = Hello | Snapshot | Patch | Heartbeat | Reset | End
PairMessage = PairHello | Snapshot | Patch | Heartbeat | Reset | PairEnd
"""What the server sends on the feed of two runs; its state is `{"a": ..., "b": ..., "difference": ...}`."""
