"""Bad inputs against every route and command, and bad folders of fairs: a short form.

`python -m tests.fuzz.bad_inputs --tries 100000 --seed 1` and `python -m tests.fuzz.bad_fairs` are the long ones.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fuzz import bad_commands, bad_fairs, bad_requests
from tests.fuzz.odd import Odd


@pytest.fixture(autouse=True)
def without_logs() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.slow
def test_no_route_answers_a_bad_request_with_a_fault_of_its_own() -> None:
    assert asyncio.run(bad_requests.play(600, Odd(7))) == []


@pytest.mark.slow
def test_no_command_answers_bad_arguments_with_a_traceback() -> None:
    assert bad_commands.play(150, Odd(7)) == []


@pytest.mark.slow
def test_no_folder_of_a_fair_gives_a_traceback() -> None:
    assert list(bad_fairs.findings(30, 7)) == []


def test_a_seed_gives_the_same_tries() -> None:
    one, other = Odd(3), Odd(3)
    assert [one.json({"a": [1]}) for _ in range(50)] == [other.json({"a": [1]}) for _ in range(50)]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (["runs", "--db", "/"], "sqlite:////: unable to open database file"),
        (["runs", "--db", "a" * 5_000], "there is no such database"),
        (["verify", "--db", "\udcff"], "'\\udcff' is not UTF-8"),
        (["scenarios", "show", "/dev/zero.toml"], "cannot be read (No such file or directory)"),
        (["scenarios", "show", "/dev/zero"], "has more than 32 MB"),
        (["figures", "--figures", "/dev/zero"], "has more than 32 MB"),
        (["compare", "/dev/zero.json"], "cannot be read"),
    ],
)
def test_what_was_found_is_refused(line: list[str], complaint: str) -> None:
    with bad_commands.surroundings():
        status, written = bad_commands.call(line)
    assert status in (1, 2)
    assert complaint in written.replace("\n", "")


def test_brackets_in_names_and_titles_are_printed_as_they_are_written() -> None:
    events = [
        f"BEGIN:VEVENT\r\nUID:{n}\r\nSUMMARY:[/] [bold]{n}\r\nDTSTART:2020090{n}T100000\r\nDURATION:PT1H\r\n"
        "LOCATION:Hall [draft]\r\nEND:VEVENT\r\n"
        for n in (4, 5, 6)
    ]
    with bad_commands.surroundings():
        text = "".join(["BEGIN:VCALENDAR\r\n", *events, "END:VCALENDAR\r\n"])
        Path("x [draft].ics").write_text(text, newline="")
        Path("x [draft].toml").write_text('extends = "ciftis2020"\ntitle = "[/]"\ntimetable = "x [draft].ics"\n')
        shown = bad_commands.call(["scenarios", "show", "x [draft].toml", "--verbose"])
        Path("y [draft].csv").write_text("id,value,measure\n[/],1,visits.started\n[/],2,visits.started\n")
        refused = bad_commands.call(["figures", "--figures", "y [draft].csv"])
    assert shown[0] == 0
    assert "x [draft].ics: 3 of 3 entries read" in shown[1]
    assert "assumed, track: '[/] [bold]4': it has no track: a sector is drawn" in shown[1]
    assert "'Hall [draft]': its seats are not in the file" in shown[1]
    assert refused == (2, "Error: y [draft].csv: line 3: figure [/] stands twice, first in line 2; remove one\n")
