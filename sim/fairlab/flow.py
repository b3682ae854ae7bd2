"""Flow equations: the expected totals of a register, without playing the fair.

They give a calibration its starting point. They are also control variates (Asmussen and Glynn 2007, V.2). Take the
ratio of a fair's totals to the equations *for the register that was drawn*: it varies much less than the totals
themselves. Waiting, lapses and second attempts are not in the equations; the fair is played for those.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from fairfacts.clock import DAY_MS
from fairfacts.event import Event
from fairfacts.parts.organisations import OrganisationRegistered
from fairfacts.parts.people import PersonRegistered
from fairfacts.parts.runs import RunStarted
from fairsim.engine.arrivals import weight_of
from fairsim.engine.draws import Floats
from fairsim.inputs.parameters import Parameters

EXACT = ("organisations.registered", "organisations.delegates_at_opening", "projects.published")
"""Measures whose expectation the equations give exactly: nothing in them depends on waiting."""


FLOWS = (*EXACT, "negotiations.initiated", "negotiations.initiated_overseas", "negotiations.overseas_share")
"""All measures of the equations."""


class Exposure(msgspec.Struct):
    """The sums over a register that decide its totals."""

    organisations: float = 0
    delegates_at_opening: float = 0
    domestic: float = 0
    """Delegate days of domestic organisations, weighted by the demand of the day."""
    overseas: float = 0
    exhibitor_days: float = 0


class Register:
    """Computes the exposure of a played fair from its events."""

    def __init__(self, parameters: Parameters) -> None:
        self.exposure, self._home = Exposure(), ""
        self._left = _DaysLeft(parameters)

    def handle(self, events: Iterable[Event]) -> None:
        """Add events."""
        for event in events:
            if type(event) is OrganisationRegistered:
                self._register(event)
            elif type(event) is PersonRegistered:
                self._add(event.economy, self._left.visits_from[event.at_ms // DAY_MS + 1])
            elif type(event) is RunStarted:
                self._home = event.description.home

    def _register(self, event: OrganisationRegistered) -> None:
        exposure, left, day = self.exposure, self._left, event.at_ms // DAY_MS
        exposure.organisations += 1
        if event.at_ms:
            visits, projects = left.visits_in[day], left.projects_in[day]
        else:
            visits, projects = left.visits_from[0], left.projects_from[0]
            exposure.delegates_at_opening += event.delegates
        self._add(event.economy, event.delegates * visits)
        exposure.exhibitor_days += event.exhibits * projects

    def _add(self, economy: str, visits: float) -> None:
        if economy == self._home:
            self.exposure.domestic += visits
        else:
            self.exposure.overseas += visits


def expected_exposure(parameters: Parameters) -> Exposure:
    """Return the expected exposure of a register."""
    register, left, days = parameters.organisations, _DaysLeft(parameters), range(parameters.fair.days)
    stated, weights = sum(kind.count for kind in register.kinds), sum(kind.weight for kind in register.kinds)
    others = max(register.at_opening - stated, 0)
    counts = [kind.count + others * kind.weight / weights for kind in register.kinds]
    overseas = sum(count * kind.overseas_share for count, kind in zip(counts, register.kinds, strict=True))
    exhibiting: float = register.exhibitors or sum(
        count * kind.exhibitor_share for count, kind in zip(counts, register.kinds, strict=True)
    )
    later_overseas, later_exhibiting = (
        sum(getattr(kind, share) * kind.weight / weights for kind in register.kinds)
        for share in ("overseas_share", "exhibitor_share")
    )
    organisations_of, people_of = (
        [part.registrations_per_day * weight_of(part.day_profile, day, len(days)) for day in days]
        for part in (register, parameters.people)
    )
    size = _delegates(register.delegates_mean, register.delegates_sigma)
    delegates = size * np.array([register.at_opening - overseas, overseas])  # domestic, overseas
    visits = delegates * left.visits_from[0]
    for day in days:
        people = people_of[day] * delegates / delegates.sum()  # each follows an organisation that is there
        organisations = organisations_of[day] * size * np.array([1 - later_overseas, later_overseas])
        visits += people * left.visits_from[day + 1] + organisations * left.visits_in[day]
        delegates += people + organisations
    return Exposure(
        organisations=register.at_opening + sum(organisations_of),
        delegates_at_opening=size * register.at_opening,
        domestic=float(visits[0]),
        overseas=float(visits[1]),
        exhibitor_days=exhibiting * left.projects_from[0]
        + later_exhibiting * sum(organisations_of[day] * left.projects_in[day] for day in days),
    )


def flow(parameters: Parameters, exposure: Exposure) -> dict[str, float]:
    """Return the totals that the equations give, by measure."""
    visits = parameters.visits
    asked = visits.asker_share * visits.asker_visits * visits.requests_mean
    domestic = exposure.domestic * visits.domestic_per_delegate_day * asked
    overseas = exposure.overseas * visits.overseas_per_delegate_day * asked
    either = overseas + domestic * visits.domestic_to_overseas_share
    return {
        "organisations.registered": exposure.organisations,
        "organisations.delegates_at_opening": exposure.delegates_at_opening,
        "projects.published": exposure.exhibitor_days * parameters.projects.per_exhibitor_day,
        "negotiations.initiated": domestic + overseas,
        "negotiations.initiated_overseas": either,
        "negotiations.overseas_share": either / (domestic + overseas) if domestic + overseas else 0.0,
    }


def log_flow(parameters: Parameters, measures: Sequence[str]) -> Floats:
    """Return the logarithms of the expected totals of measures; 0 for one that is not in the equations."""
    totals = flow(parameters, expected_exposure(parameters))
    logs: Floats = np.log([totals.get(name, 1.0) for name in measures])
    return logs


class _DaysLeft:
    """The days of visits (weighted by demand) and of projects that are left: from a day on, or from within it."""

    def __init__(self, parameters: Parameters) -> None:
        days, profile = parameters.fair.days, parameters.visits.day_profile
        demand = [profile[min(day, len(profile) - 1)] for day in range(days)]
        sign_ups = parameters.organisations.hour_profile
        visits, projects = (
            _after(sign_ups, then) for then in (parameters.visits.hour_profile, parameters.projects.hour_profile)
        )
        self.visits_from = [sum(demand[day:]) for day in range(days + 1)]
        self.visits_in = [visits * demand[day] + self.visits_from[day + 1] for day in range(days)]
        self.projects_from = [float(days - day) for day in range(days + 1)]
        self.projects_in = [projects + self.projects_from[day + 1] for day in range(days)]


def _after(first: tuple[float, ...], then: tuple[float, ...]) -> float:
    """Return the probability that an event of the second hourly profile follows one of the first on the same day."""
    earlier, later = np.asarray(first) / sum(first), np.asarray(then) / sum(then)
    return float(earlier @ (1 - np.cumsum(later) + later / 2))


def _delegates(mean: float, sigma: float) -> float:
    """Return the mean size of a delegation: log-normal, rounded to a whole number, one at least."""
    from scipy.special import ndtr

    if not sigma:
        return max(round(mean), 1)
    more = np.arange(1.5, 200 * mean)
    return 1 + float(ndtr((math.log(mean) - sigma * sigma / 2 - np.log(more)) / sigma).sum())
