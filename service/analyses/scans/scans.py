"""Kulldorff's scan statistic over the areas of a layer or the places of records."""

import math
import os
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from service.analyses.inputs.area_counts import Areas
from service.analyses.scans.rows import ScanAreaRow, ScanRow
from service.analyses.scans.samples import Sample, Samples
from service.model.answers import Provenance, Table
from service.model.provenance import provenance, short_digest
from service.model.rows import whole_numbers
from service.queries.patterns.scans import ScanAreasQuery, ScanQuery
from service.runtime.budget import Work, spend
from service.runtime.cancellation import check_cancelled
from service.store.reference.measures import MeasureStore
from spatial.arrays import AnyArray
from spatial.scans.classes import (
    LEVELS,
    NOT_SCANNED,
    NOT_SIGNIFICANT,
    NOT_TESTED,
    class_of,
    direction,
)
from spatial.scans.scan import PENALTIES, Cluster, Scan, scan
from spatial.scans.windows import Windows, number_of_positions, windows_of

THREADS: Final = os.cpu_count() or 1
POSITION_S, POSITION_BYTES = 1.5e-7, 12  # measured, of making a window
CASE_S, CELL_S = 1.5e-8, 1e-7  # of a null map: of an incident, and of a place and step
LOOK_S, SPAN_S = 3e-9, 1.5e-9  # of a window on a null map, and of each stretch of steps
LEAST_DRAWN_M: Final = 1.0
MODELS: Final = {
    "poisson": "discrete Poisson model (Kulldorff 1997)",
    "bernoulli": "Bernoulli model (Kulldorff and Nagarwalla 1995)",
    "space-time": "space-time Poisson model (Kulldorff 2001)",
    "permutation": "space-time permutation model (Kulldorff and others 2005)",
}
NULLS: Final = {
    "poisson": "each incident is equally likely in every unit of what it is compared with",
    "bernoulli": "each of the cases and controls is equally likely to be a case",
    "space-time": "each incident is equally likely in every unit of what it is compared with, at "
    "all times",
    "permutation": "the times of incidents do not depend on their places",
}


