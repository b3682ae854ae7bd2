"""Keys for names in any language: of the kinds, sectors and zones that people call as they like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import count

from fairfacts.parts.fairs import Names

LONGEST = 40
"""Characters of a key."""
_ROOM = 36
"""Of these, before the number that a second name of the same key gets."""
_BETWEEN = re.compile(r"[\s_\-\u2010-\u2015]+")
"""Blanks, underscores and dashes, which people write for each other."""


def key_of(name: str) -> str:
    """Return a key for a name: small letters, digits and underscores, without accents; empty where it has others."""
    text = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(character for character in text if not unicodedata.combining(character)).casefold()
    if any(character.isalnum() and not character.isascii() for character in plain):
        return ""  # of 'Вино 2026', '2026' alone would be left, and that is another name
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST]


def same_name(name: str) -> str:
    """Return what two names have alike that are one: without regard to case, blanks and dashes."""
    return _BETWEEN.sub(" ", unicodedata.normalize("NFKC", name).casefold()).strip()


def keys_of(names: Iterable[str], usual: str) -> dict[str, str]:
    """Return each name once by a key of its own, in order.

    A name that ASCII cannot spell has its place as a key, such as `track_2`; the second one of a key has a number.

    Args:
        names: in their order, which decides the numbers.
        usual: how a key begins that has no letters of its own.
    """
    by_key: dict[str, str] = {}
    known: set[str] = set()
    for name in names:
        if (same := same_name(name)) and same not in known:
            known.add(same)
            by_key[_free(key_of(name) or f"{usual}_{len(known)}", by_key)] = name
    return by_key


def _free(key: str, taken: Mapping[str, str]) -> str:
    if key not in taken:
        return key
    return next(numbered for number in count(2) if (numbered := f"{key[:_ROOM]}_{number}") not in taken)


class Known:
    """Finds the key of what a file calls by its key or by its name."""

    def __init__(self, known: Mapping[str, Names]) -> None:
        self._keys = frozenset(known)
        self._by_name = {same_name(name): key for key in reversed([*known]) for name in known[key].values()}

    def find(self, written: str) -> str:
        """Return the key; empty where nothing is called so."""
        if written in self._keys:
            return written
        spelled = key_of(written)
        return self._by_name.get(same_name(written)) or (spelled if spelled in self._keys else "")
