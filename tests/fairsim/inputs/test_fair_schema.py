"""The JSON Schemas of a fair's files: fresh, true of every shipped fair, and strict."""

from __future__ import annotations

import csv
import json
import tomllib
from typing import Any

import pytest
from tests.json_schema import validator

from fairfacts.resources import data
from fairsim.inputs.fair import fair_names
from fairsim.inputs.fair_schema import SCHEMAS, fair_schema


def faults(schema: dict[str, Any], instance: Any) -> list[str]:
    return [fault.message for fault in validator(schema).iter_errors(instance)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_committed_schema_is_that_of_the_types(name: str):
    # renew it with: make renew
    assert json.loads((data("seeds") / f"{name}.schema.json").read_text("utf-8")) == SCHEMAS[name]()


@pytest.mark.parametrize("fair", fair_names())
def test_shipped_fair_names_the_schema_and_is_as_it_says(fair: str):
    text = (data("seeds") / fair / "fair.toml").read_text("utf-8")
    assert text.splitlines()[0] == "#:schema ../fair.schema.json"
    assert faults(fair_schema(), tomllib.loads(text)) == []


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name != "fair"])
@pytest.mark.parametrize("fair", fair_names())
def test_rows_of_shipped_fairs_are_as_the_schema_says(fair: str, name: str):
    file = data("seeds") / fair / f"{name}.csv"
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines())) if file.is_file() else []
    assert [fault for row in rows for fault in faults(SCHEMAS[name](), row)] == []


def test_what_a_reader_refuses_the_schema_refuses():
    wrong = {
        "name": "Mine",
        "time_zone": ["Europe/Berlin"],
        "home": "Germany",
        "organisations": [{"key": "A firm", "name": {"de": "Firma"}, "others": 1, "much": 2}],
        "sessions": [{"key": "talk", "name": "Talk", "online": "often", "topics": [{"de": "Licht"}]}],
        "badge": [],
    }
    assert len(faults(fair_schema(), wrong)) == 9
