"""Local associations: where areas are like their neighbours, and two values go together."""

import dataclasses
import os
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.chance import VALUE_S, describe_draws, untested_notes, untold_areas
from service.analyses.areas.tested_values import tested_unit, tested_value
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.denominators import Denominator, denominator_of
from service.analyses.inputs.neighbours import Neighbourhoods
from service.analyses.neighbours.association_rows import AssociationRow
from service.config.settings import Settings
from service.model.answers import Table
from service.model.errors import TooMuchWorkError
from service.model.provenance import dataset_source, provenance, short_digest
from service.queries.areas import HotspotQuery
from service.queries.patterns.associations import AssociationQuery
from service.runtime.budget import Work, spend
from service.runtime.cancellation import check_cancelled
from service.store.reference.measures import MeasureStore
from spatial.arrays import AnyArray, BoolArray, FloatArray
from spatial.associations.classes import AssociationTest, association_test
from spatial.local_statistics.draws import Draws, default_draws, permutations_that_tell
from spatial.local_statistics.multiplicity import (
    CORRECTION_TITLES,
    NOT_TESTED,
    is_testable,
)
from spatial.weights.weights import Neighbours

THREADS: Final = os.cpu_count() or 1
AREA_S, AREA_BYTES = 3e-5, 2_000  # of each area
LOSH_MAPS, LOSH_VALUES = 9_999, 1_000_000_000  # drawn by default, or as many values of maps
LOSH_S: Final = 6e-9  # of a value of a map dealt out
MOST_VALUES: Final = 2_000_000_000  # drawn by default for areas far out
STATISTICS: Final = {
    "local-geary": "local Geary's c (Anselin 1995)",
    "lee": "Lee's L (Lee 2001), the area itself left out",
    "bivariate-moran": "bivariate local Moran's I (Anselin, Syabri and Smirnov 2002)",
    "losh": "local spatial heteroscedasticity H (Ord and Getis 2012), the area itself left out",
}
_CONDITIONAL: Final = (
    "conditional permutation: the values of the area are fixed, its neighbours get those of other "
    "areas"
)
NULLS: Final = {"losh": "all values of the map are dealt out among the areas"}


