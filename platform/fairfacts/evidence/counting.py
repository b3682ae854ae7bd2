"""Counting rules: what the headlines of a run come to under other definitions.

A reported number is a definition and a count. `fair count` keeps the events and changes the definition. Examples:
sessions with or without the evening events, organisations registered or seen, negotiations initiated or held, visits or
visitors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from fairfacts.errors import FigureError, did_you_mean
from fairfacts.event import Event
from fairfacts.evidence.figures import Figure
from fairfacts.parts.fairs import ENGLISH, Names, in_language
from fairfacts.parts.negotiations.events import NegotiationEnded, NegotiationRequested, NegotiationTakenUp
from fairfacts.parts.organisations import OrganisationRegistered
from fairfacts.parts.programme import AttendeeAdmitted, SessionClosed
from fairfacts.parts.runs import RunStarted
from fairfacts.parts.streams import StreamEnded, ViewerJoined
from fairfacts.parts.venue.events import StandPlaced, VisitorEntered
from fairfacts.parts.visits import VisitStarted


class SessionsHeld(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which sessions held a rule counts; without any condition, all."""

    counted: bool | None = None
    """Whether the fair counts them in its total."""
    kinds: tuple[str, ...] | None = None
    """Only sessions of these kinds."""
    but: tuple[str, ...] = ()
    """No sessions of these kinds."""
    modes: tuple[str, ...] | None = None
    """Only sessions held in these modes."""

    def has(self, event: SessionClosed) -> bool:
        """Return whether a session is one of them."""
        return (
            self.counted in (None, event.counted)
            and (self.kinds is None or event.kind in self.kinds)
            and event.kind not in self.but
            and (self.modes is None or event.mode in self.modes)
        )


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One definition of a headline."""

    name: str
    """Headline and definition, such as `sessions.counted`."""
    meaning: Names
    """Unit and what is counted, by language."""
    figure: str = ""
    """The reported figure of the headline."""
    reported: bool = False
    """Whether the documents count by this rule."""
    sessions: SessionsHeld | None = None
    """The sessions that it counts; None where it counts something else, which its name says."""


def _rule(name: str, english: str, chinese: str, sessions: SessionsHeld | None = None) -> Rule:
    return Rule(name, {ENGLISH: english, "zh": chinese}, sessions=sessions)


ANY_FAIR = (
    _rule(
        "sessions.counted",
        "sessions · held, that the fair counts in its total",
        "已举办、计入展会总数的场次",
        SessionsHeld(counted=True),
    ),
    _rule("sessions.all", "sessions · held", "已举办的场次", SessionsHeld()),
    _rule(
        "online_sessions.online_only",
        "sessions · held without a room",
        "没有会场的场次",
        SessionsHeld(modes=("online",)),
    ),
    _rule(
        "online_sessions.with_hybrid",
        "sessions · held without a room, or in one and online as well",
        "没有会场的场次，或同时在会场与线上举办的",
        SessionsHeld(modes=("online", "hybrid")),
    ),
    _rule("online_sessions.streamed", "sessions · that were on air as a stream", "曾直播的场次"),
    _rule("organisations.registered", "organisations · on the register at the end", "结束时在册的机构"),
    _rule("organisations.taking_part", "organisations · exhibiting or attending", "参展或参会的机构"),
    _rule(
        "organisations.attending",
        "organisations · with a delegate seen on the platform, in the halls, in a session or a stream",
        "有代表出现在平台、展馆、场次或直播中的机构",
    ),
    _rule("organisations.on_site", "organisations · with a delegate seen in the halls", "有代表进入展馆的机构"),
    _rule("organisations.exhibiting", "organisations · with a stand online or on site", "有线上或现场展位的机构"),
    _rule("negotiations.initiated", "negotiations · requested", "发起的洽谈"),
    _rule(
        "negotiations.wishes",
        "negotiations · requested, each wish once however often it was taken elsewhere",
        "发起的洽谈，同一意愿转向别处只计一次",
    ),
    _rule("negotiations.taken_up", "negotiations · taken up by the exhibitor", "参展商接洽的洽谈"),
    _rule("negotiations.held", "negotiations · whose talk has ended", "已谈完的洽谈"),
    _rule(
        "overseas_negotiations.either_party",
        "negotiations · requested, with a party from overseas",
        "发起的洽谈，任一方在境外",
    ),
    _rule(
        "overseas_negotiations.requester", "negotiations · requested by a visitor from overseas", "境外访客发起的洽谈"
    ),
    _rule(
        "overseas_negotiations.exhibitor",
        "negotiations · requested of an exhibitor from overseas",
        "向境外参展商发起的洽谈",
    ),
    _rule(
        "overseas_negotiations.both", "negotiations · requested, both parties from overseas", "发起的洽谈，双方均在境外"
    ),
    _rule("visitors.entries", "entries · to the halls; whoever comes in again counts again", "入场人次，再次入场另计"),
    _rule("visitors.people", "people · who came into the halls on one day at least", "至少一天进过展馆的人"),
    _rule("visitors.visits", "visits · to the platform", "平台访问"),
)
"""The rules of any fair; a fair's own folder may have others, and says which of them its documents follow."""
COUNTERS = tuple(rule.name for rule in ANY_FAIR if rule.sessions is None)
"""What is counted beside sessions, in any fair."""


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
    meaning_in: Names
    """The meaning by language."""


