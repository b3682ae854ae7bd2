"""How a command ends: by Ctrl-C at any moment, and when its reader leaves."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.faircli.fair import FAIR, Fair, Played, children, wait_until
from tests.real import starts

INTERRUPTED = 130
INTERRUPT_IN_IMPORT = """
import os, signal, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
from faircli.main import main
main(sys.argv[2:])
"""


@pytest.mark.slow
@pytest.mark.parametrize("module", ["fairfacts.errors", "typer", "faircli.commands.ensemble", "numpy", "simpy"])
def test_ctrl_c_while_a_library_is_imported_leaves_no_traceback(tmp_path: Path, module: str) -> None:
    arguments = ["ensemble", "ciftis2020", "-n", "1", "--scale", "0.5", "--workers", "1"]
    code = [sys.executable, "-c", INTERRUPT_IN_IMPORT, module, *arguments]
    done = subprocess.run(code, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (INTERRUPTED, "", "")


THREADS = """
import atexit, os

def say():
    import numpy
    print(len(os.listdir("/proc/self/task")), os.environ["OPENBLAS_NUM_THREADS"])

atexit.register(say)
from faircli.main import main
main(["--version"])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_matrices_take_no_cores_from_the_fairs_that_are_played_unless_somebody_asks() -> None:
    env = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}

    def said(**more: str) -> str:
        code = [sys.executable, "-c", THREADS]
        done = subprocess.run(code, capture_output=True, text=True, timeout=120, env=env | more)
        return done.stdout.partition("\n")[2]  # what comes after the version

    assert said() == "1 1\n"
    assert said(OPENBLAS_NUM_THREADS="2").endswith(" 2\n")


INTERRUPT_BEFORE_A_WORKER = """
import os, signal, sys
from multiprocessing.context import SpawnProcess

start = SpawnProcess.start

def interrupted(worker):
    os.kill(os.getpid(), signal.SIGINT)  # it comes to this process alone
    start(worker)

SpawnProcess.start = interrupted
from faircli.main import main
main(sys.argv[1:])
"""


@pytest.mark.slow
def test_ctrl_c_just_before_a_worker_starts_ends_it_too(tmp_path: Path) -> None:
    arguments = ["ensemble", "ciftis2020", "-n", "2", "--scale", "0.5", "--workers", "2"]
    code = [sys.executable, "-c", INTERRUPT_BEFORE_A_WORKER, *arguments]
    done = subprocess.run(code, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (INTERRUPTED, "", "")


@pytest.mark.parametrize("count", [1, 3], ids=["as they start", "when all have started"])
def test_ctrl_c_ends_an_ensemble_and_its_workers_without_a_traceback(tmp_path: Path, count: int) -> None:
    starts("command")
    arguments = ["ensemble", "ciftis2020", "-n", "500", "--scale", "0.5", "--workers", "2"]
    process = subprocess.Popen(
        [*FAIR, *arguments], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0
    )
    wait_until(lambda: len(children(process.pid)) >= count)  # the workers, and the tracker of multiprocessing
    workers = children(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (INTERRUPTED, "", "")
    wait_until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))


@pytest.mark.parametrize(
    "arguments", [["scenarios", "card"], ["scenarios", "card", "--json"], ["export", "--to", "ndjson", "--into", "-"]]
)
def test_a_reader_that_leaves_ends_the_command_without_a_word(played: Played, arguments: list[str]) -> None:
    fair, _ = played
    with fair.start(*arguments) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) in (0, 1)  # 0 where all of it fitted into the pipe


FULL = "Error: standard output cannot be written (No space left on device); see that its disk has room\n"
MISSING = "Error: cloudfair.db: there is no such database; fair run makes one, or name another with --db\n"


def shell(line: str, folder: Path, **more: str) -> tuple[int, str, str]:
    """Return the status of a line of a shell, in which `fair` is the command, and what it printed."""
    starts("command")
    code = line.replace("fair ", f"{sys.executable} -m faircli ")
    env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "PYTHONUNBUFFERED")} | more
    done = subprocess.run(["sh", "-c", code], cwd=folder, capture_output=True, text=True, timeout=120, env=env)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full")
@pytest.mark.parametrize("arguments", ["--version", "--help", "scenarios", "scenarios card --json", "serve --port 0"])
def test_standard_output_that_is_full_is_named(tmp_path: Path, arguments: str) -> None:
    assert shell(f"fair {arguments} > /dev/full", tmp_path) == (1, "", FULL)
    assert shell(f"fair {arguments} > /dev/full", tmp_path, PYTHONUNBUFFERED="1") == (1, "", FULL)


@pytest.mark.slow
@pytest.mark.parametrize("where", [">&-", "2>&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_streams_that_are_closed_or_full_change_no_status(tmp_path: Path, where: str) -> None:
    told = "" if ">&-" in where.replace("2>&-", "") else "cloudfair "
    status, out, err = shell(f"fair --version {where}", tmp_path)
    assert (status, out[:10], err) == (0, told, "")
    assert shell(f"fair runs {where}", tmp_path) == (1, "", MISSING if where == ">&-" else "")


@pytest.mark.slow
def test_database_does_not_take_the_place_of_a_closed_output(tmp_path: Path) -> None:
    status, _, err = shell("fair run ciftis2020 --scale 0.005 <&- >&-", tmp_path)
    assert (status, "Run ciftis2020-s7-" in err) == (0, True)
    assert shell("fair verify", tmp_path)[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize("arguments", ["fairs", "verify", "ensemble ciftis2020 -n 1", "serve --port 0"])
def test_working_folder_that_is_gone_is_named(tmp_path: Path, arguments: str) -> None:
    (tmp_path / "gone").mkdir()
    ended = shell(f'cd gone; rmdir "$PWD"; fair {arguments}', tmp_path)
    why = "the working folder is gone or cannot be read (No such file or directory); change to another folder"
    assert ended == (1, "", f"Error: {why}\n")


@pytest.mark.slow
def test_width_of_0_is_one_that_nobody_knows(tmp_path: Path) -> None:
    for arguments in ("scenarios", "--help"):
        assert shell(f"fair {arguments}", tmp_path, COLUMNS="0") == shell(f"fair {arguments}", tmp_path)


def test_markup_in_what_a_user_writes_is_printed_as_it_is(fair: Fair) -> None:
    for name in ("x [draft].toml", "[red].toml", "[/].toml", ":smile:.toml"):
        done = fair("run", name)
        assert done.returncode == 2
        assert done.stderr.startswith(f"Error: {name}: cannot be read (No such file or directory)"), done.stderr
    (fair.folder / "mine.toml").write_text(
        'title = "[/] of [bold]"\nfair = "ciftis2020"\nquestion = "Why :smile: [x]?"\n'
    )
    shown = fair("scenarios", "show", "mine.toml").stdout.splitlines()
    assert shown[:2] == ["mine: [/] of [bold]", "Why :smile: [x]?"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems take no such name")
def test_working_folder_need_not_be_utf_8(tmp_path: Path, played: Played) -> None:
    there, result = played
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    shutil.copytree(there.folder, folder)
    fair = Fair(folder)
    for command in ("verify", "count", "compare", "runs"):
        assert fair(command).returncode == 0
    shown = f"{tmp_path}/caf\\xe9"
    assert fair.json("export", "--to", "ndjson", "--into", "own.ndjson")["into"] == f"{shown}/own.ndjson"
    again = fair.json("run", "--resume", result["run"])
    assert again["digest"] == result["digest"]
    done = fair("query", "select 1")
    assert (done.returncode, done.stdout, done.stderr.startswith(f"Error: {shown}/")) == (1, "", True), done.stderr
