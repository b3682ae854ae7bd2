"""Headlines under other definitions, from small stories."""

from __future__ import annotations

import pytest
from tests.fairfacts.stories import DAY, GOLDEN, HOUR, STARTED, after

from fairfacts.errors import FigureError
from fairfacts.event import Event
from fairfacts.evidence.counting import ANY_FAIR, Counting, Rule, chosen, counted
from fairfacts.evidence.folder import known_fair
from fairfacts.measures import value_at
from fairfacts.parts.negotiations.events import NegotiationRequested
from fairfacts.parts.organisations import OrganisationRegistered
from fairfacts.parts.programme import AttendeeAdmitted, SessionClosed
from fairfacts.parts.streams import ViewerJoined
from fairfacts.parts.venue.events import StandPlaced, VisitorEntered
from fairfacts.parts.visits import VisitStarted

KNOWN = known_fair("ciftis2020")
FIGURES, RULES = KNOWN.figures, {rule.name: rule for rule in KNOWN.rules}


def counts(*events: Event) -> dict[str, int]:
    """Return what is counted, without what is not."""
    counting = Counting(KNOWN.rules)
    counting.handle([STARTED, *events])
    return {rule: count for rule, count in counting.counts().items() if count}


def held(session: int, kind: str, mode: str = "on_site", *, counted: bool = True) -> Event:
    return SessionClosed(at_ms=DAY, session=session, kind=kind, mode=mode, counted=counted, attended=0, overran_ms=0)  # type: ignore[arg-type]


def registered(organisation: int, *, exhibits: bool = False) -> Event:
    return OrganisationRegistered(
        at_ms=0,
        organisation=organisation,
        kind="enterprise",
        economy="CN",
        economy_rank=2,
        sector="finance",
        delegates=5,
        exhibits=exhibits,
    )


def requested(economy: str, exhibitor_economy: str, attempt: int = 1) -> Event:
    overseas = (economy, exhibitor_economy) != ("CN", "CN")
    return NegotiationRequested(
        at_ms=DAY,
        negotiation=0,
        organisation=1,
        economy=economy,
        exhibitor=2,
        exhibitor_economy=exhibitor_economy,
        overseas=overseas,
        visit=0,
        sector="finance",
        attempt=attempt,
    )


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
        StandPlaced(at_ms=0, organisation=1, economy="CN", zone=0, kind="comprehensive"),
        VisitStarted(at_ms=DAY, visit=0, organisation=2, economy="CN", channel="website", attempt=1),
        VisitorEntered(at_ms=DAY, visitor=0, organisation=3, economy="CN", gate=0, waited_ms=0, checked_ms=0),
        AttendeeAdmitted(at_ms=DAY, session=0, organisation=3, economy="CN", visitor=None),
        ViewerJoined(at_ms=DAY, stream=0, viewer=0, organisation=4, economy="CN", channel="website"),
    )
    assert {rule: found[f"organisations.{rule}"] for rule in ("registered", "attending", "on_site", "exhibiting")} == {
        "registered": 6,
        "attending": 3,
        "on_site": 1,
        "exhibiting": 2,
    }
    assert found["organisations.taking_part"] == 5


def test_visits_are_not_visitors():
    entries = [
        VisitorEntered(
            at_ms=DAY + day * 24 * HOUR,
            visitor=visitor,
            organisation=3,
            economy="CN",
            gate=0,
            waited_ms=0,
            checked_ms=0,
        )
        for day in (0, 1)
        for visitor in (0, 1)
    ]
    found = counts(
        *entries, VisitStarted(at_ms=DAY, visit=0, organisation=3, economy="CN", channel="website", attempt=1)
    )
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
    counting = Counting(KNOWN.rules)
    counting.handle(GOLDEN)
    snapshot = after(*GOLDEN).snapshot()
    own = {rule.figure: counting.counts()[name] for name, rule in RULES.items() if rule.reported}
    assert own == {figure: value_at(snapshot, FIGURES[figure].measure) for figure in own}
    assert sum(own.values()) > 0


def test_every_headline_with_a_figure_has_one_rule_of_the_documents():
    figures = {rule.figure for rule in RULES.values() if rule.figure}
    reported = [rule.figure for rule in RULES.values() if rule.reported]
    assert sorted(reported) == sorted(figures)


def test_count_stands_beside_the_figure_at_the_scale_of_the_run():
    rules = [RULES["negotiations.held"], RULES["visitors.people"]]
    told = counted({"negotiations.held": 11_000, "visitors.people": 3}, rules, FIGURES, 0.1)
    assert [(row.reported, row.ratio) for row in told] == [(55_000.0, 0.2), (None, None)]


def test_headline_stands_for_all_of_its_rules_and_nothing_for_all():
    names = [rule.name for rule in chosen(["visitors.people", "visitors"], ANY_FAIR)]
    assert names == ["visitors.people", "visitors.entries", "visitors.visits"]
    assert chosen([], ANY_FAIR) == list(ANY_FAIR)
    assert chosen([], KNOWN.rules) == list(KNOWN.rules)


@pytest.mark.parametrize(
    ("asked", "remedy"), [("sessions.without_evenings", "sessions.without_evening"), ("visitor", "visitors")]
)
def test_unknown_rule_is_refused_with_the_nearest(asked: str, remedy: str):
    with pytest.raises(FigureError) as refused:
        chosen([asked], KNOWN.rules)
    assert str(refused.value) == f"--rule {asked}: is no rule; did you mean {remedy}? (fair count --help)"


def test_rule_that_counts_nothing_is_refused_with_the_nearest():
    with pytest.raises(FigureError) as refused:
        Counting([Rule("negotiations.heldd", {"en": "talks"})])
    assert str(refused.value) == (
        "rule negotiations.heldd: counts nothing; did you mean negotiations.held? (or give it sessions)"
    )


@pytest.mark.parametrize("rule", ANY_FAIR, ids=lambda rule: rule.name)
def test_rule_of_any_fair_says_in_each_language_what_it_counts(rule):
    assert set(rule.meaning) == {"en", "zh"}
