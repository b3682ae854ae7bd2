"""A model in place of the fair, for tests of what fits it: what the flow equations expect, a part of it lost."""

from __future__ import annotations

from fairlab.evaluations import Evaluation, EvaluationResult, Total
from fairlab.flow import EXACT, expected_exposure, flow
from fairsim.engine.draws import Draws

LOST, REGISTER_SD, CHANCE_SD = 0.1, 0.05, 0.02
"""Share of the requests that wait in vain; standard deviations, in the logarithm, of a register and of a run."""
SHARE, PART, WHOLE = "negotiations.overseas_share", "negotiations.initiated_overseas", "negotiations.initiated"


def quick_model(evaluation: Evaluation) -> EvaluationResult:
    """Return the totals of a run, 0 of what is in no equation; chance goes by seed and replication alone."""
    parameters, draws = evaluation.scenario.parameters, Draws(evaluation.seed, evaluation.replication)
    expected, chance = flow(parameters, expected_exposure(parameters)), draws.stream("quick.model")

    def total_of(measure: str) -> Total:
        if measure == SHARE:
            part, whole = total_of(PART), total_of(WHOLE)
            return Total(part.simulated / whole.simulated, part.flow / whole.flow)
        entity = len(measure)  # another number for each measure
        of_register, of_run = (
            chance.scalar_lognormal(entity, 1.0, sd, substream) for substream, sd in ((0, REGISTER_SD), (2, CHANCE_SD))
        )
        drawn = expected.get(measure, 0.0) * of_register
        return Total(drawn if measure in EXACT else drawn * (1 - LOST) * of_run, drawn)

    return EvaluationResult(evaluation.key, tuple(total_of(measure) for measure in evaluation.measures))
