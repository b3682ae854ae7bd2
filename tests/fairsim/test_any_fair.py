"""Any fair: a folder of data in a temporary place is played without code, whatever its kinds, place and clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.fairsim.runs import of_types

from fairfacts.auditor import audit
from fairfacts.clock import DAY_MS, HOUR_MS, MINUTE_MS
from fairfacts.errors import LabError, ScenarioError
from fairfacts.event import Event
from fairfacts.interchange.timetable import Entry, Timetable
from fairfacts.parts.organisations import OrganisationRegistered
from fairfacts.parts.platform import PublicCounted
from fairfacts.parts.programme import SessionScheduled
from fairfacts.parts.results import ResultAnnounced, ResultSigned
from fairfacts.parts.runs import FairClosed, RunEnded, RunStarted
from fairfacts.parts.venue.events import VenueClosed, VenueOpened, VisitorEntered
from fairlab.replications import moment_ms
from fairsim.fair import play
from fairsim.inputs.fair import fair_names
from fairsim.inputs.programme.imported import lay_in
from fairsim.inputs.scenario import Scenario, load_scenario
from fairsim.inputs.sketch.asked import Sketch
from fairsim.inputs.sketch.sketch import write_fair

NEW_YORK = ZoneInfo("America/New_York")
SPRING = Sketch(date(2027, 3, 12), 4, "America/New_York", "US", 60, 30, 400, 12)
"""Its clocks go forward in the night to the third day."""
KINDS = """
[[organisations]]
key = "start_up"
name = { en = "Start-up", es = "Empresa emergente" }

[[sessions]]
key = "keynote"
name = "Keynote"
title = "Keynote {number}"
plenary = true
counted = false
streamed = "always"
online = "never"

