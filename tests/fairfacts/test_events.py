"""The vocabulary and its codec: what is written is read, and what is not well formed is refused by name."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from tests.fairfacts.any_events import any_log
from tests.fairfacts.stories import GOLDEN, STARTED

from fairfacts.errors import EventError
from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES, decode, encode, type_name
from fairfacts.parts.runs import FairOpened

GOLDEN_BYTES = (Path(__file__).parent / "golden.ndjson").read_bytes()
OPENED = b'{"type":"fair.opened","at_ms":5}\n'


def fault(ndjson: bytes) -> tuple[str, int, str]:
    with pytest.raises(EventError) as refused:
        decode(ndjson)
    return str(refused.value), refused.value.position, refused.value.field


def test_golden_bytes_are_read_as_the_golden_events():
    assert decode(GOLDEN_BYTES) == list(GOLDEN)


def test_golden_events_are_written_as_the_golden_bytes():
    assert encode(GOLDEN) == GOLDEN_BYTES


def test_every_type_of_the_union_is_golden_once():
    golden = Counter(type_name(type(event)) for event in GOLDEN)
    assert {name: golden[name] for name in map(type_name, EVENT_TYPES) if golden[name] != 1} == {}


def test_every_event_class_is_in_the_union():
    def classes(base: type[Event]) -> set[type[Event]]:
        return {base} | {found for derived in base.__subclasses__() for found in classes(derived)}

    ours = {found for found in classes(Event) if found.__module__.startswith("fairfacts.")}
    assert {found for found in ours if found.__struct_config__.tag} == set(EVENT_TYPES)


def test_names_of_types_are_a_thing_and_what_happened_to_it():
    names = [type_name(event_type).partition(".") for event_type in EVENT_TYPES]
    words = [f"{thing}_{happened}".title().replace("_", "") for thing, _, happened in names]
    assert words == [event_type.__name__ for event_type in EVENT_TYPES]


@given(any_log())
def test_what_is_written_is_read(log: list[Event]):
    assert decode(encode(log)) == log


def test_empty_batch_has_no_events():
    assert decode(b"") == []


def test_blank_lines_and_a_missing_last_newline_are_passed_over():
    assert decode(b"\n" + OPENED + b" \r\n" + OPENED[:-1]) == [FairOpened(5), FairOpened(5)]


def test_events_of_one_moment_keep_their_order():
    log = [STARTED, FairOpened(0)]
    assert decode(encode(log)) == log


REFUSED = {
    "unknown field": (b'{"type":"fair.opened","at_ms":5,"day":1}', "the event", "day is no key of it; leave it out"),
    "missing field": (b'{"type":"fair.opened"}', "the event", "at_ms is missing; give it"),
    "unknown type": (b'{"type":"fair.burnt","at_ms":5}', "type", "'fair.burnt' is none of those that are allowed"),
    "no type": (b'{"at_ms":5}', "the event", "type is missing; give it"),
    "negative moment": (b'{"type":"fair.opened","at_ms":-1}', "at_ms", "it is out of range; at least 0 is allowed"),
    "a moment after a century": (
        b'{"type":"fair.opened","at_ms":3162240000001}',
        "at_ms",
        "it is out of range; at most 3162240000000 is allowed",
    ),
    "a count that JavaScript would round": (
        b'{"type":"stream.ended","at_ms":5,"stream":9007199254740992}',
        "stream",
        "it is out of range; at most 9007199254740991 is allowed",
    ),
    "fraction of a millisecond": (
        b'{"type":"fair.opened","at_ms":5.5}', "at_ms", "it is a number, and a whole number is wanted",
    ),
    "text for a number": (b'{"type":"fair.opened","at_ms":"5"}', "at_ms", "it is a text, and a whole number is wanted"),
    "economy of three letters": (
        b'{"type":"visit.started","at_ms":5,"visit":0,"organisation":0,"economy":"DEU"}',
        "economy",
        "its length is out of range; at most 2 is allowed",
    ),
    "unknown reason": (
        b'{"type":"attendee.turned_away","at_ms":5,"session":0,"organisation":0,"economy":"DE","reason":"rain"}',
        "reason",
        "'rain' is none of those that are allowed",
    ),
    "text among the inputs that is none": (
        encode([STARTED]).replace(b'["sessions.total"]', b'["sessions.total",1]').rstrip(),
        "inputs[1]",
        "it is a whole number, and a text is wanted",
    ),
    "another value than an object": (b"[]", "the event", "it is a list, and a table is wanted"),
    "broken off": (b'{"type":"fair.opened","at_ms":5', "the event", "Input data was truncated"),
    "no JSON": (b"\x0c", "the event", "JSON is malformed: invalid character (byte 0)"),
    "no UTF-8": (
        b'{"type":"visit.started","at_ms":5,"visit":0,"organisation":0,"economy":"\xff\xff"}',
        "the event",
        "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_event_that_is_not_well_formed_is_named_by_position_and_field(name: str):
    line, field, reason = REFUSED[name]
    message = f"event 2 of the batch: {field}: {reason}; nothing of the batch was kept"
    assert fault(OPENED + b"\n" + OPENED + line + b"\n" + OPENED) == (message, 2, field)


@pytest.mark.parametrize("epoch", ["yesterday", "2020-09-04", "2020-09-04T00:00:00", "0001-01-01T00:00:00+08:00"])
def test_run_whose_moments_have_no_date_is_refused(epoch: str):
    line = encode([STARTED]).replace(STARTED.epoch.encode(), epoch.encode())
    message = (
        f"event 0 of the batch: the event: epoch is '{epoch}'; it is a moment with offset in the years 1900 to 2999,"
        " such as 2027-05-07T00:00:00+08:00; nothing of the batch was kept"
    )
    assert fault(line) == (message, 0, "the event")


def test_seed_has_all_of_63_bits():
    run = msgspec.structs.replace(STARTED, seed=2**63 - 1, replication=2**63 - 1)
    assert decode(encode([run])) == [run]


def test_going_back_in_time_is_refused():
    message = (
        "event 2 of the batch: at_ms is 6, before the 7 of the event ahead of it;"
        " send events in the order of their time"
    )
    assert fault(encode([FairOpened(5), FairOpened(7), FairOpened(6)])) == (message, 2, "at_ms")


def test_events_are_values():
    assert hash(FairOpened(5)) == hash(decode(OPENED)[0])


def test_event_cannot_be_changed():
    with pytest.raises(AttributeError, match="immutable type: 'RunStarted'"):
        STARTED.seed = 8
