"""The release of the package."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """Return the release; `unknown` when the package runs from a checkout that was never installed."""
    try:
        return version("cloudfair")
    except PackageNotFoundError:
        return "unknown"
