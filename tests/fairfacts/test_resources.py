"""The shipped data."""

from __future__ import annotations

from fairfacts.resources import data


def test_seeds_are_shipped():
    tables = {entry.name for entry in data("seeds").iterdir() if entry.name.endswith(".csv")}
    shipped = "economies figures headlines parameters profile sectors zones"
    assert tables == {f"{name}.csv" for name in shipped.split()}


def test_scenarios_are_shipped():
    assert (data("scenarios") / "ciftis2020.toml").is_file()
