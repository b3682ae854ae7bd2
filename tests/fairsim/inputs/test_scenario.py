"""Scenarios: shipped or by path, with changes, and refused by file and key."""

from __future__ import annotations

import shutil
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from fairfacts.errors import ScenarioError
from fairfacts.evidence.folder import known_fair
from fairfacts.evidence.roles import shipped_overrides
from fairfacts.resources import data, scenario_names, shipped_names
from fairsim.inputs.fair import load_fair
from fairsim.inputs.scenario import Scenario, load_scenario
from fairsim.inputs.scenario_files import read_scenario
from fairsim.inputs.schema import scenario_schema

FAIR = load_fair("ciftis2020")
FIGURES = known_fair("ciftis2020").figures


def written(tmp_path: Path, toml: str) -> str:
    path = tmp_path / "mine.toml"
    base = "" if "extends" in toml else 'extends = "ciftis2020"\n'
    path.write_text(base + toml, encoding="utf-8")
    return str(path)


def refusal(which: str, *changes: str, scale: float = 1.0) -> str:
    with pytest.raises(ScenarioError) as refused:
        load_scenario(which, changes=changes, scale=scale)
    return str(refused.value)


@pytest.fixture(scope="module")
def shipped() -> Scenario:
    return load_scenario("ciftis2020")


@pytest.mark.parametrize("name", scenario_names())
def test_every_shipped_scenario_loads_and_asks_a_question(name: str):
    assert load_scenario(name).question.endswith("?")


@pytest.mark.parametrize("name", scenario_names())
def test_every_shipped_scenario_is_listed_with_its_question(name: str):
    listed = (data("scenarios") / "README.md").read_text(encoding="utf-8").splitlines()
    assert f"| `{name}` | {load_scenario(name).question} |" in listed


def test_epoch_is_midnight_in_beijing_of_the_first_day(shipped: Scenario):
    assert shipped.epoch == datetime(2020, 9, 3, 16, tzinfo=UTC)


def test_scenario_of_a_path_changes_what_it_says_and_nothing_else(tmp_path: Path, shipped: Scenario):
    mine = load_scenario(
        written(
            tmp_path,
            'title = "Patient visitors"\nquestion = "Who waits?"\n'
            "[negotiations]\npatience_mean_min = 120\n[fair]\nopens_on = 2021-09-03\n"
            "[programme]\nroom_seats = [50, 30]\n[economies]\nUS = 0.5",
        )
    )
    old = shipped.parameters
    replace = msgspec.structs.replace
    assert (
        mine
        == replace(
            shipped,
            overrides=mine.overrides,  # of which test_overrides is
            name="mine",
            title="Patient visitors",
            question="Who waits?",
            parameters=replace(
                old,
                negotiations=replace(old.negotiations, patience_mean_min=120.0),
                fair=replace(old.fair, opens_on=date(2021, 9, 3)),
                programme=replace(old.programme, room_seats=(50, 30)),
            ),
            inputs=tuple(figure for figure in shipped.inputs if figure != "fair.opens"),
            economies=(replace(shipped.economies[0], weight=1453.472 / 2), *shipped.economies[1:]),
        )
    )


def test_changes_overrule_the_file(tmp_path: Path):
    path = written(tmp_path, "[negotiations]\npatience_mean_min = 120\ntalk_mean_min = 20\n[economies]\nUS = 0.5")
    mine = load_scenario(path, changes=["negotiations.patience_mean_min = 30", "economies.US=2"])
    desks, us = mine.parameters.negotiations, mine.economies[0]
    assert (desks.patience_mean_min, desks.talk_mean_min, us.weight) == (30.0, 20.0, 2 * 1453.472)


