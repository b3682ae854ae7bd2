"""A user is told what a small fair lacks of the whole one."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairfacts.errors import ScenarioError
from fairsim.inputs.scenario import load_scenario


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        (
            0.005,
            "0.65 lanes at scale 0.005; a gate has whole lanes, so 5 are played, 7.7 times as many: gates are less",
        ),
        (0.05, "6.5 lanes at scale 0.05; a gate has whole lanes, so 5 are played, 23 % fewer: gates are more"),
        (0.1, "13 lanes at scale 0.1; a gate has whole lanes, so 15 are played, 15 % more: gates are less"),
        (0.15, None),  # 4 lanes for 3.9
        (1.0, None),
    ],
)
def test_lanes_that_are_far_from_the_scale_are_told(scale: float, said: str | None) -> None:
    remarks = [remark for report in load_scenario("ciftis2020", scale=scale).reports for remark in report.remarks]
    told = (
        f"venue.gate_lanes is {said} loaded than those of the whole fair, and queues and waits are not its own; play a"
        " larger scale to learn of them"
    )
    assert [remark.message for remark in remarks if remark.about == "lanes"] == ([told] if said else [])


@pytest.mark.parametrize(
    ("fair", "scale", "abroad"),
    [
        ("ciftis2020", 0.05, "124"),
        ("ciftis2020", 0.1, "247"),
        ("ciftis2020", 0.3, None),
        ("ciftis2020", 1.0, None),
        ("cicpe2021", 0.1, "73"),
        ("cicpe2021", 0.5, None),
    ],
)
def test_economies_with_few_organisations_each_are_told(fair: str, scale: float, abroad: str | None) -> None:
    remarks = [remark for report in load_scenario(fair, scale=scale).reports for remark in report.remarks]
    told = [remark.message for remark in remarks if remark.about == "economies"]
    assert [f"some {abroad} organisations of the fair at scale {scale:g} are from abroad" in one for one in told] == (
        [True] if abroad else []
    )


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        (0.5, []),
        (0.1, [": agreements.tables (1.2 is 1); what"]),
        (0.02, ["routes.seats (0.6 is 1)", "results.henan.on_site (0.6 is 1)", "agreements.tables (0.24 is 0)"]),
        (1.0, []),
    ],
)
def test_counts_that_are_rounded_far_off_are_told(scale: float, said: list[str]) -> None:
    """A tour of 0.6 seats has 1: a fiftieth of the fair took 82 % more tours for its size."""
    remarks = [remark for report in load_scenario("ciftis2020", scale=scale).reports for remark in report.remarks]
    told = [remark.message for remark in remarks if remark.about == "counts"]
    assert [all(each in message for each in said) for message in told] == ([True] if said else [])


@pytest.mark.parametrize(("scale", "is_told"), [(0.02, True), (0.1, True), (0.5, False)])
def test_peaks_of_small_fairs_are_told_to_shrink_less(scale: float, is_told: bool) -> None:
    remarks = [remark for report in load_scenario("ciftis2020", scale=scale).reports for remark in report.remarks]
    assert ["peaks shrink less" in each.message for each in remarks if each.about == "peaks"] == (
        [True] if is_told else []
    )


def test_fair_without_halls_has_no_lanes_to_tell_of() -> None:
    (report,) = load_scenario("ciftis2020", scale=0.005, changes=["venue.days=0"]).reports
    assert [remark.about for remark in report.remarks] == ["economies", "counts", "peaks"]


def disruption(folder: Path, *lines: str) -> str:
    """Return the path of a scenario with one disruption."""
    entry = ["[[disruptions]]", 'begins = "day 2 10:00"', "lasts_min = 60", *lines]
    file = folder / "mine.toml"
    file.write_text("\n".join(['extends = "ciftis2020"', *entry]))
    return str(file)


CLOSED = 'kind = "lanes_closed"', "gate = 0"
CAPPED = 'kind = "entry_cap"'


@pytest.mark.parametrize(
    ("lines", "scale", "said"),
    [
        (
            (*CLOSED, "lanes = 5"),
            0.05,
            "lanes_closed: 5 of 26 lanes of gate 0 are closed as 1 of 1 at scale 0.05, as a gate has whole lanes: play"
            " a larger scale to learn of such a closure",
        ),
        ((*CLOSED, "lanes = 26"), 0.05, None),
        ((*CLOSED, "lanes = 5"), 0.5, None),
        (
            (CAPPED, "people = 4"),
            0.1,
            "entry_cap: 4 people are 0.4 at scale 0.1, and 1 may be inside: play a larger scale to learn of such a cap",
        ),
        ((CAPPED, "people = 0"), 0.1, None),
    ],
)
def test_disruption_of_which_a_small_fair_plays_more_is_told(
    tmp_path: Path, lines: tuple[str, ...], scale: float, said: str | None
) -> None:
    """Half a gate was shut whole, and nothing said so."""
    reports = load_scenario(disruption(tmp_path, *lines), scale=scale).reports
    told = [remark.message for report in reports for remark in report.remarks if remark.about == "disruptions"]
    assert told == ([said] if said else [])


def test_more_lanes_than_a_gate_has_cannot_be_closed(tmp_path: Path) -> None:
    with pytest.raises(
        ScenarioError, match=r"lanes is 27; gate 0 has 26 \(venue.gate_lanes\), and so many can be closed"
    ):
        load_scenario(disruption(tmp_path, *CLOSED, "lanes = 27"), scale=0.05)
