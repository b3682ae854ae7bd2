"""Random numbers by name and by entity."""

from __future__ import annotations

import numpy as np
import pytest

from fairsim.engine.draws import SUBSTREAMS, Draws, Floats, RandomStream, whole_ms

MANY = np.arange(200_000)
STREAM = Draws(7).stream("tests")
MASK = 2**64 - 1


def standard_errors(sample: Floats, mean: float, deviation: float) -> float:
    """Return by how many standard errors a sample's mean lies away from what it should be."""
    return abs(float(sample.mean()) - mean) / (deviation / np.sqrt(len(sample)))


def key_whose_first_bits_are(bits: int) -> int:
    """Return the key that SplitMix64 turns into these bits first: its steps, undone."""

    def without_shift(word: int, shift: int) -> int:
        found = word
        for _ in range(64 // shift):
            found = word ^ (found >> shift)
        return found

    word = without_shift(bits, 31)
    word = without_shift(word * pow(0x94D049BB133111EB, -1, 2**64) & MASK, 27)
    word = without_shift(word * pow(0xBF58476D1CE4E5B9, -1, 2**64) & MASK, 30)
    return word - 0x9E3779B97F4A7C15 & MASK


@pytest.mark.parametrize("substream", [0, 5, SUBSTREAMS - 2])
def test_draw_for_one_entity_is_the_one_that_an_array_holds(substream: int):
    entities = np.array([0, 1, 12_345, 2**54, 2**55 - 1])
    one_by_one = [STREAM.scalar_uniform(entity, substream) for entity in entities.tolist()]
    assert one_by_one == STREAM.uniform(entities, substream).tolist()


def test_lengths_for_one_entity_are_those_of_an_array_but_for_the_last_bit():
    entities = np.arange(1_000)
    exponential = [STREAM.scalar_exponential(entity, 3.0) for entity in entities.tolist()]
    lognormal = [STREAM.scalar_lognormal(entity, 3.0, 0.8, 4) for entity in entities.tolist()]
    np.testing.assert_allclose(exponential, STREAM.exponential(entities, 3.0), rtol=1e-12)
    np.testing.assert_allclose(lognormal, STREAM.lognormal(entities, 3.0, 0.8, 4), rtol=1e-12)


def test_bits_are_the_published_outputs_of_splitmix64():
    # seed 1234567, as in the reference implementation's test vectors (Rosetta Code, "Pseudo-random numbers/Splitmix64")
    published = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    assert [int(RandomStream(1234567).bits(np.array([0]), substream)[0]) for substream in range(5)] == published


def test_an_entity_takes_up_where_the_lanes_of_the_one_before_end():
    by_lane = [int(RandomStream(1234567).bits(np.array([0]), substream)[0]) for substream in range(SUBSTREAMS)]
    following = int(RandomStream(1234567).bits(np.array([1]), 0)[0])
    state, outputs = 1234567, []
    for _ in range(SUBSTREAMS + 1):
        state = state + 0x9E3779B97F4A7C15 & MASK
        word = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & MASK
        word = (word ^ word >> 27) * 0x94D049BB133111EB & MASK
        outputs.append(word ^ word >> 31)
    assert [*by_lane, following] == outputs


@pytest.mark.parametrize("bits", [0, MASK])
def test_uniform_numbers_are_inside_the_open_interval_even_at_its_ends(bits: int):
    stream, entity = RandomStream(key_whose_first_bits_are(bits)), np.array([0])
    assert (int(stream.bits(entity)[0]), 0 < stream.uniform(entity)[0] < 1) == (bits, True)


def test_draws_of_several_lanes_are_those_of_each():
    together = STREAM.uniforms(MANY[:1000], range(3, 9))
    assert together.tolist() == np.stack([STREAM.uniform(MANY[:1000], lane) for lane in range(3, 9)], axis=1).tolist()
    with pytest.raises(AssertionError, match="of 256"):
        STREAM.uniforms(MANY, range(250, 257))


def test_lane_beyond_the_last_is_a_programmers_error():
    with pytest.raises(AssertionError, match="substream 256 of 256"):
        STREAM.bits(MANY, SUBSTREAMS)


def test_uniform_numbers_are_spread_evenly():
    counts = np.histogram(STREAM.uniform(MANY), bins=64, range=(0, 1))[0]
    expected = len(MANY) / 64
    assert ((counts - expected) ** 2 / expected).sum() < 103.4  # chi-square, 63 degrees of freedom, 0.1 %


def test_lanes_of_an_entity_are_independent():
    correlation = np.corrcoef(STREAM.uniform(MANY, 0), STREAM.uniform(MANY, 1))[0, 1]
    assert abs(correlation) < 4 / np.sqrt(len(MANY))


def test_neighbouring_entities_are_independent():
    numbers = STREAM.uniform(MANY)
    assert abs(np.corrcoef(numbers[1:], numbers[:-1])[0, 1]) < 4 / np.sqrt(len(MANY))


@pytest.mark.slow
def test_every_bit_is_set_half_the_time():
    bits = STREAM.bits(MANY)[:, None] >> np.arange(64, dtype=np.uint64) & np.uint64(1)
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 4.5 * 0.5 / np.sqrt(len(MANY))


MEANS = {
    "uniform": (STREAM.uniform(MANY), 0.5, np.sqrt(1 / 12)),
    "exponential": (STREAM.exponential(MANY, 60.0), 60.0, 60.0),
    "geometric": (STREAM.geometric(MANY, 1.8).astype(float), 1.8, np.sqrt(1.8 * 2.8)),
    "normal": (STREAM.normal(MANY), 0.0, 1.0),
    "square of a normal": (STREAM.normal(MANY) ** 2, 1.0, np.sqrt(2)),
    "lognormal": (STREAM.lognormal(MANY, 17.3, 0.5), 17.3, 17.3 * np.sqrt(np.exp(0.25) - 1)),
}


@pytest.mark.parametrize("name", MEANS)
def test_mean_is_what_was_asked_for(name: str):
    assert standard_errors(*MEANS[name]) < 4


def test_geometric_counts_begin_at_zero_with_their_share():
    none = (STREAM.geometric(MANY, 3.0) == 0).astype(float)
    assert standard_errors(none, 0.25, np.sqrt(0.25 * 0.75)) < 4


@pytest.mark.parametrize("mean", [0.0, -1.0])
def test_geometric_counts_of_no_mean_are_zero(mean: float):
    assert STREAM.geometric(np.arange(5), mean).tolist() == [0, 0, 0, 0, 0]


def test_lognormal_numbers_without_spread_are_their_mean():
    assert STREAM.lognormal(np.arange(3), 20.0, 0.0).tolist() == [20.0, 20.0, 20.0]


def test_new_stream_moves_no_other():
    alone, draws = Draws(7).stream("visits.arrivals").uniform(MANY), Draws(7)
    draws.stream("gates.queue").uniform(MANY)
    assert np.array_equal(draws.stream("visits.arrivals").uniform(MANY), alone)


def test_draw_does_not_depend_on_the_company_it_is_asked_in():
    together = STREAM.uniform(np.array([5, 3, 9]))
    assert [float(STREAM.uniform(np.array([entity]))[0]) for entity in (5, 3, 9)] == together.tolist()


def test_draw_does_not_depend_on_the_order_it_is_asked_in():
    assert STREAM.normal(np.array([1, 2, 3])).tolist() == STREAM.normal(np.array([3, 2, 1])).tolist()[::-1]


@pytest.mark.parametrize(
    "other",
    [Draws(8).stream("tests"), Draws(7, 1).stream("tests"), Draws(7).stream("test")],
    ids=["seed", "replication", "name"],
)
def test_streams_of_another_seed_replication_or_name_are_independent(other: RandomStream):
    correlation = np.corrcoef(STREAM.uniform(MANY), other.uniform(MANY))[0, 1]
    assert abs(correlation) < 4 / np.sqrt(len(MANY))


def test_seed_and_replication_do_not_run_together():
    assert Draws(1, 12).stream("tests").uniform(MANY)[0] != Draws(11, 2).stream("tests").uniform(MANY)[0]


@pytest.mark.parametrize("shape", ["exponential", "geometric"])
def test_larger_mean_never_gives_less(shape: str):
    draw = getattr(STREAM, shape)
    assert np.all(draw(MANY, 2.0) >= draw(MANY, 1.9))


def test_larger_mean_never_gives_a_shorter_lognormal_length():
    assert np.all(STREAM.lognormal(MANY, 2.0, 0.5) >= STREAM.lognormal(MANY, 1.9, 0.5))


def test_lengths_are_whole_milliseconds_and_one_at_least():
    assert whole_ms(np.array([0.0, 0.4, 1.4, 1.6, 59_999.7])).tolist() == [1, 1, 1, 2, 60_000]
