"""The steps of a negotiation's history."""

from __future__ import annotations

from typing import Any

from cloudfair.http.responses import Described
from fairfacts.event import Event
from fairfacts.events import type_name


class Step(Described):
    """One step: something that happened to a negotiation or to its agreement."""

    at_ms: int
    type: str
    """The event's."""
    said: dict[str, int | str | bool | None]
    """The fields of the event beside the parties."""


def step(at_ms: int, event: type[Event], **fields: Any) -> dict[str, Any]:
    """Return a step of a history, as `Step` describes it."""
    return {"at_ms": at_ms, "type": type_name(event), "said": fields}
