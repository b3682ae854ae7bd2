"""Settings: what two runs were started with differs in words, from the scenario's file as from the command line."""

from __future__ import annotations

from typing import Any

import pytest

from fairfacts.evidence.settings import SettingDifference, settings_of

COLUMNS: dict[str, Any] = {"scenario": "mine", "seed": 7, "replication": 0, "scale": 0.1, "version": "0.1.0"}


def differing(a: object, b: object, **columns: Any) -> list[tuple[str, str, str]]:
    found = settings_of(COLUMNS, a).against(settings_of(COLUMNS | columns, b))
    assert all(isinstance(one, SettingDifference) for one in found)
    return [(one.setting, one.a, one.b) for one in found]


def test_what_one_run_overrides_is_the_fairs_own_value_in_the_other() -> None:
    a = {"fair": "ours", "overrides": {"venue.cap": ["", "18000"], "visits.per_person": ["2", "3"]}}
    b = {"fair": "ours", "overrides": {"visits.per_person": ["2", "3"], "disruptions": ["", "demand, factor 3"]}}
    assert differing(a, b, seed=8, scale=0.25) == [
        ("seed", "7", "8"),
        ("scale", "0.1", "0.25"),
        ("venue.cap", "18000", ""),
        ("disruptions", "", "demand, factor 3"),
    ]
    c = {"fair": "ours", "overrides": {}}
    assert differing(c, a)[1] == ("visits.per_person", "2", "3")


def test_of_another_fair_nobody_knows_the_own_value() -> None:
    a = {"fair": "ours", "overrides": {"visits.per_person": ["2", "3"]}}
    assert differing(a, {"fair": "theirs"}) == [("fair", "ours", "theirs"), ("visits.per_person", "3", "")]


def test_run_that_was_begun_before_overrides_were_kept_says_what_was_set() -> None:
    assert differing({"changes": ["venue.cap=18000"]}, {"changes": []}) == [("venue.cap", "18000", "")]


def test_other_parameters_are_told_where_no_setting_tells_of_them() -> None:
    a, b = ({"fair": "ours", "sha256": letter * 64} for letter in "ab")
    assert differing(a, b, seed=8) == [("seed", "7", "8"), ("parameters", "a" * 12, "b" * 12)]
    assert differing(a, a) == differing(a, {"fair": "ours"}) == []
    assert differing(a, b, scale=0.2) == [("scale", "0.1", "0.2")]
    assert differing(a, b | {"overrides": {"venue.cap": ["", "9"]}}) == [("venue.cap", "", "9")]


def test_a_branch_differs_from_its_run() -> None:
    run = {"fair": "ours", "sha256": "a" * 64}
    branch = run | {"branch": {"of": "ours-s7-abcd", "at_ms": 36_000_000}}
    assert differing(run, branch) == [("branch", "", "ours-s7-abcd from day 1 10:00 on")]
    assert differing(branch, branch) == []


@pytest.mark.parametrize("request_", [None, 3, "x", [], {"overrides": 3}, {"overrides": {"a": 1}}, {"fair": None}])
def test_a_request_that_is_not_of_fair_run_says_nothing(request_: object) -> None:
    assert differing(request_, None) == []
