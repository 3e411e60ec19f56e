"""K, L, F, G and the pair correlation of incidents, held against patterns of chance."""

import os
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from service.analyses.point_patterns.located import LocatedIncidents, LocatedReader
from service.analyses.point_patterns.nulls import Null, Nulls
from service.analyses.point_patterns.rows import PatternRow
from service.model.answers import Table
from service.model.provenance import short_digest
from service.queries.patterns.points import PatternQuery
from service.runtime.budget import Work, spend
from service.runtime.cancellation import check_cancelled
from service.runtime.single_flight import SingleFlightCache
from service.sentences.numbers import counted
from spatial.arrays import FloatArray
from spatial.errors import InvalidParameterError
from spatial.point_patterns.envelopes import Envelope, global_envelope
from spatial.point_patterns.nearest import empty_space_m, nearest_neighbours_m, share_within
from spatial.point_patterns.nulls import chance_curves
from spatial.point_patterns.pair_distances import (
    Buckets,
    kernel_reach_m,
    overlap_of,
    pair_correlation,
    ripley_k,
    ripley_l,
)
from spatial.point_patterns.windows import Window

THREADS: Final = os.cpu_count() or 1
USUAL_M: Final = 2_000.0
FEWEST_POINTS: Final = 10  # for a test
PAIR_S, POINT_S, PATTERN_S = 1.5e-8, 2e-6, 2e-4  # of a curve
POINT_BYTES: Final = 200
UNITS: Final = {"k": "m^2", "l": "m", "f": "share", "g": "share", "pcf": ""}
NAMES: Final = {
    "k": "Ripley's K", "l": "Besag's L", "f": "empty-space function F",
    "g": "nearest-neighbour function G", "pcf": "pair correlation",
}  # fmt: skip
Curve = Callable[[FloatArray], FloatArray]


class PatternFunctions:
    """Functions of the distances of incidents.

    Parameters
    ----------
    reader : LocatedReader
        Finds the places of incidents.
    nulls : Nulls
        What they are held against.
    """

    def __init__(self, reader: LocatedReader, nulls: Nulls) -> None:
        self._reader = reader
        self._nulls = nulls
        self._windows: SingleFlightCache[Window] = SingleFlightCache(8)

    def version(self, dataset: str, query: PatternQuery) -> str:
        """A short digest of everything that a function depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : PatternQuery
            Names another dataset, perhaps.

        Returns
        -------
        str
            It changes when a dataset, a layer, measures or the software do.
        """
        return short_digest(self._reader.version(dataset), self._nulls.version(query), "pattern")

    def table(self, dataset: str, query: PatternQuery) -> Table:
        """One `PatternRow` per distance.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : PatternQuery
            Filter, function, distances and null.

        Returns
        -------
        Table
            Nearest first; the p of the whole curve is in the method.

        Raises
        ------
        InvalidParameterError
            If the distances are longer than half the area's shorter side or not longer than the
            location error, or there is nothing to hold the incidents against.
        NoStudyAreaError, InvalidWithinError, UnknownLayerError, UnknownAreaError, OverBudgetError
            If there is no such area, or the work is too much.
        """
        located = self._reader.read(dataset, query.incident_filter())
        area = located.area
        window = self._windows.get((area.label, area.version), lambda: Window(area.geometry))
        distances = _distances(located, window, query)
        points = _points(located.xy_m, query)
        spend(_work(points, window, distances, query))
        kernel_m = kernel_reach_m(len(points), window.area_m2)
        curve = _curve(window, distances, kernel_m, query)
        observed = curve(points)
        error_m = located.location.error_m
        is_tested = (distances >= error_m) & np.isfinite(observed)
        null = self._nulls.of(located, window, query) if query.draws else None
        envelope, reason = None, "" if query.draws else "draws=0"
        if len(points) < FEWEST_POINTS:
            reason = reason or f"fewer than {FEWEST_POINTS} points"
        if null is not None and not reason:
            envelope = _held_against(null, located, curve, observed, is_tested, points, query)
        intensity = len(points) / window.area_m2
        return Table(
            kind="pattern-function",
            row=PatternRow,
            columns={
                "distance_m": distances,
                "observed": observed,
                "theoretical": _theoretical(distances, intensity, query.function),
                **_columns_of(envelope, observed, is_tested),
            },
            provenance=located.provenance(
                {
                    "name": NAMES[query.function],
                    "function": query.function,
                    "unit": UNITS[query.function],
                    "edge": _edge(query),
                    "points": query.points,
                    "number_of_points": len(points),
                    "area": area.name,
                    "area_km2": round(window.area_m2 / 1e6, 6),
                    "kernel_m": kernel_m if query.function == "pcf" else None,
                    **({"null": None} if null is None else null.method),
                    "clause": None if null is None else null.clause,
                    "envelope": query.envelope,
                    "confidence": 0.95,
                    "draws": query.draws,
                    "seed": query.seed,
                    "p_value": None if envelope is None else envelope.p_value,
                    "not_tested": reason or None,
                },
                (
                    *_kernel_notes(distances, kernel_m, query),
                    *_notes(points, null, is_tested, query),
                ),
                **({} if null is None else null.sources),
            ),
        )


