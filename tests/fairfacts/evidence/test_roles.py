"""Roles follow from what was played, and figures that do not concern it are left out."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.fairfacts.stories import DAY, STARTED, after

from fairfacts.errors import FigureError
from fairfacts.evidence.comparison import Simulated, compare, rows
from fairfacts.evidence.figures import Figure
from fairfacts.evidence.folder import known_fair
from fairfacts.evidence.roles import LeftOut, left_out, role_of, shipped_overrides, used_figures
from fairfacts.evidence.summary import KEYS, Evidence, evidence, headline, sentences
from fairfacts.parts.fairs import NO_FAIR
from fairfacts.parts.platform import PlatformOpened
from fairfacts.parts.runs import FairClosed, FairOpened, RunMeasures

FIGURES = known_fair("ciftis2020").figures
ECONOMIES = {"economies.participating", "economies.top_traders"}
MEASURED = {name for name, figure in FIGURES.items() if figure.measure}
FITTED = ("negotiations.initiated", "negotiations.initiated_overseas", "negotiations.overseas_share")
GIVEN = ("fair.closes", "fair.opens", "organisations.at_opening", "routes.count", "sessions.total")


def run_of(**changes: object) -> RunMeasures:
    """What a run of the documented fair says of itself, with changes."""
    started = msgspec.structs.replace(STARTED, **({"inputs": GIVEN, "calibrated": FITTED} | changes))
    return after(started).parts.run


def roles(run: RunMeasures, *figures: str) -> list[str]:
    return [role_of(FIGURES[id_], None, run) for id_ in figures]


def test_a_figure_whose_parameter_the_shipped_scenario_overrides_is_changed():
    assert roles(run_of(scenario="ciftis2020"), *FITTED) == ["calibrated"] * 3
    assert roles(run_of(scenario="overseas-40"), *FITTED) == ["calibrated", "changed", "changed"]
    assert roles(run_of(scenario="all-online"), "routes.count", "sessions.total") == ["changed", "input"]


def test_a_scenario_overrides_what_those_that_it_extends_override():
    night, forty = (shipped_overrides(name, "ciftis2020") for name in ("overseas-40-night", "overseas-40"))
    assert night == forty != frozenset()
    assert {shipped_overrides(name, "ciftis2020") for name in ("ciftis2020", "mine", "../seeds/x")} == {frozenset()}


def test_figures_of_a_fair_of_ones_own_are_read_as_spreadsheets_write_them_and_again_when_they_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "fair.toml").touch()
    parameters = tmp_path / "mine" / "parameters.csv"
    parameters.write_text("name;value;figures\nfair.days;3;fair.length days.open\n", encoding="utf-8-sig")
    assert used_figures("mine") == {name: {"fair.days"} for name in ("fair.length", "days.open")}
    parameters.write_text("name,value,figures\nfair.days,3,fair.length\n")
    assert used_figures("mine") == {"fair.length": {"fair.days"}}
    parameters.write_text("name,value,figures\nfair.days,3\n")
    with pytest.raises(FigureError, match=r"mine/parameters.csv: line 2: it has 2 cells, and the header has 3"):
        used_figures("mine")


def test_a_figure_that_the_user_overrides_is_changed():
    run = run_of(inputs=tuple(name for name in GIVEN if name != "organisations.at_opening"))
    assert roles(run, "organisations.at_opening", "sessions.total") == ["changed", "input"]


def test_a_figure_that_was_never_used_is_held_out():
    assert roles(run_of(), "economies.top_traders") == ["held out"]


def test_a_run_that_no_model_plays_overrides_nothing():
    assert (
        roles(after(msgspec.structs.replace(STARTED, inputs=(), calibrated=())).parts.run, *FITTED) == ["recorded"] * 3
    )


def test_no_row_of_another_systems_log_speaks_for_a_model():
    started = msgspec.structs.replace(STARTED, inputs=(), calibrated=())
    rows = compare(after(started, FairOpened(0), FairClosed(6 * DAY)), {name: FIGURES[name] for name in FITTED})
    assert {row.role for row in rows} == {"recorded"}
    assert evidence(rows).held_out == 0
    assert headline(rows) == (
        "No model played this log, so nothing here speaks for one. Reported figures beside it: 0 agree, 2 differ, 1"
        " left open."
    )


def test_each_sentence_of_a_headline_has_a_key_and_what_fills_it():
    started = msgspec.structs.replace(STARTED, scenario="overseas-40", inputs=GIVEN, calibrated=FITTED)
    rows = compare(after(started, FairOpened(0), FairClosed(6 * DAY)), {name: FIGURES[name] for name in FITTED})
    told = sentences(rows, left_out(FIGURES.values(), run_of()))
    changed = [row.figure for row in rows if row.role == "changed"]
    assert [(sentence.key, sentence.places) for sentence in told] == [
        ("none", {}),
        ("changed", {"which": changed}),
        ("left_out_scale", {"count": len(ECONOMIES)}),
    ]
    assert " ".join(sentence.text for sentence in told) == headline(rows, left_out(FIGURES.values(), run_of()))
    assert {sentence.key for sentence in told} <= {*KEYS}


def test_a_changed_figure_counts_neither_for_the_model_nor_against_it():
    started = msgspec.structs.replace(STARTED, scenario="overseas-40", inputs=GIVEN, calibrated=FITTED)
    state = after(started, FairOpened(0), FairClosed(6 * DAY))
    asked = FIGURES["negotiations.initiated"]
    mine = msgspec.structs.replace(
        asked, id="mine", value=10.0, rounding=0.0, measure="negotiations.held", scales=False, is_own=True
    )
    rows = compare(state, {**{name: FIGURES[name] for name in FITTED}, "mine": mine})
    assert [(row.figure, row.role, row.verdict) for row in rows] == [
        ("negotiations.initiated", "calibrated", "differs"),
        ("negotiations.initiated_overseas", "changed", "differs"),
        ("negotiations.overseas_share", "changed", "open"),  # a share of nothing
        ("mine", "held out", "open"),
    ]
    assert evidence(rows) == Evidence(held_out=1, agree=0, differ=0, left_open=1, is_thin=True)
    assert headline(rows).endswith(
        " Played otherwise than reported: negotiations.initiated_overseas, negotiations.overseas_share; their rows show"
        " what that changes."
    )


@pytest.mark.parametrize(
    ("changes", "first", "last"),
    [
        ({"epoch": "2021-06-01T00:00:00+08:00"}, "2021-06-01", "2021-06-06"),
        ({"duration_ms": 3 * DAY, "inputs": ("fair.opens", "sessions.total")}, "2020-09-04", "2020-09-06"),
    ],
)
def test_the_documents_are_left_out_where_another_fair_is_played(changes: dict[str, object], first: str, last: str):
    without = left_out(FIGURES.values(), run_of(**changes))
    assert {entry.figure for entry in without} == MEASURED
    reason = (
        f"the documents speak of the fair from 2020-09-04 to 2020-09-09, and the run plays one from {first} to {last}"
    )
    assert {entry.reason for entry in without} == {reason}
    assert headline([], without).endswith(f" {len(MEASURED)} figures are left out: {reason}.")
    *_, last_sentence = sentences([], without)
    assert (last_sentence.key, last_sentence.places) == (
        "left_out_other_fair",
        {"count": len(MEASURED), "opens": "2020-09-04", "closes": "2020-09-09", "first": first, "last": last},
    )


def test_economies_are_compared_at_full_scale_alone():
    without = left_out(FIGURES.values(), run_of())
    assert {entry.figure for entry in without} == ECONOMIES
    assert left_out(FIGURES.values(), run_of(scale=1.0)) == []


def test_own_figure_of_economies_is_left_out_of_a_small_fair_too() -> None:
    mine = {"mine": msgspec.structs.replace(FIGURES["economies.participating"], id="mine", is_own=True)}
    assert [entry.figure for entry in left_out(mine.values(), run_of(scale=0.02))] == ["mine"]
    assert left_out(mine.values(), run_of(scale=1.0)) == []


def test_a_figure_is_left_out_for_one_reason() -> None:
    without = left_out(FIGURES.values(), run_of(), {})  # no measures of any moment are at hand
    assert len({entry.figure for entry in without}) == len(without) > len(ECONOMIES)


def test_a_run_that_goes_on_after_the_close_is_of_the_same_fair():
    assert left_out(FIGURES.values(), run_of(scale=1.0, duration_ms=371 * DAY)) == []
    closed = after(
        msgspec.structs.replace(STARTED, scale=1.0, duration_ms=371 * DAY, inputs=()),
        FairOpened(0),
        FairClosed(6 * DAY),
    )
    assert left_out(FIGURES.values(), closed.parts.run) == []


def test_the_figures_of_the_programme_are_left_out_where_another_programme_is_played():
    inputs = tuple(name for name in GIVEN if not name.startswith("sessions."))
    run = run_of(scenario="mine", scale=1.0, inputs=inputs)
    without = left_out(FIGURES.values(), run)
    counted = {name for name in MEASURED if FIGURES[name].measure.startswith(("programme.", "streams."))}
    assert {entry.figure for entry in without} == counted
    assert {"summit.starts", "streams.to_second_day", "streams.views_to_second_day"} < counted
    reason = "the run plays a programme of its own, and not the documented one"
    assert LeftOut("sessions.total", reason, "own_programme", {}) in without
    compared = compare(after(STARTED), FIGURES)
    assert "sessions.total" in {row.figure for row in compared}


def test_the_programme_of_a_fairs_own_folder_is_the_documented_one(own: str):
    figures = {"sessions.total": msgspec.structs.replace(FIGURES["sessions.total"], at="")}
    described = msgspec.structs.replace(NO_FAIR, key=own, home="CN")
    run = run_of(scenario=own, inputs=("sectors.count",), calibrated=(), fair=described)
    assert left_out(figures.values(), run) == []
    (figure,) = figures.values()
    assert role_of(figure, None, run) == "input"


@pytest.mark.parametrize(
    ("measure", "role"),
    [
        ("platform.rooms", "input"),
        ("run.opened_on", "input"),
        ("programme.held_by_kind.forum + programme.held_by_kind.launch", "input"),
        ("programme.held + programme.attended", "held out"),
        ("venue.entered", "held out"),
    ],
)
def test_what_a_fair_is_played_with_is_no_agreement_though_no_table_names_the_figure(own: str, measure: str, role: str):
    figure = msgspec.structs.replace(FIGURES["sessions.total"], id="mine", measure=measure, same_as=(), is_own=True)
    described = msgspec.structs.replace(NO_FAIR, key=own, home="CN")
    assert role_of(figure, None, run_of(scenario=own, inputs=("sectors.count",), fair=described)) == role
    another = run_of(scenario=own, inputs=(), calibrated=(), fair=described)
    assert role_of(figure, None, another) == "recorded"  # no model played it


@pytest.mark.parametrize(
    ("measure", "value", "found"),
    [
        ("platform.rooms", 50, ("input", "given")),
        ("platform.rooms", 100, ("changed", "differs")),
        ("programme.counted_held", 190, ("changed", "differs")),
        ("run.opened_on", "2020-09-04", ("input", "given")),
        ("run.opened_on", "2019-09-04", ("changed", "differs")),
        ("venue.entered", 3, ("held out", "differs")),
    ],
)
def test_a_figure_that_is_not_what_was_played_is_not_given(own: str, measure: str, value: object, found: object):
    opened = PlatformOpened(at_ms=0, rooms=50, viewers=1, requests_per_s=1, open_days=0)
    described = msgspec.structs.replace(NO_FAIR, key=own, home="CN")
    started = msgspec.structs.replace(STARTED, scenario=own, scale=1.0, inputs=("sectors.count",), fair=described)
    figure = msgspec.structs.replace(
        FIGURES["sessions.total"], id="mine", measure=measure, value=value, is_own=True, same_as=()
    )
    (row,) = compare(after(started, FairOpened(0), opened, FairClosed(6 * DAY)), {"mine": figure})
    assert (row.role, row.verdict) == found


def test_a_users_own_value_of_a_documented_figure_is_given_only_where_it_is_the_one_that_was_played():
    mine = msgspec.structs.replace(FIGURES["routes.count"], is_own=True, value=20)
    state = after(msgspec.structs.replace(STARTED, inputs=GIVEN), FairOpened(0), FairClosed(6 * DAY))
    run = state.parts.run
    for value, given in ((14, ("input", "given")), (13, ("changed", "differs"))):  # one was cancelled
        (documented,) = rows([FIGURES["routes.count"]], run, lambda _, __, value=value: Simulated(value))
        assert (documented.role, documented.verdict) == given
    assert [row.role for row in compare(state, {mine.id: mine})] == ["changed"]
    (going_on,) = compare(after(msgspec.structs.replace(STARTED, inputs=GIVEN), FairOpened(0)), {mine.id: mine})
    assert (going_on.role, going_on.verdict) == ("input", "given")  # nothing is decided yet


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A fair of one's own whose parameters name no figure."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "fair.toml").touch()
    (tmp_path / "mine" / "parameters.csv").write_text("name,value\nfair.days,3\n")
    return "mine"


def test_a_figure_of_the_user_concerns_every_run():
    mine = msgspec.structs.replace(FIGURES["organisations.at_opening"], source="mine.csv", is_own=True)
    theirs: list[Figure] = [figure for figure in FIGURES.values() if figure.id != mine.id]
    other = after(msgspec.structs.replace(STARTED, epoch="2021-06-01T00:00:00+08:00")).parts.run
    assert mine.id not in {entry.figure for entry in left_out([mine, *theirs], other)}


def test_every_used_figure_is_documented():
    assert [name for name in used_figures("ciftis2020") if name not in FIGURES] == []
