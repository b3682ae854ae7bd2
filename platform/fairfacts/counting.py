"""Counting rules: what the headlines of a run come to under other definitions.

A reported number is a definition and a count. `fair count` keeps the events and changes the definition: sessions with
or without the evening events, organisations registered or seen, negotiations initiated or held, visits or visitors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from fairfacts.comparison import COUNTERPARTS
from fairfacts.errors import FigureError, did_you_mean
from fairfacts.event import Event
from fairfacts.figures import Figure
from fairfacts.negotiations import NegotiationEnded, NegotiationRequested, NegotiationTakenUp
from fairfacts.organisations import HOME_ECONOMY, OrganisationRegistered
from fairfacts.programme import AttendeeAdmitted, SessionClosed
from fairfacts.streams import StreamEnded, ViewerJoined
from fairfacts.venue import StandPlaced, VisitorEntered
from fairfacts.visits import VisitStarted


class Rule(msgspec.Struct, frozen=True):
    """One definition of a headline."""

    meaning: str
    """Unit and what is counted."""
    figure: str = ""
    """The reported figure of the headline."""
    reported: bool = False
    """Whether the documents count by this rule."""


RULES: Mapping[str, Rule] = {
    "sessions.counted": Rule("sessions · held, all but the opening summit", "sessions.total", reported=True),
    "sessions.without_evening": Rule("sessions · held, without the evening events either", "sessions.total"),
    "sessions.with_summit": Rule("sessions · held, the opening summit among them", "sessions.total"),
    "industry_forums.with_promotions": Rule(
        "sessions · industry forums and promotion sessions", "sessions.industry_forum_as_reported", reported=True
    ),
    "industry_forums.without_promotions": Rule(
        "sessions · industry forums alone, as they were planned", "sessions.industry_forum_as_reported"
    ),
    "online_sessions.online_only": Rule("sessions · held without a room", "sessions.online_only", reported=True),
    "online_sessions.with_hybrid": Rule(
        "sessions · held without a room, or in one and online as well", "sessions.online_only"
    ),
    "online_sessions.streamed": Rule("sessions · that were on air as a stream", "sessions.online_only"),
    "organisations.registered": Rule(
        "organisations · on the register at the end", "organisations.at_closing", reported=True
    ),
    "organisations.taking_part": Rule("organisations · exhibiting or attending", "organisations.at_closing"),
    "organisations.attending": Rule(
        "organisations · with a delegate seen on the platform, in the halls, in a session or a stream",
        "organisations.at_closing",
    ),
    "organisations.on_site": Rule("organisations · with a delegate seen in the halls", "organisations.at_closing"),
    "organisations.exhibiting": Rule("organisations · with a stand online or on site", "organisations.at_closing"),
    "negotiations.initiated": Rule("negotiations · requested", "negotiations.initiated", reported=True),
    "negotiations.wishes": Rule(
        "negotiations · requested, each wish once however often it was taken elsewhere", "negotiations.initiated"
    ),
    "negotiations.taken_up": Rule("negotiations · taken up by the exhibitor", "negotiations.initiated"),
    "negotiations.held": Rule("negotiations · whose talk has ended", "negotiations.initiated"),
    "overseas_negotiations.either_party": Rule(
        "negotiations · requested, with a party from overseas", "negotiations.initiated_overseas", reported=True
    ),
    "overseas_negotiations.requester": Rule(
        "negotiations · requested by a visitor from overseas", "negotiations.initiated_overseas"
    ),
    "overseas_negotiations.exhibitor": Rule(
        "negotiations · requested of an exhibitor from overseas", "negotiations.initiated_overseas"
    ),
    "overseas_negotiations.both": Rule(
        "negotiations · requested, both parties from overseas", "negotiations.initiated_overseas"
    ),
    "visitors.entries": Rule("entries · to the halls, each delegate once a day"),
    "visitors.people": Rule("people · who came into the halls on one day at least"),
    "visitors.visits": Rule("visits · to the platform"),
}
"""Every rule by its headline and name."""


class Counted(msgspec.Struct, frozen=True):
    """A headline under one rule."""

    rule: str
    meaning: str
    count: int
    as_reported: bool
    """Whether the documents count by this rule."""
    figure: str
    reported: float | None
    """The reported figure at the scale of the run; None where there is none."""
    ratio: float | None
    """count / reported."""


class Counting:
    """Hears the events of a log in order, and counts by every rule."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys(RULES, 0)
        self._attending: set[int] = set()
        self._on_site: set[int] = set()
        self._exhibiting: set[int] = set()
        self._people: set[int] = set()
        self._table: Mapping[type[Event], Callable[[Any], None]] = {
            OrganisationRegistered: self._registered,
            StandPlaced: lambda event: self._exhibiting.add(event.organisation),
            VisitStarted: self._visited,
            VisitorEntered: self._entered,
            AttendeeAdmitted: lambda event: self._attending.add(event.organisation),
            ViewerJoined: self._watched,
            SessionClosed: self._session_closed,
            StreamEnded: lambda _: self._add("online_sessions.streamed"),
            NegotiationRequested: self._requested,
            NegotiationTakenUp: lambda _: self._add("negotiations.taken_up"),
            NegotiationEnded: lambda _: self._add("negotiations.held"),
        }

    def hear(self, events: Iterable[Event]) -> None:
        """Take in the next events of the log."""
        table = self._table
        for event in events:
            if handler := table.get(type(event)):
                handler(event)

    def counts(self) -> dict[str, int]:
        """Return the count of every rule."""
        return self._counts | {
            "organisations.attending": len(self._attending | self._on_site),
            "organisations.on_site": len(self._on_site),
            "organisations.exhibiting": len(self._exhibiting),
            "organisations.taking_part": len(self._attending | self._on_site | self._exhibiting),
            "visitors.people": len(self._people),
        }

    def _add(self, rule: str, *, when: bool = True) -> None:
        self._counts[rule] += when

    def _registered(self, event: OrganisationRegistered) -> None:
        self._add("organisations.registered")
        if event.exhibits:
            self._exhibiting.add(event.organisation)

    def _visited(self, event: VisitStarted) -> None:
        self._add("visitors.visits")
        self._attending.add(event.organisation)

    def _entered(self, event: VisitorEntered) -> None:
        self._add("visitors.entries")
        self._on_site.add(event.organisation)
        self._people.add(event.visitor)

    def _watched(self, event: ViewerJoined) -> None:
        if event.organisation is not None:  # the public watches too
            self._attending.add(event.organisation)

    def _session_closed(self, event: SessionClosed) -> None:
        self._add("sessions.counted", when=event.counted)
        self._add("sessions.without_evening", when=event.counted and event.kind != "evening")
        self._add("sessions.with_summit", when=event.counted or event.kind == "summit")
        self._add("industry_forums.with_promotions", when=event.kind in ("industry_forum", "industry_promotion"))
        self._add("industry_forums.without_promotions", when=event.kind == "industry_forum")
        self._add("online_sessions.online_only", when=event.mode == "online")
        self._add("online_sessions.with_hybrid", when=event.mode in ("online", "hybrid"))

    def _requested(self, event: NegotiationRequested) -> None:
        asks, asked = event.economy != HOME_ECONOMY, event.exhibitor_economy != HOME_ECONOMY
        self._add("negotiations.initiated")
        self._add("negotiations.wishes", when=event.attempt == 1)
        self._add("overseas_negotiations.either_party", when=asks or asked)
        self._add("overseas_negotiations.requester", when=asks)
        self._add("overseas_negotiations.exhibitor", when=asked)
        self._add("overseas_negotiations.both", when=asks and asked)


