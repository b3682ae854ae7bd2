"""The model alone, without a backend, against a bare SimPy loop with as many scheduled events."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from fairfacts.events import encode
from fairsim.engine.draws import Draws
from fairsim.engine.kernel import few_collections
from fairsim.fair import Fair, slices
from fairsim.inputs.scenario import load_scenario

TIMERS = 1000
"""Processes of the bare loop: as many timeouts stand in its heap as in the model's at a busy hour."""


def model(scale: float) -> dict[str, float]:
    """Play the baseline and encode its events; return seconds, events and memory."""
    scenario = load_scenario("ciftis2020", scale=scale)
    began = time.perf_counter()
    with few_collections():
        fair, events = Fair(scenario, 7), 0
        for _, batch in slices(fair):
            events += len(batch)
            encode(batch)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "events": events, "rss_mb": peak_rss_mb()}


def scheduled(scale: float) -> int:
    """Return how many entries the event list has in the course of the same run."""
    fair, entries = Fair(load_scenario("ciftis2020", scale=scale), 7), 0
    after = fair.env.after

    def counted(*entry: Any) -> None:
        nonlocal entries
        entries += 1
        after(*entry)

    fair.env.after = counted  # type: ignore[method-assign]  # the run that is timed counts nothing
    with few_collections():
        for _ in slices(fair):
            pass
    return entries


def bare(scheduled: int) -> float:
    """Return the seconds that plain SimPy takes for so many timeouts, of lengths without a pattern."""
    env, each = simpy.Environment(), scheduled // TIMERS
    delays = Draws(7).stream("bare").exponential(np.arange(each), 1000.0).tolist()

    def ticks(first: int) -> Generator[simpy.Event, Any, None]:
        for place in range(each):
            yield env.timeout(delays[place - first])

    for timer in range(TIMERS):
        env.process(ticks(timer % each))
    began = time.perf_counter()
    with few_collections():
        env.run()
    return time.perf_counter() - began


def peak_rss_mb() -> float:
    """Return the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bare_alone(scheduled: int) -> float:
    """Return what `bare` does, from a process of its own: after a fair, the loop would pay for its memory as well."""
    code = f"from benchmarks.model import bare; print(bare({scheduled}))"
    return float(subprocess.check_output([sys.executable, "-c", code], text=True))


if __name__ == "__main__":
    scale = float(sys.argv[1])
    played, entries = model(scale), scheduled(scale)
    print(json.dumps(played | {"scheduled": entries, "bare_seconds": bare_alone(entries)}))
