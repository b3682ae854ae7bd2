"""Headlines under other definitions, from small stories."""

from __future__ import annotations

import pytest
from tests.fairfacts.stories import DAY, GOLDEN, HOUR, STARTED, after

from fairfacts.comparison import COUNTERPARTS
from fairfacts.counting import RULES, Counting, chosen, counted
from fairfacts.errors import FigureError
from fairfacts.event import Event
from fairfacts.figures import load_figures
from fairfacts.measures import value_at
from fairfacts.negotiations import NegotiationRequested
from fairfacts.organisations import OrganisationRegistered
from fairfacts.programme import AttendeeAdmitted, SessionClosed
from fairfacts.streams import ViewerJoined
from fairfacts.venue import StandPlaced, VisitorEntered
from fairfacts.visits import VisitStarted

FIGURES = load_figures()


def counts(*events: Event) -> dict[str, int]:
    """Return what is counted, without what is not."""
    counting = Counting()
    counting.hear([STARTED, *events])
    return {rule: count for rule, count in counting.counts().items() if count}


def held(session: int, kind: str, mode: str = "on_site", *, counted: bool = True) -> Event:
    return SessionClosed(DAY, session, kind, mode, counted, 0, 0)  # type: ignore[arg-type]


def registered(organisation: int, *, exhibits: bool = False) -> Event:
    return OrganisationRegistered(0, organisation, "enterprise", "CN", 2, "finance", 5, exhibits)


def requested(economy: str, exhibitor_economy: str, attempt: int = 1) -> Event:
    overseas = (economy, exhibitor_economy) != ("CN", "CN")
    return NegotiationRequested(DAY, 0, 1, economy, 2, exhibitor_economy, overseas, 0, "finance", attempt)


def test_sessions_are_counted_with_and_without_evening_events_and_summit():
    found = counts(held(0, "summit", "online", counted=False), held(1, "evening"), held(2, "industry_promotion"))
    assert found == {
        "sessions.counted": 2,
        "sessions.without_evening": 1,
        "sessions.with_summit": 3,
        "industry_forums.with_promotions": 1,
        "online_sessions.online_only": 1,
        "online_sessions.with_hybrid": 1,
    }


def test_hybrid_sessions_are_online_or_not():
    found = counts(held(0, "foreign_day", "hybrid"), held(1, "foreign_day", "online"), held(2, "foreign_day"))
    assert (found["online_sessions.online_only"], found["online_sessions.with_hybrid"]) == (1, 2)


def test_organisations_are_registered_seen_or_exhibiting():
    found = counts(
        *(registered(number, exhibits=number == 0) for number in range(6)),
        StandPlaced(0, 1, "CN", 0, "comprehensive"),
        VisitStarted(DAY, 0, 2, "CN", "website", 1),
        VisitorEntered(DAY, 0, 3, "CN", 0, 0, 0),
        AttendeeAdmitted(DAY, 0, 3, "CN", None),
        ViewerJoined(DAY, 0, 0, 4, "CN", "website"),
    )
    assert {rule: found[f"organisations.{rule}"] for rule in ("registered", "attending", "on_site", "exhibiting")} == {
        "registered": 6,
        "attending": 3,
        "on_site": 1,
        "exhibiting": 2,
    }
    assert found["organisations.taking_part"] == 5


def test_visits_are_not_visitors():
    entries = [VisitorEntered(DAY + day * 24 * HOUR, visitor, 3, "CN", 0, 0, 0) for day in (0, 1) for visitor in (0, 1)]
    found = counts(*entries, VisitStarted(DAY, 0, 3, "CN", "website", 1))
    assert (found["visitors.entries"], found["visitors.people"], found["visitors.visits"]) == (4, 2, 1)


def test_negotiations_are_overseas_by_either_party_by_the_requester_or_by_both():
    abroad = requested("DE", "CN", attempt=2), requested("DE", "SG")
    found = counts(requested("CN", "CN"), requested("CN", "DE"), *abroad)
    assert {rule: count for rule, count in found.items() if rule.startswith(("neg", "over"))} == {
        "negotiations.initiated": 4,
        "negotiations.wishes": 3,
        "overseas_negotiations.either_party": 3,
        "overseas_negotiations.requester": 2,
        "overseas_negotiations.exhibitor": 2,
        "overseas_negotiations.both": 1,
    }


def test_rule_of_the_documents_counts_what_the_measure_of_the_figure_does():
    counting = Counting()
    counting.hear(GOLDEN)
    snapshot = after(*GOLDEN).snapshot()
    own = {rule.figure: counting.counts()[name] for name, rule in RULES.items() if rule.reported}
    assert own == {figure: value_at(snapshot, COUNTERPARTS[figure].measure) for figure in own}
    assert sum(own.values()) > 0


def test_every_headline_with_a_figure_has_one_rule_of_the_documents():
    figures = {rule.figure for rule in RULES.values() if rule.figure}
    reported = [rule.figure for rule in RULES.values() if rule.reported]
    assert sorted(reported) == sorted(figures)


def test_count_stands_beside_the_figure_at_the_scale_of_the_run():
    told = counted({"negotiations.held": 11_000, "visitors.people": 3}, ["negotiations.held", "visitors.people"],
                   FIGURES, 0.1)  # fmt: skip
    assert [(row.reported, row.ratio) for row in told] == [(55_000.0, 0.2), (None, None)]


def test_headline_stands_for_all_of_its_rules_and_nothing_for_all():
    assert chosen(["visitors.people", "visitors"]) == ["visitors.people", "visitors.entries", "visitors.visits"]
    assert chosen([]) == list(RULES)


@pytest.mark.parametrize(
    ("asked", "remedy"), [("sessions.without_evenings", "sessions.without_evening"), ("visitor", "visitors")]
)
def test_unknown_rule_is_refused_with_the_nearest(asked: str, remedy: str):
    with pytest.raises(FigureError) as refused:
        chosen([asked])
    assert str(refused.value) == f"--rule {asked}: is no rule; did you mean {remedy}? (fair count --help)"
