"""Opens the page in a browser."""

from __future__ import annotations

import webbrowser

from faircli.console import warn


def open_page(url: str) -> None:
    """Open a URL in the user's browser; a machine without one gets a warning with the URL."""
    if not webbrowser.open(url):
        warn(f"--open: no browser was found; open {url}")
