"""The soak, in seconds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.soak import Sample, growth
from tests.real import starts

ROOT = Path(__file__).resolve().parents[2]


def test_a_short_soak_samples_a_backend_that_watchers_look_at() -> None:
    starts("backend")
    command = [sys.executable, "-m", "benchmarks.soak", "--minutes", "0.1", "--scale", "0.005", "--watchers", "8"]
    done = subprocess.run([*command, "--json"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    samples = [Sample(**sample) for sample in json.loads(done.stdout)]
    assert samples[-1].at_s > samples[0].at_s
    assert all(sample.memory_mb > 10 and sample.files > 3 and sample.answer_ms > 0 for sample in samples)


def test_growth_is_that_of_the_last_third_against_what_was_after_the_first_sixth() -> None:
    samples = [Sample(at_s, 100.0 if at_s < 60 else 110.0, 20, 5.0) for at_s in range(10, 101, 10)]
    samples.insert(0, Sample(0, 1.0, 1, 1.0))  # what is at the start does not count
    assert growth(samples) == {"memory_mb": (100.0, 110.0), "files": (20, 20), "answer_ms": (5.0, 5.0)}
