from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from distributed import LocalCluster
from tests.fairlab.conftest import SCALE
from tests.fairsim.runs import BRIEF

from fairfacts.errors import WorkersError
from fairlab.ensemble import Ensemble, play_ensembles
from fairlab.stopping import Plan
from fairlab.workers import _interrupts_deferred, in_order, workers
from fairsim.inputs.scenario import load_scenario


def played_by(executor, at_once: int) -> Ensemble:
    scenario = load_scenario("ciftis2020", changes=BRIEF, scale=SCALE)
    return play_ensembles([("ciftis2020", BRIEF, scenario)], 7, executor, at_once, Plan(4))[0]


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2, 3])
def test_ensemble_does_not_depend_on_the_number_of_processes(ensemble, count):
    with workers(count) as (executor, at_once):
        assert at_once == count
        assert played_by(executor, at_once).digest == ensemble.digest


@pytest.mark.slow
def test_ensemble_does_not_depend_on_a_dask_cluster(ensemble):
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", scheduler_port=0) as cluster,
        workers(dask=cluster.scheduler_address) as (executor, at_once),
    ):
        assert at_once == 2
        assert played_by(executor, at_once).digest == ensemble.digest


@pytest.mark.slow
def test_scheduler_that_is_lost_is_told_in_words():
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0", scheduler_port=0)

    def play_on():
        with workers(dask=cluster.scheduler_address) as (executor, at_once):
            results = in_order(executor, at_once, time.sleep, [0, 60, 60])
            next(results)
            cluster.close()
            list(results)

    with pytest.raises(WorkersError, match="the scheduler was lost"):
        play_on()


def test_workers_of_another_version_are_refused_before_any_run(monkeypatch):
    from distributed import Client

    monkeypatch.setattr(Client, "run", lambda *_: {"tcp://there": "0" * 64})
    with LocalCluster(n_workers=1, processes=False, dashboard_address=":0", scheduler_port=0) as cluster:
        named = "worker tcp://there: its model is of another version; install this version of cloudfair there"
        with pytest.raises(WorkersError, match=named), workers(dask=cluster.scheduler_address):
            pass
        monkeypatch.setattr(Client, "run", lambda *_: {"tcp://there": "fairsim is missing"})
        with pytest.raises(WorkersError, match="fairsim is missing; install"), workers(dask=cluster.scheduler_address):
            pass


def test_ctrl_c_that_another_thread_takes_waits_until_the_worker_has_started():
    begun = threading.Event()

    def take_it():
        begun.wait()
        signal.raise_signal(signal.SIGINT)

    other = threading.Thread(target=take_it)  # started before, as a thread starts with the mask of its starter
    other.start()
    steps = []

    def start():
        with _interrupts_deferred():
            begun.set()
            other.join()
            steps.append("started")
        steps.append("not reached")

    with pytest.raises(KeyboardInterrupt):
        start()
    assert steps == ["started"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_results_come_in_the_order_of_the_tasks():
    with workers(2) as (executor, at_once):
        assert list(in_order(executor, at_once, abs, [-3, 1, -2])) == [3, 1, 2]


def test_lost_worker_is_told():
    with workers(1) as (executor, at_once), pytest.raises(WorkersError, match="a worker was lost"):
        list(in_order(executor, at_once, signal.raise_signal, [signal.SIGKILL]))


def fall_once(file: Path) -> str:
    """End this process, unless it, or one before it, has been here."""
    if not file.exists():
        file.touch()
        signal.raise_signal(signal.SIGKILL)
    return file.name


@pytest.mark.slow
def test_tasks_of_a_lost_worker_are_done_by_others_in_order(tmp_path, caplog):
    names = [str(number) for number in range(6)]
    with workers(2) as (executor, at_once):
        (tmp_path / "1").touch()
        (tmp_path / "4").touch()
        assert list(in_order(executor, at_once, fall_once, [tmp_path / name for name in names])) == names
    assert "a worker was lost, perhaps for lack of memory; others play what it had begun" in caplog.messages


@pytest.mark.slow
def test_workers_end_when_what_started_them_is_killed():
    program = "import os\nfrom fairlab.workers import workers\nimport time\nif __name__ == '__main__':\n" + (
        "  with workers(1) as (executor, _):\n"
        "    print(executor.submit(os.getpid).result(), flush=True)\n"
        "    executor.submit(time.sleep, 600).result()\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
    end = time.monotonic() + 60
    while Path(f"/proc/{worker}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(f"/proc/{worker}").exists()


@pytest.mark.parametrize("address", ["foo", "", "foo:bar", "http://127.0.0.1:8786", "tcp://foo"])
def test_address_that_is_none_of_a_scheduler_is_refused_before_there_is_a_client(monkeypatch, address):
    monkeypatch.setattr("distributed.Client", None)
    with pytest.raises(WorkersError, match=f"--dask {address}: no scheduler answers there"), workers(dask=address):
        pass


def test_scheduler_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr("fairlab.workers.REACH_S", 0.1)
    with (
        pytest.raises(WorkersError, match=r"--dask tcp://127.0.0.1:9: no scheduler answers"),
        workers(dask="tcp://127.0.0.1:9"),
    ):
        pass
