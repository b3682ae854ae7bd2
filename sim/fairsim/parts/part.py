"""What a part of the model is, and what every part is given."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fairfacts.clock import HOUR_MS
from fairsim.engine.draws import Draws
from fairsim.engine.kernel import Emit, Kernel
from fairsim.inputs.parameters import Parameters
from fairsim.inputs.scenario import Scenario


class Context:
    """What all parts of one fair share: clock, scenario, random numbers and log."""

    __slots__ = ("draws", "emit", "env", "scenario")

    def __init__(self, env: Kernel, scenario: Scenario, draws: Draws, emit: Emit) -> None:
        self.env, self.draws, self.emit = env, draws, emit
        self.scenario = scenario
        """The scenario that holds now: a change replaces it for all parts at once (`fairsim.fair.Fair.change`)."""

    @property
    def parameters(self) -> Parameters:
        """Return the parameters that hold now."""
        return self.scenario.parameters

    def day_ms(self, day: int) -> int:
        """Return the moment from which a day's times count by its clocks; another than midnight where these change."""
        return self.scenario.at_ms(day, 12) - 12 * HOUR_MS

    def moments(self, day: int, times_ms: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the moments of times of a day (ms by its clocks); none lies before the midnight at which it begins."""
        moments: NDArray[np.int64] = np.maximum(times_ms + self.day_ms(day), self.scenario.at_ms(day))
        return moments


class Part:
    """A part of the fair. `fairsim.parts.registry` lists all of them.

    A part reads parameters through its context when it needs them, and keeps none: a change then reaches it without
    more ado. A part that derives something from parameters brings it up to date in `reconfigure`.
    """

    DRAWN_AHEAD_BY: ClassVar[frozenset[str]] = frozenset()
    """Sections of the parameters that decide what the part draws ahead. A change of one of them calls `redraw`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.env, self.emit = context.env, context.emit

    def reconfigure(self, before: Scenario) -> None:
        """Bring up to date what was derived from `before`, the scenario that held until now."""

    def redraw(self) -> None:
        """Draw again what was drawn ahead, as its parameters or the demand have changed."""
