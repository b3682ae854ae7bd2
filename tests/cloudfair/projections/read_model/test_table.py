"""Tables of the read side, with the events of a few negotiations."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from cloudfair.projections.read_model.table import NEVER, Kind, Table, Tally, Words, counts_of
from fairfacts.parts.negotiations.events import NegotiationLapsed, NegotiationRequested


def table_of(*numbers: int) -> Table:
    """A table of negotiations with these numbers, requested a second apart; those of even numbers are overseas."""
    columns: dict[str, Kind] = {"sector": "word", "overseas": "flag", "waited_ms": "number"}
    table = Table(Words(), "negotiation", **columns, requested_ms="moment", lapsed_ms="moment")
    requests = [
        NegotiationRequested(
            at_ms=1_000 * place,
            negotiation=number,
            organisation=1,
            economy="DE",
            exhibitor=2,
            exhibitor_economy="CN",
            overseas=number % 2 == 0,
            visit=0,
            sector=f"sector {number % 3}",
            attempt=1,
        )
        for place, number in enumerate(numbers)
    ]
    for request in requests:  # one at a time: the columns grow under it
        table.add([request], "sector", "overseas", requested_ms="at_ms")
    return table


def lapse(table: Table, *numbers: int, at_ms: int = 9_000, waited_ms: int = 5) -> None:
    table.update(
        [
            NegotiationLapsed(
                at_ms=at_ms,
                negotiation=number,
                organisation=1,
                economy="DE",
                exhibitor=2,
                exhibitor_economy="CN",
                overseas=True,
                waited_ms=waited_ms,
            )
            for number in numbers
        ],
        "lapsed_ms",
        "waited_ms",
    )


def test_row_holds_what_its_event_said() -> None:
    table = table_of(0, 1)
    assert table.shown(np.array([1]), "negotiation", "sector", "overseas", "requested_ms", "lapsed_ms") == [
        {"negotiation": 1, "sector": "sector 1", "overseas": False, "requested_ms": 1_000, "lapsed_ms": None}
    ]


@pytest.mark.parametrize("numbers", [(0, 1, 2, 3), (7, 3, 2**53 - 1, 0)], ids=["numbered in order", "in no order"])
def test_thing_is_found_by_its_number(numbers: tuple[int, ...]) -> None:
    table = table_of(*numbers)
    lapse(table, numbers[2], 99)
    assert [table.row(number) for number in (*numbers, 99)] == [0, 1, 2, 3, -1]
    assert table["lapsed_ms"].tolist() == [NEVER, NEVER, 9_000, NEVER]


def test_word_is_said_of_all_that_the_events_name() -> None:
    table = table_of(0, 1, 2)
    event = NegotiationLapsed(
        at_ms=9_000,
        negotiation=1,
        organisation=1,
        economy="DE",
        exhibitor=2,
        exhibitor_economy="CN",
        overseas=True,
        waited_ms=5,
    )
    table.update(
        [event, msgspec.structs.replace(event, negotiation=99)], "lapsed_ms", "overseas", words={"sector": "none"}
    )
    assert table.text("sector", np.arange(3)) == ["sector 0", "none", "sector 2"]
    assert table["overseas"].tolist() == [True, True, True]
    table.update([], "lapsed_ms", words={"sector": "all"})
    assert table.text("sector", np.arange(3)) == ["sector 0", "none", "sector 2"]


def test_what_is_said_again_changes_nothing() -> None:
    table = table_of(0, 1)
    lapse(table, 1, waited_ms=5)
    lapse(table, 1, 0, 0, at_ms=9_001, waited_ms=6)
    assert table["lapsed_ms"].tolist() == [9_001, 9_000]
    assert table["waited_ms"].tolist() == [6, 5]


def test_of_two_with_one_number_the_first_is_found() -> None:
    assert table_of(7, 7).row(7) == 0


def test_moment_that_has_not_come_is_not_shown() -> None:
    table = table_of(0)
    lapse(table, 0)
    assert [table.moments("lapsed_ms", np.array([0]), at_ms) for at_ms in (8_999, 9_000)] == [[None], [9_000]]


@pytest.mark.parametrize("falling", [False, True])
@pytest.mark.parametrize("by", [None, "sector", "requested_ms"])
@pytest.mark.parametrize("limit", [1, 7, 5_000])
def test_pages_together_are_the_whole_list(by: str | None, falling: bool, limit: int) -> None:
    numbers = range(3_000)
    table = Table(Words(), "negotiation", sector="word", overseas="flag", requested_ms="moment")
    events = [
        NegotiationRequested(
            at_ms=n,
            negotiation=n,
            organisation=1,
            economy="DE",
            exhibitor=2,
            exhibitor_economy="CN",
            overseas=n % 2 == 0,
            visit=0,
            sector=f"{n * 7 % 11}",
            attempt=1,
        )
        for n in numbers
    ]
    table.add(events, "sector", "overseas", requested_ms="at_ms")
    where, keys = table.is_("overseas", True), None if by is None else table[by].__getitem__
    rows, after = [], None
    while (page := table.page(where, limit, keys=keys, falling=falling, after=after)).size and len(rows) < 500:
        rows += page.tolist()
        after = (0 if keys is None else table[by][rows[-1]].item(), rows[-1])
    meant = [n for n in numbers if n % 2 == 0]
    if by is None:
        expected = meant[::-1] if falling else meant
    else:
        expected = sorted(meant, key=lambda n: -table[by][n] if falling else table[by][n])
    assert rows == expected[: len(rows)]
    assert len(rows) in (1_500, 500, 504)


def test_unknown_word_means_no_row() -> None:
    table = table_of(0, 1, 2)
    assert table.page(table.is_("sector", "sector 9"), 5).tolist() == []
    assert table.page([table.bears("sector", "OR 1")], 5).tolist() == [1]


@pytest.mark.parametrize("far", [0, 2**52])
def test_numbers_are_counted_however_large(far: int) -> None:
    values, wanted = np.array([far + 3, 1, far + 3, 7]), np.array([far + 3, 2, 7, far + 4])
    assert counts_of(values, wanted).tolist() == [2, 0, 1, 0]


def test_column_grows_wide_enough_for_its_numbers() -> None:
    table = Table(Words(), "stand", zone="number")
    for number, zone in ((1, 5), (2, 2**40), (3, 6)):
        table.append(1, {"stand": [number], "zone": [zone]})
    assert table["zone"].tolist() == [5, 2**40, 6]


def test_tally_knows_every_moment() -> None:
    tally = Tally()
    for at_ms, amount in ((0, 5), (61_000, 7), (61_000, 1)):
        tally.add(at_ms, amount)
    moments = (0, 60_999, 61_000)
    assert [(tally.count(at_ms), tally.amount(at_ms)) for at_ms in moments] == [(1, 5), (1, 5), (3, 13)]
    assert tally.per_minute(99_000) == {"0": 1, "1": 2}


def test_reference_is_a_number_from_0_on_or_none() -> None:
    table = Table(Words(), "session", organisation="reference")
    table.append(3, {"session": [0, 1, 2], "organisation": [0, -1, 7]})
    table.append(1, {"session": [3]})
    assert [row["organisation"] for row in table.shown(np.arange(4))] == [0, None, 7, None]
