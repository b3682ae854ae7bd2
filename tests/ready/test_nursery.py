"""What a nursery forks is like a process that Python starts: the tests that start one rely on it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.faircli.fair import wait_until
from tests.ready.nursery import SIZE
from tests.ready.program import HERE, interpreter, programs
from tests.real import starts

WAITING = "import time\nprint('waits', flush=True)\ntime.sleep(60)"
ENDS = {
    "well": "print('x')",
    "with a status": "raise SystemExit(3)",
    "with words": "raise SystemExit('so')",
    "by a fault": "import sys\nsys.tracebacklimit = 0\nraise ValueError('odd')",
    "by Ctrl-C": "import os, signal\nos.kill(os.getpid(), signal.SIGUSR1)",
    "with a thread that goes on": "import threading, time\nthreading.Timer(0.1, print, ['x']).start()",
    "with a last word": "import atexit\natexit.register(print, 'x')",
    "with a reader that has left": "import os\nprint('x')\nos.dup2(os.open('/dev/full', 1), 1)",
    "with unread input": "import sys\nprint(sys.stdin.readline())",
}


def run(python: str, code: str, folder: Path, **environment: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [python, "-c", code, "one", "two"],
        cwd=folder,
        env=os.environ | environment,
        input="first\nsecond\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(autouse=True)
def real() -> None:
    starts("command")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("code", ENDS.values(), ids=ENDS)
def test_it_ends_as_python_does(tmp_path: Path, code: str, unbuffered: str) -> None:
    there = {"PYTHONUNBUFFERED": unbuffered}
    assert run(interpreter(), code, tmp_path, **there) == run(sys.executable, code, tmp_path, **there)


def test_it_has_arguments_folder_environment_and_input_of_its_own(tmp_path: Path) -> None:
    code = "import os, sys, time\nprint(sys.argv, os.getcwd(), sorted(os.environ), time.tzname, sys.stdin.read())"
    there = {"TZ": "Asia/Shanghai", "COLUMNS": "公平"}
    assert run(interpreter(), code, tmp_path, **there) == run(sys.executable, code, tmp_path, **there)


def test_what_one_changes_no_other_sees(tmp_path: Path) -> None:
    code = "import fairfacts.errors as m\nprint(hasattr(m, 'mark'))\nm.mark = 1"
    assert [run(interpreter(), code, tmp_path)[1] for _ in range(2)] == ["False\n"] * 2


@pytest.mark.parametrize("flags", [(), ("-B",)], ids=str)
def test_workers_of_an_experiment_are_forked(flags: tuple[str, ...]) -> None:
    code = "import sys\nprint('fairlab.workers' in sys.modules)"
    assert subprocess.check_output([interpreter(), *flags, "-c", code], text=True, timeout=60) == "True\n"


def test_it_gets_the_files_that_are_passed_on() -> None:
    read, write = os.pipe()
    code = f"import os\nos.write({write}, b'here')"
    subprocess.run([interpreter(), "-c", code], pass_fds=[write], check=True, timeout=60)
    os.close(write)
    assert os.read(read, 100) == b"here"
    os.close(read)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_it(number: signal.Signals) -> None:
    code = f"import os\nprint(os.getpid())\n{WAITING}"
    with subprocess.Popen([interpreter(), "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid, _ = process.stdout.readline(), process.stdout.readline()
        process.send_signal(number)
        assert process.wait(timeout=60) == -number
        wait_until(lambda: not Path(f"/proc/{int(pid)}").exists())


def test_it_handles_a_signal() -> None:
    code = f"import signal, sys\nsignal.signal(signal.SIGINT, lambda *_: sys.exit(7))\n{WAITING}"
    with subprocess.Popen([interpreter(), "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 7


def test_a_signal_that_comes_while_it_is_asked_for_is_passed_on(tmp_path: Path) -> None:
    more_than_fits = {f"LARGE_{number}": "x" * 100_000 for number in range(8)}
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address := str(tmp_path / "s"))
        listener.listen()
        command = [sys.executable, "-IS", HERE / "call.py", address, "-c", ""]
        with subprocess.Popen(command, env=os.environ | more_than_fits) as process, listener.accept()[0] as caller:
            left = int.from_bytes(caller.recv(SIZE), "big")
            process.send_signal(signal.SIGINT)
            while left:
                left -= len(caller.recv(left))
            assert caller.recv(1) == bytes([signal.SIGINT])
            caller.send(bytes(SIZE))
            assert process.wait(60) == 0


def test_the_command_is_imported_anew_and_all_else_is_there(tmp_path: Path) -> None:
    code = "import sys\nprint([name in sys.modules for name in ('fairfacts.events', 'faircli', 'faircli.app')])"
    assert run(interpreter(), code, tmp_path)[1] == "[True, False, False]\n"


def test_fair_says_what_the_installed_one_says(tmp_path: Path) -> None:
    installed = Path(sys.executable).parent / "fair"
    for arguments in (["--version"], ["--help"], ["nope"], ["runs"], ["scenarios", "show", "nothing.toml"]):
        said = [
            subprocess.run([fair, *arguments], cwd=tmp_path, capture_output=True, timeout=60)
            for fair in (programs() / "fair", installed)
        ]
        assert said[0].returncode == said[1].returncode
        assert (said[0].stdout, said[0].stderr) == (said[1].stdout, said[1].stderr)
