"""Tables of the read model: a row for each thing, a column for each of its properties, all in memory.

For everything that can happen to its thing, a row says *when* it happened, or that it has not. What a thing is at a
moment follows from these moments. So one table serves every moment of a run, and a row is never copied.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fairfacts.clock import MINUTE_MS
from fairfacts.event import Event
from fairfacts.series import plain

NEVER = 2**63 - 1
"""The moment of what has not happened."""
GROWTH = 1.3
FIRST_BLOCK, BLOCK_GROWTH, LARGEST_BLOCK = 1_024, 4, 65_536
"""Rows that are searched at a time: few at first, as they are enough for most questions."""

Kind = Literal["moment", "number", "reference", "word", "flag"]
"""A reference is the number of another thing, or None."""
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
Filter = Callable[[slice], Mask]
"""Says which rows of a stretch of the table are meant."""
Keys = Callable[[slice | Rows], NDArray[Any]]
"""What rows are sorted by."""

_DTYPES: dict[Kind, Any] = {
    "moment": np.int64,
    "number": np.int32,
    "reference": np.int32,
    "word": np.int32,
    "flag": np.bool_,
}
_EMPTY: dict[Kind, int] = {"moment": NEVER, "reference": -1}
"""The value of a cell of which no event said anything yet, if it is not 0."""
LARGEST_INT32 = 2**31 - 1
LARGEST_COUNTED = 2**22
"""Up to this number, counting reserves a place for each number; a log may use any number."""


class Words:
    """The words of a run's tables, each stored once and named by its place."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {"": 0}
        self.list: list[str] = [""]

    def place(self, word: str) -> int:
        """Return the place of a word; a new word is given one."""
        if (place := self._places.get(word)) is None:
            place = self._places[word] = len(self.list)
            self.list.append(word)
        return place

    def places(self, words: list[str]) -> list[int]:
        """Return the places of many words, of which most are old."""
        try:
            return list(map(self._places.__getitem__, words))
        except KeyError:
            return list(map(self.place, words))

    def known(self, word: str) -> int:
        """Return the place of a word; -1, which no row has, if no event named it yet."""
        return self._places.get(word, -1)


