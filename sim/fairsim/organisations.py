"""The register: organisations of each kind that sign up before and during the fair."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from fairfacts.organisations import Kind, OrganisationRegistered
from fairsim.arrivals import DAY_MS, QUARTERS, gaps_ms, poisson
from fairsim.draws import Draws, Keys
from fairsim.economies import hours_ahead_of_beijing
from fairsim.kernel import Emit, Kernel, Story
from fairsim.scenario import Scenario
from fairsim.sectors import load_sectors

KINDS: tuple[Kind, ...] = get_args(Kind)
# lanes of the stream of attributes; an organisation's number is the entity, and the last takes two
OVERSEAS, ECONOMY, SECTOR, EXHIBITS, DELEGATES = 0, 1, 2, 3, 4


class Register:
    """All organisations, a column for each attribute; an organisation's number is its place."""

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


class Organisations:
    """Organisations register: most before the opening, further ones through the fair."""

    def __init__(self, env: Kernel, scenario: Scenario, draws: Draws, emit: Emit) -> None:
        self.register = Register()
        self.economies = scenario.economies
        self.sectors = load_sectors()
        self._env, self._emit = env, emit
        self.adopt(scenario)
        self._arrivals = draws.stream("organisations.arrivals")
        self._attributes = draws.stream("organisations.attributes")
        self._home = next(place for place, economy in enumerate(self.economies) if not economy.overseas)
        self.home_code = self.economies[self._home].code
        self._taking_part = self._choose_economies(draws)
        self._zones = sorted({economy.zone for economy in self.economies})
        places = {zone: place for place, zone in enumerate(self._zones)}
        self._zone_of_economy = np.array([places[economy.zone] for economy in self.economies])

    def adopt(self, scenario: Scenario) -> None:
        """Play by a scenario's parameters from now on."""
        self._parameters = scenario.parameters.organisations

    def zones(self) -> list[str]:
        """Return the time zones, by the places that `zone_of` gives."""
        return self._zones

    def zone_of(self, organisations: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the places of the organisations' time zones."""
        return self._zone_of_economy[self.register.economy[organisations]]

    def hours_ahead(self, day: datetime) -> NDArray[np.float64]:
        """Return for each time zone by how much it is ahead of Beijing at noon of a day."""
        noon = day + timedelta(hours=12)
        return np.array([hours_ahead_of_beijing(zone, noon) for zone in self._zones])

    def hosts(self) -> list[str]:
        """Return the foreign economies that take part, the largest first: they have events of their own."""
        return [self.economies[place].code for place in sorted(self._taking_part.tolist())]

    def register_before_opening(self) -> None:
        """Put those on the register who signed up before the fair opens."""
        kinds = self._kinds_at_opening()
        self._sign_up(kinds, self._economies_at_opening(kinds), np.zeros(len(kinds), np.int64))
        if np.count_nonzero(self.register.exhibits) < 2:  # in a tiny fair; whoever visits has somebody else to ask
            self.register.exhibits[-2:] = True
        for number in range(len(self.register)):
            self._announce(number)

    def sign_up_today(self, day: int) -> range:
        """Draw who signs up on a day of the fair, and return their numbers."""
        quarters = np.arange(QUARTERS)
        weights = np.repeat(self._parameters.hour_profile, QUARTERS // 24)
        expected = self._parameters.registrations_per_day * weights / weights.sum()
        places, _, shares = poisson(self._arrivals, quarters + day * QUARTERS, expected)
        moments = np.sort(np.floor((places + shares) * (DAY_MS / QUARTERS)).astype(np.int64)) + day * DAY_MS
        first = len(self.register)
        numbers = np.arange(first, first + len(moments))
        kinds = np.full(len(moments), KINDS.index("enterprise"))
        overseas = self._attributes.uniform(numbers, OVERSEAS) < self._parameters.overseas_share
        economies = np.where(overseas, self._foreign(numbers), self._home)
        self._sign_up(kinds, economies, moments)
        return range(first, len(self.register))

    def sign_ups(self, numbers: range) -> Story:
        """Organisations sign up, one after the other, at the moments drawn."""
        moments = self.register.registered_ms[numbers.start : numbers.stop]
        for number, gap_ms in zip(numbers, gaps_ms(moments, self._env.now), strict=True):
            yield self._env.timeout(gap_ms)
            self._announce(number)

    def _announce(self, number: int) -> None:
        register = self.register
        economy = self.economies[register.economy[number]]
        self._emit(
            OrganisationRegistered(
                at_ms=int(register.registered_ms[number]),
                organisation=number,
                kind=KINDS[register.kind[number]],
                economy=economy.code,
                economy_rank=economy.rank,
                sector=self.sectors[register.sector[number]].name,
                delegates=int(register.delegates[number]),
                exhibits=bool(register.exhibits[number]),
            )
        )

    def _sign_up(self, kinds: NDArray[np.int64], economies: NDArray[np.int64], moments: NDArray[np.int64]) -> None:
        """Append organisations of these kinds and economies, with the attributes of their numbers."""
        numbers = np.arange(len(self.register), len(self.register) + len(kinds))
        parameters, draw = self._parameters, self._attributes
        weights = np.cumsum([sector.weight for sector in self.sectors])
        delegates = draw.lognormal(numbers, parameters.delegates_mean, parameters.delegates_sigma, DELEGATES)
        may_exhibit = (kinds == KINDS.index("enterprise")) | (kinds == KINDS.index("fortune_500"))
        self.register.add(
            kind=kinds,
            economy=economies,
            sector=np.searchsorted(weights, draw.uniform(numbers, SECTOR) * weights[-1], side="right"),
            delegates=np.maximum(np.rint(delegates), 1).astype(np.int64),
            registered_ms=moments,
            exhibits=may_exhibit & (draw.uniform(numbers, EXHIBITS) < parameters.exhibitor_share),
            overseas=economies != self._home,
        )

    def _kinds_at_opening(self) -> NDArray[np.int64]:
        parameters = self._parameters
        counts = {
            "international_organisation": parameters.international_organisations,
            "embassy": parameters.embassies,
            "overseas_chamber": parameters.overseas_chambers,
            "fortune_500": parameters.fortune_500,
        }
        counts["enterprise"] = max(parameters.at_opening - sum(counts.values()), 0)
        return np.repeat([KINDS.index(kind) for kind in counts], list(counts.values()))

    def _economies_at_opening(self, kinds: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return economies for those who register before the opening, so that each that takes part is there.

        Embassies are of different economies. The overseas enterprises are first of the economies that no other
        organisation comes from.
        """
        numbers, parameters = np.arange(len(kinds)), self._parameters
        chance = self._attributes.uniform(numbers, OVERSEAS)
        enterprise, top = kinds == KINDS.index("enterprise"), kinds == KINDS.index("fortune_500")
        overseas = ~(enterprise & (chance >= parameters.overseas_share))
        overseas &= ~(top & (chance >= parameters.fortune_500_overseas_share))
        overseas &= len(self._taking_part) > 0
        economies = np.where(overseas, self._foreign(numbers), self._home)
        if len(self._taking_part):
            embassies = np.flatnonzero(kinds == KINDS.index("embassy"))
            economies[embassies] = self._taking_part[np.arange(len(embassies)) % len(self._taking_part)]
        missing = self._taking_part[~np.isin(self._taking_part, economies[~enterprise])]
        first = np.flatnonzero(enterprise & overseas)[: len(missing)]
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
