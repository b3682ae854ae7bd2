"""The kernel plays what is due in SimPy's own order, whatever lies in between."""

from __future__ import annotations

import gc
from collections.abc import Generator
from typing import Any

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from fairsim.engine.kernel import BEHIND_ALL_ELSE, BUCKET_BITS, Arrivals, Callback, Kernel, few_collections

BUCKET_MS = 1 << BUCKET_BITS
DELAYS = st.one_of(st.integers(0, 3), st.sampled_from([BUCKET_MS - 1, BUCKET_MS, 7 * BUCKET_MS]), st.integers(0, 10**7))
STEPS = st.lists(st.tuples(DELAYS, st.sampled_from(["timeout", "callback", "end", "process", "arrivals"])), max_size=6)
"""What a story does one after the other: after how long, and by what means."""


class PlainSimPy(simpy.Environment):
    """What the kernel adds to SimPy, done by what SimPy has."""

    def after(self, delay_ms: int, callback: Callback, argument: Any) -> None:
        self.timeout(delay_ms, argument).callbacks.append(lambda over: callback(over.value))

    def end_of_millisecond(self, delay_ms: int) -> simpy.Event:
        event = simpy.Event(self)
        event._ok, event._value = True, None
        self.schedule(event, BEHIND_ALL_ELSE, delay_ms)  # type: ignore[arg-type]  # SimPy names two priorities
        return event

    def add_arrivals(self, arrivals: Arrivals) -> None:
        def story() -> Generator[simpy.Event, Any, None]:
            for wait_ms in arrivals:
                yield self.timeout(wait_ms)

        self.process(story())


class Trace:
    """Plays stories, and notes when each of their steps was done, in the order in which they were."""

    def __init__(self, env: Kernel | PlainSimPy) -> None:
        self.env = env
        self.done: list[tuple[int, ...]] = []

    def play(self, stories: list[list[tuple[int, str]]], stops: list[int]) -> list[tuple[int, ...]]:
        for number, steps in enumerate(stories):
            self.env.process(self.story(number, steps))
        for stop_ms in stops:
            self.env.run(until=stop_ms)
            self.note((-1, -1))
        self.env.run()
        return self.done

    def story(self, number: int, steps: list[tuple[int, str]]) -> Generator[simpy.Event, Any, None]:
        env = self.env
        for place, (delay_ms, means) in enumerate(steps):
            if means == "timeout":
                yield env.timeout(delay_ms)
            elif means == "process":
                yield env.process(self.story(number + 100, [(delay_ms, "timeout")]))
            elif means == "end":
                yield env.end_of_millisecond(delay_ms)
            elif means == "callback":
                env.after(delay_ms, self.note, (number, place))
            else:
                env.add_arrivals(self.arrivals(delay_ms, (number, place)))
            self.note((number, place))

    def arrivals(self, wait_ms: int, step: tuple[int, int]) -> Arrivals:
        for _ in range(3):
            yield wait_ms
            self.note(step)

    def note(self, step: tuple[int, int]) -> None:
        self.done.append((int(self.env.now), *step))


@given(st.lists(STEPS, min_size=1, max_size=5), st.sets(st.integers(1, 3 * 10**7), max_size=4))
def test_kernel_plays_what_plain_simpy_plays_in_its_order(stories: list[list[tuple[int, str]]], stops: set[int]):
    ordered = sorted(stops)
    assert Trace(Kernel()).play(stories, ordered) == Trace(PlainSimPy()).play(stories, ordered)


def test_what_is_due_at_the_moment_is_left_for_later():
    env, done = Kernel(), list[int]()
    for moment_ms in (BUCKET_MS, BUCKET_MS - 1, 5 * BUCKET_MS):
        env.at(moment_ms, done.append, moment_ms)
    env.run(until=BUCKET_MS)
    assert (env.now, done) == (BUCKET_MS, [BUCKET_MS - 1])
    # what is entered now, in a slot that was passed over, comes before what stands further ahead
    env.run(until=3 * BUCKET_MS)
    env.after(1, done.append, 1)
    env.run()
    assert done == [BUCKET_MS - 1, BUCKET_MS, 1, 5 * BUCKET_MS]


def test_nothing_is_done_in_the_past():
    env = Kernel()
    env.run(until=10)
    with pytest.raises(ValueError, match="a call at 9 ms: the clock stands at 10 ms"):
        env.after(-1, print)
    with pytest.raises(ValueError, match="until 9 ms: the clock stands at 10 ms"):
        env.run(until=9)


def test_a_run_goes_on_after_a_fault_up_to_where_it_is_asked_to():
    env, done = Kernel(), list[int]()

    def fail(_: None) -> None:
        raise LookupError("a room that is not there")

    env.at(5, fail)
    env.at(15, done.append, 15)
    with pytest.raises(LookupError):
        env.run(until=10)
    env.run(until=20)
    assert (env.now, done) == (20, [15])


def test_a_process_that_fails_stops_the_run():
    env = Kernel()

    def story() -> Generator[simpy.Event, Any, None]:
        yield env.timeout(5)
        raise LookupError("a room that is not there")

    env.process(story())
    with pytest.raises(LookupError, match="a room that is not there"):
        env.run()


@pytest.mark.parametrize("to_the_end", [False, True])
def test_what_a_block_of_few_collections_leaves_is_searched_unless_the_process_ends(to_the_end: bool) -> None:
    gc.freeze()
    usual, before = gc.get_threshold(), gc.get_freeze_count()
    with few_collections(to_the_end=to_the_end):
        assert gc.get_threshold() > usual
        left = [[] for _ in range(10_000)]
    frozen = gc.get_freeze_count()
    assert (gc.get_threshold(), frozen > before + len(left) / 2) == (usual, to_the_end)
    assert frozen > before / 2  # what the process had frozen stays so