def test_scenario_extends_another_and_overrules_it(tmp_path: Path):
    (tmp_path / "deep").mkdir()
    written(
        tmp_path, 'extends = "tenfold"\ntitle = "Mine"\n[negotiations]\npatience_mean_min = 120\ntalk_mean_min = 20'
    )
    yours = tmp_path / "deep" / "yours.toml"
    yours.write_text('extends = "../mine.toml"\nquestion = "Whose?"\n[negotiations]\ntalk_mean_min = 30')
    said = read_scenario(str(yours), ["negotiations.retry_share=0"])
    assert (said.name, said.title, said.question) == ("yours", "", "Whose?")
    assert said.values == {
        "visits.domestic_per_delegate_day": (2.0301, "tenfold.toml"),
        "visits.overseas_per_delegate_day": (3.0145, "tenfold.toml"),
        "streams.audience_mean": (1250, "tenfold.toml"),
        "streams.public_audience_mean": (1600, "tenfold.toml"),
        "public.users_per_day": (1_000_000, "tenfold.toml"),
        "negotiations.patience_mean_min": (120, f"{tmp_path}/deep/../mine.toml"),
        "negotiations.talk_mean_min": (30, str(yours)),
        "negotiations.retry_share": ("0", "--set negotiations.retry_share=0"),
    }
    assert load_scenario(str(yours)).parameters.negotiations.talk_mean_min == 30.0


def test_scenario_extends_a_shipped_fair_and_one_of_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(str(data("seeds") / "cicpe2021"), tmp_path / "mine")
    for base, names in (("cicpe2021", ["cicpe2021"]), ("mine", ["mine"]), ("../mine", ["mine"])):
        (tmp_path / "deep").mkdir(exist_ok=True)
        path = Path("deep" if base == "../mine" else ".") / "one.toml"
        path.write_text(f'extends = "{base}"\n[venue]\ncap = 7\n')
        said = read_scenario(str(path))
        assert ([said.fair.key], said.values["venue.cap"]) == (names, (7, str(path)))


@pytest.mark.parametrize("suffix", ["toml", "TOML", "Toml"])
def test_file_of_a_scenario_may_have_its_suffix_in_large_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
):
    monkeypatch.chdir(tmp_path)
    Path(f"base.{suffix}").write_text('extends = "ciftis2020"\n[venue]\ncap = 7\n')
    Path(f"mine.{suffix}").write_text(f'extends = "base.{suffix}"\n')
    said = read_scenario(f"mine.{suffix}")
    assert (said.name, said.values["venue.cap"]) == ("mine", (7, f"base.{suffix}"))


@pytest.mark.parametrize(
    ("base", "complaint"),
    [
        ('"ciftis2021"', "extends is 'ciftis2021', which is no scenario; did you mean ciftis2020?"),
        ('"itbnow2022"', "extends is 'itbnow2022', which is no scenario; did you mean itbnow2021?"),
        ("7", "extends is 7, which is no scenario; known are: "),
        ('"other.toml"', "extends other.toml, and {folder}/other.toml is not there; shipped are "),
        ('"mine.toml"', "extends {folder}/mine.toml, which extends it again ({path} -> {path}); let one of them"),
    ],
)
def test_base_that_cannot_be_extended_is_refused(tmp_path: Path, base: str, complaint: str):
    path = written(tmp_path, f"extends = {base}")
    assert refusal(path).startswith(f"{path}: {complaint.format(folder=tmp_path, path=path)}")


def test_scenarios_that_extend_each_other_are_refused(tmp_path: Path):
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text('extends = "two.toml"')
    two.write_text('extends = "one.toml"')
    assert refusal(str(one)) == (
        f"{two}: extends {one}, which extends it again ({one} -> {two} -> {one}); let one of them extend nothing"
    )


@pytest.mark.parametrize("name", scenario_names())
def test_every_shipped_scenario_names_the_schema_of_its_keys(name: str):
    toml = (data("scenarios") / f"{name}.toml").read_text(encoding="utf-8")
    allowed = scenario_schema()["properties"]
    table = tomllib.loads(toml)
    keys = {f"{part}.{key}" for part, values in table.items() if isinstance(values, dict) for key in values}
    known = {f"{part}.{key}" for part in allowed for key in allowed[part].get("properties", ())}
    assert (toml.splitlines()[0], set(table) - set(allowed), keys - known) == (
        "#:schema ./scenario.schema.json", set(), set(),
    )  # fmt: skip


def test_schema_gives_each_parameter_its_type_and_range():
    parts = scenario_schema()["properties"]
    patience = parts["negotiations"]["properties"]["patience_mean_min"]
    seats = parts["programme"]["properties"]["room_seats"]
    hours = parts["visits"]["properties"]["hour_profile"]
    assert (patience["type"], patience["minimum"], patience["maximum"]) == ("number", 1.0, 1440.0)
    assert (seats["items"]["type"], hours["minItems"], hours["maxItems"]) == ("integer", 24, 24)


