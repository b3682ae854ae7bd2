r"""Text of a calendar, escaped as RFC 5545 (3.3.11) says: icalendar 7.3 writes the `\N` of `C:\New` as a line break."""

from __future__ import annotations

import re

from icalendar import vCategory, vText

ESCAPES = re.compile(r"[\\;,]|\r\n|[\r\n]")
ESCAPED = re.compile(r"\\([\\;,nN])")


class Text(vText):
    """A text."""

    def to_ical(self) -> bytes:
        """Return the text as it is written."""
        return ESCAPES.sub(lambda found: "\\" + ("n" if found[0].isspace() else found[0]), self).encode()


def name_of(written: str) -> str:
    """Return the name of a calendar, in a line: the library leaves it as it is written."""
    return ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], written)


def category(name: str) -> vCategory:
    """Return the one category of an event."""
    of = vCategory([name])
    of.cats = [Text(name)]
    return of
