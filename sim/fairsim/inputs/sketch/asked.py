"""What `fair new` asks an organiser."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from fairfacts.errors import ScenarioError
from fairsim.inputs.keys import keys_of, same_name


class Listed(NamedTuple):
    """A kind of organisation or a zone, as it is asked for: `Sponsor=6`, or `Sponsor=6:2` with stands of their own."""

    key: str
    name: str
    number: int
    """Of organisations, or of stands."""
    stands: int | None = None
    """Of organisations of the kind, so many exhibit; None: as of all others."""


class Sketch(NamedTuple):
    """What `fair new` asks."""

    opens_on: date
    days: int
    time_zone: str
    home: str
    organisations: int
    exhibitors: int
    visitors: int
    """Different people on site; 0 for a fair online alone."""
    sessions: int
    on_site: bool = False
    """Whether it is on site alone, without an online platform."""
    programme: Path | None = None
    """A programme's file, whose days, rooms, sessions and kinds are taken."""
    roomless: tuple[str, ...] = ()
    """Titles of those of its sessions that name no room."""
    kinds: Mapping[str, str] = {}
    """Of sessions by key, as that file names them."""
    tracks: Mapping[str, str] = {}
    """Likewise; they become the sectors."""
    hall_days: int | None = None
    """Days on which halls open; None: all of them."""
    hall_hours: tuple[float, float] | None = None
    """From when to when sessions in rooms are held on most days; None: on none by day."""
    assumed: frozenset[str] = frozenset()
    """Fields that nobody stated: they have a usual value."""
    title: str = ""
    """Of the fair; empty: that of its folder."""
    short_title: str = ""
    organisation_kinds: tuple[Listed, ...] = ()
    """With a number of their own, beside all others."""
    zones: tuple[Listed, ...] = ()
    """With their stands; none: halls for all exhibitors."""


def read_list(text: str) -> tuple[Listed, ...]:
    """Return what `Sponsor=6:2, Media house=20` lists: names with a number, and with the stands of these.

    Raises:
        ScenarioError: names the part that is none, or the name that is there twice.
    """
    parts = [_listed(part) for part in map(str.strip, text.split(",")) if part]
    known: set[str] = set()
    for name, *_ in parts:
        if same_name(name) in known:
            raise ScenarioError(f"{name} is there twice; write it once, or give one of them another name")
        known.add(same_name(name))
    keys = keys_of((name for name, *_ in parts), "number")
    return tuple(Listed(key, *part) for key, part in zip(keys, parts, strict=True))


def _listed(part: str) -> tuple[str, int, int | None]:
    name, _, numbers = (side.strip() for side in part.rpartition("="))
    count, colon, stands = (side.strip() for side in numbers.partition(":"))
    if not same_name(name) or not count.isdecimal() or (colon and not stands.isdecimal()):
        raise ScenarioError(
            f"{part!r} is no name with a number; write them with commas between: Sponsor=6, Media house=20"
        )
    return name, int(count), int(stands) if colon else None
