"""Readers of what others write, on the kept inputs of the fuzzers and on inputs that hypothesis makes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fuzz.targets import EPOCH, TARGETS, check_round_trip, figures, icalendar, schedule_json

from fairfacts.interchange.timetable import Entry, in_order

KEPT = Path(__file__).parent / "corpus"
FILES = sorted(path for path in KEPT.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name[:12]}")
def test_a_kept_input_is_read_or_refused(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


def test_every_target_has_kept_inputs_of_both_sorts() -> None:
    sorts = {name: {TARGETS[name](path.read_bytes()) for path in (KEPT / name).iterdir()} for name in TARGETS}
    assert sorts == {name: {True, False} for name in TARGETS}


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=20)
NAMES = TEXTS.map(str.strip)
"""As readers give them: no reader keeps the blanks around a name."""
TITLES = NAMES.filter(bool)
ROOMS = st.sampled_from(["", "room 1", "Großer Saal, links", "会议厅", "[draft]", "a;b:c\\d"])
MINUTES = st.integers(0, 6 * 24 * 60)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Return a session of any fair of six days."""
    room, starts = draw(ROOMS), EPOCH + timedelta(minutes=draw(MINUTES))
    return Entry(
        uid=draw(TITLES),
        title=draw(TITLES),
        starts=starts,
        ends=starts + timedelta(minutes=draw(st.integers(1, 3 * 24 * 60))),
        room=room,
        seats=draw(st.none() | st.integers(1, 100_000)) if room else None,
        kind=draw(st.sampled_from(["summit", "evening", "Talk", ""]) | NAMES),
        track=draw(st.sampled_from(["finance", ""]) | NAMES),
        streamed=draw(st.booleans()),
        cancelled=draw(st.booleans()),
    )


@pytest.mark.slow
@settings(max_examples=60)
@given(st.lists(entries(), max_size=6, unique_by=lambda entry: entry.uid), st.sampled_from([0.01, 0.1, 1.0, 20.0]))
def test_any_programme_is_the_same_after_it_was_written_and_read(sessions: list[Entry], scale: float) -> None:
    check_round_trip(in_order("Fair", "fair", sessions, scale, "Asia/Shanghai"))


ODD = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.sampled_from(
    ["10:30", "25:00", "1:00:00", "00:45:00", "2020-09-04", "2020-09-04T10:00:00+08:00", "9999-12-31T23:59:59+14:00",
     "0001-01-01", "true", "", [], {}, {"name": "x"}, -1, 0.5, 1e308, 10**30]
)  # fmt: skip
EVENT = st.dictionaries(
    st.sampled_from(
        ["guid", "id", "title", "date", "start", "duration", "track", "type", "do_not_record", "do_not_stream"]
    ),
    ODD,
)


@st.composite
def schedules(draw: st.DrawFn) -> bytes:
    """Return a schedule.json some of whose parts are of another form, or missing."""
    good = {"title": "t", "date": "2020-09-04T10:00:00+08:00", "start": "10:00", "duration": "01:00"}

    def odd(usual: Any) -> Any:
        return usual if draw(st.integers(0, 9)) else draw(ODD)

    events = [odd(good | draw(EVENT)) for _ in range(draw(st.integers(0, 4)))]
    day = odd({"date": odd("2020-09-04"), "rooms": odd({draw(TEXTS): odd(events), "b": odd([good])})})
    conference = {
        "title": odd("x"), "acronym": odd("x"), "time_zone_name": odd("Asia/Shanghai"),
        "rooms": odd([odd({"name": odd("b"), "capacity": odd(20)})]), "days": odd([day, odd(day)]),
    }  # fmt: skip
    return json.dumps({"schedule": odd({"conference": odd(conference)})}, ensure_ascii=draw(st.booleans())).encode()


LINES = st.sampled_from(
    [
        *(
            "BEGIN:VEVENT",
            "END:VEVENT",
            "BEGIN:VTODO",
            "END:VTODO",
            "X-WR-TIMEZONE:Europe/Berlin",
            "X-WR-TIMEZONE:Mars",
        ),
        *("DTSTART:20200904T100000", "DTSTART:20200904T100000Z", "DTSTART;VALUE=DATE:20200904", "DTSTART:x", "DTEND:"),
        *("DTSTART;TZID=Europe/Berlin:20200904T100000", "DTSTART;TZID=X:20200904T100000", "DTEND:20200904T110000"),
        *("DTEND;TZID=America/New_York:20200904T110000", "DURATION:PT1H", "DURATION:-P1D", "DURATION:P9999W", "UID:1"),
        *("LOCATION:Aula", "LOCATION:Aula ", "LOCATION:Online", "SUMMARY:a\\nb", "CATEGORIES:a,b", "RRULE:FREQ=DAILY"),
        *(
            "STATUS:CANCELLED",
            "SEQUENCE:3",
            "SEQUENCE:x",
            "RDATE:20200905T100000Z",
            "RECURRENCE-ID:20200904",
            " folded",
        ),
        *("X-CLOUDFAIR-SEATS:9", "X-CLOUDFAIR-SEATS:-9", "X-CLOUDFAIR-STREAMED:MAYBE", "X-CLOUDFAIR-SCALE:nan", "junk"),
        *("DTSTART:99991231T235959Z", "DTSTART:00010101T000000", "BEGIN:VTIMEZONE", "END:VTIMEZONE", "TZID:X", ""),
    ]
)


@st.composite
def calendars(draw: st.DrawFn) -> bytes:
    """Return a calendar of lines in any order, most of them within events."""
    events = draw(st.lists(st.lists(LINES, max_size=8), max_size=4))
    inner = [line for lines in events for line in ("BEGIN:VEVENT", *lines, "END:VEVENT")]
    text = "\r\n".join(["BEGIN:VCALENDAR", *draw(st.lists(LINES, max_size=2)), *inner, "END:VCALENDAR", ""])
    return text.encode()


CELLS = st.sampled_from(
    [
        *("id", "value", "measure", "as_of", "rounding", "scales", "op", "unit", "status", "paragraph", "counts", "a"),
        *(
            "5.5e5",
            "550000",
            "550_000",
            "0,264",
            "0.264",
            "-1",
            "nan",
            "1e99",
            "",
            " 5 ",
            '"5"',
            '"',
            '"a,b"',
            "~",
            ">",
        ),
        *(
            "visits.started",
            "negotiations.initiated",
            "programme.starts_by_kind.summit",
            "organisations.by_kind",
            "run.phase",
        ),
        *("2020-09-05", "day 2 10:00", "yes", "no", "plan", "5．5", "\ufeff", "\u2028", "0"),
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """Return a table of figures, or nearly one."""
    separator, ends = draw(st.sampled_from([",", ";"])), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    header = draw(st.sampled_from([["id", "value", "measure"], ["id", "value", "measure", "as_of"]]) | st.lists(CELLS))
    rows = draw(st.lists(st.lists(CELLS, min_size=len(header), max_size=len(header) + draw(st.integers(0, 1)))))
    return ends.join(separator.join(cells) for cells in [header, *rows]).encode()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "inputs"),
    [(schedule_json, schedules()), (icalendar, calendars()), (figures, tables())],
    ids=["schedule_json", "icalendar", "figures"],
)
def test_any_input_is_read_or_refused(target: Callable[[bytes], bool], inputs: st.SearchStrategy[bytes]) -> None:
    @settings(max_examples=150)
    @given(inputs)
    def play(content: bytes) -> None:
        target(content)

    play()
