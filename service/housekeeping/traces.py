"""Values that only some rows had, and the search for them in whatever is left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from service.housekeeping.decoding import CELLS, is_text, table_parts

MOST_ROWS = 200_000  # of more rows only some are searched for: each takes 2 kB of memory
SHORTEST_TEXT = 5  # bytes; shorter ones stand anywhere by chance
DISTINCT_TEXT = 24  # bytes; such a text is found inside another one too
SMALL_NUMBER = 10_000  # whole numbers below are counts, and stand anywhere
_FILTER_BITS = 24
_FACTOR = np.uint64(0x9E3779B97F4A7C15)

Words = NDArray[np.uint64]


@dataclass(frozen=True)
class _Anchors:
    """The last bytes of each pattern, and a filter that most other bytes do not pass."""

    width: int
    patterns: dict[int, tuple[bytes, ...]]
    ordered: Words
    passes: NDArray[np.bool_]

    @classmethod
    def of(cls, patterns: Iterable[bytes], width: int) -> "_Anchors":
        """The anchors of patterns of at least `width` bytes."""
        by_end: dict[int, list[bytes]] = {}
        for pattern in patterns:
            by_end.setdefault(int.from_bytes(pattern[-width:], "little"), []).append(pattern)
        ordered = np.sort(np.fromiter(by_end, np.uint64, len(by_end)))
        passes = np.zeros(2**_FILTER_BITS, dtype=np.bool_)
        passes[_slots(ordered)] = True
        patterns_by_end = {end: tuple(those) for end, those in by_end.items()}
        return cls(width, patterns_by_end, ordered, passes)

    def ends(self, content: NDArray[np.uint8]) -> Iterable[tuple[int, bytes]]:
        """Where patterns may end in bytes, and which those are."""
        if not self.patterns:
            return
        for shift in range(min(self.width, len(content) - self.width + 1)):
            count = (len(content) - shift) // self.width
            window = content[shift : shift + count * self.width].view(f"<u{self.width}")
            likely = np.flatnonzero(self.passes[_slots(window)])
            values = window[likely].astype(np.uint64)
            nearest = np.minimum(np.searchsorted(self.ordered, values), len(self.ordered) - 1)
            for index in likely[self.ordered[nearest] == values].tolist():
                end = shift + (index + 1) * self.width
                for pattern in self.patterns[int(window[index])]:
                    yield end, pattern


def _slots(values: NDArray[Any]) -> NDArray[np.int64]:
    """The place of each value in the filter."""
    mixed = values.astype(np.uint64) * _FACTOR
    return (mixed >> np.uint64(64 - _FILTER_BITS)).astype(np.int64)


class Traces:
    """Texts, and numbers of 64 bits, that can be told from everything else.

    Parameters
    ----------
    texts : iterable of bytes
        Of at least `SHORTEST_TEXT` bytes; others are left out.
    numbers : iterable of bytes
        The 8 bytes of floating-point numbers and of times in microseconds.
    remark : str
        Of which rows they are, where not of all.
    """

    def __init__(
        self, texts: Iterable[bytes], numbers: Iterable[bytes] = (), *, remark: str = ""
    ) -> None:
        self.remark = remark
        self.texts = frozenset(text for text in texts if len(text) >= SHORTEST_TEXT)
        self.numbers = frozenset(numbers)
        self._anchors = (
            _Anchors.of([text for text in self.texts if len(text) >= 8], 8),
            _Anchors.of([text for text in self.texts if len(text) < 8], 4),
        )
        self._number_anchors = _Anchors.of(self.numbers, 8)

    @classmethod
    def of(cls, removed: Sequence[pa.Table], remaining: Iterable[bytes]) -> "Traces":
        """What removed rows had and nothing that remains has.

        Parameters
        ----------
        removed : sequence of pyarrow.Table
            The rows: identifiers, places, times, texts and geometries are told apart.
        remaining : iterable of bytes
            All other values, as `table_parts` gives them, and all other texts.

        Returns
        -------
        Traces
            With the forms in which numbers and times are written in texts.
        """
        remains = list(remaining)
        rows = sum(table.num_rows for table in removed)
        step = max(1, -(-rows // MOST_ROWS))
        removed = [table.take(np.arange(0, table.num_rows, step)) for table in removed]
        remark = f", of one in {step} of {rows:,} rows" if step > 1 else ""
        columns = [c for table in removed for c in table.columns]
        texts: set[bytes] = set()
        for column in columns:
            kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
            if is_text(kind) or pa.types.is_binary(kind):
                values = pc.unique(column).drop_null().to_pylist()
                texts.update(v.encode() if isinstance(v, str) else v for v in values)
        traces = cls(texts, _numbers_in(columns)).without(remains)
        spelled = cls(_spelled(columns, traces.numbers)).without(remains)
        return cls(traces.texts | spelled.texts, traces.numbers, remark=remark)

    def __len__(self) -> int:
        return len(self.texts) + len(self.numbers)

    def without(self, remaining: Iterable[bytes]) -> "Traces":
        """Those that are not in other values.

        Parameters
        ----------
        remaining : iterable of bytes
            The other values.

        Returns
        -------
        Traces
            The same where none is.
        """
        texts, numbers = set(self.texts), set(self.numbers)
        for content in remaining:
            shared = self.found_in(content)
            texts -= shared
            numbers -= shared
        return Traces(texts, numbers)

    def found_in(self, content: bytes, *, most: int | None = None) -> set[bytes]:
        """The values that stand in some bytes.

        Parameters
        ----------
        content : bytes
            Of a file, or of what is decoded from one.
        most : int or None
            How many different ones are enough; None: all.

        Returns
        -------
        set of bytes
            A text counts where no letter or digit is beside it, or it is `DISTINCT_TEXT` bytes
            long; a text of digits alone, which any size or time of a file could be, only where
            it is the whole of a cell.
        """
        found: set[bytes] = set()
        array = np.frombuffer(content, dtype=np.uint8)
        for _, number in self._number_anchors.ends(array):
            found.add(number)
            if most is not None and len(found) >= most:
                return found
        for anchors in self._anchors:
            for end, text in anchors.ends(array):
                if text not in found and _is_at(content, text, end):
                    found.add(text)
                    if most is not None and len(found) >= most:
                        return found
        return found


def _is_at(content: bytes, text: bytes, end: int) -> bool:
    """Whether a text ends there and is no part of a longer word."""
    start = end - len(text)
    if start < 0 or content[start:end] != text:
        return False
    before, after = content[max(start - 1, 0) : start], content[end : end + 1]
    if text.isdigit():
        return before in (b"", CELLS) and after in (b"", CELLS)
    return len(text) >= DISTINCT_TEXT or not (before.isalnum() or after.isalnum())


def _numbers_in(columns: Sequence[pa.ChunkedArray]) -> set[bytes]:
    """The 8 bytes of places, times and other numbers that do not stand anywhere by chance."""
    numbers: set[bytes] = set()
    for column in columns:
        kind = column.type
        values = b"".join(table_parts([pa.table({"": column})]))
        if pa.types.is_floating(kind):
            numbers |= _distinct_floats(np.frombuffer(values, dtype="<f8"))
        elif pa.types.is_timestamp(kind):
            numbers.update(np.unique(np.frombuffer(values, dtype="<V8")).tolist())
        elif pa.types.is_binary(kind):
            numbers |= _distinct_floats(_vertices(column))
    return numbers


def _distinct_floats(values: NDArray[np.float64]) -> set[bytes]:
    """The numbers with enough digits, as bytes."""
    values = np.unique(values[np.isfinite(values)])
    is_small = (values == np.round(values)) & (np.abs(values) < SMALL_NUMBER)
    significant = (values.view(np.uint64) & np.uint64(2**40 - 1)) != 0  # not 5 bytes of zeros
    return set(values[~is_small & significant].view("V8").tolist())


def _vertices(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """All coordinates of a column of geometries; none where it holds something else."""
    try:
        geometries = shapely.from_wkb(column.drop_null().to_pylist())
    except (shapely.GEOSException, TypeError):
        return np.empty(0)
    return np.ascontiguousarray(shapely.get_coordinates(geometries).ravel())


def _spelled(columns: Sequence[pa.ChunkedArray], numbers: frozenset[bytes]) -> set[bytes]:
    """How numbers and times are written in logs, lists and answers."""
    texts: set[bytes] = set()
    for column in columns:
        if pa.types.is_timestamp(column.type):
            times = column.drop_null().cast(pa.timestamp("us")).to_numpy()
            own = [t for t in np.unique(times) if t.tobytes() in numbers]
            for minute in np.datetime_as_string(np.array(own, "M8[us]"), unit="m"):
                texts |= {minute.encode(), minute.replace("T", " ").encode()}
        elif pa.types.is_floating(column.type):
            for value in pc.unique(column).drop_null().to_pylist():
                if np.float64(value).tobytes() in numbers and value != round(value):
                    texts.add(repr(value).encode())
    return texts
