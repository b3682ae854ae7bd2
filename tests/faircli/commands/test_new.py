"""`fair new`, `fair check` and `fair fairs`: from nothing to a fair of one's own."""

from __future__ import annotations

import io
import json
import shutil

import pytest
from tests.faircli.fair import Fair
from tests.fairfacts.courses import write_course

from fairfacts.resources import data

ANSWERS = (
    *("--opens", "2027-05-07", "--days", "2", "--zone", "America/New_York", "--home", "US", "--organisations", "40"),
    *("--exhibitors", "20", "--visitors", "100", "--sessions", "3"),
)
SCHEDULE = {
    "schedule": {
        "conference": {
            "acronym": "mine",
            "title": "Mine",
            "time_zone_name": "Europe/Lisbon",
            "days": [
                {
                    "date": "2027-05-08",
                    "rooms": {
                        "Main": [
                            {
                                "guid": "0b5cbc5e-9fb1-4b8a-8d6e-8f0d5a0b7f3a",
                                "title": "Welcome",
                                "date": "2027-05-08T10:00:00+01:00",
                                "duration": "01:00",
                                "room": "Main",
                                "type": "Key Note",
                                "track": "Open Source",
                            }
                        ]
                    },
                }
            ],
        }
    }
}


def test_new_fair_is_checked_listed_and_played_by_its_name(fair: Fair) -> None:
    fair("new", "my-fair", *ANSWERS)
    assert fair.json("check", "my-fair")["own"]["documented"] == 5
    (mine,) = (row for row in fair.json("fairs") if row["fair"] == "my-fair")
    assert (mine["opens_on"], mine["days"], mine["time_zone"], mine["organisations"]) == (
        "2027-05-07", 2, "America/New_York", 40,
    )  # fmt: skip
    assert fair.json("scenarios", "show", "my-fair")["fair"] == "my-fair"


def test_programme_gives_days_zone_rooms_kinds_and_sectors(fair: Fair) -> None:
    (fair.folder / "schedule.json").write_text(json.dumps(SCHEDULE))
    fair("new", "mine", "--from-programme", "schedule.json", "--organisations", "30", "--home", "PT")
    shown = json.loads(fair("scenarios", "show", "mine", "--json").stdout)
    values = {row["name"]: row["value"] for row in shown["parameters"]}
    assert (values["fair.opens_on"], values["fair.days"], "programme.key_note.count" in values) == (
        "2027-05-08",
        1,
        True,
    )
    assert [report["read"] for report in shown["reports"]] == [1]
    assert "open_source" in (fair.folder / "mine" / "sectors.csv").read_text()


def test_folder_that_is_there_is_not_overwritten(fair: Fair) -> None:
    fair("new", "my-fair", *ANSWERS)
    refused = fair("new", "my-fair", *ANSWERS)
    assert "my-fair is there already; remove it, or give another name" in refused.stderr


def test_more_exhibitors_than_organisations_are_refused_and_nothing_is_written(fair: Fair) -> None:
    refused = fair("new", "my-fair", *ANSWERS, "--exhibitors", "41")
    assert "41 exhibitors are more than the 40 organisations that register" in refused.stderr
    assert not (fair.folder / "my-fair").exists()


FEW_OR_MANY = (
    " of 40 organisations: an organisation registers 1 to 50 people, and some stay away; give 31 to 1,528 visitors, or"
    " another number of organisations"
)


@pytest.mark.parametrize(
    ("name", "option", "complaint"),
    [
        ("my-fair", ("--organisations", "9" * 300), "organisations is a number of over 20 digits; give 2 to 500,000"),
        ("my-fair", ("--organisations", "3000000"), "organisations is 3,000,000; give 2 to 500,000"),
        ("my-fair", ("--sessions", "2001"), "sessions is 2,001; give 0 to 2,000"),
        ("my-fair", ("--visitors", "100000001"), "visitors is 100,000,001; give 0 to 100,000,000"),
        ("my-fair", ("--visitors", "9"), f"9 visitors{FEW_OR_MANY}"),
        ("my-fair", ("--visitors", "1529"), f"1,529 visitors{FEW_OR_MANY}"),
        ("m" * 300, (), r"single blanks, no / or \, no .toml last; give another name"),
    ],
)
def test_number_or_name_that_no_fair_has_is_refused(
    fair: Fair, name: str, option: tuple[str, ...], complaint: str
) -> None:
    refused = fair("new", name, *ANSWERS, *option)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.endswith(f"{complaint}\n")
    assert list(fair.folder.iterdir()) == []


