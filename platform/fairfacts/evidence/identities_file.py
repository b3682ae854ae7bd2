"""Reads what must hold among a fair's figures, and its counting rules: each fault names entry, key and remedy."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, get_args

import msgspec

from fairfacts.errors import FigureError, did_you_mean
from fairfacts.evidence.counting import ANY_FAIR, COUNTERS, Rule
from fairfacts.evidence.figures import Figure
from fairfacts.evidence.identities import Identity, Kind
from fairfacts.interchange.plain import plain_words
from fairfacts.interchange.reading import Reading
from fairfacts.parts.fairs import ENGLISH
from fairfacts.parts.programme import Mode

TABLES = ("identities", "rules")
TERMS: Mapping[Kind, int] = {"share": 2, "share of whole numbers": 1, "same": 1, "same day": 1}
"""How many terms an identity of these kinds has; the other kinds have one at least."""
Entry = TypeVar("Entry", Identity, Rule)


def read_identities(
    content: bytes, file: str, figures: Mapping[str, Figure] | None
) -> tuple[tuple[Identity, ...], tuple[Rule, ...]]:
    """Return the identities and the counting rules of a file; the rules of any fair where it has none.

    `figures` is None if they have faults; the identities are then not checked against them.

    Raises:
        FigureError: names every fault of the file.
    """
    reading = Reading(file, "TOML", "tables", FigureError)
    try:
        table = tomllib.loads(reading.text_of(content))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as fault:  # a ValueError: a number of 5,000 digits
        raise FigureError(f"{file}: is no TOML: {fault}") from fault
    for key in table:
        if key not in TABLES:
            reading.fault(key, f"is no table of the file; {did_you_mean(key, TABLES)}")
    identities = _entries(reading, table, "identities", Identity, lambda one: _identity_faults(one, figures))
    rules = _entries(reading, table, "rules", Rule, lambda one: _rule_faults(one, figures))
    reading.refuse()
    return identities, rules if "rules" in table else ANY_FAIR


def _entries(
    reading: Reading,
    table: Mapping[str, Any],
    key: str,
    of: type[Entry],
    faults: Callable[[Entry], Iterator[tuple[str, str]]],
) -> tuple[Entry, ...]:
    given, found = table.get(key, []), list[Entry]()
    if not isinstance(given, list):
        reading.fault(key, f"is {given!r}; write a table [[{key}]] for each")
        return ()
    for number, entry in enumerate(given, 1):
        try:
            found.append(msgspec.convert(entry, of))
        except msgspec.ValidationError as fault:
            name = entry.get("name") if isinstance(entry, dict) else None
            reading.fault(f"{key} {number}" + (f" ({name})" if name else ""), plain_words(fault))
            continue
        for place, message in faults(found[-1]):
            reading.fault(f"{found[-1].name}: {place}", message)
    for name, times in Counter(entry.name for entry in found).items():
        if times > 1:
            reading.fault(f"{name}: name", f"stands {times} times; call each otherwise")
    return tuple(found)


def _identity_faults(one: Identity, figures: Mapping[str, Figure] | None) -> Iterator[tuple[str, str]]:
    wanted = TERMS.get(one.kind)
    if not one.terms or (wanted and len(one.terms) != wanted):
        yield "terms", f"are {len(one.terms)}; a {one.kind} has {wanted or 'one at least'}"
    for place, figure in (("whole", one.whole), *(("terms", term) for term in one.terms)):
        if figures is None:
            break
        if figure not in figures:
            yield place, _no_figure(figure, figures)
        elif one.kind != "same day" and not isinstance(figures[figure].value, float):
            yield place, f"{figure} is {figures[figure].value}; a {one.kind} is of numbers"
    if ENGLISH not in one.because:
        yield "because", f"has no text in English; give {ENGLISH}"


def _rule_faults(one: Rule, figures: Mapping[str, Figure] | None) -> Iterator[tuple[str, str]]:
    if one.figure and figures is not None and one.figure not in figures:
        yield "figure", _no_figure(one.figure, figures)
    if ENGLISH not in one.meaning:
        yield "meaning", f"has no text in English; give {ENGLISH}"
    if one.sessions is None:
        if one.name not in COUNTERS:
            yield "name", f"counts nothing; {did_you_mean(one.name, COUNTERS)} (or give it sessions)"
        return
    if one.name in COUNTERS:
        yield "sessions", "cannot be chosen for what is counted in any fair; call the rule otherwise"
    for mode in one.sessions.modes or ():
        if mode not in get_args(Mode):
            yield "sessions.modes", f"{mode} is no mode; {did_you_mean(mode, get_args(Mode))}"


def _no_figure(name: str, figures: Mapping[str, Figure]) -> str:
    return f"{name} is no figure of figures.csv; {did_you_mean(name, figures)}"
