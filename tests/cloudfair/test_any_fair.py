"""A log of an unknown fair is read without its folder: own kinds, own money, west of UTC, clocks that change."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from pathlib import Path

import duckdb
import httpx
import pytest
from tests.cloudfair.example import begin, send_all
from tests.fairsim.test_any_fair import KINDS, NUMBERS, log_of, written

from cloudfair.export.parquet import write_parquet
from cloudfair.store.log import Log
from fairfacts.auditor import audit
from fairfacts.clock import HOUR_MS
from fairfacts.event import Event
from fairfacts.evidence.folder import known_fair
from fairfacts.measures import State
from fairsim.inputs.scenario import load_scenario

FIGURE = "id,value,op,unit,as_of,status,counts,source,paragraph,measure,scales\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a fair in New York, whose clocks go forward in the night to its third day."""
    return written(tmp_path_factory.mktemp("fairs") / "spring", kinds=KINDS, numbers=NUMBERS)


@pytest.fixture(scope="module")
def events(folder: Path) -> list[Event]:
    return log_of(load_scenario(str(folder)))


@pytest.fixture
def played(client: httpx.Client, events: list[Event]) -> str:
    run = begin(client, events)
    send_all(client, run, events, size=5_000)
    return run


def test_its_measures_are_by_its_own_kinds_in_its_own_time(events: list[Event]) -> None:
    state = State()
    state.fold(events)
    measures = state.snapshot()
    assert (measures["run"]["fair"], measures["run"]["time_zone"]) == ("spring", "America/New_York")
    assert (measures["run"]["opened_on"], measures["run"]["closed_on"]) == ("2027-03-12", "2027-03-15")
    assert measures["programme"]["starts_by_kind"]["keynote"] == "2027-03-12T09:00-05:00"
    assert measures["results"]["announced_value"] == {"EUR": {"prize": 90}}
    assert measures["organisations"]["by_kind"]["start_up"] == 20
    assert set(measures["venue"]["entered_per_day"]) <= {"0", "1", "2", "3"}
    assert sum(measures["venue"]["entered_per_day"].values()) == measures["venue"]["entered"] > 0
    again = State.restore(state.checkpoint())
    assert again.snapshot() == measures


def test_it_keeps_every_law(events: list[Event]) -> None:
    assert audit(events) == []


def test_its_clock_in_parquet_is_what_its_clocks_show(log: Log, events: list[Event], tmp_path: Path) -> None:
    from tests.cloudfair.export.test_parquet import kept

    write_parquet(log, kept(log, events, size=5_000), tmp_path / "run")
    file = tmp_path / "run" / "venue.opened.parquet"
    opened = duckdb.sql(f"SELECT clock FROM '{file}' ORDER BY clock").fetchall()  # of the test itself
    assert {clock.hour for (clock,) in opened} == {opened[0][0].hour}
    assert [clock.date().isoformat() for (clock,) in opened] == [f"2027-03-{day}" for day in (12, 13, 14, 15)]
    rows = duckdb.sql(f"SELECT at_ms FROM '{file}' ORDER BY at_ms").fetchall()  # of the test itself
    assert [(later - at_ms) // HOUR_MS for (at_ms,), (later,) in pairwise(rows)] == [24, 23, 24]


def test_the_backend_names_and_places_it_as_its_log_does(client: httpx.Client, played: str) -> None:
    fair = client.get(f"/runs/{played}/fair").raise_for_status().json()["fair"]
    assert (fair["key"], fair["time_zone"], fair["home"]) == ("spring", "America/New_York", "US")
    start_ups = client.get(f"/runs/{played}/organisations", params={"kind": "start_up"}).raise_for_status().json()
    assert all(each["name"].startswith("Start-up ") for each in start_ups["items"])
    overseas = client.get(f"/runs/{played}/organisations", params={"overseas": True, "limit": 500}).json()["items"]
    assert overseas
    assert "US" not in {each["economy"] for each in overseas}
    schedule = client.get(f"/runs/{played}/schedule.json").raise_for_status().json()["schedule"]["conference"]
    assert (schedule["time_zone_name"], schedule["start"]) == ("America/New_York", "2027-03-12")
    assert "TZID=America/New_York" in client.get(f"/runs/{played}/programme.ics").raise_for_status().text
    third = client.get(f"/runs/{played}/sessions", params={"day": 2, "limit": 500}).raise_for_status().json()["items"]
    assert all(48 * HOUR_MS <= each["starts_ms"] < 71 * HOUR_MS for each in third)
    halls = client.get(f"/runs/{played}/halls").raise_for_status().json()["items"]
    assert [day["day"] for day in halls] == [0, 1, 2, 3]


def test_without_its_folder_it_is_compared_with_nothing_and_with_its_folder_with_its_own_figures(
    client: httpx.Client, played: str, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    comparison = client.get(f"/runs/{played}/comparison").raise_for_status().json()
    assert comparison["rows"] == comparison["left_out"] == []
    assert comparison["headline"] == comparison["missing"] == known_fair("spring").missing != ""
    (folder / "figures.csv").write_text(
        f"{FIGURE}prizes,3,=,results,2027-03-15,outcome,prizes,press,1,results.announced_by_occasion.prize,no\n"
    )
    monkeypatch.chdir(folder.parent)
    comparison = client.get(f"/runs/{played}/comparison").raise_for_status().json()
    assert [(row["figure"], row["reported"], row["simulated"], row["verdict"]) for row in comparison["rows"]] == [
        ("prizes", 3, 3, "given")  # as many as its tables announce
    ]
    assert comparison["missing"] == ""


@pytest.mark.parametrize("key", ["../spring", "spring/..", "/etc", ".", "..", "", "a b", "x" * 65])
def test_a_key_that_is_no_name_leads_nowhere(key: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert known_fair(key).missing


def test_moments_of_a_page_are_read_on_its_clocks(client: httpx.Client, played: str) -> None:
    told = client.get(f"/runs/{played}/snapshot", params={"at": "day 4 10:00"}).raise_for_status().json()
    assert told["at_ms"] <= 3 * 24 * HOUR_MS - HOUR_MS + 10 * HOUR_MS
    epoch = datetime.fromisoformat(told["measures"]["run"]["epoch"])
    assert epoch.isoformat() == "2027-03-12T00:00:00-05:00"
    refused = client.get(f"/runs/{played}/snapshot", params={"at": "day 3 02:30"})
    assert refused.status_code == 422
    assert "its clocks leap over it" in refused.text
