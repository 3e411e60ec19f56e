"""Accuracy of a hotspot map: the share of the next period's incidents in its hot areas."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import BoolArray, FloatArray, checked_values
from spatial.errors import InvalidParameterError, InvalidValuesError


@dataclass(frozen=True)
class HotspotAccuracy:
    """Accuracy of a map's hot areas; to be read together with their share of the area.

    Attributes
    ----------
    area_share : float
        Hot area as a share of all area; quote it with every other figure.
    hit_rate : float
        Share of the next period's incidents in the hot areas; `area_share` on average for a
        random map.
    pai : float
        Prediction accuracy index, hit_rate / area_share: 1 on average for a random map.
    pei : float
        Prediction efficiency index: `pai` as a share of the highest that the same amount of area
        could reach; at most 1.
    rri : float
        Recapture rate index: the ratio of incidents after to before in the hot areas, divided by
        that ratio for all areas; 1 if the hot areas kept their share, NaN if they had no
        incident before.
    baseline_hit_rate, baseline_pai : float
        The same for a map without any statistic: the areas with most incidents per km^2 before,
        up to the same amount of area.
    """

    area_share: float
    hit_rate: float
    pai: float
    pei: float
    rri: float
    baseline_hit_rate: float
    baseline_pai: float


@dataclass(frozen=True)
class Concentration:
    """Concentration of incidents in few areas.

    Attributes
    ----------
    areas_for_half : int
        Smallest number of areas with half of the incidents.
    share_for_half : float
        Their share of all areas.
    gini : float
        0 if all areas have the same count, close to 1 if one area has all incidents.
    adjusted_gini : float
        Gini relative to the most even distribution possible: with fewer incidents than areas
        most areas have none even without concentration.
    """

    areas_for_half: int
    share_for_half: float
    gini: float
    adjusted_gini: float


def hotspot_accuracy(
    hot_areas: ArrayLike, counts_before: ArrayLike, counts_after: ArrayLike, *, area_km2: ArrayLike
) -> HotspotAccuracy:
    """PAI, PEI and RRI of one period's hot areas against the next period's incidents.

    Parameters
    ----------
    hot_areas : (n,) bool
        Which areas the map of the earlier period marks as hot; at least one.
    counts_before, counts_after : (n,) float64
        Incidents per area in the period of the map, and in the next period.
    area_km2 : (n,) float64
        Above 0.

    Returns
    -------
    HotspotAccuracy

    Raises
    ------
    InvalidValuesError
        If the vectors differ in length, no area is hot, or there is no incident after.

    Notes
    -----
    PAI = (n / N) / (a / A). It grows as the hot area shrinks, so that maps can be compared
    only at equal shares of area. The maximum for PEI fills the area with the areas that turned
    out densest, the last one partly, which is slightly more than whole areas can reach. RRI
    does not depend on area.

    References
    ----------
    Chainey, Tompson and Uhlig (2008), Security Journal 21(1/2) (PAI); Hunt (2016), NIJ
    (PEI); Levine (2008), Security Journal 21(4) (RRI).
    """
    is_hot = np.asarray(hot_areas, dtype=np.bool_)
    count_before, count_after, areas_km2 = _checked(counts_before, counts_after, area_km2)
    if is_hot.shape != count_before.shape:
        raise InvalidValuesError("hot", f"must have {len(count_before)} flags, one per area")
    if not is_hot.any():
        raise InvalidValuesError("hot", "no area is called hot: such a map has no accuracy")
    if not count_after.sum() > 0.0:
        raise InvalidValuesError("after", "has no incidents: no map can be judged by it")
    hot_km2 = float(areas_km2[is_hot].sum())
    area_share = hot_km2 / float(areas_km2.sum())
    hit_rate = float(count_after[is_hot].sum() / count_after.sum())
    best_hit_rate = incidents_in(count_after, count_after, areas_km2, hot_km2) / float(
        count_after.sum()
    )
    baseline_hit_rate = incidents_in(count_after, count_before, areas_km2, hot_km2) / float(
        count_after.sum()
    )
    hot_before, total_before = float(count_before[is_hot].sum()), float(count_before.sum())
    rri = math.nan
    if hot_before > 0.0:
        rri = (float(count_after[is_hot].sum()) / hot_before) / (
            float(count_after.sum()) / total_before
        )
    return HotspotAccuracy(
        area_share=area_share,
        hit_rate=hit_rate,
        pai=hit_rate / area_share,
        pei=min(hit_rate / best_hit_rate, 1.0),
        rri=rri,
        baseline_hit_rate=baseline_hit_rate,
        baseline_pai=baseline_hit_rate / area_share,
    )


def concentration(counts: ArrayLike) -> Concentration:
    """Share of areas with half of the incidents, and the Gini coefficient of the counts.

    Parameters
    ----------
    counts : (n,) float64
        Incidents per area, at least 0; at least one incident in total.

    Returns
    -------
    Concentration

    Raises
    ------
    InvalidValuesError
        If there is no incident, or counts are negative.

    Notes
    -----
    With y_i the ascending shares, n areas and c incidents,

        G = max(1/c, 1/n) (2 sum_i i y_i - n - 1) - max(n/c, 1) + 1

    which is the usual Gini coefficient if there are at least as many incidents as areas. Counts
    also differ by chance: equal risks and few incidents give a Gini well above 0.

    References
    ----------
    Bernasco and Steenbeek (2017), Journal of Quantitative Criminology 33(3), eq. 4;
    Weisburd (2015), Criminology 53(2) (share for half).
    """
    count = checked_values(counts, name="counts")
    if np.any(count < 0.0) or not count.sum() > 0.0:
        raise InvalidValuesError("counts", "must not be negative, and have an incident in all")
    n, total = len(count), float(count.sum())
    ascending_shares = np.sort(count) / total
    ranked_sum = 2.0 * float(np.arange(1, n + 1) @ ascending_shares) - n - 1.0
    cumulative_shares = np.cumsum(ascending_shares[::-1])
    areas_for_half = int(np.searchsorted(cumulative_shares, 0.5 * (1.0 - 1e-12))) + 1
    return Concentration(
        areas_for_half=areas_for_half,
        share_for_half=areas_for_half / n,
        gini=ranked_sum / n,
        adjusted_gini=max(1.0 / total, 1.0 / n) * ranked_sum - max(n / total, 1.0) + 1.0,
    )


def share_of_choices(hot_rows: ArrayLike) -> FloatArray:
    """Share of analysis choices under which each area is hot.

    Parameters
    ----------
    hot_rows : (choices, n) bool
        One row per combination of neighbours, measure and correction.

    Returns
    -------
    (n,) float64
        0 to 1. An area that is hot under few of the choices depends on the choice.

    Raises
    ------
    InvalidParameterError
        If there is no choice.
    """
    table: BoolArray = np.asarray(hot_rows, dtype=np.bool_)
    if table.ndim != 2 or not len(table):
        raise InvalidParameterError("hot", table.shape, "choices by areas, one choice or more")
    return np.asarray(table.mean(axis=0), np.float64)


def incidents_in(
    counts: FloatArray, ranking: FloatArray, area_km2: FloatArray, area_limit_km2: float
) -> float:
    """Incidents in an amount of area filled with the highest ranking first, the last partly.

    Parameters
    ----------
    counts, ranking : (n,) float64
        Incidents per area, and what it is filled by: the highest per km^2 first.
    area_km2 : (n,) float64
        Above 0.
    area_limit_km2 : float
        The amount of area.

    Returns
    -------
    float
    """
    order = np.argsort(-ranking / area_km2, kind="stable")
    cumulative_km2 = np.cumsum(area_km2[order])
    part_km2 = np.clip(area_limit_km2 - (cumulative_km2 - area_km2[order]), 0.0, area_km2[order])
    return float(counts[order] @ (part_km2 / area_km2[order]))


def _checked(
    first_counts: ArrayLike, second_counts: ArrayLike, area_km2: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The counts and areas, of equal length; counts at least 0, areas above 0."""
    a = checked_values(first_counts, name="before")
    b = checked_values(second_counts, name="after", areas=len(a))
    areas_km2 = checked_values(area_km2, name="area_km2", areas=len(a))
    if np.any(a < 0.0) or np.any(b < 0.0):
        raise InvalidValuesError("counts", "must not be negative")
    if not len(a) or np.any(areas_km2 <= 0.0):
        raise InvalidValuesError("area_km2", "must be above 0, for one area or more")
    return a, b, areas_km2
