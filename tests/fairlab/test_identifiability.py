from __future__ import annotations

import math

import numpy as np
import pytest

from fairlab.identifiability import identifiability
from fairlab.targets import CalibrationProblem, FreeParameter, Target


def problem_of(*factors: float) -> CalibrationProblem:
    free = tuple(FreeParameter(f"part.{letter}", 1, factor, "") for letter, factor in zip("abc", factors, strict=False))
    return CalibrationProblem(free, (Target("sum", "part.sum", 1, "=", False, 0.01),) * len(free))


def test_product_alone_tells_nothing_of_the_ratio():
    """Two rates of which only the product is seen, by two targets: a up and b down is seen by neither."""
    told = identifiability(problem_of(2, 2), np.array([[1.0, 1.0], [1.0, 1.0]]), [0.01, 0.01])
    assert told.singular_values == pytest.approx((2 * math.log(2) / 0.01, 0))
    assert told.weakest[0] * told.weakest[1] == pytest.approx(1)
    assert told.moved == pytest.approx((0.5, 0.5), abs=1e-3)
    assert told.weakest_moves == pytest.approx(0, abs=1e-12)
    assert "part.a up 10.5%, part.b down 9.5%" in told.words or "part.b up 10.5%, part.a down 9.5%" in told.words
    assert "the prior alone decides" in told.words


def test_spread_is_that_of_prior_and_data_together():
    told = identifiability(problem_of(2, 3), np.array([[1.0, 0.0], [0.0, 2.0]]), [0.1, 0.5])
    for spread, moved, prior, known in zip(told.spreads, told.moved, (2, 3), (0.1, 0.25), strict=True):
        variance = 1 / (1 / math.log(prior) ** 2 + 1 / known**2)
        assert spread == pytest.approx(math.sqrt(variance))
        assert moved == pytest.approx(1 - variance / math.log(prior) ** 2)
