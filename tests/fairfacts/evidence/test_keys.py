"""Keys of breakdowns: what each stands for, and which a fair can have."""

from __future__ import annotations

import pytest

from fairfacts.evidence.keys import OF_ENDING, OF_MEASURE, kinds_of_keys, wrong_keys
from fairfacts.measures import MEASURES, State, value_at
from fairfacts.parts.fairs import NO_FAIR
from fairsim.inputs.fair import load_fair

FAIR = load_fair("ciftis2020").describe(days=6)
BREAKDOWNS = {
    path: measure for path, measure in MEASURES.items() if isinstance(value_at(State().snapshot(), path), dict)
}


def test_every_breakdown_says_what_its_keys_stand_for():
    known = {path: len(kinds_of_keys(path)) for path, measure in BREAKDOWNS.items() if measure.levels}
    by_origin = [path for path in known if value_at(State().snapshot(), path)]  # `measure_of` holds the first key
    assert known == {path: BREAKDOWNS[path].levels - (path in by_origin) for path in known}


def test_no_other_measure_says_so():
    assert [path for path in MEASURES if path not in BREAKDOWNS and kinds_of_keys(path)] == []
    assert OF_MEASURE.keys() <= BREAKDOWNS.keys()
    assert [end for end in OF_ENDING if not any(path.endswith(end) for path in BREAKDOWNS)] == []


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        (
            "organisations.by_economy.USA",
            "USA is no economy of the fair; did you mean US? (ISO 3166 codes of two letters)",
        ),
        ("visits.by_economy.de", "de is no economy of the fair; did you mean DE? (ISO 3166 codes of two letters)"),
        ("organisations.by_kind.embasy", "embasy is no kind of organisation of the fair; did you mean embassy?"),
        ("streams.views_by_channel.ap", "ap is no channel of the fair; did you mean app?"),
        ("agreements.value_by_sector.finanse", "finanse is no sector of the fair; did you mean finance?"),
        (
            "negotiations.by_sectors.unknwn.finance",
            "unknwn is no sector of a requester of the fair; did you mean unknown?",
        ),
        ("results.announced_value.USD.henna", "henna is no occasion of the fair; did you mean henan?"),
        ("venue.refused_by_reason.fool", "fool is no reason of the fair; known are: full, late"),
        ("venue.entered_per_day.6", "6 is no day of the fair; known are: 0, 1, 2, 3, 4, 5"),
        ("negotiations.by_economy_and_hour.US.24", "24 is no hour of the day of the fair; did you mean 4?"),
        ("negotiations.per_hour.overseas.1x", "1x is no whole number; count from 0"),
    ],
)
def test_a_key_that_the_fair_cannot_have_is_refused_with_the_nearest(measure: str, message: str):
    assert list(wrong_keys(measure, FAIR)) == [f"measure is {measure!r}; {message}"]


@pytest.mark.parametrize(
    "measure",
    [
        "",
        "visits.started",
        "visits.by_economy.VA",
        "organisations.by_economy.XK",
        "negotiations.by_sectors.unknown.finance",
        "disruptions.begun_by_kind.platform_outage",
        "notices.published_by_kind.venue_full",
        "programme.held_by_kind.evening + programme.held_by_kind.provincial",
        "negotiations.per_hour.overseas.33",
        "venue.entered_per_day.5",
    ],
)
def test_a_key_that_may_not_have_occurred_yet_is_taken(measure: str):
    assert list(wrong_keys(measure, FAIR)) == []


def test_each_part_of_a_sum_is_looked_at():
    measure = "programme.held_by_kind.evening + programme.held_by_kind.evning"
    assert len(list(wrong_keys(measure, FAIR))) == 1


def test_a_log_that_does_not_describe_its_fair_may_have_any_kind():
    assert list(wrong_keys("organisations.by_kind.anybody", NO_FAIR)) == []
