"""What is known of each area of a layer today: counts, rate, hotspot class, emerging category.

The tables are those of the choropleth, hotspot and emerging answers at their defaults, made
once per version and filter, so that whatever overlays them says what they say.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.choropleths import Choropleths
from service.analyses.areas.emerging import EmergingHotspots
from service.analyses.areas.hotspots import Hotspots
from service.analyses.growth.household_sizes import POPULATION
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.denominators import Denominator, denominator_of
from service.model.answers import Table
from service.model.errors import AnalysisError
from service.model.queries import IncidentQuery
from service.queries.areas import ChoroplethQuery, HotspotQuery
from service.queries.over_time import EmergingQuery
from service.runtime.single_flight import SingleFlightCache
from service.store.errors import UnknownMeasureError
from service.store.measures import MeasureStore
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.errors import SpatialError

FACTS_IN_MEMORY: Final = 32
PER: Final = 1_000.0


@dataclass(frozen=True, eq=False)
class AreaFacts:
    """Facts about each area, in the order of `layer.codes`.

    Attributes
    ----------
    counted : AreaCounts
    count : (n,) int64
    rate : (n,) float64
        Per 1,000 residents; NaN where residents are not known.
    hotspot_class, emerging_class : (n,) object
        As in those tables; None where there is none.
    population : Denominator or None
        Residents, where the layer has them.
    tables : mapping
        Method of each table used, for the provenance.
    notes : tuple of str
        What could not be said, and why.
    """

    counted: AreaCounts
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
        return np.array([str(c or "").startswith("hot ") for c in self.hotspot_class])


class FactsByArea:
    """The facts of recent questions."""

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
        self._facts: SingleFlightCache[AreaFacts] = SingleFlightCache(FACTS_IN_MEMORY)

    def version(self, dataset: str, layer_id: str) -> str:
        """Everything that facts depend on besides the question, as a short digest."""
        return self._hotspots.version(dataset, layer_id)

    def of(
        self, dataset: str, layer_id: str, query: IncidentQuery, *, population: str | None = None
    ) -> AreaFacts:
        """The facts of a layer for the incidents of a query.

        Parameters
        ----------
        query : IncidentQuery
            Of which the period, the categories and the area to stay within are used.
        population : str or None
            The measure of residents; None: population, else residents, else none.

        Raises
        ------
        UnknownMeasureError
            If a measure is named that the layer does not have.
        """
        wanted = query.part(IncidentQuery)
        version = self.version(dataset, layer_id)
        key = (dataset, layer_id, version, wanted.canonical(), population)
        return self._facts.get(key, lambda: self._found(dataset, layer_id, wanted, population))

    def _found(
        self, dataset: str, layer_id: str, wanted: IncidentQuery, asked: str | None
    ) -> AreaFacts:
        given = wanted.model_dump(by_alias=True, exclude_none=True)
        counted = self._areas.count(dataset, layer_id, wanted.incident_filter())
        layer = counted.layer
        population = self._population(counted, asked)
        choropleth: dict[str, Any] = {"measure": "count"}
        if population is not None:
            name = f"{population.measure}:{population.period}"
            choropleth = {"measure": "rate", "denominator": name, "per": PER}
        table = self._choropleths.table(
            dataset, layer_id, ChoroplethQuery.model_validate({**given, **choropleth})
        )
        tables = {"choropleth": choropleth}
        notes: list[str] = []

        def classes(column: str, what: str, made: Callable[[], Table]) -> NDArray[Any]:
            try:
                found = made()
            except (SpatialError, AnalysisError) as error:
                notes.append(f"There is no {what}: {error}.")
                return np.full(len(layer), None, dtype=object)
            method = found.provenance.method
            names = ("statistic", "step", "neighbours", "permutations", "correction", "seed")
            tables[what] = {name: method[name] for name in names if name in method}
            return by_area(found, column, counted)

        hotspot_class = classes(
            "class",
            "hotspot class",
            lambda: self._hotspots.table(dataset, layer_id, HotspotQuery.model_validate(given)),
        )
        emerging_class = classes(
            "category",
            "emerging class",
            lambda: self._emerging_hotspots.table(
                dataset, layer_id, EmergingQuery.model_validate(given)
            ),
        )
        rate: FloatArray = np.full(len(layer), np.nan)
        if population is not None:
            rate = by_area(table, "value", counted).astype(np.float64)
        return AreaFacts(
            counted=counted,
            count=counted.count,
            rate=rate,
            hotspot_class=hotspot_class,
            emerging_class=emerging_class,
            population=population,
            tables=tables,
            notes=tuple(notes),
        )

    def _population(self, counted: AreaCounts, asked: str | None) -> Denominator | None:
        """Residents of the layer's areas, None where it has no such measure."""
        for name in (asked,) if asked is not None else POPULATION:
            try:
                return denominator_of(
                    self._measures, counted.layer, name, crosswalks=self._areas.crosswalks
                )
            except UnknownMeasureError:
                if asked is not None:
                    raise
        return None


def by_area(table: Table, column: str, counted: AreaCounts) -> NDArray[Any]:
    """(n,) a column of a table by area in the layer's order, None where it has no row."""
    out = np.full(len(counted.layer), None, dtype=object)
    codes = tuple(table.columns["code"].tolist())
    out[counted.layer.positions(codes)] = table.columns[column]
    return out
