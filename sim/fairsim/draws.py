"""Random numbers by name and by entity.

A stream of random numbers is keyed on (seed, replication, name): a new stream moves no other. A draw is looked up by
its entity's own key (which organisation, which of its visits, which wish in it) and not taken in the order of use: two
scenarios share their random numbers (common random numbers), and what happens at one stand shifts nothing at another.

The generator is SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014), whose
n-th output is a function of key and n: that is what a look-up by entity needs, and NumPy computes it for whole arrays.
NumPy's own counter-based generators answer in their order only.
"""

from __future__ import annotations

import hashlib
import math
from array import array
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]
Floats = NDArray[np.float64]
Name = TypeVar("Name", bound=str)

LANES = 256
"""Draws that one entity may take from one stream."""
_GOLDEN_INT, _MIX_1_INT, _MIX_2_INT = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_GOLDEN, _MIX_1, _MIX_2 = np.uint64(_GOLDEN_INT), np.uint64(_MIX_1_INT), np.uint64(_MIX_2_INT)
_ALL = (1 << 64) - 1


class Stream:
    """A named stream of random numbers. Draws are arrays of one number for each key."""

    def __init__(self, key: int) -> None:
        self._key, self._key_int = np.uint64(key), key

    def bits(self, entities: Keys, lane: int = 0) -> NDArray[np.uint64]:
        """Return 64 random bits for each entity."""
        assert 0 <= lane < LANES, f"lane {lane} of {LANES}"
        place = entities.astype(np.uint64) * np.uint64(LANES) + np.uint64(lane + 1)
        word = self._key + place * _GOLDEN
        word = (word ^ (word >> np.uint64(30))) * _MIX_1
        word = (word ^ (word >> np.uint64(27))) * _MIX_2
        return word ^ (word >> np.uint64(31))

    def uniform(self, entities: Keys, lane: int = 0) -> Floats:
        """Return uniform numbers in the open interval (0, 1)."""
        # 52 bits and a half: of 53, the largest would be rounded to 1
        return ((self.bits(entities, lane) >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52

    def one(self, entity: int, lane: int = 0) -> float:
        """Return the number that `uniform` gives to one entity, without the cost of an array."""
        word = (self._key_int + (entity * LANES + lane + 1) * _GOLDEN_INT) & _ALL
        word = ((word ^ (word >> 30)) * _MIX_1_INT) & _ALL
        word = ((word ^ (word >> 27)) * _MIX_2_INT) & _ALL
        return (((word ^ (word >> 31)) >> 12) + 0.5) * 2.0**-52

    def one_exponential(self, entity: int, mean: float, lane: int = 0) -> float:
        """Return an exponential number of a mean, for one entity."""
        return -mean * math.log(self.one(entity, lane))

    def one_lognormal(self, entity: int, mean: float, sigma: float, lane: int = 0) -> float:
        """Return a log-normal number of a mean, for one entity; takes the lanes `lane` and `lane` + 1."""
        radius = math.sqrt(-2.0 * math.log(self.one(entity, lane)))
        normal = radius * math.cos(2 * math.pi * self.one(entity, lane + 1))
        return mean * math.exp(sigma * normal - sigma * sigma / 2)

    def exponential(self, entities: Keys, mean: float, lane: int = 0) -> Floats:
        """Return exponential numbers of a mean."""
        return -mean * np.log(self.uniform(entities, lane))

    def geometric(self, entities: Keys, mean: float, lane: int = 0) -> Keys:
        """Return geometric counts 0, 1, 2, ... of a mean; a larger mean never gives fewer."""
        if mean <= 0:
            return np.zeros(len(entities), np.int64)
        counts: Keys = np.floor(np.log(self.uniform(entities, lane)) / np.log(mean / (1 + mean))).astype(np.int64)
        return counts

    def normal(self, entities: Keys, lane: int = 0) -> Floats:
        """Return standard normal numbers (Box and Muller 1958); takes the lanes `lane` and `lane` + 1."""
        radius = np.sqrt(-2.0 * np.log(self.uniform(entities, lane)))
        return radius * np.cos(2 * np.pi * self.uniform(entities, lane + 1))

    def lognormal(self, entities: Keys, mean: float, sigma: float, lane: int = 0) -> Floats:
        """Return log-normal numbers of a mean; `sigma` is the standard deviation of their logarithm."""
        return mean * np.exp(sigma * self.normal(entities, lane) - sigma * sigma / 2)


class Draws:
    """All streams of one replication of a run."""

    def __init__(self, seed: int, replication: int = 0) -> None:
        self._origin = f"{seed}/{replication}"

    def stream(self, name: str) -> Stream:
        """Return the stream of a name, such as `negotiations.talk`."""
        digest = hashlib.sha256(f"{self._origin}/{name}".encode()).digest()
        return Stream(int.from_bytes(digest[:8], "big"))


def whole_ms(lengths_ms: Floats) -> NDArray[np.int64]:
    """Return lengths of time rounded to whole milliseconds, the model's clock tick; at least one."""
    return np.maximum(np.rint(lengths_ms), 1.0).astype(np.int64)


def packed(numbers: NDArray[np.int64]) -> Sequence[int]:
    """Return whole numbers for look-ups one by one: nearly as quick as in a list, at a tenth of its memory."""
    small = len(numbers) == 0 or max(numbers.max(), -numbers.min()) < 1 << 31
    return array("i", numbers.astype(np.int32).tobytes()) if small else array("q", numbers.astype(np.int64).tobytes())


def named(names: Sequence[Name], which: NDArray[np.int64]) -> list[Name]:
    """Return names by their numbers. NumPy's own strings would become a new one for each."""
    return np.array(names, np.object_)[which].tolist()  # type: ignore[no-any-return]  # NumPy types tolist as Any
