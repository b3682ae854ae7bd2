"""Disruptions: what goes wrong with the fair, or is changed by those who run it, while it is on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, get_args

import msgspec

from fairfacts.clock import MINUTE_MS
from fairfacts.event import Count, Event, Milliseconds
from fairfacts.handlers import Handlers
from fairfacts.measure import Measure
from fairfacts.part_state import Fair, PartState

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Minutes = Annotated[float, msgspec.Meta(gt=0, le=100 * 366 * 1440)]
Factor = Annotated[float, msgspec.Meta(ge=0, le=50)]
Origin = Annotated[str, msgspec.Meta(pattern="^(all|domestic|overseas|[A-Z]{2})$")]
"""Whose: of everybody, of the home economy, of all others, or of one economy by its ISO 3166 code."""
MOST_LANES, MOST_PEOPLE = 1000, 2**53 - 1
"""The largest numbers that a disruption may name."""
Cause = Literal["scheduled", "condition", "injected"]
"""Why a disruption begins: at a moment or on a condition of the scenario, or injected into the run that goes on."""


class Disruption(msgspec.Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True, tag_field="kind"):
    """What every disruption has: its kind."""


class PlatformOutage(Disruption, frozen=True, kw_only=True, tag="platform_outage"):
    """The platform has only a share of its capacity, or none at all.

    Talks, views and visits beyond what is left break off, the latest first; their people try to come back.
    """

    capacity_share: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.0
    lasts_min: Minutes


class StreamFailure(Disruption, frozen=True, kw_only=True, tag="stream_failure"):
    """A session's stream breaks off and comes back; the session itself goes on."""

    session: Count
    lasts_min: Minutes


class SessionCancellation(Disruption, frozen=True, kw_only=True, tag="session_cancelled"):
    """A session is not held, or broken off when it has begun."""

    session: Count


class SessionDelay(Disruption, frozen=True, kw_only=True, tag="session_delayed"):
    """A session that has not opened its doors yet begins and ends later."""

    session: Count
    by_min: Minutes


class SessionMove(Disruption, frozen=True, kw_only=True, tag="session_moved"):
    """A session that has not opened its doors yet is held in another room."""

    session: Count
    room: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class LanesClosed(Disruption, frozen=True, kw_only=True, tag="lanes_closed"):
    """Lanes of a gate are closed; whoever is in one is let through first."""

    gate: Count
    lanes: Annotated[int, msgspec.Meta(ge=1, le=MOST_LANES)]
    """Of security and health check: planned or injected at the documented scale, in the log at the run's."""
    lasts_min: Minutes


class Demand(Disruption, frozen=True, kw_only=True, tag="demand"):
    """More people come, or fewer: on the platform (visits and views), on site, or both."""

    factor: Factor
    """By what their number is multiplied. A person of an organisation comes to the site once a day at most: where most
    of them come anyhow, as those at the stands do, a factor over 1 brings few more. The public, media and staff of the
    fair have no such bound."""
    origin: Origin = "all"
    of: Literal["online", "on_site", "all"] = "online"
    lasts_min: Minutes


class StaffCut(Disruption, frozen=True, kw_only=True, tag="staff_cut"):
    """A share of the negotiators at exhibitors' desks is away; whoever is in a talk ends it first."""

    share: Share
    """Of the negotiators, who are away."""
    origin: Origin = "all"
    lasts_min: Minutes


class EntryCap(Disruption, frozen=True, kw_only=True, tag="entry_cap"):
    """Another number of people may be inside the halls; whoever is inside or in a lane stays.

    It holds in place of `venue.cap`, though it be larger; of several caps the strictest.
    """

    people: Count
    """Inside at the same time: planned or injected at the documented scale, in the log at the run's."""
    lasts_min: Minutes | None = None
    """To the end of the run without it."""


class BordersOpened(Disruption, frozen=True, kw_only=True, tag="borders_opened"):
    """Another share of the overseas delegates means to come on site; of several shares the latest holds."""

    overseas_share: Share
    """Of the overseas delegates, who mean to come on site."""
    lasts_min: Minutes | None = None
    """To the end of the run without it."""


AnyDisruption = (
    PlatformOutage
    | StreamFailure
    | SessionCancellation
    | SessionDelay
    | SessionMove
    | LanesClosed
    | Demand
    | StaffCut
    | EntryCap
    | BordersOpened
)


DISRUPTIONS: tuple[type[Disruption], ...] = get_args(AnyDisruption)
"""The class of every kind of disruption: the one registry, beside the closed union that it follows from."""


def kind_of(disruption: Disruption | type[Disruption]) -> str:
    """Return the kind of a disruption or of its class, such as `platform_outage`."""
    return str(disruption.__struct_config__.tag)


def lasts_ms(disruption: AnyDisruption) -> int | None:
    """Return how long a disruption lasts; None where it says no time."""
    lasts_min: float | None = getattr(disruption, "lasts_min", None)
    return None if lasts_min is None else max(round(lasts_min * MINUTE_MS), 1)


class DisruptionBegun(Event, frozen=True, tag="disruption.begun"):
    """A disruption took effect."""

    disruption: Count
    cause: Cause
    what: AnyDisruption


class DisruptionEnded(Event, frozen=True, tag="disruption.ended"):
    """A disruption is over."""

    disruption: Count
    what: AnyDisruption
    lasted_ms: Milliseconds


MEASURES: Mapping[str, Measure] = {
    "begun": Measure("disruptions", "begun so far"),
    "ended": Measure("disruptions", "that are over"),
    "begun_by_kind": Measure("disruptions", "begun so far, by kind"),
    "active": Measure(
        "disruptions",
        "in effect now, by number: what each is, since when, and until when where that is known",
        levels=0,
    ),
}


class DisruptionMeasures(PartState):
    """Disruptions."""

    MEASURES: ClassVar[Mapping[str, Measure]] = MEASURES

    begun_by_kind: dict[str, int] = msgspec.field(default_factory=dict)
    ended: int = 0
    active: dict[int, tuple[int, AnyDisruption]] = msgspec.field(default_factory=dict)

    def handlers(self, _: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles."""
        return {
            DisruptionBegun: self.begin,
            DisruptionEnded: self.end,
        }

    def begin(self, event: DisruptionBegun) -> None:
        """Take a disruption in."""
        kind = kind_of(event.what)
        self.begun_by_kind[kind] = self.begun_by_kind.get(kind, 0) + 1
        self.active[event.disruption] = (event.at_ms, event.what)

    def end(self, event: DisruptionEnded) -> None:
        """Take a disruption out."""
        self.ended += 1
        self.active.pop(event.disruption, None)

    def snapshot(self, _: Fair) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        return {
            "begun": sum(self.begun_by_kind.values()),
            "ended": self.ended,
            "begun_by_kind": dict(self.begun_by_kind),
            "active": {str(number): _plain(since_ms, what) for number, (since_ms, what) in self.active.items()},
        }


def _plain(since_ms: int, what: AnyDisruption) -> dict[str, Any]:
    plain = {name: value for name, value in msgspec.to_builtins(what).items() if value is not None}
    length_ms = lasts_ms(what)
    return plain | {"since_ms": since_ms} | ({} if length_ms is None else {"until_ms": since_ms + length_ms})