class Table:
    """Things of one kind, in the order in which the log brings them."""

    def __init__(self, words: Words, key: str, **columns: Kind) -> None:
        """Make an empty table; `key` is the field by which events name the thing."""
        self.words, self.key, self.size = words, key, 0
        self._kinds: dict[str, Kind] = {key: "number", **columns}
        self._columns = {name: np.empty(0, _DTYPES[kind]) for name, kind in self._kinds.items()}
        self._places: dict[int, int] | None = None
        """Rows by number; None while the number of each thing is its row, as the model has it."""

    def __getitem__(self, column: str) -> NDArray[Any]:
        return self._columns[column][: self.size]

    def __contains__(self, column: str) -> bool:
        return column in self._columns

    def add(self, events: Sequence[Event], *same: str, **fields: str) -> None:
        """Append a row for each event: columns that bear the name of its field, and columns by the name of theirs."""
        named = {name: name for name in (self.key, *same)} | fields
        self.append(len(events), {column: self._values(column, events, field) for column, field in named.items()})

    def append(self, count: int, columns: Mapping[str, NDArray[Any] | list[int]]) -> None:
        """Append rows by their columns, words as their places; a column that is not given has not happened, or is 0."""
        if not count:
            return
        first, self.size = self.size, self.size + count
        self._make_room(first)
        for column, values in columns.items():
            self._wide_enough(column, values)[first : self.size] = values
        self._number(first)

    def update(
        self, events: Sequence[Event], moment: str, *same: str, words: dict[str, str] | None = None, **fields: str
    ) -> None:
        """Write what happened to the things that events name, as `add` does.

        `moment` is the column that says when; `words` holds, by column, a word for all of them. A thing happens once:
        a later event about it changes nothing, and so never changes what the table says of an earlier moment.
        """
        if not events:
            return
        rows = self.rows(self._values(self.key, events, self.key))
        moments = self._values(moment, events, "at_ms")
        new = np.flatnonzero(rows >= 0)
        new = new[moments[new] < self._columns[moment][rows[new]]][::-1]  # of two about one thing, the first stays
        rows = rows[new]
        self._columns[moment][rows] = moments[new]
        for column, field in ({name: name for name in same} | fields).items():
            values = self._values(column, events, field)[new]
            self._wide_enough(column, values)[rows] = values
        for column, word in (words or {}).items():
            self._columns[column][rows] = self.words.place(word)

    def rows(self, numbers: NDArray[Any]) -> Rows:
        """Return the rows of things by their numbers; -1 for those that are not in the table."""
        if self._places is None:
            return np.where((numbers >= 0) & (numbers < self.size), numbers, -1)
        places = self._places
        return np.fromiter((places.get(number, -1) for number in numbers.tolist()), np.int64, len(numbers))

    def row(self, number: int) -> int:
        """Return the row of a thing by its number; -1 when it is not in the table."""
        if self._places is None:
            return number if 0 <= number < self.size else -1
        return self._places.get(number, -1)

    def text(self, column: str, rows: Rows) -> list[str]:
        """Return the words of a column."""
        words = self.words.list
        return [words[place] for place in self[column][rows].tolist()]

    def moments(self, column: str, rows: Rows, at_ms: int) -> list[int | None]:
        """Return the moments of a column; None for what had not happened at `at_ms`."""
        return [moment if moment <= at_ms else None for moment in self[column][rows].tolist()]

    def begun(self, column: str, at_ms: int) -> int:
        """Return how many rows there were at a moment; `column` says when each came into the table."""
        return int(np.searchsorted(self[column], at_ms, "right"))

    def happened(self, column: str, at_ms: int) -> Filter:
        """Filter: rows whose moment lies at or before `at_ms`."""
        moments = self[column]
        return lambda rows: moments[rows] <= at_ms

    def latest(self, column: str, at_ms: int) -> Keys:
        """Sort key: a moment; what has not happened by `at_ms` comes below all that has."""
        moments = self[column]
        return lambda rows: np.where(moments[rows] <= at_ms, moments[rows], -1)

    def is_(self, column: str, value: str | int | bool | None) -> list[Filter]:
        """Filter: rows with this value; all rows if it is None."""
        if value is None:
            return []
        values, wanted = self[column], self.words.known(value) if isinstance(value, str) else value
        return [lambda rows: values[rows] == wanted]

    def has(self, column: str, word: str) -> bool:
        """Return whether any row has this word."""
        return bool(np.any(self[column] == self.words.known(word)))

    def is_not(self, column: str, value: str) -> list[Filter]:
        """Filter: rows with any other value."""
        values, unwanted = self[column], self.words.known(value)
        return [lambda rows: values[rows] != unwanted]

    def bears(self, column: str, part: str) -> Filter:
        """Filter: rows whose word contains this part, in capital or small letters."""
        values, part = self[column], part.casefold()
        places = [place for place, word in enumerate(self.words.list) if part in word.casefold()]
        return lambda rows: np.isin(values[rows], places)

    def shown(self, rows: Rows, *columns: str, at_ms: int = NEVER - 1) -> list[dict[str, Any]]:
        """Return columns of rows by their names, all columns if none is named; moments as they were at `at_ms`."""
        names = columns or tuple(self._kinds)
        values = [self._plain(name, rows, at_ms) for name in names]
        return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]

    def page(
        self,
        where: Sequence[Filter],
        limit: int,
        *,
        end: int | None = None,
        keys: Keys | None = None,
        falling: bool = False,
        after: tuple[float, int] | None = None,
    ) -> Rows:
        """Return up to `limit` rows before `end` that pass all of `where`, sorted by `keys` and, if equal, by row.

        Without keys they are in the order of the log; `falling` reverses either order. `after` is the key and the row
        of the last row before the page.
        """
        end = self.size if end is None else end
        if keys is None:
            return self._in_order(where, limit, falling, end, None if after is None else after[1])
        whole = slice(0, end)
        rows = np.flatnonzero(self._mask(where, whole)) if where else np.arange(end)
        chosen = keys(rows if where else whole)  # a whole column is not copied
        chosen = -chosen if falling else chosen
        if after is not None:
            key, row = (-after[0] if falling else after[0]), after[1]
            rest = (chosen > key) | ((chosen == key) & (rows > row))
            rows, chosen = rows[rest], chosen[rest]
        if limit < len(rows):
            least = chosen <= np.partition(chosen, limit - 1)[limit - 1]
            rows, chosen = rows[least], chosen[least]
        return rows[np.argsort(chosen, kind="stable")[:limit]]

    def _in_order(self, where: Sequence[Filter], limit: int, falling: bool, end: int, after: int | None) -> Rows:
        parts: list[Rows] = []
        missing, block, start = limit, FIRST_BLOCK, 0
        if after is not None:
            start, end = (0, min(after, end)) if falling else (after + 1, end)
        while missing > 0 and start < end:
            stretch = slice(max(start, end - block), end) if falling else slice(start, min(end, start + block))
            hits = np.flatnonzero(self._mask(where, stretch)) + stretch.start
            parts.append((hits[::-1] if falling else hits)[:missing])
            missing -= len(parts[-1])
            start, end = (start, stretch.start) if falling else (stretch.stop, end)
            block = min(block * BLOCK_GROWTH, LARGEST_BLOCK)
        return np.concatenate(parts) if parts else np.empty(0, np.int64)

    def _mask(self, where: Sequence[Filter], stretch: slice) -> Mask:
        mask = np.ones(stretch.stop - stretch.start, np.bool_)
        for condition in where:
            mask &= condition(stretch)
        return mask

    def _plain(self, column: str, rows: Rows, at_ms: int) -> list[Any]:
        kind = self._kinds[column]
        if kind == "word":
            return self.text(column, rows)
        if kind == "reference":
            return [None if number < 0 else number for number in self[column][rows].tolist()]
        return self.moments(column, rows, at_ms) if kind == "moment" else self[column][rows].tolist()

    def _values(self, column: str, events: Sequence[Event], field: str) -> NDArray[Any]:
        values = map(attrgetter(field), events)
        if self._kinds[column] == "word":
            return np.fromiter(self.words.places(list(values)), np.int32, len(events))
        if self._kinds[column] == "reference":
            return np.fromiter((-1 if number is None else number for number in values), np.int64, len(events))
        return np.fromiter(values, np.bool_ if self._kinds[column] == "flag" else np.int64, len(events))

    def _wide_enough(self, column: str, values: NDArray[Any] | list[int]) -> NDArray[Any]:
        """Return the column; numbers take half the room, and half the time to look through, until one is too large."""
        narrow = self._kinds[column] in ("number", "reference") and self._columns[column].dtype == np.int32
        if narrow and len(values) and np.max(values) > LARGEST_INT32:
            self._columns[column] = self._columns[column].astype(np.int64)
        return self._columns[column]

    def _make_room(self, used: int) -> None:
        for name, column in self._columns.items():
            if self.size > len(column):
                larger = np.full(int(self.size * GROWTH), _EMPTY.get(self._kinds[name], 0), column.dtype)
                larger[:used] = column[:used]
                self._columns[name] = larger

    def _number(self, first: int) -> None:
        """Keep rows findable by number, the first one if there are two: by arithmetic as long as that is enough."""
        numbers = self._columns[self.key][first : self.size]
        if self._places is None:
            if np.array_equal(numbers, np.arange(first, self.size)):
                return
            self._places = {row: row for row in range(first)}
        for row, number in enumerate(numbers.tolist(), first):
            self._places.setdefault(number, row)


