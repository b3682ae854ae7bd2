"""Bad inputs against every route and command: `python -m tests.fuzz.bad_inputs --tries 100000 --seed 1`.

Seven in eight tries are requests, the others commands. It prints every try that raised, hung, or was answered with a
5xx, and leaves with 1 where there was one. A seed gives the same tries again.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time

from tests.fuzz import bad_commands, bad_requests
from tests.fuzz.bad_requests import Finding
from tests.fuzz.odd import Odd


def play(tries: int, seed: int) -> list[Finding]:
    """Return the findings of so many tries."""
    commands = tries // 8
    requests = asyncio.run(bad_requests.play(tries - commands, Odd(seed)))
    return requests + bad_commands.play(commands, Odd(seed))


def main() -> int:
    parser = argparse.ArgumentParser(description="Bad inputs against every route and command.")
    parser.add_argument("--tries", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=["all", "requests", "commands"], default="all")
    asked = parser.parse_args()
    logging.disable()
    began = time.monotonic()
    if asked.part == "requests":
        findings = asyncio.run(bad_requests.play(asked.tries, Odd(asked.seed)))
    elif asked.part == "commands":
        findings = bad_commands.play(asked.tries, Odd(asked.seed))
    else:
        findings = play(asked.tries, asked.seed)
    kinds: dict[str, Finding] = {}
    for finding in findings:
        kinds.setdefault(finding.came[:80], finding)
    for finding in kinds.values():
        sys.stdout.write(f"{finding.came[:600]}\n  {finding.what[:1500]}\n")
    seconds = time.monotonic() - began
    sys.stdout.write(
        f"{asked.tries} tries, seed {asked.seed}, {seconds:.0f} s: {len(findings)} findings, {len(kinds)} kinds\n"
    )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
