"""What stands beyond one process, in short: commands of `docs/scale.md` at a small scale.

That of the load balancer stops a backend once both have had a batch, which a short run on a busy machine does not give;
`tests/cloudfair/test_balanced.py` holds the same without a clock.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from benchmarks.scale import main


@pytest.mark.parametrize(
    ("what", "options", "shown"),
    [
        ("cluster", ["--scale", "0.002", "-n", "2"], "equal: "),
        ("relays", ["--scale", "0.005", "--watchers", "5"], "equal to the backend's"),
    ],
)
def test_a_short_run_of_each_holds(measured: Callable[..., str], what: str, options: list[str], shown: str) -> None:
    assert shown in measured(main, what, *options)
