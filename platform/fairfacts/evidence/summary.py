"""Summary: what the rows of a comparison say together, in numbers and in a headline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fairfacts.evidence.comparison import Row
from fairfacts.evidence.roles import LeftOut

NAMED = 4
"""So many changed figures are named in a headline; of more, how many there are."""
THIN = 5
"""Fewer held-out figures than this are called thin evidence."""


@dataclass(frozen=True)
class Evidence:
    """What the held-out rows say; figures that were given, fitted to or changed never count."""

    held_out: int
    agree: int
    differ: int
    left_open: int
    is_thin: bool
    """Whether there are too few of them to say much."""


def evidence(compared: Iterable[Row]) -> Evidence:
    """Return what the held-out rows say."""
    held_out = [row.verdict for row in compared if row.role == "held out"]
    agree, differ, left_open = (held_out.count(verdict) for verdict in ("agrees", "differs", "open"))
    return Evidence(len(held_out), agree, differ, left_open, len(held_out) < THIN)


def headline(compared: Iterable[Row], without: Sequence[LeftOut] = ()) -> str:
    """Return in a few sentences what the held-out rows say, which rows show another value, and what is left out."""
    known = list(compared)
    recorded = [row for row in known if row.role == "recorded"]
    sentences = [_recorded(recorded) if recorded else _held_out(evidence(known))]
    if changed := [row.figure for row in known if row.role == "changed"]:
        which = f"{len(changed)} figures" if len(changed) > NAMED else ", ".join(changed)
        sentences.append(f"Played otherwise than reported: {which}; their rows show what that changes.")
    for reason in dict.fromkeys(entry.reason for entry in without):
        count = sum(entry.reason == reason for entry in without)
        sentences.append(f"{count} figure{' is' if count == 1 else 's are'} left out: {reason}.")
    return " ".join(sentences)


def _recorded(compared: Sequence[Row]) -> str:
    """Return what the rows of a log say that no model played."""
    verdicts = [row.verdict for row in compared]
    agree, differ, left_open = (verdicts.count(verdict) for verdict in ("agrees", "differs", "open"))
    return (
        f"No model played this log, so nothing here speaks for one. Reported figures beside it: {agree} agree,"
        f" {differ} differ, {left_open} left open."
    )


def _held_out(counts: Evidence) -> str:
    """Return what the held-out rows say."""
    if not counts.held_out:
        return (
            "No figure was held out from the model, so nothing here speaks for it: all were given to it, fitted to, or"
            " played otherwise."
        )
    agree, differ = counts.agree, counts.differ
    text = (
        f"{counts.held_out} held-out figure{'' if counts.held_out == 1 else 's'}:"
        f" {agree} agree{'s' if agree == 1 else ''}, {differ} differ{'s' if differ == 1 else ''},"
        f" {counts.left_open} left open by what was played."
    )
    if counts.is_thin:
        text += " That is thin evidence: everything else was given to the model, fitted to, or played otherwise."
    return text
