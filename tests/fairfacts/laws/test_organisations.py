"""The register: what is lawful by a hair, and what is not; and keys that a fair does not have."""

from __future__ import annotations

import msgspec
from tests.fairfacts.laws.test_programme import FORUM, broken
from tests.fairfacts.laws.test_results import announced, reported
from tests.fairfacts.laws.test_streams import ON_AIR, joins
from tests.fairfacts.stories import HOUR, STARTED

from fairfacts.auditor import Auditor
from fairfacts.event import Event
from fairfacts.parts.fairs import NO_FAIR
from fairfacts.parts.organisations import MOST_DELEGATES, OrganisationRegistered
from fairfacts.parts.people import PersonRegistered
from fairfacts.parts.venue.events import EntryBookedOut
from fairsim.inputs.economies import economy_codes


def registers(**said: object) -> OrganisationRegistered:
    told = {"organisation": 2, "kind": "enterprise", "economy": "FR", "economy_rank": 3, "sector": "finance"}
    return OrganisationRegistered(**{"at_ms": HOUR, **told, "delegates": 1, "exhibits": True, **said})  # type: ignore[arg-type]


def test_an_organisation_registers_with_some_delegates_and_not_with_a_country_full():
    assert broken(registers()) == {}
    assert broken(registers(delegates=MOST_DELEGATES)) == {}
    assert broken(registers(delegates=MOST_DELEGATES + 1)) == {"organisation.delegates": 1}
    assert broken(registers(delegates=0)) == {"organisation.delegates": 1}
    later = PersonRegistered(at_ms=HOUR, organisation=2, economy="FR", delegate=MOST_DELEGATES)
    assert broken(registers(delegates=MOST_DELEGATES), later) == {}


def test_an_economy_has_a_code_whoever_is_of_it():
    assert broken(registers(economy="XK")) == {}
    assert broken(registers(economy="QQ")) == {"economy.code": 1}
    for economy, laws in (("FR", {}), ("QQ", {"economy.code": 1})):
        assert broken(EntryBookedOut(at_ms=HOUR, organisation=None, economy=economy)) == laws
        assert broken(*ON_AIR, joins(organisation=None, economy=economy)) == laws


def test_the_model_plays_economies_with_a_code():
    signed_up = [registers(organisation=2 + place, economy=code) for place, code in enumerate(economy_codes())]
    assert "economy.code" not in broken(*signed_up)


def test_a_sector_is_one_that_the_fair_has_whatever_is_of_it():
    def unknown(event: Event) -> dict[str, int]:
        return broken(msgspec.structs.replace(event, sector="quantum"))

    of_a_sector = (registers(), FORUM, announced(), reported(0))
    assert [unknown(event) for event in of_a_sector] == [{"sector.key": 1}] * len(of_a_sector)
    assert broken(msgspec.structs.replace(FORUM, sector="")) == {}


def test_a_fair_that_is_not_described_may_have_any_sector():
    auditor = Auditor()
    auditor.handle([msgspec.structs.replace(STARTED, fair=NO_FAIR), registers(organisation=0, sector="quantum")])
    assert auditor.broken == {}
