"""Parameters of the model: every number it uses, read from `seeds/parameters.csv` and checked.

The classes below name and type the parameters; they hold no values. A parameter's path (`negotiations.talk_mean_min`)
is its name in the file, in scenarios and on the command line. Units stand last in the names.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, get_args

import msgspec

from fairfacts.errors import ScenarioError, did_you_mean
from fairfacts.resources import data

Class = Literal["documented", "derived", "assumed", "calibrated"]
FILE = "seeds/parameters.csv"
MOST_ORGANISATIONS = 1 << 20
"""Organisations that a run may have; what they do in a day is keyed with it."""


class Fair(msgspec.Struct, frozen=True):
    """When the fair is; it begins at midnight, Beijing time, of its first day."""

    opens_on: date
    days: int
    days_after_close: int


class Organisations(msgspec.Struct, frozen=True):
    """Who registers."""

    at_opening: int
    registrations_per_day: float
    international_organisations: int
    embassies: int
    overseas_chambers: int
    fortune_500: int
    foreign_economies: int
    overseas_share: float
    fortune_500_overseas_share: float
    delegates_mean: float
    delegates_sigma: float
    exhibitor_share: float
    hour_profile: tuple[float, ...]


class Programme(msgspec.Struct, frozen=True):
    """Sessions, rooms and their audience."""

    summit_forums: int
    industry_forums: int
    industry_promotions: int
    foreign_days: int
    provincial: int
    evening: int
    online_only: int
    streamed: int
    summit_starts_h: float
    summit_min: float
    first_day: int
    slots_h: tuple[float, ...]
    session_min: float
    evening_starts_h: float
    evening_min: float
    room_seats: tuple[int, ...]
    doors_min: float
    arrival_before_start_min: float
    arrival_sigma_min: float
    audience_per_seat: float
    summit_audience_per_seat: float
    evening_audience_per_seat: float
    audience_sigma: float
    own_sector_weight: float
    host_weight: float
    overrun_share: float
    overrun_mean_min: float
    overrun_max_min: float


class Streams(msgspec.Struct, frozen=True):
    """Viewers of streams."""

    audience_mean: float
    public_audience_mean: float
    public_overseas_share: float
    summit_factor: float
    app_share: float
    audience_zipf: float
    appeal_max: float
    join_mean_min: float
    stay_median_share: float
    stay_sigma: float
    return_share: float
    return_mean_min: float
    drop_in_share: float
    drop_in_mean_min: float
    stalled_leave_share: float


class Visits(msgspec.Struct, frozen=True):
    """Online visits and what is looked for in them."""

    domestic_per_delegate_day: float
    overseas_per_delegate_day: float
    day_profile: tuple[float, ...]
    after_close_share: float
    after_close_half_life_days: float
    hour_profile: tuple[float, ...]
    app_share: float
    requests_mean: float
    stands_per_request: float
    projects_per_stand: float
    browse_mean_min: float
    own_sector_share: float
    domestic_to_overseas_share: float
    overseas_to_overseas_share: float


class Negotiations(msgspec.Struct, frozen=True):
    """Desks, patience, talk and outcome."""

    popularity_zipf: float
    negotiators_mean: float
    opens_h: float
    closes_h: float
    night_share: float
    night_closes_h: float
    decline_share: float
    patience_mean_min: float
    talk_mean_min: float
    talk_sigma: float
    retry_share: float
    retry_mean_min: float
    attempts_max: int
    intent_share: float
    follow_up_share: float


class Projects(msgspec.Struct, frozen=True):
    """Publications by exhibitors."""

    per_exhibitor_day: float
    hour_profile: tuple[float, ...]


class Agreements(msgspec.Struct, frozen=True):
    """From intent to signature: drafting, value, office hours, signing tables."""

    drafting_mean_h: float
    drafting_sigma: float
    falls_through_share: float
    value_mean_usd: float
    value_sigma: float
    opens_h: float
    closes_h: float
    sign_mean_min: float
    on_site_share: float
    first_day_on_site: int
    last_day_on_site: int
    tables: int
    tables_open_h: float
    tables_close_h: float
    slot_min: float
    stay_share: float


class Results(msgspec.Struct, frozen=True):
    """What is arranged in advance, and the release hall."""

    at_opening: int
    value_mean_usd: float
    value_sigma: float
    signed_on_site_share: float
    signed_online_share: float
    sign_online_mean_h: float
    henan_results: int
    henan_value_usd: int
    henan_signed_on_site: int
    tourism_projects: int
    tourism_value_cny: int
    teda_agreements: int
    ceremony_min: float
    organisations_releasing: int
    reports: int
    hall_opens_h: float
    hall_closes_h: float
    hall_slot_min: float


class Venue(msgspec.Struct, frozen=True):
    """The exhibition on site: its days, gates, zones and visitors."""

    first_day: int
    days: int
    opens_h: float
    last_entry_h: float
    closes_h: float
    cap: int
    timed_entry: int
    entry_slot_min: float
    gate_lanes: tuple[int, ...]
    check_mean_s: float
    domestic_share: float
    overseas_share: float
    no_show_share: float
    days_mean: float
    day_profile: tuple[float, ...]
    hour_profile: tuple[float, ...]
    stay_mean_h: float
    stay_sigma: float
    clearing_mean_min: float
    dwell_mean_min: float
    return_share: float
    return_mean_min: float
    comprehensive_exhibitors: int
    comprehensive_international_share: float
    stand_m2: float


class Routes(msgspec.Struct, frozen=True):
    """Tours through the city."""

    count: int
    departures_h: tuple[float, ...]
    seats: int
    demand_per_seat: float
    demand_sigma: float


class Platform(msgspec.Struct, frozen=True):
    """What the platform can carry, and who comes again when it is short."""

    rooms: int
    viewers: int
    requests_per_s: int
    requests_per_login: int
    requests_per_page: int
    stalls_from_share: float
    again_share: float
    again_mean_s: float
    again_growth: float
    again_max: int
    open_days: int


class Notices(msgspec.Struct, frozen=True):
    """Whom the information service reaches."""

    website_reach_share: float
    app_reach_share: float
    return_spread_min: float


class Parameters(msgspec.Struct, frozen=True):
    """All parameters, one table for each part of the fair."""

    fair: Fair
    organisations: Organisations
    programme: Programme
    streams: Streams
    visits: Visits
    negotiations: Negotiations
    projects: Projects
    agreements: Agreements
    results: Results
    venue: Venue
    routes: Routes
    platform: Platform
    notices: Notices


class Row(msgspec.Struct, frozen=True):
    """A parameter as the file describes it."""

    name: str
    value: str
    """As written; several numbers are separated by spaces."""
    unit: str
    low: float | None
    high: float | None
    """The range in which the model may be played; each number of a list lies in it."""
    kind: Class
    figures: tuple[str, ...]
    """The documented figures that the parameter gives to the model, decides with others, or is fitted to."""
    scales: bool
    """Whether it counts people, stands or capacities, which `--scale` shrinks."""
    source: str


def load_rows() -> dict[str, Row]:
    """Return the shipped parameters by name, in the order of the file.

    Raises:
        ScenarioError: a row has no known class, or a name that the model does not use; or the model misses one.
    """
    text = (data("seeds") / "parameters.csv").read_text(encoding="utf-8")
    rows: dict[str, Row] = {}
    for raw in csv.DictReader(text.splitlines()):
        if raw["class"] not in get_args(Class):
            raise ScenarioError(
                f"{FILE}: {raw['name']}: class is {raw['class']!r}; {did_you_mean(raw['class'], get_args(Class))}"
            )
        rows[raw["name"]] = Row(
            name=raw["name"],
            value=raw["value"],
            unit=raw["unit"],
            low=float(raw["low"]) if raw["low"] else None,
            high=float(raw["high"]) if raw["high"] else None,
            kind=raw["class"],  # type: ignore[arg-type]  # checked above
            figures=tuple(raw["figures"].split()),
            scales=raw["scales"] == "yes",
            source=raw["source"],
        )
    if wrong := set(rows) ^ set(parameter_types()):
        name = min(wrong)
        raise ScenarioError(f"{FILE}: {name} is {'no parameter of the model' if name in rows else 'missing'}")
    return rows


def resolve(rows: Mapping[str, Row], changes: Mapping[str, tuple[Any, str]], scale: float) -> Parameters:
    """Return typed parameters: the rows' values, with changes (name to value and where it was said), at a scale.

    Raises:
        ScenarioError: a change names no parameter, has the wrong type, or lies out of the parameter's range.
    """
    types = parameter_types()
    values: dict[str, Any] = {name: _convert(row.value, types[name], row, FILE) for name, row in rows.items()}
    for name, (value, said_in) in changes.items():
        if name not in rows:
            raise ScenarioError(f"{said_in}: {name} is no key; {did_you_mean(name, rows)}")
        values[name] = _convert(value, types[name], rows[name], said_in)
    nested: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        part, _, field = name.partition(".")
        nested.setdefault(part, {})[field] = _scaled(value, scale) if rows[name].scales else value
    parameters = msgspec.convert(nested, Parameters)
    _check_consistency(parameters)
    return parameters


def parameter_types() -> dict[str, Any]:
    """Return the type of each parameter by its path."""
    return {
        f"{part.name}.{field.name}": field.type
        for part in msgspec.structs.fields(Parameters)
        for field in msgspec.structs.fields(part.type)
    }


def _convert(value: Any, wanted: Any, row: Row, said_in: str) -> Any:
    """Return a value in the parameter's type, inside its range."""
    listed = getattr(wanted, "__origin__", None) is tuple
    raw = value.split() if listed and isinstance(value, str) else value
    try:
        converted = msgspec.convert(raw, wanted, strict=not isinstance(value, str))
    except msgspec.ValidationError as fault:
        raise ScenarioError(
            f"{said_in}: {row.name} is {value!r}: {fault}; it is {_described(wanted)} ({row.unit}), such as {row.value}"
        ) from fault
    for number in converted if listed else (converted,):
        if row.low is not None and row.high is not None and not row.low <= number <= row.high:  # NaN is out as well
            raise ScenarioError(
                f"{said_in}: {row.name} is {number}; allowed is {row.low:g} to {row.high:g} ({row.unit})"
            )
    if listed and row.name.endswith("hour_profile"):
        _check_profile(converted, row, said_in)
    if listed and not converted:
        raise ScenarioError(f"{said_in}: {row.name} is empty; it has at least one number ({row.unit})")
    return converted


