"""Identities: what must hold among the reported figures themselves, whatever any model says.

Each is checked within rounding: a figure is the range of numbers that would be printed like it. Sums and quotients of
ranges are ranges; two ranges that do not meet contradict each other. A *misreading* seems to follow from the documents
and does not hold. It is listed with what resolves it, as whoever adds the figures up will meet it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import msgspec

from fairfacts.evidence.figures import Figure
from fairfacts.parts.fairs import ENGLISH, Names, in_language

Kind = Literal["sum", "share", "share of whole numbers", "part", "same", "same day"]
Finding = Literal["holds", "contradiction", "misreading", "not checked"]


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A statement about figures, from the fair's folder: `terms` make up `whole`."""

    name: str
    kind: Kind
    """`sum`: the terms add up to the whole. `share`: the whole is the first term divided by the second. `share of whole
    numbers`: some whole number is that share of the term. `part`: the terms together are at most the whole. `same`: two
    figures of one thing. `same day`: two moments of one day."""
    whole: str
    terms: tuple[str, ...]
    because: Names
    """Why it must hold, and what a contradiction would mean; of a misreading, what resolves it. By language."""
    misreading: bool = False
    """Whether the documents' words suggest it, and it need not hold."""


class Check(msgspec.Struct, frozen=True):
    """What an identity came to."""

    name: str
    finding: Finding
    """`holds` or `contradiction`; `misreading` if a misreading does not hold, as expected; `not checked` if a figure is
    missing."""
    said: str
    """The statement in numbers, such as `4 + 134 + 29 + 18 + 5 = 190`."""
    because: str
    """Why it must hold, what a contradiction comes to, or what resolves a misreading."""
    figures: tuple[str, ...]
    """The terms, and the whole as the last."""
    kind: Kind
    values: tuple[float | str | None, ...]
    """The values of the figures; None for a missing one."""
    because_in: Names = {}
    """Why it must hold, by language."""


class Range(msgspec.Struct, frozen=True):
    """The numbers that would be printed as a figure is, ends included."""

    low: float
    high: float

    @classmethod
    def of(cls, figure: Figure) -> Range:
        """Return a figure's range; a bound is open on one side."""
        value = figure.value
        assert isinstance(value, float), "moments have no range"
        if figure.op in (">", "<"):
            return cls(value, math.inf) if figure.op == ">" else cls(-math.inf, value)
        return cls(value - figure.rounding, value + figure.rounding)

    def meets(self, other: Range) -> bool:
        """Return whether the two ranges overlap, allowing for what decimal fractions lose in binary."""
        slack = 1e-9 * max(1.0, *(abs(end) for end in (self.low, other.high) if math.isfinite(end)))
        return self.low <= other.high + slack and other.low <= self.high + slack


def audit(figures: Mapping[str, Figure], identities: Iterable[Identity]) -> list[Check]:
    """Return what every identity comes to: those of the fair, then those that a user's own figures add."""
    return [_checked(identity, figures) for identity in (*identities, *_own_identities(figures))]


def _own_identities(figures: Mapping[str, Figure]) -> list[Identity]:
    """Return what must hold between a user's own figures and the documented one of the same measure."""
    identities = []
    for own in figures.values():
        if isinstance(own.value, str) or not (own.is_own and (own.same_as or own.at)):
            continue
        for known in figures.values():
            if known.measure != own.measure or known.same_as or known.at:
                continue
            if not own.at:
                because = "both speak of the same measure at the end"
                identities.append(Identity(f"{own.id} and {known.id}", "same", known.id, (own.id,), {ENGLISH: because}))
            elif own.unit != "share":
                because = "the measure only grows, and ends as the documents say"
                identities.append(
                    Identity(f"{own.id} before {known.id}", "part", known.id, (own.id,), {ENGLISH: because})
                )
    return identities


def _checked(identity: Identity, figures: Mapping[str, Figure]) -> Check:
    names = (*identity.terms, identity.whole)
    values = tuple(figures[name].value if name in figures else None for name in names)
    if missing := [name for name in names if name not in figures]:
        statement = f"{', '.join(missing)} is not among the figures"
        return Check(identity.name, "not checked", statement, "", names, identity.kind, values)
    terms, whole = [figures[name] for name in identity.terms], figures[identity.whole]
    holds, statement, remedy = _CHECKS[identity.kind](terms, whole)
    if identity.misreading:
        finding: Finding = "holds" if holds else "misreading"
    else:
        finding = "holds" if holds else "contradiction"
    reason = in_language(identity.because, ENGLISH).text
    because = reason if finding != "contradiction" else f"{reason}; {remedy}"
    return Check(identity.name, finding, statement, because, names, identity.kind, values, identity.because)


