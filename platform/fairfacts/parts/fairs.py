"""A fair as its log describes it: whatever a reader of the log needs to name, place and count what happened in it.

The first event of a run bears the description, so that measures, laws, page, report and exports know any fair without
its folder. No code knows a fair: kinds, zones, occasions and badges are rows here, free in number and key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple, TypeVar

import msgspec

from fairfacts.resources import data

Names = dict[str, str]
"""Texts by language, such as `{"en": "Tourism", "zh": "旅游"}`; English is there always."""
ENGLISH = "en"
LANGUAGE = re.compile(r"[a-z]{2}")
"""A column with such a name holds the names of rows in a language, where the table has no column of that name."""
BEFORE = "logs-without-fair.json"
"""In `seeds/`: the fair of logs from before a log described its fair, and the scenarios of that release."""
_PLACE = re.compile(r"\{(\w+)\}")


class Described(msgspec.Struct, frozen=True):
    """A row of the description: a key, which events bear, and names for people."""

    key: str
    """What events bear."""
    names: Names
    """For people."""


class OrganisationKind(Described, frozen=True):
    """A kind of organisation."""

    called: Names
    """Pattern of an organisation's name, with `{number}`, `{sector}`, `{place}`: the model names none."""


class SessionKind(Described, frozen=True):
    """A kind of session."""

    titles: Names
    """Pattern of the title of a session that has none of its own, with `{number}` within its kind and `{about}`."""
    counted: bool = True
    """Whether the fair counts such sessions in its total."""
    hosted: bool = False
    """Whether an economy holds it, which `{about}` then names by its code."""
    topics: tuple[Described, ...] = ()
    """What `{about}` may be, if it is neither a host nor a sector. The key is the English text in titles."""


class Occasion(Described, frozen=True):
    """An occasion on which results are announced."""

    currency: str = "USD"
    """ISO 4217 code."""


class Badge(Described, frozen=True):
    """Who goes through a gate."""

    registers: bool = True
    """Whether its holders are delegates of registered organisations."""


class Zone(Described, frozen=True):
    """A zone of the exhibition on site; its number is its place."""

    kind: str = ""
    """Key of one of the kinds of zones."""


class FairDescription(msgspec.Struct, frozen=True):
    """What a reader of a log needs to know of its fair."""

    key: str
    """Name of the fair's folder, such as `my-fair`."""
    names: Names
    """For people."""
    short_names: Names
    """The same, in short."""
    time_zone: str
    """IANA name. Clocks, days and charts of the fair are in it; where it is empty, in the offset of the epoch."""
    home: str
    """ISO 3166-1 alpha-2 code of the economy in which the fair is; all others are overseas."""
    days: int
    """From the first day to the last."""
    organisation_kinds: tuple[OrganisationKind, ...] = ()
    """Who registers."""
    session_kinds: tuple[SessionKind, ...] = ()
    """Of the programme."""
    occasions: tuple[Occasion, ...] = ()
    """On which results are announced."""
    badges: tuple[Badge, ...] = ()
    """Who goes through the gates."""
    sectors: tuple[Described, ...] = ()
    """Of the organisations."""
    zone_kinds: tuple[Described, ...] = ()
    """Of the exhibition."""
    zones: tuple[Zone, ...] = ()
    """Of the exhibition; a zone's number is its place."""
    gates: tuple[Described, ...] = ()
    """By number; empty where gates have no names."""
    rooms: tuple[Described, ...] = ()
    """Rooms with names of their own, the key as in `room` of events; other rooms are `room 1`, `room 2`, ..."""
    headlines: tuple[str, ...] = ()
    """Paths of the measures that a page shows first; empty where the fair has no preference."""


NO_FAIR = FairDescription(key="", names={ENGLISH: ""}, short_names={ENGLISH: ""}, time_zone="", home="", days=0)
"""Of a log that has not begun, or that others than the model write and do not describe."""


class Named(NamedTuple):
    """A text for people, and whether it is in the language that was asked for."""

    text: str
    own: bool


def in_language(names: Names, language: str) -> Named:
    """Return a text in a language, or in English where there is none."""
    if language in names:
        return Named(names[language], own=True)
    return Named(names.get(ENGLISH, ""), own=language == ENGLISH)


def name_of(rows: Iterable[Described], key: str, language: str = ENGLISH) -> Named:
    """Return the name of a row by its key; of an unknown one, the key in plain letters."""
    row = row_of(rows, key)
    return Named(key.replace("_", " "), own=False) if row is None else in_language(row.names, language)


D = TypeVar("D", bound=Described)


def row_of(rows: Iterable[D], key: str) -> D | None:
    """Return a row by its key; None where there is none."""
    return next((row for row in rows if row.key == key), None)


def has(rows: tuple[Described, ...], key: str) -> bool:
    """Return whether a fair that describes such rows has one of a key; one that describes none may have any."""
    return not rows or any(row.key == key for row in rows)


def filled(pattern: str, **places: object) -> str:
    """Return a pattern with its places filled; it begins with a capital letter, and an unknown place stays."""
    text = _PLACE.sub(lambda place: str(places.get(place[1], place[0])), pattern)
    return text[:1].upper() + text[1:]


def within(name: str) -> str:
    """Return a name as it stands within a sentence: `Culture and sport` begins small, and `IT` does not."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


class _Before(msgspec.Struct, frozen=True):
    """What the release before played."""

    scenarios: frozenset[str]
    fair: FairDescription


@cache
def _before() -> _Before:
    return msgspec.json.decode((data("seeds") / BEFORE).read_bytes(), type=_Before)


def description_before(scenario: str) -> FairDescription:
    """Return the fair of a log that does not describe it: that of the release before, if it shipped the scenario."""
    return _before().fair if scenario in _before().scenarios else NO_FAIR
