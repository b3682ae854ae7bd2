"""Flow equations: what totals are to be expected of a register, without playing the fair.

They give a calibration its starting point. And they take the chance of who registered out of a run: how far the totals
of a played fair are from the equations *for the register that was drawn* varies much less than the totals themselves
(control variates; Asmussen and Glynn 2007, V.2). Waiting, lapses and second attempts are not in them: that is what the
fair is played for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec
import numpy as np

from fairfacts.event import Event
from fairfacts.organisations import HOME_ECONOMY, OrganisationRegistered
from fairsim.arrivals import DAY_MS
from fairsim.parameters import Parameters

EXACT = ("organisations.registered", "organisations.delegates_at_opening", "projects.published")
"""Measures whose expectation the equations give, as nothing in them depends on waiting."""


FLOWS = (*EXACT, "negotiations.initiated", "negotiations.initiated_overseas", "negotiations.overseas_share")
"""All measures that the equations speak of."""


class Exposure(msgspec.Struct):
    """What of a register decides its totals."""

    organisations: float = 0
    delegates_at_opening: float = 0
    domestic: float = 0
    """Delegate days of domestic organisations, weighted with the demand of the day."""
    overseas: float = 0
    exhibitor_days: float = 0


class Register:
    """Takes the exposure of a played fair from its events."""

    def __init__(self, parameters: Parameters) -> None:
        self.exposure = Exposure()
        self._visits, self._projects = _days_left(parameters)

    def hear(self, events: Iterable[Event]) -> None:
        """Take in events."""
        for event in events:
            if type(event) is OrganisationRegistered:
                self._register(event)

    def _register(self, event: OrganisationRegistered) -> None:
        exposure, place = self.exposure, event.at_ms // DAY_MS + 1 if event.at_ms else 0
        exposure.organisations += 1
        if not place:
            exposure.delegates_at_opening += event.delegates
        if event.economy == HOME_ECONOMY:
            exposure.domestic += event.delegates * self._visits[place]
        else:
            exposure.overseas += event.delegates * self._visits[place]
        exposure.exhibitor_days += event.exhibits * self._projects[place]


def expected_exposure(parameters: Parameters) -> Exposure:
    """Return the exposure that is to be expected of a register."""
    register = parameters.organisations
    bodies = register.international_organisations + register.embassies + register.overseas_chambers
    enterprises = max(register.at_opening - bodies - register.fortune_500, 0)
    overseas = bodies + register.fortune_500 * register.fortune_500_overseas_share
    overseas += enterprises * register.overseas_share
    delegates = _delegates(register.delegates_mean, register.delegates_sigma)
    visits, projects = _days_left(parameters)
    later_visits = register.registrations_per_day * sum(visits[1:])
    later_projects = register.registrations_per_day * sum(projects[1:])
    exhibiting = (enterprises + register.fortune_500) * projects[0] + later_projects
    domestic = register.at_opening - overseas
    return Exposure(
        organisations=register.at_opening + register.registrations_per_day * parameters.fair.days,
        delegates_at_opening=register.at_opening * delegates,
        domestic=delegates * (domestic * visits[0] + (1 - register.overseas_share) * later_visits),
        overseas=delegates * (overseas * visits[0] + register.overseas_share * later_visits),
        exhibitor_days=register.exhibitor_share * exhibiting,
    )


def flow(parameters: Parameters, exposure: Exposure) -> dict[str, float]:
    """Return the totals that the equations give, by measure."""
    visits = parameters.visits
    domestic = exposure.domestic * visits.domestic_per_delegate_day * visits.requests_mean
    overseas = exposure.overseas * visits.overseas_per_delegate_day * visits.requests_mean
    either = overseas + domestic * visits.domestic_to_overseas_share
    return {
        "organisations.registered": exposure.organisations,
        "organisations.delegates_at_opening": exposure.delegates_at_opening,
        "projects.published": exposure.exhibitor_days * parameters.projects.per_exhibitor_day,
        "negotiations.initiated": domestic + overseas,
        "negotiations.initiated_overseas": either,
        "negotiations.overseas_share": either / (domestic + overseas) if domestic + overseas else 0.0,
    }


def _days_left(parameters: Parameters) -> tuple[list[float], list[float]]:
    """Return for who is there at the opening, and who signs up on each day: days of visits by demand, of projects."""
    days, profile = parameters.fair.days, parameters.visits.day_profile
    demand = [profile[min(day, len(profile) - 1)] for day in range(days)]
    sign_ups = parameters.organisations.hour_profile
    visits, projects = (
        _after(sign_ups, parameters.visits.hour_profile),
        _after(sign_ups, parameters.projects.hour_profile),
    )
    return (
        [sum(demand), *(visits * demand[day] + sum(demand[day + 1 :]) for day in range(days))],
        [days, *(projects + days - 1 - day for day in range(days))],
    )


def _after(first: tuple[float, ...], then: tuple[float, ...]) -> float:
    """Return which share of what follows one hourly profile comes after somebody who follows another."""
    one, other = np.asarray(first) / sum(first), np.asarray(then) / sum(then)
    return float(one @ (1 - np.cumsum(other) + other / 2))


def _delegates(mean: float, sigma: float) -> float:
    """Return the mean size of a delegation: log-normal, rounded to a whole number, one at least."""
    from scipy.special import ndtr

    if not sigma:
        return max(round(mean), 1)
    more = np.arange(1.5, 200 * mean)
    return 1 + float(ndtr((math.log(mean) - sigma * sigma / 2 - np.log(more)) / sigma).sum())
