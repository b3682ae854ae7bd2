"""The register: organisations of each kind that register before and during the fair."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairfacts.clock import DAY_MS
from fairfacts.parts.organisations import MOST_DELEGATES, OrganisationRegistered
from fairsim.engine.arrivals import QUARTERS, gaps_ms, poisson, weight_of
from fairsim.engine.draws import Draws, Keys
from fairsim.engine.kernel import Process
from fairsim.inputs.economies import hours_ahead
from fairsim.inputs.kinds import OrganisationKind
from fairsim.inputs.parameters import OrganisationNumbers
from fairsim.inputs.parameters import Organisations as OrganisationsParameters
from fairsim.parts.part import Context, Part

# substreams of `organisations.attributes`, by organisation; the last but one uses two
OVERSEAS, ECONOMY, SECTOR, EXHIBITS, DELEGATES, KIND = 0, 1, 2, 3, 4, 6


class Register:
    """All organisations: one column for each attribute, one row for each organisation, whose number is its row."""

    def __init__(self) -> None:
        empty = np.empty(0, np.int64)
        self.kind: NDArray[np.int64] = empty
        self.economy: NDArray[np.int64] = empty
        self.sector: NDArray[np.int64] = empty
        self.delegates: NDArray[np.int64] = empty
        self.registered_ms: NDArray[np.int64] = empty
        self.exhibits: NDArray[np.bool_] = np.empty(0, np.bool_)
        self.overseas: NDArray[np.bool_] = np.empty(0, np.bool_)

    def __len__(self) -> int:
        return len(self.kind)

    def add(self, **columns: NDArray[Any]) -> None:
        """Append organisations."""
        for name, values in columns.items():
            setattr(self, name, np.concatenate([getattr(self, name), values]))


def persons_of(register: Register) -> tuple[NDArray[np.int64], NDArray[np.int64], Keys]:
    """Return all delegates: organisation, which of its delegates, and the key of the person."""
    delegates = np.minimum(register.delegates, MOST_DELEGATES)
    organisations = np.repeat(np.arange(len(register)), delegates)
    seats = np.arange(len(organisations)) - np.repeat(np.cumsum(delegates) - delegates, delegates)
    return organisations, seats, organisations * MOST_DELEGATES + seats


class Organisations(Part):
    """Organisations register: most before the opening, further ones through the fair."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.register = Register()
        self.economies = context.scenario.economies
        self.sectors = context.scenario.fair.sectors
        self._arrivals = context.draws.stream("organisations.arrivals")
        self._attributes = context.draws.stream("organisations.attributes")
        self._home = next(place for place, economy in enumerate(self.economies) if not economy.overseas)
        self.home_code = self.economies[self._home].code
        self._taking_part = self._choose_economies(context.draws)
        self._zones = sorted({economy.zone for economy in self.economies})
        places = {zone: place for place, zone in enumerate(self._zones)}
        self._zone_of_economy = np.array([places[economy.zone] for economy in self.economies])

    @property
    def _parameters(self) -> OrganisationsParameters:
        return self._context.parameters.organisations

    def zones(self) -> list[str]:
        """Return the time zones, in the order of the indices that `zone_of` returns."""
        return self._zones

    def zone_of(self, organisations: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the indices of the organisations' time zones."""
        return self._zone_of_economy[self.register.economy[organisations]]

    def hours_ahead(self, day: datetime) -> NDArray[np.float64]:
        """Return for each time zone the hours by which it is ahead of the fair's at noon of a day."""
        noon, here = day + timedelta(hours=12), self._context.scenario.fair.time_zone
        return np.array([hours_ahead(zone, here, noon) for zone in self._zones])

    def hosts(self) -> list[str]:
        """Return the foreign economies that take part, the largest first: they hold events of their own."""
        return [self.economies[place].code for place in sorted(self._taking_part.tolist())]

    def sector_of(self, name: str) -> int:
        """Return the place of a sector; -1 where the name is empty."""
        return next((place for place, sector in enumerate(self.sectors) if sector.name == name), -1)

    def register_before_opening(self) -> None:
        """Register the organisations that sign up before the fair opens."""
        kinds = self._kinds_at_opening()
        self._sign_up(kinds, self._economies_at_opening(kinds), np.zeros(len(kinds), np.int64))
        if self._parameters.exhibitors:
            self.register.exhibits = self._exactly(self._parameters.exhibitors)
        if np.count_nonzero(self.register.exhibits) < 2:  # in a tiny fair: a visitor then has another exhibitor to ask
            self.register.exhibits[-2:] = True
        for number in range(len(self.register)):
            self._announce(number)

    def sign_up_today(self, day: int) -> range:
        """Draw which organisations register on a day of the fair, and return their numbers."""
        quarters = np.arange(QUARTERS)
        weights = np.repeat(self._parameters.hour_profile, QUARTERS // 24)
        days = self._context.parameters.fair.days
        per_day = self._parameters.registrations_per_day * weight_of(self._parameters.day_profile, day, days)
        expected = per_day * weights / weights.sum()
        places, _, shares = poisson(self._arrivals, quarters + day * QUARTERS, expected)
        of_day_ms = np.floor((places + shares) * (DAY_MS / QUARTERS)).astype(np.int64)
        times_ms = np.sort(self._context.moments(day, of_day_ms))
        first = len(self.register)
        numbers = np.arange(first, first + len(times_ms))
        kinds = self._others(numbers)
        overseas = self._attributes.uniform(numbers, OVERSEAS) < self._of_kinds("overseas_share")[kinds]
        economies = np.where(overseas, self._foreign(numbers), self._home)
        self._sign_up(kinds, economies, times_ms)
        return range(first, len(self.register))

    def sign_ups(self, numbers: range) -> Process:
        """Organisations register, one after the other, at the times that were drawn."""
        times_ms = self.register.registered_ms[numbers.start : numbers.stop]
        for number, gap_ms in zip(numbers, gaps_ms(times_ms, self.env.now), strict=True):
            yield self.env.timeout(gap_ms)
            self._announce(number)

    def _exactly(self, exhibitors: int) -> NDArray[np.bool_]:
        """Return who exhibits where their number is stated: those whom the shares of their kinds draw first."""
        share = self._of_kinds("exhibitor_share")[self.register.kind]
        chance = self._attributes.uniform(np.arange(len(self.register)), EXHIBITS)
        order = np.where(share >= 1, -1.0, chance / np.maximum(share, np.finfo(np.float64).tiny))
        first = np.argsort(order, kind="stable")[:exhibitors]
        exhibits = np.zeros(len(self.register), np.bool_)
        exhibits[first] = share[first] > 0
        return exhibits

    def _announce(self, number: int) -> None:
        register = self.register
        economy = self.economies[register.economy[number]]
        self.emit(
            OrganisationRegistered(
                at_ms=int(register.registered_ms[number]),
                organisation=number,
                kind=self._numbers[register.kind[number]].key,
                economy=economy.code,
                economy_rank=economy.rank,
                sector=self.sectors[register.sector[number]].name,
                delegates=int(register.delegates[number]),
                exhibits=bool(register.exhibits[number]),
            )
        )

    def _sign_up(self, kinds: NDArray[np.int64], economies: NDArray[np.int64], times_ms: NDArray[np.int64]) -> None:
        """Append organisations of these kinds and economies, with the attributes of their numbers."""
        numbers = np.arange(len(self.register), len(self.register) + len(kinds))
        parameters, draw = self._parameters, self._attributes
        weights = np.cumsum([sector.weight for sector in self.sectors])
        delegates = draw.lognormal(numbers, parameters.delegates_mean, parameters.delegates_sigma, DELEGATES)
        self.register.add(
            kind=kinds,
            economy=economies,
            sector=np.searchsorted(weights, draw.uniform(numbers, SECTOR) * weights[-1], side="right"),
            delegates=np.clip(np.rint(delegates), 1, MOST_DELEGATES).astype(np.int64),
            registered_ms=times_ms,
            exhibits=draw.uniform(numbers, EXHIBITS) < self._of_kinds("exhibitor_share")[kinds],
            overseas=economies != self._home,
        )

    @property
    def _numbers(self) -> tuple[OrganisationNumbers, ...]:
        return self._parameters.kinds

    def _of_kinds(self, field: str) -> NDArray[np.float64]:
        """Return a parameter of all kinds."""
        return np.array([getattr(kind, field) for kind in self._numbers])

    def _kinds_at_opening(self) -> NDArray[np.int64]:
        """Return the kinds of those who sign up before the opening: first those with a count, then all others."""
        counts = [0 if kind.others else numbers.count for kind, numbers in self._with_numbers()]
        stated = np.repeat(np.arange(len(counts)), counts)
        numbers = np.arange(len(stated), max(self._parameters.at_opening, len(stated)))
        return np.concatenate([stated, self._others(numbers)])

    def _with_numbers(self) -> Iterable[tuple[OrganisationKind, OrganisationNumbers]]:
        return zip(self._context.scenario.fair.kinds.organisations, self._numbers, strict=True)

    def _others(self, numbers: Keys) -> NDArray[np.int64]:
        """Return for each organisation one of the kinds that are all others, by weight."""
        places = np.array([place for place, (kind, _) in enumerate(self._with_numbers()) if kind.others])
        if len(places) == 1:
            return np.full(len(numbers), places[0])
        weights = np.cumsum(self._of_kinds("weight")[places])
        chosen: NDArray[np.int64] = places[
            np.searchsorted(weights, self._attributes.uniform(numbers, KIND) * weights[-1], side="right")
        ]
        return chosen

    def _economies_at_opening(self, kinds: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return economies for organisations that register before the opening.

        Every economy that takes part is present: a kind may have one organisation of each, and the first overseas ones
        of kinds that are all others are of the economies without any other organisation.
        """
        numbers = np.arange(len(kinds))
        overseas = self._attributes.uniform(numbers, OVERSEAS) < self._of_kinds("overseas_share")[kinds]
        overseas &= len(self._taking_part) > 0
        economies = np.where(overseas, self._foreign(numbers), self._home)
        declared = self._context.scenario.fair.kinds.organisations
        if len(self._taking_part):
            for place, kind in enumerate(declared):
                if kind.each_economy:
                    theirs = np.flatnonzero(kinds == place)
                    economies[theirs] = self._taking_part[np.arange(len(theirs)) % len(self._taking_part)]
        other = np.array([kind.others for kind in declared])[kinds]
        missing = self._taking_part[~np.isin(self._taking_part, economies[~other])]
        first = np.flatnonzero(other & overseas)[: len(missing)]
        economies[first] = missing[: len(first)]
        return economies

    def _choose_economies(self, draws: Draws) -> NDArray[np.int64]:
        """Return the foreign economies that take part, drawn by weight, each once (Efraimidis, Spirakis 2006)."""
        foreign = np.array(
            [place for place, economy in enumerate(self.economies) if economy.overseas and economy.weight]
        )
        if not len(foreign):
            return foreign.astype(np.int64)
        weights = np.array([self.economies[place].weight for place in foreign])
        race = draws.stream("organisations.economies").exponential(foreign.astype(np.int64), 1.0) / weights
        ranked: NDArray[np.int64] = foreign[np.argsort(race, kind="stable")]
        return ranked[: self._parameters.foreign_economies]

    def _foreign(self, numbers: Keys) -> NDArray[np.int64]:
        """Return a foreign economy for each organisation number, by weight among those that take part."""
        if not len(self._taking_part):
            return np.full(len(numbers), self._home)
        weights = np.cumsum([self.economies[place].weight for place in self._taking_part])
        places = np.searchsorted(weights, self._attributes.uniform(numbers, ECONOMY) * weights[-1], side="right")
        chosen: NDArray[np.int64] = self._taking_part[places]
        return chosen
