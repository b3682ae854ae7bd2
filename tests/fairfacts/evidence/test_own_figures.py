"""Figures of a user's own, read strictly, beside the documented ones."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.fairfacts.stories import STARTED, after

from fairfacts.errors import FigureError
from fairfacts.evidence.figures import Figure
from fairfacts.evidence.figures_file import read_own_figures
from fairfacts.evidence.folder import known_fair

FIGURES = known_fair("ciftis2020").figures


def own_table(tmp_path: Path, *lines: str, header: str = "id,value,measure,as_of") -> Path:
    path = tmp_path / "mine.csv"
    path.write_text("\n".join((header, *lines)), encoding="utf-8")
    return path


def test_own_figure_stands_beside_the_documented_ones(tmp_path: Path):
    path = own_table(tmp_path, "register.day1,18400,organisations.registered,2020-09-04")
    known = read_own_figures(path, FIGURES).figures
    assert list(known)[:-1] == list(FIGURES)
    assert known["register.day1"] == Figure(
        id="register.day1",
        value=18_400.0,
        op="=",
        unit="organisations",
        as_of="2020-09-04",
        status="outcome",
        counts="organisations · registered so far",
        source="mine.csv",
        paragraph=0,
        rounding=50.0,
        measure="organisations.registered",
        scales=True,
        is_own=True,
        at="2020-09-04",
        same_as=("organisations.at_closing",),
        same_at=(("organisations.second_morning", "2020-09-05T08:00+08:00"),),
    )


def test_own_table_may_come_from_a_spreadsheet(tmp_path: Path):
    path = own_table(tmp_path, '"mine","5","visits.started","2020-09-05 08:00"')
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    mine = read_own_figures(path, FIGURES).figures["mine"]
    assert (mine.value, mine.as_of) == (5.0, "2020-09-05 08:00")


def test_own_figure_of_a_documented_name_replaces_it(tmp_path: Path):
    known = read_own_figures(own_table(tmp_path, "projects.published_online,1900,,"), FIGURES).figures
    printed = FIGURES["projects.published_online"]
    changed = known["projects.published_online"]
    assert (len(known), changed.value, changed.rounding, changed.source) == (len(FIGURES), 1_900.0, 0.0, "mine.csv")
    assert (changed.unit, changed.as_of, changed.measure) == (printed.unit, printed.as_of, printed.measure)


def test_own_figure_has_names_in_any_language_and_a_caveat(tmp_path: Path):
    header, line = "id,value,measure,de,caveat", "mine,5,visits.started,Besuche,counted by hand"
    mine = read_own_figures(own_table(tmp_path, line, header=header), FIGURES).figures["mine"]
    assert (mine.names, mine.caveat) == ({"de": "Besuche"}, "counted by hand")


def test_own_figure_of_a_documented_name_keeps_the_names_that_it_does_not_replace(tmp_path: Path):
    path = own_table(tmp_path, "projects.published_online,1900,Projekte", header="id,value,de")
    printed, changed = (
        known["projects.published_online"] for known in (FIGURES, read_own_figures(path, FIGURES).figures)
    )
    assert (changed.names, changed.caveat) == (printed.names | {"de": "Projekte"}, printed.caveat)


@pytest.mark.parametrize(
    ("measure", "scales"),
    [
        ("negotiations.lapse_share", False),
        ("programme.held", False),
        ("venue.entered", True),
        ("organisations.by_kind.embassy", True),
    ],
)
def test_own_figure_shrinks_with_the_run_where_its_unit_counts_people(tmp_path: Path, measure: str, scales: bool):
    known = read_own_figures(own_table(tmp_path, f"mine,1,{measure},"), FIGURES).figures
    assert known["mine"].scales is scales


REFUSED_OWN = {
    "unknown measure": (
        "a,1,organisations.registred,",
        "line 2: figure a: measure is 'organisations.registred', which is none; did you mean organisations.registered?",
    ),
    "no measure": ("a,1,,", "line 2: figure a: measure is missing; name one, such as organisations.registered"),
    "breakdown": (
        "a,1,organisations.by_economy,",
        "line 2: figure a: measure is organisations.by_economy, a breakdown; name one of its keys, such as"
        " organisations.by_economy.KEY",
    ),
    "more than a number": (
        "a,1,organisations.registered.CN,",
        "line 2: figure a: measure is organisations.registered.CN, and organisations.registered is one number;"
        " leave the rest out",
    ),
    "breakdown by two": (
        "a,1,negotiations.by_sectors.ict,",
        "line 2: figure a: measure is negotiations.by_sectors.ict, a breakdown; name one of its keys, such as"
        " negotiations.by_sectors.ict.KEY",
    ),
    "more than a number of a breakdown": (
        "a,1,negotiations.by_sectors.ict.energy.33,",
        "line 2: figure a: measure is negotiations.by_sectors.ict.energy.33, and negotiations.by_sectors.ict.energy is"
        " one number; leave the rest out",
    ),
    "sum of unlike things": (
        "a,1,visits.started + people.registered,",
        "line 2: figure a: measure is visits.started + people.registered, a sum of visits, people; add what is counted"
        " in one unit",
    ),
    "sum with a breakdown": (
        "a,1,visits.started + visits.by_economy,",
        "line 2: figure a: measure is visits.by_economy, a breakdown; name one of its keys, such as"
        " visits.by_economy.KEY",
    ),
    "only the largest": (
        "a,1,negotiations.by_pair.CN.US,",
        "line 2: figure a: measure is negotiations.by_pair.CN.US, and negotiations.by_pair is negotiations · initiated,"
        " by the requester's economy and the exhibitor's: the 80 pairs with most of them;"
        " `GET /runs/RUN/negotiations/between` has all; name one that is a number or a moment",
    ),
    "no numbers": (
        "a,1,notices.latest.3,",
        "line 2: figure a: measure is notices.latest.3, and notices.latest is notices · the eight latest, by number:"
        " when and what, and of which disruption where it is of one; name one that is a number or a moment",
    ),
    "unknown key": (
        "a,1,negotiations.per_hour.oversea.33,",
        "line 2: figure a: measure is negotiations.per_hour.oversea.33; did you mean overseas?",
    ),
    "no moment": (
        "a,1,organisations.registered,morning",
        "line 2: figure a: as_of: morning is no moment; write ms since the epoch, a date and time such as"
        " 2027-05-07T00:00:00+08:00, or a day of the fair and a time such as 'day 2 10:00'",
    ),
    "no number": (
        "a,many,organisations.registered,",
        "line 2: figure a: value is 'many'; a plain number is wanted, such as 550000"
        " or 0.264: a point before decimals, no separators of thousands",
    ),
    "no name": (",1,visits.started,", "line 2: id is empty; give the figure a name"),
    "twice": ("a,1,visits.started,\na,2,visits.started,", "line 3: figure a stands twice, first in line 2; remove one"),
}


def test_own_figure_may_be_of_a_sum(tmp_path: Path):
    measure = "programme.held_by_kind.industry_forum + programme.held_by_kind.evening"
    known = read_own_figures(own_table(tmp_path, f"mine,5,{measure},"), FIGURES).figures
    assert (known["mine"].measure, known["mine"].unit) == (measure, "sessions")


@pytest.mark.parametrize("name", REFUSED_OWN)
def test_own_figure_that_cannot_be_read_is_named(tmp_path: Path, name: str):
    lines, message = REFUSED_OWN[name]
    with pytest.raises(FigureError) as refused:
        read_own_figures(own_table(tmp_path, lines), FIGURES)
    assert str(refused.value).replace(f"{tmp_path}/", "") == f"mine.csv: {message}"


@pytest.mark.parametrize(
    ("header", "line", "message"),
    [
        ("id,value,mesure", "a,1,visits.started", "column mesure is unknown; did you mean measure?"),
        ("id,measure", "a,visits.started", "column value is missing; the columns are "),
        (
            "id,value,measure,unit",
            "a,5,negotiations.waited_mean_s,min",
            "line 2: figure a: unit is 'min', and negotiations.waited_mean_s is in s; give the value in s",
        ),
        (
            "id,value,measure,scales",
            "a,5,visits.started,maybe",
            "line 2: figure a: scales is 'maybe'; yes when it counts people or what they do, else no",
        ),
    ],
)
def test_own_table_with_a_bad_column_is_refused(tmp_path: Path, header: str, line: str, message: str):
    with pytest.raises(FigureError) as refused:
        read_own_figures(own_table(tmp_path, line, header=header), FIGURES)
    assert str(refused.value).replace(f"{tmp_path}/", "").startswith(f"mine.csv: {message}")


CASES = Path(__file__).parent / "cases"


def own_refusal(path: Path) -> str:
    with pytest.raises(FigureError) as refused:
        read_own_figures(path, FIGURES)
    return str(refused.value).replace(str(path), path.name)


def test_a_number_with_an_exponent_has_the_rounding_that_it_shows():
    own = read_own_figures(CASES / "f-exp.csv", FIGURES).figures["a"]
    assert (own.value, own.rounding) == (550_000.0, 5_000.0)


def test_a_quote_that_is_not_closed_swallows_no_row():
    assert own_refusal(CASES / "f-unclosed.csv") == (
        "f-unclosed.csv: line 2: a quoted cell is not closed; close each cell that begins with a quote by a quote"
    )


def test_a_rounding_below_zero_is_refused():
    assert own_refusal(CASES / "f-negrounding.csv") == (
        "f-negrounding.csv: line 2: figure a: rounding is -5000; it is 0 or more"
    )


def test_a_column_that_stands_twice_is_refused():
    assert own_refusal(CASES / "f-dupcol.csv") == "f-dupcol.csv: line 1: column value stands 2 times; remove one"


def test_every_case_has_a_test():
    text = Path(__file__).read_text()
    assert [path.name for path in CASES.iterdir() if f'"{path.name}"' not in text] == []


@pytest.mark.parametrize(
    "number", ["550_000", "５５００００", "550,000", "0,264", "5e999", "inf", "0x10", "٥", "1.", "-5"]
)
def test_what_is_no_plain_number_is_refused(tmp_path: Path, number: str):
    cell = f'"{number}"'
    refusal = own_refusal(own_table(tmp_path, f"a,{cell},visits.started,"))
    assert refusal.startswith(f"mine.csv: line 2: figure a: value is {number if number == '-5' else repr(number)}; ")


def test_a_moment_that_is_none_is_told_once(tmp_path: Path):
    path = own_table(tmp_path, "mine,5,visits.started,Saturday")
    with pytest.raises(FigureError, match=r"mine.csv: line 2: figure mine: as_of: Saturday is no moment; write ms"):
        read_own_figures(path, FIGURES, after(STARTED).parts.run)


def test_all_faults_of_a_table_are_named_at_once(tmp_path: Path):
    lines = ["a,x,visits.started,", "b,1,visits.start,", "b,1,visits.started,", "c,1", ",1,visits.started,"]
    assert own_refusal(own_table(tmp_path, *lines)).splitlines() == [
        "mine.csv: 5 faults",
        "  line 5: it has 2 cells, and the header has 4; write one for each column",
        "  line 2: figure a: value is 'x'; a plain number is wanted, such as 550000 or 0.264: a point before decimals,"
        " no separators of thousands",
        "  line 3: figure b: measure is 'visits.start', which is none; did you mean visits.started?",
        "  line 4: figure b stands twice, first in line 3; remove one",
        "  line 6: id is empty; give the figure a name",
    ]


def test_a_separator_of_lines_in_a_cell_ends_no_row(tmp_path: Path):
    path = own_table(tmp_path, "a,5,visits.started,two\u2028lines", header="id,value,measure,counts")
    assert read_own_figures(path, FIGURES).figures["a"].counts == "two\u2028lines"


def test_a_table_of_a_spreadsheet_with_semicolons_is_read_and_the_report_says_so(tmp_path: Path):
    path = own_table(tmp_path, "a; 5;visits.started;", ";;;", header="id;value;measure;as_of")
    read = read_own_figures(path, FIGURES)
    assert (read.figures["a"].value, read.report.found, read.report.read) == (5.0, 1, 1)
    assert [f"{one.kind}, {one.place}: {one.message}" for one in read.report.remarks] == [
        "coerced, line 1: semicolons separate the columns",
        "coerced, line 2: blanks around cells are not used",
        "left out, line 3: the row is empty",
    ]


def test_a_measure_that_is_a_text_is_refused(tmp_path: Path):
    assert own_refusal(own_table(tmp_path, "a,1,run.phase,")) == (
        "mine.csv: line 2: figure a: measure is run.phase, a word; name one that is a number or a moment"
    )


def test_a_moment_that_cannot_be_read_is_refused(tmp_path: Path):
    assert own_refusal(own_table(tmp_path, "a,yesterday,programme.starts_by_kind.summit,")) == (
        "mine.csv: line 2: figure a: value is 'yesterday'; write a datetime like 2027-05-07 or 2027-05-07T20:00+08:00"
    )


def test_a_documented_figure_is_replaced_in_its_own_unit_and_scale(tmp_path: Path):
    path = own_table(tmp_path, "negotiations.initiated,5,min,no", header="id,value,unit,scales")
    assert own_refusal(path).splitlines()[1:] == [
        "  line 2: figure negotiations.initiated: unit is 'min', and negotiations.initiated is in negotiations; give"
        " the value in negotiations",
        "  line 2: figure negotiations.initiated: scales is 'no', and negotiations.initiated scales as it is documented"
        "; leave it empty",
    ]


def test_a_table_of_faults_alone_is_refused_after_the_first_thousand(tmp_path: Path):
    lines = own_refusal(own_table(tmp_path, *["a,1,visits.started"] * 5_000)).splitlines()
    assert (lines[0], lines[-2:]) == (
        "mine.csv: 1000 faults",
        ["  and 980 other faults", "  the rest of the file was not read"],
    )


def test_figures_of_what_a_run_cannot_have_are_named_at_once_with_their_lines(tmp_path: Path):
    path = own_table(
        tmp_path,
        "a,1,visits.started,2021-09-05",
        "b,1,organisations.by_economy.USA,",
        "c,1,visits.by_economy.FR,2020-09-04",
        "d,1,visits.by_channel.ap,2020-09-01T10:00",
    )
    with pytest.raises(FigureError) as refused:
        read_own_figures(path, FIGURES, after(STARTED).parts.run)
    outside = "lies outside the fair; it lasts from 2020-09-04 00:00 to 2020-09-10 00:00"
    assert str(refused.value).splitlines() == [
        f"{path}: 4 faults",
        f"  line 2: figure a: as_of: 2021-09-05 {outside}",
        "  line 3: figure b: measure is 'organisations.by_economy.USA'; USA is no economy of the fair; did you mean US?"
        " (ISO 3166 codes of two letters)",
        "  line 5: figure d: measure is 'visits.by_channel.ap'; ap is no channel of the fair; did you mean app?",
        f"  line 5: figure d: as_of: 2020-09-01T10:00 {outside}",
    ]


def test_a_moment_that_the_clocks_never_show_is_named_with_its_line(tmp_path: Path):
    lisbon = msgspec.structs.replace(STARTED.description, time_zone="Europe/Lisbon")
    run = after(msgspec.structs.replace(STARTED, fair=lisbon, epoch="2026-03-28T00:00:00+00:00")).parts.run
    path = own_table(tmp_path, "a,2026-03-29T01:30,programme.starts_by_kind.summit,")
    with pytest.raises(FigureError, match="line 2: figure a: value: 2026-03-29T01:30 is never shown at the fair"):
        read_own_figures(path, {}, run)


def test_another_day_of_a_documented_figure_is_refused(tmp_path: Path):
    assert own_refusal(own_table(tmp_path, "projects.published_online,1900,,2020-09-05")) == (
        "mine.csv: line 2: figure projects.published_online: as_of is '2020-09-05', and projects.published_online is of"
        " the end of the fair; leave it empty, or name the measure"
    )
