"""The shipped data."""

from __future__ import annotations

from fairfacts.resources import data


def test_seeds_are_shipped():
    tables = {entry.name for entry in (data("seeds") / "ciftis2020").iterdir() if entry.name.endswith(".csv")}
    shipped = "chance figures headlines parameters profile sectors usual zones"
    assert (data("seeds") / "economies.csv").is_file()
    assert tables == {f"{name}.csv" for name in shipped.split()}


def test_scenarios_are_shipped():
    assert (data("scenarios") / "ciftis2020.toml").is_file()
