"""The port through which the backend starts runs and writes reports.

The backend knows no model. The program that starts it passes a `Launcher`, which does: `fair serve` plays each run in
a process of its own, which sends its events as any other does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, Protocol

from pydantic import ConfigDict, Field, JsonValue

from cloudfair.http.requests import EXACT
from cloudfair.http.responses import Described
from fairfacts.operator_commands import FASTEST, SLOWEST
from fairfacts.parts.disruptions import AnyDisruption
from fairfacts.parts.runs import LARGEST_SEED

SCENARIO = r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$"
"""The names that a scenario may have."""


class ScenarioSummary(Described):
    """A scenario that can be played, and the question that it asks."""

    name: str
    title: str
    question: str
    titles: dict[str, str] = Field(default={})
    """Of a fair that is played as it is: its names by language."""


class NewStart(Described):
    """A run that is to be played."""

    model_config = ConfigDict(extra="forbid")

    scenario: str = Field(pattern=SCENARIO, max_length=64, examples=["ciftis2020"])
    """One of those that `GET /scenarios` lists."""
    seed: int = Field(default=7, ge=0, le=LARGEST_SEED)
    replication: int = Field(default=0, ge=0, le=LARGEST_SEED)
    scale: float = Field(default=1.0, gt=0, le=20, allow_inf_nan=False)
    """Size of the fair against the documented one."""
    speed: Annotated[float, Field(ge=SLOWEST, le=FASTEST)] | Literal["max"] = "max"
    """Simulated seconds a second, or `max`."""
    changes: dict[str, dict[str, JsonValue]] = Field(
        default={}, examples=[{"negotiations": {"patience_mean_min": 30}}], max_length=100
    )
    """What differs from the scenario, by part and parameter; `GET /scenarios/schema` describes it."""


class NewBranch(Described):
    """A run that is to be played again, with a disruption from some moment on."""

    model_config = ConfigDict(extra="forbid")

    at_ms: int = Field(gt=0, le=EXACT)
    """The simulated moment at which the branch begins."""
    disruption: dict[str, Any]
    """As in the command `disrupt`: people and lanes at the documented scale."""


class Launcher(Protocol):
    """Plays runs. Every method may be called from any thread."""

    def scenarios(self) -> list[ScenarioSummary]:
        """Return the scenarios that can be played."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the changes that a start may make."""

    def plan(self, asked: NewStart) -> dict[str, Any]:
        """Return the row of the run that the log is to hold, as the body of `POST /runs`.

        Raises:
            ScenarioError: it cannot be played; names scenario or parameter, value, and what is allowed.
            RefusedError: not now.
        """

    def replan(self, run: str, request: object, version: str, disruption: AnyDisruption) -> None:
        """Return if a run can be played again here from its kept request, with a disruption.

        Raises:
            ScenarioError: it was not begun here, or by another release; its scenario is not one of those that can be
                played here, or has changed since; or the disruption is of something that its fair does not have.
            BusyError: not now.
        """

    def launch(self, run: str, player: int, speed: float | Literal["max"], on_failure: Callable[[str], None]) -> None:
        """Play the run as this player; if that fails, call `on_failure` with the reason."""

    def report(self, run: str) -> str:
        """Return the report of a kept run as a page.

        Raises:
            UnableError: it cannot be written; says why.
        """

    def close(self) -> None:
        """Stop the runs that are played, and return once all of them have ended."""
