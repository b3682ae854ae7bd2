"""A log that tests of the export write."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cloudfair.store.log import Log


@pytest.fixture
def log(sqlite: str) -> Iterator[Log]:
    log = Log.open(sqlite)
    yield log
    log.close()
