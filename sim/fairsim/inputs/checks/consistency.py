"""Values that are each in range but cannot stand together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from fairfacts.clock import days_text
from fairsim.inputs.kinds import Kinds
from fairsim.inputs.parameters import MOST_ORGANISATIONS, Parameters, SessionNumbers
from fairsim.inputs.stands import possible_exhibitors

Clash = tuple[tuple[str, ...], str]
"""The parameters that clash, and what to do; a name with a star is that of others which decide it."""
YEARS = range(1970, 2900)
COUNTS = "programme.*.count"


def check_consistency(parameters: Parameters, kinds: Kinds) -> Iterator[Clash]:
    """Yield what cannot stand together."""
    yield from _check_fair(parameters)
    yield from _check_kinds(parameters, kinds)
    yield from _check_programme(parameters, kinds)
    yield from _check_desks(parameters)
    yield from _check_signing(parameters)
    yield from _check_results(parameters)
    yield from _check_venue(parameters)


def _check_fair(parameters: Parameters) -> Iterator[Clash]:
    organisations, fair = parameters.organisations, parameters.fair
    if organisations.at_opening < 2:
        yield (
            ("organisations.at_opening",),
            f"organisations.at_opening is {organisations.at_opening} at this scale; there are two at least (--scale)",
        )
    most = organisations.at_opening + 2 * organisations.registrations_per_day * fair.days
    if most > MOST_ORGANISATIONS:
        yield (
            ("organisations.at_opening", "organisations.registrations_per_day", "fair.days"),
            f"organisations: about {most:,.0f} may register at this scale; at most {MOST_ORGANISATIONS:,} can be"
            " played: lower --scale, organisations.registrations_per_day or fair.days",
        )
    if fair.opens_on.year not in YEARS:
        yield (
            ("fair.opens_on",),
            f"fair.opens_on is {fair.opens_on}; allowed are the years {YEARS[0]} to {YEARS[-1]}",
        )


def _check_kinds(parameters: Parameters, kinds: Kinds) -> Iterator[Clash]:
    """Find kinds of organisations that do not make up the register."""
    pairs = list(zip(kinds.organisations, parameters.organisations.kinds, strict=True))
    stated = [numbers for kind, numbers in pairs if not kind.others and numbers.count]
    total, most = sum(numbers.count for numbers in stated), parameters.organisations.at_opening
    if total > most + len(stated):  # a scale rounds each
        yield (
            (*(f"organisations.{numbers.key}.count" for numbers in stated), "organisations.at_opening"),
            f"organisations: {total:,} are stated by kind, and organisations.at_opening is {most:,}; raise it",
        )
    others = [numbers for kind, numbers in pairs if kind.others]
    yield from _check_exhibitors(parameters, kinds)
    if len(others) > 1 and not any(numbers.weight for numbers in others):
        yield (
            tuple(f"organisations.{numbers.key}.weight" for numbers in others),
            "organisations: no kind that is all others has a weight; give one of them more than 0",
        )


def _check_exhibitors(parameters: Parameters, kinds: Kinds) -> Iterator[Clash]:
    """Find more exhibitors than the kinds of organisations can have."""
    exhibitors, possible = parameters.organisations.exhibitors, possible_exhibitors(parameters, kinds)
    if exhibitors > possible + len(kinds.organisations):  # a scale rounds each; fewer are remarked
        yield (
            ("organisations.exhibitors", "organisations.*"),
            f"organisations.exhibitors is {exhibitors:,}; {possible:,} organisations are of kinds that exhibit: lower"
            " it, or raise organisations.at_opening or an exhibitor_share",
        )


def _check_desks(parameters: Parameters) -> Iterator[Clash]:
    desks = parameters.negotiations
    for name, closes_h in (("closes_h", desks.closes_h), ("night_closes_h", desks.night_closes_h)):
        if desks.opens_h >= closes_h:
            yield (
                ("negotiations.opens_h", f"negotiations.{name}"),
                f"negotiations.opens_h is {desks.opens_h:g} and {name} {closes_h:g}; desks open before they close",
            )
    if desks.awake_from_h >= desks.awake_until_h:
        yield (
            ("negotiations.awake_from_h", "negotiations.awake_until_h"),
            f"negotiations.awake_from_h is {desks.awake_from_h:g} and awake_until_h {desks.awake_until_h:g}; people are"
            " awake from an earlier hour until a later one",
        )
    if desks.intent_share + desks.follow_up_share > 1:
        yield (
            ("negotiations.intent_share", "negotiations.follow_up_share"),
            f"negotiations.intent_share {desks.intent_share:g} and follow_up_share {desks.follow_up_share:g} are more"
            " than 1 together; lower one of them",
        )


def _check_venue(parameters: Parameters) -> Iterator[Clash]:
    """Find halls that cannot be kept open."""
    venue, days = parameters.venue, parameters.fair.days
    if not venue.opens_h < venue.last_entry_h < venue.closes_h:
        yield (
            ("venue.opens_h", "venue.last_entry_h", "venue.closes_h"),
            f"venue.opens_h is {venue.opens_h:g}, last_entry_h {venue.last_entry_h:g} and closes_h {venue.closes_h:g};"
            " the halls open before last entry, and close after it",
        )
    if venue.days and venue.first_day > days:
        yield (
            ("venue.first_day", "fair.days"),
            f"venue.first_day is {venue.first_day}; the fair has {days_text(days)} (fair.days)",
        )


def _check_programme(parameters: Parameters, kinds: Kinds) -> Iterator[Clash]:
    """Find a programme that cannot be laid out."""
    programme = parameters.programme
    held = [(kind, numbers) for kind, numbers in zip(kinds.sessions, programme.kinds, strict=True) if numbers.count]
    for name, value, choices in (
        (
            "online_only",
            programme.online_only,
            [(kind.online, numbers.count) for kind, numbers in held if not kind.plenary],
        ),
        ("streamed", programme.streamed, [(kind.streamed, numbers.count) for kind, numbers in held]),
    ):
        possible, least = (sum(count for which, count in choices if which in some) for some in _MAY_AND_MUST)
        if value < least:
            yield (
                (f"programme.{name}", COUNTS),
                f"programme.{name} is {value}; it is {least} at least, as so many are of kinds with"
                f' {_FIELDS[name]} = "always"',
            )
        if value > possible:
            others = ", ".join(
                kind.key
                for kind, _ in held
                if getattr(kind, _FIELDS[name]) == "never" or (kind.plenary and name == "online_only")
            )
            yield (
                (f"programme.{name}", COUNTS),
                f"programme.{name} is {value}; there are {possible} sessions"
                f"{f' besides those of {others}' if others else ''}",
            )
    for kind, numbers in held:
        if not numbers.first_day <= min(numbers.last_day, parameters.fair.days):
            yield (
                (f"programme.{kind.key}.first_day", f"programme.{kind.key}.last_day", "fair.days"),
                f"{_named_first_day(numbers, programme.first_day)} is {numbers.first_day}; the fair has"
                f" {days_text(parameters.fair.days)} (fair.days)",
            )
    yield from _check_slots([numbers for kind, numbers in held if not kind.plenary and kind.online != "always"],
                            programme.overrun_max_min)  # fmt: skip


_FIELDS = {"online_only": "online", "streamed": "streamed"}
_MAY_AND_MUST = (("some", "always"), ("always",))


def _named_first_day(numbers: SessionNumbers, usual: int) -> str:
    return "programme.first_day" if numbers.first_day == usual else f"programme.{numbers.key}.first_day"


def _check_slots(kinds: list[SessionNumbers], overrun_min: float) -> Iterator[Clash]:
    """Find slots that begin before the one ahead has left the rooms."""
    ends: dict[float, float] = {}
    for numbers in kinds:
        for hour in numbers.starts_h:
            ends[hour] = max(ends.get(hour, 0.0), hour + (numbers.length_min + overrun_min) / 60)
    begins = sorted(ends)
    for hour, next_h in pairwise([*begins, 24.0]):
        if ends[hour] > next_h:
            names = [f"programme.{numbers.key}.{field}" for numbers in kinds for field in ("starts_h", "length_min")]
            yield (
                (*names, "programme.slots_h", "programme.session_min", "programme.overrun_max_min"),
                f"programme: what may end at {ends[hour]:g} h does not leave the room by {next_h:g} h; change slots_h,"
                " session_min, overrun_max_min, or starts_h and length_min of a kind",
            )


def _check_signing(parameters: Parameters) -> Iterator[Clash]:
    """Find hours in which nothing can be signed or released."""
    agreements, results = parameters.agreements, parameters.results
    if agreements.opens_h >= agreements.closes_h:
        yield (
            ("agreements.opens_h", "agreements.closes_h"),
            f"agreements.opens_h is {agreements.opens_h:g} and closes_h {agreements.closes_h:g}; offices open before"
            " they close",
        )
    for part, prefix, opens_h, closes_h, slot_min in (
        ("agreements", "tables_", agreements.tables_open_h, agreements.tables_close_h, agreements.slot_min),
        ("results", "hall_", results.hall_opens_h, results.hall_closes_h, results.hall_slot_min),
    ):
        name = f"{part}.{prefix}open{'_h' if part == 'agreements' else 's_h'}"
        close = f"{part}.{prefix}close{'_h' if part == 'agreements' else 's_h'}"
        if opens_h + slot_min / 60 > closes_h:
            yield (
                (name, close, f"{part}.{'' if part == 'agreements' else prefix}slot_min"),
                f"{name} is {opens_h:g}; no slot of {slot_min:g} min ends by {closes_h:g} h; open earlier, close later"
                " or shorten the slot",
            )


def _check_results(parameters: Parameters) -> Iterator[Clash]:
    """Find more signatures than results."""
    for occasion in parameters.results.kinds:
        name = f"results.{occasion.key}"
        if occasion.on_site > occasion.count:
            yield (
                (f"{name}.on_site", f"{name}.count"),
                f"{name}.on_site is {occasion.on_site}; there are {occasion.count} results ({name}.count)",
            )