def _check_profile(weights: tuple[float, ...], row: Row, said_in: str) -> None:
    if len(weights) != 24:
        raise ScenarioError(f"{said_in}: {row.name} has {len(weights)} numbers; it has one for each of 24 hours")
    if not any(weights):
        raise ScenarioError(f"{said_in}: {row.name} has no hour with a weight; give one hour at least more than 0")


def _described(wanted: Any) -> str:
    names = {int: "a whole number", float: "a number", date: "a date"}
    return names.get(wanted, "numbers separated by spaces")


def _scaled(value: Any, scale: float) -> Any:
    if isinstance(value, tuple):
        return tuple(max(1, round(number * scale)) for number in value)
    return round(value * scale) if isinstance(value, int) else value * scale


def _check_consistency(parameters: Parameters) -> None:
    """Refuse values that are each in range but cannot stand together."""
    _check_programme(parameters.programme, parameters.fair)
    _check_signing(parameters.agreements, parameters.results)
    _check_venue(parameters.venue)
    desks = parameters.negotiations
    for name, closes_h in (("closes_h", desks.closes_h), ("night_closes_h", desks.night_closes_h)):
        if desks.opens_h >= closes_h:
            raise ScenarioError(
                f"negotiations.opens_h is {desks.opens_h:g} and {name} {closes_h:g}; desks open before they close"
            )
    if desks.intent_share + desks.follow_up_share > 1:
        raise ScenarioError(
            f"negotiations.intent_share {desks.intent_share:g} and follow_up_share {desks.follow_up_share:g} are more"
            " than 1 together; lower one of them"
        )
    if parameters.organisations.at_opening < 2:
        raise ScenarioError(
            f"organisations.at_opening is {parameters.organisations.at_opening} at this scale; there are two at least"
            " (--scale)"
        )
    organisations = parameters.organisations
    most = organisations.at_opening + 2 * organisations.registrations_per_day * parameters.fair.days
    if most > MOST_ORGANISATIONS:
        raise ScenarioError(
            f"organisations: about {most:,.0f} may register at this scale; at most {MOST_ORGANISATIONS:,} can be"
            " played: lower --scale, organisations.registrations_per_day or fair.days"
        )
    if not 1970 <= parameters.fair.opens_on.year < 2900:
        raise ScenarioError(f"fair.opens_on is {parameters.fair.opens_on}; allowed are the years 1970 to 2899")


