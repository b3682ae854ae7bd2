"""The fair's clock: how a moment is read, and how it looks in text."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairfacts.clock import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    check_moment,
    clock_changes,
    date_text,
    day_of,
    hour_of,
    iso_text,
    midnight_ms,
    minute_of,
    moment_at,
    moment_text,
    read_epoch,
    read_moment,
    shown_ms,
    zone_name,
    zone_of,
)
from fairfacts.errors import MomentError

EPOCH = read_epoch("2020-09-04T00:00:00+08:00")
NEW_YORK = read_epoch("2021-03-12T00:00:00-05:00", "America/New_York")
"""Its clocks leap from 2:00 to 3:00 on the third day, 14 March."""
SIX_DAYS = range(6 * DAY_MS + 1)
HOW = (
    "write ms since the epoch, a date and time such as 2020-09-04T00:00:00+08:00,"
    " or a day of the fair and a time such as 'day 2 10:00'"
)


@pytest.mark.parametrize(
    ("of", "length_ms"), [(minute_of, MINUTE_MS), (hour_of, HOUR_MS), (partial(day_of, EPOCH), DAY_MS)]
)
def test_minute_hour_and_day_end_before_the_next_begins(of, length_ms: int):
    assert [of(0), of(length_ms - 1), of(length_ms)] == [0, 0, 1]


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("122400000", DAY_MS + 10 * HOUR_MS),
        ("day 2 10:00", DAY_MS + 10 * HOUR_MS),
        ("day 1 9:05", 9 * HOUR_MS + 5 * MINUTE_MS),
        ("2020-09-05", DAY_MS),
        ("2020-09-05 10:00", DAY_MS + 10 * HOUR_MS),
        ("2020-09-05T10:00", DAY_MS + 10 * HOUR_MS),
        ("2020-09-05T02:00Z", DAY_MS + 10 * HOUR_MS),
        ("2020-09-04T22:00-04:00", DAY_MS + 10 * HOUR_MS),
        ("2020-09-05T10:00:00.0019", DAY_MS + 10 * HOUR_MS + 1),
    ],
)
def test_a_moment_is_read_in_each_of_the_ways_in_which_people_write_it(text: str, at_ms: int):
    assert read_moment(text, EPOCH, SIX_DAYS) == at_ms


@pytest.mark.parametrize(
    "text",
    ["", "noon", "-1", "1.5", "day 0 10:00", "day 2", "day 2 24:00", "day 2 10:60", "day 2 10:00 ", "2020-13-01", "²"],
)
def test_a_text_that_is_no_moment_is_refused_with_the_ways_to_write_one(text: str):
    with pytest.raises(MomentError) as refused:
        read_moment(text, EPOCH)
    assert str(refused.value) == f"{text} is no moment; {HOW}"
    with pytest.raises(MomentError, match="is no moment"):
        check_moment(text)


@pytest.mark.parametrize("text", ["2020-09-10T00:01", "day 7 00:01", "2030-01-01", "518400001", "9999-12-31"])
def test_a_moment_outside_the_fair_is_refused_with_its_first_and_last(text: str):
    with pytest.raises(MomentError) as refused:
        read_moment(text, EPOCH, SIX_DAYS, day_ends=True)
    assert str(refused.value) == f"{text} lies outside the fair; it lasts from 2020-09-04 00:00 to 2020-09-10 00:00"
    assert read_moment(text, EPOCH) > 6 * DAY_MS


def test_a_moment_before_the_epoch_is_refused():
    with pytest.raises(MomentError) as refused:
        read_moment("2020-09-03", EPOCH)
    assert str(refused.value) == f"2020-09-03 lies before the run's epoch; the first moment is {EPOCH.isoformat()}"


@pytest.mark.parametrize(
    ("text", "at_ms"), [("2020-09-05", 2 * DAY_MS), ("2020-09-05T00:00", DAY_MS), ("day 2 00:00", DAY_MS)]
)
def test_only_a_date_alone_may_mean_the_end_of_its_day(text: str, at_ms: int):
    assert read_moment(text, EPOCH, day_ends=True) == at_ms


@pytest.mark.parametrize("text", ["2020-09-04T00:00:00", "2020-09-04", "soon", "1066-10-14T09:00:00+00:00", ""])
def test_an_epoch_has_an_offset_and_a_year_from_which_dates_can_be_counted(text: str):
    with pytest.raises(MomentError) as refused:
        read_epoch(text)
    assert str(refused.value) == (
        f"epoch is {text!r}; it is a moment with offset in the years 1900 to 2999, such as 2027-05-07T00:00:00+08:00"
    )


def test_a_moment_looks_as_the_clocks_of_the_fair_show_it():
    at_ms = DAY_MS + 14 * HOUR_MS + 32 * MINUTE_MS + 59_999
    assert [text(EPOCH, at_ms) for text in (moment_text, date_text, iso_text)] == [
        "Sat 5 Sep 14:32",
        "2020-09-05",
        "2020-09-05T14:32+08:00",
    ]


@given(st.integers(0, 100 * DAY_MS))
def test_what_is_written_in_full_reads_as_it_was(at_ms: int):
    assert read_moment(moment_at(EPOCH, at_ms).isoformat(), EPOCH) == at_ms


def test_a_day_on_which_the_clocks_leap_has_23_hours():
    lengths_h = [(midnight_ms(NEW_YORK, day + 1) - midnight_ms(NEW_YORK, day)) // HOUR_MS for day in range(5)]
    assert lengths_h == [24, 24, 23, 24, 24]
    fourth_ms = midnight_ms(NEW_YORK, 3)
    assert [day_of(NEW_YORK, at_ms) for at_ms in (fourth_ms - 1, fourth_ms)] == [2, 3]
    assert moment_text(NEW_YORK, fourth_ms) == "Mon 15 Mar 00:00"


def test_a_day_on_which_the_clocks_go_back_has_25_hours():
    epoch = read_epoch("2021-11-06T00:00:00-04:00", "America/New_York")
    assert midnight_ms(epoch, 2) - midnight_ms(epoch, 1) == 25 * HOUR_MS
    first, second = (read_moment(text, epoch) for text in ("day 2 01:30", "2021-11-07T01:30-05:00"))
    assert second - first == HOUR_MS
    assert [iso_text(epoch, at_ms)[-6:] for at_ms in (first, second)] == ["-04:00", "-05:00"]
    assert [moment_text(epoch, at_ms) for at_ms in (first - HOUR_MS, first, second, second + HOUR_MS)] == [
        "Sun 7 Nov 00:30",
        "Sun 7 Nov 01:30 -04:00",
        "Sun 7 Nov 01:30 -05:00",
        "Sun 7 Nov 02:30",
    ]


@pytest.mark.parametrize("text", ["day 4 10:00", "2021-03-15T10:00", "2021-03-15T10:00-04:00", "2021-03-15T14:00Z"])
def test_a_moment_after_a_change_of_the_clocks_is_what_they_show(text: str):
    at_ms = 3 * DAY_MS + 9 * HOUR_MS
    assert read_moment(text, NEW_YORK) == shown_ms(NEW_YORK, 3, 10 * HOUR_MS) == at_ms
    assert iso_text(NEW_YORK, at_ms) == "2021-03-15T10:00-04:00"


@pytest.mark.parametrize("text", ["day 3 02:30", "2021-03-14T02:30"])
def test_a_time_that_the_clocks_leap_over_is_refused(text: str):
    with pytest.raises(MomentError) as refused:
        read_moment(text, NEW_YORK)
    assert str(refused.value) == (f"{text} is never shown at the fair: its clocks leap over it; write 2021-03-14T03:30")


def test_the_end_of_a_day_is_the_midnight_after_it():
    assert read_moment("2021-03-14", NEW_YORK, day_ends=True) == midnight_ms(NEW_YORK, 3) == 3 * DAY_MS - HOUR_MS


def test_a_day_whose_midnight_the_clocks_leap_over_begins_at_the_leap():
    beirut = read_epoch("2021-03-27T00:00:00+02:00", "Asia/Beirut")  # from 0:00 to 1:00 on the 28th
    assert midnight_ms(beirut, 1) == read_moment("2021-03-28", beirut) == DAY_MS
    assert moment_text(beirut, DAY_MS) == "Sun 28 Mar 01:00"


def test_the_changes_of_the_clocks_are_found_to_the_minute():
    assert clock_changes(NEW_YORK, 5 * DAY_MS) == [(2 * DAY_MS + 2 * HOUR_MS, HOUR_MS)]
    assert [ahead_ms for _, ahead_ms in clock_changes(NEW_YORK, 365 * DAY_MS)] == [HOUR_MS, 0]
    assert clock_changes(EPOCH, 365 * DAY_MS) == []


def test_an_epoch_is_shown_in_the_zone_of_the_fair():
    assert zone_name(NEW_YORK) == "America/New_York"
    assert zone_name(EPOCH) == ""
    with pytest.raises(MomentError, match="time_zone is 'Mars/Base', which is none; write it like Europe/Berlin"):
        read_epoch("2020-09-04T00:00:00+08:00", "Mars/Base")


@pytest.mark.parametrize("zone", ["America/New_York", "America/Anchorage", "Asia/Kathmandu", "Australia/Lord_Howe"])
@given(at_ms=st.integers(0, 400 * DAY_MS))
def test_every_moment_lies_in_its_day(zone: str, at_ms: int):
    midnight = datetime(2021, 1, 1, tzinfo=zone_of(zone))
    day = day_of(midnight, at_ms)
    assert midnight_ms(midnight, day) <= at_ms < midnight_ms(midnight, day + 1)
    assert moment_at(midnight, at_ms).date() == midnight.date() + timedelta(days=day)
