"""What chance does is found again from values whose spread is known, at any scale."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fairlab.chance import SCALES, chance
from fairsim.engine.draws import Draws

KEYS = np.arange(400)


@pytest.mark.parametrize(("lasting", "shrinking"), [(0.0, 0.02), (0.05, 0.0), (0.03, 0.01)])
def test_both_kinds_of_chance_are_found_again(lasting: float, shrinking: float) -> None:
    normal = Draws(7).stream("chance").normal
    values = {
        scale: (1000 * scale * (1 + math.sqrt(lasting**2 + shrinking**2 / scale) * normal(KEYS, 2 * place))).tolist()
        for place, scale in enumerate((0.02, 0.08, 0.4))
    }
    found = chance(values)
    assert found is not None
    assert found.total == pytest.approx(1000, rel=0.02)
    for scale in (0.02, 0.4, 1.0):
        told, true = found.variance(1000 * scale, scale), (1000 * scale) ** 2 * (lasting**2 + shrinking**2 / scale)
        assert math.sqrt(told) == pytest.approx(math.sqrt(true), rel=0.12)


def test_what_never_changes_has_no_chance_and_what_is_nothing_is_not_told() -> None:
    same = chance({0.02: [5.0, 5.0], 0.4: [5.0, 5.0]})
    assert same is not None
    assert same.variance(5.0, 0.02) == 0
    assert chance({0.02: [0.0, 0.0], 0.4: [0.0, 1.0]}) is None


def normals(*sds: float) -> dict[float, list[float]]:
    """As many values of a measure that grows as are played, with these relative deviations by scale."""
    normal, counts = Draws(11).stream("chance").normal, SCALES.values()
    return {
        scale: (1000 * scale * (1 + sd * normal(np.arange(count), place))).tolist()
        for place, (scale, count, sd) in enumerate(zip(SCALES, counts, sds, strict=True))
    }


def test_lasting_chance_is_told_only_where_the_likelihood_demands_it() -> None:
    """Ten runs of a large fair that vary a little more than others by luck made 4.4 % of what is 2.4 %."""
    alone = [0.03 / math.sqrt(scale) for scale in SCALES]
    tried = [chance(normals(alone[0], alone[1], alone[2] * more)) for more in (0.8, 1.0, 1.2)]
    assert [found is not None and found.lasting for found in tried] == [0.0, 0.0, 0.0]
    demanded = chance(normals(*(math.hypot(sd, 0.08) for sd in alone)))
    assert demanded is not None
    assert demanded.lasting == pytest.approx(0.08, rel=0.3)


@pytest.mark.parametrize(
    "values",
    [
        {0.02: [43.0, 50.0, 57.0], 0.08: [148.0] * 3, 0.4: [148.0] * 3},  # economies: every one is there
        normals(0.14, 0.002, 0.001),  # and one that nearly all are
    ],
)
def test_measure_that_reaches_its_ceiling_has_no_row(values: dict[float, list[float]]) -> None:
    assert chance(values) is None


def test_what_does_not_grow_with_the_fair_is_held_against_the_scale() -> None:
    found = chance({0.02: [10.0, 12.0, 14.0], 0.4: [12.0, 12.5, 13.0]})
    assert found is not None
    assert found.total == 0
    assert found.variance(12, 0.02) > 10 * found.variance(12, 1)
