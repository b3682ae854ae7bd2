"""Why a negotiation is moved by its desk and is no process of its own: the same queue with patience, played both ways.

`python -m benchmarks.desks` prints the seconds for 550,000 negotiations at 5,000 desks with one negotiator each.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import simpy
from simpy.events import Timeout

from fairsim.engine.draws import Draws

COUNT, DESKS, HORIZON_S = 550_000, 5_000, 6 * 86_400
_numbers, _draws = np.arange(COUNT), Draws(1)
GAP_S = np.diff(np.sort(_draws.stream("at").uniform(_numbers)) * HORIZON_S, prepend=0).tolist()
DESK = (_draws.stream("desk").uniform(_numbers) * DESKS).astype(int).tolist()
TALK_S = _draws.stream("talk").lognormal(_numbers, 1_000, 0.5).tolist()
PATIENCE_S = _draws.stream("patience").exponential(_numbers, 1_800).tolist()


class Desk:
    """One negotiator; a request that waits is a number in a queue."""

    def __init__(self, env: simpy.Environment, held: list[int]) -> None:
        self._env, self._held, self._free = env, held, True
        self._queue: deque[int] = deque()
        self._waiting: set[int] = set()

    def request(self, number: int) -> None:
        """Take a request up, or have it wait as long as its patience lasts."""
        if self._free:
            self._take_up(number)
        else:
            self._queue.append(number)
            self._waiting.add(number)
            Timeout(self._env, PATIENCE_S[number], number).callbacks.append(self._lapse)

    def _lapse(self, patience: Any) -> None:
        self._waiting.discard(patience.value)

    def _take_up(self, number: int) -> None:
        self._free = False
        Timeout(self._env, TALK_S[number], number).callbacks.append(self._end)

    def _end(self, talk: Any) -> None:
        self._held.append(talk.value)
        self._free = True
        while self._queue and self._free:
            number = self._queue.popleft()
            if number in self._waiting:
                self._waiting.remove(number)
                self._take_up(number)


def with_desks(env: simpy.Environment, held: list[int]) -> Callable[[int], None]:
    """Return what a request does where its desk moves it."""
    desks = [Desk(env, held) for _ in range(DESKS)]
    return lambda number: desks[DESK[number]].request(number)


def with_processes(env: simpy.Environment, held: list[int]) -> Callable[[int], None]:
    """Return what a request does where it is a process of its own."""
    desks = [simpy.Resource(env) for _ in range(DESKS)]

    def negotiation(number: int) -> Generator[simpy.Event, Any, None]:
        with desks[DESK[number]].request() as turn:
            if turn in (yield turn | env.timeout(PATIENCE_S[number])):
                yield env.timeout(TALK_S[number])
                held.append(number)

    return lambda number: (env.process(negotiation(number)), None)[1]


def seconds(way: Callable[[simpy.Environment, list[int]], Callable[[int], None]]) -> tuple[float, int]:
    """Return how long it takes to play all negotiations, and how many were held."""
    env = simpy.Environment()
    held: list[int] = []
    request = way(env, held)

    def requests() -> Generator[simpy.Event, Any, None]:
        for number, gap_s in enumerate(GAP_S):
            yield env.timeout(gap_s)
            request(number)

    env.process(requests())
    began = time.perf_counter()
    env.run()
    return time.perf_counter() - began, len(held)


if __name__ == "__main__":
    for way in (with_desks, with_processes):
        took_s, held = seconds(way)
        print(f"{way.__name__:15} {took_s:5.1f} s, {held:,} of {COUNT:,} held")
