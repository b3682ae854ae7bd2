"""The log: the runs of one database, their events, checkpoints and operator commands, and what of it is published.

Each table has a module and a class of its own; `Log` opens them together.
"""

from __future__ import annotations

from cloudfair.store.batches import Batches
from cloudfair.store.checkpoints import Checkpoints
from cloudfair.store.commands import Commands
from cloudfair.store.database import Database
from cloudfair.store.publications import Publications
from cloudfair.store.runs import Runs
from cloudfair.store.scan import Integrity
from cloudfair.store.segments import Segments
from cloudfair.store.strays import Strays, strays


class Log:
    """The logs of all runs in one database.

    Every method of its tables is safe to call from any thread. Each raises a BackendError when the database fails.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.name = database.name
        """The database's URL, its password masked."""
        self.writers = database.writers
        """How many threads may write at a time."""
        self.runs = Runs(database)
        self.segments = Segments(database)
        self.checkpoints = Checkpoints(database)
        self.commands = Commands(database, self.runs)
        self.batches = Batches(database, self.runs, self.checkpoints, self.commands)
        self.publications = Publications(database)

    @classmethod
    def open(cls, database: str, *, read_only: bool = False) -> Log:
        """Return the log in a database, which is made if there is none.

        With `read_only`, no file is made and no lock taken, and the disk need not be writable.

        Raises:
            BackendError: the database cannot be opened, or, unless `read_only`, not be written.
        """
        return cls(Database.open(database, read_only=read_only))

    def integrity(self) -> Integrity:
        """Return what the database itself finds wrong with its pages and indexes, and what it cannot look at."""
        return self._database.integrity()

    def strays(self) -> list[Strays]:
        """Return the rows that belong to no run; the loss of a run's own row leaves such rows behind."""
        return strays(self._database)

    def can_rebuild_indexes(self) -> bool:
        """Return whether nothing is lost if the indexes are made again."""
        return self._database.can_rebuild_indexes()

    def rebuild_indexes(self) -> bool:
        """Make the indexes again if the database finds them wrong and they can be; return whether it did."""
        return self._database.rebuild_indexes()

    def check(self) -> None:
        """Check that the database answers.

        Raises:
            BackendError: it does not; says why.
        """
        self.runs.heads([""])

    def close(self) -> None:
        """Close all connections."""
        self._database.close()
