"""Measures beside figures: roles, scale, and that every counterpart exists on both sides."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from tests.fairfacts.stories import DAY, STARTED, SUMMIT, after

from fairfacts.errors import FigureError
from fairfacts.evidence import comparison
from fairfacts.evidence.comparison import Row, Simulated, compare, moments, rows
from fairfacts.evidence.figures import Figure
from fairfacts.evidence.figures_file import from_csv
from fairfacts.evidence.folder import known_fair
from fairfacts.evidence.moments import moment_ms
from fairfacts.evidence.roles import left_out, role_of
from fairfacts.evidence.summary import Evidence, evidence, headline
from fairfacts.measures import value_at
from fairfacts.parts.negotiations.events import NegotiationRequested
from fairfacts.parts.programme import SessionClosed
from fairfacts.parts.runs import FairClosed, FairOpened

FIGURES = known_fair("ciftis2020").figures
FORUM = SessionClosed(at_ms=DAY, session=1, kind="summit_forum", mode="on_site", counted=True, attended=2, overran_ms=0)
ASKED = [
    NegotiationRequested(
        at_ms=DAY,
        negotiation=number,
        organisation=9,
        economy=economy,
        exhibitor=3,
        exhibitor_economy="CN",
        overseas=economy != "CN",
        visit=0,
        sector="finance",
        attempt=1,
    )
    for number, economy in enumerate(("CN", "CN", "CN", "DE"))
]
ROWS = {
    row.figure: row
    for row in compare(after(STARTED, FairOpened(0), SUMMIT, FORUM, *ASKED, FairClosed(6 * DAY)), FIGURES)
}


def test_rows_stand_in_the_order_of_the_figures():
    without = {entry.figure for entry in left_out(FIGURES.values(), after(STARTED).parts.run)}
    assert list(ROWS) == [
        name for name, figure in FIGURES.items() if figure.measure and not figure.at and name not in without
    ]


def test_a_figure_of_the_end_is_that_of_the_close_where_the_run_goes_on():
    ended = msgspec.structs.replace(STARTED, duration_ms=10 * DAY)
    late = [msgspec.structs.replace(event, at_ms=7 * DAY, negotiation=9) for event in ASKED[:1]]
    state = after(ended, FairOpened(0), *ASKED, FairClosed(6 * DAY), *late)
    (at_ms,) = moments([FIGURES["negotiations.initiated"]], state.parts.run)
    closed = after(ended, FairOpened(0), *ASKED, FairClosed(6 * DAY)).snapshot()
    (row,) = compare(state, {"asked": FIGURES["negotiations.initiated"]}, {at_ms: closed})
    assert (at_ms, row.simulated, row.role, row.at_ms) == (6 * DAY, 4, "calibrated", 6 * DAY)


def test_what_counts_people_or_their_deeds_shrinks_with_the_run():
    assert ROWS["negotiations.initiated"] == Row(
        figure="negotiations.initiated",
        op="=",
        unit="negotiations",
        reported=55_000.0,
        simulated=4,
        ratio=0.0001,
        role="calibrated",
        measure="negotiations.initiated",
        rounding=500.0,
        verdict="differs",
        as_reported=550_000.0,
        as_reported_rounding=5_000.0,
        source="closing 19",
        names=FIGURES["negotiations.initiated"].names,
    )


def test_share_does_not_shrink():
    assert ROWS["negotiations.overseas_share"] == Row(
        figure="negotiations.overseas_share",
        op="=",
        unit="share",
        reported=0.264,
        simulated=0.25,
        ratio=0.947,
        role="calibrated",
        measure="negotiations.overseas_share",
        rounding=0.0005,
        verdict="open",
        as_reported=0.264,
        as_reported_rounding=0.0005,
        source="closing 19",
        names=FIGURES["negotiations.overseas_share"].names,
    )


def test_sessions_do_not_shrink():
    assert (ROWS["sessions.summit_forum"].reported, ROWS["sessions.summit_forum"].simulated) == (4.0, 1)


@pytest.mark.parametrize(
    ("figure", "moment"),
    [("fair.opens", "2020-09-04"), ("fair.closes", "2020-09-09"), ("summit.starts", "2020-09-04T20:00+08:00")],
)
def test_moments_are_compared_as_they_are_written(figure: str, moment: str):
    assert (ROWS[figure].reported, ROWS[figure].simulated, ROWS[figure].ratio) == (moment, moment, None)


def test_figure_that_did_not_happen_is_zero_of_what_was_reported():
    assert (ROWS["sessions.evening"].simulated, ROWS["sessions.evening"].ratio) == (0, 0.0)


@pytest.mark.parametrize(
    ("figure", "role"),
    [
        ("sessions.total", "input"),
        ("negotiations.initiated", "calibrated"),
        ("sessions.streamed", "changed"),
    ],
)
def test_role_is_what_the_run_says_the_figure_was_to_its_model(figure: str, role: str):
    assert role_of(FIGURES[figure], None, RUN) == role


RUN = after(STARTED, FairClosed(6 * DAY)).parts.run


def own(value: float, measure: str = "negotiations.taken_up", as_of: str = "", **others: object) -> Figure:
    """A figure of a user's, without rounding but where one is given."""
    same = tuple(figure.id for figure in FIGURES.values() if figure.measure == measure)
    others |= {"as_of": as_of, "at": as_of, "same_as": same, "is_own": True}
    told = {"op": "=", "unit": "negotiations", "as_of": "", "status": "outcome", "counts": "", "source": "me"}
    known = told | {"paragraph": 0, "rounding": 0.0, "measure": measure} | others
    return Figure(id="mine", value=value, **known)  # type: ignore[arg-type]