def counted(
    counts: Mapping[str, int], rules: Iterable[str], figures: Mapping[str, Figure], scale: float
) -> list[Counted]:
    """Return counts by rules beside what was reported, at the scale of the run."""
    return [_counted(name, RULES[name], counts[name], figures, scale) for name in rules]


def chosen(asked: Iterable[str]) -> list[str]:
    """Return rules by their names, or by a headline all of its rules; all rules where none is asked for.

    Raises:
        FigureError: there is no such rule; names the nearest.
    """
    names: list[str] = []
    for one in asked:
        found = [name for name in RULES if name == one or name.partition(".")[0] == one]
        if not found:
            known = {*RULES, *(name.partition(".")[0] for name in RULES)}
            raise FigureError(f"--rule {one}: is no rule; {did_you_mean(one, known)} (fair count --help)")
        names += [name for name in found if name not in names]
    return names or list(RULES)


def _counted(name: str, rule: Rule, count: int, figures: Mapping[str, Figure], scale: float) -> Counted:
    figure = figures.get(rule.figure)
    reported = ratio = None
    if figure is not None and isinstance(figure.value, float):
        reported = round(figure.value * (scale if COUNTERPARTS[figure.id].scales else 1), 6)
        ratio = round(count / reported, 4) if reported else None
    return Counted(name, rule.meaning, count, rule.reported, rule.figure, reported, ratio)
