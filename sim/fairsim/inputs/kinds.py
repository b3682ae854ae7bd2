"""Kinds of a fair, as its `fair.toml` declares them: what each is. How many there are stands in `parameters.csv`."""

from __future__ import annotations

from typing import Literal

import msgspec

from fairfacts.parts.fairs import Names

Which = Literal["never", "some", "always"]


MOST_BADGES = 1 << 5
"""It bounds the keys of people."""


class DeclaredKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind: its key, which parameters, events and figures bear, and its names."""

    key: str
    name: Names


class OrganisationKind(DeclaredKind, frozen=True):
    """A kind of organisation."""

    called: Names = {}
    """Pattern of an organisation's name, with `{number}`, `{sector}`, `{place}`."""
    others: bool = False
    """Whether it is all organisations that no kind with a count has; several such kinds share them by weight."""
    each_economy: bool = False
    """Whether they are of the economies that take part in turn, one of each first."""


class SessionKind(DeclaredKind, frozen=True):
    """A kind of session."""

    title: Names = {}
    """Pattern of a title, with `{number}` within the kind and `{about}`: host, topic or sector."""
    counted: bool = True
    """Whether the fair counts them in its total."""
    hosted: bool = False
    """Whether foreign economies hold them, in turn."""
    topics: tuple[Names, ...] = ()
    """What they are about, in turn; the English text is the key."""
    online: Which = "some"
    """Whether they are held online only: `some` are drawn until `programme.online_only` are."""
    streamed: Which = "some"
    """Whether they are streamed: `some` are drawn until `programme.streamed` are."""
    plenary: bool = False
    """Whether they are held in the largest room, or, among other sessions, in a hall of their own."""
    largest_rooms: bool = False
    """Whether they take the largest rooms before others do."""
    own_sector: bool = False
    """Whether they draw the delegates of their sector."""


class OccasionKind(DeclaredKind, frozen=True):
    """An occasion on which results that were arranged in advance are announced."""

    currency: str = "USD"
    """ISO 4217 code."""
    session: str = ""
    """Kind of the session in which it is; empty for the opening of the fair."""
    topic: str = ""
    """What the title of that session holds."""
    sector: str = ""
    """Sector of all its results; empty where it is drawn."""
    value: Literal["drawn", "total", "none"] = "drawn"
    """Whether values are drawn, add up to a parameter, or are not reported."""


class ZoneKind(DeclaredKind, frozen=True):
    """A kind of zone."""

    stated: bool = False
    """Whether its exhibitors are stated, of all sectors; else stands of the zone's sector fill its space."""


class Gate(DeclaredKind, frozen=True):
    """A gate with a name; its number is its place."""


class Badge(DeclaredKind, frozen=True):
    """Who goes through a gate."""

    registers: bool = True
    """Whether its holders are delegates of registered organisations; others are counted apart."""
    at_stand: bool = False
    """Whether its holders are delegates of organisations with a stand on site."""


class Kinds(msgspec.Struct, frozen=True):
    """All kinds of a fair, in order."""

    organisations: tuple[OrganisationKind, ...] = ()
    sessions: tuple[SessionKind, ...] = ()
    occasions: tuple[OccasionKind, ...] = ()
    zones: tuple[ZoneKind, ...] = ()
    badges: tuple[Badge, ...] = ()

    def of_parts(self) -> dict[str, tuple[str, ...]]:
        """Return the keys of the kinds that have parameters, by the part that these stand in."""
        return {
            "organisations": tuple(kind.key for kind in self.organisations),
            "programme": tuple(kind.key for kind in self.sessions),
            "results": tuple(kind.key for kind in self.occasions),
            "venue": tuple(kind.key for kind in self.zones if kind.stated),
            "badges": tuple(kind.key for kind in self.badges),
        }

    def uses(self, part: str, key: str, field: str) -> bool:
        """Return whether a kind has a parameter of a field."""
        if part == "organisations":
            others = next(kind for kind in self.organisations if kind.key == key).others
            return field != ("count" if others else "weight")
        if part == "badges":
            registers = next(kind for kind in self.badges if kind.key == key).registers
            return not (registers and field in ("people", "tickets"))
        if part == "results":
            occasion = next(kind for kind in self.occasions if kind.key == key)
            return {"value": occasion.value == "total", "on_site": bool(occasion.session)}.get(field, True)
        return True
