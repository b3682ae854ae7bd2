"""The information service: its notices reach a part of the people, who then do otherwise."""

from __future__ import annotations

from fairfacts.notices import NoticePublished
from fairfacts.platform import Channel
from fairsim.draws import Draws
from fairsim.kernel import Emit, Kernel
from fairsim.scenario import Scenario


class Notices:
    """Notices, and whom they reach."""

    def __init__(self, env: Kernel, scenario: Scenario, draws: Draws, emit: Emit) -> None:
        self._env, self._emit = env, emit
        self._reach = draws.stream("notices.reach")
        self._next_number = 0
        self.adopt(scenario)

    def adopt(self, scenario: Scenario) -> None:
        """Play by a scenario's parameters from now on."""
        self._parameters = scenario.parameters.notices

    def publish(self, about: str, text: str, *, over: bool = False, disruption: int | None = None) -> None:
        """Tell everybody of something."""
        self._emit(NoticePublished(self._env.now, self._next_number, about, over, text, disruption))
        self._next_number += 1

    def reaches(self, key: int, channel: Channel = "website") -> bool:
        """Return whether what is told reaches somebody, by key, before it matters; an app shows it at once."""
        parameters = self._parameters
        share = parameters.app_reach_share if channel == "app" else parameters.website_reach_share
        return self._reach.one(key) < share
