"""What a local statistic tests: the value of each area, and its unit."""

from typing import Final

import numpy as np

from service.analyses.inputs.area_counts import AreaCounts
from service.analyses.inputs.area_layers import GRID_PREFIXES
from service.analyses.inputs.denominators import Denominator
from service.queries.areas import HotspotQuery
from service.sentences.units import scale_of, unit_of
from spatial.arrays import FloatArray
from spatial.rates.rates import expected_counts, rates, standardised_ratios
from spatial.rates.weighted_counts import WeightedCounts

LEAST_SHARE: Final = 0.1  # of a grid's cell, that its ground counts as at least


def tested_value(
    area_counts: AreaCounts,
    denominator: Denominator | None,
    weights: WeightedCounts | None,
    query: HotspotQuery,
) -> FloatArray:
    """The value that is tested.

    Parameters
    ----------
    area_counts : AreaCounts
        Counts of the areas.
    denominator : Denominator or None
        Of rates and ratios.
    weights : WeightedCounts or None
        Sums of weights, where they are tested.
    query : HotspotQuery
        With its measure.

    Returns
    -------
    (n,) float64
        NaN where it is missing.
    """
    count = np.where(area_counts.in_scope, area_counts.count, np.nan)
    if weights is not None:
        return weights.total
    scale = scale_of(
        query.measure or "count", rate_per=query.rate_per, years=area_counts.selection.years()
    )
    if query.measure == "density":
        return count / (_ground_km2(area_counts) * scale)
    if denominator is None or query.measure == "count":
        return count
    if query.measure == "rate":
        return rates(count, denominator.values, per=query.per / scale).value
    return standardised_ratios(count, expected_counts(count, denominator.values)).value


def flag_values(flags: Denominator) -> FloatArray:
    """Flags as numbers.

    Parameters
    ----------
    flags : Denominator
        0 where an area is not flagged.

    Returns
    -------
    (n,) float64
        1 for a flagged area, 0 for an unflagged one, NaN if unknown.
    """
    return np.where(np.isfinite(flags.values), flags.values != 0.0, np.nan).astype(np.float64)


def _ground_km2(area_counts: AreaCounts) -> FloatArray:
    """(n,) the area of each area; a sliver of a cell at the border counts as a tenth of a cell.

    One incident on a few square metres would outweigh the map.
    """
    layer = area_counts.layer
    if not layer.layer_id.startswith(GRID_PREFIXES):
        return layer.areas_km2
    least_km2 = LEAST_SHARE * float(layer.areas_km2.max())
    return np.asarray(np.maximum(layer.areas_km2, least_km2), np.float64)


def tested_unit(
    area_counts: AreaCounts, denominator: Denominator | None, query: HotspotQuery
) -> str | None:
    """The unit of the tested value.

    Parameters
    ----------
    area_counts : AreaCounts
        Counts of the areas.
    denominator : Denominator or None
        Of rates.
    query : HotspotQuery
        With its measure.

    Returns
    -------
    str or None
        None for flags.
    """
    if query.flags is not None:
        return None
    return unit_of(
        query.measure or "count",
        per=query.per,
        denominator=None if denominator is None else denominator.measure,
        rate_per=query.rate_per,
        covered=area_counts.selection.covered(),
    )
