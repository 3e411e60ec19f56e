"""Hotspots: areas that are hot together beyond chance, with their significance."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.chance import (
    VALUE_S,
    describe_draws,
    draws_for,
    untested_notes,
    untold_areas,
    verdict_notes,
)
from service.analyses.areas.choropleths import SUMMED, row_order, weight_columns
from service.analyses.areas.default_tests import DefaultTests
from service.analyses.areas.hotspot_sentences import area_sentences, sentence_of_null
from service.analyses.areas.local_tests import (
    THREADS,
    LocalTest,
    deals_values,
    run_local_test,
)
from service.analyses.areas.rows import HotspotRow
from service.analyses.areas.tested_values import flag_values, tested_unit, tested_value
from service.analyses.areas.weight_sums import SumsNearby
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.denominators import Denominator, denominator_of
from service.analyses.inputs.neighbours import AUTO, Neighbourhoods
from service.config.settings import Settings
from service.model.answers import Table
from service.model.errors import TooMuchWorkError
from service.model.provenance import provenance, short_digest
from service.queries.areas import HotspotQuery
from service.runtime.budget import Work, spend
from service.runtime.cancellation import check_cancelled
from service.store.reference.measures import MeasureStore
from spatial.arrays import AnyArray, BoolArray, FloatArray
from spatial.local_statistics.draws import Draws, permutation_work, permutations_that_tell
from spatial.local_statistics.getis_ord import expected_in_reach
from spatial.local_statistics.global_statistics import GlobalStatistic, global_g, global_moran
from spatial.local_statistics.multiplicity import (
    CORRECTION_TITLES,
    NOT_TESTED,
    is_testable,
)
from spatial.local_statistics.sensitivity import Sensitivity, sensitivity
from spatial.rates.rates import expected_counts, rates
from spatial.rates.weighted_counts import WeightedCounts
from spatial.weights.weights import Neighbours

MIN_EXPECTED: Final = 5.0
POISSON_MAPS: Final = 9_999
POISSON_VALUES: Final = 60_000_000  # drawn by default where that is more maps
OTHER_NEIGHBOURS: Final = ("queen", "rook", "knn:6", "knn:8")
STATISTICS: Final = {
    "gi-star": "Getis-Ord Gi* (Ord and Getis 1995), the area itself included",
    "gi": "Getis-Ord Gi (Ord and Getis 1995), the area itself left out",
    "local-moran": "local Moran's I (Anselin 1995)",
    "join-count": "local join counts (Anselin and Li 2019)",
}
NULLS: Final = {
    "permutation": "conditional permutation: the value of the area is fixed, the others are "
    "permuted",
    "poisson": "incidents redrawn given the denominators (Monte Carlo)",
}
SENSITIVITY_MAPS, AREA_S, AREA_BYTES = 10, 3e-5, 2_000  # choices that are tried; of each area


class Hotspots:
    """Local statistics over the areas of a layer or a grid.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    measures : MeasureStore
        Denominators and flags.
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
        self._defaults = DefaultTests(areas=areas, measures=measures)

    def version(self, dataset: str, layer_id: str) -> str:
        """A short digest of everything that a hotspot table depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.

        Returns
        -------
        str
            It changes when the dataset, the layer, a measure or the software does.
        """
        return short_digest(
            self._areas.version(dataset, layer_id),
            self._measures.revision(),
            self._neighbourhoods.revision(),
        )

    def resolved(self, dataset: str, layer_id: str, query: HotspotQuery) -> HotspotQuery:
        """A query with the measure, denominator and null that it leaves open.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : HotspotQuery
            The query.

        Returns
        -------
        HotspotQuery
            It gives the same table whatever the dataset names as its denominator later.
        """
        return self._defaults.of(dataset, layer_id, query)

    def table(self, dataset: str, layer_id: str, query: HotspotQuery) -> Table:
        """One `HotspotRow` per area, highest z score first.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : HotspotQuery
            Filter, statistic, measure, neighbours and null.

        Returns
        -------
        Table
            With the shapes of the areas.
        """
        question, query = query, self.resolved(dataset, layer_id, query)
        self._neighbourhoods.foresee(self._areas.layer(layer_id), query.neighbours)
        area_counts = self._areas.count(dataset, layer_id, query.incident_filter())
        area_counts.check_scope()
        denominator = None
        if query.denominator is not None:
            denominator = denominator_of(
                self._measures,
                area_counts.layer,
                query.denominator,
                crosswalks=self._areas.crosswalks,
            )
        flags = None
        if query.flags is not None:
            # Flags do not add up, so that no lookup carries them.
            flags = denominator_of(self._measures, area_counts.layer, query.flags)
        weights = area_counts.weighted() if query.measure in SUMMED else None
        value = (
            tested_value(area_counts, denominator, weights, query)
            if flags is None
            else flag_values(flags)
        )
        value = np.where(area_counts.in_scope, value, np.nan)
        is_tested = np.isfinite(value)
        neighbours, choice = self._neighbours(area_counts, query, value, is_tested)
        draws = self._draws(query, neighbours)
        exposure = None if denominator is None else denominator.values[is_tested]
        count = area_counts.count[is_tested].astype(np.float64)
        local_test = run_local_test(value[is_tested], count, exposure, neighbours, query, draws)
        ground = area_counts.layer.areas_km2[is_tested]
        alike = ground if query.measure == "density" else np.ones(len(count))
        expected = expected_counts(count, alike if exposure is None else exposure)
        includes_self = query.statistic != "gi"
        expected_nearby = expected_in_reach(
            np.nan_to_num(expected), neighbours, star=includes_self
        )

        columns = self._columns(
            area_counts, value, is_tested, local_test, neighbours, expected_nearby, weights
        )
        event_notes: tuple[str, ...] = ()
        if weights is not None and query.sums_harm:
            nearby = SumsNearby.of(weights, neighbours, is_tested, star=includes_self)
            columns |= nearby.columns()
            columns["harm_not_known"] = area_counts.harm_not_known()
            event_notes = nearby.notes(columns["class"], columns["name"])
        choices = None
        if query.sensitivity:
            choices = self._sensitivity(area_counts, denominator, is_tested, query, draws)
            share_hot = choices.share_hot
            if not is_testable(len(share_hot)):
                share_hot = np.full(len(share_hot), np.nan)
            columns["stays_hot_share"] = _at_tested(share_hot, is_tested)
        unit = tested_unit(area_counts, denominator, query)
        if query.sentences:
            columns["sentence"] = area_sentences(columns, local_test, is_tested, query, unit)
        area_indices = np.flatnonzero(area_counts.in_scope)
        order = area_indices[
            row_order(columns["z_score"][area_indices], columns["code"][area_indices])
        ]
        method = _method(query, neighbours, local_test)
        method["unit"] = unit
        method["measure_by_default"] = question.measure is None
        method["neighbours_chosen"] = choice
        if choices is not None:
            method["sensitivity"] = _describe_choices(choices)
        method["global"] = _global(value[is_tested], neighbours)
        return Table(
            kind="hotspots",
            row=HotspotRow,
            columns={name: column[order] for name, column in columns.items()},
            geometries=area_counts.layer.geometries[order],
            crs=area_counts.layer.crs,
            places=area_counts.places,
            provenance=provenance(
                sources={
                    **area_counts.sources(),
                    **({} if denominator is None else {"denominator": denominator.source()}),
                    **({} if flags is None else {"flags": flags.source()}),
                },
                filter=area_counts.filter(),
                method=method,
                counts=area_counts.reconciliation(),
                notes=(
                    sentence_of_null(query, denominator),
                    *event_notes,
                    *area_counts.notes(),
                    *_notes(
                        query,
                        local_test,
                        neighbours,
                        is_tested[area_indices],
                        expected_nearby,
                        denominator,
                        area_counts.in_scope,
                    ),
                    *_undefined_notes(method["global"]),
                ),
            ),
        )

    def _neighbours(
        self, area_counts: AreaCounts, query: HotspotQuery, value: FloatArray, is_tested: BoolArray
    ) -> tuple[Neighbours, dict[str, Any] | None]:
        """The neighbours of the tested areas; and how they were chosen, if the data decided."""
        choice = None
        if query.neighbours == AUTO:
            filled_values = np.where(
                is_tested, value, np.nanmean(value) if is_tested.any() else 0.0
            )
            neighbours, choice = self._neighbourhoods.automatic(area_counts.layer, filled_values)
        else:
            neighbours = self._neighbourhoods.of(area_counts.layer, query.neighbours)
        return (neighbours if is_tested.all() else neighbours.subset(is_tested)), choice

    def _draws(self, query: HotspotQuery, neighbours: Neighbours) -> Draws:
        """The requested or default number of permutations, if it is within the limit."""
        if query.statistic == "join-count":  # its p is exact
            return Draws.exactly(0)
        areas = neighbours.n
        draws = draws_for(query.permutations, areas)
        if query.null == "poisson":  # a whole map is drawn each time
            needed = min(permutations_that_tell(areas), POISSON_VALUES // areas)
            default_maps = max(POISSON_MAPS, needed)
            draws = Draws.exactly(query.permutations or default_maps)
            work = draws.permutations * max(areas, neighbours.links)
        else:
            work = permutation_work(neighbours, draws.permutations)
        allowed = min(
            self._limits.permutations,
            self._limits.permuted_values * draws.permutations // max(work, 1),
        )
        if draws.permutations > allowed:
            raise TooMuchWorkError(
                f"permutations of {areas} areas with {neighbours.links} links",
                draws.permutations,
                allowed,
                "ask for fewer",
            )
        maps = SENSITIVITY_MAPS if query.sensitivity else 1
        spend(
            Work(
                maps * work * VALUE_S + areas * AREA_S,
                areas * AREA_BYTES,
                f"{draws.permutations:,} permutations of {areas:,} areas",
                "ask for fewer permutations, larger areas, or sensitivity=false",
            )
        )
        return draws

    def _sensitivity(
        self,
        area_counts: AreaCounts,
        denominator: Denominator | None,
        is_tested: BoolArray,
        query: HotspotQuery,
        draws: Draws,
    ) -> Sensitivity:
        """The areas that are hot under every combination of reasonable choices."""
        count = area_counts.count[is_tested].astype(np.float64)
        measures: dict[str, FloatArray] = {"count": count}
        if denominator is not None:
            exposure = denominator.values[is_tested]
            measures["rate"] = rates(count, exposure, per=query.per).value
        rules = [rule for rule in OTHER_NEIGHBOURS if rule != query.neighbours]
        if query.neighbours != AUTO:
            rules = [query.neighbours, *rules]
        neighbours_by_rule = {
            rule: self._neighbourhoods.of(area_counts.layer, rule) for rule in rules
        }
        tested_neighbours = {
            rule: neighbours if is_tested.all() else neighbours.subset(is_tested)
            for rule, neighbours in neighbours_by_rule.items()
        }
        return sensitivity(
            measures,
            tested_neighbours,
            star=query.statistic != "gi",
            permutations=draws.permutations,
            most_permutations=draws.most_permutations,
            seed=query.seed,
            threads=THREADS,
            on_progress=check_cancelled,
        )

    def _columns(
        self,
        area_counts: AreaCounts,
        value: FloatArray,
        is_tested: BoolArray,
        local_test: LocalTest,
        neighbours: Neighbours,
        expected_nearby: FloatArray,
        weights: WeightedCounts | None,
    ) -> dict[str, NDArray[Any]]:
        """The columns in their final order, with the rows in the layer's order."""
        columns: dict[str, NDArray[Any]] = {
            "code": np.array(area_counts.layer.codes, dtype=object),
            "name": np.array(area_counts.layer.names, dtype=object),
            "count": area_counts.count,
            "value": value,
            "z_score": _at_tested(local_test.z_score, is_tested),
            "p_value": _at_tested(local_test.p_value, is_tested),
            "p_permutation": _at_tested(local_test.p_permutation, is_tested),
            "q_value": _at_tested(local_test.q_value, is_tested),
            "class": _at_tested(local_test.classes.astype(object), is_tested, absent=NOT_TESTED),
            "expected_count_ok": _at_tested(
                expected_nearby >= MIN_EXPECTED, is_tested, absent=False
            ),
            "neighbours": _at_tested(neighbours.counts, is_tested, absent=0),
            "island": _at_tested(neighbours.is_island, is_tested, absent=False),
        }
        if local_test.quadrant is not None:
            columns["quadrant"] = _at_tested(local_test.quadrant, is_tested, absent=None)
        if weights is not None:
            columns |= weight_columns(weights, np.arange(len(value)))
        return columns


def _method(query: HotspotQuery, neighbours: Neighbours, local_test: LocalTest) -> dict[str, Any]:
    """The method with all its parameters."""
    draws, areas_tested = local_test.draws, int(np.isfinite(local_test.q_value).sum())
    is_drawn, null = draws.permutations > 0, query.null or "permutation"
    is_exact = query.statistic == "join-count"
    exact_null = "exact: the other flags are permuted" if is_exact else "normal approximation"
    return {
        "name": STATISTICS[query.statistic],
        "statistic": query.statistic,
        "measure": query.measure,
        **({"weights": "summed"} if query.measure in SUMMED else {}),
        "denominator": query.denominator,
        "per": query.per if query.measure == "rate" else None,
        "neighbours": query.neighbours,
        "links": neighbours.links,
        "islands": len(neighbours.islands),
        "areas_tested": areas_tested,
        "null": null if is_drawn else exact_null,
        "null_name": NULLS[null] if is_drawn else exact_null,
        **describe_draws(draws, areas_tested, correction=query.correction),
        "areas_not_told": _untold(query, local_test),
        "seed": query.seed if is_drawn else None,
        "refined_tail": local_test.refined_count,
        "correction": query.correction,
        "correction_name": CORRECTION_TITLES[query.correction],
        "q_from": "p_permutation" if is_drawn else "p_value",
        "flags": query.flags,
        "alternative": "one-sided, more flagged neighbours" if is_exact else "two-sided",
        "classes": "by q: 90, 95 and 99 %",
    }


def _describe_choices(sensitivity_result: Sensitivity) -> dict[str, Any]:
    """The analyst's choices that the share of choices refers to."""
    return {
        "hot": "q up to 0.05",
        "choices": [
            {
                "neighbours": choice.neighbours,
                "measure": choice.measure,
                "correction": choice.correction,
            }
            for choice in sensitivity_result.choices
        ],
        "hot_areas": sensitivity_result.hot.sum(axis=1).tolist(),
        "note": "a share of the analyst's choices, not a probability",
    }


def _global(value: FloatArray, neighbours: Neighbours) -> dict[str, Any] | None:
    """Moran's I and the general G of the same values, where they exist."""
    if neighbours.n < 4 or not neighbours.links:
        return None
    statistics = {"morans_i": global_moran(value, neighbours.row_standardised())}
    if value.min() >= 0:
        statistics["general_g"] = global_g(value, neighbours)
    return {name: _describe_statistic(statistic) for name, statistic in statistics.items()}


def _describe_statistic(statistic: GlobalStatistic) -> dict[str, float | None]:
    names = ("value", "expected", "variance", "z_score", "p_value")
    numbers: dict[str, float] = {name: getattr(statistic, name) for name in names}
    return {name: number if np.isfinite(number) else None for name, number in numbers.items()}


def _notes(
    query: HotspotQuery,
    local_test: LocalTest,
    neighbours: Neighbours,
    is_tested: BoolArray,
    expected_nearby: FloatArray,
    denominator: Denominator | None,
    in_scope: BoolArray,
) -> tuple[str, ...]:
    """Notes on untested areas, islands, small expected counts and missing significance."""
    notes = [] if denominator is None else list(denominator.notes(in_scope))
    missing_count = int(np.count_nonzero(~is_tested))
    if missing_count:
        subject = "1 area has" if missing_count == 1 else f"{missing_count} areas have"
        verb = "was" if missing_count == 1 else "were"
        notes.append(f"{subject} no value and {verb} not tested.")
    notes.extend(untested_notes(neighbours, deals_values=deals_values(query)))
    island_count = len(neighbours.islands)
    if island_count:
        subject = "1 area has" if island_count == 1 else f"{island_count} areas have"
        notes.append(
            f"{subject} no neighbours: the z score is about the area alone, and it is not "
            "tested by permutation."
        )
    low_count = int(np.count_nonzero(expected_nearby < MIN_EXPECTED))
    if low_count:
        subject = "1 area expects" if low_count == 1 else f"{low_count} areas expect"
        notes.append(
            f"{subject} fewer than {MIN_EXPECTED:g} incidents in the neighbourhood: the "
            "analytic p cannot be trusted there (expected_count_ok is false)."
        )
    untold = _untold(query, local_test)
    notes.extend(verdict_notes(local_test.classes, untold, neighbours.n, local_test.draws))
    return tuple(notes)


def _untold(query: HotspotQuery, local_test: LocalTest) -> int:
    """Areas beyond all permutations of which it cannot be told whether they are hot or cold."""
    return untold_areas(local_test.is_beyond_all, local_test.classes, correction=query.correction)


def _undefined_notes(statistics: dict[str, Any] | None) -> tuple[str, ...]:
    """That a global statistic has no value, and why."""
    if statistics is None or statistics.get("general_g", {}).get("value", 0.0) is not None:
        return ()
    return (
        (
            "All incidents lie in one area: the general G, a share of the pairs of areas with "
            "incidents, is not defined."
        ),
    )


def _at_tested(values: AnyArray, is_tested: BoolArray, *, absent: object = np.nan) -> AnyArray:
    """(n,) values of the tested areas at their positions, `absent` elsewhere."""
    if is_tested.all():
        return values
    all_values = np.full(len(is_tested), absent, dtype=values.dtype)
    all_values[is_tested] = values
    return all_values
