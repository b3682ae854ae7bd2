"""The shipped data."""

from __future__ import annotations

from fairfacts.resources import data


def test_seeds_are_shipped():
    tables = {entry.name for entry in data("seeds").iterdir() if entry.name.endswith(".csv")}
    assert tables == {"economies.csv", "figures.csv", "parameters.csv", "sectors.csv", "zones.csv"}


def test_scenarios_are_shipped():
    assert (data("scenarios") / "ciftis2020.toml").is_file()