def _distances(located: LocatedIncidents, window: Window, query: PatternQuery) -> FloatArray:
    """The distances asked for, or those that fit the area."""
    shorter_m = min(window.sides_m)
    max_m = query.max_m or min(USUAL_M, shorter_m / 4.0)
    if max_m > shorter_m / 2.0:
        raise InvalidParameterError(
            "max_m",
            max_m,
            f"at most {shorter_m / 2.0:,.0f}, half the shorter side of {located.area.name}",
        )
    error_m = located.location.error_m
    if max_m <= error_m:
        raise InvalidParameterError(
            "max_m", max_m, f"above the location error of the data, about {error_m:,.0f} m"
        )
    return np.asarray(max_m / query.steps * np.arange(1, query.steps + 1), np.float64)


def _points(xy_m: FloatArray, query: PatternQuery) -> FloatArray:
    """The points of records: each of them, or each place once."""
    if query.points == "records" or not len(xy_m):
        return xy_m
    return np.asarray(np.unique(xy_m, axis=0), np.float64)


def _curve(window: Window, distances: FloatArray, kernel_m: float, query: PatternQuery) -> Curve:
    """The function that a query asks for, of any pattern in the window."""
    function, max_m = query.function, float(distances[-1])
    is_corrected = query.edge == "corrected"
    if function in ("f", "g"):
        locations = window.locations_m

        def border(places: FloatArray) -> FloatArray:
            if not is_corrected:
                return np.full(len(places), np.inf)
            return window.border_distance(places, max_m)

        if function == "g":
            return lambda xy_m: share_within(nearest_neighbours_m(xy_m), border(xy_m), distances)
        location_border = border(locations)
        return lambda xy_m: share_within(
            empty_space_m(locations, xy_m), location_border, distances
        )
    reach_m = max_m + (kernel_m if function == "pcf" else 0.0)
    overlap, area_m2 = overlap_of(window, reach_m, is_corrected=is_corrected), window.area_m2
    if function == "pcf":
        return lambda xy_m: pair_correlation(xy_m, distances, overlap, area_m2, kernel_m=kernel_m)
    ripley = ripley_k if function == "k" else ripley_l
    return lambda xy_m: ripley(xy_m, distances, overlap, area_m2)


def _work(points: FloatArray, window: Window, distances: FloatArray, query: PatternQuery) -> Work:
    """What the curves cost together."""
    pairs = 0.0
    if query.function not in ("f", "g") and len(points):
        reach_m = float(distances[-1])
        if query.function == "pcf":
            reach_m += kernel_reach_m(len(points), window.area_m2)
        pairs = Buckets.of(points, reach_m).pairs()
    one = PAIR_S * pairs + POINT_S * len(points) + PATTERN_S
    return Work(
        (query.draws + 1) * one,
        THREADS * POINT_BYTES * len(points) + 1e8,
        f"{query.draws:,} patterns of {counted(len(points), 'point')}",
        "take a smaller max_m, fewer draws or a shorter period",
    )


