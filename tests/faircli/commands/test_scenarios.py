"""`fair scenarios`, `fair figures` and `--help`: what there is to play and to compare with."""

from __future__ import annotations

from pathlib import Path

from tests.faircli.fair import Fair

from fairfacts.resources import scenario_names
from fairsim.inputs.fair import fair_names, load_fair

ROOT = Path(__file__).resolve().parents[3]


def test_scenarios_are_listed_with_their_question(fair: Fair) -> None:
    shipped = fair.json("scenarios")
    assert [one["name"] for one in shipped] == list(dict.fromkeys([*scenario_names(), *fair_names()]))
    assert all(one["question"].endswith("?") for one in shipped)


def test_a_scenario_is_shown_with_where_each_value_comes_from(fair: Fair) -> None:
    (fair.folder / "mine.toml").write_text('extends = "overseas-40-night"\n[fair]\ndays = 2\n[economies]\nUS = 2\n')
    changes = ["--set", "negotiations.attempts_max=1", "--scale", "0.5"]
    shown = fair.json("scenarios", "show", "mine.toml", *changes)
    values = {row["name"]: (row["value"], row["from"]) for row in shown["parameters"]}
    assert list(values) == list(load_fair("ciftis2020").rows)
    assert shown["economies"] == [{"economy": "US", "factor": 2.0, "from": "mine.toml"}]
    changed = {name: value for name, value in values.items() if not value[1].startswith("seeds/")}
    assert changed == {
        "fair.days": (2, "mine.toml"),
        "visits.overseas_per_delegate_day": (1.0, "overseas-40.toml"),
        "negotiations.night_share": (1.0, "overseas-40-night.toml"),
        "negotiations.attempts_max": (1, "--set"),
    }
    assert values["organisations.at_opening"] == (9000, "seeds/ciftis2020/parameters.csv")


def test_showing_a_scenario_to_people_names_every_parameter(fair: Fair) -> None:
    lines = fair("scenarios", "show", "ciftis2020", "--set", "economies.US=2").stdout.splitlines()
    assert {line.split(" ")[0] for line in lines} >= {*load_fair("ciftis2020").rows, "economies.US"}


def test_the_card_gives_every_parameter_with_class_range_and_source(fair: Fair) -> None:
    rows = fair.json("scenarios", "card", "ciftis2020")
    assert {row["name"]: (row["class"], row["low"], row["high"], row["source"]) for row in rows} == {
        row.name: (row.kind, row.low, row.high, row.source) for row in load_fair("ciftis2020").rows.values()
    }
    lines = fair("scenarios", "card", "ciftis2020").stdout.splitlines()
    assert {line.split(" ")[0] for line in lines} >= {
        *load_fair("ciftis2020").rows,
        "documented:",
        "assumed:",
        "calibrated:",
    }


def test_the_committed_schema_is_that_of_the_parameters(fair: Fair) -> None:
    # renew it with: make renew
    assert fair("scenarios", "schema").stdout == (ROOT / "scenarios" / "scenario.schema.json").read_text()


def test_planned_disruptions_are_shown_with_their_moments(fair: Fair) -> None:
    shown = fair.json("scenarios", "show", "opening-night")["disruptions"]
    assert [(one["what"]["kind"], one["when"] / 3_600_000, one["from"]) for one in shown] == [
        ("demand", 19.5, "opening-night.toml"),
        ("platform_outage", 20.5, "opening-night.toml"),
        ("platform_outage", 20.916666666666668, "opening-night.toml"),
    ]
    assert "Fri 4 Sep 20:30" in fair("scenarios", "show", "opening-night").stdout
