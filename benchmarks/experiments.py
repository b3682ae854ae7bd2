"""Measures an ensemble on one worker, on two, and on a Dask cluster of two; the digests must be equal.

python -m benchmarks.experiments --scale 1 -n 20
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time

from distributed import LocalCluster

from benchmarks.backend import FAIR


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.experiments", description=__doc__)
    parser.add_argument("--scale", type=float, default=0.1, help="size of the fair (0.1)")
    parser.add_argument("-n", type=int, default=8, help="replications (8)")
    options = parser.parse_args()
    asked = ["ensemble", "ciftis2020", "-n", str(options.n), "--scale", str(options.scale), "--json"]
    one = ensemble("1 worker", [*asked, "--workers", "1"])
    two = ensemble("2 workers", [*asked, "--workers", "2"])
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        dask = ensemble("Dask, 2 workers", [*asked, "--dask", cluster.scheduler_address])
    print(f"speed-up from 1 to 2 workers: {one[0] / two[0]:.2f}")
    print("digests are equal" if one[1] == two[1] == dask[1] else "DIGESTS DIFFER")


def ensemble(name: str, asked: list[str]) -> tuple[float, str]:
    """Play an ensemble, print how long it took, and return that and its digest."""
    began = time.monotonic()
    done = subprocess.run([*FAIR, *asked], capture_output=True, text=True, check=True)
    wall_s, digest = time.monotonic() - began, json.loads(done.stdout)["digest"]
    print(f"{name}: {wall_s:.1f} s, digest {digest[:16]}")
    return wall_s, digest


if __name__ == "__main__":
    main()
