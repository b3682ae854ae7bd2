"""What a fair's folder says of its usual course: it is checked, and a change of it is seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fairfacts.courses import write_course

from fairfacts.errors import FigureError
from fairfacts.evidence.profiles import HEADLINES, load_profiles
from fairfacts.evidence.roles import used_figures
from fairfacts.evidence.usual import Gauges, load_usual


@pytest.fixture
def fair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fair of two hours in the working directory."""
    monkeypatch.chdir(tmp_path)
    write_course(tmp_path / "mine", ((0.0, 0.3), (0.25, 0.2), (1.0, 0.0)), range(0, 50, 10))
    return tmp_path / "mine"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_course_of_a_fair_is_read(fair: Path) -> None:
    profiles = load_profiles(fair.name)
    assert tuple(profiles) == HEADLINES
    assert (profiles["visits.started"].total, profiles["visits.started"].share) == (8000, (0, 0.25, 1))
    assert load_usual(fair.name)[4] == Gauges(40, 0, 0, 0.1)


@pytest.mark.parametrize("key", ["", "..", "../mine", "mine\0", "m" * 300])
def test_key_that_is_none_has_no_course(fair: Path, key: str) -> None:
    assert (load_profiles(key), load_usual(key), used_figures(key)) == ({}, (), {})


def test_change_of_a_file_is_seen(fair: Path) -> None:
    assert (load_profiles(fair.name)["visits.started"].total, load_usual(fair.name)[4].inside) == (8000, 40)
    change(fair / "headlines.csv", "visits.started,8000", "visits.started,80000")
    change(fair / "usual.csv", "4,40,", "4,400,")
    assert (load_profiles(fair.name)["visits.started"].total, load_usual(fair.name)[4].inside) == (80_000, 400)
    for file in fair.glob("*.csv"):
        file.unlink()
    assert (load_profiles(fair.name), load_usual(fair.name)) == ({}, ())


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("profile.csv", "measure,hour,share", "measure,hour,part", "column share is missing; the columns are measure,"),
        ("profile.csv", "views,1,", "views,2,", r"line 21: streams.views: hour is '2'; 1 is to follow here"),
        ("profile.csv", "visits.started,1", "visits.begun,1", "line 24: measure is 'visits.begun', which is no head"),
        ("profile.csv", "visits.started,1,0.25", "visits.started,1,many", "visits.started: share is 'many'; a plain"),
        ("profile.csv", "visits.started,1,0.25", "visits.started,1,1.25", "share is 1.25; it is at most 1"),
        ("profile.csv", "visits.started,0,0.0", "visits.started,0,0.5", "share is 0.25, and 0.5 an hour before"),
        ("profile.csv", "visits.started,2,1.0", "visits.started,2,0.9", "visits.started: ends at a share of 0.9; give"),
        ("profile.csv", "visits.started,2,1.0,0.0\n", "", "visits.started: ends at a share of 0.25"),
        ("headlines.csv", "visits.started,8000", "visits.started,", "line 9: visits.started: total is empty; write a"),
        ("headlines.csv", "visits.started,8000,1.5\n", "", "visits.started: is missing; give it a row"),
        ("headlines.csv", "visits.started,8000,1.5\n", "visits.started,1,1\n" * 2, "visits.started stands twice"),
        ("usual.csv", "3,30,0,0,0.1\n", "", "line 5: half_hour is '4'; 3 is to follow here"),
        ("usual.csv", "3,30,0,0,0.1", "3,-30,0,0,0.1", "line 5: inside is -30; it is 0 or more"),
        ("usual.csv", "4,40,0,0,0.1\n", "", "it has 4 half hours; write 5, to the end of profile.csv"),
    ],
)  # fmt: skip
def test_fault_of_a_file_is_named_with_row_value_and_remedy(
    fair: Path, file: str, old: str, new: str, told: str
) -> None:
    change(fair / file, old, new)
    with pytest.raises(FigureError, match=f"mine/{file}: (?s:.*){told}"):
        (load_usual if file == "usual.csv" else load_profiles)(fair.name)


def test_all_faults_are_named_at_once(fair: Path) -> None:
    change(fair / "profile.csv", "0.25", "a quarter")
    (fair / "headlines.csv").unlink()
    with pytest.raises(FigureError) as raised:
        load_profiles(fair.name)
    told = str(raised.value)
    assert told.count("share is 'a quarter'") == len(HEADLINES)
    assert "mine/headlines.csv: cannot be read (No such file or directory); put it there, or remove" in told


def test_usual_gauges_without_a_profile_are_refused(fair: Path) -> None:
    for name in ("profile.csv", "headlines.csv"):
        (fair / name).unlink()
    with pytest.raises(FigureError, match=r"usual.csv: it has 5 half hours; write those of profile.csv, which is miss"):
        load_usual(fair.name)
