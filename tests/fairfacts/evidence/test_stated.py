"""What a fair's parameters fix is given, whatever the seed; what they only shape is not."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from fairfacts.errors import FigureError
from fairfacts.evidence.roles import NONE
from fairfacts.evidence.stated import FIXED, Overrides, default_cap, is_fixed
from fairfacts.interchange.reading import Reading
from fairfacts.interchange.table import read_table
from fairfacts.measures import MEASURES
from fairfacts.parts.fairs import NO_FAIR, Described, FairDescription, OrganisationKind
from fairfacts.resources import data

ENGLISH = {"en": ""}
RATE = "organisations.registrations_per_day"
DESCRIBED = FairDescription(
    **{name: getattr(NO_FAIR, name) for name in ("names", "short_names", "time_zone", "home", "days")},
    key="mine",
    organisation_kinds=(OrganisationKind("embassy", ENGLISH, ENGLISH), OrganisationKind("firm", ENGLISH, ENGLISH)),
    sectors=(Described("general", ENGLISH),),
)
REGISTER = {
    "organisations.registered",
    "organisations.economies",
    "organisations.by_kind.embassy",
    "organisations.by_kind.firm",
    "organisations.by_sector.general",
}
JOINED = {"organisations.economies", "organisations.by_kind.embassy"}
"""What is fixed though others join."""
OTHERS = {
    "organisations.exhibitors",
    "organisations.delegates",
    "organisations.delegates_at_opening",
    "people.registered",
    "results.announced_value.USD.opening",
    "results.signed_on_site_by_occasion.opening",
}


def fixed(folder: Path, *rows: str, overrides: Overrides = NONE, in_the_end: bool = True) -> set[str]:
    """Return the measures that the parameters of a fair fix, which has 20 embassies and other firms."""
    (folder / "mine").mkdir(exist_ok=True)
    (folder / "mine" / "fair.toml").touch()
    lines = ("name,value,class", "organisations.embassy.count,20,documented", *rows)
    (folder / "mine" / "parameters.csv").write_text("\n".join(lines) + "\n")
    return {path for path in REGISTER | OTHERS if is_fixed(path, DESCRIBED, overrides, in_the_end=in_the_end)}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("row", "more"),
    [
        ("fair.days,3,documented", set()),
        ("organisations.exhibitors,180,documented", {"organisations.exhibitors"}),
        ("organisations.exhibitors,180,calibrated", set()),
        ("organisations.exhibitor_share,1,assumed", {"organisations.exhibitors"}),
        ("organisations.exhibitor_share,0.9,assumed", set()),
        (
            "organisations.delegates_sigma,0,assumed",
            {"organisations.delegates", "organisations.delegates_at_opening", "people.registered"},
        ),
        ("results.opening.value,5000000,documented", {"results.announced_value.USD.opening"}),
        ("results.opening.on_site,30,documented", {"results.signed_on_site_by_occasion.opening"}),
    ],
)
def test_what_parameters_state_is_given(tmp_path: Path, row: str, more: set[str]):
    assert fixed(tmp_path, row) == REGISTER | more


def test_a_register_that_others_join_comes_of_what_happens(tmp_path: Path):
    assert fixed(tmp_path, f"{RATE},20,assumed", "organisations.exhibitors,180,documented") == JOINED
    assert fixed(tmp_path, f"{RATE},20,calibrated") == JOINED
    assert fixed(tmp_path, "organisations.foreign_economies,0,documented") == REGISTER - {"organisations.economies"}


def test_what_the_run_overrides_is_what_it_plays(tmp_path: Path):
    exhibitors = {"organisations.exhibitors": ("0", "180")}
    assert fixed(tmp_path, overrides=exhibitors) == REGISTER | set(exhibitors)
    assert fixed(tmp_path, overrides={RATE: ("0", "50")}) == {
        "organisations.economies",
        "organisations.by_kind.embassy",
    }


def test_a_cap_that_nobody_stated_is_told_from_one_that_somebody_did(tmp_path: Path):
    caps = {"stated": "venue.cap,60000,assumed", "not stated": "fair.days,3,documented", "no table": "fair.days"}
    found = {}
    for name, row in caps.items():
        with suppress(FigureError):
            fixed(tmp_path, row)
        found[name] = default_cap(DESCRIBED, {}, 0.01)
    fixed(tmp_path)
    found["overridden"] = default_cap(DESCRIBED, {"venue.cap": ("100000", "100000")}, 0.01)
    found["not here"] = default_cap(NO_FAIR, {}, 0.01)
    assert found == {"stated": None, "not stated": 1_000, "no table": None, "overridden": None, "not here": None}


def test_results_are_there_in_the_end_and_the_register_from_the_start(tmp_path: Path):
    assert fixed(tmp_path, "results.opening.value,5000000,documented", in_the_end=False) == REGISTER


def test_of_a_fair_whose_folder_is_not_here_nothing_is_known():
    assert not any(is_fixed(path, DESCRIBED, {}, in_the_end=True) for path in REGISTER | OTHERS)


def test_a_table_that_cannot_be_read_is_refused(tmp_path: Path):
    with pytest.raises(FigureError, match=r"mine/parameters.csv: line 3: it has 1 cell"):
        fixed(tmp_path, "fair.days")


def test_what_may_be_fixed_is_a_measure_that_is_not_given_anyhow():
    assert [path for path in FIXED if MEASURES[path].given] == []


def test_the_parameters_that_fix_something_are_those_of_the_model():
    content = (data("seeds") / "defaults.csv").read_bytes()
    names = {row.text("name") for row in read_table(content, Reading("defaults.csv", "CSV", "rows", FigureError)).rows}
    assert {RATE, "organisations.exhibitors", "organisations.delegates_sigma", "people.registrations_per_day"} <= names
    assert {"organisations.foreign_economies", "organisations.*.count", "organisations.*.exhibitor_share"} <= names
    assert {"results.*.value", "results.*.on_site"} <= names
