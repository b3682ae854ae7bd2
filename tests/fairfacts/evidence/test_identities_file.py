"""What a fair's folder says of its figures is read strictly: all faults at once, each with its entry and its remedy."""

from __future__ import annotations

import pytest

from fairfacts.errors import FigureError
from fairfacts.evidence.counting import ANY_FAIR
from fairfacts.evidence.folder import known_fair
from fairfacts.evidence.identities_file import read_identities

FIGURES = known_fair("ciftis2020").figures
WHOLE = """
[[identities]]
name = "kinds"
kind = "sum"
whole = "sessions.total"
terms = ["sessions.evening"]
because = { en = "so" }
[[rules]]
name = "evenings"
figure = "sessions.evening"
sessions = { kinds = ["evening"] }
meaning = { en = "sessions · in the evening" }
"""


def faults(text: str) -> list[str]:
    with pytest.raises(FigureError) as refused:
        read_identities(text.encode(), "mine/identities.toml", FIGURES)
    return [fault.removeprefix("mine/identities.toml: ") for fault in refused.value.faults]


def test_file_is_read_and_one_without_rules_has_those_of_any_fair() -> None:
    (identity,), (rule,) = read_identities(WHOLE.encode(), "x", FIGURES)
    assert (identity.terms, rule.name) == (("sessions.evening",), "evenings")
    assert read_identities(b"", "x", FIGURES) == ((), ANY_FAIR)
    assert read_identities(b"rules = []", "x", FIGURES) == ((), ())


@pytest.mark.parametrize(
    ("given", "written", "fault"),
    [
        ("[[rules]]", "[[rule]]", "rule: is no table of the file; did you mean rules?"),
        ("[[rules]]", "[rules]", "rules: is {'name': 'evenings', "),
        ('kind = "sum"', 'kind = "total"', "identities 1 (kinds): kind: 'total' is none of those"),
        ('kind = "sum"', 'kind = "sum"\nso = 1', "identities 1 (kinds): so is no key of it; leave it out"),
        ('name = "kinds"', "name = 5", "identities 1 (5): name: it is a whole number, and a text is wanted"),
        ('whole = "sessions.total"', "", "identities 1 (kinds): whole is missing; give it"),
        ('"sessions.total"', '"sessions.totl"', "kinds: whole: sessions.totl is no figure of figures.csv; did you"),
        ('["sessions.evening"]', "[]", "kinds: terms: are 0; a sum has one at least"),
        ('"sum"', '"share"', "kinds: terms: are 1; a share has 2"),
        ('"sessions.total"', '"fair.opens"', "kinds: whole: fair.opens is 2020-09-04; a sum is of numbers"),
        ('{ en = "so" }', '{ zh = "因" }', "kinds: because: has no text in English; give en"),
        ('figure = "sessions.evening"', 'figure = "evening"', "evenings: figure: evening is no figure of figures.csv;"),
        ('sessions = { kinds = ["evening"] }', "", "evenings: name: counts nothing; known are: "),
        ('kinds = ["evening"]', 'modes = ["onsite"]', "evenings: sessions.modes: onsite is no mode; did you"),
        ('"evenings"', '"negotiations.held"', "negotiations.held: sessions: cannot be chosen for what is"),
        ("[[rules]]", "[[rules", "is no TOML: "),
    ],
)  # fmt: skip
def test_fault_is_named_by_its_entry(given: str, written: str, fault: str) -> None:
    assert WHOLE.count(given) == 1
    (found,) = faults(WHOLE.replace(given, written))
    assert found.startswith(fault)


def test_all_faults_are_named_at_once_and_an_entry_stands_once() -> None:
    wrong = WHOLE.replace("sessions.total", "session.total").replace('figure = "sessions', 'figure = "x')
    found = faults(wrong + WHOLE[1:])
    assert [fault.partition("; ")[0] for fault in found] == [
        "kinds: whole: session.total is no figure of figures.csv",
        "kinds: name: stands 2 times",
        "evenings: figure: x.evening is no figure of figures.csv",
        "evenings: name: stands 2 times",
    ]