def counts_of(values: NDArray[Any], wanted: NDArray[Any]) -> NDArray[np.int64]:
    """Return how often each of the `wanted` numbers is among the values."""
    if not len(values):
        return np.zeros(len(wanted), np.int64)
    if (largest := int(values.max())) <= LARGEST_COUNTED:
        counts: NDArray[np.int64] = np.bincount(values, minlength=largest + 2)[np.minimum(wanted, largest + 1)]
        return counts
    numbers, times = np.unique(values, return_counts=True)
    places = np.minimum(np.searchsorted(numbers, wanted), len(numbers) - 1)
    return np.where(numbers[places] == wanted, times[places], 0)


class Tally:
    """How often something has happened, and how much that comes to, at any moment."""

    def __init__(self) -> None:
        self.moments = array("q")
        self._amounts = array("q", [0])

    def add(self, at_ms: int, amount: int = 1) -> None:
        """Count one more; moments never go back."""
        self.moments.append(at_ms)
        self._amounts.append(self._amounts[-1] + amount)

    def count(self, at_ms: int) -> int:
        """Return how often it had happened by then."""
        return bisect_right(self.moments, at_ms)

    def amount(self, at_ms: int) -> int:
        """Return how much it had come to by then."""
        return self._amounts[bisect_right(self.moments, at_ms)]

    def per_minute(self, at_ms: int) -> dict[str, int]:
        """Return how often in each minute since the epoch; minutes in which it never happened are absent."""
        minutes, times = np.unique(
            np.array(self.moments[: self.count(at_ms)], np.int64) // MINUTE_MS, return_counts=True
        )
        return plain(dict(zip(minutes.tolist(), times.tolist(), strict=True)))
