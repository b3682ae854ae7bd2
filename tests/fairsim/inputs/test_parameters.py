"""Parameters: every number documented, and what cannot be played refused by name."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fairfacts.errors import ScenarioError, did_you_mean
from fairfacts.evidence.folder import known_fair
from fairsim.inputs.fair import default_rows, load_fair
from fairsim.inputs.parameter_names import values_of
from fairsim.inputs.parameters import Parameters
from fairsim.inputs.scenario import load_scenario

ROWS = load_fair("ciftis2020").rows
PLAYED: dict[str, Any] = {
    name: value for name, value in values_of(load_scenario("ciftis2020").parameters) if name in ROWS
}


def refusal(*changes: str, scale: float = 1.0) -> str:
    with pytest.raises(ScenarioError) as refused:
        load_scenario("ciftis2020", changes=changes, scale=scale)
    return str(refused.value)


def test_every_parameter_of_the_model_is_documented_and_every_documented_one_is_played():
    assert sorted(ROWS) == sorted(PLAYED)


def test_every_parameter_has_a_unit_and_a_source():
    assert [row.name for row in ROWS.values() if not (row.unit and row.source)] == []


def test_every_parameter_but_the_date_has_a_range_that_includes_its_value():
    outside = [
        name
        for name, row in ROWS.items()
        for number in (PLAYED[name] if isinstance(PLAYED[name], tuple) else (PLAYED[name],))
        if row.low is None or row.high is None or not row.low <= number <= row.high
    ]
    assert outside == ["fair.opens_on"]


def test_parameters_speak_of_documented_figures():
    assert {figure for row in ROWS.values() for figure in row.figures} - set(known_fair("ciftis2020").figures) == set()


def test_only_what_is_documented_calibrated_or_derived_speaks_of_figures():
    assert [row.name for row in ROWS.values() if row.figures and row.kind == "assumed"] == []


def test_every_documented_or_calibrated_parameter_says_of_which_figure():
    assert [row.name for row in ROWS.values() if row.kind in ("documented", "calibrated") and not row.figures] == []


def test_free_parameters_are_no_more_than_the_figures_they_are_fitted_to():
    free = [row for row in ROWS.values() if row.kind == "calibrated"]
    assert len(free) <= len({figure for row in free for figure in row.figures})


def test_what_scales_counts_people_organisations_or_seats():
    assert {name for name, row in ROWS.items() if row.scales} == {
        "organisations.at_opening",
        "organisations.registrations_per_day",
        "organisations.exhibitors",
        "organisations.international_organisation.count",
        "organisations.embassy.count",
        "organisations.overseas_chamber.count",
        "organisations.fortune_500.count",
        "people.registrations_per_day",
        "public.users_per_day",
        "badges.fair_staff.people",
        "badges.fair_staff.tickets",
        "badges.media.people",
        "badges.media.tickets",
        "badges.public.people",
        "badges.public.tickets",
        "programme.room_seats",
        "streams.audience_mean",
        "streams.public_audience_mean",
        "agreements.tables",
        "results.opening.count",
        "results.henan.count",
        "results.henan.value",
        "results.henan.on_site",
        "results.tourism.count",
        "results.tourism.value",
        "results.tourism.on_site",
        "results.teda.count",
        "results.teda.on_site",
        "results.organisations_releasing",
        "results.reports",
        "venue.cap",
        "venue.gate_lanes",
        "venue.comprehensive.exhibitors",
        "routes.seats",
        "platform.rooms",
        "platform.viewers",
        "platform.requests_per_s",
    }


def test_half_the_scale_halves_people_and_seats_and_nothing_else():
    halved = values_of(load_scenario("ciftis2020", scale=0.5).parameters)
    changed = {name: value for name, value in halved if name in ROWS and value != PLAYED[name]}
    assert changed == {
        "organisations.at_opening": 9_000,
        "organisations.registrations_per_day": PLAYED["organisations.registrations_per_day"] / 2,
        "organisations.international_organisation.count": 16,
        "organisations.embassy.count": 34,
        "organisations.overseas_chamber.count": 55,
        "organisations.fortune_500.count": 100,
        "people.registrations_per_day": PLAYED["people.registrations_per_day"] / 2,
        "public.users_per_day": PLAYED["public.users_per_day"] / 2,
        "badges.fair_staff.people": PLAYED["badges.fair_staff.people"] // 2,
        "badges.media.people": PLAYED["badges.media.people"] // 2,
        "badges.public.people": PLAYED["badges.public.people"] // 2,
        "programme.room_seats": tuple(seats // 2 for seats in PLAYED["programme.room_seats"]),
        "streams.audience_mean": PLAYED["streams.audience_mean"] / 2,
        "streams.public_audience_mean": PLAYED["streams.public_audience_mean"] / 2,
        "agreements.tables": 6,
        "results.opening.count": 190,
        "results.henan.count": 85,
        "results.henan.value": 2_530_000_000,
        "results.henan.on_site": 15,
        "results.tourism.count": 10,
        "results.tourism.value": 7_855_000_000,
        "results.tourism.on_site": 10,
        "results.teda.count": 2,
        "results.teda.on_site": 2,
        "results.organisations_releasing": 32,
        "results.reports": 16,
        "venue.cap": 30_000,
        "venue.gate_lanes": tuple(round(lanes / 2) for lanes in PLAYED["venue.gate_lanes"]),
        "venue.comprehensive.exhibitors": 114,
        "routes.seats": 15,
        "platform.rooms": PLAYED["platform.rooms"] // 2,
        "platform.viewers": PLAYED["platform.viewers"] // 2,
        "platform.requests_per_s": PLAYED["platform.requests_per_s"] // 2,
    }


def test_room_has_a_seat_however_small_the_fair():
    assert load_scenario("ciftis2020", scale=0.001).parameters.programme.room_seats == (2,) + (1,) * 11


FITTED = ("visits.domestic_per_delegate_day", "visits.overseas_per_delegate_day", "projects.per_exhibitor_day")


@pytest.mark.parametrize("name", FITTED)
def test_default_that_is_said_to_be_fitted_to_a_fair_is_near_what_is_fitted_today(name: str):
    assert float(default_rows()[name].value) == pytest.approx(float(ROWS[name].value), rel=0.15)


def test_what_was_fitted_by_hand_is_classed_so():
    assert {name: row.kind for name, row in ROWS.items() if row.source.startswith("by hand")} == dict.fromkeys(
        (
            "organisations.day_profile",
            "people.registrations_per_day",
            "streams.audience_mean",
            "streams.public_audience_mean",
            "public.users_per_day",
            "public.views_per_user",
            "badges.public.people",
        ),
        "calibrated",
    )


def test_a_fair_without_zones_has_no_halls():
    with pytest.raises(ScenarioError) as refused:
        load_scenario("itbnow2021", changes=["venue.days=1"])
    assert str(refused.value) == (
        "--set venue.days=1: venue.days is 1, and the fair has no zones; write zones.csv, or 0 for a fair without halls"
    )


def test_the_halls_of_an_online_fair_say_nothing_of_its_first_day():
    assert load_fair("itbnow2021").rows["venue.days"].figures == ()


def test_parameters_are_grouped_by_part_of_the_fair():
    assert [field.name for field in msgspec.structs.fields(Parameters)] == [
        "fair", "organisations", "people", "programme", "streams", "visits", "public", "negotiations", "projects",
        "agreements", "results", "venue", "badges", "routes", "platform", "notices",
    ]  # fmt: skip


REFUSED = {
    "unknown": (
        "negotiations.patience_min=30",
        "negotiations.patience_min is no key; did you mean negotiations.patience_mean_min?",
    ),
    "nothing like it": ("title=x", f"title is no key; {did_you_mean('title', ROWS)}"),
    "below its range": (
        "negotiations.patience_mean_min=0",
        "negotiations.patience_mean_min is 0.0; allowed is 1 to 1440 (min)",
    ),
    "above its range": (
        "negotiations.decline_share=1.5",
        "negotiations.decline_share is 1.5; allowed is 0 to 1 (share)",
    ),
    "not a number at all": (
        "negotiations.decline_share=nan",
        "negotiations.decline_share is nan; allowed is 0 to 1 (share)",
    ),
    "one of a list": (
        "programme.room_seats=100 0 50",
        "programme.room_seats is 0; allowed is 1 to 20000 (people)",
    ),
    "a word": (
        "negotiations.patience_mean_min=long",
        "negotiations.patience_mean_min is 'long'; write a number (min), such as"
        f" {ROWS['negotiations.patience_mean_min'].value}",
    ),
    "a fraction": (
        "fair.days=1.5",
        "fair.days is '1.5'; write a whole number (days), such as 6",
    ),
    "a day that is none": (
        "fair.opens_on=2020-02-30",
        "fair.opens_on is '2020-02-30'; write a date, such as 2027-05-07",
    ),
    "a word in a list": (
        "visits.day_profile=1 many",
        "visits.day_profile is '1 many': 'many' is not a number;"
        f" write numbers separated by spaces (weight/day), such as {ROWS['visits.day_profile'].value}",
    ),
    "an empty list": (
        "programme.slots_h=",
        "programme.slots_h is empty; it has at least one number (h)",
    ),
    "hours missing": (
        "visits.hour_profile=1 2 3",
        "visits.hour_profile has 3 numbers; it has one for each of 24 hours",
    ),
    "hours without weight": (
        f"visits.hour_profile={' '.join('0' * 24)}",
        "visits.hour_profile has no hour with a weight; give one hour at least more than 0",
    ),
    "days without weight": (
        "venue.day_profile=0 0",
        "venue.day_profile has no day with a weight; give one day at least more than 0",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_change_that_cannot_be_played_is_named(name: str):
    change, message = REFUSED[name]
    assert refusal(change) == f"--set {change}: {message}"


INCONSISTENT = {
    "desks that close as they open": (
        ["negotiations.opens_h=18"],
        "negotiations.opens_h is 18 and closes_h 18; desks open before they close",
    ),
    "night shifts that close in the morning": (
        ["negotiations.night_closes_h=5"],
        "negotiations.opens_h is 9 and night_closes_h 5; desks open before they close",
    ),
    "people who are awake until before": (
        ["negotiations.awake_from_h=20", "negotiations.awake_until_h=8"],
        "negotiations.awake_from_h is 20 and awake_until_h 8; people are awake from an earlier hour until a later one",
    ),
    "more organisations of some kinds than of all": (
        ["organisations.at_opening=60"],
        "organisations: 410 are stated by kind, and organisations.at_opening is 60; raise it",
    ),
    "halls that open after the fair": (
        ["venue.first_day=9"],
        "venue.first_day is 9; the fair has 6 days (fair.days)",
    ),
    "fewer streams than kinds that always have one": (
        ["programme.streamed=0"],
        'programme.streamed is 0; it is 1 at least, as so many are of kinds with streamed = "always"',
    ),
    "more outcomes than talks": (
        ["negotiations.intent_share=0.7", "negotiations.follow_up_share=0.4"],
        "negotiations.intent_share 0.7 and follow_up_share 0.4 are more than 1 together; lower one of them",
    ),
    "sessions after the fair": (
        ["fair.days=1", "venue.days=0"],
        "programme.first_day is 2; the fair has 1 day (fair.days)",
    ),
    "halls on more days than the fair has": (
        ["venue.days=30"],
        "venue.days is 30; the fair has 5 days from day 2 (venue.first_day) (fair.days): write at most 5, or 366 for as"
        " many as it has",
    ),
    "signing after the fair": (
        ["agreements.first_day_on_site=7"],
        "agreements.first_day_on_site is 7; the fair has 6 days (fair.days): write at most 6",
    ),
    "tables after the fair": (
        ["agreements.last_day_on_site=9"],
        "agreements.last_day_on_site is 9; the fair has 6 days (fair.days): write at most 6, or 366 for its last day",
    ),
    "sessions until after the fair": (
        ["programme.evening.last_day=12"],
        "programme.evening.last_day is 12; the fair has 6 days (fair.days): write at most 6, or 366 for its last day",
    ),
    "visitors on more days than the fair has": (
        ["badges.public.days_mean=30"],
        "badges.public.days_mean is 30; the fair has 6 days (fair.days): write at most 6",
    ),
    "weights of more days than the fair has": (
        ["visits.day_profile=1 1 1 1 1 1 9"],
        "visits.day_profile has 7 numbers; the fair has 6 days (fair.days): write at most 6, one for each day",
    ),
    "weights of more days than the halls are open on": (
        ["badges.public.day_profile=1 1 1 1 1 9"],
        "badges.public.day_profile has 6 numbers; the halls are open on 5 days (venue.days): write at most 5, one for"
        " each day",
    ),
    "more online sessions than sessions": (
        ["programme.online_only=182"],
        "programme.online_only is 182; there are 181 sessions besides those of summit, summit_forum, evening",
    ),
    "more streams than sessions": (
        ["programme.streamed=187"],
        "programme.streamed is 187; there are 186 sessions besides those of evening",
    ),
    "slots that overlap": (
        ["programme.slots_h=9 10"],
        "programme: what may end at 10.75 h does not leave the room by 10 h; change slots_h, session_min,"
        " overrun_max_min, or starts_h and length_min of a kind",
    ),
    "more organisations than can be played": (
        ["organisations.registrations_per_day=20000", "fair.days=60"],
        "organisations: about 2,418,000 may register at this scale; at most 1,048,576 can be played: lower --scale,"
        " organisations.registrations_per_day or fair.days",
    ),
    "evenings after midnight": (
        ["programme.evening.length_min=240", "programme.evening.starts_h=21"],
        "programme: what may end at 25.25 h does not leave the room by 24 h; change slots_h, session_min,"
        " overrun_max_min, or starts_h and length_min of a kind",
    ),
    "offices that close as they open": (
        ["agreements.opens_h=18"],
        "agreements.opens_h is 18 and closes_h 18; offices open before they close",
    ),
    "tables without a slot": (
        ["agreements.tables_open_h=16.4"],
        "agreements.tables_open_h is 16.4; no slot of 15 min ends by 16.5 h; open earlier, close later or shorten the"
        " slot",
    ),
    "a release hall without a slot": (
        ["results.hall_slot_min=240", "results.hall_opens_h=14"],
        "results.hall_opens_h is 14; no slot of 240 min ends by 17 h; open earlier, close later or shorten the slot",
    ),
    "more signatures than results": (
        ["results.henan.on_site=171"],
        "results.henan.on_site is 171; there are 170 results (results.henan.count)",
    ),
    "halls that close before last entry": (
        ["venue.closes_h=15"],
        "venue.opens_h is 7, last_entry_h 16 and closes_h 15; the halls open before last entry, and close after it",
    ),
    "a year that has no dates": (
        ["fair.opens_on=9999-12-30"],
        "fair.opens_on is 9999-12-30; allowed are the years 1970 to 2899",
    ),
}


def test_gates_without_lanes_are_remarked():
    (report,) = load_scenario("cicpe2021", changes=["venue.gate_lanes=4"]).reports
    assert [remark.message for remark in report.remarks] == [
        "fair.toml names 2 gates, and venue.gate_lanes has lanes of 1: nobody comes through gate_2; give a number for"
        " each"
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            ["venue.opens_h=17", "venue.last_entry_h=22.5", "venue.closes_h=23.5"],
            "100 % of those who come before the halls open (17:00), and wait",
        ),
        (["venue.opens_h=9.5"], "12 % of those who come before the halls open (9:30), and wait"),
        (["venue.last_entry_h=14"], "21 % of those who come after last entry (14:00), and are refused"),
        (["venue.opens_h=9"], None),
        (["venue.opens_h=17", "venue.last_entry_h=22", "venue.closes_h=23", "venue.timed_entry=1"], None),
    ],
)
def test_people_who_come_while_the_halls_let_nobody_in_are_remarked(changes: list[str], said: str | None):
    """With other hours of the halls they waited for hours, and nothing said why."""
    remarks = [each for report in load_scenario("ciftis2020", changes=changes).reports for each in report.remarks]
    told = [remark.message for remark in remarks if remark.about == "hours"]
    assert told == (
        [f"venue.hour_profile brings {said}: state the hours at which people come to halls with such hours"]
        if said
        else []
    )


def test_days_beyond_a_fair_that_the_same_scenario_shortens_are_remarked():
    (report,) = load_scenario("ciftis2020", changes=["fair.days=3", "visits.day_profile=1 2 3 4"]).reports
    assert [(remark.place, remark.message) for remark in report.remarks] == [
        (
            "--set visits.day_profile=1 2 3 4",
            "visits.day_profile has 4 numbers; the fair has 3 days (fair.days): write at most 3, one for each day; what"
            " lies beyond is not played",
        ),
    ]
    assert load_scenario("cicpe2021", changes=["fair.days=366", "venue.days=366"]).reports == ()


@pytest.mark.parametrize("name", INCONSISTENT)
def test_changes_that_cannot_stand_together_are_refused(name: str):
    changes, message = INCONSISTENT[name]
    assert refusal(*changes).endswith(f": {message}")
    assert [change for change in changes if f"--set {change}" not in refusal(*changes)] in ([], ["venue.days=0"])


def test_fair_that_is_too_small_is_refused():
    message = "organisations.at_opening is 0 at this scale; there are two at least (--scale)"
    assert refusal(scale=0.00001).endswith(f": {message}")
