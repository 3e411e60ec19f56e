"""Facts about each area of a layer: counts, rate, hotspot class, emerging category.

The tables are those of the choropleth, hotspot and emerging answers at their defaults, computed
once per version and filter, so that answers that combine them agree with them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.choropleths import Choropleths
from service.analyses.areas.emerging import EmergingHotspots
from service.analyses.areas.hotspots import Hotspots
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.denominators import POPULATION, Denominator, denominator_of
from service.model.answers import Table
from service.model.errors import AnalysisError, OverBudgetError
from service.model.queries import IncidentQuery
from service.queries.areas import ChoroplethQuery, HotspotQuery
from service.queries.over_time import EmergingQuery
from service.runtime.single_flight import SingleFlightCache
from service.store.errors import UnknownMeasureError
from service.store.reference.measures import MeasureStore
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.errors import SpatialError

FACTS_BYTES: Final = 64 * 2**20  # for the facts of recent questions
FACT_BYTES: Final = 200  # of each area
PER: Final = 1_000.0
STATED: Final = (  # of the method of a table
    "statistic",
    "measure",
    "denominator",
    "null",
    "step",
    "neighbours",
    "permutations",
    "correction",
    "seed",
)


@dataclass(frozen=True, eq=False)
class AreaFacts:
    """Facts about each area, in the order of `layer.codes`.

    Attributes
    ----------
    area_counts : AreaCounts
        The counts, with the incidents behind them.
    count : (n,) int64
        Incidents.
    rate : (n,) float64
        Per 1,000 residents; NaN where residents are unknown.
    hotspot_class, emerging_class : (n,) object
        As in those tables; None without a class.
    population : Denominator or None
        Residents, if the layer has them.
    tables : mapping
        Method of each table that was used, for the provenance.
    notes : tuple of str
        Why some facts are missing.
    """

    area_counts: AreaCounts
    count: IntArray
    rate: FloatArray
    hotspot_class: NDArray[Any]
    emerging_class: NDArray[Any]
    population: Denominator | None
    tables: dict[str, Any]
    notes: tuple[str, ...]

    @property
    def hot(self) -> BoolArray:
        """(n,) True for hot areas, at any of the three levels of confidence."""
        return np.array(
            [str(hotspot_class or "").startswith("hot ") for hotspot_class in self.hotspot_class]
        )


class FactsByArea:
    """The facts of recent queries.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    measures : MeasureStore
        The population.
    choropleths : Choropleths
        Rates.
    hotspots : Hotspots
        Hotspot classes.
    emerging_hotspots : EmergingHotspots
        Emerging categories.
    """

    def __init__(
        self,
        *,
        areas: Areas,
        measures: MeasureStore,
        choropleths: Choropleths,
        hotspots: Hotspots,
        emerging_hotspots: EmergingHotspots,
    ) -> None:
        self._areas = areas
        self._measures = measures
        self._choropleths = choropleths
        self._hotspots = hotspots
        self._emerging_hotspots = emerging_hotspots
        self._facts: SingleFlightCache[AreaFacts] = SingleFlightCache(
            FACTS_BYTES, weigh=lambda facts: 4_096 + FACT_BYTES * len(facts.count)
        )

    def version(self, dataset: str, layer_id: str) -> str:
        """A short digest of everything that facts depend on, apart from the query.

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
        return self._hotspots.version(dataset, layer_id)

    def of(
        self, dataset: str, layer_id: str, query: IncidentQuery, *, population: str | None = None
    ) -> AreaFacts:
        """The facts of a layer for the incidents of a query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : IncidentQuery
            Period, categories and area; other parts are ignored.
        population : str or None
            The measure of residents; None: population, otherwise residents, otherwise none.

        Returns
        -------
        AreaFacts
            Cached; its arrays are read-only.

        Raises
        ------
        UnknownMeasureError
            If the layer lacks a named measure.
        """
        incident_query = query.part(IncidentQuery)
        version = self.version(dataset, layer_id)
        key = (dataset, layer_id, version, incident_query.canonical(), population)
        return self._facts.get(
            key, lambda: self._compute(dataset, layer_id, incident_query, population)
        )

    def area_counts(self, dataset: str, layer_id: str, query: IncidentQuery) -> AreaCounts:
        """The incidents of a query, counted per area; the first part of its facts.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : IncidentQuery
            Period, categories and area; other parts are ignored.

        Returns
        -------
        AreaCounts
            Cached; its arrays are read-only.
        """
        incident_filter = query.part(IncidentQuery).incident_filter()
        return self._areas.count(dataset, layer_id, incident_filter)

    def _compute(
        self,
        dataset: str,
        layer_id: str,
        incident_query: IncidentQuery,
        population_name: str | None,
    ) -> AreaFacts:
        parameters = incident_query.model_dump(by_alias=True, exclude_none=True)
        area_counts = self._areas.count(dataset, layer_id, incident_query.incident_filter())
        layer = area_counts.layer
        population = self._population(area_counts, population_name)
        choropleth: dict[str, Any] = {"measure": "count"}
        if population is not None:
            name = f"{population.measure}:{population.period}"
            choropleth = {"measure": "rate", "denominator": name, "per": PER}
        table = self._choropleths.table(
            dataset, layer_id, ChoroplethQuery.model_validate({**parameters, **choropleth})
        )
        tables = {"choropleth": choropleth}
        notes: list[str] = []

        def classes(column: str, title: str, make_table: Callable[[], Table]) -> NDArray[Any]:
            try:
                answer = make_table()
            except OverBudgetError:
                raise
            except (SpatialError, AnalysisError) as error:
                notes.append(f"There is no {title}: {error}.")
                return np.full(len(layer), None, dtype=object)
            method = answer.provenance.method
            tables[title] = {name: method[name] for name in STATED if name in method}
            return by_area(answer, column, area_counts)

        hotspot_class = classes(
            "class",
            "hotspot class",
            lambda: self._hotspots.table(
                dataset, layer_id, HotspotQuery.model_validate(parameters)
            ),
        )
        emerging_class = classes(
            "category",
            "emerging class",
            lambda: self._emerging_hotspots.table(
                dataset,
                layer_id,
                EmergingQuery.model_validate(
                    {**parameters, "step": area_counts.selection.incidents.shortest_step}
                ),
            ),
        )
        rate: FloatArray = np.full(len(layer), np.nan)
        if population is not None:
            rate = by_area(table, "value", area_counts).astype(np.float64)
        return AreaFacts(
            area_counts=area_counts,
            count=area_counts.count,
            rate=rate,
            hotspot_class=hotspot_class,
            emerging_class=emerging_class,
            population=population,
            tables=tables,
            notes=tuple(notes),
        )

    def _population(
        self, area_counts: AreaCounts, population_name: str | None
    ) -> Denominator | None:
        """Residents of the layer's areas; None if it has no such measure."""
        for name in (population_name,) if population_name is not None else POPULATION:
            try:
                return denominator_of(
                    self._measures, area_counts.layer, name, crosswalks=self._areas.crosswalks
                )
            except UnknownMeasureError:
                if population_name is not None:
                    raise
        return None


def by_area(table: Table, column: str, area_counts: AreaCounts) -> NDArray[Any]:
    """A column of a table, aligned with the areas of a layer.

    Parameters
    ----------
    table : Table
        With a column ``code``.
    column : str
        Name of the column.
    area_counts : AreaCounts
        Of the layer.

    Returns
    -------
    (n,) object array
        In the order of the layer's codes; None for areas without a row.
    """
    values = np.full(len(area_counts.layer), None, dtype=object)
    codes = tuple(table.columns["code"].tolist())
    values[area_counts.layer.positions(codes)] = table.columns[column]
    return values
