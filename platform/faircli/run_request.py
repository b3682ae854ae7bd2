"""The request for a run: what decides it. A run keeps it, and is completed, branched or played again by it."""

from __future__ import annotations

from typing import Any

import msgspec

from fairfacts.errors import BackendError, ScenarioError
from fairfacts.operator_commands import SLOWEST, Pace
from fairfacts.resources import fairs_here, is_shipped, scenario_names, shipped_names
from fairsim import VERSION
from fairsim.inputs.scenario import Scenario, load_scenario


class Request(msgspec.Struct, frozen=True):
    """What decides a run; the backend keeps it with the run and does not look into it."""

    scenario: str
    seed: int
    replication: int
    scale: float
    changes: list[str]
    sha256: str = ""
    """Of the resolved scenario: it shows whether the scenario's file has changed since."""


def names_here() -> list[str]:
    """Return the names under which fairs that lie here, shipped fairs and shipped scenarios are played, in that order.

    The first of the shipped fairs is the one that scenarios ask about. Each is a name alone, so that none leads out of
    the working directory.
    """
    asked_about = scenario_names()
    shipped = sorted(shipped_names(), key=lambda name: (not is_shipped(name), name not in asked_about, name))
    return [*fairs_here(), *shipped]


def pace_of(speed: str) -> Pace:
    """Return the pace that a speed names.

    Raises:
        ScenarioError: it names none.
    """
    try:
        return msgspec.convert(speed, Pace, strict=False)  # type: ignore[no-any-return]  # an alias of a union
    except msgspec.ValidationError:
        raise ScenarioError(
            f"--speed is {speed}; give simulated seconds a second from {SLOWEST} on, such as 3600, or max"
        ) from None


def load(request: Request) -> Scenario:
    """Return the scenario of a request, resolved.

    Raises:
        ScenarioError: as `load_scenario`.
    """
    return load_scenario(request.scenario, changes=request.changes, scale=request.scale)


def record_of(scenario: Scenario, request: Request) -> dict[str, Any]:
    """Return what a backend keeps of a run that is about to begin, as JSON can carry it.

    The reports of the scenario's files, in short, are part of its request: `GET /runs/{run}` shows them. So is what it
    overrides of its fair: two runs are compared by it (`fairfacts.evidence.settings`).
    """
    plain = msgspec.to_builtins(msgspec.structs.replace(request, sha256=scenario.sha256()))
    plain |= {"fair": scenario.fair.key, "overrides": {name: list(pair) for name, pair in scenario.overrides.items()}}
    if scenario.reports:
        plain["reports"] = [line for report in scenario.reports for line in report.summary()]
    return {
        "scenario": scenario.name,
        "seed": request.seed,
        "replication": request.replication,
        "scale": request.scale,
        "version": VERSION,
        "request": plain,
    }


def changed_since(plain: object, version: str) -> str:
    """Return what is not as it was when a run was played, in words: the release of the model or the scenario; or none.

    Args:
        plain: the request that the backend keeps with it, as plain data; of one that was not begun by `fair run`, or
            whose scenario is not here, nobody can tell.
        version: release of the model that the run was played with.
    """
    try:
        request = msgspec.convert(plain, Request)
        if version != VERSION:
            return f"it was played by release {version} of the model, and this is {VERSION}"
        if request.sha256 and load(request).sha256() != request.sha256:
            return f"{request.scenario} has changed since it was played"
    except (msgspec.ValidationError, ScenarioError):
        pass
    return ""


def request_of(run: str, plain: object, version: str) -> tuple[Request, Scenario]:
    """Return what a run was begun with, and its scenario, so that the run can be played again.

    Args:
        run: its id.
        plain: the request that the backend keeps with it, as plain data.
        version: release of the model that the run was played with.

    Raises:
        BackendError: the run is of another release, or was not begun by `fair run`.
        ScenarioError: its scenario has changed since.
    """
    try:
        request = msgspec.convert(plain, Request)
    except msgspec.ValidationError as fault:
        raise BackendError(
            f"run {run} was not begun by fair run and names no scenario to play; whoever sent its events can send more"
        ) from fault
    if version != VERSION:
        raise BackendError(f"run {run} is of release {version}, this is {VERSION}; start a new run")
    scenario = load(request)
    if scenario.sha256() != request.sha256:
        raise ScenarioError(f"run {run}: {request.scenario} is not what it was when the run began; start a new run")
    return request, scenario
