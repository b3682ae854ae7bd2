"""What was played otherwise than it was reported speaks neither for the model nor against it."""

from __future__ import annotations

import msgspec
import pytest
from tests.fairfacts.stories import DAY, STARTED, after

from fairfacts.evidence.comparison import Row, Simulated, rows
from fairfacts.evidence.figures import Figure
from fairfacts.evidence.folder import known_fair
from fairfacts.evidence.stated import Overrides
from fairfacts.evidence.summary import evidence, headline
from fairfacts.measures import MEASURES
from fairfacts.parts.runs import FairClosed

FIGURES = known_fair("ciftis2020").figures
GIVEN = ("sessions.total", "organisations.exhibiting_second_morning", "zone.comprehensive.international_share")
FITTED = ("negotiations.initiated", "organisations.second_morning")
STREAMS = "streams.to_second_day"
ON_5_SEPTEMBER = 2 * DAY


def played(figure: Figure, value: float, *, scale: float = 1.0, **others: float) -> Row:
    """The row of a figure in a run whose measures have these values; a name's two underscores are its dot."""
    run = after(msgspec.structs.replace(STARTED, scale=scale, inputs=GIVEN, calibrated=FITTED), FairClosed(6 * DAY))
    known = {"disruptions.begun": 0.0} | {name.replace("__", "."): other for name, other in others.items()}

    def simulated(measure: str, at_ms: int | None) -> Simulated:
        is_later = bool(figure.at) and at_ms is None
        return Simulated(known.get(measure, 5 * value if is_later else value))

    return rows([figure], run.parts.run, simulated)[0]


@pytest.mark.parametrize("name", ["negotiations.initiated", STREAMS])
def test_what_a_disruption_came_before_is_no_longer_the_fair_that_was_reported(name: str) -> None:
    figure = FIGURES[name]
    value = float(figure.value) if not isinstance(figure.value, str) else 0.0
    assert played(figure, value).role in ("calibrated", "held out")
    row = played(figure, value, disruptions__begun=1)
    assert row.role == "changed"
    assert headline([row]).endswith(f"Played otherwise than reported: {name}; their rows show what that changes.")


def test_a_disruption_after_a_figures_moment_changes_nothing_of_it() -> None:
    run = after(msgspec.structs.replace(STARTED, scale=1.0, inputs=GIVEN, calibrated=FITTED), FairClosed(6 * DAY))
    asked = FIGURES["organisations.second_morning"]

    def simulated(measure: str, at_ms: int | None) -> Simulated:
        later = at_ms is None or at_ms > ON_5_SEPTEMBER
        return Simulated(float(later) if measure == "disruptions.begun" else 19_630.0)

    at_end = msgspec.structs.replace(asked, id="negotiations.initiated", at="", measure="negotiations.initiated")
    assert [row.role for row in rows([asked, at_end], run.parts.run, simulated)] == ["calibrated", "changed"]


def test_many_changed_figures_are_counted_and_not_named() -> None:
    row = played(FIGURES[STREAMS], 37, disruptions__begun=1)
    assert headline([row] * 5) == (
        "No figure was held out from the model, so nothing here speaks for it: all were given to it, fitted to, or"
        " played otherwise. Played otherwise than reported: 5 figures; their rows show what that changes."
    )


@pytest.mark.parametrize(
    ("name", "scale", "value", "role"),
    [
        ("sessions.total", 1.0, 190, "input"),
        ("sessions.total", 0.05, 189, "changed"),  # one was cancelled
        ("organisations.exhibiting_second_morning", 1.0, 6_049, "input"),  # comes by chance of what is given
        ("organisations.exhibiting_second_morning", 0.05, 167, "changed"),  # of 295
        ("zone.comprehensive.international_share", 0.1, 0.4348, "input"),  # 10 of 23
        ("zone.comprehensive.international_share", 1.0, 0.4348, "changed"),
    ],
)
def test_what_was_given_is_given_only_where_it_was_played(name: str, scale: float, value: float, role: str) -> None:
    row = played(FIGURES[name], value, scale=scale)
    assert (row.role, row.verdict) == (role, "given" if role == "input" else "differs")


