"""Notices of disruptions: what they tell people."""

from __future__ import annotations

import msgspec
import pytest
from tests.fairsim.disruptions.test_disruptions import TEN, disrupted
from tests.fairsim.stage import DAY, MINUTE, Stage

from fairfacts.parts.disruptions import (
    AnyDisruption,
    BordersOpened,
    EntryCap,
    LanesClosed,
    PlatformOutage,
    StaffCut,
    StreamFailure,
)
from fairfacts.parts.notices import NoticePublished
from fairsim.inputs.kinds import Gate


def notices_of(lanes: int, *gates: Gate) -> list[str]:
    """Return the notices of so many lanes of the second gate that are closed."""
    stage = Stage()
    fair = msgspec.structs.replace(stage.context.scenario.fair, gates=gates)
    stage.context.scenario = msgspec.structs.replace(stage.context.scenario, fair=fair)
    disrupted(stage, TEN, LanesClosed(gate=1, lanes=lanes, lasts_min=30))
    return [event.text for event in stage.play(DAY) if type(event) is NoticePublished]


def test_notice_names_the_gate_as_people_do():
    assert notices_of(1) == ["1 lane of gate 2 is closed; take another gate.", "Gate 2 has all its lanes again."]
    west, east = Gate(key="west", name={"en": "West gate"}), Gate(key="east", name={"en": "the eastern gate"})
    assert notices_of(3, west, east) == [
        "3 lanes of the eastern gate are closed; take another gate.",
        "The eastern gate has all its lanes again.",
    ]


def lanes(number: int, lasts_min: float, gate: int = 0) -> LanesClosed:
    return LanesClosed(gate=gate, lanes=number, lasts_min=lasts_min)


