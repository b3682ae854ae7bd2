"""Makes small changes to the program that make it wrong, and counts how many of them the tests notice."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.mutants.groups import GROUPS
from tests.mutants.trying import Copy, Known, Tried, copied, drawn, tried


def main() -> int:
    """Try the changes that are asked for, and print those that no test noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--group", action="append", choices=list(GROUPS), help="what is changed (all, one by one)")
    parser.add_argument("--count", type=int, default=40, help="how many changes of each group (40)")
    parser.add_argument("--seed", type=int, default=1, help="of the draw of the changes (1)")
    parser.add_argument(
        "--only", metavar="FILE:LINE", default="", help="draw from the changes of this line or file alone"
    )
    parser.add_argument("--json", metavar="FILE", help="write each change and the test that noticed it")
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.count} changes of each group", flush=True)
    found: dict[str, list[Tried]] = {}
    for ends in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ends, signal.default_int_handler)
    with suppress(KeyboardInterrupt), copied() as copy:  # what was tried until then is shown
        for name in options.group or GROUPS:
            _try(copy, name, options, found.setdefault(name, []))
    print(f"\n{'group':<10}{'changes':>10}{'noticed':>10}{'score':>10}")
    for name, every in found.items():
        noticed = sum(one.killed for one in every)
        print(f"{name:<10}{len(every):>10}{noticed:>10}{_share(noticed, len(every)):>10}")
    if options.json:
        plain = {name: [_plain(one) for one in every] for name, every in found.items()}
        Path(options.json).write_text(json.dumps(plain, indent=1), encoding="utf-8")
    return 0


def _try(copy: Copy, name: str, options: argparse.Namespace, found: list[Tried]) -> None:
    began, changes = time.monotonic(), drawn(GROUPS[name], options.count, options.seed, copy.root, options.only)
    tests = Known(copy, GROUPS[name])
    print(f"\n{name}: {len(tests.seconds)} tests pass where nothing is changed; not noticed:", flush=True)
    for change in changes:
        found.append(tried(copy, tests, change))
        if not found[-1].killed:
            print(f"  {change}", flush=True)
    print(f"  {time.monotonic() - began:.0f} s", flush=True)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _plain(one: Tried) -> dict[str, Any]:
    return one.change._asdict() | {"noticed": one.killed, "by": one.by, "seconds": round(one.seconds, 1)}


if __name__ == "__main__":
    sys.exit(main())
