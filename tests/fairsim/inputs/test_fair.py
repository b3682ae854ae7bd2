"""A fair's folder: whatever is wrong in any of its files is named, all at once, and nothing gives a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fairsim.inputs.own_folder import PARAMETERS, TOML, ZONES, faults, read, written

from fairfacts.errors import ScenarioError
from fairfacts.resources import data, fair_folder, fairs_here
from fairsim.inputs.fair import load_fair
from fairsim.inputs.scenario import load_scenario


def test_a_sound_folder_is_read(tmp_path: Path):
    assert read(written(tmp_path)).zones[0].names == {"en": "Hall 1"}


@pytest.mark.parametrize(
    "name",
    [
        *("ciftis2020", "tenfold", "my.toml", "My.TOML", "our  fair", "our fair ", "-x", ".x", "_x", "a\\b", "a\tb"),
        *("a\u202eb", "a" * 65),
    ],
)
def test_a_folder_that_its_name_does_not_lead_to_is_refused(tmp_path: Path, name: str):
    (tmp_path / name).mkdir()
    (fault,) = faults(written(tmp_path / name))
    taken = f"{tmp_path / name}: {name} is a shipped fair or scenario, which is played by that name; rename the folder"
    wrong = f"{tmp_path / name}: a fair has the name of its folder: 1 to 64 characters of any script, "
    assert fault.startswith(taken if name in ("ciftis2020", "tenfold") else wrong)


@pytest.mark.parametrize(
    "name", ["my.fair", "2027_spring-fair", "a" * 64, "公平", "Mеин Messe", "été 2027", "نمایشگاه\u200cها"]
)
def test_a_fair_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir()
    written(tmp_path / name)
    assert load_fair(name).key == name
    assert fairs_here() == [name]
    assert fair_folder(name) == tmp_path / name


def test_a_shipped_fair_is_read_by_its_path_too():
    folder = str(data("seeds") / "cicpe2021")
    assert load_fair(folder).names == load_fair("cicpe2021").names


def test_a_folder_that_bears_a_shipped_name_is_none_of_the_fairs_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for name in ("tenfold", "ciftis2020"):
        (tmp_path / name).mkdir()
        written(tmp_path / name)
    assert fairs_here() == []


OCCASION = '\n[[occasions]]\nkey = "prize"\nname = "Prize"\n'
WRONG = {
    "time zone that is a list": (
        TOML.replace('"Europe/Berlin"', '["Europe/Berlin"]'),
        "time_zone: is ['Europe/Berlin']; write a text, in quotes (an IANA name such as Europe/Berlin)",
    ),
    "home that is a list": (
        TOML.replace('"DE"', '["DE"]'),
        "home: is ['DE']; write the ISO 3166 code of the home economy, such as DE",
    ),
    "topic without English": (
        TOML.replace("{ en =", "{ de ="),
        'sessions, talk: topic 1 has no English text; write { en = "..." }',
    ),
    "unknown place in a title": (
        TOML.replace('name = "Talk"', 'name = "Talk"\ntitle = "Talk {numer}"'),
        "sessions, talk: title is 'Talk {numer}'; in braces it may hold {number} and {about} alone",
    ),
    "open brace in a title": (
        TOML.replace('name = "Talk"', 'name = "Talk"\ntitle = "Talk {"'),
        "sessions, talk: title is 'Talk {'; in braces it may hold {number} and {about} alone",
    ),
    "place of a session in an organisation's name": (
        TOML.replace('name = "Firm"', 'name = "Firm"\ncalled = { en = "Firm", de = "Firma {about}" }'),
        "organisations, firm: called is 'Firma {about}'; in braces it may hold {number} and {sector} and {place} alone",
    ),
    "headline that is no measure": (
        'headlines = ["venue.enterd"]\n' + TOML,
        "headlines: measure is 'venue.enterd', which is none; did you mean venue.entered?",
    ),
    "occasion of no sector": (
        TOML + OCCASION + 'sector = "lamp"\n',
        "occasions, prize: sector is 'lamp', which is no sector; did you mean lamps?",
    ),
    "occasion of no session": (
        TOML + OCCASION + 'topic = "light"\n',
        "occasions, prize: topic is 'light', and no session is named; name the kind of session, or leave the topic out",
    ),
    "occasion of no topic": (
        TOML + OCCASION + 'session = "talk"\ntopic = "night"\n',
        "occasions, prize: topic is 'night', of which no session of the kind talk is; did you mean light?",
    ),
    "currency that is none": (
        TOML + OCCASION + 'currency = "euro"\nvalue = "total"\n',
        "occasions, prize: currency is 'euro'; write its ISO 4217 code: three capital letters, such as EUR",
    ),
    "values in another currency than they are drawn in": (
        TOML + OCCASION + 'currency = "EUR"\n',
        "occasions, prize: currency is EUR, and values are drawn in USD (results.value_mean_usd); write value ="
        ' "total" and give results.prize.value, write value = "none", or leave currency out',
    ),
    "programme with a NUL": (
        'programme = "a\\u0000b"\n' + TOML,
        "programme: is 'a\\x00b', which is no file in the folder; put it there, or leave it out",
    ),
    "organisations that are no tables": (
        TOML.replace("[[organisations]]", "[[sessions]]").replace("others = true\n", "") + "\n",
        "organisations: are missing; write a table [[organisations]] for each kind, one of them with others = true",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_the_toml_is_named(tmp_path: Path, name: str):
    toml, fault = WRONG[name]
    assert faults(written(tmp_path, toml)) == [f"fair.toml: {fault}"]


def test_topic_of_an_occasion_may_be_that_of_an_imported_session(tmp_path: Path):
    (tmp_path / "programme.ics").write_text("")
    toml = 'programme = "programme.ics"\n' + TOML + OCCASION + 'session = "talk"\ntopic = "night"\n'
    assert read(written(tmp_path, toml)).kinds.occasions[0].topic == "night"


def test_all_faults_of_a_table_and_of_all_files_are_named_at_once(tmp_path: Path):
    toml = TOML.replace('time_zone = "Europe/Berlin"\n', 'headlines = ["venue.enterd"]\n')
    zones = ZONES.replace("hall,lamps,100", "holl,lamps,wide")
    parameters = PARAMETERS.replace("days,2", "days,0") + "venue.capp,5\n"
    found = faults(written(tmp_path, toml, parameters, "sector,weight,value_factor\na,1\n,1,1\na,1,1\na,1,1\n", zones))
    assert found == [
        "sectors.csv: line 2: it has 2 cells, and the header has 3; write one for each column",
        "sectors.csv: line 3: sector is empty; give each row a name of its own",
        "sectors.csv: line 5: a stands twice, first in line 4; remove one",
        "zones.csv: line 2: hall_1: kind is 'holl', which the fair does not have; did you mean hall?",
        "zones.csv: line 2: hall_1: net_m2 is 'wide'; a plain number is wanted, such as 550000 or 0.264: a point before"
        " decimals, no separators of thousands",
        "fair.toml: time_zone: is missing; write a text, in quotes (an IANA name such as Europe/Berlin)",
        "fair.toml: headlines: measure is 'venue.enterd', which is none; did you mean venue.entered?",
        "parameters.csv: line 5: venue.capp is no parameter of this fair; did you mean venue.cap?",
        "parameters.csv: line 3: fair.days is 0; allowed is 1 to 366 (days)",
    ]


def test_names_ranges_and_rows_that_stand_twice_are_named_at_once(tmp_path: Path):
    rows = "fair.days,3\nplatform.viewers,0\nnegotiations.rooms,0\nvenue.opens_h,20\n"
    assert faults(written(tmp_path, parameters=PARAMETERS + rows)) == [
        "parameters.csv: line 5: fair.days stands twice, first in line 3; remove one",
        "parameters.csv: line 7: negotiations.rooms is no parameter of this fair; did you mean"
        " negotiations.prompt_share?",
        "parameters.csv: line 6: platform.viewers is 0; allowed is 1 to 1e+08 (viewers)",
        "parameters.csv: line 8 and seeds/defaults.csv: venue.opens_h is 20, last_entry_h 17 and closes_h 18; the halls"
        " open before last entry, and close after it",
    ]


def test_what_only_follows_from_a_fault_is_none(tmp_path: Path):
    # halls without zones, exhibitors of too few organisations and a programme without days would follow
    (tmp_path / "programme.ics").write_text("")
    parameters = "name,value\nvenue.dayz,0\nfair.days,0\norganisations.at_opening,few\norganisations.exhibitors,40\n"
    folder = written(tmp_path, parameters=parameters + "fair.opens_on,2027-05-07\n")
    (folder / "zones.csv").unlink()
    assert [fault.partition(";")[0] for fault in faults(folder)] == [
        "parameters.csv: line 2: venue.dayz is no parameter of this fair",
        "parameters.csv: line 3: fair.days is 0",
        "parameters.csv: line 4: organisations.at_opening is 'few'",
    ]


def test_a_row_that_cannot_be_read_hides_none_of_the_others(tmp_path: Path):
    sectors, zones = "sector,weight,value_factor\nlamps,1\nrugs,x,1\n", ZONES + "hall_1,hall,,1,1\nhall_2,holl,,y,1\n"
    parameters = "name,value,class\nfair.days\nvenue.cap,some,guess\nfair.opens_on,2027-05-07,\n"
    assert [fault.partition(";")[0] for fault in faults(written(tmp_path, TOML, parameters, sectors, zones))] == [
        "sectors.csv: line 2: it has 2 cells, and the header has 3",
        "sectors.csv: line 3: rugs: weight is 'x'",
        "zones.csv: line 3: hall_1 stands twice, first in line 2",
        "zones.csv: line 4: hall_2: kind is 'holl', which the fair does not have",
        "zones.csv: line 4: hall_2: net_m2 is 'y'",
        "parameters.csv: line 2: it has 1 cells, and the header has 3",
        "parameters.csv: line 3: venue.cap: class is 'guess'",
        "parameters.csv: line 3: venue.cap is 'some'",
    ]


def test_a_toml_that_cannot_be_read_hides_no_fault_of_the_other_files(tmp_path: Path):
    parameters = PARAMETERS.replace("days,2", "days,0") + "venue.capp,1\nprogramme.talk.count,1\n"
    found = faults(written(tmp_path, "name = ", parameters, zones=ZONES.replace("100", "x")))
    assert [fault.partition(";")[0] for fault in found] == [
        "fair.toml: is no TOML: Invalid value (at end of document)",
        "zones.csv: line 2: hall_1: net_m2 is 'x'",
        "parameters.csv: line 5: venue.capp is no parameter of this fair",
        "parameters.csv: line 3: fair.days is 0",
    ]


def test_a_kind_that_cannot_be_read_hides_no_fault_of_another(tmp_path: Path):
    toml = TOML.replace('name = "Talk"', 'name = "Talk"\nhosted = 1') + OCCASION + 'currency = "euro"\n' + OCCASION
    toml += '[[sessions]]\nkey = "night"\nname = "Night"\ntitle = "{numer}"\n'
    assert [fault.partition(";")[0] for fault in faults(written(tmp_path, toml, PARAMETERS + "venue.cap,x\n"))] == [
        "fair.toml: sessions, talk: hosted is 1: it is a whole number, and true or false is wanted",
        "fair.toml: occasions, prize: stands twice, in tables 1 and 2 of [[occasions]]",
        "fair.toml: sessions, night: title is '{numer}'",
        "fair.toml: occasions, prize: currency is 'euro'",
        "parameters.csv: line 5: venue.cap is 'x'",
    ]


def test_figures_identities_and_a_programme_are_read_with_the_other_files(tmp_path: Path):
    (tmp_path / "programme.ics").write_text("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:x\nEND:VEVENT\nEND:VCALENDAR\n")
    (tmp_path / "figures.csv").write_text(
        "id,value,measure\na,1,visits.started\na,2,visits.startd\nb,1,visits.startd\n"
    )
    (tmp_path / "identities.toml").write_text("[other]\n")
    folder = written(tmp_path, 'programme = "programme.ics"\n' + TOML, PARAMETERS + "venue.cap,x\n")
    assert [fault.replace(f"{tmp_path.name}/", "").partition(";")[0] for fault in faults(folder)] == [
        "figures.csv: line 3: figure a stands twice, first in line 2",
        "figures.csv: line 4: figure b: measure is 'visits.startd', which is none",
        "identities.toml: other: is no table of the file",
        "parameters.csv: line 5: venue.cap is 'x'",
        "programme.ics: entry 1 (line 2): DTSTART is 'x', which cannot be read",
    ]


def test_all_faults_of_a_kind_are_named_at_once(tmp_path: Path):
    toml = TOML.replace('name = "Talk"\ntopics = [{ en = "light" }]', 'onlin = "never"\nstreamed = "often"\nhosted = 1')
    assert faults(written(tmp_path, toml)) == [
        "fair.toml: sessions, talk: onlin is no key of it; did you mean online?",
        "fair.toml: sessions, talk: streamed is 'often'; known are: always, never, some",
        "fair.toml: sessions, talk: hosted is 1: it is a whole number, and true or false is wanted",
        "fair.toml: sessions, talk: name is missing; give it",
    ]


def test_a_fault_of_a_file_with_several_names_the_file_and_no_heading(tmp_path: Path):
    found = faults(written(tmp_path, sectors="sector,weight,value_factor\na,1\nb\n"))
    assert [fault.partition(": it has")[0] for fault in found] == ["sectors.csv: line 2", "sectors.csv: line 3"]


def test_the_key_of_a_row_is_its_column_of_that_name_wherever_it_stands(tmp_path: Path):
    sectors = "weight,sector,value_factor\n1,lamps,1\n"
    zones = "kind,net_m2,attraction,zone,sector\nhall,100,1,hall_1,lamps\n"
    fair = read(written(tmp_path, sectors=sectors, zones=zones))
    assert (fair.sectors[0].names, fair.zones[0].names) == ({"en": "Lamps"}, {"en": "Hall 1"})


ROWS = {
    "no parameter": ("fair.dayz,2", "line 2: fair.dayz is no parameter of this fair; did you mean fair.days?"),
    "no class": ("fair.days,2,guessed", "line 2: fair.days: class is 'guessed'; "),
    "an end that is a text": (
        "fair.days,2,assumed,few",
        "line 2: fair.days: low is 'few' and high '366'; write plain numbers",
    ),
    "neither yes nor no": (
        "fair.days,2,assumed,1,maybe",
        "line 2: fair.days: scales is 'maybe'; write yes, no or nothing",
    ),
    "a value that is elsewhere": (
        "fair.days,=fair.dayz",
        "line 2: fair.days is =fair.dayz; fair.dayz is no parameter; did you mean fair.days?",
    ),
    "a value that leads round": (
        "fair.days,=venue.days\nvenue.days,=fair.days",
        "line 2: fair.days is =venue.days, which leads round to itself; give one of them a number",
    ),
}


@pytest.mark.parametrize(("row", "complaint"), ROWS.values(), ids=ROWS)
def test_what_is_wrong_in_the_parameters_is_named(tmp_path: Path, row: str, complaint: str):
    table = "name,value,class,low,scales\n" + "\n".join(
        f"{line}{',' * (4 - line.count(','))}" for line in row.split("\n")
    )
    named = faults(written(tmp_path, parameters=f"{table}\n"))
    assert any(fault.startswith(f"parameters.csv: {complaint}") for fault in named), named


def test_a_parameter_that_speaks_of_no_figure_is_refused(tmp_path: Path):
    names, opens, *others = PARAMETERS.splitlines()
    rows = [f"{names},figures", f"{opens},fair.opns", *(f"{row}," for row in others)]
    folder = written(tmp_path, parameters="\n".join(rows))
    (folder / "figures.csv").write_text(
        "id,value,op,unit,as_of,status,counts,source,paragraph\nfair.opens,2027-05-07,=,date,2027-05-07,plan,x,y,0\n"
    )
    fault = "line 2: fair.opens_on: fair.opns is no figure of figures.csv; did you mean fair.opens?"
    assert faults(folder) == [f"parameters.csv: {fault}"]


def test_more_badges_than_can_be_told_apart_are_refused(tmp_path: Path):
    badges = "".join(f'\n[[badges]]\nkey = "b{place}"\nname = "B"\n' for place in range(33))
    folder = written(tmp_path, toml=TOML + badges)
    with pytest.raises(ScenarioError, match="badges: there are 33; at most 32 can be told apart"):
        load_scenario(str(folder))


def test_delegates_without_a_badge_are_a_fault_of_the_fairs_own_file(tmp_path: Path):
    folder = written(tmp_path, toml=TOML + '\n[[badges]]\nkey = "day"\nname = "Day"\nregisters = false\n')
    with pytest.raises(ScenarioError, match=r"fair.toml: badges: none of them is of registered delegates; write one m"):
        load_scenario(str(folder))


def test_figures_of_what_the_fair_does_not_have_are_refused(tmp_path: Path):
    measures = ("venue.stands_by_zone.hall_9", "programme.held_by_kind.workshop", "organisations.by_sector.zinc")
    figures = "".join(f"f{place},5,{measure}\n" for place, measure in enumerate(measures))
    folder = written(tmp_path)
    (folder / "figures.csv").write_text(f"id,value,measure\n{figures}")
    assert [fault.partition(" of the fair;")[0] for fault in faults(folder)] == [
        "figures.csv: figure f0: measure is 'venue.stands_by_zone.hall_9'; hall_9 is no zone",
        "figures.csv: figure f1: measure is 'programme.held_by_kind.workshop'; workshop is no kind of session",
        "figures.csv: figure f2: measure is 'organisations.by_sector.zinc'; zinc is no sector",
    ]


def test_headlines_of_what_the_fair_does_not_have_are_refused(tmp_path: Path):
    toml = 'headlines = ["venue.entered_by_badge.guest"]\n' + TOML
    assert [fault.partition(";")[0] for fault in faults(written(tmp_path, toml=toml))] == [
        "fair.toml: headlines: measure is 'venue.entered_by_badge.guest'",
    ]
