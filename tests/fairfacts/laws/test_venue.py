"""The halls: what is lawful by a hair, and what is not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.fairfacts.laws.test_programme import FORUM, OPENED, TEN, broken
from tests.fairfacts.stories import DAY, HOUR, MINUTE, STARTED
from tests.fairfacts.test_auditor import BAKER, BANK, STORY

from fairfacts.auditor import Auditor
from fairfacts.event import Event
from fairfacts.parts.fairs import Badge
from fairfacts.parts.programme import AttendeeAdmitted
from fairfacts.parts.venue.events import (
    EntryBookedOut,
    GatesClosed,
    LanesChanged,
    StandPlaced,
    TicketsSold,
    VenueClosed,
    VenueOpened,
    VisitorEntered,
    VisitorLeft,
    VisitorMoved,
    VisitorRefused,
    ZoneLaidOut,
    ZonesCounted,
)

NINE, FOUR, FIVE = 9 * HOUR, 16 * HOUR, 17 * HOUR
HALL = ZoneLaidOut(at_ms=0, zone=0, kind="comprehensive", name="hall", net_m2=1)
HALLS = VenueOpened(at_ms=NINE, cap=3, lanes=(1, 1), last_entry_ms=FOUR, closes_ms=FIVE)
BADGES = (Badge("delegate", {}), Badge("media", {}), Badge("public", {}, registers=False))


def broken_with_badges(*events: Event) -> dict[str, int]:
    """Return the laws that events break after the opening of a fair with three badges."""
    started = msgspec.structs.replace(STARTED, fair=msgspec.structs.replace(STARTED.description, badges=BADGES))
    auditor = Auditor()
    auditor.handle([started, *STORY[1:5], *events])
    return dict(auditor.broken)


def enters(visitor: int = 0, at_ms: int = TEN, checked_ms: int = 10, **said: Any) -> VisitorEntered:
    told = {"organisation": BANK, "economy": "CN", "gate": 0, "waited_ms": 0} | said
    return VisitorEntered(at_ms=at_ms, visitor=visitor, checked_ms=checked_ms, **told)


def leaves(at_ms: int = TEN + HOUR, **said: Any) -> VisitorLeft:
    told = {"visitor": 0, "organisation": BANK, "economy": "CN", "stayed_ms": at_ms - TEN} | said
    return VisitorLeft(at_ms=at_ms, **told)


def refused(reason: str = "full", at_ms: int = TEN, **said: Any) -> VisitorRefused:
    told = {"organisation": BANK, "economy": "CN", "gate": 0, "waited_ms": 0, "returns": False} | said
    return VisitorRefused(at_ms=at_ms, reason=reason, **told)  # type: ignore[arg-type]


def counted(*inside: int, at_ms: int = NINE, waiting: tuple[int, ...] = (0, 0), in_sessions: int = 0) -> ZonesCounted:
    return ZonesCounted(at_ms=at_ms, inside=inside, waiting=waiting, in_sessions=in_sessions)


def test_zones_are_numbered_on_and_have_space():
    other = msgspec.structs.replace(HALL, zone=1)
    assert broken(HALL, other, msgspec.structs.replace(HALL, zone=2)) == {}
    assert broken(other, msgspec.structs.replace(HALL, zone=2)) == {"zone.sequence": 1}
    assert broken(msgspec.structs.replace(HALL, net_m2=0)) == {"zone.space": 1}
    assert broken(msgspec.structs.replace(HALL, kind="moon")) == {"zone.kind": 1}


def test_an_exhibitor_has_one_stand_in_a_zone_of_its_kind():
    stand = StandPlaced(at_ms=0, organisation=BANK, economy="CN", zone=0, kind="comprehensive")
    assert broken(HALL, stand) == {}
    assert broken(HALL, stand, stand) == {"stand.exhibitor": 1}
    assert broken(HALL, msgspec.structs.replace(stand, kind="special")) == {"stand.zone": 1}
    assert broken(HALL, msgspec.structs.replace(stand, zone=1)) == {"stand.zone": 1}
    assert broken(HALL, msgspec.structs.replace(stand, economy="SG")) == {"organisation.registered": 1}
    baker = msgspec.structs.replace(stand, organisation=BAKER, economy="SG")
    assert broken(HALL, baker) == {"stand.exhibitor": 1}


@pytest.mark.parametrize(
    "wrong", [{"last_entry_ms": NINE}, {"closes_ms": FOUR}, {"lanes": (1, 0)}], ids=["entry", "close", "lanes"]
)
def test_closed_halls_open_with_lanes_for_times_in_order(wrong: dict[str, Any]):
    assert broken(HALLS) == {}
    assert broken(HALLS, HALLS) == {"venue.opens": 1}
    assert broken(msgspec.structs.replace(HALLS, **wrong)) == {"venue.opens": 1}
    assert broken(msgspec.structs.replace(HALLS, last_entry_ms=NINE + 1, closes_ms=NINE + 2)) == {}


def test_lanes_change_at_gates_that_there_are():
    def changed(gate: int, lanes: int = 2) -> LanesChanged:
        return LanesChanged(at_ms=NINE, gate=gate, lanes=lanes)

    assert broken(HALLS, changed(0), changed(1)) == {}
    assert broken(HALLS, changed(2)) == {"gate.there": 1}
    assert broken(changed(2)) == {}  # of halls that are closed nobody knows the gates


def moves(at_ms: int, gate: int = 0, to_gate: int = 1, waited_ms: int = MINUTE) -> VisitorMoved:
    return VisitorMoved(at_ms=at_ms, organisation=BANK, economy="CN", gate=gate, to_gate=to_gate, waited_ms=waited_ms)


def day_of_moves(*events: Event) -> dict[str, int]:
    """Return the laws that are broken on a day of halls whose first gate closes at ten."""
    log = sorted([HALLS, LanesChanged(at_ms=TEN, gate=0, lanes=0), *events], key=lambda event: event.at_ms)
    end = [GatesClosed(at_ms=FOUR), VenueClosed(at_ms=FIVE, entered=0)]
    return {law: count for law, count in broken(HALL, *log, *end).items() if law.startswith("gate.")}


def test_a_visitor_moves_from_a_closed_gate_to_the_end_of_the_queue_of_an_open_one():
    first = enters(0, TEN + 20, gate=1, waited_ms=HOUR, checked_ms=10)
    joined = enters(1, TEN + 30, gate=1, waited_ms=20 + MINUTE, checked_ms=10)  # came before the first, is behind
    early = msgspec.structs.replace(first, waited_ms=10)
    assert day_of_moves(moves(TEN), early, joined) == {}
    assert day_of_moves(moves(TEN), msgspec.structs.replace(joined, at_ms=TEN + 20), early) != {}
    assert day_of_moves(early, joined) == {"gate.turn": 1}
    assert day_of_moves(moves(TEN), early) == {"gate.moves": 1}
    assert day_of_moves(moves(TEN), early, msgspec.structs.replace(joined, gate=0)) != {}
    too_early = msgspec.structs.replace(joined, waited_ms=21 + MINUTE)
    before = msgspec.structs.replace(early, waited_ms=12)
    assert day_of_moves(moves(TEN - 1), before, too_early) == {"gate.moves": 1}  # the gate was open then
    assert day_of_moves(moves(TEN, to_gate=2), early)["gate.there"] == 1


def test_tickets_are_sold_once_a_day_to_those_who_want_them():
    def sold(at_ms: int, sold: int = 2, wanted: int = 2, badge: str = "public") -> TicketsSold:
        return TicketsSold(at_ms=at_ms, badge=badge, sold=sold, wanted=wanted)

    assert broken_with_badges(sold(HOUR), sold(23 * HOUR), sold(23 * HOUR, badge="media")) == {}
    assert broken_with_badges(sold(HOUR), sold(23 * HOUR - 1)) == {"tickets.sold": 1}
    assert broken_with_badges(sold(HOUR, sold=3)) == {"tickets.sold": 1}
    assert broken_with_badges(sold(HOUR, badge="vip")) == {"badge.key": 1}


def test_a_visitor_is_checked_between_opening_and_last_entry():
    assert broken(HALLS, enters(at_ms=NINE + 10)) == {}
    assert broken(HALLS, enters(at_ms=NINE + 9)) == {"visitor.checked": 1}
    assert broken(HALLS, enters(at_ms=FOUR + 10)) == {}
    assert broken(HALLS, enters(at_ms=FOUR + 11)) == {"visitor.checked": 1}
    assert broken(HALLS, enters(checked_ms=0)) == {"visitor.checked": 1}
    assert broken(enters()) == {"visitor.checked": 1}


def test_as_many_are_inside_as_the_cap_allows_at_gates_that_there_are():
    three = [enters(visitor, TEN + visitor * 10, gate=visitor % 2) for visitor in range(3)]
    assert broken(HALLS, *three) == {}
    assert broken(HALLS, *three, enters(3, TEN + 30)) == {"venue.cap": 1}
    assert broken(HALLS, enters(gate=1)) == {}
    assert broken(HALLS, enters(gate=2)) == {"gate.there": 1}


def test_a_visitor_keeps_number_and_badge():
    again = {"at_ms": TEN + 2 * HOUR}
    assert broken(HALLS, enters(), leaves(), enters(**again)) == {}
    assert broken(HALLS, enters(), enters(at_ms=TEN + 10)) == {"visitor.once": 1}
    assert broken(HALLS, enters(1)) == {"visitor.sequence": 1}
    assert broken(HALLS, enters(0), enters(1, TEN + 10), enters(2, TEN + 20)) == {}
    assert broken_with_badges(HALLS, enters(), leaves(), enters(**again, badge="media")) == {"visitor.same": 1}
    assert broken(HALLS, enters(delegate=1), enters(1, TEN + 10, delegate=2)) == {}
    assert broken(HALLS, enters(delegate=1), enters(1, TEN + 10, delegate=1)) == {"visitor.same": 1}
    assert broken(HALLS, enters(economy="SG")) == {"organisation.registered": 1}
    assert broken(HALLS, enters(organisation=None, economy="FR")) == {}
    stranger = EntryBookedOut(at_ms=TEN, organisation=BANK, economy="SG")
    assert broken(stranger) == {"organisation.registered": 1}


def test_a_visitor_has_a_badge_of_the_fair_as_its_holders_are():
    public: dict[str, Any] = {"organisation": None, "economy": "FR", "badge": "public"}
    assert broken_with_badges(HALLS, enters(badge="media"), enters(1, TEN + 10, **public)) == {}
    assert broken_with_badges(HALLS, enters()) == {}  # logs from before badges
    assert broken_with_badges(HALLS, enters(badge="vip")) == {"badge.key": 1}
    assert broken_with_badges(HALLS, enters(**public | {"badge": "media"})) == {"badge.key": 1}
    assert broken_with_badges(HALLS, enters(badge="public")) == {"badge.key": 1}


def test_a_visitor_is_refused_as_full_when_all_places_are_taken_or_in_a_lane():
    one = enters()
    assert broken(HALLS, one, refused(at_ms=TEN)) == {}  # and one in each lane
    assert broken(HALLS, refused()) == {"visitor.full": 1}
    assert broken(HALLS, one, refused(waited_ms=1)) == {"visitor.full": 1}
    assert broken(refused(at_ms=HOUR)) == {}
    assert broken(HALLS, one, refused(gate=2)) == {"gate.there": 1}
    assert broken(HALLS, one, refused(economy="SG")) == {"organisation.registered": 1}


def test_a_visitor_is_late_from_last_entry_on_for_good():
    assert broken(HALLS, refused("late", FOUR)) == {}
    assert broken(HALLS, refused("late", FOUR - 1)) == {"visitor.late": 1}
    assert broken(HALLS, refused("late", FOUR, returns=True)) == {"visitor.late": 1}
    assert broken(refused("late", FOUR)) == {}
    assert broken(refused("late", FOUR, waited_ms=1)) == {"visitor.late": 1}


def test_a_visitor_leaves_once_and_says_how_long_it_stayed():
    assert broken(HALLS, enters(), leaves()) == {}
    assert broken(HALLS, enters(), leaves(stayed_ms=HOUR - 1)) == {"visitor.stayed": 1}
    assert broken(HALLS, enters(), leaves(TEN)) == {"visitor.stayed": 1}
    assert broken(HALLS, enters(), leaves(organisation=BAKER)) == {"visitor.left": 1}
    assert broken(HALLS, enters(), leaves(economy="SG")) == {"visitor.left": 1}
    assert broken(HALLS, enters(), leaves(), leaves()) == {"visitor.left": 1}


def test_whoever_attends_from_the_halls_is_inside():
    def attends(**said: Any) -> AttendeeAdmitted:
        told = {"organisation": BANK, "economy": "CN", "visitor": 0} | said
        return AttendeeAdmitted(at_ms=TEN, session=0, **told)

    inside = (FORUM, HALLS, enters(), OPENED)
    assert broken(*inside, attends()) == {}
    assert broken(*inside, attends(visitor=None)) == {}
    assert broken(*inside, attends(visitor=1)) == {"visitor.attends": 1}
    assert broken(*inside, attends(organisation=BAKER, economy="SG")) == {"visitor.attends": 1}


def test_people_are_counted_in_every_zone_and_session_at_every_gate_minute_by_minute():
    assert broken(HALL, HALLS, counted(0), counted(0, at_ms=NINE + MINUTE)) == {}
    assert broken(HALL, HALLS, counted(0, at_ms=NINE + 1)) == {"count.minute": 1}
    assert broken(HALL, HALLS, counted(0), counted(0)) == {"count.minute": 1}
    assert broken(HALL, counted(0)) == {"count.minute": 1}
    assert broken(HALL, HALLS, counted()) == {"count.inside": 1}
    assert broken(HALL, HALLS, counted(1)) == {"count.inside": 1}
    assert broken(HALL, HALLS, counted(0, waiting=(0,))) == {"count.waiting": 1}
    inside = (HALL, HALLS, counted(0), enters(at_ms=NINE + 10))
    assert broken(*inside, counted(0, at_ms=NINE + MINUTE, in_sessions=1)) == {}
    assert broken(*inside, counted(1, at_ms=NINE + MINUTE, in_sessions=1)) == {"count.inside": 1}


def short_day(*, closes: int = 0, gates: int = 0, entered: int = 0, stays: bool = False) -> list[Event]:
    """Return two minutes of halls that open at nine, whose gates close after one; the numbers are faults."""
    halls = msgspec.structs.replace(HALLS, last_entry_ms=NINE + MINUTE, closes_ms=NINE + 2 * MINUTE)
    inside = [enters(at_ms=NINE + 10)] if stays else []
    return [
        HALL,
        halls,
        *inside,
        *(counted(len(inside) if minute else 0, at_ms=NINE + minute * MINUTE) for minute in range(2) if not inside),
        GatesClosed(NINE + MINUTE + gates),
        *([] if inside else [counted(0, at_ms=NINE + 2 * MINUTE)]),
        VenueClosed(at_ms=NINE + 2 * MINUTE + closes, entered=entered),
    ]


def test_gates_close_at_last_entry_and_halls_at_their_time_when_all_have_left():
    assert broken(*short_day()) == {}
    assert broken(*short_day(gates=1)) == {"gates.close": 1}
    assert broken(*short_day(closes=1)) == {"venue.closes": 1}
    assert broken(*short_day(entered=1)) == {"venue.entered": 1}
    assert broken(*short_day(stays=True, entered=1)) == {"venue.closes": 1, "count.minute": 1}
    without_gates = [event for event in short_day() if not isinstance(event, GatesClosed)]
    assert broken(*without_gates) == {"gates.close": 1}
    assert broken(GatesClosed(DAY)) == {"gates.close": 1}
    assert broken(VenueClosed(at_ms=DAY, entered=0)) == {"venue.closes": 1}
