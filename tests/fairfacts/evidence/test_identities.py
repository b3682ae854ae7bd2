"""What must hold among the figures themselves, within their rounding."""

from __future__ import annotations

import msgspec
import pytest

from fairfacts.evidence.figures import Figure
from fairfacts.evidence.folder import known_fair
from fairfacts.evidence.identities import Check, Range, audit

KNOWN = known_fair("ciftis2020")
FIGURES, IDENTITIES = KNOWN.figures, KNOWN.identities


def changed(**values: float | str) -> dict[str, Figure]:
    """The documented figures, some with another value; a dot in a name is written __."""
    figures = dict(FIGURES)
    for name, value in values.items():
        figure = name.replace("__", ".")
        figures[figure] = msgspec.structs.replace(figures[figure], value=value)
    return figures


def check(figures: dict[str, Figure], name: str) -> Check:
    return next(check for check in audit(figures, IDENTITIES) if check.name == name)


def test_every_identity_speaks_of_documented_figures():
    names = [figure for identity in IDENTITIES for figure in (*identity.terms, identity.whole)]
    assert [name for name in names if name not in FIGURES] == []


def test_documented_figures_hold_together_and_misreadings_do_not():
    found = {check.name: check.finding for check in audit(FIGURES, IDENTITIES)}
    misread = [name for name, finding in found.items() if finding == "misreading"]
    assert misread == [identity.name for identity in IDENTITIES if identity.misreading]
    assert set(found.values()) == {"holds", "misreading"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sessions by kind, as reported", "4 + 134 + 29 + 18 + 5 = 190"),
        ("industry forums and promotion sessions", "116 + 18 = 134"),
        ("overseas share of the negotiations", "145,000 / 550,000 = 0.2636, which is printed as 0.264"),
        ("international share of the comprehensive zone", "0.423 of 227 is 96"),
        ("named kinds of organisation", "33 + 68 + 110 + 199 <= 22,000"),
        ("reading: meetings are held online or streamed", "32 + 173 = 205, not 190"),
        ("reading: more forums were held than planned", "116, not 134"),
    ],
)
def test_identity_is_said_in_numbers(name: str, said: str):
    found = check(FIGURES, name)
    assert found.said == said
    assert found.values == tuple(FIGURES[figure].value for figure in found.figures)


@pytest.mark.parametrize(
    ("figures", "name", "said", "remedy"),
    [
        (
            changed(sessions__total=200.0),
            "sessions by kind, as reported",
            "4 + 134 + 29 + 18 + 5 = 190, not 200",
            "it would hold if sessions.total were 190, or one of the others 10 more",
        ),
        (
            changed(negotiations__initiated_overseas=150_000.0),
            "overseas share of the negotiations",
            "150,000 / 550,000 = 0.2727, not 0.264",
            "it would hold if negotiations.overseas_share were 0.273, or negotiations.initiated_overseas 145,200",
        ),
        (
            changed(zone__comprehensive__international_share=0.425),
            "international share of the comprehensive zone",
            "0.425 of 227 is no whole number (96 is nearest)",
            "96 of them would be printed as 0.423",
        ),
        (
            changed(organisations__at_opening=24_000.0),
            "growth of the register",
            "24,000 > 22,000",
            "the part exceeds the whole by 2,000",
        ),
        (
            changed(summit__starts="2020-09-05T20:00+08:00"),
            "the opening summit",
            "2020-09-05 is not 2020-09-04",
            "one of the two days is wrong",
        ),
        (
            changed(negotiations__initiated=0.0),
            "overseas share of the negotiations",
            "145,000 / 0",
            "negotiations.initiated is not 0",
        ),
    ],
)
def test_contradiction_is_named_and_explained(figures: dict[str, Figure], name: str, said: str, remedy: str):
    found = check(figures, name)
    assert (found.finding, found.said) == ("contradiction", said)
    assert found.because.endswith(f"; {remedy}")


def test_rounded_numbers_agree_within_their_rounding():
    # 550,000 and 145,000 may be 545,001 and 145,499: a share of 0.267
    assert check(changed(negotiations__overseas_share=0.2665), "overseas share of the negotiations").finding == "holds"
    found = check(changed(negotiations__overseas_share=0.268), "overseas share of the negotiations")
    assert found.finding == "contradiction"


def test_misreading_that_happens_to_hold_holds():
    found = check(changed(sessions__total=205.0), "reading: meetings are held online or streamed")
    assert (found.finding, found.said) == ("holds", "32 + 173 = 205")


def test_identity_without_its_figures_is_not_checked():
    figures = {name: figure for name, figure in FIGURES.items() if name != "sessions.evening"}
    found = check(figures, "sessions by kind, as reported")
    assert (found.finding, found.said) == ("not checked", "sessions.evening is not among the figures")


def test_bounds_are_open_on_one_side():
    more, fewer = (msgspec.structs.replace(FIGURES["people.registered_at_opening"], op=op) for op in (">", "<"))
    assert Range.of(more).meets(Range(1e9, 1e9))
    assert not Range.of(more).meets(Range(99_999, 99_999))
    assert Range.of(fewer).meets(Range(0, 0))
    assert not Range.of(fewer).meets(Range(100_001, 100_001))


@pytest.mark.parametrize(
    ("value", "as_of", "finding", "said"),
    [
        (545_000.0, "", "holds", "545,000 and 550,000"),
        (544_000.0, "", "contradiction", "544,000 against 550,000"),
        (500_000.0, "2020-09-08", "holds", "500,000 <= 550,000"),
        (600_000.0, "2020-09-08", "contradiction", "600,000 > 550,000"),
    ],
)
def test_own_figure_is_held_against_the_documented_one_of_its_measure(
    value: float, as_of: str, finding: str, said: str
):
    own = msgspec.structs.replace(
        FIGURES["negotiations.initiated"],
        id="mine",
        value=value,
        rounding=0.0,
        is_own=True,
        at=as_of,
        same_as=() if as_of else ("negotiations.initiated",),
    )
    (found,) = audit(FIGURES | {"mine": own}, IDENTITIES)[len(IDENTITIES) :]
    assert (found.finding, found.said) == (finding, said)
