"""Makes trouble over the real programs, and holds after each that nothing is lost, doubled or wrong without a word."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from tests.torture.trouble import attempt, trials
from tests.torture.troubles import TROUBLES


def main() -> int:
    """Make the troubles that are asked for, and print what they found."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("troubles", nargs="*", metavar="TROUBLE", help=f"of {', '.join(TROUBLES)} (all)")
    parser.add_argument("--seed", type=int, default=1, help="of the trials (1)")
    parser.add_argument("--count", type=int, help="how many of each trouble; otherwise those of a full pass")
    parser.add_argument("--trial", help="make the one trial of this seed again, which a failure has printed")
    options = parser.parse_args()
    if unknown := set(options.troubles) - set(TROUBLES):
        parser.error(f"{', '.join(sorted(unknown))}: choose from {', '.join(TROUBLES)}")
    failed = 0
    print(f"seed {options.seed}", flush=True)
    for trouble in (TROUBLES[name] for name in options.troubles or TROUBLES):
        began, made, count = time.monotonic(), Counter[str](), options.count or trouble.full
        tried = [attempt(trouble, options.trial)] if options.trial else trials(trouble, options.seed, count)
        for trial in tried:
            made.update(trials=1, made=trial.made, failed=int(bool(trial.fault)))
            if trial.fault:
                print(trial, flush=True)
        print(
            f"{trouble.name}: {made['made']:,} in {made['trials']:,} trials, {made['failed']} failed,"
            f" {time.monotonic() - began:.0f} s",
            flush=True,
        )
        failed += made["failed"]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
