"""Planes are found from fewer runs than there are parameters, and runs are held against the plane of the others."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri

from fairlab.emulator import Emulator, most_likely
from fairsim.engine.draws import Draws

PARAMETERS, CHANCE = 40, 0.1
SLOPES = np.zeros((2, PARAMETERS))
SLOPES[0, :2], SLOPES[1, 1:4] = (1.0, 0.5), -0.4
MIDDLE = np.array([3.0, -1.0])


def normal(name, *shape):
    return ndtri(Draws(7, 0).stream(name).uniform(np.arange(np.prod(shape)))).reshape(shape)


def runs(name, count):
    places = normal(name, count, PARAMETERS)
    return places, MIDDLE + places @ SLOPES.T + CHANCE * normal(f"{name}.chance", count, 2)


@pytest.mark.parametrize(("count", "off"), [(30, 0.75), (60, 0.4), (600, 0.1)])
def test_more_runs_tell_more_and_few_tell_something(count, off):
    emulator, (places, seen) = Emulator.learnt(*runs("learnt", count)), runs("new", 400)
    left = (seen - emulator.at(places)).std(axis=0)
    assert (left < off * seen.std(axis=0) + CHANCE / 2).all()


def test_what_the_plane_of_the_others_leaves_is_what_it_leaves_of_new_runs():
    emulator, (places, seen) = Emulator.learnt(*runs("learnt", 100)), runs("new", 400)
    assert emulator.chance == pytest.approx((seen - emulator.at(places)).std(axis=0), rel=0.2)
    others = Emulator.learnt(*(each[1:] for each in runs("learnt", 100)))
    places, seen = runs("learnt", 100)
    assert emulator.left[0] == pytest.approx(seen[0] - others.at(places[0]), abs=0.05)


def test_what_does_not_hang_on_parameters_has_no_slopes():
    places, _ = runs("learnt", 200)
    emulator = Emulator.learnt(places, normal("nothing", 200, 1))
    assert np.abs(emulator.slopes).max() < 0.2
    assert emulator.at(runs("new", 400)[0]).std() < 0.3


def test_planes_go_through_the_runs_that_they_are_brought_to():
    emulator = Emulator.learnt(*runs("learnt", 200))
    places, seen = runs("later", 50)
    there = emulator.through(places, seen + 1)
    assert there.at(places).mean(axis=0) == pytest.approx(seen.mean(axis=0) + 1)
    assert (there.slopes == emulator.slopes).all()
    assert there.first(1).at(places[0]) == pytest.approx(there.at(places[0])[:1])


def test_members_spread_as_normal_numbers_do_once_their_sum_is_known():
    members = normal("members", 4_000, 2)
    emulator = Emulator(np.array([[1.0, 1.0]]), np.zeros(1), np.zeros((1, 1)))
    about = 1 + 0.1 * normal("errors", 4_000, 1)
    moved = most_likely(members, emulator, about, ["="], np.array([0.1]))
    total = moved.sum(axis=1)
    assert (total.mean(), total.std()) == pytest.approx((2 / 2.01, math.sqrt(2 * 0.01 / 2.01)), abs=0.01)
    difference = moved[:, 0] - moved[:, 1]
    assert (difference.mean(), difference.std()) == pytest.approx((0, math.sqrt(2)), abs=0.05)


def test_bound_moves_only_who_breaks_it_also_where_something_else_moves_them():
    planes = Emulator(np.array([[1.0, 0.0], [1.0, 1.0]]), np.zeros(2), np.zeros((1, 2)))
    drawn = np.array([[2.0, 0.0], [0.5, -1.0], [0.0, -1.0]])
    moved = most_likely(drawn, planes, np.zeros((3, 2)), [">", "="], np.array([1e-3, 1e-3]))
    assert moved == pytest.approx(np.array([[1.0, -1.0], [0.75, -0.75], [0.5, -0.5]]), abs=1e-3)
    moved = most_likely(-drawn, planes, np.zeros((3, 2)), [">", "="], np.array([1e-3, 1e-3]))
    assert moved == pytest.approx(np.zeros((3, 2)), abs=1e-3)