OVERLAPPING: dict[str, tuple[list[tuple[int, AnyDisruption]], list[tuple[int, str]]]] = {
    "caps": (
        [
            (0, EntryCap(people=1500)),
            (10, EntryCap(people=600, lasts_min=60)),
            (20, EntryCap(people=1500, lasts_min=9)),
        ],
        [
            (0, "At most 1,500 people may be inside the halls."),
            (10, "At most 600 people may be inside the halls."),
            (70, "At most 1,500 people may be inside the halls."),
        ],
    ),
    "caps that follow each other": (
        [(0, EntryCap(people=600, lasts_min=10)), (10, EntryCap(people=700, lasts_min=10))],
        [
            (0, "At most 600 people may be inside the halls."),
            (10, "At most 700 people may be inside the halls."),
            (20, "The usual number of people may be inside again."),
        ],
    ),
    "lanes of a gate": (
        [(0, lanes(3, 10)), (5, lanes(4, 15))],
        [
            (0, "3 lanes of gate 1 are closed; take another gate."),
            (5, "4 lanes of gate 1 are closed; take another gate."),
            (10, "4 lanes of gate 1 are closed; take another gate."),
            (20, "Gate 1 has all its lanes again."),
        ],
    ),
    "lanes of two gates": (
        [(0, lanes(2, 10)), (5, lanes(1, 15, gate=1))],
        [
            (0, "2 lanes of gate 1 are closed; take another gate."),
            (5, "1 lane of gate 2 is closed; take another gate."),
            (10, "Gate 1 has all its lanes again."),
            (20, "Gate 2 has all its lanes again."),
        ],
    ),
    "borders": (
        [
            (0, BordersOpened(overseas_share=1.0)),
            (10, BordersOpened(overseas_share=0.0, lasts_min=60)),
            (20, BordersOpened(overseas_share=0.4, lasts_min=20)),
        ],
        [
            (0, "Borders are open to visitors from abroad."),
            (10, "Borders are closed to visitors from abroad."),
            (20, "Borders are open to visitors from abroad."),
            (40, "Borders are closed to visitors from abroad."),
            (70, "Borders are open to visitors from abroad."),
        ],
    ),
    "negotiators": (
        [(0, StaffCut(share=0.5, lasts_min=10)), (5, StaffCut(share=0.2, origin="CN", lasts_min=10))],
        [
            (0, "50% of the negotiators (all) are away; answers take longer."),
            (5, "20% of the negotiators (CN) are away; answers take longer."),
            (10, "20% of the negotiators (CN) are away; answers take longer."),
            (15, "The negotiators (CN) are back."),
        ],
    ),
    "negotiators of two origins": (
        [
            (0, StaffCut(share=0.5, origin="overseas", lasts_min=10)),
            (5, StaffCut(share=0.2, origin="CN", lasts_min=10)),
        ],
        [
            (0, "50% of the negotiators (overseas) are away; answers take longer."),
            (5, "20% of the negotiators (CN) are away; answers take longer."),
            (10, "The negotiators (overseas) are back."),
            (15, "The negotiators (CN) are back."),
        ],
    ),
    "negotiators of one origin and of another, beside all": (
        [
            (0, StaffCut(share=0.5, lasts_min=30)),
            (1, StaffCut(share=0.3, origin="domestic", lasts_min=10)),
            (2, StaffCut(share=0.2, origin="overseas", lasts_min=20)),
        ],
        [
            (0, "50% of the negotiators (all) are away; answers take longer."),
            (1, "30% of the negotiators (domestic) are away; answers take longer."),
            (2, "20% of the negotiators (overseas) are away; answers take longer."),
            (22, "50% of the negotiators (all) are away; answers take longer."),
            (30, "The negotiators (all) are back."),
        ],
    ),
    "negotiators of all, within those of two origins": (
        [
            (0, StaffCut(share=0.3, origin="domestic", lasts_min=30)),
            (1, StaffCut(share=0.2, origin="overseas", lasts_min=20)),
            (2, StaffCut(share=0.5, lasts_min=10)),
        ],
        [
            (0, "30% of the negotiators (domestic) are away; answers take longer."),
            (1, "20% of the negotiators (overseas) are away; answers take longer."),
            (2, "50% of the negotiators (all) are away; answers take longer."),
            (12, "30% of the negotiators (domestic) are away; answers take longer."),
            (12, "20% of the negotiators (overseas) are away; answers take longer."),
            (21, "The negotiators (overseas) are back."),
            (30, "The negotiators (domestic) are back."),
        ],
    ),
    "a milder outage within an outage": (
        [(0, PlatformOutage(lasts_min=240)), (30, PlatformOutage(capacity_share=0.5, lasts_min=60))],
        [
            (0, "The platform has 0% of its capacity; service is expected back in 240 min."),
            (240, "The platform has its full capacity again."),
        ],
    ),
    "an outage within a milder one": (
        [(0, PlatformOutage(capacity_share=0.5, lasts_min=240)), (30, PlatformOutage(lasts_min=60))],
        [
            (0, "The platform has 50% of its capacity; service is expected back in 240 min."),
            (30, "The platform has 0% of its capacity; service is expected back in 60 min."),
            (90, "The platform has 50% of its capacity; service is expected back in 150 min."),
            (240, "The platform has its full capacity again."),
        ],
    ),
    "failures of a stream": (
        [(0, StreamFailure(session=7, lasts_min=10)), (5, StreamFailure(session=7, lasts_min=20))],
        [
            (0, "The stream of session 7 has failed; it is expected back in 10 min."),
            (5, "The stream of session 7 has failed; it is expected back in 20 min."),
            (25, "The stream of session 7 is back."),
        ],
    ),
}


@pytest.mark.parametrize("name", OVERLAPPING)
def test_notice_never_says_that_all_is_as_usual_while_another_disruption_of_the_same_lasts(name: str):
    planned, told = OVERLAPPING[name]
    stage = Stage()
    for minute, what in planned:
        disrupted(stage, TEN + minute * MINUTE, what)
    log = [event for event in stage.play(DAY) if type(event) is NoticePublished]
    assert [((event.at_ms - TEN) // MINUTE, event.text) for event in log] == told
