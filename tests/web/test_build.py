"""What the page is built from and to."""

from __future__ import annotations

import gzip
import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def hatch_build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_is_built_again_only_when_a_source_was_changed_or_removed(hatch_build: ModuleType, tmp_path: Path) -> None:
    source, page = tmp_path / "platform/web/src/main.ts", tmp_path / "platform/cloudfair/web/index.html"
    for file in (source, page):
        file.parent.mkdir(parents=True)
    source.touch()
    assert hatch_build.is_outdated(tmp_path)  # there is no page
    page.touch()
    os.utime(page, (2e9, 2e9))
    assert not hatch_build.is_outdated(tmp_path)
    os.utime(source, (3e9, 3e9))
    assert hatch_build.is_outdated(tmp_path)
    os.utime(source, (1e9, 1e9))
    os.utime(source.parent, (3e9, 3e9))  # as when a file is removed
    assert hatch_build.is_outdated(tmp_path)


@pytest.mark.parametrize("lock", ["platform/web/package-lock.json", "tests/browser/package-lock.json"])
def test_locks_name_no_registry(lock: str) -> None:
    assert '"resolved"' not in (ROOT / lock).read_text()


def test_page_is_light() -> None:
    scripts = [*(ROOT / "platform/cloudfair/web/assets").glob("*.js")]
    assert 0 < sum(len(gzip.compress(script.read_bytes())) for script in scripts) < 100_000
