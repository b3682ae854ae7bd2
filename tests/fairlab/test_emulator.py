"""Planes and their bends are found from fewer runs than there are parameters, and runs are held against the others."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri

from fairlab.emulator import Emulator, Known, Surface, most_likely
from fairsim.engine.draws import Draws

PARAMETERS, CHANCE = 40, 0.1
SLOPES = np.zeros((2, PARAMETERS))
SLOPES[0, :2], SLOPES[1, 1:4] = (1.0, 0.5), -0.4
MIDDLE = np.array([3.0, -1.0])
ANYWHERE = (np.full(2, -np.inf), np.full(2, np.inf))


def normal(name, *shape):
    return ndtri(Draws(7, 0).stream(name).uniform(np.arange(np.prod(shape)))).reshape(shape)


def bent(places):
    """A measure with a cap, which two parameters reach together."""
    return np.minimum(places[:, :1] + 0.5 * places[:, 1:2], 0.7)


def planes(slopes):
    nothing, nowhere = np.zeros(1), np.zeros((1, slopes.shape[1]))
    return Emulator(tuple(Surface(0.0, each, np.ones_like(each), nowhere, nothing, nothing, 0.0) for each in slopes))


def runs(name, count):
    places = normal(name, count, PARAMETERS)
    return places, MIDDLE + places @ SLOPES.T + CHANCE * normal(f"{name}.chance", count, 2)


@pytest.mark.parametrize(("count", "off"), [(30, 0.75), (60, 0.4), (300, 0.15)])
def test_more_runs_tell_more_and_few_tell_something(count, off):
    emulator, (places, seen) = Emulator.learnt(*runs("learnt", count)), runs("new", 400)
    left = (seen - emulator.at(places)).std(axis=0)
    assert (left < off * seen.std(axis=0) + CHANCE / 2).all()


def test_what_the_other_runs_leave_of_one_is_what_all_leave_of_new_ones():
    emulator, (places, seen) = Emulator.learnt(*runs("learnt", 100)), runs("new", 400)
    assert emulator.left.std(axis=0) == pytest.approx((seen - emulator.at(places)).std(axis=0), rel=0.2)
    others = Emulator.learnt(*(each[1:] for each in runs("learnt", 100)))
    places, seen = runs("learnt", 100)
    assert emulator.left[0] == pytest.approx(seen[0] - others.at(places[0]), abs=0.05)


def test_what_does_not_hang_on_parameters_has_no_slopes():
    places, _ = runs("learnt", 200)
    emulator = Emulator.learnt(places, normal("nothing", 200, 1))
    assert np.abs(emulator.surfaces[0].slopes).max() < 0.2
    assert emulator.at(runs("new", 400)[0]).std() < 0.3


def test_measure_that_is_the_same_in_every_run_is_so_everywhere():
    places, _ = runs("learnt", 20)
    emulator = Emulator.learnt(places, np.full((20, 1), 3.4))
    assert emulator.at(places[:2]) == pytest.approx(3.4)
    assert (emulator.chance, emulator.left) == (pytest.approx(0), pytest.approx(0))


def test_cap_is_found_and_counts_as_no_chance():
    places, _ = runs("learnt", 150)
    emulator = Emulator.learnt(places, bent(places) + CHANCE / 2 * normal("few", 150, 1))
    new, _ = runs("new", 400)
    left = (bent(new) - emulator.at(new)).std()
    plane = np.linalg.lstsq(np.hstack([new, np.ones((400, 1))]), bent(new), rcond=None)[1][0]
    assert left < 0.5 * math.sqrt(plane / 400)
    assert emulator.chance == pytest.approx([CHANCE / 2], rel=0.3)


def test_slopes_at_a_place_are_how_the_measure_changes_there():
    places, _ = runs("learnt", 60)
    emulator = Emulator.learnt(places, bent(places))
    place, step = places[3], 1e-4
    further = place + step * np.eye(PARAMETERS)
    assert emulator.surfaces[0].pulls.any()
    assert emulator.slopes_at(place)[0] == pytest.approx(
        (emulator.at(further) - emulator.at(place))[:, 0] / step, abs=1e-3
    )


def test_members_spread_as_normal_numbers_do_once_their_sum_is_known():
    members = normal("members", 1_000, 2)
    about = Known.of(1 + 0.1 * normal("errors", 1_000, 1), ["="], np.array([0.1]))
    moved = most_likely(members, planes(np.array([[1.0, 1.0]])), about, ANYWHERE, members)
    total = moved.sum(axis=1)
    assert (total.mean(), total.std()) == pytest.approx((2 / 2.01, math.sqrt(2 * 0.01 / 2.01)), abs=0.01)
    difference = moved[:, 0] - moved[:, 1]
    assert (difference.mean(), difference.std()) == pytest.approx((0, math.sqrt(2)), abs=0.1)


def test_bound_moves_only_who_breaks_it_also_where_something_else_moves_them():
    emulator = planes(np.array([[1.0, 0.0], [1.0, 1.0]]))
    drawn = np.array([[2.0, 0.0], [0.5, -1.0], [0.0, -1.0], [-1.0, 2.0]])
    about = Known.of(np.zeros((4, 2)), [">", "="], np.array([1e-3, 1e-3]))
    moved = most_likely(drawn, emulator, about, ANYWHERE, drawn)
    assert moved == pytest.approx(np.array([[1.0, -1.0], [0.75, -0.75], [0.5, -0.5], [0.0, 0.0]]), abs=1e-3)


def test_member_that_comes_to_the_end_of_a_parameter_is_moved_by_the_others():
    drawn, ends = np.array([[0.0, 0.0]]), (np.full(2, -4.0), np.array([0.2, 4.0]))
    about = Known.of(np.array([[1.0]]), ["="], np.array([1e-3]))
    moved = most_likely(drawn, planes(np.array([[1.0, 0.5]])), about, ends, drawn)
    assert moved == pytest.approx(np.array([[0.2, 1.6]]), abs=1e-3)


def test_members_meet_what_was_known_where_the_measure_bends():
    places, _ = runs("learnt", 150)
    emulator = Emulator.learnt(places, bent(places))
    drawn, _ = runs("members", 20)
    about = Known.of(np.full((20, 1), 0.4), ["="], np.array([0.02]))
    ends = (np.full(PARAMETERS, -4.0), np.full(PARAMETERS, 4.0))
    moved = most_likely(drawn, emulator, about, ends, drawn)
    assert np.abs(emulator.at(moved) - 0.4).max() < 0.05
    assert np.abs(bent(moved) - 0.4).mean() < 0.15
