"""Whether a session of a timetable is held: what files say of it in their own words."""

from __future__ import annotations

import re

from fairfacts.interchange.reading import Reading, quoted

CANCELLED = frozenset({"cancelled", "canceled", "withdrawn", "rejected", "deleted"})
HELD = frozenset({"", "confirmed", "accepted", "tentative", "scheduled", "published"})
_WORDS = r"(?:(?:cancell?ed|abgesagt|entfällt|annulée?s?|cancelad[ao]s?|annullat[aoie])\b|已取消|取消|中止|취소)"
"""No blanks part words of Han letters, so that none has an end to look for."""
_TITLE = re.compile(rf"\W*{_WORDS}|.*[(\[{{（［【〔]\s*{_WORDS}\s*[)\]}}）］】〕]", re.IGNORECASE | re.DOTALL)
"""At the beginning, or anywhere in brackets."""


def is_cancelled(written: object, field: str, place: str, reading: Reading) -> bool:
    """Return whether a state of a session means that it is not held; another one than those known is remarked."""
    state = written.strip().casefold() if isinstance(written, str) else None
    if state not in CANCELLED | HELD:
        reading.remark(place, "assumed", field, f"{field} is {quoted(written)}: the session is held; cancelled is not")
    elif state in CANCELLED and state != "cancelled":
        reading.remark(place, "coerced", field, f"{field} is {quoted(written)}: read as cancelled")
    return state in CANCELLED


def note_title(title: str, place: str, reading: Reading) -> None:
    """Say that a session is held whose title says otherwise: it may be a title."""
    if _TITLE.match(title):
        reading.remark(place, "assumed", "title", f"{quoted(title)} is held: only its title says that it is cancelled")
