"""Rooms of a timetable: one name for one room, and what only says that a session is held online."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from fairfacts.interchange.reading import Reading, quoted

ONLINE = "online"
"""The room of what has none."""
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_MEETINGS = (
    r"(?:zoom\.us|webex\.com|meet\.google\.com|teams\.(?:microsoft|live)\.com|meet\.jit\.si|meeting\.tencent\.com)"
)
_ADDRESS = re.compile(
    rf"\b(?:[a-z][a-z0-9+.-]*://|www\.|(?:tel|sip|sips|mailto):|(?:[a-z0-9-]+\.)*{_MEETINGS}/)\S*", re.IGNORECASE
)
_LIKE_ADDRESS = re.compile(r"\b(?:[a-z0-9-]+\.)+[a-z]{2,}/", re.IGNORECASE)
"""What may be an address, and may be a room: `2.OG/R204`."""
_WORD = re.compile(r"[^\W_]+")
_SAYS_ONLINE = frozenset({
    "online", "virtual", "virtually", "virtuell", "virtuel", "virtuelle", "remote", "zoom", "webex", "teams",
    "skype", "webinar", "livestream", "stream", "webcast", "videokonferenz", "visioconférence", "ligne",
    "línea", "онлайн",
})  # fmt: skip
"""Words that mean a session which is held online."""
_SAYS_ONLINE_UNSPACED = frozenset({
    "线上", "線上", "在线", "网上", "網上", "网络直播", "网络会议", "直播", "腾讯会议", "オンライン", "配信", "온라인",
})  # fmt: skip
"""Those of scripts that write words without blanks between them."""
_BESIDE = frozenset({
    "en", "only", "nur", "live", "event", "meeting", "besprechung",
    "microsoft", "ms", "cisco", "google", "via", "per", "über", "and", "und", "session", "sessions", "conference",
    "konferenz", "call", "video", "link",
})  # fmt: skip
"""Words that may stand beside these."""
_BESIDE_UNSPACED = frozenset({"会议", "會議", "会議", "视频", "论坛", "회의"})
_UNSPACED = re.compile("|".join(sorted(_SAYS_ONLINE_UNSPACED | _BESIDE_UNSPACED, key=len, reverse=True)))


def room_name(written: str) -> str:
    """Return the name of a room: composed, with single blanks, and without characters that are not shown."""
    text = CONTROL.sub(" ", unicodedata.normalize("NFC", written))
    shown = (char for char in text if char in "\u200c\u200d" or unicodedata.category(char) != "Cf")  # some scripts join
    return " ".join("".join(shown).split())


def same_room(name: str, other: str) -> bool:
    """Return whether two texts name one room, or are alike but for case and width."""
    return _alike(room_name(name)) == _alike(room_name(other)) or (is_online(name) and is_online(other))


def is_online(written: str) -> bool:
    """Return whether a text only says that a session is held online: by an address, or in words for it."""
    words, has_address, says_online = _look_at(room_name(written))
    means_online = _SAYS_ONLINE | _SAYS_ONLINE_UNSPACED | _BESIDE | _BESIDE_UNSPACED
    return words <= means_online and (has_address or says_online)


def room_of(written: str, place: str, reading: Reading) -> str:
    """Return the name of a room, or nothing where it means that the session is held online."""
    name = room_name(written)
    _, has_address, says_online = _look_at(name)
    if not name:
        reading.remark(place, "assumed", "room", "it names no room: held online only")
    elif is_online(name):
        what = "is an address" if has_address else "is no room"
        if name.lower() != ONLINE:
            reading.remark(place, "coerced", "room", f"{quoted(written)} {what}: held online only")
        return ""
    elif has_address or says_online or _LIKE_ADDRESS.search(name):
        reading.remark(place, "assumed", "room", f"{quoted(written)} is taken for a room; write online if it is none")
    elif name != written:
        is_seen = name.isascii() or unicodedata.normalize("NFC", written) != name
        shown = quoted(name) if is_seen else f"{quoted(name)}, with composed letters (NFC)"
        reading.remark(place, "coerced", "room", f"{quoted(written)} is read as {shown}")
    return name


def _look_at(name: str) -> tuple[set[str], bool, bool]:
    """Return the words of a name beside addresses, whether it has an address, and whether a word means online."""
    spaced = _UNSPACED.sub(r" \g<0> ", _ADDRESS.sub(" ", name).casefold())
    words = {*_WORD.findall(spaced)}
    return words, bool(_ADDRESS.search(name)), bool(words & (_SAYS_ONLINE | _SAYS_ONLINE_UNSPACED))


def _alike(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def note_alike(rooms: Iterable[str], reading: Reading) -> None:
    """Say which rooms have names that differ in case or width alone, and are several rooms nevertheless."""
    alike = defaultdict(set)
    for room in rooms:
        alike[_alike(room)].add(room)
    for names in alike.values():
        if len(names) > 1:
            shown = ", ".join(map(quoted, sorted(names)))
            reading.remark("", "assumed", "room", f"{shown} are {len(names)} rooms; write the name of one room alike")
