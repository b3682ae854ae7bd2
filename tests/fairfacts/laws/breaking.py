"""Which laws a few events break."""

from __future__ import annotations

from tests.fairfacts.test_auditor import STORY

from fairfacts.auditor import Auditor
from fairfacts.event import Event


def broken(*events: Event) -> dict[str, int]:
    """Return the laws that events break after an opening in which a bank registers six delegates, a baker one."""
    auditor = Auditor()
    auditor.handle([*STORY[:5], *events])
    return dict(auditor.broken)
