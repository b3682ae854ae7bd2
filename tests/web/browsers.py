"""The browser of the tests: the one that is bundled, or that of the system."""

from __future__ import annotations

import fcntl
import os
import shutil
import tarfile
from io import BytesIO
from pathlib import Path

import brotli

ROOT = Path(__file__).resolve().parents[2]
BUNDLED = ROOT / "tests/browser/node_modules/@sparticuz/chromium/bin"
UNPACKED = ROOT / ".cache/chromium"
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONTS = f"""<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>{UNPACKED / "fonts"}</dir>
  <cachedir>{UNPACKED / "fonts-cache"}</cachedir>
</fontconfig>
"""
"""The system's fonts, and the one that came along where it has none."""


def find_browser() -> tuple[str, dict[str, str]] | None:
    if named := os.environ.get("CLOUDFAIR_BROWSER"):
        return (named, {}) if Path(named).is_file() else None
    for name in SYSTEM_NAMES:
        if program := shutil.which(name):
            return program, {}
    if not BUNDLED.is_dir():
        return None
    return unpack(), {"LD_LIBRARY_PATH": str(UNPACKED / "lib"), "FONTCONFIG_FILE": str(UNPACKED / "own-fonts.conf")}


def unpack() -> str:
    """Unpack the fetched Chromium once, by one worker; its program last, so that what broke off is done again."""
    program = UNPACKED / "chromium"
    UNPACKED.mkdir(parents=True, exist_ok=True)
    with (UNPACKED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.is_file():
            for name in ("al2023", "fonts"):
                packed = brotli.decompress((BUNDLED / f"{name}.tar.br").read_bytes())
                with tarfile.open(fileobj=BytesIO(packed)) as archive:
                    archive.extractall(UNPACKED)
            (UNPACKED / "own-fonts.conf").write_text(FONTS)
            part = UNPACKED / "chromium.part"
            part.write_bytes(brotli.decompress((BUNDLED / "chromium.br").read_bytes()))
            part.chmod(0o755)
            part.rename(program)
    return str(program)
