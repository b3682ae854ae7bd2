"""A stage for small tests: the parts of the model on one clock, a few organisations, and nothing left to chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from fairfacts.event import Event
from fairfacts.parts.negotiations.events import Outcome
from fairsim.disruptions.disruptions import Disruptions
from fairsim.engine.draws import Draws
from fairsim.engine.kernel import Kernel, Process
from fairsim.inputs.changing import changed_sections
from fairsim.inputs.scenario import Scenario, load_scenario
from fairsim.parts.negotiations.attempts import Attempts
from fairsim.parts.negotiations.negotiation import Negotiation, Requester
from fairsim.parts.part import Context
from fairsim.parts.programme.sessions import Session
from fairsim.parts.registry import Parts
from fairsim.parts.streams.live import Viewer
from fairsim.parts.visits.delegate import Delegate, Stay
from fairsim.parts.visits.wishes import Wishes

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
    "negotiations": {
        "popularity_zipf": 0.0,
        "negotiators_mean": 1.0,
        "night_share": 0.0,
        "never_share": 0.0,
        "prompt_share": 1.0,
        "held_share": 1.0,
        "notice_mean_h": 0.0,
        "valid_h": 0.0,
    },
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
"""Some values lie outside their ranges: a spread of 0."""


def certain(**changes: dict[str, Any]) -> Scenario:
    """Return the shipped scenario without chance, and with changes by section of the parameters.

    A change under the key of a kind, as a dict, is of this kind; others reach the kinds that refer to them.
    """
    scenario = load_scenario("ciftis2020")
    for section in CERTAIN | changes:
        scenario = replaced(scenario, section, CERTAIN.get(section, {}) | changes.get(section, {}))
    return scenario


def replaced(scenario: Scenario, section: str, values: dict[str, Any]) -> Scenario:
    """Return a scenario with other values in a section of its parameters, which may lie out of their ranges."""
    before, rows = getattr(scenario.parameters, section), scenario.fair.rows
    own = {name: value for name, value in values.items() if not isinstance(value, dict)}
    if hasattr(before, "kinds"):
        own["kinds"] = tuple(
            msgspec.structs.replace(kind, **{
                field: own[row.refers_to.partition(".")[2]]
                for field in kind.__struct_fields__
                if (row := rows.get(f"{section}.{kind.key}.{field}")) and row.refers_to.partition(".")[2] in own
            } | values.get(kind.key, {}))
            for kind in before.kinds
        )  # fmt: skip
    parameters = msgspec.structs.replace(scenario.parameters, **{section: msgspec.structs.replace(before, **own)})
    delegates_alone = tuple(msgspec.structs.replace(badge, people=0) for badge in parameters.badges.kinds)
    badges = msgspec.structs.replace(parameters.badges, kinds=delegates_alone)
    return msgspec.structs.replace(scenario, parameters=msgspec.structs.replace(parameters, badges=badges))


def context_of(scenario: Scenario, log: list[Event], *, seed: int = 7) -> Context:
    """Return the context of a fair of its own, whose events go into a log."""
    return Context(Kernel(), scenario, Draws(seed), log.append)


class Stage:
    """Real parts of the fair, and their log."""

    def __init__(self, **changes: dict[str, Any]) -> None:
        self.log: list[Event] = []
        self.context = context_of(certain(**changes), self.log)
        self.env = self.context.env
        self.parts = Parts(self.context)
        self._register()
        self.disruptions = Disruptions(self.context, self.parts)
        self.env.process(self.parts.tables.keep_hours())
        self.parts.desks.set_up(range(len(ORGANISATIONS)))
        self._visits = iter(range(1_000))

    def change(self, **changes: dict[str, Any]) -> None:
        """Let other parameters hold from now on."""
        before, self.context.scenario = self.context.scenario, certain(**changes)
        self.parts.reconfigure(before, changed_sections(before, self.context.scenario))

    def _register(self) -> None:
        organisations = self.parts.organisations
        codes = [economy.code for economy in organisations.economies]
        sectors = [sector.name for sector in organisations.sectors]
        count = len(ORGANISATIONS)
        organisations.register.add(
            kind=np.full(count, [kind.key for kind in self.context.parameters.organisations.kinds].index("enterprise")),
            economy=np.array([codes.index(economy) for economy, _, _ in ORGANISATIONS.values()]),
            sector=np.array([sectors.index(sector) for _, sector, _ in ORGANISATIONS.values()]),
            delegates=np.ones(count, np.int64),
            registered_ms=np.zeros(count, np.int64),
            exhibits=np.array([exhibits for _, _, exhibits in ORGANISATIONS.values()]),
            overseas=np.array([economy != "CN" for economy, _, _ in ORGANISATIONS.values()]),
        )

    def ask(self, at_ms: int, who: int, *attempts: Attempts) -> Requester:
        """A delegate who stays on the platform asks for a negotiation at a time, and elsewhere after a lapse."""
        economy = ORGANISATIONS[who][0]
        requester = Requester(who, economy, overseas=economy != "CN")
        requester.visit = next(self._visits)
        self.at(at_ms, lambda: self.parts.desks.ask(Negotiation(requester, list(attempts), wish=0)))
        return requester

    def visit(self, at_ms: int, who: int, *attempts: Attempts, wishes: int = 1) -> Delegate:
        """A delegate logs in at a time, asks a minute later for each wish, and leaves a minute after all is done."""
        economy, drawn = ORGANISATIONS[who][0], Wishes()
        drawn.keys, drawn.channel, drawn.first = [who], ["website"], [0, wishes]
        drawn.browse_ms, drawn.leave_ms = [MINUTE] * wishes, [MINUTE]
        drawn.stands = drawn.projects = [0] * wishes
        drawn.last_stands = drawn.last_projects = drawn.watch_ms = [0]
        drawn.watch, drawn.attempts = [0.5], list(attempts)
        delegate = Delegate(who, 0, economy, overseas=economy != "CN")
        self.at(at_ms, lambda: self.parts.visits.log_in(Stay(delegate, drawn, 0)))
        return delegate

    def look_in(self, at_ms: int, who: int, stay_ms: int, which: float = 0.5) -> None:
        """A delegate of an organisation looks into one of the streams on air at a time."""
        viewer = Viewer(who, ORGANISATIONS[who][0], "website", who, stay_ms)
        self.at(at_ms, lambda: self.parts.streams.drop_in(viewer, which))

    def hold(self, session: Session) -> None:
        """Hold a session."""
        self.parts.programme.sessions[session.number] = session
        self.env.process(self.parts.programme.hold(session.number))

    def at(self, at_ms: int, callback: Callable[[], None]) -> None:
        """Call a function at a time."""

        def waits() -> Process:
            yield self.env.timeout(at_ms - self.env.now)
            callback()

        self.env.process(waits())

    def play(self, until_ms: int) -> list[Event]:
        """Play until a time, and return the log."""
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
    comes: bool = True,
) -> Attempts:
    """Return what comes of asking an exhibitor."""
    drawn = Attempts()
    drawn.keys = np.array([0])
    drawn.exhibitor, drawn.declined, drawn.outcome, drawn.comes = [exhibitor], [declined], [outcome], [comes]
    drawn.patience_ms, drawn.talk_ms, drawn.retry_ms = [patience_ms], [talk_ms], [retry_ms]
    return drawn
