"""Every command of the guide and the README is run, in the order of its page, in an empty folder.

A block of the language `sh` holds commands. A block with a file name behind its language, such as `toml my-fair.toml`,
is written to that file. `sh no-run` marks what a test cannot run: a made-up secret, a command of make.

Each command of `fair` is started as it is installed where a page first calls it; after that, a nursery forks it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import psycopg
import pytest
from tests.cloudfair.nats import free_port, nats_server
from tests.cloudfair.postgres import postgres
from tests.faircli.fair import BARE
from tests.ready.program import programs
from tests.real import starts

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs/guide").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"\bfair ([a-z]+)")
BARING = " ".join(BARE)
SMALLER = {
    "--scale 0.1": "--scale 0.002",
    '"scale": 0.1': '"scale": 0.002',
    "--speed 3600": "--speed 1e6",
    "--members 10 --rounds 1 --scale 0.02 --small 0.5": "--members 10 --rounds 1 --scale 0.002 --small 1",
    "--posterior members.json -n 4 --scale 0.01": "--posterior members.json -n 2 --scale 0.002",
    "ensemble ciftis2020 -n 4": f"ensemble ciftis2020 -n 2 {BARING}",
    "-n 4 --until negotiations.held=5% --most 8": f"-n 2 --until negotiations.held=90% --most 4 {BARING}",
    '\'{"kind": "platform_outage", "lasts_min": 60}\' -n 3': '\'{"kind": "platform_outage", "lasts_min": 60}\' -n 2',
    # everybody asks equally often: where few do, so small a fair is mostly chance
    "--scale 0.02 --check 4": f"--scale 0.002 --check 0 {BARING} --set fair.days=1 --set visits.asker_share=1"
    " --set visits.asker_visits=1 --set visits.asker_sigma=0",
}
"""What a person waits seconds for is played smaller or faster here; the commands are the same."""
COMMAND_S, START_S, RAISED_S = 240, 60, 20
KEPT: dict[str, dict[str, bytes]] = {}
"""The files that a command left behind in an empty folder."""


class Block(NamedTuple):
    """A block of a page: commands, or a file."""

    language: str
    name: str
    text: str


class Reader:
    """Somebody who does what a page says, in an empty folder."""

    def __init__(self, folder: Path, services: dict[str, str], begins: set[str]) -> None:
        """`begins` are the commands of `fair` that no page before this one calls."""
        self._folder, self._begins = folder, begins
        self._ports = {"8000": str(free_port()), "8001": str(free_port()), "8002": str(free_port())}
        self._services = services
        self._env = {name: value for name, value in os.environ.items() if not name.startswith("CLOUDFAIR_")}
        self._path = [str(Path(sys.executable).parent), self._env["PATH"]]
        self._background: list[subprocess.Popen[bytes]] = []

    def follow(self, block: Block) -> None:
        """Write the file that a block holds, or run its commands."""
        if block.language != "sh":
            (self._folder / block.name).write_text(self._ported(block.text))
            return
        for command in commands(block.text):
            if export := re.fullmatch(r"export (\w+)=(\S+)", self._here(command)):
                self._env[export[1]] = export[2]
            elif command.startswith(("fair serve", "fair relay")):
                self._serve(self._here(command).removesuffix("&"))
            elif command.startswith("caddy"):
                self._serve(self._here(command).removesuffix("&"), self._ports["8000"])
            elif command == "fair run ciftis2020 --scale 0.1" and not any(self._folder.iterdir()):
                self._begin(self._here(command))
            else:
                self._run(self._here(command))

    def close(self) -> None:
        """End every backend that was started."""
        for process in self._background:
            process.send_signal(signal.SIGTERM)
        for process in self._background:
            process.wait(START_S)

    def _here(self, command: str) -> str:
        """Return a command with what a reader fills in: ports that are free here, services, the ids of runs."""
        for text, replaced in {**SMALLER, **self._services}.items():
            command = command.replace(text, replaced)
        command = self._ported(command)
        if re.search(r"\b(RUN|OTHER)\b", command):
            latest, *earlier = self._runs()
            command = re.sub(r"\bRUN\b", latest, command)
            command = re.sub(r"\bOTHER\b", earlier[0], command) if earlier else command
        return command

    def _ported(self, text: str) -> str:
        """Return a text with ports that are free here."""
        for port, free in self._ports.items():
            text = re.sub(rf"(?<=[ :]){port}\b", free, text)
        return text

    def _runs(self) -> list[str]:
        """Return the ids of the runs, the latest first."""
        done = self._process("fair runs --json")
        return [run["id"] for run in json.loads(done.stdout)]

    def _begin(self, command: str) -> None:
        """Run the command with which many pages begin: the same one in an empty folder leaves the same behind."""
        if kept := KEPT.get(command):
            for name, content in kept.items():
                (self._folder / name).write_bytes(content)
            return
        self._run(command)
        KEPT[command] = {file.name: file.read_bytes() for file in self._folder.iterdir()}

    def _run(self, command: str) -> None:
        """Run a command; somebody who answers an alarm waits until it is raised."""
        end = time.monotonic() + RAISED_S
        while True:
            done = self._process(command)
            if "is not raised now" not in done.stdout or time.monotonic() > end:
                break
            time.sleep(0.2)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, f"{command}\n{done.stderr}"
        if command.startswith("curl"):
            assert '"status":4' not in done.stdout.replace(" ", ""), f"{command}\n{done.stdout}"

    def _process(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-o", "pipefail", "-c", self._addressed(command)],
            cwd=self._folder,
            env=self._env_for(command),
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
        )

    def _env_for(self, command: str) -> dict[str, str]:
        """Return the environment of a command: it finds the installed `fair`, or one that a nursery forks."""
        begun = self._begins & set(CALL.findall(command))
        self._begins = self._begins - begun
        path = self._path if begun else [str(programs()), *self._path]
        return self._env | {"PATH": os.pathsep.join(path)}

    def _addressed(self, command: str) -> str:
        """Return a command that finds the backend at the port that is free here, as it would at 8000."""
        if "--from" in command:
            return command
        return command.replace("fair watch", f"fair watch --from http://127.0.0.1:{self._ports['8000']}")

    def _serve(self, command: str, at: str = "") -> None:
        """Start a backend, or what listens at a port without being told, and wait until it answers."""
        port = re.search(r"--port (\d+)", command)
        number = at or (port[1] if port else self._ports["8000"])
        command += "" if port or at else f" --port {number}"
        process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=self._folder,
            env=self._env_for(command),
            stderr=subprocess.DEVNULL,
        )
        self._background.append(process)
        end = time.monotonic() + START_S
        while True:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{number}/health").raise_for_status()
                return
            assert process.poll() is None, f"{command} ended with {process.returncode}"
            assert time.monotonic() < end, f"{command} does not answer"
            time.sleep(0.05)


def blocks(page: str) -> list[Block]:
    """Return the blocks of a page that are files or commands."""
    found = [Block(language, name, text) for language, name, text in BLOCK.findall(page)]
    return [block for block in found if (block.language == "sh") != bool(block.name)]


def commands(text: str) -> Iterator[str]:
    """Yield the commands of a block, a continued line or a quoted one joined, comments left out."""
    pending = ""
    for line in text.splitlines():
        pending += ("\n" if pending else "") + re.sub(r"(^|\s+)# .*$", "", line)
        if pending.endswith("\\") or pending.count("'") % 2:
            continue
        command, pending = pending.replace("\\\n", "").strip(), ""
        if command:
            yield command


def calls(page: Path) -> set[str]:
    """Return the commands of `fair` that a page calls."""
    text = "\n".join(block.text for block in blocks(page.read_text()) if block.language == "sh")
    return set(CALL.findall(text))


@pytest.fixture
def services(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Real servers in place of those that a page makes up, started where the page names them."""
    text, found = request.getfixturevalue("page").read_text(), {}
    with contextlib.ExitStack() as stack:
        if "postgresql://fair@db.example/fair" in text:
            directory = stack.enter_context(postgres())
            with psycopg.connect(f"postgresql://fair@/postgres?host={directory}", autocommit=True) as connection:
                connection.execute("CREATE DATABASE fair")
            found["postgresql://fair@db.example/fair"] = f"postgresql://fair@/fair?host={directory}"
        if "nats://host:4222" in text:
            (tmp_path / "nats").mkdir()
            found["nats://host:4222"] = stack.enter_context(nats_server(tmp_path / "nats"))
        yield found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_page_does_what_it_says(page: Path, services: dict[str, str], tmp_path: Path) -> None:
    starts("command")
    folder = tmp_path / "folder"
    folder.mkdir()
    reader = Reader(folder, services, calls(page) - set().union(*map(calls, PAGES[: PAGES.index(page)])))
    try:
        for block in blocks(page.read_text()):
            reader.follow(block)
    finally:
        reader.close()


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs/guide/README.md").read_text()
    assert set(re.findall(r"\]\((\w[\w-]*\.md)\)", index)) == {
        page.name for page in PAGES if page.parent.name == "guide"
    } - {"README.md"}
