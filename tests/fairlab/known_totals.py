"""A model whose totals are known functions of three parameters, for tests of sensitivity."""

from __future__ import annotations

from collections.abc import Sequence

from fairlab.evaluations import Evaluation, EvaluationResult, Evaluator, Total
from fairlab.sensitivity import Factor

FACTORS = (
    Factor("visits.browse_mean_min", 2.5, 10.0, whole=False),
    Factor("negotiations.slot_min", 10.0, 40.0, whole=True),
    Factor("platform.again_max", 4.0, 16.0, whole=True),
)


def totals(self: Evaluator, evaluations: Sequence[Evaluation]) -> list[EvaluationResult]:
    """Visits grow by the browsing alone; entries by the product of two; nothing by the tries; sessions by nothing."""
    results = []
    for evaluation in evaluations:
        of = evaluation.scenario.parameters
        browse, slot = of.visits.browse_mean_min, of.negotiations.slot_min
        found = {"visits.started": 100 + 10 * browse, "venue.entered": browse * slot, "programme.counted_held": 190.0}
        results.append(EvaluationResult("", tuple(Total(found[name], 1.0) for name in evaluation.measures)))
    return results