def test_a_what_if_is_no_test_of_the_model_but_for_figures_of_ones_own() -> None:
    overrides = {"venue.cap": ("60000", "2000")}
    asked = FIGURES["organisations.second_morning"]
    mine = msgspec.structs.replace(asked, id="mine", measure="venue.entered", same_as=(), same_at=(), is_own=True)
    started = msgspec.structs.replace(STARTED, scale=1.0, inputs=GIVEN, calibrated=("organisations.at_closing",))
    run = after(started, FairClosed(6 * DAY)).parts.run

    def roles(overrides: Overrides, *figures: Figure) -> list[str]:
        def simulated(measure: str, at_ms: int | None) -> Simulated:
            later = 5.0 if measure == "streams.ended" and at_ms is None else 1.0
            return Simulated(0.0 if measure == "disruptions.begun" else later)

        found = rows(figures, run, simulated, overrides=overrides)
        return [row.role for row in found]

    asked = FIGURES["organisations.at_closing"]
    assert roles({}, asked, FIGURES[STREAMS], mine) == ["calibrated", "held out", "held out"]
    assert roles(overrides, asked, FIGURES[STREAMS], mine) == ["changed", "changed", "held out"]
    fitted = {"organisations.registrations_per_day": ("1100", "1090")}  # as fair calibrate -o writes it
    assert roles(fitted, asked, FIGURES[STREAMS]) == ["calibrated", "held out"]


@pytest.mark.parametrize(("status", "verdict"), [("outcome", "agrees"), ("plan", "open")])
def test_a_plan_of_which_no_outcome_is_reported_is_open_however_near_the_run_comes(status: str, verdict: str) -> None:
    planned = msgspec.structs.replace(FIGURES[STREAMS], status=status, caveat="")
    row = played(planned, 30)
    assert (row.role, row.verdict, row.is_plan) == ("held out", verdict, status == "plan")
    assert row.caveat.startswith("a plan, ") is row.is_plan
    assert evidence([row]).held_out == (not row.is_plan)
    given = msgspec.structs.replace(FIGURES["sessions.total"], status=status)
    assert played(given, 190).verdict == "given"


def test_a_share_of_nothing_is_open() -> None:
    row = played(FIGURES["negotiations.overseas_share"], 0.0)
    assert (row.simulated, row.ratio, row.verdict) == ("", None, "open")


def test_a_bound_that_was_given_is_given_in_a_small_fair_as_well() -> None:
    given = msgspec.structs.replace(FIGURES["results.reports"], at="")
    run = after(msgspec.structs.replace(STARTED, scale=0.01, inputs=("results.reports",)), FairClosed(6 * DAY))
    for value, role in ((0.0, "input"), (1.0, "input")):  # more than 30 are 0.3 and more
        (row,) = rows([given], run.parts.run, lambda _, __, value=value: Simulated(value))
        assert row.role == role


@pytest.mark.parametrize(
    ("measure", "op", "most", "role"),
    [
        ("venue.inside_peak", "<", 60_000, "input"),  # the cap itself: the gates let nobody else in
        ("venue.inside_peak", "<", 70_000, "held out"),
        ("venue.inside_peak", "<", 0, "held out"),  # of a log that tells no cap
        ("venue.inside_peak", "~", 60_000, "held out"),
        ("venue.waiting_peak", "<", 60_000, "held out"),
    ],
)
def test_what_cannot_be_exceeded_is_given(measure: str, op: str, most: float, role: str) -> None:
    cap = {"op": op, "value": 60_000.0, "unit": "people", "measure": measure, "id": "mine", "is_own": True, "at": ""}
    mine = msgspec.structs.replace(FIGURES["people.second_morning"], same_as=(), same_at=(), rounding=0.0, **cap)
    assert played(mine, 44_312, scale=1.0, venue__cap=most).role == role


def test_what_a_measure_never_exceeds_is_a_measure_of_its_unit() -> None:
    bounds = [(measure, MEASURES[measure.most]) for measure in MEASURES.values() if measure.most]
    assert len(bounds) >= 6
    assert all(measure.unit == most.unit for measure, most in bounds)
