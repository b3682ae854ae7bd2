"""A stage for small stories: the model's own parts on one clock, a few organisations, and nothing left to chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from fairfacts.event import Event
from fairfacts.negotiations import Outcome
from fairsim.agreements import Agreements
from fairsim.demand import Demand
from fairsim.disruptions import Disruptions
from fairsim.draws import Draws
from fairsim.kernel import Kernel, Story
from fairsim.negotiations import Attempts, Desks, Negotiation
from fairsim.notices import Notices
from fairsim.organisations import KINDS, Organisations
from fairsim.platform import Platform
from fairsim.programme import Programme, Session
from fairsim.results import Results
from fairsim.scenario import Scenario, load_scenario
from fairsim.signing import OfficeHours, SigningTables
from fairsim.streams import Streams, Viewer
from fairsim.venue import Venue
from fairsim.visits import Visits

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
BANK, HOTEL, LAB, SHIPPER = range(4)
ORGANISATIONS = {
    # economy, sector, whether it exhibits
    BANK: ("CN", "finance", True),
    HOTEL: ("CN", "tourism", False),
    LAB: ("DE", "health", True),
    SHIPPER: ("US", "transport", False),
}
CERTAIN = {
    "programme": {"audience_sigma": 0.0, "arrival_sigma_min": 0.0, "overrun_share": 0.0},
    "streams": {
        "audience_zipf": 0.0,
        "audience_mean": 0.0,
        "public_audience_mean": 0.0,
        "app_share": 0.0,
        "join_mean_min": 0.0,
        "stay_sigma": 0.0,
        "stay_median_share": 0.5,
        "return_share": 0.0,
        "return_mean_min": 0.0,
    },
    "platform": {"again_share": 1.0, "again_mean_s": 0.0, "again_growth": 1.0},
    "notices": {"website_reach_share": 0.0, "app_reach_share": 0.0, "return_spread_min": 0.0},
    "negotiations": {"popularity_zipf": 0.0, "negotiators_mean": 1.0, "night_share": 0.0},
    "agreements": {
        "drafting_mean_h": 100.0,
        "drafting_sigma": 0.0,
        "falls_through_share": 0.0,
        "value_mean_usd": 1_000.0,
        "value_sigma": 0.0,
        "sign_mean_min": 0.0,
        "on_site_share": 0.0,
        "tables": 1,
    },
    "results": {
        "value_mean_usd": 1_000_000.0,
        "value_sigma": 0.0,
        "signed_on_site_share": 0.0,
        "sign_online_mean_h": 0.0,
    },
}
"""Values out of their ranges, too: a spread of nothing."""


def certain(**changes: dict[str, Any]) -> Scenario:
    """Return the shipped scenario without chance, and with changes by part of the fair."""
    scenario = load_scenario("ciftis2020")
    parameters = scenario.parameters
    for part in CERTAIN | changes:
        values = CERTAIN.get(part, {}) | changes.get(part, {})
        changed = msgspec.structs.replace(getattr(parameters, part), **values)
        parameters = msgspec.structs.replace(parameters, **{part: changed})
    return msgspec.structs.replace(scenario, parameters=parameters)


class Stage:
    """Real parts of the fair; `log` is what they tell."""

    def __init__(self, **changes: dict[str, Any]) -> None:
        scenario, draws = certain(**changes), Draws(7)
        self.env, self.log = Kernel(), list[Event]()
        self._organisations = Organisations(self.env, scenario, draws, self.log.append)
        self._register()
        parts = self.env, scenario, draws, self._organisations
        self.tables, hours = SigningTables(self.env, scenario), OfficeHours(scenario)
        agreements = Agreements(self.env, scenario, draws, hours, self.tables, self.log.append)
        demand, notices = Demand(self._organisations), Notices(self.env, scenario, draws, self.log.append)
        self.platform = Platform(self.env, scenario, draws, self.log.append)
        self.desks = Desks(*parts, self.platform, agreements.intend, self.log.append)
        self.streams = Streams(*parts, self.platform, demand, self.log.append)
        self.venue = Venue(*parts, demand, notices, self.log.append)
        self.programme = Programme(*parts, self.streams, self.venue, notices, self.log.append)
        self.results = Results(*parts, self.programme, hours, self.tables, self.log.append)
        self.visits = Visits(*parts, self.platform, self.desks, self.streams, demand, self.log.append)
        self.env.process(self.tables.keep_hours())
        self.disruptions = Disruptions(
            *parts, self.platform, self.desks, self.streams, self.programme, self.visits, self.venue, demand, notices,
            self.log.append,
        )  # fmt: skip
        self.desks.set_up(range(len(ORGANISATIONS)))
        self._visits = iter(range(1_000))

    def _register(self) -> None:
        codes = [economy.code for economy in self._organisations.economies]
        sectors = [sector.name for sector in self._organisations.sectors]
        count = len(ORGANISATIONS)
        self._organisations.register.add(
            kind=np.full(count, KINDS.index("enterprise")),
            economy=np.array([codes.index(economy) for economy, _, _ in ORGANISATIONS.values()]),
            sector=np.array([sectors.index(sector) for _, sector, _ in ORGANISATIONS.values()]),
            delegates=np.ones(count, np.int64),
            registered_ms=np.zeros(count, np.int64),
            exhibits=np.array([exhibits for _, _, exhibits in ORGANISATIONS.values()]),
            overseas=np.array([economy != "CN" for economy, _, _ in ORGANISATIONS.values()]),
        )

    def ask(self, at_ms: int, who: int, *attempts: Attempts) -> None:
        """Somebody's visitor asks for a negotiation at a moment, and elsewhere after a lapse."""
        economy, visit = ORGANISATIONS[who][0], next(self._visits)
        wish = Negotiation(visit, who, economy, economy != "CN", list(attempts), wish=0, attempt=0)
        self.at(at_ms, lambda: self.desks.ask(wish))

    def look_in(self, at_ms: int, who: int, stay_ms: int, which: float = 0.5) -> None:
        """Somebody looks into one of the streams on air at a moment."""
        viewer = Viewer(who, ORGANISATIONS[who][0], "website", who, stay_ms)
        self.at(at_ms, lambda: self.streams.drop_in(viewer, which))

    def hold(self, session: Session) -> None:
        """A session is held."""
        self.programme.sessions[session.number] = session
        self.env.process(self.programme.hold(session.number))

    def at(self, at_ms: int, deed: Callable[[], None]) -> None:
        """Do something at a moment."""

        def waits() -> Story:
            yield self.env.timeout(at_ms - self.env.now)
            deed()

        self.env.process(waits())

    def play(self, until_ms: int) -> list[Event]:
        """Play until a moment, and return the log."""
        self.env.run(until=until_ms)
        return self.log


def attempt(
    exhibitor: int,
    *,
    patience_ms: int = HOUR,
    talk_ms: int = 20 * MINUTE,
    declined: bool = False,
    outcome: Outcome = "intent",
    retry_ms: int = 0,
) -> Attempts:
    """Return what comes of asking an exhibitor."""
    drawn = Attempts()
    drawn.keys = np.array([0])
    drawn.exhibitor, drawn.declined, drawn.outcome = [exhibitor], [declined], [outcome]
    drawn.patience_ms, drawn.talk_ms, drawn.retry_ms = [patience_ms], [talk_ms], [retry_ms]
    return drawn