@pytest.mark.parametrize("visitors", ["31", "1528"])
def test_fewest_and_most_visitors_make_a_fair(fair: Fair, visitors: str) -> None:
    assert fair("new", "my-fair", *ANSWERS, "--visitors", visitors).returncode == 0


def test_a_fair_may_have_one_exhibitor(fair: Fair) -> None:
    assert fair("new", "my-fair", *ANSWERS, "--exhibitors", "1").returncode == 0
    assert fair.json("check", "my-fair")["own"]["documented"] == 5


def test_what_the_programme_says_is_not_asked_twice(fair: Fair) -> None:
    (fair.folder / "schedule.json").write_text(json.dumps(SCHEDULE))
    refused = fair("new", "mine", "--from-programme", "schedule.json", "--days", "3")
    assert refused.returncode == 2
    assert "--days is what schedule.json says" in refused.stderr


def test_answer_that_is_no_number_is_asked_for_again(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = io.StringIO("Mine!\n\n\n\n\nmany\n12\nSponsor\nSponsor=13\nSponsor=2:1\n\nHall=5\nHall=4\n\n\n")
    answers.isatty = lambda: True  # type: ignore[method-assign]  # as a terminal
    monkeypatch.setattr("sys.stdin", answers)
    done = fair("new", "mine")
    said = done.stdout + done.stderr
    assert (done.returncode, "write a whole number" in said, "no name with a number" in said) == (0, True, True), said
    assert "13 are listed, and 12 organisations register; write fewer" in said
    assert "5 are listed, and 4 organisations have a stand; write fewer" in said
    rows = (fair.folder / "mine" / "parameters.csv").read_text()
    assert ("organisations.at_opening,12," in rows, "organisations.sponsor.count,2," in rows) == (True, True)
    assert '"Mine!"' in (fair.folder / "mine" / "fair.toml").read_text()
    assert "hall,Hall,hall,,150," in (fair.folder / "mine" / "zones.csv").read_text()


def test_fair_with_figures_that_cannot_be_read_is_not_sound(fair: Fair) -> None:
    fair("new", "my-fair", *ANSWERS)
    (fair.folder / "my-fair" / "figures.csv").write_text("id,value\nx,1\n")
    (fair.folder / "my-fair" / "parameters.csv").write_text("name,value\nfair.dayz,3\n")
    refused = fair("check", "my-fair")
    assert refused.returncode == 2
    assert "fair.dayz is no parameter of this fair" in refused.stderr
    assert "figures.csv" in refused.stderr


def test_check_reads_the_usual_course_of_a_fair_too(fair: Fair) -> None:
    fair("new", "my-fair", *ANSWERS)
    write_course(fair.folder / "course", [(0, 0.1), (1, 0)], [0, 90, 0])
    for name in ("profile.csv", "headlines.csv", "usual.csv"):
        (fair.folder / "course" / name).rename(fair.folder / "my-fair" / name)
    assert fair("check", "my-fair").returncode == 0
    with (fair.folder / "my-fair" / "usual.csv").open("a") as file:
        file.write("3,many,0,0,0\n")
    (fair.folder / "my-fair" / "chance.csv").write_text("measure,total,lasting,shrinking\nvisits,1,1,1\n")
    refused = fair("check", "my-fair")
    assert (refused.returncode, "my-fair/usual.csv: line 5: inside is 'many'" in refused.stderr) == (2, True)
    assert (
        "my-fair/chance.csv: line 2: measure is 'visits', which is none; did you mean visits.online?" in refused.stderr
    )


def test_fair_on_a_day_that_never_was_is_refused_before_it_is_played(fair: Fair) -> None:
    fair("new", "my-fair", *ANSWERS)
    for name in ("fair.toml", "parameters.csv"):
        file = fair.folder / "my-fair" / name
        file.write_text(
            file.read_text().replace("America/New_York", "Pacific/Apia").replace("2027-05-07", "2011-12-29")
        )
    refused = fair("check", "my-fair")
    assert (refused.returncode, refused.stderr) == (
        2,
        "Error: my-fair/parameters.csv: line 2: fair.opens_on is 2011-12-29, and 2011-12-30 was no day in Pacific/Apia,"
        " whose clocks leapt over it; choose other days (fair.opens_on, fair.days), or another time_zone in"
        " fair.toml\n",
    )


def test_faulty_fair_is_listed_as_faulty_among_the_others(fair: Fair) -> None:
    fair("new", "sound", *ANSWERS)
    fair("new", "broken", *ANSWERS)
    (fair.folder / "broken" / "parameters.csv").write_text("name,value\nfair.dayz,3\n")
    listed = fair("fairs")
    assert (listed.returncode, "sound" in listed.stdout, "has faults" in listed.stdout) == (0, True, True)
    assert "broken has faults: fair check broken names them" in listed.stderr
    faults = {row["fair"]: row["fault"] for row in fair.json("fairs")}
    assert faults["sound"] is None
    assert "fair.dayz is no parameter of this fair" in faults["broken"]


def test_every_fault_of_a_fair_is_named_with_its_file_and_row(fair: Fair) -> None:
    fair("new", "my-fair", *ANSWERS)
    parameters = fair.folder / "my-fair" / "parameters.csv"
    # as a spreadsheet of Central Europe writes it
    text = parameters.read_text().replace(",", ";").replace("0.5", "0,5").replace("\n", "\r\n")
    parameters.write_bytes(("\ufeff" + text + "venue.capp;5;assumed;x\r\n").encode())
    zones = fair.folder / "my-fair" / "zones.csv"
    zones.write_text(zones.read_text().replace(",hall,", ",holl,"))
    refused = fair("check", "my-fair").stderr
    assert "zones.csv: line 2: hall_1: kind is 'holl', which the fair does not have; did you mean hall?" in refused
    zones.write_text(zones.read_text().replace(",holl,", ",hall,"))
    refused = fair("check", "my-fair").stderr
    assert "parameters.csv: line 12: venue.capp is no parameter of this fair; did you mean venue.cap?" in refused
    parameters.write_bytes(("\ufeff" + text).encode())
    refused = fair("check", "my-fair").stderr
    assert (
        "organisations.exhibitor_share is '0,5'; write a number with a point before decimals (share), such as"
        in refused
    )


def test_rule_of_a_kind_of_session_that_the_fair_does_not_have_is_a_fault(fair: Fair) -> None:
    shutil.copytree(str(data("seeds") / "ciftis2020"), fair.folder / "mine")
    file = fair.folder / "mine" / "identities.toml"
    text = file.read_text(encoding="utf-8").replace('but = ["evening"]', 'but = ["evenings"]')
    file.write_text(text.replace('"sessions.provincial"', '"sessions.province"', 1), encoding="utf-8")
    complaint = fair("check", "mine").stderr
    assert "mine/identities.toml: sessions by kind, as reported: terms: sessions.province is no figure" in complaint
    file.write_text(text, encoding="utf-8")
    assert fair("check", "mine").stderr.strip() == (
        "Error: mine/identities.toml: sessions.without_evening: sessions: evenings is no kind of session;"
        " did you mean evening?"
    )


def test_halls_without_zones_are_a_fault_of_the_fairs_own_file(fair: Fair) -> None:
    fair("new", "my-fair", *ANSWERS)
    (fair.folder / "my-fair" / "zones.csv").unlink()
    refused = fair("check", "my-fair")
    assert "my-fair/parameters.csv: venue.days is 366, and the fair has no zones; write" in refused.stderr


@pytest.mark.slow
def test_fair_on_site_alone_has_no_platform_in_its_run_or_its_report(fair: Fair) -> None:
    fair("new", "mine", *ANSWERS, "--on-site")
    assert "platform.rooms" not in (fair.folder / "mine" / "parameters.csv").read_text()
    assert fair("check", "mine").returncode == 0
    played = fair("run", "mine")
    (run,) = (row["id"] for row in fair.json("runs"))
    assert fair("report", run, "-o", "mine.html").returncode == 0
    page = (fair.folder / "mine.html").read_text()
    told, _, parameters = page.partition('id="unknown"')  # where every parameter stands, played or not
    assert ("venue.entered" in told, "platform.rooms" in parameters) == (True, True)
    words = ("platform.", "streams.", "visits.", "negotiations.", "Negotiation", "Visits to the platform", "Projects")
    assert [word for word in words if word in told or word in played.stdout] == []


@pytest.mark.parametrize("name", ["公平", "Mеин Messe"])
def test_a_fair_may_have_a_name_in_any_script(fair: Fair, name: str) -> None:
    made = fair("new", name, *ANSWERS)
    assert (made.returncode, f"fair run '{name}'" in made.stderr) == (0, True), made.stderr
    assert fair("check", name).returncode == 0


def test_a_folder_is_not_called_as_a_scenario_of_ones_own(fair: Fair) -> None:
    refused = fair("new", "x.toml", *ANSWERS)
    assert (refused.returncode, (fair.folder / "x.toml").exists()) == (2, False)
    assert "x.toml: a fair has the name of its folder: 1 to 64 characters of any script" in refused.stderr
