"""TOML files of a fair, read strictly: each fault names table, key, value and what is allowed."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

from fairfacts.errors import FigureError, ScenarioError, did_you_mean
from fairfacts.evidence.figures import measure_of
from fairfacts.interchange.plain import plain_words
from fairfacts.interchange.reading import Reading, quoted, read_bytes
from fairfacts.parts.fairs import ENGLISH, Names
from fairsim.inputs.economies import economy_codes, time_zones
from fairsim.inputs.faults import Faults
from fairsim.inputs.kinds import Badge, DeclaredKind, Kinds, OccasionKind, OrganisationKind, SessionKind, ZoneKind

KEY = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
TEXTS = ("name", "called", "title")
"""Keys of a kind's texts for people."""
Row = TypeVar("Row", bound=DeclaredKind)


def read_toml(source: Traversable, file: str, faults: Faults, remedy: str = "put it there") -> Table | None:
    """Return the table of a TOML file; None where it cannot be read."""
    reading = Reading(file, "TOML", "tables", ScenarioError)
    try:
        content = read_bytes(source, reading, remedy) if isinstance(source, Path) else source.read_bytes()
        return Table(tomllib.loads(reading.text_of(content)), file, faults)
    except ScenarioError as fault:
        faults.take(fault)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as fault:  # a ValueError: a number of 5,000 digits
        faults.add(file, f"is no TOML: {fault}")
    return None


