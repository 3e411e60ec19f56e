"""Which test of hotspots is made where a query names no measure."""

from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.area_layers import GRID_PREFIXES
from service.analyses.inputs.denominators import denominator_of
from service.queries.areas import HotspotQuery
from service.store.errors import UnknownMeasureError
from service.store.reference.measures import MeasureStore


class DefaultTests:
    """The tests of queries that leave the measure open.

    Parameters
    ----------
    areas : Areas
        Datasets, which may name a denominator, and layers.
    measures : MeasureStore
        The denominators.
    """

    def __init__(self, *, areas: Areas, measures: MeasureStore) -> None:
        self._areas = areas
        self._measures = measures

    def of(self, dataset: str, layer_id: str, query: HotspotQuery) -> HotspotQuery:
        """A query with its measure, denominator and null.

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
            As it was where it names a measure. Otherwise of the rate by the denominator that the
            dataset names, incidents drawn anew, where the layer has it; of the density on a grid,
            whose cells are cut at the border; else of the count.
        """
        if query.measure is not None:
            return query.model_copy(update={"null": query.null or "permutation"})
        denominator = None if query.denominator else self._denominator(dataset, layer_id, query)
        if denominator is not None:
            named = {"measure": "rate", "denominator": denominator, "null": "poisson"}
            return query.model_copy(update=named)
        is_grid = layer_id.startswith(GRID_PREFIXES) and query.statistic != "join-count"
        measure = "density" if is_grid and query.denominator is None else "count"
        return query.model_copy(update={"measure": measure, "null": query.null or "permutation"})

    def _denominator(self, dataset: str, layer_id: str, query: HotspotQuery) -> str | None:
        """The denominator that the dataset names, if the layer has it and it can be the null."""
        is_redrawn = (
            query.statistic in ("gi-star", "gi")
            and query.null is None
            and query.permutations != 0
            and not query.refine
        )
        name = self._areas.named_denominator(dataset)
        if not name or not is_redrawn:
            return None
        layer = self._areas.layer(layer_id)
        try:
            denominator_of(self._measures, layer, name, crosswalks=self._areas.crosswalks)
        except UnknownMeasureError:
            return None
        return name