class Counting:
    """Handles the events of a log in order, and counts by every rule."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Count by rules.

        Raises:
            FigureError: a rule counts something that has no counter; names the counters.
        """
        self._counts = dict.fromkeys(COUNTERS, 0)
        self._sessions = [(rule.name, rule.sessions) for rule in rules if rule.sessions is not None]
        for rule in rules:
            if rule.sessions is None and rule.name not in COUNTERS:
                raise FigureError(
                    f"rule {rule.name}: counts nothing; {did_you_mean(rule.name, COUNTERS)} (or give it sessions)"
                )
        self._counts |= {name: 0 for name, _ in self._sessions}
        self._home = ""
        self._attending: set[int] = set()
        self._on_site: set[int] = set()
        self._exhibiting: set[int] = set()
        self._people: set[int] = set()
        self._table: Mapping[type[Event], Callable[[Any], None]] = {
            RunStarted: self._started,
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

    def handle(self, events: Iterable[Event]) -> None:
        """Count the next events of the log."""
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

    def _started(self, event: RunStarted) -> None:
        self._home = event.description.home

    def _registered(self, event: OrganisationRegistered) -> None:
        self._add("organisations.registered")
        if event.exhibits:
            self._exhibiting.add(event.organisation)

    def _visited(self, event: VisitStarted) -> None:
        self._add("visitors.visits")
        self._attending.add(event.organisation)

    def _entered(self, event: VisitorEntered) -> None:
        self._add("visitors.entries")
        if event.organisation is not None:  # the public, media and staff of the fair come too
            self._on_site.add(event.organisation)
        self._people.add(event.visitor)

    def _watched(self, event: ViewerJoined) -> None:
        if event.organisation is not None:  # the public watches too
            self._attending.add(event.organisation)

    def _session_closed(self, event: SessionClosed) -> None:
        for name, sessions in self._sessions:
            self._add(name, when=sessions.has(event))

    def _requested(self, event: NegotiationRequested) -> None:
        asks, asked = event.economy != self._home, event.exhibitor_economy != self._home
        self._add("negotiations.initiated")
        self._add("negotiations.wishes", when=event.attempt == 1)
        self._add("overseas_negotiations.either_party", when=asks or asked)
        self._add("overseas_negotiations.requester", when=asks)
        self._add("overseas_negotiations.exhibitor", when=asked)
        self._add("overseas_negotiations.both", when=asks and asked)


def counted(
    counts: Mapping[str, int], rules: Iterable[Rule], figures: Mapping[str, Figure], scale: float
) -> list[Counted]:
    """Return counts by rules beside what was reported, at the scale of the run."""
    return [_counted(rule, counts[rule.name], figures, scale) for rule in rules]


def chosen(asked: Iterable[str], rules: Sequence[Rule]) -> list[Rule]:
    """Return the rules of these names, or all rules of a headline; all rules there are if no name is given.

    Raises:
        FigureError: there is no such rule; names the nearest.
    """
    matches: list[Rule] = []
    for wanted in asked:
        named = [rule for rule in rules if wanted in (rule.name, rule.name.partition(".")[0])]
        if not named:
            known = {name for rule in rules for name in (rule.name, rule.name.partition(".")[0])}
            raise FigureError(f"--rule {wanted}: is no rule; {did_you_mean(wanted, known)} (fair count --help)")
        matches += [rule for rule in named if rule not in matches]
    return matches or list(rules)


def _counted(rule: Rule, count: int, figures: Mapping[str, Figure], scale: float) -> Counted:
    figure = figures.get(rule.figure)
    reported = ratio = None
    if figure is not None and isinstance(figure.value, float):
        reported = round(figure.value * (scale if figure.scales else 1), 6)
        ratio = round(count / reported, 4) if reported else None
    meaning = in_language(rule.meaning, ENGLISH).text
    return Counted(rule.name, meaning, count, rule.reported, rule.figure, reported, ratio, rule.meaning)
