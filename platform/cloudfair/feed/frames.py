"""Frames: the measures of a feed at one moment, and the messages that bring a client to them."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudfair.feed.merge_patch import diff
from cloudfair.feed.messages import Patch, Snapshot

Parts = tuple[str, ...]
"""Sorted paths of the snapshot; an empty tuple stands for the whole snapshot."""


class Frame(msgspec.Struct, frozen=True):
    """The measures of a feed at one moment; never changed once made, and emptied when its feed drops it."""

    number: int
    position: int
    """How many events are in it."""
    place: int
    """The position from which steps count."""
    at_ms: int
    ended: bool
    folded_at: float
    """When its latest event was folded, in s of the monotonic clock."""
    measures: dict[str, Any]


def text_of(frame: Frame, since: Frame | None, parts: Parts, token: str = "") -> str:
    """Return the message that brings a client from the frame `since`, or from nothing, to a frame."""
    state = select(frame.measures, parts)
    message: Snapshot | Patch
    if since is None:
        message = Snapshot(frame=frame.number, position=frame.position, at_ms=frame.at_ms, state=state, token=token)
    else:
        message = Patch(
            from_=since.number,
            to=frame.number,
            position=frame.position,
            at_ms=frame.at_ms,
            patch=diff(select(since.measures, parts), state),
            merged=frame.number - since.number,
            token=token,
        )
    return msgspec.json.encode(message).decode()


def select(measures: dict[str, Any], parts: Parts) -> dict[str, Any]:
    """Return the requested parts of a snapshot, at their paths."""
    if not parts:
        return measures
    selected: dict[str, Any] = {}
    for path in parts:
        part, _, measure = path.partition(".")
        if measure:
            selected.setdefault(part, {})[measure] = measures[part][measure]
        else:
            selected[part] = measures[part]
    return selected


def without_overlap(paths: list[str]) -> Parts:
    """Return paths sorted, without those that lie inside another one of them."""
    whole = {path for path in paths if "." not in path}
    return tuple(sorted(whole | {path for path in paths if path.partition(".")[0] not in whole}))
