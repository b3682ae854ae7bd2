"""Ten times the demand against the baseline, by the model's processor time alone.

A shared machine has slower and quicker minutes, and what misses the caches most feels them most. So `tenfold` is held
every 25 seconds while the baseline is played from begin to end, and compared with the mean of these.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import time

from benchmarks.model import peak_rss_mb
from fairsim.engine.kernel import few_collections
from fairsim.fair import Fair, slices
from fairsim.inputs.scenario import load_scenario

HELD_EVERY_S = 25.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.demand", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="size of the fair (1)")
    parser.add_argument("--play", metavar="SCENARIO", help="play one and print its processor seconds, events and MB")
    options = parser.parse_args()
    if options.play:
        print(*play(options.play, options.scale))
        return
    tenfold, baseline = begin("tenfold", options.scale), list[float]()
    while True:
        try:
            tenfold.wait(HELD_EVERY_S)
            break
        except subprocess.TimeoutExpired:
            os.kill(tenfold.pid, signal.SIGSTOP)
            baseline.append(told(begin("ciftis2020", options.scale))[0])
            os.kill(tenfold.pid, signal.SIGCONT)
    baseline.append(told(begin("ciftis2020", options.scale))[0])
    seconds, events, rss_mb = told(tenfold)
    mean = statistics.mean(baseline)
    print(f"tenfold: {seconds:.1f} s, {events:,.0f} events, {rss_mb:.0f} MB")
    print(f"baseline, {len(baseline)} times: mean {mean:.1f} s ({min(baseline):.1f} to {max(baseline):.1f})")
    print(f"ratio: {seconds / mean:.2f} (bound 12)")


def play(name: str, scale: float) -> tuple[float, int, float]:
    """Play a scenario; return processor seconds, events, and the most memory in MB."""
    scenario, events = load_scenario(name, scale=scale), 0
    began = time.process_time()
    with few_collections():
        for _, batch in slices(Fair(scenario, 7)):
            events += len(batch)
    return time.process_time() - began, events, peak_rss_mb()


def begin(name: str, scale: float) -> subprocess.Popen[str]:
    """Play a scenario in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.demand", "--play", name, "--scale", str(scale)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def told(playing: subprocess.Popen[str]) -> tuple[float, ...]:
    """Wait for a process, and return what it printed."""
    return tuple(float(number) for number in playing.communicate()[0].split())


if __name__ == "__main__":
    main()