def _sum(terms: list[Figure], whole: Figure) -> tuple[bool, str, str]:
    ranges = [Range.of(term) for term in terms]
    together = Range(sum(term.low for term in ranges), sum(term.high for term in ranges))
    holds = together.meets(Range.of(whole))
    total = sum(_value(term) for term in terms)
    added = " + ".join(map(_text, terms)) + (f" = {total:,.10g}" if len(terms) > 1 and not holds else "")
    statement = f"{added}{' =' if holds else ', not'} {_text(whole)}"
    short = _value(whole) - total
    remedy = (
        f"it would hold if {whole.id} were {total:,.10g}, or one of the others {abs(short):,.10g}"
        f" {'more' if short > 0 else 'less'}"
    )
    return holds, statement, remedy


def _share(terms: list[Figure], whole: Figure) -> tuple[bool, str, str]:
    part, of = terms
    if not _value(of):
        return False, f"{_text(part)} / 0", f"{of.id} is not 0"
    low, high = Range.of(part), Range.of(of)
    quotient = Range(low.low / high.high, low.high / high.low if high.low > 0 else math.inf)
    holds, exact = quotient.meets(Range.of(whole)), _value(part) / _value(of)
    relation = "which is printed as" if holds else "not"
    statement = f"{_text(part)} / {_text(of)} = {exact:.4f}, {relation} {_text(whole)}"
    remedy = f"it would hold if {whole.id} were {exact:.3f}, or {part.id} {_value(whole) * _value(of):,.0f}"
    return holds, statement, remedy


def _whole_share(terms: list[Figure], whole: Figure) -> tuple[bool, str, str]:
    of, share = _value(terms[0]), Range.of(whole)
    fit = range(max(0, math.ceil(share.low * of - 1e-9)), math.floor(share.high * of + 1e-9) + 1)
    nearest = round(_value(whole) * of)
    numbers = " or ".join(f"{count:,}" for count in fit[:3]) if fit else f"no whole number ({nearest:,} is nearest)"
    statement = f"{_text(whole)} of {_text(terms[0])} is {numbers}"
    return bool(fit), statement, f"{nearest:,} of them would be printed as {nearest / max(of, 1):.3f}"


def _part(terms: list[Figure], whole: Figure) -> tuple[bool, str, str]:
    holds = sum(Range.of(term).low for term in terms) <= Range.of(whole).high
    over = sum(_value(term) for term in terms) - _value(whole)
    statement = f"{' + '.join(map(_text, terms))} {'<=' if holds else '>'} {_text(whole)}"
    return holds, statement, f"the part exceeds the whole by {over:,.10g}"


def _same(terms: list[Figure], whole: Figure) -> tuple[bool, str, str]:
    holds = Range.of(terms[0]).meets(Range.of(whole))
    difference = _value(terms[0]) - _value(whole)
    statement = f"{_text(terms[0])} {'and' if holds else 'against'} {_text(whole)}"
    return holds, statement, f"they differ by {difference:,.10g}, more than their rounding"


def _same_day(terms: list[Figure], whole: Figure) -> tuple[bool, str, str]:
    day, other = str(terms[0].value)[:10], str(whole.value)[:10]
    return day == other, f"{day} {'=' if day == other else 'is not'} {other}", "one of the two days is wrong"


_CHECKS: Mapping[Kind, Callable[[list[Figure], Figure], tuple[bool, str, str]]] = {
    "sum": _sum,
    "share": _share,
    "share of whole numbers": _whole_share,
    "part": _part,
    "same": _same,
    "same day": _same_day,
}


def _value(figure: Figure) -> float:
    assert isinstance(figure.value, float), "moments are checked by their day"
    return figure.value


def _text(figure: Figure) -> str:
    bound = "" if figure.op == "=" else f"{figure.op} "
    return f"{bound}{_value(figure):,.10g}"
