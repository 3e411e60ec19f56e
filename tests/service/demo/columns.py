"""Columns of incident rows as arrays, and where they are by polygon alone."""

import numpy as np
import pyarrow as pa
import shapely

from boundaries.layers.layer import Layer


def text(rows: pa.Table, name: str) -> np.ndarray:
    values, codes = coded(rows, name)
    return np.array(values, dtype=object)[codes]


def mentions(rows: pa.Table, name: str, words: str) -> np.ndarray:
    """Whether a value holds some words."""
    values, codes = coded(rows, name)
    return np.array([words in value for value in values])[codes]


def coded(rows: pa.Table, name: str) -> tuple[list[str], np.ndarray]:
    """The distinct values, 'None' last, and the position of each row's."""
    column = rows.column(name).cast(pa.string()).combine_chunks().dictionary_encode()
    codes = column.indices.fill_null(len(column.dictionary)).to_numpy()
    return [*column.dictionary.to_pylist(), "None"], codes


def years(rows: pa.Table) -> np.ndarray:
    return rows.column("occurred").to_numpy().astype("M8[Y]").astype(int) + 1970


def months(rows: pa.Table) -> np.ndarray:
    return rows.column("occurred").to_numpy().astype("M8[M]")


def xy_m(rows: pa.Table) -> np.ndarray:
    return np.column_stack(
        [rows.column(c).to_numpy(zero_copy_only=False) for c in ("easting_m", "northing_m")]
    )


def located(rows: pa.Table) -> np.ndarray:
    return np.isfinite(xy_m(rows)[:, 0])


def names_by_polygon(rows: pa.Table, layer: Layer) -> np.ndarray:
    """Name of the area that holds each row: '' outside all, '?' where not located."""
    places = xy_m(rows)
    known = np.flatnonzero(located(rows))
    distinct, which = np.unique(places[known], axis=0, return_inverse=True)
    tree = shapely.STRtree(layer.geometries)
    point, area = tree.query(shapely.points(distinct), predicate="intersects")
    assert len(np.unique(point)) == len(point), "a row on a border is in two areas"
    of_point = np.full(len(distinct), "", dtype=object)
    of_point[point] = np.array(layer.names, dtype=object)[area]
    names = np.full(rows.num_rows, "?", dtype=object)
    names[known] = of_point[which]
    return names
