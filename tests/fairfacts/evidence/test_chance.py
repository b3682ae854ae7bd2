"""Chance: differences of two runs stand beside what unlike seeds alone do."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from tests.fairfacts.stories import GOLDEN, after

from fairfacts.errors import FigureError
from fairfacts.evidence.chance import Chance, apart, load_chance
from fairfacts.evidence.differences import differences
from fairfacts.measures import State

HEAD = "measure,total,lasting,shrinking\n"
SOME = f"{HEAD}visits.started,1000,0.1,0.2\nnegotiations.lapse_share,0,0.05,0\n"
THEN = "2020-09-06T00:00+08:00"
AT_MOMENTS = f"measure,as_of,total,lasting,shrinking\nstreams.ended,,0,0,0\nstreams.ended,{THEN},0,0.1,0\n"


@pytest.fixture
def fair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fair in the working directory that says what chance does."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/fair.toml").write_text("")
    (tmp_path / "mine/chance.csv").write_text(SOME)
    return tmp_path / "mine"


def test_chance_shrinks_with_what_has_come_and_shares_with_the_scale() -> None:
    counted = Chance(1000, 0.0, 0.1)
    assert math.isclose(counted.variance(1000, 1), 100**2)
    assert math.isclose(counted.variance(250, 0.5), 250**2 * 0.1**2 * 4)
    share = Chance(0, 0.0, 0.1)
    assert math.isclose(share.variance(0.4, 0.25), 0.4**2 * 0.1**2 * 4)
    lasting = Chance(1000, 0.1, 0.0)
    assert math.isclose(apart((lasting, 1000, 1), (lasting, 1000, 1)), 1.95996 * math.sqrt(2) * 100, rel_tol=1e-5)


def test_file_of_a_fair_is_read_and_a_change_of_it_is_seen(fair: Path) -> None:
    assert load_chance("mine")["visits.started"] == Chance(1000, 0.1, 0.2)
    assert load_chance("mine")["negotiations.lapse_share"].total == 0
    (fair / "chance.csv").write_text(HEAD + "visits.started,2000,0.1,0.2\n")
    assert load_chance("mine")["visits.started"].total == 2000
    (fair / "chance.csv").unlink()
    assert (load_chance("mine"), load_chance("..")) == ({}, {})


def test_chance_is_of_the_end_or_of_a_moment(fair: Path) -> None:
    (fair / "chance.csv").write_text(AT_MOMENTS + f"visits.started + visits.returned,{THEN},1,0.2,0\n")
    assert load_chance("mine") == {"streams.ended": Chance(0, 0, 0)}
    assert load_chance("mine", THEN) == {
        "streams.ended": Chance(0, 0.1, 0),
        "visits.started + visits.returned": Chance(1, 0.2, 0),
    }
    assert load_chance("mine", "2020-09-07T00:00+08:00") == {}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (f"streams.ended,{THEN},1,1,1\n", "line 4: measure is 'streams.ended'; it stands twice; remove one"),
        ("streams.ended,noon,1,1,1\n", "line 4: as_of: noon is no moment"),
    ],
)
def test_fault_of_a_moment_is_named(fair: Path, row: str, told: str) -> None:
    (fair / "chance.csv").write_text(AT_MOMENTS + row)
    with pytest.raises(FigureError, match=f"mine/chance.csv: (?s:.*){told}"):
        load_chance("mine")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("visits.begun,1,1,1\n", "line 2: measure is 'visits.begun', which is none; did you mean"),
        ("visits.started,1,1,1\n" * 2, "line 3: measure is 'visits.started'; it stands twice; remove one"),
        ("visits.started,1,many,1\n", "visits.started: lasting is 'many'"),
        ("visits.started,1,-1,1\n", "lasting is -1; it is 0 or more"),
    ],
)
def test_fault_is_named_with_row_value_and_remedy(fair: Path, row: str, told: str) -> None:
    (fair / "chance.csv").write_text(HEAD + row)
    with pytest.raises(FigureError, match=f"mine/chance.csv: (?s:.*){told}"):
        load_chance("mine")


def test_shipped_fair_says_it_of_every_measure_that_matters_and_a_difference_stands_beside_it() -> None:
    known = load_chance("ciftis2020")
    assert {"negotiations.initiated", "venue.entered", "streams.views", "agreements.signed"} <= set(known)
    snapshot = after(*GOLDEN).snapshot()
    rows = {row.measure: row for row in differences(snapshot, snapshot)}
    of, scale = known["negotiations.initiated"], snapshot["run"]["scale"]
    value = snapshot["negotiations"]["initiated"]
    assert rows["negotiations.initiated"].chance == float(f"{apart((of, value, scale), (of, value, scale)):.4g}")
    assert rows["run.seed"].chance is None


def test_count_of_0_in_both_runs_has_the_chance_of_1(fair: Path) -> None:
    """It was +-0, as if no run had one."""
    (fair / "chance.csv").write_text(
        f"{HEAD}agreements.signed_on_site,120,0,0.1\nagreements.value_usd,9e6,0,0.2\nplatform.open_days,0,0,0\n"
    )
    empty = State().snapshot()
    empty["run"] |= {"fair": "mine", "scale": 0.003}
    rows = {row.measure: row.chance for row in differences(empty, empty)}
    assert rows["agreements.signed_on_site"] == pytest.approx(1.96 * math.sqrt(2 * 0.1**2 * 120), rel=0.001)
    assert rows["agreements.value_usd"] is None  # it varies, and nobody knows by how much near 0
    assert rows["platform.open_days"] == 0  # it does not vary