class Associations:
    """Local associations over the areas of a layer or a grid.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    measures : MeasureStore
        Denominators and second values.
    neighbourhoods : Neighbourhoods
        Neighbours under a rule.
    settings : Settings
        Limits of the work.
    """

    def __init__(
        self,
        *,
        areas: Areas,
        measures: MeasureStore,
        neighbourhoods: Neighbourhoods,
        settings: Settings,
    ) -> None:
        self._areas = areas
        self._measures = measures
        self._neighbourhoods = neighbourhoods
        self._limits = settings.limits

    def version(self, dataset: str, layer_id: str, query: AssociationQuery) -> str:
        """A short digest of everything that the table depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : AssociationQuery
            With the dataset beside.

        Returns
        -------
        str
            It changes when a dataset, the layer, a measure or the software does.
        """
        datasets = [name for name in (dataset, query.beside_dataset) if name is not None]
        return short_digest(
            *(self._areas.version(name, layer_id) for name in datasets),
            self._measures.revision(),
            self._neighbourhoods.revision(),
        )

    def table(self, dataset: str, layer_id: str, query: AssociationQuery) -> Table:
        """One `AssociationRow` per area, smallest q first.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : AssociationQuery
            Filter, statistic, values and neighbours.

        Returns
        -------
        Table
            With the shapes of the areas.

        Raises
        ------
        UnknownLayerError, UnknownMeasureError
            If there is no such layer or measure.
        TooFewAreasError, ConstantValuesError
            If there is nothing to test.
        TooMuchWorkError
            If there are too many permutations.
        """
        self._neighbourhoods.foresee(self._areas.layer(layer_id), query.neighbours)
        area_counts = self._areas.count(dataset, layer_id, query.incident_filter())
        area_counts.check_scope()
        denominator = self._measure(area_counts, query.denominator)
        value = _tested(area_counts, denominator, query)
        beside = beside_measure = other_value = None
        if query.beside_dataset is not None:
            beside = self._areas.count(query.beside_dataset, layer_id, query.beside_filter)
            other_value = _tested(beside, denominator, query)
        elif query.beside_measure is not None:
            beside_measure = denominator_of(
                self._measures, area_counts.layer, query.beside_measure
            )
            other_value = np.where(area_counts.in_scope, beside_measure.values, np.nan)
        is_tested = np.isfinite(value)
        if other_value is not None:
            is_tested &= np.isfinite(other_value)
        neighbours = self._neighbourhoods.of_areas(area_counts.layer, query.neighbours, is_tested)
        draws = self._draws(query, neighbours)
        test = association_test(
            query.statistic,
            value[is_tested],
            None if other_value is None else other_value[is_tested],
            neighbours,
            draws=draws,
            correction=query.correction,
            seed=query.seed,
            threads=THREADS,
            on_progress=check_cancelled,
        )
        if not is_testable(neighbours.n):
            test = _untested(test)
        columns = _columns(area_counts, value, beside, other_value, is_tested, test, neighbours)
        inside = np.flatnonzero(area_counts.in_scope)
        order = inside[
            np.lexsort((columns["code"][inside].astype(str), columns["q_value"][inside]))
        ]
        return Table(
            kind="associations",
            row=AssociationRow,
            columns={name: column[order] for name, column in columns.items()},
            geometries=area_counts.layer.geometries[order],
            crs=area_counts.layer.crs,
            provenance=provenance(
                sources={
                    **area_counts.sources(),
                    **({} if denominator is None else {"denominator": denominator.source()}),
                    **({} if beside is None else {"beside": _source(beside)}),
                    **({} if beside_measure is None else {"beside": beside_measure.source()}),
                },
                filter=area_counts.filter(),
                method=_method(query, neighbours, test, draws)
                | {"unit": tested_unit(area_counts, denominator, _as_tested(query))}
                | ({} if beside is None else {"beside": beside.filter()}),
                counts=area_counts.reconciliation()
                | ({} if beside is None else {"records_beside": beside.selection.records}),
                notes=(
                    *_null_notes(query),
                    *area_counts.notes(),
                    *_beside_notes(beside),
                    *(() if denominator is None else denominator.notes(area_counts.in_scope)),
                    *_test_notes(neighbours, is_tested[inside]),
                ),
            ),
        )

    def _measure(self, area_counts: AreaCounts, name: str | None) -> Denominator | None:
        """A measure of the areas by its name, carried over from another layer where need be."""
        if name is None:
            return None
        return denominator_of(
            self._measures, area_counts.layer, name, crosswalks=self._areas.crosswalks
        )

    def _draws(self, query: AssociationQuery, neighbours: Neighbours) -> Draws:
        """The requested or default number of arrangements, if it is within the limit."""
        areas = neighbours.n
        if query.statistic == "losh":
            cells, value_s = areas + 2 * neighbours.links, LOSH_S
            needed = max(LOSH_MAPS, permutations_that_tell(areas))
            default_maps = min(needed, max(LOSH_VALUES // cells, 1))
            draws = Draws.exactly(
                default_maps if query.permutations is None else query.permutations
            )
        else:
            default = default_draws(areas)
            most = max(default.permutations, MOST_VALUES // areas)
            draws = (
                Draws(default.permutations, min(default.most_permutations, most))
                if query.permutations is None
                else Draws.exactly(query.permutations)
            )
            cells = areas if neighbours.has_equal_weights else max(areas, neighbours.links)
            value_s = VALUE_S
        work = draws.permutations * cells
        if work > self._limits.permuted_values:
            raise TooMuchWorkError(
                f"permutations of {areas} areas with {neighbours.links} links",
                draws.permutations,
                draws.permutations * self._limits.permuted_values // work,
                "ask for fewer",
            )
        spend(
            Work(
                work * value_s + areas * AREA_S,
                areas * AREA_BYTES,
                f"{draws.permutations:,} permutations of {areas:,} areas",
                "ask for fewer permutations or larger areas",
            )
        )
        return draws


def _as_tested(query: AssociationQuery) -> HotspotQuery:
    """The measure as hotspots name it."""
    return HotspotQuery(
        measure=query.measure,
        denominator=query.denominator,
        per=query.per,
        rate_per=query.rate_per,
    )


def _tested(
    area_counts: AreaCounts, denominator: Denominator | None, query: AssociationQuery
) -> FloatArray:
    """(n,) the value of each area that the query covers; NaN where there is none."""
    value = tested_value(area_counts, denominator, None, _as_tested(query))
    return np.where(area_counts.in_scope, value, np.nan)


def _untested(test: AssociationTest) -> AssociationTest:
    """The same without p, where so few values dealt out say nothing about chance."""
    unknown = np.full(len(test.q_value), np.nan)
    return AssociationTest(
        test.association,
        dataclasses.replace(test.permutation, p_value=unknown),
        unknown,
        np.full(len(unknown), NOT_TESTED),
    )


def _columns(
    area_counts: AreaCounts,
    value: FloatArray,
    beside: AreaCounts | None,
    other_value: FloatArray | None,
    is_tested: BoolArray,
    test: AssociationTest,
    neighbours: Neighbours,
) -> dict[str, NDArray[Any]]:
    """The columns in their final order, with the rows in the layer's order."""
    layer = area_counts.layer

    def at_tested(values: AnyArray, absent: object = np.nan) -> AnyArray:
        every = np.full(len(is_tested), absent, dtype=values.dtype)
        every[is_tested] = values
        return every

    return {
        "code": np.array(layer.codes, dtype=object),
        "name": np.array(layer.names, dtype=object),
        "count": area_counts.count,
        "value": value,
        **({} if beside is None else {"count_beside": beside.count}),
        **({} if other_value is None else {"value_beside": other_value}),
        "statistic": at_tested(test.association.value),
        "expected": at_tested(test.association.expected),
        "z_score": at_tested(test.association.z_score),
        "p_permutation": at_tested(test.permutation.p_value),
        "q_value": at_tested(test.q_value),
        "class": at_tested(test.classes.astype(object), NOT_TESTED),
        "neighbours": at_tested(neighbours.counts, 0),
        "island": at_tested(neighbours.is_island, False),
    }


def _method(
    query: AssociationQuery, neighbours: Neighbours, test: AssociationTest, draws: Draws
) -> dict[str, Any]:
    """The method with all its parameters."""
    areas_tested = int(np.isfinite(test.q_value).sum())
    untold = untold_areas(
        test.permutation.is_beyond_all, test.classes, correction=query.correction
    )
    return {
        "name": STATISTICS[query.statistic],
        "statistic": query.statistic,
        "measure": query.measure,
        "denominator": query.denominator,
        "beside_measure": query.beside_measure,
        "per": query.per if query.measure == "rate" else None,
        "neighbours": query.neighbours,
        "row_weights": "divided by their sum in each row",
        "links": neighbours.links,
        "islands": len(neighbours.islands),
        "areas_tested": areas_tested,
        "null": NULLS.get(query.statistic, _CONDITIONAL) if draws.permutations else None,
        **describe_draws(draws, areas_tested, correction=query.correction),
        "areas_not_told": untold,
        "seed": query.seed,
        "correction": query.correction,
        "correction_name": CORRECTION_TITLES[query.correction],
        "q_from": "p_permutation",
        "alternative": "two-sided",
        "classes": "by q: 90, 95 and 99 %",
    }


def _source(beside: AreaCounts) -> dict[str, Any]:
    """The dataset beside, for the provenance."""
    return dataset_source(beside.selection.incidents)


def _null_notes(query: AssociationQuery) -> tuple[str, ...]:
    """What the null cannot tell from a pattern."""
    if query.permutations == 0:
        return ("With permutations=0 nothing is drawn, and no area is tested.",)
    notes = []
    if query.measure == "rate":
        notes.append(
            "Tested against rates dealt out among the areas: they vary more over few "
            f"{query.denominator}, which looks like unlike or uneven areas where there are few."
        )
    elif query.measure == "count":
        notes.append(
            "Tested against counts dealt out among the areas: where many people live counts are "
            "high, and areas go together, without any pattern of risk."
        )
    if query.statistic == "bivariate-moran":
        notes.append(
            "The bivariate Moran is high too where both values go together within each area and "
            "are clustered; statistic=lee compares the surroundings of both."
        )
    return tuple(notes)


def _beside_notes(beside: AreaCounts | None) -> tuple[str, ...]:
    """What the data beside do not cover."""
    if beside is None:
        return ()
    name = beside.selection.incidents.dataset
    return tuple(f"Beside, {name}: {note[0].lower()}{note[1:]}" for note in beside.notes())


def _test_notes(neighbours: Neighbours, is_tested: BoolArray) -> tuple[str, ...]:
    """Notes on areas without a value or a neighbour."""
    notes = []
    missing = int(np.count_nonzero(~is_tested))
    if missing:
        subject = "1 area has" if missing == 1 else f"{missing:,} areas have"
        notes.append(f"{subject} no value and {'was' if missing == 1 else 'were'} not tested.")
    notes.extend(untested_notes(neighbours, deals_values=True))
    islands = len(neighbours.islands)
    if islands:
        subject = "1 area has" if islands == 1 else f"{islands:,} areas have"
        notes.append(f"{subject} no neighbour and {'is' if islands == 1 else 'are'} not tested.")
    return tuple(notes)
