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

    def __init__(self, name: str, tests: list[str]) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.tests = tests
        self.given: list[str] = []
        self.done: list[str] = []
        self.shutting_down = False

    def send_runtest_some(self, places: list[int]) -> None:
        self.given += [self.tests[place] for place in places]

    def shutdown(self) -> None:
        self.shutting_down = True


def passed(tests: list[str]) -> list[list[str]]:
    """Let two workers pass tests in turn; return what each of them did, and in which order."""
    option = SimpleNamespace(loadscopereorder=True)
    config: Any = SimpleNamespace(option=option, getvalue={"tx": ["2*popen"]}.get)
    scheduler = pytest_xdist_make_scheduler(config, Producer("tests", enabled=False))
    workers: Any = [Worker("one", tests), Worker("other", tests)]
    for worker in workers:
        scheduler.add_node(worker)
        scheduler.add_node_collection(worker, tests)
    scheduler.schedule()
    while not scheduler.tests_finished:
        for worker in workers:
            for test in worker.given[:1]:
                scheduler.mark_test_complete(worker, tests.index(test))
                worker.done.append(worker.given.pop(0))
    return [worker.done + worker.given for worker in workers]


def test_tests_of_a_file_go_to_one_worker_in_their_order() -> None:
    one, other = passed(TESTS)
    assert sorted(one + other) == sorted(TESTS)
    assert [test for test in one if test in TESTS[:3]] == [TESTS[0], TESTS[2]]  # a page of the guide is by itself
    for file in ("tests/few.py", "tests/many.py"):
        together = [test for test in TESTS if test.startswith(file)]
        assert [test for test in one if test in together] in (together, [])


def test_a_worker_stays_in_a_folder_while_something_is_left_in_it() -> None:
    files = ("web/test_long", "fairsim/test_long", "fairsim/test_a", "fairsim/test_b", "web/test_a", "web/test_b")
    one, other = passed([f"tests/{file}.py::test_{name}" for file in files for name in "ab"])
    assert {test.split("/")[1] for test in one} == {"web"}
    assert {test.split("/")[1] for test in other} == {"fairsim"}