[[occasions]]
key = "prize"
name = "Prize"
session = "keynote"
currency = "EUR"
value = "total"
"""
NUMBERS = """organisations.start_up.count,20
organisations.start_up.overseas_share,0
programme.keynote.count,2
programme.keynote.starts_h,9
programme.streamed,2
results.prize.count,3
results.prize.value,90
public.users_per_day,28800
"""


def written(folder: Path, sketch: Sketch = SPRING, kinds: str = "", numbers: str = "") -> Path:
    write_fair(folder, sketch)
    for name, text in (
        ("fair.toml", kinds),
        ("parameters.csv", "".join(f"{row},assumed,story\n" for row in numbers.split())),
    ):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)
    return folder


def log_of(scenario: Scenario) -> list[Event]:
    return [event for _, events in play(scenario, 7, slice_ms=HOUR_MS) for event in events]


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return load_scenario(str(written(tmp_path_factory.mktemp("fairs") / "spring", kinds=KINDS, numbers=NUMBERS)))


@pytest.fixture(scope="module")
def log(scenario: Scenario) -> list[Event]:
    return log_of(scenario)


def test_auditor_is_content_with_a_fair_of_other_kinds(log: list[Event]):
    assert audit(log) == []


def test_log_names_the_kinds_of_its_fair(log: list[Event]):
    (started,) = of_types(log, RunStarted)
    described = started.description
    assert [kind.key for kind in described.organisation_kinds] == ["organisation", "start_up"]
    assert described.organisation_kinds[1].names["es"] == "Empresa emergente"
    assert (described.key, described.home, described.time_zone, described.days) == (
        "spring",
        "US",
        "America/New_York",
        4,
    )


def test_each_kind_has_its_number(log: list[Event]):
    kinds = [event.kind for event in of_types(log, OrganisationRegistered)]
    sessions = [(event.kind, event.counted) for event in of_types(log, SessionScheduled)]
    assert (kinds.count("start_up"), len(kinds)) == (20, 60)
    assert (sessions.count(("keynote", False)), sessions.count(("session", True))) == (2, 12)


def test_results_of_an_occasion_are_signed_in_its_session_in_its_currency(log: list[Event]):
    announced, signed = of_types(log, ResultAnnounced), of_types(log, ResultSigned)
    assert [(event.occasion, event.currency) for event in announced] == [("prize", "EUR")] * 3
    assert (sum(event.value for event in announced), {event.mode for event in signed}) == (90, {"on_site"})


def test_halls_open_by_the_clock_on_every_day_of_a_fair_whose_clocks_change(scenario: Scenario, log: list[Event]):
    def clock(at_ms: int) -> str:
        utc = scenario.epoch.astimezone(ZoneInfo("UTC")) + timedelta(milliseconds=at_ms)
        return f"{utc.astimezone(NEW_YORK):%d %H:%M}"

    assert [clock(event.at_ms) for event in of_types(log, VenueOpened)] == [f"{day} 09:00" for day in (12, 13, 14, 15)]
    assert [clock(event.at_ms)[:2] for event in of_types(log, VenueClosed)] == ["12", "13", "14", "15"]
    assert {clock(event.starts_ms)[3:] for event in of_types(log, SessionScheduled)} <= {
        "09:00", "10:00", "11:30", "13:30", "15:00",
    }  # fmt: skip


def test_public_is_counted_once_a_minute_on_the_day_on_which_clocks_change(log: list[Event]):
    moments = [event.at_ms for event in of_types(log, PublicCounted)]
    assert len(moments) == len(set(moments))
    assert max(moments) // HOUR_MS == 4 * 24 - 2


def test_sessions_of_a_timetable_begin_by_the_clock_after_the_clocks_have_changed(scenario: Scenario):
    def talk(day: int) -> Entry:
        starts, ends = (datetime(2027, 3, day, hour, tzinfo=NEW_YORK) for hour in (10, 22))
        return Entry(uid=str(day), title=f"Talk {day}", starts=starts, ends=ends, room="Hall")

    timetable = Timetable(title="Spring", acronym="", entries=(talk(12), talk(15)))
    laid = lay_in(timetable, scenario.parameters, scenario.fair)
    begins = [scenario.at_ms(day, 10) for day in (0, 3)]
    assert [session.starts_ms for session in laid.sessions] == begins
    assert laid.sessions[-1].spare_ms == 2 * HOUR_MS


def test_moment_of_an_experiment_lies_within_the_fair_whose_clocks_change(scenario: Scenario):
    assert moment_ms("2027-03-15 23:59", scenario, "--at") == scenario.duration_ms - MINUTE_MS
    with pytest.raises(LabError, match="lies outside the fair; it lasts from 2027-03-12 00:00 to 2027-03-16 00:00"):
        moment_ms("2027-03-16 00:30", scenario, "--at")


def test_days_end_at_midnight_of_the_fairs_clock(log: list[Event]):
    moments = [event.at_ms for event in of_types(log, FairClosed, RunEnded)]
    assert moments == [4 * DAY_MS - HOUR_MS] * 2  # one day of 23 hours


def test_places_of_a_title_come_again_and_again(tmp_path: Path):
    kinds = KINDS.replace("Keynote {number}", "{number}. Keynote, {about}: {number}")
    log = log_of(load_scenario(str(written(tmp_path / "spring", kinds=kinds, numbers=NUMBERS))))
    titles = {event.title for event in of_types(log, SessionScheduled) if event.kind == "keynote"}
    assert {title.partition(",")[0] + title[-1] for title in titles} == {"1. Keynote1", "2. Keynote2"}


@pytest.mark.parametrize("pattern", ["Keynote {nr}", "Keynote {number", "Keynote {number:03}", "Keynote {}"])
def test_title_with_anything_else_in_braces_is_refused(tmp_path: Path, pattern: str):
    folder = written(tmp_path / "spring", kinds=KINDS.replace("Keynote {number}", pattern), numbers=NUMBERS)
    with pytest.raises(ScenarioError, match=r"fair.toml: sessions, keynote: title is .*; in braces it may hold"):
        load_scenario(str(folder))


def test_autumn_day_has_25_hours(tmp_path: Path):
    scenario = load_scenario(str(written(tmp_path / "autumn", SPRING._replace(opens_on=date(2027, 11, 6)))))
    assert [scenario.at_ms(day) // HOUR_MS for day in range(4)] == [0, 24, 49, 73]
    assert scenario.epoch == datetime(2027, 11, 6, tzinfo=NEW_YORK)


def test_fair_online_alone_has_no_halls(tmp_path: Path):
    scenario = load_scenario(str(written(tmp_path / "online", SPRING._replace(visitors=0))))
    log = log_of(scenario)
    assert (audit(log), of_types(log, VenueOpened)) == ([], [])
    assert {event.mode for event in of_types(log, SessionScheduled)} == {"online"}


@pytest.mark.slow
@pytest.mark.parametrize("name", fair_names())
def test_shipped_fair_is_played_under_its_own_names(name: str):
    log = log_of(load_scenario(name, scale=0.01))
    (started,) = of_types(log, RunStarted)
    kinds = {kind.key for kind in started.description.organisation_kinds}
    assert (started.description.key, {event.kind for event in of_types(log, OrganisationRegistered)} - kinds) == (
        name, set(),
    )  # fmt: skip
    assert audit(log) == []


def test_entries_of_the_first_day_are_those_that_were_reported():
    log = log_of(load_scenario("cicpe2021", scale=0.05))
    entries = sum(event.at_ms < DAY_MS for event in of_types(log, VisitorEntered)) / 0.05
    assert 0.95 < entries / 47_000 < 1.1


@pytest.mark.slow
def test_halls_are_open_to_the_last_day_of_a_fair_of_any_length():
    log = log_of(load_scenario("cicpe2021", scale=0.001, changes=["fair.days=40"]))
    assert len(of_types(log, VenueOpened)) == 40


def test_visitors_spread_over_the_days_that_the_fair_has_however_many_the_halls_might_open():
    def entries(*changes: str) -> int:
        return len(of_types(log_of(load_scenario("cicpe2021", scale=0.01, changes=changes)), VisitorEntered))

    assert entries("venue.days=366") == entries("venue.days=4")
