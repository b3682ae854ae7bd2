"""Coverage-guided fuzzing of the readers by atheris (libFuzzer).

`pip install atheris`, then `python -m tests.fuzz.coverage_guided icalendar --seconds 600`. Atheris is no dependency of
the tests, as it has wheels for Linux alone. New inputs are kept in `--corpus`; an input that breaks a reader is written
to `crash-...` there and ends the run. `--minimize` adds inputs with new coverage to `tests/fuzz/corpus/`, which pytest
plays.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

KEPT = Path(__file__).parent / "corpus"
DICTIONARIES = Path(__file__).parent / "dictionaries"
WATCHED = ["fairfacts", "fairsim", "cloudfair.api.cloudevent", "icalendar", "csv"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, default=Path(tempfile.gettempdir()) / "fairfuzz")
    parser.add_argument("--minimize", action="store_true")
    asked = parser.parse_args()
    import atheris

    with atheris.instrument_imports(include=WATCHED):
        from tests.fuzz.targets import TARGETS

    target, found, kept = TARGETS[asked.target], asked.corpus / asked.target, KEPT / asked.target
    found.mkdir(parents=True, exist_ok=True)
    kept.mkdir(parents=True, exist_ok=True)
    options = [
        f"-seed={asked.seed}",
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-max_len=4096",
        f"-artifact_prefix={found}/",
    ]
    if asked.minimize:
        folders = ["-merge=1", str(kept), str(found)]
    else:
        folders = [f"-max_total_time={asked.seconds}", str(found), str(kept)]

    def once(content: bytes) -> None:
        target(content)

    atheris.Setup([sys.argv[0], *options, f"-dict={DICTIONARIES / asked.target}.dict", *folders], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
