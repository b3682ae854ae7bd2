"""Notices of disruptions: what they tell people."""

from __future__ import annotations

import msgspec
from tests.fairsim.disruptions.test_disruptions import TEN, disrupted
from tests.fairsim.stage import DAY, Stage

from fairfacts.parts.disruptions import LanesClosed
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
