from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

import pytest
from tests.fairlab.quick_model import quick_model
from tests.fairsim.runs import BRIEF

from fairlab.ensemble import Ensemble, play_ensembles
from fairlab.stopping import Plan
from fairsim.inputs.scenario import load_scenario

SCALE = 0.005


@pytest.fixture(scope="session")
def executor() -> Iterator[Executor]:
    """Somebody who plays one run at a time, in this process."""
    with ThreadPoolExecutor(1) as one:
        yield one


@pytest.fixture(scope="session")
def ensemble(executor) -> Ensemble:
    """Four brief fairs of a two-hundredth of the documented size."""
    scenario = load_scenario("ciftis2020", changes=BRIEF, scale=SCALE)
    return play_ensembles([("ciftis2020", BRIEF, scenario)], 7, executor, 1, Plan(4))[0]


@pytest.fixture(scope="module")
def quick() -> Iterator[None]:
    """Let the quick model be played in place of the fair."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("evaluations", "posterior"):
            patch.setattr(f"fairlab.{module}.evaluate", quick_model)
        yield
