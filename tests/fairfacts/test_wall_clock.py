"""The wall clock is asked in one place."""

from __future__ import annotations

import re
from datetime import UTC
from pathlib import Path

from fairfacts.wall_clock import now, now_ms

ROOT = Path(__file__).resolve().parents[2]
ASKS = re.compile(r"datetime\.(now|today|utcnow)\(|\btime\.time(_ns)?\(")
"""`date.today()` is no such: `fair new` proposes a day by the date where the user is."""


def test_now_is_in_utc_and_the_same_in_ms():
    earlier, in_ms, later = now(), now_ms(), now()
    assert earlier.tzinfo is UTC
    assert earlier.timestamp() <= in_ms / 1000 <= later.timestamp()


def test_only_one_module_asks_the_wall_clock():
    sources = [*ROOT.glob("platform/*/**/*.py"), *ROOT.glob("sim/**/*.py")]
    asking = {path.relative_to(ROOT).as_posix() for path in sources if ASKS.search(path.read_text())}
    assert asking == {"platform/fairfacts/wall_clock.py"}