class Scans:
    """Clusters by scan statistics.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    measures : MeasureStore
        Denominators.
    """

    def __init__(self, *, areas: Areas, measures: MeasureStore) -> None:
        self._areas = areas
        self._measures = measures
        self._samples = Samples(areas=areas, measures=measures)

    def version(self, dataset: str, layer_id: str, query: ScanAreasQuery) -> str:
        """A short digest of everything that a table depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : ScanAreasQuery
            The query, which may name the dataset of the controls.

        Returns
        -------
        str
            It changes when a dataset, the layer, a measure or the software does.
        """
        controls = query.beside_dataset
        return short_digest(
            self._areas.version(dataset, layer_id),
            None if controls is None else self._areas.version(controls, layer_id),
            self._measures.revision(),
            "scans",
        )

    def table(self, dataset: str, layer_id: str, query: ScanQuery) -> Table:
        """One `ScanRow` per cluster, strongest first.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : ScanQuery
            The query.

        Returns
        -------
        Table
            With the shapes of the clusters.
        """
        points = query.locations == "points"
        sample, windows, result = self._scan(dataset, layer_id, query, points=points)
        clusters, layer = result.clusters, sample.area_counts.layer
        centres = np.array([sample.area[cluster.centre] for cluster in clusters], np.int64)
        columns: dict[str, AnyArray] = {
            "rank": np.arange(1, len(clusters) + 1),
            "code": _texts(layer.codes, centres),
            "name": _texts(layer.names, centres),
            "rates": np.array([direction(cluster) for cluster in clusters], dtype=object),
            "locations": _whole([len(cluster.places) for cluster in clusters]),
            "easting_m": _real([sample.xy_m[cluster.centre, 0] for cluster in clusters]),
            "northing_m": _real([sample.xy_m[cluster.centre, 1] for cluster in clusters]),
            "radius_m": _real([cluster.radius_m for cluster in clusters]),
            "axis_ratio": _real([cluster.ratio for cluster in clusters]),
            "angle_deg": _real([cluster.angle_deg for cluster in clusters]),
        }
        if sample.steps is not None:
            first_days, length = sample.steps.first_days, sample.steps.length
            last_days = first_days + (length - 1)
            columns["from"] = _days(first_days[_whole([c.first_step for c in clusters])])
            columns["to"] = _days(last_days[_whole([c.last_step for c in clusters])])
        columns["count"] = _whole([cluster.cases for cluster in clusters])
        if sample.controls is not None:
            columns["count_controls"] = _whole(
                [sample.controls[cluster.places].sum() for cluster in clusters]
            )
        expected = _real([cluster.expected for cluster in clusters])
        risk = _real([cluster.relative_risk for cluster in clusters])
        p_value = _real([cluster.p_value for cluster in clusters])
        columns |= {
            "expected": expected,
            "ratio": columns["count"] / expected,
            "relative_risk": np.where(np.isfinite(risk), risk, np.nan),
            "log_ratio": _real([cluster.log_ratio for cluster in clusters]),
            "statistic": _real([cluster.statistic for cluster in clusters]),
            "p_value": p_value,
        }
        if sample.steps is not None and query.prospective:
            columns["recurrence_days"] = float(sample.steps.length.mean()) / p_value
        shapes = [_window(sample, c) if points else _union(sample, c) for c in clusters]
        return Table(
            kind="scan",
            row=ScanRow,
            columns=columns,
            geometries=np.array(shapes, dtype=object),
            crs=layer.crs,
            provenance=_provenance(sample, windows, result, query, points=points),
        )

    def areas(self, dataset: str, layer_id: str, query: ScanAreasQuery) -> Table:
        """One `ScanAreaRow` per area: the cluster that it is in, if any.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : ScanAreasQuery
            The query.

        Returns
        -------
        Table
            With the shapes of the areas.
        """
        sample, windows, result = self._scan(dataset, layer_id, query, points=False)
        area_counts = sample.area_counts
        areas = len(area_counts.layer)
        expected, p_value = np.full(areas, np.nan), np.full(areas, np.nan)
        rank = np.full(areas, np.nan)
        classes: NDArray[Any] = np.full(areas, NOT_SCANNED, dtype=object)
        expected[sample.area] = sample.model.expected
        classes[sample.area] = NOT_SIGNIFICANT if query.permutations else NOT_TESTED
        for position, cluster in enumerate(result.clusters):
            members = sample.area[cluster.places]
            rank[members], p_value[members] = position + 1, cluster.p_value
            classes[members] = class_of(cluster)
        columns: dict[str, AnyArray] = {
            "code": np.array(area_counts.layer.codes, dtype=object),
            "name": np.array(area_counts.layer.names, dtype=object),
            "count": area_counts.count,
            "expected": expected,
            "cluster": whole_numbers(rank),
            "p_value": p_value,
            "class": classes,
        }
        if sample.controls is not None:
            controls = np.zeros(areas, np.int64)
            controls[sample.area] = sample.controls
            columns = {
                name: values
                for known, column in columns.items()
                for name, values in (
                    ((known, column), ("count_controls", controls))
                    if known == "count"
                    else ((known, column),)
                )
            }
        indices = np.flatnonzero(area_counts.in_scope)
        order = indices[
            np.lexsort(
                (columns["code"][indices].astype(str), np.nan_to_num(rank[indices], nan=1e9))
            )
        ]
        return Table(
            kind="scan-areas",
            row=ScanAreaRow,
            columns={name: column[order] for name, column in columns.items()},
            geometries=area_counts.layer.geometries[order],
            crs=area_counts.layer.crs,
            provenance=_provenance(sample, windows, result, query, points=False),
        )

    def _scan(
        self, dataset: str, layer_id: str, query: ScanAreasQuery, *, points: bool
    ) -> tuple[Sample, Windows, Scan]:
        """What is scanned, by which windows, and what they find."""
        sample = self._samples.of(dataset, layer_id, query, points=points)
        radius_m = query.largest_radius_m or math.inf
        positions = number_of_positions(sample.xy_m, shape=query.shape, largest_radius_m=radius_m)
        fitting = positions * (query.largest_share if math.isinf(radius_m) else 1.0)
        look_s = LOOK_S + SPAN_S * len(sample.spans.ends)
        map_s = CASE_S * sample.model.cases + CELL_S * sample.model.counts.size + fitting * look_s
        spend(
            Work(
                positions * POSITION_S + query.permutations * map_s,
                fitting * POSITION_BYTES,
                f"windows about {len(sample.xy_m):,} places on {query.permutations:,} null maps",
                "ask for larger areas, a largest_radius_m, longer steps, shape=circle or fewer "
                "permutations",
            )
        )
        windows = windows_of(
            sample.xy_m,
            sample.population,
            shape=query.shape,
            largest_share=query.largest_share,
            largest_radius_m=radius_m,
        )
        result = scan(
            sample.model,
            windows,
            sample.spans,
            rates=query.rates,
            penalty=PENALTIES[query.penalty],
            draws=query.permutations,
            most_clusters=query.clusters,
            seed=query.seed,
            threads=THREADS,
            on_progress=check_cancelled,
        )
        return sample, windows, result


