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
    identities = _entries(reading, table, "identities", Identity, lambda identity: _identity_faults(identity, figures))
    rules = _entries(reading, table, "rules", Rule, lambda rule: _rule_faults(rule, figures))
    reading.refuse()
    return identities, rules if "rules" in table else ANY_FAIR


def _entries(
    reading: Reading,
    table: Mapping[str, Any],
    key: str,
    of: type[Entry],
    faults: Callable[[Entry], Iterator[tuple[str, str]]],
) -> tuple[Entry, ...]:
    given, entries = table.get(key, []), list[Entry]()
    if not isinstance(given, list):
        reading.fault(key, f"is {given!r}; write a table [[{key}]] for each")
        return ()
    for number, entry in enumerate(given, 1):
        try:
            entries.append(msgspec.convert(entry, of))
        except msgspec.ValidationError as fault:
            name = entry.get("name") if isinstance(entry, dict) else None
            reading.fault(f"{key} {number}" + (f" ({name})" if name else ""), plain_words(fault))
            continue
        for place, message in faults(entries[-1]):
            reading.fault(f"{entries[-1].name}: {place}", message)
    for name, times in Counter(entry.name for entry in entries).items():
        if times > 1:
            reading.fault(f"{name}: name", f"stands {times} times; call each otherwise")
    return tuple(entries)


def _identity_faults(identity: Identity, figures: Mapping[str, Figure] | None) -> Iterator[tuple[str, str]]:
    wanted = TERMS.get(identity.kind)
    if not identity.terms or (wanted and len(identity.terms) != wanted):
        yield "terms", f"are {len(identity.terms)}; a {identity.kind} has {wanted or 'one at least'}"
    for place, figure in (("whole", identity.whole), *(("terms", term) for term in identity.terms)):
        if figures is None:
            break
        if figure not in figures:
            yield place, _no_figure(figure, figures)
        elif identity.kind != "same day" and not isinstance(figures[figure].value, float):
            yield place, f"{figure} is {figures[figure].value}; a {identity.kind} is of numbers"
    if ENGLISH not in identity.because:
        yield "because", f"has no text in English; give {ENGLISH}"


def _rule_faults(rule: Rule, figures: Mapping[str, Figure] | None) -> Iterator[tuple[str, str]]:
    if rule.figure and figures is not None and rule.figure not in figures:
        yield "figure", _no_figure(rule.figure, figures)
    if ENGLISH not in rule.meaning:
        yield "meaning", f"has no text in English; give {ENGLISH}"
    if rule.sessions is None:
        if rule.name not in COUNTERS:
            yield "name", f"counts nothing; {did_you_mean(rule.name, COUNTERS)} (or give it sessions)"
        return
    if rule.name in COUNTERS:
        yield "sessions", "cannot be chosen for what is counted in any fair; call the rule otherwise"
    for mode in rule.sessions.modes or ():
        if mode not in get_args(Mode):
            yield "sessions.modes", f"{mode} is no mode; {did_you_mean(mode, get_args(Mode))}"


def _no_figure(name: str, figures: Mapping[str, Figure]) -> str:
    return f"{name} is no figure of figures.csv; {did_you_mean(name, figures)}"