def _held_against(
    null: Null,
    located: LocatedIncidents,
    curve: Curve,
    observed: FloatArray,
    is_tested: Any,
    points: FloatArray,
    query: PatternQuery,
) -> Envelope:
    """The envelope of patterns of chance; of places, as many as theirs have."""
    merges = query.points == "places" and (null.is_snapped or query.null == "records")
    draw = null.draw(len(located.xy_m) if merges else len(points))
    chance = chance_curves(
        (lambda rng: np.unique(draw(rng), axis=0)) if merges else draw,
        curve,
        draws=query.draws,
        seed=query.seed,
        threads=THREADS,
        on_progress=lambda done, draws: check_cancelled(),
    )
    masked = np.where(is_tested, observed, np.nan)
    return global_envelope(masked, chance, kind=query.envelope)


def _columns_of(envelope: Envelope | None, observed: FloatArray, is_tested: Any) -> dict[str, Any]:
    """What chance gives at each distance, and where the function lies."""
    steps = len(observed)
    position = np.full(steps, "not tested", dtype=object)
    if envelope is None:
        nothing = np.full(steps, np.nan)
        bounds = {"expected": nothing, "lower": nothing, "upper": nothing}
        return {**bounds, "position": position}
    is_known = is_tested & np.isfinite(envelope.lower)
    position[is_known] = "inside"
    position[is_known & (observed > envelope.upper)] = "above"
    position[is_known & (observed < envelope.lower)] = "below"
    return {
        "expected": envelope.mean,
        "lower": envelope.lower,
        "upper": envelope.upper,
        "position": position,
    }


def _theoretical(distances: FloatArray, intensity: float, function: str) -> FloatArray:
    """The function of points that fall evenly and independently over the plane."""
    disc = np.pi * distances**2
    values = {
        "k": disc,
        "l": distances,
        "pcf": np.ones(len(distances)),
    }.get(function, 1.0 - np.exp(-intensity * disc))
    return np.asarray(values, np.float64).copy()


def _edge(query: PatternQuery) -> str:
    """The correction at the edge."""
    if query.edge == "none":
        return "none"
    return "border" if query.function in ("f", "g") else "translation"


def _kernel_notes(distances: FloatArray, kernel_m: float, query: PatternQuery) -> tuple[str, ...]:
    """That a pair correlation is too high where its kernel reaches over distance 0."""
    if query.function != "pcf" or kernel_m <= distances[0]:
        return ()
    note = (
        f"Below {kernel_m:,.0f} m, half the width of its kernel, the pair correlation is too "
        "high, that of patterns of chance as well."
    )
    return (note,)


def _notes(
    points: FloatArray,
    null: Null | None,
    is_tested: Any,
    query: PatternQuery,
) -> tuple[str, ...]:
    """What a reader must know of places that are shared."""
    notes = []
    if query.points == "records" and len(points):
        number = np.unique(points, axis=0, return_counts=True)[1]
        pairs = int((number * (number - 1) // 2).sum())
        if pairs:
            notes.append(
                f"{counted(pairs, 'pair')} of incidents share a place: their distance is 0 m, and "
                "within every other. points=places counts each place once."
            )
    if null is not None and null.is_snapped:
        notes.append(
            "Records of the dataset are moved to shared places; so is what falls by chance, to "
            "the nearest of the places that the dataset has."
        )
    if not is_tested.all() and query.draws:
        notes.append(
            f"{int(np.count_nonzero(~is_tested))} of {len(is_tested)} distances are not tested: "
            "they are below the location error of the data, or the function has no value there."
        )
    return tuple(notes)
