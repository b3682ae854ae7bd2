r"""Text of a calendar, escaped as RFC 5545 (3.3.11) says: icalendar 7.3 writes the `\N` of `C:\New` as a line break."""

from __future__ import annotations

import re

from icalendar import vCategory, vText

ESCAPES = re.compile(r"[\\;,]|\r\n|[\r\n]")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+")
"""What a text may not hold (RFC 5545, 3.3.11); the reader takes blanks for them as well."""
ESCAPED = re.compile(r"\\([\\;,nN])")


class Text(vText):
    """A text."""

    def to_ical(self) -> bytes:
        """Return the text as it is written."""
        escaped = ESCAPES.sub(lambda match: "\\" + ("n" if match[0].isspace() else match[0]), without_controls(self))
        return escaped.encode()


def without_controls(text: str) -> str:
    """Return a text with blanks in place of what no calendar may hold."""
    return CONTROLS.sub(" ", text)


def name_of(written: str) -> str:
    """Return the name of a calendar, in a line: the library leaves it as it is written."""
    return ESCAPED.sub(lambda match: " " if match[1] in "nN" else match[1], written)


def category(name: str) -> vCategory:
    """Return the one category of an event."""
    of = vCategory([name])
    of.cats = [Text(name)]
    return of
