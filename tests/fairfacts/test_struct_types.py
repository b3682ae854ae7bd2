"""Types are looked at before several threads read them: msgspec would crash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.real import starts

LOOKED_AT = """
import sys
import msgspec

def unready():
    looks = []
    sys.setprofile(lambda frame, event, _: event == "call" and looks.append(frame.f_code.co_name))
    found = []
    for each in below(msgspec.Struct):
        looks.clear()
        msgspec.json.Decoder(each)
        if "get_class_annotations" in looks:
            found.append(f"{each.__module__}.{each.__qualname__}")
    sys.setprofile(None)
    return found

def below(type_):
    for each in type_.__subclasses__():
        yield each
        yield from below(each)
"""
"""What msgspec calls to look at a type for the first time."""
SERVED = """
import faircli.launcher
from cloudfair.app import create_app
from cloudfair.settings import Settings
create_app(Settings(database=sys.argv[1]))
"""
RELAYED = """
from cloudfair.relay.app import create_relay
from cloudfair.settings import Settings
create_relay(Settings(), "nats://127.0.0.1:4222", "http://127.0.0.1:8000")
"""
PLAYED_BY_THREADS = "import fairlab.replications, fairlab.evaluations, fairlab.branch\n"
AT_ONCE = """
import threading
from fairfacts.struct_types import prepare_types
sys.setswitchinterval(1e-6)
for number in range(300):
    inner = [msgspec.defstruct(f"Inner{number}_{field}", [("a", int), ("b", str, "")]) for field in range(20)]
    outer = msgspec.defstruct(f"Outer{number}", [(f"f{field}", of | None, None) for field, of in enumerate(inner)])
    prepare_types()
    begin = threading.Barrier(4)
    def read():
        begin.wait()
        msgspec.json.decode(b'{"f1": {"a": 1}, "f19": {"a": 3}}', type=outer)
    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""
"""Without the preparation, this ends with a segmentation fault."""


@pytest.mark.parametrize("begun", [SERVED, RELAYED, PLAYED_BY_THREADS], ids=["served", "relayed", "played by threads"])
def test_every_type_was_looked_at_before_threads_begin(begun: str, tmp_path: Path) -> None:
    unready = run(LOOKED_AT + begun + "print(*unready(), sep='\\n')", str(tmp_path / "fair.db")).splitlines()
    assert [each for each in unready if not each.startswith("fairlab.")] == []  # no thread reads those


def test_threads_read_a_type_that_was_prepared_at_the_same_moment() -> None:
    assert run("import sys, msgspec\n" + AT_ONCE + "print('whole')") == "whole"


def run(code: str, *arguments: str) -> str:
    starts("Python")
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
