"""What a log says of its fair, and what is read of a log that says nothing."""

from __future__ import annotations

import msgspec
from tests.fairfacts.stories import GOLDEN, STARTED

from fairfacts.events import decode, encode
from fairfacts.parts.fairs import NO_FAIR, Badge, FairDescription, in_language, name_of
from fairfacts.parts.runs import RunStarted
from fairsim.inputs.fair import load_fair

MINE = FairDescription("mine", {"en": "My fair"}, {"en": "Mine"}, "America/New_York", "US", 3)


def test_log_bears_the_description_of_its_fair():
    started = msgspec.structs.replace(STARTED, fair=MINE)
    (read,) = decode(encode([started]))
    assert (read, read.description) == (started, MINE)  # type: ignore[attr-defined]  # it is a RunStarted


def test_log_of_the_release_before_is_read_as_what_it_was_and_written_as_it_came():
    (old, *_) = GOLDEN
    assert isinstance(old, RunStarted)
    assert b'"fair":' not in encode([old])
    assert (old.description.key, old.description.time_zone, old.description.home) == (
        "ciftis2020", "Asia/Shanghai", "CN",
    )  # fmt: skip
    own = msgspec.structs.replace(old, scenario="mine")  # of a file of somebody's own, which played any fair
    assert own.description == NO_FAIR
    assert (NO_FAIR.key, NO_FAIR.names, NO_FAIR.days) == ("", {"en": ""}, 0)
    kinds = [kind.key for kind in old.description.organisation_kinds]
    assert sorted(kinds) == ["embassy", "enterprise", "fortune_500", "international_organisation", "overseas_chamber"]


def test_missing_name_falls_back_to_english_and_says_so():
    assert in_language(MINE.names, "zh") == ("My fair", False)
    assert in_language(MINE.names, "en") == ("My fair", True)


def test_row_is_named_by_its_key_in_each_language():
    zones = load_fair("ciftis2020").describe(6).zones
    assert name_of(zones, "winter_sports", "zh") == ("冰雪", True)
    assert name_of(zones, "no_such_zone", "zh") == ("no such zone", False)


def test_badge_of_which_nothing_else_is_said_is_of_those_who_register():
    badge = msgspec.convert({"key": "delegate", "names": {"en": "Delegate"}}, Badge)
    assert (badge.registers, name_of([badge], "delegate")) == (True, ("Delegate", True))
