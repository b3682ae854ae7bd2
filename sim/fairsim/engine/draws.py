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
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]
Floats = NDArray[np.float64]
Name = TypeVar("Name", bound=str)

SUBSTREAMS = 256
"""Number of draws that one entity may take from one stream."""
_ALL = (1 << 64) - 1
_GOLDEN, _MIX_1, _MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_STEP = _GOLDEN * SUBSTREAMS & _ALL
"""From one entity's first draw to the next one's."""


class _OfArrays(NamedTuple):
    """The numbers of the generator as NumPy has them for arrays."""

    step: np.uint64
    mix_1: np.uint64
    mix_2: np.uint64
    shift_1: np.uint64
    shift_2: np.uint64
    shift_3: np.uint64


_OF_ARRAYS = _OfArrays(*map(np.uint64, (_STEP, _MIX_1, _MIX_2, 30, 27, 31)))


class RandomStream:
    """A named stream of random numbers. A draw is an array with one number for each key."""

    def __init__(self, key: int) -> None:
        self._key = key

    def bits(self, entities: Keys, substream: int = 0) -> NDArray[np.uint64]:
        """Return 64 random bits for each entity."""
        assert 0 <= substream < SUBSTREAMS, f"substream {substream} of {SUBSTREAMS}"
        word = entities.astype(np.uint64)
        word *= _OF_ARRAYS.step
        word += np.uint64(self._key + (substream + 1) * _GOLDEN & _ALL)
        return _mixed(word)

    def uniform(self, entities: Keys, substream: int = 0) -> Floats:
        """Return uniform numbers in the open interval (0, 1)."""
        return _uniform(self.bits(entities, substream))

    def uniforms(self, entities: Keys, substreams: range) -> Floats:
        """Return what `uniform` gives for each of some substreams, in one array of as many columns."""
        assert 0 <= substreams.start < substreams.stop <= SUBSTREAMS, f"{substreams} of {SUBSTREAMS}"
        steps = [self._key + (substream + 1) * _GOLDEN & _ALL for substream in substreams]
        word = (entities.astype(np.uint64) * _OF_ARRAYS.step)[:, None] + np.array(steps, np.uint64)
        return _uniform(_mixed(word))

    def scalar_uniform(self, entity: int, substream: int = 0) -> float:
        """Return the number that `uniform` gives to one entity, without the cost of an array."""
        word = (self._key + (entity * SUBSTREAMS + substream + 1) * _GOLDEN) & _ALL
        word = ((word ^ (word >> 30)) * _MIX_1) & _ALL
        word = ((word ^ (word >> 27)) * _MIX_2) & _ALL
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


def _mixed(word: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix the states of the generator, in place: new arrays would take longer than the arithmetic."""
    shifted = word >> _OF_ARRAYS.shift_1
    word ^= shifted
    word *= _OF_ARRAYS.mix_1
    np.right_shift(word, _OF_ARRAYS.shift_2, out=shifted)
    word ^= shifted
    word *= _OF_ARRAYS.mix_2
    np.right_shift(word, _OF_ARRAYS.shift_3, out=shifted)
    word ^= shifted
    return word


def _uniform(bits: NDArray[np.uint64]) -> Floats:
    """Make numbers in the open interval (0, 1) of 64 bits each, which are used up."""
    bits >>= np.uint64(12)  # 52 bits and a half: with 53, the largest number would round to 1
    numbers = bits.astype(np.float64)
    numbers += 0.5
    numbers *= 2.0**-52
    return numbers


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
