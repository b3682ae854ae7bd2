"""Summary: what the rows of a comparison say together, in numbers and in a headline.

Each sentence of the headline has a key, and what fills it, for those who say it in another language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fairfacts.evidence.comparison import Row
from fairfacts.evidence.roles import REASONS, LeftOut

NAMED = 4
"""So many changed figures are named in a headline; of more, how many there are."""
THIN = 5
"""Fewer held-out figures than this are called thin evidence."""
KEYS = ("none", "some", "thin", "recorded", "changed", "changed_many", *(f"left_out_{why}" for why in REASONS))
"""The keys of all sentences."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a headline."""

    key: str
    text: str
    places: Mapping[str, int | str | list[str]]
    """What fills it: counts, days or a moment, and the names of figures."""


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
    held_out = [row.verdict for row in compared if row.role == "held out" and not row.is_plan]
    agree, differ, left_open = (held_out.count(verdict) for verdict in ("agrees", "differs", "open"))
    return Evidence(len(held_out), agree, differ, left_open, len(held_out) < THIN)


def headline(compared: Iterable[Row], without: Sequence[LeftOut] = ()) -> str:
    """Return the sentences of a comparison as one text."""
    return " ".join(sentence.text for sentence in sentences(compared, without))


def sentences(compared: Iterable[Row], without: Sequence[LeftOut] = ()) -> list[Sentence]:
    """Return in a few sentences what the held-out rows say, which rows show another value, and what is left out."""
    known = list(compared)
    recorded = [row for row in known if row.role == "recorded"]
    first = [_recorded(recorded)] if recorded else [*_held_out(evidence(known))]
    changed = [row.figure for row in known if row.role == "changed"]
    return [*first, *([_changed(changed)] if changed else []), *_left_out(without)]


def _changed(figures: list[str]) -> Sentence:
    """Return which rows show another value."""
    is_many = len(figures) > NAMED
    which = f"{len(figures)} figures" if is_many else ", ".join(figures)
    text = f"Played otherwise than reported: {which}; their rows show what that changes."
    return (
        Sentence("changed_many", text, {"count": len(figures)})
        if is_many
        else Sentence("changed", text, {"which": figures})
    )


def _left_out(without: Sequence[LeftOut]) -> Iterator[Sentence]:
    """Yield for each reason how many figures are left out."""
    for reason, entry in {entry.reason: entry for entry in without}.items():
        count = sum(entry.reason == reason for entry in without)
        text = f"{count} figure{' is' if count == 1 else 's are'} left out: {reason}."
        yield Sentence(f"left_out_{entry.why}", text, {"count": count, **entry.places})


def _recorded(compared: Sequence[Row]) -> Sentence:
    """Return what the rows of a log say that no model played."""
    verdicts = [row.verdict for row in compared]
    agree, differ, left_open = (verdicts.count(verdict) for verdict in ("agrees", "differs", "open"))
    text = (
        f"No model played this log, so nothing here speaks for one. Reported figures beside it: {agree} agree,"
        f" {differ} differ, {left_open} left open."
    )
    return Sentence("recorded", text, {"agree": agree, "differ": differ, "left_open": left_open})


def _held_out(counts: Evidence) -> Iterator[Sentence]:
    """Yield what the held-out rows say."""
    held_out, agree, differ, left_open = counts.held_out, counts.agree, counts.differ, counts.left_open
    if not held_out:
        text = (
            "No figure was held out from the model, so nothing here speaks for it: all were given to it, fitted to, or"
            " played otherwise."
        )
        yield Sentence("none", text, {})
        return
    text = (
        f"{held_out} held-out figure{'' if held_out == 1 else 's'}:"
        f" {agree} agree{'s' if agree == 1 else ''}, {differ} differ{'s' if differ == 1 else ''},"
        f" {left_open} left open by what was played."
    )
    yield Sentence("some", text, {"held_out": held_out, "agree": agree, "differ": differ, "left_open": left_open})
    if counts.is_thin:
        text = "That is thin evidence: everything else was given to the model, fitted to, or played otherwise."
        yield Sentence("thin", text, {})
