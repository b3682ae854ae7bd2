"""Kinds that are each well formed but cannot stand in their fair."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from fairfacts.errors import did_you_mean
from fairfacts.interchange.reading import quoted
from fairfacts.parts.fairs import ENGLISH, Names
from fairsim.inputs.kinds import MOST_BADGES, Kinds, OccasionKind, SessionKind

Fault = tuple[str, str]
"""Where it is in `fair.toml`, and what is wrong."""
CALLED = ("{number}", "{sector}", "{place}")
"""What the pattern of an organisation's name may hold in braces."""
TITLE = ("{number}", "{about}")
"""What the pattern of a title may hold in braces."""
USD = "USD"
CURRENCY = re.compile(r"[A-Z]{3}")


def check_kinds(kinds: Kinds, sectors: Collection[str], *, imports: bool, is_whole: bool) -> Iterator[Fault]:
    """Yield what is wrong with the kinds of a fair.

    Args:
        kinds: of the fair.
        sectors: that it has; of none, they could not be read.
        imports: whether its programme is a file's, whose titles are known to nobody here.
        is_whole: whether all kinds could be read; else what one says of another cannot be judged.
    """
    for organisation in kinds.organisations:
        yield from _check_pattern(f"organisations, {organisation.key}", "called", organisation.called, CALLED)
    for session in kinds.sessions:
        yield from _check_pattern(f"sessions, {session.key}", "title", session.title, TITLE)
        yield from _check_topics(session)
    for occasion in kinds.occasions:
        yield from ((f"occasions, {occasion.key}", message) for message in _wrong_currency(occasion))
        yield from ((f"occasions, {occasion.key}", message) for message in _wrong_sector(occasion, sectors))
    if is_whole:
        yield from _check_together(kinds, imports=imports)


def _check_together(kinds: Kinds, *, imports: bool) -> Iterator[Fault]:
    """Yield what is wrong with kinds beside each other."""
    if kinds.organisations and not any(kind.others for kind in kinds.organisations):
        yield "organisations", "none of them has others = true; let one be all those that have no count"
    yield from _check_badges(kinds)
    known = {session.key: session for session in kinds.sessions}
    for occasion in kinds.occasions:
        messages = _wrong_session(occasion, known, imports=imports)
        yield from ((f"occasions, {occasion.key}", message) for message in messages)


def _check_badges(kinds: Kinds) -> Iterator[Fault]:
    """Yield what is wrong where delegates have no badge, or there are more badges than can be told apart."""
    if len(kinds.badges) > MOST_BADGES:
        yield "badges", f"there are {len(kinds.badges)}; at most {MOST_BADGES} can be told apart"
    if not any(badge.registers for badge in kinds.badges):
        delegates = '[[badges]] key = "delegate" name = { en = "Delegate" }'
        yield "badges", f"none of them is of registered delegates; write one more without registers: {delegates}"


def _check_pattern(place: str, field: str, patterns: Names, allowed: tuple[str, ...]) -> Iterator[Fault]:
    for pattern in patterns.values():
        if re.search("[{}]", re.sub("|".join(map(re.escape, allowed)), "", pattern)):
            yield place, f"{field} is {quoted(pattern)}; in braces it may hold {' and '.join(allowed)} alone"


def _check_topics(session: SessionKind) -> Iterator[Fault]:
    for number, topic in enumerate(session.topics, 1):
        if not topic.get(ENGLISH):
            yield f"sessions, {session.key}", f'topic {number} has no English text; write {{ en = "..." }}'


def _wrong_session(occasion: OccasionKind, sessions: dict[str, SessionKind], *, imports: bool) -> Iterator[str]:
    name, topic, kind = occasion.session, occasion.topic, sessions.get(occasion.session)
    if name and kind is None:
        yield f"session is {name!r}, which is no kind of session; {did_you_mean(name, sessions)}"
    if topic and not name:
        yield f"topic is {topic!r}, and no session is named; name the kind of session, or leave the topic out"
    if topic and kind is not None and not imports:
        texts = [by_language.get(ENGLISH, "") for by_language in kind.topics]
        if not any(topic in text for text in (*texts, kind.title.get(ENGLISH, ""))):
            remedy = did_you_mean(topic, texts) if texts else f"{name} has no topics: leave it out"
            yield f"topic is {topic!r}, of which no session of the kind {name} is; {remedy}"


def _wrong_sector(occasion: OccasionKind, sectors: Collection[str]) -> Iterator[str]:
    if sectors and occasion.sector and occasion.sector not in sectors:
        yield f"sector is {occasion.sector!r}, which is no sector; {did_you_mean(occasion.sector, sectors)}"


def _wrong_currency(occasion: OccasionKind) -> Iterator[str]:
    if not CURRENCY.fullmatch(occasion.currency):
        yield f"currency is {occasion.currency!r}; write its ISO 4217 code: three capital letters, such as EUR"
    elif occasion.value == "drawn" and occasion.currency != USD:
        yield (
            f"currency is {occasion.currency}, and values are drawn in {USD} (results.value_mean_usd); write value ="
            f' "total" and give results.{occasion.key}.value, write value = "none", or leave currency out'
        )
