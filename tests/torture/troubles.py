"""Every kind of trouble."""

from __future__ import annotations

from tests.torture.disks import DISKS
from tests.torture.flips import FLIPS
from tests.torture.kills import KILLS
from tests.torture.rows import ROWS
from tests.torture.servers import FAILOVER, NATS, POSTGRES
from tests.torture.storms import STORMS
from tests.torture.trouble import Trouble

ALL = (FLIPS, ROWS, DISKS, STORMS, POSTGRES, FAILOVER, NATS, KILLS)
TROUBLES: dict[str, Trouble] = {each.name: each for each in ALL}