def _provenance(
    sample: Sample, windows: Windows, result: Scan, query: ScanAreasQuery, *, points: bool
) -> Provenance:
    """Where the answer comes from, and how."""
    area_counts, steps = sample.area_counts, sample.steps
    timed = {} if steps is None else {
        "step": query.step,
        "steps": list(steps.labels),
        "largest_period": query.largest_period,
        "windows_in_time": len(sample.spans.ends),
        "prospective": query.prospective,
    }  # fmt: skip
    return provenance(
        sources={**area_counts.sources(), **sample.sources},
        filter=area_counts.filter(),
        method={
            "name": f"Kulldorff's scan statistic, {MODELS[query.model]}",
            "model": query.model,
            "locations": "points" if points else "areas",
            "places": len(sample.xy_m),
            "incidents_scanned": sample.model.cases,
            "expected_by": sample.expected_by,
            "rates": query.rates,
            "shape": query.shape,
            "penalty": query.penalty if query.shape == "ellipse" else None,
            "largest_share": query.largest_share,
            "largest_radius_m": query.largest_radius_m,
            "windows": int(np.count_nonzero(windows.is_end)),
            **timed,
            "null": NULLS[query.model],
            "largest_number_listed": query.clusters,
            "permutations": query.permutations,
            "seed": query.seed,
            "p": "(b + 1) / (R + 1), b of R null maps having a window as strong anywhere; of "
            "further clusters it is too large rather than too small",
        },
        counts=area_counts.reconciliation(),
        notes=(
            *sample.notes,
            *area_counts.notes(),
            *_notes(result, query),
        ),
    )


def _notes(result: Scan, query: ScanAreasQuery) -> tuple[str, ...]:
    """What clusters do not say."""
    notes = []
    if not result.clusters:
        notes.append("No window has two incidents and another rate than the rest.")
    if any(cluster.p_value > LEVELS[-1][0] for cluster in result.clusters):
        notes.append(
            "Clusters with p above 0.05 are such as chance alone gives: they are listed to be "
            "compared, not to be acted on."
        )
    if query.model in ("poisson", "space-time"):
        notes.append(
            "The null hypothesis is one rate everywhere. Where it is known that rates differ, as "
            "in a town centre, such clusters are found first; model=permutation asks what is new."
        )
    if query.prospective:
        notes.append(
            "p is that of one look at the data; a look every step finds false alarms sooner, as "
            "recurrence_days says."
        )
    return tuple(notes)


def _union(sample: Sample, cluster: Cluster) -> Any:
    """The areas of a cluster together."""
    return shapely.union_all(sample.area_counts.layer.geometries[sample.area[cluster.places]])


def _window(sample: Sample, cluster: Cluster) -> Any:
    """The circle or ellipse of a cluster; of a single place a small circle about it."""
    short_m = max(cluster.radius_m, LEAST_DRAWN_M)
    turn = np.linspace(0.0, 2.0 * math.pi, 65)[:-1]
    angle = math.radians(cluster.angle_deg)
    along, across = cluster.ratio * short_m * np.cos(turn), short_m * np.sin(turn)
    corners = np.column_stack(
        [
            along * math.cos(angle) - across * math.sin(angle),
            along * math.sin(angle) + across * math.cos(angle),
        ]
    )
    return shapely.Polygon(sample.xy_m[cluster.centre] + corners)


def _texts(texts: Any, positions: NDArray[np.int64]) -> AnyArray:
    return np.array(texts, dtype=object)[positions]


def _days(days: NDArray[np.datetime64]) -> AnyArray:
    return days.astype("datetime64[D]").astype(str).astype(object)


def _whole(values: list[Any]) -> NDArray[np.int64]:
    return np.array(values, np.int64)


def _real(values: list[Any]) -> NDArray[np.float64]:
    return np.array(values, np.float64)
