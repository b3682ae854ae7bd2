"""How an imported session is held: `never` and `always` of its kind decide, and else the file does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.fairsim.inputs.test_sketch import SKETCH

from fairfacts.errors import ScenarioError
from fairfacts.parts.programme import SessionScheduled
from fairsim.fair import play
from fairsim.inputs.scenario import Scenario, load_scenario
from fairsim.inputs.sketch.asked import Sketch
from fairsim.inputs.sketch.sketch import from_programme, write_fair

EVENT = "BEGIN:VEVENT\nUID:{n}\nSUMMARY:Talk {n}\nDTSTART:20270508T1{n}0000\nDURATION:PT30M\n{more}END:VEVENT\n"
NOT_STREAMED = {"ics": "X-CLOUDFAIR-STREAMED:FALSE\n", "json": True}
STREAMED = {"ics": "X-CLOUDFAIR-STREAMED:TRUE\n", "json": False}
SAYS_NOTHING = {"ics": "", "json": None}


def written(folder: Path, form: str, rooms: list[str], says: dict[str, object] = SAYS_NOTHING) -> Path:
    """Write a programme of a talk in each room, which says alike of all whether they are streamed."""
    file = folder / f"p.{form}"
    if form == "ics":
        places = [f"LOCATION:{room}\n" if room else "" for room in rooms]
        events = [EVENT.format(n=n, more=f"{place}{says['ics']}") for n, place in enumerate(places)]
        file.write_text("".join(["BEGIN:VCALENDAR\nX-WR-TIMEZONE:Europe/Berlin\n", *events, "END:VCALENDAR\n"]))
        return file
    by_room: dict[str, list[dict[str, object]]] = {}
    for n, room in enumerate(rooms):
        talk: dict[str, object] = {"guid": f"{n}", "title": f"Talk {n}", "date": f"2027-05-08T1{n}:00:00+02:00"}
        talk |= {"duration": "00:30"} | ({} if says["json"] is None else {"do_not_record": says["json"]})
        by_room.setdefault(room or "online", []).append(talk)
    days = [{"date": "2027-05-08", "rooms": by_room}]
    conference = {"acronym": "m", "title": "M", "time_zone_name": "Europe/Berlin", "days": days}
    file.write_text(json.dumps({"schedule": {"conference": conference}}))
    return file


def fair_of(file: Path, kind: str, sketch: Sketch = SKETCH) -> Scenario:
    """Return the fair of a programme, whose only kind of session states what is given."""
    folder = file.parent / "mine"
    write_fair(folder, from_programme(file, sketch)._replace(organisations=40, exhibitors=10, visitors=100))
    toml = (folder / "fair.toml").read_text()
    (folder / "fair.toml").write_text(
        toml.replace('[[sessions]]\nkey = "session"\n', f'[[sessions]]\nkey = "session"\n{kind}')
    )
    return load_scenario(str(folder))


def held(scenario: Scenario) -> list[tuple[str, str, bool]]:
    _, events = next(iter(play(scenario, 7)))
    return sorted((one.title, one.mode, one.streamed) for one in events if isinstance(one, SessionScheduled))


def remarks(scenario: Scenario, about: str) -> list[str]:
    return [
        f"{one.place}: {one.message}" for report in scenario.reports for one in report.remarks if one.about == about
    ]


@pytest.mark.parametrize("form", ["ics", "json"])
@pytest.mark.parametrize(
    ("kind", "says", "mode", "remark"),
    [
        ("", SAYS_NOTHING, "hybrid", None),
        ("", NOT_STREAMED, "on_site", ""),
        ("", STREAMED, "hybrid", ""),
        ('streamed = "never"\n', SAYS_NOTHING, "on_site", ""),
        ('streamed = "never"\n', NOT_STREAMED, "on_site", ""),
        (
            'streamed = "never"\n',
            STREAMED,
            "on_site",
            "'Talk 0': not streamed: its kind session has streamed = \"never\"",
        ),
        ('streamed = "always"\n', SAYS_NOTHING, "hybrid", ""),
        (
            'streamed = "always"\n',
            NOT_STREAMED,
            "hybrid",
            "'Talk 0': streamed: its kind session has streamed = \"always\"",
        ),
    ],
)
def test_kind_decides_whether_a_session_is_streamed_and_a_contradiction_is_remarked(
    tmp_path: Path, form: str, kind: str, says: dict[str, object], mode: str, remark: str | None
) -> None:
    scenario = fair_of(written(tmp_path, form, ["Hall"], says), kind)
    assert held(scenario) == [("Talk 0", mode, mode == "hybrid")]
    unknown = (
        ": the file does not say whether one session in a room should be streamed: all such are; else write"
        ' X-CLOUDFAIR-STREAMED:FALSE in an .ics, "do_not_record": true in a schedule.json, streamed = "never" of a kind'
    )
    assert remarks(scenario, "streams") == [unknown if remark is None else remark] * (remark != "")


@pytest.mark.parametrize("form", ["ics", "json"])
def test_sessions_of_a_kind_that_is_always_online_need_no_room_and_are_streamed(tmp_path: Path, form: str) -> None:
    scenario = fair_of(written(tmp_path, form, ["Hall", ""], NOT_STREAMED), 'online = "always"\nstreamed = "never"\n')
    assert held(scenario) == [("Talk 0", "online", True), ("Talk 1", "online", True)]
    assert remarks(scenario, "room")[-1:] == ["'Talk 0': not held in 'Hall': its kind session has online = \"always\""]
    assert remarks(scenario, "streams") == [f"'Talk {n}': streamed: it is held online only" for n in (0, 1)]


@pytest.mark.parametrize("form", ["ics", "json"])
def test_session_without_a_room_of_a_kind_that_is_never_online_is_a_fault(tmp_path: Path, form: str) -> None:
    file = written(tmp_path, form, ["Hall", ""])
    with pytest.raises(ScenarioError) as refused:
        fair_of(file, 'online = "never"\n')
    assert str(refused.value).endswith(
        f"p.{form}: 'Talk 1': it names no room, and its kind session has online = \"never\"; give it a room, or its"
        " kind another online in fair.toml"
    )