def test_last_of_two_changes_of_one_key_counts():
    mine = load_scenario("ciftis2020", changes=["fair.days=7", "fair.days=8"])
    assert mine.parameters.fair.days == 8


def test_figures_are_given_fitted_or_held_out(shipped: Scenario):
    assert {
        "both": sorted(set(shipped.inputs) & set(shipped.calibrated)),
        "calibrated": list(shipped.calibrated),
        "held out": sorted(
            {name for name, figure in FIGURES.items() if figure.measure} - set(shipped.inputs) - set(shipped.calibrated)
        ),
    } == {
        "both": [],
        "calibrated": [
            "negotiations.initiated",
            "negotiations.initiated_overseas",
            "negotiations.overseas_share",
            "organisations.at_closing",
            "organisations.second_morning",
            "people.registered_at_opening",
            "people.second_morning",
            "platform.page_views_to_second_day",
            "platform.users_to_second_day",
            "projects.published_online",
            "streams.views_to_second_day",
            "venue.entries_second_day",
        ],
        "held out": ["economies.top_traders", "sessions.second_day", "streams.to_second_day"],
    }


def test_digest_is_of_what_is_played_and_not_of_its_name(tmp_path: Path, shipped: Scenario):
    assert load_scenario(written(tmp_path, 'title = "The same"')).sha256() == shipped.sha256()


@pytest.mark.parametrize("change", ["negotiations.patience_mean_min=61", "economies.TV=2", "fair.opens_on=2020-09-05"])
def test_digest_differs_when_anything_played_does(shipped: Scenario, change: str):
    assert load_scenario("ciftis2020", changes=[change]).sha256() != shipped.sha256()


def test_digest_differs_at_another_scale(shipped: Scenario):
    assert load_scenario("ciftis2020", scale=0.5).sha256() != shipped.sha256()


def test_unknown_scenario_is_refused_with_the_nearest():
    assert (
        refusal("ciftis2021")
        == "ciftis2021 is no scenario; did you mean ciftis2020? (or give a path to a .toml, or to the folder of a fair)"
    )


def test_file_that_is_not_there_is_refused():
    message = f"nowhere/x.toml: cannot be read (No such file or directory); shipped are {', '.join(shipped_names())}"
    assert refusal("nowhere/x.toml") == message


@pytest.mark.parametrize("scale", [0, -1, 20.5, float("nan"), float("inf")])
def test_scale_out_of_range_is_refused(scale: float):
    message = f"--scale is {scale:g}; it is a share of the documented size, over 0 and at most 20"
    assert refusal("ciftis2020", scale=scale) == message


@pytest.mark.parametrize("change", ["patience", "=3", " =3", ""])
def test_change_without_key_or_value_is_refused(change: str):
    message = f"--set {change}: is no change; write --set negotiations.patience_mean_min=30"
    assert refusal("ciftis2020", change) == message