def _check_venue(venue: Venue) -> None:
    """Refuse halls that cannot be kept open."""
    if not venue.opens_h < venue.last_entry_h < venue.closes_h:
        raise ScenarioError(
            f"venue.opens_h is {venue.opens_h:g}, last_entry_h {venue.last_entry_h:g} and closes_h {venue.closes_h:g};"
            " the halls open before last entry, and close after it"
        )


def _check_programme(programme: Programme, fair: Fair) -> None:
    """Refuse a programme that cannot be laid out."""
    movable = programme.industry_forums + programme.industry_promotions + programme.foreign_days + programme.provincial
    if programme.online_only > movable:
        raise ScenarioError(
            f"programme.online_only is {programme.online_only}; there are {movable} sessions besides the summit, the"
            " summit forums and the evening events"
        )
    if programme.streamed - 1 > movable + programme.summit_forums:
        raise ScenarioError(
            f"programme.streamed is {programme.streamed}; there are {movable + programme.summit_forums} sessions"
            " besides the summit and the evening events"
        )
    if programme.first_day > fair.days:
        raise ScenarioError(f"programme.first_day is {programme.first_day}; the fair has {fair.days} days (fair.days)")
    longest_h = (programme.session_min + programme.overrun_max_min) / 60
    slots = [(hour, hour + longest_h) for hour in programme.slots_h]
    evening_h = (programme.evening_min + programme.overrun_max_min) / 60
    slots = sorted([*slots, (programme.evening_starts_h, programme.evening_starts_h + evening_h)])
    for (_, ends_h), (next_h, _) in zip(slots, [*slots[1:], (24.0, 24.0)], strict=True):
        if ends_h > next_h:
            raise ScenarioError(
                f"programme: what may end at {ends_h:g} h does not leave the room by {next_h:g} h; change slots_h,"
                " session_min, overrun_max_min, evening_starts_h or evening_min"
            )


def _check_signing(agreements: Agreements, results: Results) -> None:
    """Refuse hours in which nothing can be signed or released, and more signatures than results."""
    if agreements.opens_h >= agreements.closes_h:
        raise ScenarioError(
            f"agreements.opens_h is {agreements.opens_h:g} and closes_h {agreements.closes_h:g}; offices open before"
            " they close"
        )
    for name, opens_h, closes_h, slot_min in (
        ("agreements.tables_open_h", agreements.tables_open_h, agreements.tables_close_h, agreements.slot_min),
        ("results.hall_opens_h", results.hall_opens_h, results.hall_closes_h, results.hall_slot_min),
    ):
        if opens_h + slot_min / 60 > closes_h:
            raise ScenarioError(
                f"{name} is {opens_h:g}; no slot of {slot_min:g} min ends by {closes_h:g} h; open earlier, close later"
                " or shorten the slot"
            )
    if results.henan_signed_on_site > results.henan_results:
        raise ScenarioError(
            f"results.henan_signed_on_site is {results.henan_signed_on_site}; there are {results.henan_results} results"
            " (results.henan_results)"
        )
