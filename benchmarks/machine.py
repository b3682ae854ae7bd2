"""The machine, what a process takes of it, and how a log is sent again."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import msgspec

from fairfacts.parts.runs import REPRODUCING, RunStarted


def machine() -> str:
    """Return what this machine is, as far as it matters."""
    cpuinfo = Path("/proc/cpuinfo")
    names = [
        line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")
    ]
    cpu = names[0] if names else platform.processor()
    return f"{os.cpu_count()} cores, {cpu}, {platform.system()}, Python {platform.python_version()}"


def cpu_s(process: int) -> float:
    """Return the processor time that a process has used, which no other work on the machine makes longer."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_kb(process: int, kind: str = "VmRSS") -> int:
    """Return the memory that a process holds, or with `VmHWM` the most that it has held."""
    return int(Path(f"/proc/{process}/status").read_text().partition(f"{kind}:")[2].split()[0])


def new_run(line: bytes) -> dict[str, Any]:
    """Return what begins the run whose first event is `line`."""
    started = msgspec.json.decode(line, type=RunStarted)
    return {name: getattr(started, name) for name in REPRODUCING}
