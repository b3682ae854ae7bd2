"""The document of events and measures: fresh, and without a gap."""

from __future__ import annotations

from pathlib import Path
from typing import get_type_hints

import msgspec
import pytest

from fairfacts.events import EVENT_TYPES, type_name
from fairfacts.field_docs import field_docs
from fairfacts.measures import MEASURES
from fairfacts.parts.disruptions import DISRUPTIONS, kind_of
from fairfacts.parts.venue.events import VisitorEntered
from fairfacts.vocabulary import COMMON, document, fields_of

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "events.md"
TYPES = (*EVENT_TYPES, *DISRUPTIONS)


def test_the_document_is_fresh():
    # renew it with: make renew
    assert DOCUMENT.read_text() == document()


def test_every_event_every_disruption_and_every_measure_is_in_the_document():
    lines = set(document().splitlines())
    headings = [*map(type_name, EVENT_TYPES), *map(kind_of, DISRUPTIONS)]
    assert [name for name in headings if f"### {name}" not in lines] == []
    rows = {line.split("`")[1] for line in lines if line.startswith("| `")}
    assert sorted(MEASURES.keys() - rows) == []


def test_every_field_has_a_type_and_a_meaning():
    nameless = [
        (type_.__name__, name) for type_ in TYPES for name, kind, _, text in fields_of(type_) if not (kind and text)
    ]
    assert nameless == [], "write a docstring below the field; what many types have alike is in COMMON of vocabulary.py"


def test_fields_that_a_sender_may_leave_out_are_told():
    for type_ in TYPES:
        least = {field.name for field in msgspec.structs.fields(type_) if field.required} - {"at_ms"}
        rows = fields_of(type_)
        must = {name for name, kind, *_ in rows if "; left out: `" not in kind and "or absent" not in kind}
        assert must == least, type_.__name__
    entered = {name: kind for name, kind, *_ in fields_of(VisitorEntered)}
    assert (entered["badge"], entered["delegate"]) == ('text; left out: `""`', "count or null; left out: `null`")


def test_every_common_meaning_is_that_of_a_field():
    lacking = {name for type_ in TYPES for name in set(type_.__struct_fields__) - field_docs(type_).keys()}
    assert sorted(COMMON.keys() - lacking) == []


@pytest.mark.parametrize(("name", "common"), [("economy", "organisation"), ("waited_ms", "negotiation")])
def test_what_a_field_has_in_common_is_said_only_where_it_is_so(name: str, common: str):
    filled = [type_ for type_ in TYPES if name in type_.__struct_fields__ and name not in field_docs(type_)]
    assert [type_.__name__ for type_ in filled if get_type_hints(type_).get(common) is not int] == []


def test_a_field_is_explained_by_the_docstring_below_it_with_its_unit():
    (took,) = (
        row for type_ in TYPES if type_name(type_) == "result.signed" for row in fields_of(type_) if row[0] == "took_ms"
    )
    assert took == (
        "took_ms",
        "ms",
        "ms",
        "The slot in that place, which ends with the signature; 0 when signed online.",
    )
