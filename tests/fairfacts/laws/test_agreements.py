"""Agreements, disruptions, notices, the register and projects: what is lawful by a hair, and what is not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.fairfacts.laws.test_negotiations import ONE, VISIT, asks, ended, taken_up
from tests.fairfacts.laws.test_programme import broken
from tests.fairfacts.stories import HOUR, MINUTE
from tests.fairfacts.test_auditor import ASKS, BAKER, BANK, STORY

from fairfacts.laws.flow import Flow, Little
from fairfacts.parts.agreements import AgreementDrafted, AgreementFellThrough, AgreementSigned
from fairfacts.parts.disruptions import BordersOpened, DisruptionBegun, DisruptionEnded, PlatformOutage
from fairfacts.parts.notices import NoticePublished
from fairfacts.parts.organisations import OrganisationRegistered
from fairfacts.parts.people import PersonRegistered
from fairfacts.parts.projects import ProjectPublished

INTENT = (VISIT, asks(), taken_up(), ended())
DRAFTED_MS = ONE + 2 * MINUTE
OF = {"negotiation": 0, "sector": "finance"} | ASKS


def drafted(**said: Any) -> AgreementDrafted:
    return AgreementDrafted(**(OF | {"at_ms": DRAFTED_MS, "drafting_ms": MINUTE, "value_usd": 5} | said))


def fell_through(**said: Any) -> AgreementFellThrough:
    return AgreementFellThrough(**(OF | {"at_ms": DRAFTED_MS, "drafting_ms": MINUTE} | said))


def signed(**said: Any) -> AgreementSigned:
    online = {"mode": "online", "place": "", "took_ms": 0, "value_usd": 5}
    return AgreementSigned(**(OF | online | {"at_ms": DRAFTED_MS + 1, "waited_ms": 1} | said))


def test_an_intent_is_drafted_or_falls_through_once():
    assert broken(*INTENT, drafted()) == {}
    assert broken(*INTENT, fell_through()) == {}
    assert broken(*INTENT, fell_through(), drafted()) == {"agreement.intent": 1}
    assert broken(drafted()) == {"agreement.intent": 1}
    no_deal = msgspec.structs.replace(ended(), outcome="no_deal")
    assert broken(*INTENT[:3], no_deal, drafted()) == {"agreement.intent": 1}


def test_a_draft_is_of_the_parties_in_the_sector_takes_time_and_has_a_value():
    assert broken(*INTENT, drafted(at_ms=ONE + MINUTE + 1, drafting_ms=1)) == {}
    assert broken(*INTENT, drafted(at_ms=ONE + MINUTE, drafting_ms=0)) == {"agreement.drafting": 1}
    assert broken(*INTENT, drafted(drafting_ms=1)) == {"agreement.drafting": 1}
    assert broken(*INTENT, drafted(sector="other")) == {"agreement.sector": 1}
    assert broken(*INTENT, drafted(economy="DE")) == {"agreement.parties": 1}
    assert broken(*INTENT, drafted(value_usd=1)) == {}
    assert broken(*INTENT, drafted(value_usd=0)) == {"agreement.value": 1}


def test_an_agreement_is_signed_once_as_it_was_drafted_after_some_time():
    lawful = (*INTENT, drafted())
    assert broken(*lawful, signed()) == {}
    assert broken(*lawful, signed(), signed()) == {"agreement.drafted": 1}
    assert broken(*INTENT, signed()) == {"agreement.drafted": 1}
    assert broken(*lawful, signed(value_usd=6)) == {"agreement.drafted": 1}
    assert broken(*lawful, signed(at_ms=DRAFTED_MS, waited_ms=0)) == {"agreement.waited": 1}
    assert broken(*lawful, signed(waited_ms=2)) == {"agreement.waited": 1}
    assert broken(*lawful, signed(economy="DE")) == {"agreement.parties": 1}
    assert broken(*lawful, signed(sector="other")) == {"agreement.sector": 1}
    on_site = {"mode": "on_site", "place": "table 1", "took_ms": 1}
    assert broken(*lawful, signed(**on_site)) == {"agreement.overseas": 1}


def begun(disruption: int = 0, *, lasts_min: float | None = 1) -> DisruptionBegun:
    what = BordersOpened(overseas_share=0.5) if lasts_min is None else PlatformOutage(lasts_min=lasts_min)
    return DisruptionBegun(at_ms=ONE, disruption=disruption, cause="injected", what=what)


def over(of: DisruptionBegun, lasted_ms: int = MINUTE, **said: Any) -> DisruptionEnded:
    told = {"at_ms": ONE + lasted_ms, "disruption": of.disruption, "what": of.what, "lasted_ms": lasted_ms} | said
    return DisruptionEnded(**told)


def test_a_disruption_ends_once_as_it_began_after_its_time():
    assert broken(begun(), over(begun())) == {}
    assert broken(begun(), over(begun(), MINUTE - 1)) == {"disruption.lasted": 1}
    assert broken(begun(), over(begun(), at_ms=ONE + 1)) == {"disruption.lasted": 1}
    assert broken(begun(), over(begun(), what=PlatformOutage(lasts_min=1, capacity_share=0.5))) == {
        "disruption.ends": 1
    }
    assert broken(begun(), over(begun()), over(begun())) == {"disruption.ends": 1}
    assert broken(begun(0), begun(1)) == {}
    assert broken(begun(1)) == {"disruption.sequence": 1}


def test_notices_are_numbered_on_and_of_a_disruption_that_has_begun():
    def notice(number: int, disruption: int | None = None) -> NoticePublished:
        return NoticePublished(
            at_ms=ONE, notice=number, about="platform_outage", over=False, text="It is down.", disruption=disruption
        )

    assert broken(begun(), notice(0, 0), notice(1), notice(2)) == {}
    assert broken(begun(), notice(0), notice(2), notice(3)) == {"notice.sequence": 1}
    assert broken(begun(), notice(0, 1)) == {"notice.disruption": 1}


def test_organisations_are_numbered_on_of_a_known_kind_with_one_rank_for_an_economy():
    (bank, *_) = (event for event in STORY if isinstance(event, OrganisationRegistered))
    third = msgspec.structs.replace(bank, organisation=2, at_ms=ONE)
    assert broken(third) == {}
    assert broken(msgspec.structs.replace(third, delegates=1)) == {}
    assert broken(msgspec.structs.replace(third, delegates=0)) == {"organisation.delegates": 1}
    assert broken(msgspec.structs.replace(third, organisation=3)) == {"organisation.sequence": 1}
    assert broken(msgspec.structs.replace(third, kind="circus")) == {"organisation.kind": 1}
    assert broken(msgspec.structs.replace(third, economy_rank=3)) == {"organisation.rank": 1}
    assert broken(msgspec.structs.replace(third, economy="FR")) == {"organisation.rank": 1}
    assert broken(msgspec.structs.replace(third, economy="FR", economy_rank=3)) == {}


def test_delegates_are_numbered_on():
    def person(delegate: int, organisation: int = BAKER, economy: str = "SG") -> PersonRegistered:
        return PersonRegistered(at_ms=ONE, organisation=organisation, economy=economy, delegate=delegate)

    assert broken(person(1), person(2), person(3)) == {}
    assert broken(person(0)) == {"person.sequence": 1}
    assert broken(person(2), person(3)) == {"person.sequence": 1}
    assert broken(person(0), person(2)) == {"person.sequence": 1}
    assert broken(person(6, BANK, "CN")) == {}
    assert broken(person(1, economy="CN")) == {"organisation.registered": 1}
    assert broken(person(1, organisation=2)) == {"organisation.registered": 1}


def test_projects_are_numbered_on_and_of_exhibitors_in_their_sector():
    def project(number: int, **said: Any) -> ProjectPublished:
        told = {"organisation": BANK, "economy": "CN", "sector": "finance"} | said
        return ProjectPublished(at_ms=ONE, project=number, **told)

    assert broken(project(0), project(1), project(2)) == {}
    assert broken(project(0), project(2), project(3)) == {"project.sequence": 1}
    assert broken(project(0, sector="other")) == {"project.exhibitor": 1}
    assert broken(project(0, economy="SG")) == {"organisation.registered": 1}
    assert broken(project(0, organisation=BAKER, economy="SG", sector="other")) == {"project.exhibitor": 1}


def test_flow_adds_up_the_number_present_over_time():
    flow = Flow()
    flow.enter(10)
    flow.enter(20)
    flow.leave(50, 40)
    little = flow.little(100, [20])
    assert little == Little(came=2, present=1, counted=1, integral_ms=10 + 60 + 50, stays_ms=120, over_ms=100)
    assert (little.holds(), little.is_conserved()) == (True, True)


@pytest.mark.parametrize(
    ("said", "holds"),
    [({}, True), ({"stays_ms": 7_199_999}, False), ({"counted": 2}, False), ({"present": 0}, False)],
)
def test_account_of_a_flow_says_whether_it_holds(said: dict[str, int], holds: bool):
    facts = {"came": 2, "present": 1, "counted": 1, "integral_ms": 2 * HOUR, "stays_ms": 2 * HOUR, "over_ms": 4 * HOUR}
    plain = Little(**(facts | said)).plain()
    assert (plain["came"], plain["mean_number"], plain["came_per_h"], plain["holds"]) == (2, 0.5, 0.5, holds)
    assert plain["mean_stay_s"] == pytest.approx(3_600, abs=0.001)


def test_account_of_nobody_or_of_no_time_holds():
    nobody = {"came": 0, "present": 0, "counted": 0, "integral_ms": 0, "stays_ms": 0, "over_ms": 0}
    zeros = {"came": 0, "present": 0, "mean_number": 0.0, "came_per_h": 0.0, "mean_stay_s": 0.0, "holds": True}
    assert Little(**nobody).plain() == zeros
    assert Little(**(nobody | {"over_ms": HOUR})).plain() == zeros
    assert Little(**(nobody | {"came": 1, "present": 1, "counted": 1})).plain()["holds"] is True
    assert Little(**(nobody | {"stays_ms": 1})).plain()["holds"] is False
