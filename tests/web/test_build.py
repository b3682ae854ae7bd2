"""What the page is built from and to."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import re
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from cloudfair.app import create_app
from cloudfair.http.page import FOR_EVER
from cloudfair.settings import Settings

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


@pytest.mark.slow
def test_files_made_from_the_backend_are_fresh(hatch_build: ModuleType, tmp_path: Path) -> None:
    # renew them with: make renew
    assert hatch_build.write_types(tmp_path) == 0
    made = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_text() for path in (ROOT / hatch_build.GENERATED).iterdir()}
    assert set(made) == {"asyncapi.ts", "facts.ts", "openapi.ts"}


@pytest.mark.slow
def test_every_route_is_passed_on_by_the_development_server(tmp_path: Path) -> None:
    app = create_app(Settings(database=str(tmp_path / "fair.db")))
    config = (ROOT / "platform/web/vite.config.ts").read_text()
    assert "ROUTES.map((route) => [route, { target: BACKEND, ws: true }])" in config
    (listed,) = re.findall(r"ROUTES = (\[[^]]*\])", (ROOT / "platform/web/src/api/generated/facts.ts").read_text())
    folders = {f"/{path.split('/')[1]}" for path in [*app.openapi()["paths"], "/openapi.json", "/docs"]}
    assert set(json.loads(listed)) == folders


def test_packages_are_fetched_once_for_each_lock_file(
    hatch_build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, fetched = tmp_path / "package-lock.json", []
    (tmp_path / "node_modules").mkdir()

    def npm(*args: str, **_: object) -> subprocess.CompletedProcess[str]:
        fetched.append(args[:2])
        return subprocess.CompletedProcess(args, 0, "", "")

    monkeypatch.setattr(hatch_build, "npm", npm)
    lock.write_text("{}")
    for options in (["--omit=dev"], ["--omit=dev"], [], ["--omit=dev"]):  # all packages serve the build as well
        hatch_build.fetch(tmp_path, *options)
    assert fetched == [("ci", "--omit=dev"), ("ci", "--prefer-offline")]
    lock.write_text("{ }")
    hatch_build.fetch(tmp_path)
    assert len(fetched) == 3


def test_page_is_light() -> None:
    scripts = [*(ROOT / "platform/cloudfair/web/assets").glob("*.js")]
    assert 0 < sum(len(gzip.compress(script.read_bytes())) for script in scripts) < 100_000
    assert sum(script.stat().st_size for script in scripts) <= 250 * 1024


def test_page_may_load_its_own_files_alone_and_assets_are_kept(backend: Any) -> None:
    asset = next(iter((ROOT / "platform/cloudfair/web/assets").glob("*.js")))
    page, script = httpx.get(f"{backend.url}/"), httpx.get(f"{backend.url}/assets/{asset.name}")
    assert (page.headers["cache-control"], script.headers["cache-control"]) == ("no-cache", FOR_EVER)
    for answer in (page, script):
        assert answer.headers["content-security-policy"].startswith("default-src 'self'; img-src 'self' data:;")
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
