"""`fair run` finds a backend of this user wherever it listens."""

from __future__ import annotations

import os

import httpx
import pytest
from tests.faircli.fair import SMALL, Fair

from faircli.addresses import listening, noted


@pytest.fixture(autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    """A folder for the notes of this test alone."""
    folder = tmp_path_factory.mktemp("runtime")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder / "cloudfair"


def test_run_goes_to_the_backend_that_serves_its_database_at_whatever_port(tmp_path):
    fair = Fair(tmp_path)
    with fair.serving() as (url, _):
        assert listening() == [url]
        done = fair("run", *SMALL)
        (run,) = httpx.get(f"{url}/runs").json()
        assert f"Run {run['id']} at {url}/?run={run['id']}" in done.stderr
        other = fair("run", *SMALL, "--db", "other.db")
        assert f" at {url}" not in other.stderr
    assert listening() == []


def test_note_is_there_for_as_long_as_the_backend(folder):
    with noted("http://127.0.0.1:1"):
        assert listening() == ["http://127.0.0.1:1"]
        assert folder.stat().st_mode & 0o777 == 0o700
    assert (listening(), list(folder.iterdir())) == ([], [])


def test_notes_of_the_dead_and_damaged_ones_are_removed(folder):
    folder.mkdir()
    (folder / "1.json").write_text('{"url": "http://127.0.0.1:1", "process": 4194305}')
    (folder / "2.json").write_text("{")
    assert (listening(), list(folder.iterdir())) == ([], [])


def test_notes_in_a_folder_of_another_user_are_not_read(folder, monkeypatch):
    folder.mkdir()
    (folder / "1.json").write_text(f'{{"url": "http://127.0.0.1:1", "process": {os.getpid()}}}')
    monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
    assert listening() == []
    with noted("http://127.0.0.1:2"):
        assert [path.name for path in folder.iterdir()] == ["1.json"]
