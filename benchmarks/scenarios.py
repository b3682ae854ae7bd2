"""Plays the shipped scenarios, holds each log against the laws, and prints what `scenarios/README.md` says of them."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.model import peak_rss_mb
from fairfacts.auditor import Auditor
from fairfacts.clock import HOUR_MS
from fairfacts.measures import State, value_at
from fairfacts.parts.negotiations.events import NegotiationFailed
from fairfacts.parts.platform import LoginRefused
from fairfacts.parts.streams import ViewerRefused
from fairfacts.resources import scenario_names
from fairsim.engine.kernel import few_collections
from fairsim.fair import play
from fairsim.inputs.scenario import load_scenario

MEASURES = (
    "run.events",
    "negotiations.initiated",
    "negotiations.overseas_share",
    "negotiations.lapse_share",
    "negotiations.held",
    "negotiations.waited_mean_s",
    "negotiations.waited_p50_s",
    "negotiations.failed",
    "negotiations.failed_retried",
    "visits.started",
    "visits.dropped",
    "visits.returned",
    "streams.viewers_peak",
    "streams.refused",
    "streams.given_up",
    "streams.broken_off",
    "streams.stalled_min",
    "platform.rooms_in_use_peak",
    "platform.rooms_waiting_peak",
    "platform.requests_peak_per_s",
    "platform.logins_refused",
    "venue.inside_peak",
    "venue.entered",
    "venue.entered_overseas",
    "venue.waiting_peak",
    "venue.waited_mean_s",
    "venue.waited_p90_s",
    "venue.refused",
    "venue.turned_away",
    "venue.booked_out",
    "organisations.registered",
    "agreements.signed",
)
TROUBLE = (LoginRefused, ViewerRefused, NegotiationFailed)
"""Events of a platform that is not in its normal service."""


def main() -> None:
    """Play and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scenarios", description=__doc__)
    parser.add_argument("names", nargs="*", help="scenarios (all)")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the fair (1)")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(played(options.one, options.scale)))
        return
    names = options.names or scenario_names()
    runs = {}
    for name in names:  # each in a process of its own, whose memory is its own
        command = [sys.executable, "-m", "benchmarks.scenarios", "--one", name, "--scale", f"{options.scale}"]
        runs[name] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(f"{name}: {runs[name]['model s']} s, {runs[name]['violations']} violations", file=sys.stderr)
    table = Table("measure", *runs, box=None)
    for measure in runs[names[0]]:
        table.add_row(measure, *(f"{runs[name][measure]:,}" for name in names))
    Console(width=30 + 18 * len(names)).print(table)


def played(name: str, scale: float) -> dict[str, Any]:
    """Play a scenario; return its measures, what it took, and whether its log is lawful."""
    scenario, state, auditor = load_scenario(name, scale=scale), State(), Auditor()
    model_s, trouble_ms = 0.0, 0
    with few_collections():
        slices = play(scenario, 7)
        while True:
            began = time.process_time()
            _, events = next(slices, (0, None))
            model_s += time.process_time() - began
            if events is None:
                break
            state.fold(events)
            auditor.handle(events)
            trouble_ms = next((event.at_ms for event in reversed(events) if type(event) in TROUBLE), trouble_ms)
    snapshot = state.snapshot()
    return {
        "model s": round(model_s, 1),
        "memory MB": round(peak_rss_mb()),
        "violations": len(auditor.close()),
        "last trouble h": round(trouble_ms / HOUR_MS, 2),
    } | {measure: value_at(snapshot, measure) for measure in MEASURES}


if __name__ == "__main__":
    main()
