"""Measures of disruptions, notices, the platform's capacity, and the alarms that follow from all."""

from __future__ import annotations

from tests.fairfacts.stories import GOLDEN, HOUR, MINUTE, STARTED, after, changed

from fairfacts.disruptions import DisruptionBegun, DisruptionEnded, EntryCap, PlatformOutage, lasts_ms
from fairfacts.negotiations import NegotiationTakenUp
from fairfacts.notices import LATEST, NoticePublished
from fairfacts.platform import LoginRefused, PlatformMetered, PlatformOpened
from fairfacts.venue import VenueOpened, VisitorEntered, VisitorLeft

OUTAGE = PlatformOutage(capacity_share=0.5, lasts_min=30)
BEGUN = DisruptionBegun(HOUR, 0, "injected", OUTAGE)
OPENED = PlatformOpened(0, 10, 100, 50, 365)


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
    ended = DisruptionEnded(HOUR + 30 * MINUTE, 0, OUTAGE, 30 * MINUTE)
    assert changed("disruptions", BEGUN, ended) == {"begun": 1, "ended": 1, "begun_by_kind": {"platform_outage": 1}}


def test_disruption_without_a_length_has_no_end():
    assert lasts_ms(EntryCap(people=5)) is None
    active = changed("disruptions", DisruptionBegun(HOUR, 0, "scheduled", EntryCap(people=5)))["active"]
    assert active == {"0": {"kind": "entry_cap", "people": 5, "since_ms": HOUR}}


def test_latest_notices_are_held_and_all_are_counted():
    notices = [NoticePublished(HOUR, number, "venue_full", False, f"{number}", None) for number in range(LATEST + 1)]
    measures = changed("notices", *notices)
    assert measures["published_by_kind"] == {"venue_full": LATEST + 1}
    assert list(measures["latest"]) == [str(number) for number in range(1, LATEST + 1)]


def test_notice_says_of_which_disruption_it_is():
    notice = NoticePublished(HOUR, 3, "platform_outage", False, "Out of order.", 1)
    assert changed("notices", notice)["latest"]["3"] == {
        "at_ms": HOUR,
        "about": "platform_outage",
        "over": False,
        "text": "Out of order.",
        "disruption": 1,
    }


def test_platform_is_metered_by_the_minute():
    metered = PlatformMetered(HOUR, 600, 2, 1.0), PlatformMetered(HOUR + MINUTE, 300, 0, 0.5)
    refused = LoginRefused(HOUR, 9, "DE", "app", 1, True), LoginRefused(HOUR, 9, "DE", "app", 2, False)
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


def test_alarms_say_what_is_near_its_limit_and_what_is_over():
    opened = VenueOpened(HOUR, 10, (1,), 2 * HOUR, 3 * HOUR)
    inside = [VisitorEntered(HOUR + 1, visitor, 3, "CN", 0, 0, 1) for visitor in range(9)]
    measures = changed("alarms", STARTED, OPENED, BEGUN, PlatformMetered(HOUR, 1, 0, 0.5), opened, *inside)
    assert measures == {
        "count": 2,
        "raised": {
            "platform.capacity": {"state": "over", "value": 0.5, "limit": 1.0},
            "venue.cap": {"state": "tight", "value": 9, "limit": 10},
        },
    }


def test_fair_that_is_out_of_balance_raises_an_alarm():
    left = VisitorLeft(HOUR, 0, 3, "CN", MINUTE)
    assert changed("alarms", left)["out_of_balance"] == {
        "venue.inside is not negative": 1,
        "venue.inside is none while the halls are closed": 1,
    }
    taken_up = NegotiationTakenUp(HOUR, 0, 4, "CN", 3, "CN", False, 0)
    assert changed("alarms", taken_up)["out_of_balance"] == {"negotiations.waiting is not negative": 1}


def test_story_of_one_event_of_each_type_is_in_balance_where_it_is_lawful():
    assert set(after(*GOLDEN[:12]).snapshot()["alarms"]["out_of_balance"]) == set()
