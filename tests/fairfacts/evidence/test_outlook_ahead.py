"""The next hour at zones and gates, and what is usual now, in numbers worked out by hand.

The fair lasts a day, and each headline comes in evenly. Usual are 9,000 entries, 375 an hour: 3,562.5 by 9:30.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from tests.fairfacts.courses import write_course
from tests.fairfacts.parts.test_alarms import (
    HALLS,
    NINE,
    OPENED,
    ZONES,
    counted,
    entered,
    lapsed,
    metered,
    requested,
)
from tests.fairfacts.stories import HOUR, MINUTE, STARTED, after

from fairfacts.clock import DAY_MS
from fairfacts.event import Event
from fairfacts.evidence.outlook import Outlook, outlook
from fairfacts.evidence.usual import gauges_at, load_usual
from fairfacts.parts.disruptions import DisruptionBegun, PlatformOutage, StaffCut
from fairfacts.parts.organisations import OrganisationRegistered
from fairfacts.parts.runs import FairOpened
from fairfacts.parts.venue.events import VenueClosed

AT, AHEAD = NINE + 30 * MINUTE, NINE + 90 * MINUTE
Z = 1.2815515655446004
"""80 % of a normal distribution lie within so many standard deviations."""
TEN_MIN = 600_000


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(
    folder: Path,
    *events: Event,
    inside: Sequence[int],
    scale: float = 1.0,
    at_ms: int = AT,
    level: float = 0.8,
    waiting: int = 0,
    in_sessions: float = 0.0,
    **halls: Any,
) -> Outlook:
    """Return the outlook of a story; so many are usually inside from 9:00 on, by the half hour, the last to the end."""
    known = [0] * 18 + list(inside)
    write_course(
        folder / "hand", [(hour / 24, 0.1) for hour in range(25)], (known + [known[-1]] * 49)[:49], waiting, in_sessions
    )
    fair = structs.replace(STARTED.description, key="hand")
    started = structs.replace(STARTED, fair=fair, duration_ms=DAY_MS, inputs=(), scale=scale)
    state = after(started, FairOpened(at_ms=0), *ZONES, structs.replace(HALLS, **halls), *events)
    return outlook(state, at_ms, level, ())


def crowd(people: int, *zones: int, waiting: tuple[int, int] = (0, 0), checked_ms: int = TEN_MIN) -> list[Event]:
    """People who came in at nine, and how many of them each minute found in the zones and before the gates."""
    came = [entered(number, checked_ms=checked_ms) for number in range(people)]
    return [*came, *(counted(minute, *zones, waiting=waiting) for minute in range(12))]


def place(name: str, now: float, expected: float, sd: float, m2: float) -> tuple[Any, ...]:
    """A zone with so many people, whose interval is that of a logarithm; in people for each m2."""
    low, high = (expected * math.exp(side * Z * sd) for side in (-1, 1))
    return (name, *(pytest.approx(each / m2, abs=1e-4) for each in (now, expected, low, high)))


@pytest.mark.parametrize(("cap", "people"), [(100, (15.0, 33.0)), (40, (12.5, 27.5))])
def test_zone_has_its_part_of_those_who_are_usually_inside_in_an_hour(
    folder: Path, cap: int, people: tuple[float, float]
) -> None:
    """32 are inside, and half as many again in an hour: 48, or the cap. The zones have 10 and 22 of them now."""
    ahead = told(folder, *crowd(32, 10, 22), inside=[1_000, 4_000, 5_000, 6_000, 0], cap=cap)
    assert ahead.ahead_ms == AHEAD
    assert [astuple(zone) for zone in ahead.zones] == [
        place("Comprehensive", 10, people[0], math.sqrt(0.1**2 + 1 / people[0] + 1 / 10), 100),
        place("Education", 22, people[1], math.sqrt(0.1**2 + 1 / people[1] + 1 / 22), 10),
    ]


def test_whoever_is_usually_in_a_session_then_is_in_no_zone(folder: Path) -> None:
    """Of 48 people inside in an hour, 12 are in sessions: the zones were forecast to be some percent too full."""
    zones = told(folder, *crowd(32, 10, 22), inside=[0, 4_000, 0, 6_000], in_sessions=0.25).zones
    assert [zone.expected for zone in zones] == [
        pytest.approx(36 * 10 / 32 / 100, abs=1e-4),
        pytest.approx(36 * 22 / 32 / 10, abs=1e-4),
    ]


@pytest.mark.parametrize(("cap", "expected"), [(22, 22), (21, 21), (10, 21), (0, 21)])
def test_nobody_is_sent_out_when_a_cap_falls(folder: Path, cap: int, expected: int) -> None:
    """Usually 4,000 are inside, 375 come in an hour, and 3,000 are inside then: so 34 % leave, as 11 of 32 do."""
    zones = told(folder, *crowd(32, 10, 22), inside=[0, 4_000, 0, 3_000], cap=cap).zones
    assert [zone.expected for zone in zones] == [
        pytest.approx(expected * 10 / 32 / 100, abs=1e-4),
        pytest.approx(expected * 22 / 32 / 10, abs=1e-4),
    ]


def test_halls_that_have_not_opened_yet_have_no_cap(folder: Path) -> None:
    closed = VenueClosed(NINE + 12 * MINUTE, 32)
    zones = told(folder, *crowd(32, 10, 22), closed, inside=[0, 4_000, 0, 3_000], cap=0).zones
    assert zones[0].expected == pytest.approx(24 * 10 / 32 / 100, abs=1e-4)


@pytest.mark.parametrize(("level", "z"), [(0.5, 0.67448975), (0.95, 1.95996398)])
def test_interval_holds_the_share_that_is_asked_for(folder: Path, level: float, z: float) -> None:
    zone = told(folder, *crowd(32, 10, 22), inside=[1_000, 4_000, 5_000, 6_000, 0], level=level).zones[0]
    assert math.log(zone.high / zone.expected) == pytest.approx(z * math.sqrt(0.01 + 1 / 15 + 1 / 10), abs=2e-3)


def test_zone_where_fewer_than_twenty_are_inside_has_its_part_of_the_time_spent_so_far(folder: Path) -> None:
    """Usually few are inside now, and 3,000 in an hour. 32 of 3,562.5 came: this fair is a 111th of a usual one."""
    expected = 3_000 * 32 / 3_562.5
    told_zones = told(folder, *crowd(32, 10, 22), counted(12, 0, 0), inside=[0, 100, 0, 3_000]).zones
    assert [astuple(zone) for zone in told_zones] == [
        place("Comprehensive", 0, expected * 10 / 32, math.sqrt(0.4**2 + 32 / 10 / expected), 100),
        place("Education", 0, expected * 22 / 32, math.sqrt(0.4**2 + 32 / 22 / expected), 10),
    ]


@pytest.mark.parametrize(("people", "expected"), [(20, 20 * 6_000 / 4_000), (19, 6_000 * 0.01)])
def test_twenty_people_inside_are_enough_to_go_by(folder: Path, people: int, expected: float) -> None:
    ahead = told(folder, *crowd(people, people, 0), inside=[0, 4_000, 5_000, 6_000], scale=0.01)
    assert ahead.zones[0].expected == pytest.approx(expected / 100, abs=1e-4)


def test_no_zone_is_forecast_before_anybody_was_in_one(folder: Path) -> None:
    assert told(folder, *crowd(32, 0, 0), inside=[1_000, 4_000, 5_000, 6_000]).zones == []


def test_queue_grows_by_those_who_come_and_shrinks_by_those_who_are_checked(folder: Path) -> None:
    """3.37 people come in an hour, by lanes. A lane checks one in ten minutes; there are 2 and 1."""
    come = 32 / 9.5 * 2 / 3
    sd = math.sqrt(come + 12 + (0.25 * come) ** 2)
    first, second = told(folder, *crowd(32, 10, 22, waiting=(20, 0)), inside=[1_000, 4_000, 5_000, 6_000]).gates
    bounds = [math.ceil(20 + come - 12 + side * Z * sd) for side in (0, -1, 1)]
    assert astuple(first) == ("0", 20, *bounds)
    assert bounds == [11, 6, 16]
    # nobody waits where more are checked than come, but by chance: in a tenth of the time more than this do
    assert astuple(second) == ("1", 0, 0, 0, math.ceil(math.log(0.1) / math.log(come / 2 / 6)))
    assert second.high == 2


@pytest.mark.parametrize(("people", "come"), [(20, 20 / 9.5), (19, 375 * 0.1)])
def test_twenty_entries_tell_the_size_of_the_fair_and_fewer_do_not(folder: Path, people: int, come: float) -> None:
    gates = told(folder, *crowd(people, 10, 9, waiting=(50, 0)), inside=[0, 100, 100, 100], scale=0.1).gates
    assert gates[0].expected == math.ceil(50 + come * 2 / 3 - 12)


def test_nobody_queues_when_the_halls_are_usually_closed(folder: Path) -> None:
    gates = told(folder, *crowd(32, 10, 22, waiting=(20, 9)), inside=[1_000, 4_000, 1_000, 0]).gates
    assert [astuple(gate)[2:] for gate in gates] == [(0, 0, 0), (0, 0, 0)]


def test_gate_that_is_closed_has_nobody_of_those_who_come(folder: Path) -> None:
    """It had half of them, and the only open gate as few as if both were open."""
    busy = crowd(320, 100, 220, waiting=(0, 5))
    gates = told(folder, *busy, inside=[1_000, 4_000, 5_000, 6_000], lanes=(0, 1), cap=1_000).gates
    assert [gate.expected for gate in gates] == [0, math.ceil(5 + 320 / 9.5 - 6)]


def test_queue_before_closed_lanes_only_grows(folder: Path) -> None:
    gates = told(folder, *crowd(32, 10, 22, waiting=(5, 0)), inside=[1_000, 4_000, 5_000, 6_000], lanes=(0, 0)).gates
    assert [gate.expected for gate in gates] == [math.ceil(5 + 32 / 19), math.ceil(32 / 19)]


def test_no_queue_is_forecast_before_anybody_was_checked(folder: Path) -> None:
    assert told(folder, counted(0, 0, 0, waiting=(7, 7)), inside=[1_000, 4_000]).gates == []


REGISTERED = [
    structs.replace(OrganisationRegistered(0, 0, "enterprise", "CN", 2, sector, 1, True), organisation=number)
    for number, sector in ((3, "finance"), (4, "tourism"))
]


def test_sector_where_most_wait_is_named_beside_how_many_usually_do(folder: Path) -> None:
    """20 requests a half hour, at half the size: 200 at 9:30 (the 20th half hour)."""
    asked = [requested(0, NINE, 3), requested(1, NINE, 4), requested(2, NINE, 4)]
    waits = told(folder, *REGISTERED, *asked, inside=[0], scale=0.5, waiting=20).waits
    assert (waits.where, waits.usual_over_30min) == ("tourism", 200)


def test_no_sector_is_named_where_nobody_waits_any_more(folder: Path) -> None:
    over = [requested(0, NINE, 3), lapsed(0, NINE + MINUTE, MINUTE)]
    assert told(folder, *REGISTERED, *over, inside=[0]).waits.where == ""


@pytest.mark.parametrize(
    ("inside", "eases"),
    [
        ([0, 4_000, 2_945, 2_945], NINE + HOUR),
        ([0, 4_000, 2_946, 2_946, 2_945], NINE + 2 * HOUR),
        ([0, 4_000, 2_946], None),
    ],
)
def test_crowd_eases_at_the_first_half_hour_with_usually_few_enough(
    folder: Path, inside: list[int], eases: int | None
) -> None:
    """2.2 people stand on each m2. It ends below nine tenths of 1.8: 0.7364 of those who are usually inside now."""
    (matter,) = told(folder, *crowd(32, 10, 22), inside=inside).matters
    assert (matter.alarm, matter.eases_ms) == ("venue.density", eases)


def test_platform_that_is_short_has_no_usual_end(folder: Path) -> None:
    short = [OPENED, metered(NINE, share=0.25)]
    assert [(each.alarm, each.eases_ms) for each in told(folder, *short, inside=[0]).matters] == [
        ("platform.capacity", None)
    ]


def test_what_else_ends_tells_nothing_of_an_outage(folder: Path) -> None:
    plans = (PlatformOutage(capacity_share=0.25, lasts_min=30.0), StaffCut(share=0.5, lasts_min=60.0))
    begun = [DisruptionBegun(NINE, number, "scheduled", what) for number, what in enumerate(plans)]
    (matter,) = told(folder, OPENED, *begun, metered(NINE + MINUTE, share=0.25), inside=[0]).matters
    assert matter.until_ms == NINE + 30 * MINUTE


def test_counts_begin_with_the_hour_before_and_go_beside_what_usually_comes(folder: Path) -> None:
    """125 requests and 375 entries an hour are usual; at 11:36 there is an hour and 36 min to count."""
    ten = 10 * HOUR
    before = [entered(number, at_ms=ten - 1) for number in range(5)]
    came = [entered(number, at_ms=ten) for number in range(5, 12)]
    counts = told(folder, *before, *came, requested(0, ten), inside=[0], at_ms=ten + 96 * MINUTE).counts
    assert [astuple(count) for count in counts] == [
        ("negotiations.initiated", ten, 1, 200, "fewer"),
        ("venue.entered", ten, 7, 600, "fewer"),
    ]


@pytest.mark.parametrize(
    ("scale", "people", "way"),
    [
        (1.0, 421, "fewer"),  # beyond a quarter of 562.5
        (1.0, 422, "usual"),
        (1.0, 703, "usual"),
        (1.0, 704, "more"),
        (0.1, 37, "fewer"),  # beyond two standard deviations of 56.25: 2 * (1.5 * 56.25) ** 0.5
        (0.1, 38, "usual"),
        (0.1, 74, "usual"),
        (0.1, 75, "more"),
    ],
)
def test_count_is_unusual_beyond_a_quarter_and_beyond_chance(folder: Path, scale: float, people: int, way: str) -> None:
    (entries,) = told(folder, *crowd(people, 1, 1), inside=[0], scale=scale).counts[1:]
    assert (entries.came, entries.way) == (people, way)


@pytest.mark.parametrize(
    ("scale", "measures"),
    [
        (1 / 187.6, ["venue.entered"]),
        (1 / 187.5, ["negotiations.initiated", "venue.entered"]),
        (1 / 562.6, []),
    ],
)
def test_what_usually_has_not_come_once_is_not_counted(folder: Path, scale: float, measures: list[str]) -> None:
    assert [count.measure for count in told(folder, inside=[0], scale=scale).counts] == measures


@pytest.mark.parametrize(("at_ms", "count"), [(DAY_MS - 1, 2), (DAY_MS, 0)])
def test_nothing_is_counted_after_the_last_hour(folder: Path, at_ms: int, count: int) -> None:
    assert len(told(folder, inside=[0], at_ms=at_ms).counts) == count


def test_usual_gauges_lie_between_those_of_the_half_hours(folder: Path) -> None:
    told(folder, inside=[0, 400, 1_000])
    gauges = load_usual("hand")
    moments = (NINE, NINE + 15 * MINUTE, NINE + 40 * MINUTE, DAY_MS, DAY_MS + HOUR)
    assert [gauges_at(gauges, at_ms).inside for at_ms in moments] == [0, 200, pytest.approx(600), 1_000, 1_000]
