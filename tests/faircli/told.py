"""What a command tells on standard error."""

from __future__ import annotations

import re


def beside_small_scale(told: str) -> str:
    """Return what was told on standard error beside what so small a fair lacks of the whole one."""
    return re.sub(
        r"^.*rows read\n(  coerced, (lanes|economies|counts): .*\n|  assumed, peaks: .*\n)+",
        "",
        told,
        flags=re.MULTILINE,
    )
