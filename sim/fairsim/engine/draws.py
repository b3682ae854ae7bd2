"""Random numbers by name and by entity.

A random stream is keyed on (seed, replication, name), so a new stream changes no other. A draw is looked up by the key
of its entity (an organisation, one of its visits, one wish of the visit) and does not depend on the order of use.
Scenarios therefore share their random numbers (common random numbers), and events at one stand change no draw at
another. A substream numbers the draws of one entity from one stream.

The generator is SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014). Its n-th
output is a function of key and n, as a look-up by entity needs, and NumPy computes it for whole arrays. NumPy's own
counter-based generators only answer in order.
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

SUBSTREAMS = 256
"""Number of draws that one entity may take from one stream."""
_GOLDEN_INT, _MIX_1_INT, _MIX_2_INT = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_GOLDEN, _MIX_1, _MIX_2 = np.uint64(_GOLDEN_INT), np.uint64(_MIX_1_INT), np.uint64(_MIX_2_INT)
_ALL = (1 << 64) - 1


class RandomStream:
    """A named stream of random numbers. A draw is an array with one number for each key."""

    def __init__(self, key: int) -> None:
        self._key, self._key_int = np.uint64(key), key

    def bits(self, entities: Keys, substream: int = 0) -> NDArray[np.uint64]:
        """Return 64 random bits for each entity."""
        assert 0 <= substream < SUBSTREAMS, f"substream {substream} of {SUBSTREAMS}"
        position = entities.astype(np.uint64) * np.uint64(SUBSTREAMS) + np.uint64(substream + 1)
        word = self._key + position * _GOLDEN
        word = (word ^ (word >> np.uint64(30))) * _MIX_1
        word = (word ^ (word >> np.uint64(27))) * _MIX_2
        return word ^ (word >> np.uint64(31))

    def uniform(self, entities: Keys, substream: int = 0) -> Floats:
        """Return uniform numbers in the open interval (0, 1)."""
        # 52 bits and a half: with 53, the largest number would round to 1
        return ((self.bits(entities, substream) >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52

    def scalar_uniform(self, entity: int, substream: int = 0) -> float:
        """Return the number that `uniform` gives to one entity, without the cost of an array."""
        word = (self._key_int + (entity * SUBSTREAMS + substream + 1) * _GOLDEN_INT) & _ALL
        word = ((word ^ (word >> 30)) * _MIX_1_INT) & _ALL
        word = ((word ^ (word >> 27)) * _MIX_2_INT) & _ALL
        return (((word ^ (word >> 31)) >> 12) + 0.5) * 2.0**-52

    def scalar_exponential(self, entity: int, mean: float, substream: int = 0) -> float:
        """Return an exponential number with a given mean, for one entity."""
        return -mean * math.log(self.scalar_uniform(entity, substream))

    def scalar_lognormal(self, entity: int, mean: float, sigma: float, substream: int = 0) -> float:
        """Return a log-normal number with a given mean, for one entity; uses the given substream and the next."""
        radius = math.sqrt(-2.0 * math.log(self.scalar_uniform(entity, substream)))
        normal = radius * math.cos(2 * math.pi * self.scalar_uniform(entity, substream + 1))
        return mean * math.exp(sigma * normal - sigma * sigma / 2)

    def exponential(self, entities: Keys, mean: float, substream: int = 0) -> Floats:
        """Return exponential numbers with a given mean."""
        return -mean * np.log(self.uniform(entities, substream))

    def geometric(self, entities: Keys, mean: float, substream: int = 0) -> Keys:
        """Return geometric counts 0, 1, 2, ... with a given mean; a larger mean never gives a smaller count."""
        if mean <= 0:
            return np.zeros(len(entities), np.int64)
        counts: Keys = np.floor(np.log(self.uniform(entities, substream)) / np.log(mean / (1 + mean))).astype(np.int64)
        return counts

    def normal(self, entities: Keys, substream: int = 0) -> Floats:
        """Return standard normal numbers (Box and Muller 1958); uses the given substream and the next."""
        radius = np.sqrt(-2.0 * np.log(self.uniform(entities, substream)))
        return radius * np.cos(2 * np.pi * self.uniform(entities, substream + 1))

    def lognormal(self, entities: Keys, mean: float, sigma: float, substream: int = 0) -> Floats:
        """Return log-normal numbers with a given mean; `sigma` is the standard deviation of their logarithm."""
        return mean * np.exp(sigma * self.normal(entities, substream) - sigma * sigma / 2)


class Draws:
    """All random streams of one replication of a run."""

    def __init__(self, seed: int, replication: int = 0) -> None:
        self._origin = f"{seed}/{replication}"

    def stream(self, name: str) -> RandomStream:
        """Return the stream with a name, such as `negotiations.talk`."""
        digest = hashlib.sha256(f"{self._origin}/{name}".encode()).digest()
        return RandomStream(int.from_bytes(digest[:8], "big"))


def whole_ms(lengths_ms: Floats) -> NDArray[np.int64]:
    """Return durations rounded to whole milliseconds, the tick of the clock; at least one."""
    return np.maximum(np.rint(lengths_ms), 1.0).astype(np.int64)


def packed(numbers: NDArray[np.int64]) -> Sequence[int]:
    """Return integers as a compact array: look-ups are nearly as fast as in a list, in a tenth of the memory."""
    small = len(numbers) == 0 or max(numbers.max(), -numbers.min()) < 1 << 31
    return array("i", numbers.astype(np.int32).tobytes()) if small else array("q", numbers.astype(np.int64).tobytes())


def named(names: Sequence[Name], which: NDArray[np.int64]) -> list[Name]:
    """Return names by their indices. The strings are shared; NumPy's own string arrays would copy each."""
    return np.array(names, np.object_)[which].tolist()  # type: ignore[no-any-return]  # NumPy types tolist as Any