FILES = {
    "no TOML": ("title = ", "is no TOML: Invalid value (at end of document)"),
    "unknown table": (
        "[negotiation]\npatience_mean_min = 3",
        "negotiation.patience_mean_min is no key; did you mean negotiations.patience_mean_min?",
    ),
    "part in a table": ("[parameters]\nvenue.gate_lanes = [5]", "parameters.venue is no key; write a table [venue]"),
    "one disruption": (
        '[disruptions]\nkind = "demand"',
        "disruptions is no list; write a table [[disruptions]] for each",
    ),
    "end after the fair": (
        '[[disruptions]]\nkind = "demand"\nfactor = 2.0\nbegins = "day 2 10:00"\nends = "day 30 10:00"',
        "disruptions.demand.ends: day 30 10:00 lies outside the fair; it lasts from 2020-09-04 00:00 to 2020-09-10"
        " 00:00",
    ),
    "unknown key at the top": ("negotiation = 3", "negotiation is no key; did you mean negotiations?"),
    "unknown key": (
        "[negotiations]\npatience_min = 3",
        "negotiations.patience_min is no key; did you mean negotiations.patience_mean_min?",
    ),
    "text for a number": (
        '[negotiations]\npatience_mean_min = "long"',
        "negotiations.patience_mean_min is 'long'; write a number (min), such as"
        f" {load_fair('ciftis2020').rows['negotiations.patience_mean_min'].value}",
    ),
    "true for a number": (
        "[fair]\ndays = true",
        "fair.days is True; write a whole number (days), such as 6",
    ),
    "table for a number": (
        "[fair.days]\nmany = 1",
        "fair.days is {'many': 1}; write a whole number (days), such as 6",
    ),
    "no list": (
        "[programme]\nslots_h = 9",
        "programme.slots_h is 9; write a list (h), such as [9, 11, 13.5, 15.5]",
    ),
    "out of range": (
        "[negotiations]\npatience_mean_min = nan",
        "negotiations.patience_mean_min is nan; allowed is 1 to 1440 (min)",
    ),
    "economy by three letters": (
        "[economies]\nDEU = 2",
        "DEU is no economy of seeds/economies.csv; did you mean DE? (ISO 3166 codes of two letters)",
    ),
    "economy unknown": (
        "[economies]\nXX = 2",
        "XX is no economy of seeds/economies.csv; the nearest of 208 are: XK, SX, MX, ZW, ZM, ZA, YE, WS, VU, VN"
        " (ISO 3166 codes of two letters)",
    ),
    "negative weight": (
        "[economies]\nDE = -1",
        "economies.DE is -1; it is a factor on the weight, from 0 to 1,000,000",
    ),
    "endless weight": (
        "[economies]\nDE = inf",
        "economies.DE is inf; it is a factor on the weight, from 0 to 1,000,000",
    ),
    "weight beyond all": (
        "[economies]\nDE = 1e308",
        "economies.DE is 1e+308; it is a factor on the weight, from 0 to 1,000,000",
    ),
    "weight that is none": (
        "[economies]\nDE = true",
        "economies.DE is True; it is a factor on the weight, from 0 to 1,000,000",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_file_that_cannot_be_played_is_refused_by_file_and_key(tmp_path: Path, name: str):
    toml, message = FILES[name]
    path = written(tmp_path, toml)
    assert refusal(path) == f"{path}: {message}"


def test_file_in_another_encoding_is_refused(tmp_path: Path):
    path = tmp_path / "latin.toml"
    path.write_bytes(b"\xff")
    message = "line 1: byte 0xff is not UTF-8; save the file as UTF-8"
    assert refusal(str(path)) == f"{path}: {message}"


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ((), set()),
        (("organisations.at_opening=18000",), set()),  # its own value is played
        (("organisations.at_opening=9000",), {"organisations.at_opening"}),
        (("programme.evening.count=3",), {"sessions.evening", "sessions.total"}),
        (("visits.overseas_per_delegate_day=2",), {"negotiations.initiated_overseas", "negotiations.overseas_share"}),
        (("venue.cap=500",), set()),
    ],
)
def test_a_figure_is_given_or_fitted_only_where_its_own_value_is_played(
    shipped: Scenario, changes: tuple[str, ...], lost: set[str]
):
    mine = load_scenario("ciftis2020", changes=changes)
    used = {*shipped.inputs, *shipped.calibrated}
    assert used - {*mine.inputs, *mine.calibrated} == lost
    assert {*mine.inputs, *mine.calibrated} <= used


def test_what_a_shipped_scenario_overrides_is_read_from_its_file_alike():
    rows = FAIR.rows
    for name in scenario_names():
        values = read_scenario(name).values
        figures = {figure for parameter in values if parameter in rows for figure in rows[parameter].figures}
        assert shipped_overrides(name, "ciftis2020") == figures


def test_a_byte_order_mark_before_a_file_is_no_part_of_it():
    assert load_scenario(str(Path(__file__).parent / "cases" / "t-bom.toml")).title == "t"


@pytest.mark.parametrize("toml", ["a = " + "[" * 5_000 + "]" * 5_000, "a = " + "9" * 5_000], ids=["nested", "digits"])
def test_file_that_the_parser_gives_up_is_refused(tmp_path: Path, toml: str):
    path = written(tmp_path, toml)
    assert refusal(path).startswith(f"{path}: is no TOML: ")
