"""The fields of a JSON object that others wrote, each checked as it is taken."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from fairfacts.interchange.reading import MAX_QUOTED, Reading, quoted

YES, NO = ("true", "yes", "1"), ("false", "no", "0", "")
"""Texts that stand for a flag."""
NAMES = {dict: "an object", list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}


class Fields:
    """One object of a JSON file at its place; faults and remarks go to the reading."""

    def __init__(self, value: Any, place: str, reading: Reading) -> None:
        self.place, self._reading = place, reading
        if not isinstance(value, dict):
            reading.fault(place, f"it is {_named(value)}; an object is wanted")
        self.value: dict[str, Any] = value if isinstance(value, dict) else {}

    def table(self, field: str, *, required: bool = False) -> Fields:
        """Return an object in a field; an empty one where it is missing."""
        value = self.value.get(field)
        if value is None:
            if required:
                self._reading.fault(self.place, f"{field} is missing")
            value = {}
        return Fields(value, self._within(field), self._reading)

    def tables(self, field: str, *, required: bool = False) -> Iterator[Fields]:
        """Yield the objects of a list in a field."""
        value = self.value.get(field)
        if value is None and not required:
            return
        if not isinstance(value, list):
            problem = "is missing" if value is None else f"is {_named(value)}"
            self._reading.fault(self._within(field), f"{problem}; a list is wanted")
            return
        for number, item in enumerate(value):
            yield Fields(item, f"{self._within(field)}[{number}]", self._reading)

    def text(self, field: str, *, required: bool = False) -> str:
        """Return the text in a field; an empty one where it is missing or null."""
        value = self.value.get(field)
        if value is None:
            if required:
                self._reading.fault(self.place, f"{field} is missing")
            return ""
        if not isinstance(value, str):
            self._reading.fault(self.place, f"{field} is {_named(value)} ({quoted(value)}); a text is wanted")
            return ""
        if not is_text(value):
            self.fault(field, value, "half of a character (a lone surrogate) is no text")
            return ""
        return value

    def name(self, field: str) -> str:
        """Return the name in a field: a text, or an object with a `name`, or with a text for each language."""
        value = self.value.get(field)
        if not isinstance(value, dict):
            return self.text(field)
        name = self.any(field)
        if not isinstance(name, str):
            self.fault(field, value, "a text is wanted")
            return ""
        self._reading.remark(self.place, "coerced", field, f"an object is read as {quoted(name)}")
        return name

    def any(self, field: str) -> object:
        """Return what is in a field, whatever that is, and of an object its name where it has one."""
        value = self.value.get(field)
        if not isinstance(value, dict):
            return value
        texts = (text for key in ("name", "en", *value) if isinstance(text := value.get(key), str))
        name = next(texts, None)
        return name if name is not None and is_text(name) else value

    def number(self, field: str) -> float | None:
        """Return the number in a field, which may be written as a text; None where it is missing or null."""
        value = self.value.get(field)
        if value is None or value == "":
            return None
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdecimal():
            self._reading.remark(self.place, "coerced", field, f"the text {quoted(value)} is read as a number")
            value = int(value) if len(value) < 20 else math.inf
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(field, value, "a number is wanted")
            return None
        return value

    def flag(self, field: str) -> bool:
        """Return the flag in a field, which may be written as a text; no where it is missing, null or empty."""
        value = self.value.get(field)
        if value is None or isinstance(value, bool):
            return bool(value)
        text = str(value).strip().lower() if isinstance(value, str | int) else None
        if text not in (*YES, *NO):
            self.fault(field, value, "write true or false")
            return False
        if value != "":
            self._reading.remark(self.place, "coerced", field, f"{quoted(value)} is read as {text in YES}")
        return text in YES

    def fault(self, field: str, value: Any, remedy: str) -> None:
        """Keep a fault of a field."""
        self._reading.fault(self.place, f"{field} is {quoted(value)}; {remedy}")

    def ignore_others(self, used: Iterable[str]) -> None:
        """Note the names of the fields that are not used."""
        self._reading.ignored.update(name for name in self.value.keys() - set(used) if is_text(name))

    def _within(self, field: str) -> str:
        name = field if field.isprintable() and len(field) <= MAX_QUOTED else quoted(field)
        return f"{self.place}.{name}" if self.place else name


def _named(value: Any) -> str:
    return "null" if value is None else NAMES[type(value)]


def is_text(text: str) -> bool:
    """Return whether every character is a whole one."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)