def row(figure: Figure, simulated: Simulated) -> Row:
    return rows([figure], RUN, undisturbed(simulated))[0]


def undisturbed(simulated: Simulated, **others: float) -> Callable[[str, int | None], Simulated]:
    """Give the same of every measure but of some, and of disruptions none."""
    known = {"disruptions.begun": 0.0} | {path.replace("__", "."): value for path, value in others.items()}
    return lambda measure, _: Simulated(known[measure]) if measure in known else simulated


def one(value: float) -> Simulated:
    return Simulated(value)


def several(value: float, sd: float = 10.0) -> Simulated:
    return Simulated(value, low=value - 2 * sd, high=value + 2 * sd)


@pytest.mark.parametrize(
    ("figure", "simulated", "verdict"),
    [
        (own(100, rounding=5.0), one(104), "agrees"),
        (own(100, rounding=5.0), one(106), "open"),  # one run cannot tell chance from disagreement
        (own(0.264, unit="share"), one(0.15), "open"),
        (own(0.264, unit="share"), one(0.13), "differs"),  # off by more than a factor of two
        (own(190, unit="sessions"), one(62), "differs"),  # what does not vary with the people
        (own(100), one(1), "open"),  # small counts vary much
        (own(20_000), one(6_520), "differs"),  # a ratio of 0.326
        (own(20_000), one(9_000), "differs"),
        (own(20_000), one(11_000), "open"),
        (own(0), one(42_506), "differs"),
        (own(20_000, op=">"), one(6_520), "differs"),
        (own(20_000, op=">"), one(42_506), "agrees"),
        (own(20_000, op="<"), one(42_506), "differs"),
        (own(100, rounding=5.0), several(124), "agrees"),  # the rounding reaches into the interval
        (own(100, rounding=5.0), several(126), "differs"),
        (own(100, op=">"), one(101), "agrees"),
        (own(100, op=">"), one(100), "open"),
        (own(100, op=">"), several(100), "open"),
        (own(100, op=">"), several(79), "differs"),
        (own(100, op=">"), several(1_000), "agrees"),  # a bound has one side
        (own(100, op="<"), several(1_000), "differs"),
        (own(100, op="<"), several(3), "agrees"),
        (own(6_000), Simulated(2_308, 0, 14_204), "open"),  # so wide that it would hold half or twice as many as well
        (own(100), several(110, sd=35.0), "open"),
        (own(100), several(110, sd=29.0), "agrees"),
        (own(100), several(1_000, sd=100.0), "differs"),
        (own(0.6, rounding=0.5), several(1, sd=0.5), "open"),
        (own(0), several(0, sd=0.0), "agrees"),
        (own(0), Simulated(0, -0.66, 0.66), "agrees"),  # none at all, of many fairs
        (own(0), Simulated(0, -11.0, 11.0), "open"),
        (own(0, unit="share"), Simulated(0, -0.3, 0.3), "open"),
        (own(100, op=">"), several(300, sd=140.0), "open"),  # the next fair may be far below it
        (own(100, op="<"), several(90, sd=60.0), "open"),
        (own(30), several(30, sd=0.0), "agrees"),
        (own(30), several(29, sd=0.0), "differs"),
    ],
)
def test_verdict_weighs_rounding_bound_and_interval(
    figure: Figure, simulated: Simulated, verdict: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(comparison, "load_chance", lambda *_: {})  # as of most fairs
    assert row(figure, simulated).verdict == verdict


@pytest.mark.parametrize(
    ("figure", "simulated", "z"),
    [
        (own(100), one(130), None),
        (own(100), several(130), 2.94),  # 30 / (20 / 1.96)
        (own(100), several(120), 1.96),
        (own(100, rounding=5.0), several(130), 2.45),
        (own(100, rounding=5.0), several(104), 0.0),
        (own(100), Simulated(130, 70, 900), 0.98),  # the side on which the figure lies
        (own(20), Simulated(2_308, -9_588, 14_204), 0.38),  # as far as it reaches, also below what can be
        (own(100, op=">"), several(130), 0.0),
        (own(100, op=">"), several(70), -2.94),
        (own(30), several(29, sd=0.0), None),
    ],
)
def test_z_counts_standard_deviations_of_one_fair_beyond_the_rounding(figure: Figure, simulated: Simulated, z: float):
    assert row(figure, simulated).z == z


@pytest.mark.parametrize("op", ["=", "<", ">"])
@pytest.mark.parametrize("rounding", [0.0, 7.0])
def test_what_differs_is_what_lies_beyond_196_standard_deviations(op: str, rounding: float):
    found = [row(own(100, op=op, rounding=rounding), several(value)) for value in range(61, 142, 2)]
    assert {(abs(one.z or 0) > 1.96, one.verdict == "differs") for one in found} == {(True, True), (False, False)}


def test_interval_is_shown_where_the_measure_can_be():
    shown = row(own(20), Simulated(2_308, -9_588, 14_204))
    assert (shown.low, shown.high) == (0.0, 14_204)
    share = row(own(0.5, "negotiations.lapse_share", unit="share"), Simulated(0.6, -0.2, 1.3))
    assert (share.low, share.high) == (0.0, 1.0)


def test_input_never_counts_as_agreement():
    given = rows([FIGURES["sessions.total"]], RUN, undisturbed(one(190)))
    assert (given[0].role, given[0].verdict) == ("input", "given")
    assert headline(given) == (
        "No figure was held out from the model, so nothing here speaks for it: all were given to it, fitted to, or"
        " played otherwise."
    )


def test_figure_of_a_fair_that_goes_on_is_open():
    assert rows([own(100)], RUN, lambda *_: one(100), decided=False)[0].verdict == "open"


def test_headline_counts_held_out_rows_alone_and_says_when_they_are_few():
    held_out = [row(own(100), simulated) for simulated in (one(100), one(1), several(500))]
    assert headline(held_out) == (
        "3 held-out figures: 1 agrees, 1 differs, 1 left open by what was played."
        " That is thin evidence: everything else was given to the model, fitted to, or played"
        " otherwise."
    )
    assert evidence(held_out) == Evidence(held_out=3, agree=1, differ=1, left_open=1, is_thin=True)
    assert headline(held_out * 2) == "6 held-out figures: 2 agree, 2 differ, 2 left open by what was played."


def test_own_figure_is_held_against_the_measure_at_its_moment():
    before = after(STARTED, FairOpened(0), *ASKED[:1])
    whole = after(STARTED, FairOpened(0), *ASKED, FairClosed(6 * DAY))
    mine = own(1, "negotiations.initiated", as_of="2020-09-05T08:00", scales=True)
    assert moments([mine], RUN) == [DAY + 8 * 3_600_000]
    compared = compare(whole, {"mine": mine}, {DAY + 8 * 3_600_000: before.snapshot()})
    assert [(row.role, row.reported, row.simulated) for row in compared] == [("held out", 0.1, 1)]


SECOND_MORNING = DAY + 8 * 3_600_000


def test_documented_figure_of_a_moment_is_held_against_the_measure_then_and_left_out_where_that_is_not_at_hand():
    whole = after(STARTED, FairOpened(0), *ASKED, FairClosed(6 * DAY))
    then = after(STARTED, FairOpened(0), *ASKED[:1]).snapshot()
    known = {"people": msgspec.structs.replace(FIGURES["people.second_morning"], measure="negotiations.initiated")}
    assert moments(known.values(), RUN) == [SECOND_MORNING]
    assert [row.simulated for row in compare(whole, known, {SECOND_MORNING: then})] == [1]
    assert compare(whole, known) == []
    assert [entry.reason for entry in left_out(known.values(), RUN, {})] == [
        "no measures of 2020-09-05T08:00+08:00 are at hand"
    ]
    assert left_out(known.values(), RUN) == []


@pytest.mark.parametrize(
    ("as_of", "role"), [("2020-09-05T08:00", "calibrated"), ("2020-09-05T09:00", "held out"), ("", "held out")]
)
def test_own_figure_of_the_moment_that_the_model_was_fitted_to_is_not_held_out(as_of: str, role: str):
    fitted = msgspec.structs.replace(STARTED, calibrated=("people.second_morning",))
    run = after(fitted, FairClosed(6 * DAY)).parts.run
    text = f"id,value,measure,as_of\nmine,156000,people.registered,{as_of}\n"
    mine = from_csv(text.encode(), "mine.csv", FIGURES).figures["mine"]
    assert role_of(mine, moment_ms(mine, run), run) == role


def test_own_figure_of_the_end_that_the_model_knew_by_another_name_is_not_held_out():
    assert rows([own(5, "negotiations.initiated")], RUN, undisturbed(one(5)))[0].role == "calibrated"
    assert rows([own(5, "programme.counted_held")], RUN, undisturbed(one(5)))[0].role == "input"


@pytest.mark.parametrize(
    ("measure", "then", "end", "role"),
    [
        ("programme.counted_held", 190, 190, "input"),
        ("programme.counted_held", 120, 190, "held out"),
        ("negotiations.initiated", 996, 1000, "calibrated"),
        ("negotiations.initiated", 900, 1000, "held out"),
    ],
)
def test_own_figure_of_a_moment_at_which_hardly_anything_is_still_to_come_is_as_that_of_the_end(
    measure: str, then: float, end: float, role: str
):
    def simulated(path: str, at_ms: int | None) -> Simulated:
        return Simulated(0 if path == "disruptions.begun" else end if at_ms is None else then)

    (row,) = rows([own(then, measure, as_of="2020-09-09T20:00")], RUN, simulated)
    assert row.role == role
    (row,) = rows([own(then / 3, measure, as_of="2020-09-09T20:00")], RUN, simulated)
    assert row.role == "held out"  # who knows the total did not know this
    assert row.verdict != "agrees"
    (row,) = rows([own(then, measure, as_of="2020-09-09T20:00")], RUN, simulated, decided=False)
    assert row.role == "held out"


@pytest.mark.parametrize(
    ("as_of", "at"),
    [
        ("2020-09-04T00:00:01", [1_000]),
        ("2020-09-04", [DAY]),  # a day means its end
        ("2020-09-05T00:00+00:00", [DAY + 8 * 3_600_000]),
        ("2020-09-09", []),  # the end of the run
        ("", []),
    ],
)
def test_moment_is_on_the_clock_of_the_fair(as_of: str, at: list[int]):
    assert moments([own(1, as_of=as_of)], RUN) == at


@pytest.mark.parametrize("as_of", ["2020-09-03", "2020-09-04T00:00", "2020-09-10T00:01", "2021-01-01"])
def test_moment_outside_the_fair_is_refused(as_of: str):
    with pytest.raises(FigureError) as refused:
        moments([own(1, as_of=as_of)], RUN)
    assert str(refused.value) == (
        f"figure mine: as_of: {as_of} lies outside the fair; it lasts from 2020-09-04 00:00 to 2020-09-10 00:00"
    )


def test_a_figure_may_be_the_sum_of_measures():
    assert (
        value_at(
            {"programme": {"held_by_kind": {"x": 2, "y": 3}}},
            "programme.held_by_kind.x + programme.held_by_kind.y + programme.held_by_kind.z",
        )
        == 5
    )
    assert ROWS["sessions.industry_forum_as_reported"].measure == (
        "programme.held_by_kind.industry_forum + programme.held_by_kind.industry_promotion"
    )
