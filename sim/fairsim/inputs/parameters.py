"""Parameters of the model: every number it uses, typed.

The classes below name and type the parameters; they hold no values (`fairsim.inputs.rows`). A parameter's path is its
name in the files, in scenarios and on the command line: `negotiations.talk_mean_min`, or with the key of a kind of the
fair between, `organisations.embassy.count`. Units stand last in the names.
"""

from __future__ import annotations

from datetime import date

import msgspec

MOST_ORGANISATIONS = 1 << 20
"""Organisations that a run may have; what they do in a day is keyed with it."""


class Fair(msgspec.Struct, frozen=True):
    """When the fair is; it begins at midnight, in its time zone, of its first day."""

    opens_on: date
    days: int
    days_after_close: int


class OrganisationNumbers(msgspec.Struct, frozen=True):
    """Organisations of one kind."""

    key: str
    overseas_share: float
    exhibitor_share: float
    count: int = 0
    """0 for kinds that are all others."""
    weight: float = 0.0
    """Among kinds that are all others."""


class Organisations(msgspec.Struct, frozen=True, omit_defaults=True):  # a fair that does not state it keeps its digest
    """Who registers."""

    at_opening: int
    registrations_per_day: float
    foreign_economies: int
    overseas_share: float
    delegates_mean: float
    delegates_sigma: float
    exhibitor_share: float
    day_profile: tuple[float, ...]
    hour_profile: tuple[float, ...]
    kinds: tuple[OrganisationNumbers, ...]
    exhibitors: int = 0
    """At the opening; 0: as many as the shares of the kinds draw."""


class People(msgspec.Struct, frozen=True):
    """Who registers one by one, after the own organisation."""

    registrations_per_day: float
    day_profile: tuple[float, ...]
    hour_profile: tuple[float, ...]


class SessionNumbers(msgspec.Struct, frozen=True):
    """Sessions of one kind."""

    key: str
    count: int
    first_day: int
    last_day: int
    starts_h: tuple[float, ...]
    length_min: float
    audience_per_seat: float
    audience_sigma: float
    stream_factor: float


class Programme(msgspec.Struct, frozen=True):
    """Sessions, rooms and their audience."""

    online_only: int
    streamed: int
    first_day: int
    slots_h: tuple[float, ...]
    session_min: float
    room_seats: tuple[int, ...]
    doors_min: float
    arrival_before_start_min: float
    arrival_sigma_min: float
    audience_per_seat: float
    audience_sigma: float
    own_sector_weight: float
    host_weight: float
    overrun_share: float
    overrun_mean_min: float
    overrun_max_min: float
    kinds: tuple[SessionNumbers, ...]


class Streams(msgspec.Struct, frozen=True):
    """Viewers of streams."""

    audience_mean: float
    public_audience_mean: float
    public_overseas_share: float
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
    asker_share: float
    asker_visits: float
    asker_sigma: float
    requests_mean: float
    stands_per_request: float
    projects_per_stand: float
    browse_mean_min: float
    own_sector_share: float
    domestic_to_overseas_share: float
    overseas_to_overseas_share: float


class Public(msgspec.Struct, frozen=True):
    """People on the platform who are no delegates."""

    users_per_day: float
    day_profile: tuple[float, ...]
    hour_profile: tuple[float, ...]
    views_per_user: float


class Negotiations(msgspec.Struct, frozen=True):
    """Desks, patience, talk and outcome."""

    popularity_zipf: float
    negotiators_mean: float
    opens_h: float
    closes_h: float
    night_share: float
    night_closes_h: float
    prompt_share: float
    never_share: float
    late_mean_h: float
    decline_share: float
    held_share: float
    notice_mean_h: float
    slot_min: float
    awake_from_h: float
    awake_until_h: float
    valid_h: float
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


class OccasionNumbers(msgspec.Struct, frozen=True):
    """Results of one occasion."""

    key: str
    count: int
    value: int = 0
    """Of all together, in the currency of the occasion."""
    on_site: int = 0
    """Of them, signed at the end of the session in which they are announced."""


class Results(msgspec.Struct, frozen=True):
    """What is arranged in advance, and the release hall."""

    value_mean_usd: float
    value_sigma: float
    signed_on_site_share: float
    signed_online_share: float
    sign_online_mean_h: float
    ceremony_min: float
    organisations_releasing: int
    reports: int
    hall_opens_h: float
    hall_closes_h: float
    hall_slot_min: float
    kinds: tuple[OccasionNumbers, ...]


class ZoneNumbers(msgspec.Struct, frozen=True):
    """Exhibitors of a kind of zone that states them."""

    key: str
    exhibitors: int
    international_share: float


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
    day_profile: tuple[float, ...]
    hour_profile: tuple[float, ...]
    pause_mean_min: float
    stay_mean_h: float
    stay_sigma: float
    clearing_mean_min: float
    dwell_mean_min: float
    return_share: float
    return_mean_min: float
    stand_m2: float
    kinds: tuple[ZoneNumbers, ...]


class BadgeNumbers(msgspec.Struct, frozen=True):
    """People with one badge."""

    key: str
    days_mean: float
    day_profile: tuple[float, ...]
    stay_factor: float
    reentry_share: float
    arrives_h: float
    people: int = 0
    """Of those who are no delegates."""
    tickets: int = 0
    """That are sold for a day at most, to those who are no delegates; 0: as many as are wanted."""


class Badges(msgspec.Struct, frozen=True):
    """Who goes through the gates."""

    kinds: tuple[BadgeNumbers, ...]


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
    people: People
    programme: Programme
    streams: Streams
    visits: Visits
    public: Public
    negotiations: Negotiations
    projects: Projects
    agreements: Agreements
    results: Results
    venue: Venue
    badges: Badges
    routes: Routes
    platform: Platform
    notices: Notices
