"""What every test relies on: no terminal, and so no width of one; Ctrl-C that is heard, also in the background of a
shell; and no measure of how fast this machine is."""

from __future__ import annotations

import functools
import gc
import os
import signal
import ssl

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

for _size in ("COLUMNS", "LINES"):  # readline invents them for xdist's workers, and Rich believes them
    os.environ.pop(_size, None)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command `fair` does
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a shell starts what runs in its background like this
    signal.signal(signal.SIGINT, signal.default_int_handler)
ssl.create_default_context = functools.cache(ssl.create_default_context)  # httpx reads them at each request
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

GUIDE = "tests/docs/test_guide.py"
LONG = (
    GUIDE,
    "tests/faircli/commands/test_calibrate.py",
    "tests/torture/test_troubles.py",
    "tests/fairlab/test_ensemble.py",
    "tests/cloudfair/api/test_openapi.py",
    "tests/faircli/commands/test_run.py",
    "tests/web/test_desk.py",
    "tests/web/test_time.py",
    "tests/web/test_views.py",
    "tests/fairsim/test_fair.py",
    "tests/fairsim/parts/test_attendance.py",
    "tests/fairlab/test_profile.py",
    "tests/fairlab/test_assimilation.py",
    "tests/faircli/test_launcher.py",
    "tests/faircli/commands/test_report.py",
)
"""Files that take longest."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker waits for another at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


class ByFile(LoadScopeScheduling):
    """Gives a file's tests to one worker, as they share what is set up; but each page of the guide stands by itself.

    xdist's own `loadgroup` writes the groups into the names of the tests, where pytest 9.2 does not look for them.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file == GUIDE else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Start two workers more than there are cores: each waits now and then, for a browser or the next frame."""
    return len(os.sched_getaffinity(0)) + 2


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Share the tests out file by file, in their order."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_collection_finish() -> None:
    """Look for garbage rarely, and not among what all tests have imported."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
