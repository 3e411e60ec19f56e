"""Pairs of a place and a day that only some rows had, and the search for them."""

import re
from collections.abc import Iterable, Iterator
from itertools import permutations
from typing import Final

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

PLACE_AND_TIME: Final = ("easting_m", "northing_m", "occurred", "occurred_to")
NEAR_BYTES: Final = 400  # between a place and its day in a text
BETWEEN_BYTES: Final = 60  # between the two coordinates of a place
_NUMBER = re.compile(rb"(?<![\w.-])-?\d{1,9}(?:\.\d{1,17})?(?![\w.-])")
_DAY = re.compile(rb"(?<!\d)\d{4}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?(?![\d-])")
_FACTORS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]
Days = NDArray[np.int64]


class PlaceDays:
    """Pairs of a place and a day, by which an incident can be known though neither alone tells.

    Several incidents may be recorded at one place, as those of a snapped point are, and many on
    one day; the two together may be one person's.

    Parameters
    ----------
    keys, places : (n,) uint64
        Of each pair, and of the place in it; see `of`.
    """

    def __init__(self, keys: Keys, places: Keys) -> None:
        self._keys = np.unique(keys)
        self._places = np.unique(places)

    def __len__(self) -> int:
        return len(self._keys)

    @classmethod
    def of(cls, removed: Iterable[pa.Table], remaining: Iterable[pa.Table]) -> "PlaceDays":
        """The pairs that removed rows had and none that remains has.

        Parameters
        ----------
        removed, remaining : iterable of pyarrow.Table
            Those without the columns `PLACE_AND_TIME` have none.

        Returns
        -------
        PlaceDays
            Of rows that are located.
        """
        pairs = [_keys_of(table) for table in removed]
        keys = np.concatenate([np.empty(0, np.uint64), *(keys for keys, _ in pairs)])
        places = np.concatenate([np.empty(0, np.uint64), *(places for _, places in pairs)])
        for table in remaining:
            is_own = ~np.isin(keys, _keys_of(table)[0])
            keys, places = keys[is_own], places[is_own]
        return cls(keys, places)

    def is_in_table(self, table: pa.Table) -> bool:
        """Whether a pair stands in a row of a table.

        Parameters
        ----------
        table : pyarrow.Table
            With any columns: numbers beside each other are tried as places, geometries of points
            too.

        Returns
        -------
        bool
            Never where it has no column of times.
        """
        times = [c for c in table.columns if _is_time(c.type)]
        if not times or not len(self):
            return False
        for x, y in _places(table):
            is_place = np.isin(_mixed(x, y), self._places)
            if is_place.any():
                for column in times:
                    keys = _mixed(x, y, _days(column))[is_place]
                    if np.isin(keys, self._keys).any():
                        return True
        return False

    def is_in_text(self, content: bytes) -> bool:
        """Whether a pair stands in a text, the day near the place.

        Parameters
        ----------
        content : bytes
            Anything; bytes that are no text hold none.

        Returns
        -------
        bool
            A day is written in ISO form, a month stands for its first day.
        """
        if not len(self) or b"\0" in content[:4096] or _DAY.search(content) is None:
            return False
        days = [(match.start(), match[0]) for match in _DAY.finditer(content)]
        day_starts = np.array([start for start, _ in days])
        day_numbers = np.array([text.decode() for _, text in days], "M8[D]").astype(np.int64)
        spans = [(m.start(), m.end(), float(m[0])) for m in _NUMBER.finditer(content)]
        numbers = np.array(spans).reshape(-1, 3)
        x, y = np.ascontiguousarray(numbers[:-1, 2]), np.ascontiguousarray(numbers[1:, 2])
        is_near = numbers[1:, 0] - numbers[:-1, 1] <= BETWEEN_BYTES
        places = np.flatnonzero(is_near & np.isin(_mixed(x, y), self._places))
        for place in places.tolist():
            start, end = numbers[place, 0] - NEAR_BYTES, numbers[place + 1, 1] + NEAR_BYTES
            near = day_numbers[slice(*np.searchsorted(day_starts, [start, end]))]
            one = np.full(len(near), place)
            if np.isin(_mixed(x[one], y[one], near), self._keys).any():
                return True
        return False


def _keys_of(table: pa.Table) -> tuple[Keys, Keys]:
    """The keys of the pairs of incidents, and of the places in them."""
    easting, northing, *times = PLACE_AND_TIME
    keys, places = [np.empty(0, np.uint64)], [np.empty(0, np.uint64)]
    if {easting, northing} <= {*table.column_names}:
        x, y = _floats(table.column(easting)), _floats(table.column(northing))
        for name in times:
            if name in table.column_names:
                days = _days(table.column(name))
                is_known = np.isfinite(x) & np.isfinite(y) & (days != _NO_DAY)
                keys.append(_mixed(x, y, days)[is_known])
                places.append(_mixed(x, y)[is_known])
    return np.concatenate(keys), np.concatenate(places)


def _places(table: pa.Table) -> Iterator[tuple[Floats, Floats]]:
    """What in the rows of a table may be places."""
    floats = [_floats(c) for c in table.columns if pa.types.is_floating(c.type)]
    yield from permutations(floats, 2)
    for column in table.columns:
        if pa.types.is_binary(column.type):
            try:
                points = shapely.from_wkb(column.to_numpy())
            except (shapely.GEOSException, TypeError):
                continue
            is_point = shapely.get_type_id(points) == shapely.GeometryType.POINT
            points[~is_point] = None
            yield shapely.get_x(points), shapely.get_y(points)


_NO_DAY = np.datetime64("NaT", "D").astype(np.int64)


def _is_time(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def _floats(column: pa.ChunkedArray) -> Floats:
    """Numbers, NaN where there is none."""
    return np.ascontiguousarray(column.cast(pa.float64()).to_numpy())


def _days(column: pa.ChunkedArray) -> Days:
    """Days since 1970, `_NO_DAY` where there is none."""
    days: Days = column.to_numpy().astype("datetime64[D]").astype(np.int64)
    return days


def _mixed(*columns: Floats | Days) -> Keys:
    """A key for each row, by which two rows are told apart."""
    keys = np.zeros(len(columns[0]), np.uint64)
    for column, factor in zip(columns, _FACTORS, strict=False):
        keys ^= np.ascontiguousarray(column).view(np.uint64)
        keys *= np.uint64(factor)
        keys ^= keys >> np.uint64(31)
    return keys


NO_PLACE_DAYS: Final = PlaceDays(np.empty(0, np.uint64), np.empty(0, np.uint64))
