"""Measures of disruptions, notices, and the platform's capacity."""

from __future__ import annotations

from contextlib import nullcontext

import msgspec
import pytest
from tests.fairfacts.stories import HOUR, MINUTE, changed

from fairfacts.parts.disruptions import DisruptionBegun, DisruptionEnded, EntryCap, PlatformOutage, lasts_ms
from fairfacts.parts.notices import LATEST, NoticePublished
from fairfacts.parts.platform import LoginRefused, PlatformMetered, PlatformOpened

OUTAGE = PlatformOutage(capacity_share=0.5, lasts_min=30)
BEGUN = DisruptionBegun(at_ms=HOUR, disruption=0, cause="injected", what=OUTAGE)
OPENED = PlatformOpened(at_ms=0, rooms=10, viewers=100, requests_per_s=50, open_days=365)


def test_disruption_is_active_until_it_ends():
    assert changed("disruptions", BEGUN) == {
        "begun": 1,
        "begun_by_kind": {"platform_outage": 1},
        "active": {
            "0": {
                "kind": "platform_outage",
                "capacity_share": 0.5,
                "lasts_min": 30.0,
                "since_ms": HOUR,
                "until_ms": HOUR + 30 * MINUTE,
            }
        },
    }
    ended = DisruptionEnded(at_ms=HOUR + 30 * MINUTE, disruption=0, what=OUTAGE, lasted_ms=30 * MINUTE)
    assert changed("disruptions", BEGUN, ended) == {"begun": 1, "ended": 1, "begun_by_kind": {"platform_outage": 1}}


def test_disruption_without_a_length_has_no_end():
    assert lasts_ms(EntryCap(people=5)) is None
    active = changed(
        "disruptions", DisruptionBegun(at_ms=HOUR, disruption=0, cause="scheduled", what=EntryCap(people=5))
    )["active"]
    assert active == {"0": {"kind": "entry_cap", "people": 5, "since_ms": HOUR}}


def test_latest_notices_are_held_and_all_are_counted():
    notices = [
        NoticePublished(at_ms=HOUR, notice=number, about="venue_full", over=False, text=f"{number}", disruption=None)
        for number in range(LATEST + 1)
    ]
    measures = changed("notices", *notices)
    assert measures["published_by_kind"] == {"venue_full": LATEST + 1}
    assert list(measures["latest"]) == [str(number) for number in range(1, LATEST + 1)]


def test_notice_says_of_which_disruption_it_is():
    notice = NoticePublished(
        at_ms=HOUR, notice=3, about="platform_outage", over=False, text="Out of order.", disruption=1
    )
    assert changed("notices", notice)["latest"]["3"] == {
        "at_ms": HOUR,
        "about": "platform_outage",
        "over": False,
        "text": "Out of order.",
        "disruption": 1,
    }


def test_platform_is_metered_by_the_minute():
    metered = (
        PlatformMetered(at_ms=HOUR, requests=600, waiting=2, capacity_share=1.0),
        PlatformMetered(at_ms=HOUR + MINUTE, requests=300, waiting=0, capacity_share=0.5),
    )
    refused = (
        LoginRefused(at_ms=HOUR, organisation=9, economy="DE", channel="app", attempt=1, returns=True),
        LoginRefused(at_ms=HOUR, organisation=9, economy="DE", channel="app", attempt=2, returns=False),
    )
    measures = changed("platform", OPENED, *refused, *metered)
    assert measures == {
        "rooms": 10,
        "viewers": 100,
        "requests_most_per_s": 50,
        "open_days": 365,
        "capacity_share": 0.5,
        "rooms_waiting_peak": 2,
        "requests": 900,
        "requests_per_s": 5.0,
        "requests_peak_per_s": 10.0,
        "logins_refused": 2,
        "logins_given_up": 1,
        "requests_per_hour": {"0": 600, "1": 300},
        "logins_refused_per_hour": {"1": 2},
    }


@pytest.mark.parametrize(("minutes", "taken"), [(0, False), (0.001, True), (52_704_000, True), (52_704_001, False)])
def test_disruption_lasts_up_to_a_hundred_years(minutes: float, taken: bool) -> None:
    with nullcontext() if taken else pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "platform_outage", "lasts_min": minutes}, PlatformOutage)
