"""Documented figures: the shipped ones fit together, and what cannot be read is refused by name."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from fairfacts.errors import FigureError
from fairfacts.evidence.figures import Figure
from fairfacts.evidence.figures_file import COLUMNS, documented, read_own_figures
from fairfacts.evidence.folder import known_fair

HEADER = "id,value,op,unit,as_of,status,counts,source,paragraph"
FIGURES = known_fair("ciftis2020").figures


def value(figure: str) -> float:
    """Return a figure that is a number."""
    number = FIGURES[figure].value
    assert isinstance(number, float)
    return number


def table(tmp_path: Path, *lines: str, header: str = HEADER) -> Path:
    path = tmp_path / "mine.csv"
    path.write_text("\n".join((header, *lines)), encoding="utf-8")
    return path


def figures_of(path: Path) -> dict[str, Figure]:
    return documented(path.read_bytes(), str(path))


def refusal(path: Path) -> str:
    with pytest.raises(FigureError) as refused:
        figures_of(path)
    return str(refused.value).replace(str(path), "mine.csv")


def test_shipped_figure_stands_with_its_source():
    assert FIGURES["negotiations.initiated"] == Figure(
        id="negotiations.initiated",
        value=550_000.0,
        op="=",
        unit="negotiations",
        as_of="2020-09-09",
        status="outcome",
        counts="online negotiations initiated (not held)",
        source="closing",
        paragraph=19,
        rounding=5_000.0,
        measure="negotiations.initiated",
        scales=True,
        names={"en": "Negotiations initiated", "zh": "发起的线上洽谈"},
    )


def test_shipped_figures_are_of_two_documents_and_of_the_press_of_the_second_day():
    assert Counter(figure.source for figure in FIGURES.values()) == {
        "closing": 36,
        "opening": 21,
        "Beijing News 5 September 2020": 5,
        "njim September 2020": 4,
    }
    assert {figure.at for figure in FIGURES.values()} == {"", "2020-09-05T08:00+08:00", "2020-09-06T00:00+08:00"}


def test_documented_moment_that_is_none_is_refused():
    text = f"{','.join(COLUMNS)},measure\na,5,=,people,2020-09-05T8,outcome,x,y,0,people.registered\n"
    with pytest.raises(FigureError, match="line 2: figure a: as_of: 2020-09-05T8 is no moment; write"):
        documented(text.encode(), "figures.csv")


def test_values_are_those_of_the_documents():
    printed = {
        "fair.opens": "2020-09-04",
        "fair.closes": "2020-09-09",
        "summit.starts": "2020-09-04T20:00+08:00",
        "sessions.total": 190,
        "sessions.online_only": 32,
        "sessions.streamed": 173,
        "organisations.at_opening": 18_000,
        "organisations.at_closing": 22_000,
        "economies.participating": 148,
        "projects.published_online": 1_870,
        "negotiations.initiated_overseas": 145_000,
        "zone.comprehensive.exhibitors": 227,
        "henan.results": 170,
    }
    assert {figure: FIGURES[figure].value for figure in printed} == printed


def test_kinds_of_session_add_up_to_the_total_as_the_closing_report_counts_them():
    kinds = ("summit_forum", "industry_forum_as_reported", "foreign_day", "provincial", "evening")
    assert sum(value(f"sessions.{kind}") for kind in kinds) == value("sessions.total")


def test_kinds_of_session_add_up_to_the_total_as_they_were_planned():
    kinds = ("summit_forum", "industry_forum", "industry_promotion", "foreign_day", "provincial", "evening")
    assert sum(value(f"sessions.{kind}") for kind in kinds) == value("sessions.total")


def test_industry_forums_as_reported_are_the_planned_ones_and_the_promotion_sessions():
    parts = value("sessions.industry_forum") + value("sessions.industry_promotion")
    assert parts == value("sessions.industry_forum_as_reported")


def test_overseas_share_is_that_of_the_negotiations_as_printed():
    printed = value("negotiations.overseas_share")
    exact = value("negotiations.initiated_overseas") / value("negotiations.initiated")
    assert abs(exact - printed) <= FIGURES["negotiations.overseas_share"].rounding


def test_only_96_international_exhibitors_fit_their_share_of_the_zone():
    share, exhibitors = FIGURES["zone.comprehensive.international_share"], value("zone.comprehensive.exhibitors")
    fit = [count for count in range(228) if abs(count / exhibitors - value(share.id)) <= share.rounding]
    assert fit == [96]


def test_people_per_organisation_are_more_than_five():
    people = value("people.registered_at_opening")
    assert round(people / value("organisations.at_opening"), 1) == 5.6


def test_named_kinds_are_part_of_the_register():
    named = ("international", "embassies", "overseas_chambers", "fortune_500")
    assert sum(value(f"organisations.{kind}") for kind in named) == 410


@pytest.mark.parametrize(
    ("printed", "half_the_last_place"),
    [
        ("550000", 5_000.0),
        ("5.5e5", 5_000.0),
        ("5E5", 50_000.0),
        ("0", 0.0),
        ("0.50", 0.005),
        ("22000", 500.0),
        ("0.264", 0.0005),
        ("1.5", 0.05),
        ("5", 0.0),
        ("105", 0.0),
        ("10", 5.0),
    ],
)
def test_rounding_is_half_the_last_printed_place(tmp_path: Path, printed: str, half_the_last_place: float):
    path = table(tmp_path, f"a,{printed},=,people,2020-09-09,outcome,people,closing,1")
    assert figures_of(path)["a"].rounding == half_the_last_place


def test_rounding_that_is_given_overrules_the_printed_zeros(tmp_path: Path):
    path = table(tmp_path, "a,190,=,sessions,2020-09-09,outcome,all,closing,1,0", header=f"{HEADER},rounding")
    assert figures_of(path)["a"].rounding == 0.0


def test_moment_stays_text(tmp_path: Path):
    path = table(tmp_path, "a,2020-09-04T20:00+08:00,=,datetime,2020-09-03,plan,summit,opening,9")
    assert (figures_of(path)["a"].value, figures_of(path)["a"].rounding) == ("2020-09-04T20:00+08:00", 0.0)


def test_order_of_the_file_is_kept(tmp_path: Path):
    rest = "1,=,people,2020-09-09,outcome,people,closing,1"
    assert list(figures_of(table(tmp_path, f"b,{rest}", f"a,{rest}"))) == ["b", "a"]


REFUSED = {
    "unknown operator": (
        "a,1,>=,people,2020-09-09,outcome,people,closing,1",
        "line 2: figure a: op is '>='; allowed are = > < ~ (as printed, more, fewer, about)",
    ),
    "unknown status": (
        "a,1,=,people,2020-09-09,outcom,people,closing,1",
        "line 2: figure a: status is 'outcom'; did you mean outcome?",
    ),
    "no number": (
        "a,many,=,people,2020-09-09,outcome,people,closing,1",
        "line 2: figure a: value is 'many'; a plain number is wanted, such as 550000"
        " or 0.264: a point before decimals, no separators of thousands",
    ),
    "not finite": (
        "a,nan,=,people,2020-09-09,outcome,people,closing,1",
        "line 2: figure a: value is 'nan'; a plain number is wanted, such as 550000"
        " or 0.264: a point before decimals, no separators of thousands",
    ),
    "no paragraph": (
        "a,1,=,people,2020-09-09,outcome,people,closing,first",
        "line 2: figure a: paragraph is 'first'; it is a whole number",
    ),
    "cells are missing": (
        "a,1,=,people",
        "line 2: it has 4 cells, and the header has 9; write one for each column",
    ),
    "the same figure twice": (
        "a,1,=,people,2020-09-09,outcome,people,closing,1\na,2,=,people,2020-09-09,outcome,people,closing,1",
        "line 3: figure a stands twice, first in line 2; remove one",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_figure_that_cannot_be_read_is_named_by_line_and_column(tmp_path: Path, name: str):
    lines, message = REFUSED[name]
    assert refusal(table(tmp_path, lines)) == f"mine.csv: {message}"


def test_table_without_a_column_is_refused(tmp_path: Path):
    path = table(tmp_path, header=HEADER.replace("value,", "", 1))
    assert refusal(path) == (
        "mine.csv: column value is missing; the columns are id, value, op, unit, as_of, status, counts, source,"
        " paragraph, rounding, measure, scales, caveat"
    )


def test_measure_of_a_figure_gives_what_its_row_leaves_out(tmp_path: Path):
    path = tmp_path / "mine.csv"
    path.write_text("id,value,measure\nvisitors,3000,venue.visitors\nopening,2027-05-07,run.opened_on\n")
    figures = figures_of(path)
    visitors = figures["visitors"]
    assert (visitors.value, visitors.op, visitors.unit, visitors.rounding, visitors.scales) == (
        3000,
        "=",
        "people",
        500,
        True,
    )
    assert (figures["opening"].unit, figures["opening"].value) == ("date", "2027-05-07")


def test_figure_has_a_name_in_any_language(tmp_path: Path):
    path = tmp_path / "mine.csv"
    path.write_text("id,value,op,measure,en,de,fr\nvisitors,3000,=,venue.visitors,Visitors,Besucher,\n")
    assert figures_of(path)["visitors"].names == {"en": "Visitors", "de": "Besucher"}


def test_figure_with_neither_measure_nor_unit_is_refused(tmp_path: Path):
    path = tmp_path / "mine.csv"
    path.write_text("id,value\nvisitors,3000\n")
    assert refusal(path).endswith(
        "figure visitors: neither measure nor unit is given; name the measure that it is held against, or its unit"
    )


def test_empty_file_lacks_its_first_column(tmp_path: Path):
    path = tmp_path / "empty.csv"
    path.write_text("")
    assert refusal(path).partition(";")[0] == "mine.csv: columns id, value are missing"


def test_file_that_is_not_there_is_refused(tmp_path: Path):
    message = "mine.csv: cannot be read (No such file or directory); give a CSV file in UTF-8"
    with pytest.raises(FigureError) as refused:
        read_own_figures(tmp_path / "absent.csv", {})
    assert str(refused.value).replace(str(tmp_path / "absent.csv"), "mine.csv") == message


def test_file_in_another_encoding_is_refused(tmp_path: Path):
    path = tmp_path / "latin.csv"
    path.write_bytes(f"{HEADER}\ncafé".encode("latin-1"))
    assert refusal(path) == "mine.csv: line 2: byte 0xe9 is not UTF-8; save the file as UTF-8"


SAME_RULES = {
    "another column": ("id,value,measure,opp", "a,1,visits.started,>", "column opp is unknown; did you mean op?"),
    "another unit": (
        "id,value,measure,unit",
        "a,11,negotiations.waited_mean_s,hours",
        "line 2: figure a: unit is 'hours', and negotiations.waited_mean_s is in s; give the value in s",
    ),
    "a sum of unlike things": (
        "id,value,measure",
        "a,1,visits.started + people.registered",
        "line 2: figure a: measure is visits.started + people.registered, a sum of visits, people; add what is counted"
        " in one unit",
    ),
    "per cent": (
        "id,value,measure",
        "a,31,negotiations.overseas_share",
        "line 2: figure a: value is 31, and negotiations.overseas_share is a share, from 0 to 1; write 0.31 for 31 %",
    ),
    "separators of thousands": (
        "id;value;measure",
        "a;9.000;negotiations.held",
        "line 2: figure a: value is 9.000; it may mean 9000 or 9 where semicolons separate the columns: write 9000 or"
        " 9, without a separator of thousands",
    ),
    "two separators of thousands": (
        "id;value;measure",
        "a;1.234.567;negotiations.held",
        "line 2: figure a: value is 1.234.567; it may mean 1234567 where semicolons separate the columns: write 1234567"
        ", without a separator of thousands",
    ),
    "decimals that may be thousands": (
        "id;value;measure",
        "a;1.234;agreements.drafting_mean_h",
        "line 2: figure a: value is 1.234; it may mean 1234 or 1.234 where semicolons separate the columns: write 1234"
        " or 1.2340, without a separator of thousands",
    ),
    "tabs": (
        "id\tvalue\tmeasure",
        "a\t9\tnegotiations.held",
        "line 1: tabs separate the columns; save it with commas or semicolons",
    ),
    "digits alone are no day": (
        "id,value,measure",
        "a,20200904,run.opened_on",
        "line 2: figure a: value is '20200904'; write a date like 2027-05-07 or 2027-05-07T20:00+08:00",
    ),
}


@pytest.mark.parametrize("name", SAME_RULES)
def test_a_fairs_own_figures_and_a_users_are_read_by_the_same_rules(tmp_path: Path, name: str):
    header, line, message = SAME_RULES[name]
    path = table(tmp_path, line, header=header)
    with pytest.raises(FigureError) as refused:
        read_own_figures(path, {})
    assert refusal(path) == str(refused.value).replace(str(path), "mine.csv") == f"mine.csv: {message}"


def test_numbers_with_decimals_are_read_where_semicolons_separate_the_columns(tmp_path: Path):
    lines = ("a;0.264;negotiations.overseas_share", "b;1.2340;agreements.drafting_mean_h", "c;0.500;visits.started")
    figures = figures_of(table(tmp_path, *lines, header="id;value;measure"))
    assert [figure.value for figure in figures.values()] == [0.264, 1.234, 0.5]


@pytest.mark.parametrize(("first", "mark"), [("sep=;", ";"), ('"sep=,"', ","), ("SEP=;", ";")])
def test_the_line_by_which_excel_names_the_separator_is_no_row(tmp_path: Path, first: str, mark: str):
    rows = [line.replace(",", mark) for line in ("id,value,measure", "a,9000,negotiations.held", "b,x,visits.started")]
    path = table(tmp_path, *rows, header=first)
    assert refusal(path).startswith("mine.csv: line 4: figure b: value is 'x';")


@pytest.mark.parametrize(
    ("as_of", "at"),
    [
        ("2020-09-05", ""),
        ("2020-09-05T08:00", "2020-09-05T08:00"),
        ("2020-09-05 08:00", "2020-09-05 08:00"),
        ("day 2 10:00", "day 2 10:00"),
        ("122400000", "122400000"),
    ],
)
def test_whatever_is_no_day_is_a_moment_of_a_fairs_own_figure(tmp_path: Path, as_of: str, at: str):
    figures = figures_of(table(tmp_path, f"a,1,visits.started,{as_of}", header="id,value,measure,as_of"))
    assert figures["a"].at == at


def test_a_day_that_is_none_is_refused_in_a_fairs_own_figures(tmp_path: Path):
    path = table(tmp_path, "a,1,visits.started,Saturday", header="id,value,measure,as_of")
    assert refusal(path).startswith("mine.csv: line 2: figure a: as_of: Saturday is no moment; write")
