"""Which tests go to the same worker, and in which order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.conftest import GUIDE, pytest_xdist_make_scheduler
from xdist.remote import Producer

TESTS = [
    *(f"{GUIDE}::test_page[{page}]" for page in "abc"),
    *(f"tests/{file}.py::test_{name}[x]" for file in ("few", "many") for name in "abcde"),
]


class Worker:
    """Notes what it is given."""

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.given: list[str] = []
        self.shutting_down = False

    def send_runtest_some(self, places: list[int]) -> None:
        self.given += [TESTS[place] for place in places]

    def shutdown(self) -> None:
        self.shutting_down = True


def test_tests_of_a_file_go_to_one_worker_in_their_order() -> None:
    option = SimpleNamespace(loadscopereorder=True)
    config: Any = SimpleNamespace(option=option, getvalue={"tx": ["2*popen"]}.get)
    scheduler = pytest_xdist_make_scheduler(config, Producer("tests", enabled=False))
    workers: Any = [Worker("one"), Worker("other")]
    for worker in workers:
        scheduler.add_node(worker)
        scheduler.add_node_collection(worker, TESTS)
    scheduler.schedule()
    while not scheduler.tests_finished:
        for worker in workers:
            for test in worker.given[:1]:
                scheduler.mark_test_complete(worker, TESTS.index(test))
                worker.done = [*getattr(worker, "done", []), worker.given.pop(0)]
    one, other = (worker.done + worker.given for worker in workers)
    assert sorted(one + other) == sorted(TESTS)
    assert [test for test in one if test in TESTS[:3]] == [TESTS[0], TESTS[2]]  # a page of the guide is by itself
    for file in ("tests/few.py", "tests/many.py"):
        together = [test for test in TESTS if test.startswith(file)]
        assert [test for test in one if test in together] in (together, [])