class Table:
    """The tables of a file, taken one by one; faults are collected."""

    def __init__(self, given: dict[str, Any], file: str, faults: Faults) -> None:
        self.given, self.file, self._faults = given, file, faults

    def fault(self, place: str, message: str) -> None:
        """Keep a fault of the file."""
        self._faults.add(f"{self.file}: {place}", message)

    def take(self, key: str) -> Any:
        """Return what stands under a key; None where it is missing."""
        return self.given.get(key)

    def names(self, key: str, usual: Any = None) -> Names:
        """Return texts by language."""
        given = self.given.get(key, usual)
        if isinstance(given, str):
            given = {ENGLISH: given}
        try:
            names = msgspec.convert(given, Names)
        except msgspec.ValidationError:
            names = {}
        if not names.get(ENGLISH):
            self.fault(key, f'{_state_of(given)}; write a text, or one for each language: {{ en = "...", zh = "..." }}')
        return names

    def text(self, key: str) -> str:
        """Return a text, empty where it is missing."""
        given = self.given.get(key, "")
        if not isinstance(given, str):
            self.fault(key, f"is {quoted(given)}; write a text, in quotes")
            return ""
        return given

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty where it is missing."""
        try:
            return msgspec.convert(self.given.get(key, ()), tuple[str, ...])
        except msgspec.ValidationError:
            self.fault(key, f'is {quoted(self.given[key])}; write a list of texts, such as ["venue.entered"]')
            return ()

    def measures(self, key: str) -> tuple[str, ...]:
        """Return a list of paths of measures, each of one number; empty where it is missing."""
        paths = self.texts(key)
        for path in paths:
            try:
                measure_of(path)
            except FigureError as fault:
                self.fault(key, str(fault))
        return paths

    def time_zone(self, key: str) -> str:
        """Return the IANA name of a time zone."""
        given, known = self.given.get(key), time_zones()
        if not isinstance(given, str) or given not in known:
            near = did_you_mean(given, known) if isinstance(given, str) else "write a text, in quotes"
            self.fault(key, f"{_state_of(given)}; {near} (an IANA name such as Europe/Berlin)")
        return str(given)

    def economy(self, key: str) -> str:
        """Return the code of an economy."""
        given = self.given.get(key)
        if not isinstance(given, str) or given not in economy_codes():
            self.fault(key, f"{_state_of(given)}; write the ISO 3166 code of the home economy, such as DE")
        return str(given)

    def file_in(self, key: str, folder: Traversable) -> str:
        """Return the name of a file in a folder; empty where it is missing."""
        name = self.text(key)
        try:
            is_there = not name or (folder / name).is_file()
        except (OSError, ValueError):  # a name that is too long, or has a NUL
            is_there = False
        if not is_there:
            self.fault(key, f"is {quoted(name)}, which is no file in the folder; put it there, or leave it out")
        return name

    def kinds(self) -> Kinds:
        """Return the kinds of the fair."""
        return Kinds(
            self.rows("organisations", OrganisationKind) or self._nobody(),
            self.rows("sessions", SessionKind),
            self.rows("occasions", OccasionKind),
            self.rows("zone_kinds", ZoneKind),
            self.rows("badges", Badge) or (Badge(key="delegate", name={ENGLISH: "Delegate"}),),
        )

    def _nobody(self) -> tuple[OrganisationKind, ...]:
        if self.given.get("organisations", []) == []:
            self.fault("organisations", "are missing; write a table [[organisations]] for each kind, one of them with"
                                        " others = true")  # fmt: skip
        return ()

    def rows(self, key: str, kind: type[Row]) -> tuple[Row, ...]:
        """Return the kinds of a list of tables."""
        given = self.given.get(key, [])
        if not isinstance(given, list):
            self.fault(key, f"is {quoted(given)}; write a table [[{key}]] for each")
            return ()
        rows = [row for place, table in enumerate(given, 1) if (row := self._row(key, place, table, kind)) is not None]
        keys = [table.get("key") if isinstance(table, dict) else None for table in given]
        for name, times in Counter(text for text in keys if isinstance(text, str)).items():
            if times > 1:
                first, second, *_ = (place for place, text in enumerate(keys, 1) if text == name)
                which = f"tables {first} and {second} of [[{key}]]"
                self.fault(f"{key}, {name}", f"stands twice, in {which}; give each kind a key of its own")
        return tuple(rows)

    def _row(self, key: str, place: int, given: Any, kind: type[Row]) -> Row | None:
        name = given.get("key", place) if isinstance(given, dict) else place
        where = f"{key}, {name}"
        faults = list(_row_faults(given, kind))
        for message in faults:
            self.fault(where, message)
        return None if faults else msgspec.convert(_with_names(given), kind)

    def refuse_others(self, known: Iterable[str]) -> None:
        """Keep a fault for each key that nobody knows."""
        for key in self.given:
            if key not in known:
                self.fault(key, f"is no key; {did_you_mean(key, known)}")


def _row_faults(given: Any, kind: type[DeclaredKind]) -> Iterator[str]:
    """Yield what is wrong with a table that should be of a kind."""
    if not isinstance(given, dict):
        yield f"it is {quoted(given)}, and a table is wanted"
        return
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    for name, value in _with_names(given).items():
        if name not in fields:
            yield f"{name} is no key of it; {did_you_mean(name, fields)}"
            continue
        wanted = fields[name].type
        if get_origin(wanted) is Literal and value not in get_args(wanted):
            yield f"{name} is {quoted(value)}; {did_you_mean(str(value), get_args(wanted))}"
            continue
        try:
            msgspec.convert(value, wanted)
        except msgspec.ValidationError as fault:
            yield f"{name} is {quoted(given[name])}: {plain_words(fault)}"
            continue
        if name == "key" and not KEY.fullmatch(value):
            yield f"key is {quoted(value)}; write up to 40 small letters, digits and underscores"
        if name == "name" and not value.get(ENGLISH):
            yield 'name has no English text; write name = { en = "..." }'
    for name, field in fields.items():
        if field.required and name not in given:
            yield f"{name} is missing; give it"


def _state_of(given: Any) -> str:
    return "is missing" if given is None else f"is {quoted(given)}"


def _with_names(given: dict[str, Any]) -> dict[str, Any]:
    """Return a table whose texts for people are by language; one without a language is English."""
    return {
        name: {ENGLISH: value} if name in TEXTS and isinstance(value, str) else value for name, value in given.items()
    }
