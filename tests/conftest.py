"""What every test relies on: no terminal, and so no width of one; Ctrl-C that is heard, also in the background of a
shell; and no measure of how fast this machine is."""

from __future__ import annotations

import functools
import gc
import inspect
import os
import signal
import ssl

import httpx
import pytest
from hypothesis import HealthCheck, settings
from tests.ready.program import share
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

for _size in ("COLUMNS", "LINES"):  # readline invents them for xdist's workers, and Rich believes them
    os.environ.pop(_size, None)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command `fair` does
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a shell starts what runs in its background like this
    signal.signal(signal.SIGINT, signal.default_int_handler)
_patience = inspect.signature(httpx.Client).parameters["timeout"].default  # 5 s, which all clients share
for _part in ("connect", "read", "write", "pool"):
    setattr(_patience, _part, 60.0)
ssl.create_default_context = functools.cache(ssl.create_default_context)  # httpx reads them at each request
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

IS_QUICK = os.environ.get("CLOUDFAIR_TESTS") == "quick"
"""Whether nothing is started, as in `make quick`."""

GUIDE = "tests/docs/test_guide.py"
LONG = (
    "tests/web/test_desk.py",
    "tests/web/test_layout.py",
    GUIDE,
    "tests/faircli/commands/test_calibrate.py",
    "tests/cloudfair/api/test_openapi.py",
    "tests/torture/test_troubles.py",
    "tests/fairlab/test_ensemble.py",
    "tests/faircli/commands/test_run.py",
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


def pytest_configure(config: pytest.Config) -> None:
    """Start one nursery for all workers, before they start."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput") and not IS_QUICK:
        share()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker waits for another at the end."""
    rank = {file: place for place, file in enumerate(LONG)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(LONG)))


class ByFile(LoadScopeScheduling):
    """Gives a file's tests to one worker, as they share what is set up; but each page of the guide stands by itself.

    A worker stays in a folder of tests while there is something left in it: its files share a browser, or a server.

    xdist's own `loadgroup` writes the groups into the names of the tests, where pytest 9.2 does not look for them.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file == GUIDE else file

    def _assign_work_unit(self, node: WorkerController) -> None:
        held = next(reversed(self.assigned_work[node]), None)
        for scope in self.workqueue:
            if held and _folder(scope) == _folder(held):
                self.workqueue.move_to_end(scope, last=False)
                break
        super()._assign_work_unit(node)


def _folder(scope: str) -> str:
    return scope.split("/")[1]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Start two workers more than there are cores, as each waits now and then, for a browser or the next frame."""
    return len(os.sched_getaffinity(0)) + (0 if IS_QUICK else 2)


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
