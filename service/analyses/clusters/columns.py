"""The rows of the table of clusters, and their shapes."""

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from service.analyses.clusters.findings import LEVEL, Findings, Pattern
from service.analyses.density.peak_names import PlaceNames as AreaNames
from service.analyses.naming.names import NamedPoints
from service.queries.patterns.clusters import ClustersQuery
from spatial.arrays import IntArray
from spatial.clusters.classes import cluster_classes
from spatial.clusters.methods import distinct
from spatial.clusters.shapes import Ellipse, ellipse, hulls

DRAWN_M: Final = 10.0  # width of a hull without ground


def columns_of(
    pattern: Pattern,
    findings: Findings,
    query: ClustersQuery,
    described: list[Ellipse],
    areas: AreaNames,
    names: NamedPoints,
) -> dict[str, NDArray[Any]]:
    """The columns of a table of clusters.

    Parameters
    ----------
    pattern : Pattern
        The incidents.
    findings : Findings
        Their clusters.
    query : ClustersQuery
        Which columns there are.
    described : list of Ellipse
        Centres and ellipses of the clusters.
    areas : AreaNames
        Names of the areas that centres lie in.
    names : NamedPoints
        Of the nearest streets.

    Returns
    -------
    dict of str to (k,) array
        Those of `ClusterRow`.
    """
    first, second = len(findings.parents), len(findings.parents_expected)
    members = _members(findings.labels) + _members(findings.labels_of_parents)
    count = np.array([len(rows) for rows in members], np.int64)
    area_km2 = 1e-6 * shapely.area(_hulls(pattern, findings))
    area_km2[area_km2 == 0.0] = np.nan
    p_value = np.append(findings.p_value, np.full(second, np.nan))
    expected = np.append(findings.excess.expected, findings.parents_expected)
    parent = np.full(first + second, None, dtype=object)
    has_parent = np.flatnonzero(findings.parents >= 0)
    parent[has_parent] = findings.parents[has_parent] + first + 1
    months = pattern.days.astype(np.int64).astype("datetime64[D]").astype("datetime64[M]")
    orders = {
        "order": np.repeat(np.array([1, 2], np.int64), [first, second]),
        "parent": parent,
    }
    return {
        "cluster": np.arange(1, first + second + 1),
        **(orders if query.method == "nearest-neighbour" else {}),
        "name": names.names,
        "place": _areas_of(described, areas),
        "count": count,
        **(
            {"harm": np.array([pattern.weights[rows].sum() for rows in members], np.float64)}
            if query.harm
            else {}
        ),
        "share": (count / max(len(pattern), 1)).round(6),
        "expected": (expected * len(pattern)).round(3),
        "p_value": p_value,
        "class": cluster_classes(p_value, LEVEL),
        "places": np.array([len(distinct(pattern.xy_m[rows])[0]) for rows in members], np.int64),
        "months": np.array([len(np.unique(months[rows])) for rows in members], np.int64),
        **(_days(pattern, members) if query.metres_per_day is not None else {}),
        "area_km2": area_km2.round(6),
        "density_per_km2": (count / area_km2).round(2),
        **_centres(described),
    }


def descriptions_of(pattern: Pattern, findings: Findings) -> list[Ellipse]:
    """The centres and ellipses of clusters.

    Parameters
    ----------
    pattern : Pattern
        The incidents.
    findings : Findings
        Their clusters.

    Returns
    -------
    list of Ellipse
        Of the first order, then of the second.
    """
    members = _members(findings.labels) + _members(findings.labels_of_parents)
    return [ellipse(*_places_of(pattern, rows)) for rows in members]


def shapes_of(
    pattern: Pattern, findings: Findings, query: ClustersQuery, described: list[Ellipse]
) -> NDArray[Any]:
    """The shapes of clusters: hulls, or ellipses.

    Parameters
    ----------
    pattern : Pattern
        The incidents.
    findings : Findings
        Their clusters.
    query : ClustersQuery
        Which of the two.
    described : list of Ellipse
        Of the clusters.

    Returns
    -------
    (k,) object array
        Polygons, those without ground drawn `DRAWN_M` wide.
    """
    shapes = _hulls(pattern, findings)
    if query.shape == "ellipse":
        for k, one in enumerate(described):
            outline = one.outline()
            shapes[k] = shapes[k] if outline.is_empty else outline
    has_no_ground = shapely.area(shapes) == 0.0
    shapes[has_no_ground] = shapely.buffer(shapes[has_no_ground], DRAWN_M / 2.0, quad_segs=4)
    return shapes


def _hulls(pattern: Pattern, findings: Findings) -> NDArray[Any]:
    """The hulls of the clusters of both orders."""
    of_order = [
        hulls(pattern.xy_m, labels) for labels in (findings.labels, findings.labels_of_parents)
    ]
    return np.concatenate(of_order)


def _members(labels: IntArray) -> list[IntArray]:
    """The incidents of each cluster."""
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(labels.max(initial=-1) + 2))
    return np.split(order, bounds)[1:-1]


def _places_of(pattern: Pattern, rows: IntArray) -> tuple[Any, Any]:
    """The distinct places of some incidents, and how many are at each."""
    places, _, records = distinct(pattern.xy_m[rows])
    return places, records.astype(np.float64)


def _days(pattern: Pattern, members: list[IntArray]) -> dict[str, NDArray[Any]]:
    """First and last day of each cluster."""
    ends = {"first_day": np.min, "last_day": np.max}
    return {
        name: _texts([str(np.datetime64(int(end(pattern.days[rows])), "D")) for rows in members])
        for name, end in ends.items()
    }


def _centres(described: list[Ellipse]) -> dict[str, NDArray[Any]]:
    """Mean centres and ellipses."""
    columns = {
        "easting_m": [one.x_m for one in described],
        "northing_m": [one.y_m for one in described],
        "ellipse_major_m": [one.major_m for one in described],
        "ellipse_minor_m": [one.minor_m for one in described],
        "ellipse_bearing_deg": [one.bearing_deg for one in described],
    }
    return {name: np.array(values, np.float64).round(1) for name, values in columns.items()}


def _areas_of(described: list[Ellipse], areas: AreaNames) -> NDArray[Any]:
    """The names of the areas that centres lie in, or of the nearest."""
    xy_m = np.array([(one.x_m, one.y_m) for one in described]).reshape(-1, 2)
    tree = shapely.STRtree(areas.layer.geometries)
    nearest = np.asarray(tree.nearest(shapely.points(xy_m))).tolist()
    return _texts([areas.layer.names[index] for index in nearest])


def _texts(values: list[str]) -> NDArray[Any]:
    """(k,) object array of texts."""
    texts = np.empty(len(values), dtype=object)
    texts[:] = values
    return texts
