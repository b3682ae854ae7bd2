"""Results and releases: what is lawful by a hair, and what is not."""

from __future__ import annotations

import msgspec
import pytest
from tests.fairfacts.laws.breaking import broken
from tests.fairfacts.laws.test_programme import FORUM, OPENED, TEN
from tests.fairfacts.stories import HOUR
from tests.fairfacts.test_auditor import BAKER, BANK, STORY

from fairfacts.auditor import Auditor
from fairfacts.event import Event
from fairfacts.parts.results import ReleasePublished, ReportReleased, ResultAnnounced, ResultSigned


def announced(result: int = 0, occasion: str = "henan") -> ResultAnnounced:
    return ResultAnnounced(at_ms=TEN, result=result, occasion=occasion, sector="finance", value=5, currency="USD")


def signed(result: int = 0, place: str = "", **said: object) -> ResultSigned:
    how = {"mode": "on_site", "place": place, "took_ms": 5} if place else {"mode": "online", "place": "", "took_ms": 0}
    return ResultSigned(**msgspec.structs.asdict(announced(result)) | how | said)


def released(release: int = 0, organisation: int = BANK, economy: str = "CN", sector: str = "finance") -> Event:
    return ReleasePublished(
        at_ms=HOUR, release=release, organisation=organisation, economy=economy, sector=sector, kind="result"
    )


def reported(report: int) -> ReportReleased:
    return ReportReleased(at_ms=HOUR, report=report, kind="report", sector="finance")


def test_results_are_numbered_on_as_they_are_announced():
    assert broken(announced(0), announced(1), announced(2)) == {}
    assert broken(announced(1)) == {"result.sequence": 1}
    assert broken(announced(0), announced(2), announced(3)) == {"result.sequence": 1}


def test_results_of_an_occasion_that_the_fair_has_are_announced_together():
    assert broken(announced(occasion="picnic")) == {"result.occasion": 1}
    before = msgspec.structs.replace(announced(), at_ms=0)
    auditor = Auditor()
    auditor.handle([*STORY[:4], before, STORY[4], announced(1)])
    assert dict(auditor.broken) == {"result.occasion": 1}


@pytest.mark.parametrize("wrong", [{"occasion": "teda"}, {"sector": "other"}, {"value": 6}, {"currency": "CNY"}])
def test_a_result_is_signed_once_as_it_was_announced(wrong: dict[str, object]):
    assert broken(announced(), signed()) == {}
    assert broken(announced(), signed(), signed()) == {"result.announced": 1}
    assert broken(signed()) == {"result.announced": 1}
    assert broken(announced(), signed(**wrong)) == {"result.announced": 1}


def test_a_result_is_signed_in_a_room_while_a_session_is_open_there():
    assert broken(FORUM, announced(), signed(place="table 1")) == {}
    assert broken(FORUM, OPENED, announced(), signed(place="room 1")) == {}
    assert broken(FORUM, announced(), signed(place="room 1")) == {"result.room": 1}


def test_what_is_signed_on_site_takes_time_at_a_place_that_is_free():
    assert broken(announced(), signed(mode="on_site")) == {"signing.place": 1}
    assert broken(announced(), signed(took_ms=1)) == {"signing.place": 1}
    assert broken(announced(), signed(place="table 1", took_ms=0)) == {"signing.place": 1}
    two = (announced(0), announced(1), signed(place="table 1"))
    assert broken(*two, signed(1, "table 1", at_ms=TEN + 5)) == {}
    assert broken(*two, signed(1, "table 1", at_ms=TEN + 4)) == {"signing.slot": 1}
    assert broken(*two, signed(1, "table 2", at_ms=TEN)) == {}


def test_an_exhibitor_releases_once_in_its_sector():
    assert broken(released()) == {}
    assert broken(released(), released(1)) == {"release.once": 1}
    assert broken(released(sector="other")) == {"release.exhibitor": 1}
    assert broken(released(organisation=BAKER, economy="SG", sector="other")) == {"release.exhibitor": 1}
    assert broken(released(economy="SG")) == {"organisation.registered": 1}


def test_releases_and_reports_are_numbered_on():
    assert broken(released(1)) == {"release.sequence": 1}
    assert broken(released(0), released(1, BAKER, "SG", "other")) == {"release.exhibitor": 1}
    assert broken(released(0), released(2, BAKER, "SG", "other")) == {"release.exhibitor": 1, "release.sequence": 1}
    assert broken(*map(reported, (0, 1, 2))) == {}
    assert broken(*map(reported, (0, 2, 3))) == {"report.sequence": 1}
