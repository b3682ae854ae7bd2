from __future__ import annotations

import os

import pytest
from distributed import LocalCluster
from tests.fairlab.conftest import SCALE

from fairfacts.errors import WorkersError
from fairlab.ensemble import Ensemble, Plan, play_ensembles
from fairlab.workers import in_order, workers
from fairsim.scenario import load_scenario


def played_by(executor, at_once: int) -> Ensemble:
    scenario = load_scenario("ciftis2020", scale=SCALE)
    return play_ensembles([("ciftis2020", (), scenario)], 7, executor, at_once, Plan(4))[0]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_ensemble_does_not_depend_on_the_number_of_processes(ensemble, count):
    with workers(count) as (executor, at_once):
        assert at_once == count
        assert played_by(executor, at_once).digest == ensemble.digest


def test_ensemble_does_not_depend_on_a_dask_cluster(ensemble):
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, scheduler_port=0) as cluster,
        workers(dask=cluster.scheduler_address) as (executor, at_once),
    ):
        assert at_once == 2
        assert played_by(executor, at_once).digest == ensemble.digest


def test_results_come_in_the_order_of_the_tasks():
    with workers(2) as (executor, at_once):
        assert list(in_order(executor, at_once, abs, [-3, 1, -2])) == [3, 1, 2]


def test_lost_worker_is_told():
    with workers(1) as (executor, at_once), pytest.raises(WorkersError, match="a worker was lost"):
        list(in_order(executor, at_once, os._exit, [1]))


def test_scheduler_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr("fairlab.workers.REACH_S", 0.1)
    with (
        pytest.raises(WorkersError, match=r"--dask tcp://127.0.0.1:9: no scheduler answers"),
        workers(dask="tcp://127.0.0.1:9"),
    ):
        pass
