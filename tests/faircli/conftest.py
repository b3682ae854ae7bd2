from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.cloudfair.conftest import client, run, url  # noqa: F401  # fixtures: a backend that tests share
from tests.faircli.fair import SMALL, Fair


@pytest.fixture
def fair(tmp_path: Path) -> Fair:
    return Fair(tmp_path)


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Fair, dict[str, Any]]:
    """A folder in which a small fair was played, and what the command said of it."""
    fair = Fair(tmp_path_factory.mktemp("played"))
    return fair, fair.json("run", *SMALL)


@pytest.fixture
def own(played: tuple[Fair, dict[str, Any]], fair: Fair) -> tuple[Fair, str]:
    """The small fair in a database of the test's own, and the id of its run."""
    there, result = played
    shutil.copytree(there.folder, fair.folder, dirs_exist_ok=True)
    return fair, result["run"]
