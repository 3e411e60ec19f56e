"""Columns of the tables of areas."""

from typing import Final

from service.model.rows import COUNT, METHOD_UNIT, NOTHING, AreaRow, Discloses, column

_OF_COUNT: Final = Discloses.of("count")
_OF_BOTH: Final = Discloses.of("count_before", "count_after")
_RATIO: Final = "with measure=rate or measure=ratio"
_OVERLAY: Final = "with overlay_from and overlay_to"
_RANKS: Final = "with ranks=true"
_WEIGHTED: Final = "with measure=weighted or measure=harm"
_HARM: Final = "with measure=harm"
_SHARES_DIFFER: Final = "where the share of records located differs by more than chance"
_EFFECTIVE_NUMBER: Final = column(
    "Number of incidents of equal weight whose sum would be as uncertain.",
    _OF_COUNT,
    "incidents",
    only=_WEIGHTED,
)
_LARGEST_SHARE: Final = column(
    "Share of the largest single weight in the sum, 0 to 1; null where the sum is 0.",
    _OF_COUNT,
    only=_WEIGHTED,
)
_HARM_NOT_KNOWN: Final = column(
    "Incidents in the area that the harm index does not have; they are in no other column.",
    COUNT,
    "incidents",
    only=_HARM,
)


class ChoroplethRow(AreaRow):
    """An area and its value, highest value first."""

    count: int = column("Incidents in the area.", COUNT, "incidents")
    denominator: float | None = column(
        "What rates are over, such as residents; null where the measure has none or the area's "
        "is not known.",
        NOTHING,
    )
    value: float | None = column(
        "What `measure` asks for, in the unit that the method states; null where it cannot be "
        "computed.",
        _OF_COUNT,
        METHOD_UNIT,
    )
    lower: float | None = column("Lower end of the value's 95 % interval.", _OF_COUNT, METHOD_UNIT)
    upper: float | None = column("Upper end of the value's 95 % interval.", _OF_COUNT, METHOD_UNIT)
    class_: str | None = column("Class of the value, as the legend labels it.", _OF_COUNT)
    effective_number: float | None = _EFFECTIVE_NUMBER
    largest_share: float | None = _LARGEST_SHARE
    harm_not_known: int = _HARM_NOT_KNOWN
    denominator_estimated: bool = column(
        "Whether the denominator is an estimate, carried across from another layer.",
        NOTHING,
        only="with a denominator carried across from another layer",
        is_stated=False,
    )
    funnel: str | None = column(
        "Where the area lies in the funnel about the overall rate: within 95 %, or above or below "
        "95 or 99.8 %.",
        _OF_COUNT,
        only=_RATIO,
        is_stated=False,
    )
    rank: float | None = column(
        "1 for the highest value; equal values share a rank.",
        _OF_COUNT,
        only=_RANKS,
        is_stated=False,
    )
    rank_best: float | None = column(
        "The best rank that pairwise tests cannot exclude: with 95 % confidence all areas' ranks "
        "lie within their limits.",
        _OF_COUNT,
        only=_RANKS,
        is_stated=False,
    )
    rank_worst: float | None = column(
        "The worst rank that pairwise tests cannot exclude.",
        _OF_COUNT,
        only=_RANKS,
        is_stated=False,
    )
    overlay_count: int = column(
        "Incidents in the area in the overlaid period.",
        COUNT,
        "incidents",
        only=_OVERLAY,
        is_stated=False,
    )
    centroid_lon_deg: float = column(
        "Longitude of the area's centroid.", NOTHING, "degrees", only=_OVERLAY, is_stated=False
    )
    centroid_lat_deg: float = column(
        "Latitude of the area's centroid.", NOTHING, "degrees", only=_OVERLAY, is_stated=False
    )


class HotspotRow(AreaRow):
    """An area and what a local statistic says of it, highest z score first.

    An area whose value is missing (a rate without a denominator) keeps its row and is not
    tested; nor is it anybody's neighbour.
    """

    count: int = column("Incidents in the area.", COUNT, "incidents")
    value: float | None = column(
        "What is tested, in the unit that the method states; null where it is missing.",
        _OF_COUNT,
        METHOD_UNIT,
    )
    z_score: float | None = column(
        "Standard score of the statistic; null where not tested.", _OF_COUNT
    )
    p_value: float | None = column("p by the normal approximation.", _OF_COUNT)
    p_permutation: float | None = column(
        "p by draws from the null; null with permutations=0.", _OF_COUNT
    )
    q_value: float | None = column(
        "p corrected for testing every area; decides the class.", _OF_COUNT
    )
    class_: str = column(
        "Hot or cold at 90, 95 or 99 %, not significant, or not tested.", _OF_COUNT
    )
    expected_count_ok: bool = column(
        "Whether at least 5 incidents are expected in the neighbourhood: below, the analytic p "
        "cannot be trusted.",
        _OF_COUNT,
    )
    neighbours: int = column("Neighbours that were tested.", NOTHING, "areas")
    island: bool = column("Whether the area has no neighbour.", NOTHING)
    quadrant: str | None = column(
        "Quadrant of the Moran scatter plot: the area, then its neighbours, high or low.",
        _OF_COUNT,
        only="with statistic=local-moran",
    )
    effective_number: float | None = _EFFECTIVE_NUMBER
    largest_share: float | None = _LARGEST_SHARE
    effective_number_nearby: float | None = column(
        "The effective number of the area and its neighbours together; null where not tested.",
        _OF_COUNT,
        "incidents",
        only=_HARM,
    )
    largest_share_nearby: float | None = column(
        "Share of the largest single harm in that of the area and its neighbours, 0 to 1: above "
        "a half one serious event makes the hotspot.",
        _OF_COUNT,
        only=_HARM,
    )
    harm_not_known: int = _HARM_NOT_KNOWN
    stays_hot_share: float | None = column(
        "Share of other reasonable choices under which the area is hot, 0 to 1.",
        _OF_COUNT,
        only="with sensitivity=true",
    )
    sentence: str = column(
        "How count, z score and class go together.", _OF_COUNT, only="with sentences=true"
    )


class EmergingRow(AreaRow):
    """An area with its category and the run of classes it was decided from, hot ones first."""

    count: int = column("Incidents in the area.", COUNT, "incidents")
    category: str = column("Emerging hot spot category.", _OF_COUNT)
    plain_class: str = column(
        "Persistent, emerging, intermittent or former hot or cold spot, or never hot or cold.",
        _OF_COUNT,
    )
    run: str = column(
        "One letter per step, oldest first: H hot, C cold, a point for neither.", _OF_COUNT
    )
    hot_steps: int = column("Steps in which the area is hot.", _OF_COUNT, "steps")
    cold_steps: int = column("Steps in which the area is cold.", _OF_COUNT, "steps")
    last_z_score: float | None = column("Gi* of the last step.", _OF_COUNT)
    trend_s: float = column("Mann-Kendall S of the z scores.", _OF_COUNT)
    trend_z_score: float | None = column("Standard score of that trend.", _OF_COUNT)
    trend_p_value: float | None = column("p of that trend, two-sided.", _OF_COUNT)


class ChangeRow(AreaRow):
    """An area in two periods: counts, difference, and what became of it; largest rise first.

    The map as a whole is in the provenance under ``method.map``.
    """

    count_before: int = column("Incidents in the baseline period.", COUNT, "incidents")
    count_after: int = column("Incidents in the period.", COUNT, "incidents")
    weighted_before: float = column(
        "Sum of the weights of the incidents in the baseline period, which all that follows is "
        "about.",
        Discloses.of("count_before"),
        only=_WEIGHTED,
    )
    weighted_after: float = column(
        "The same of the period.", Discloses.of("count_after"), only=_WEIGHTED
    )
    difference: float = column(
        "Incidents minus those that the baseline's daily rate would give for the period.",
        _OF_BOTH,
        "incidents",
    )
    percent: float | None = column(
        "The same in per cent of the baseline; null from zero.", _OF_BOTH, "%"
    )
    ratio: float | None = column(
        "Rate of the period over that of the baseline; null from zero.", _OF_BOTH
    )
    lower: float | None = column("Lower end of the ratio's 95 % interval.", _OF_BOTH)
    upper: float | None = column("Upper end of the ratio's 95 % interval.", _OF_BOTH)
    p_value: float | None = column(
        "p of the two counts at one rate (E-test), or of the two weighted sums, two-sided.",
        _OF_BOTH,
    )
    q_value: float | None = column("p corrected for testing every area.", _OF_BOTH)
    ratio_shared_out: float | None = column(
        "The ratio with the records that are not located shared out in proportion to those that "
        "are; null from zero.",
        _OF_BOTH,
        only=_SHARES_DIFFER,
        is_stated=False,
    )
    lower_shared_out: float | None = column(
        "Lower end of its 95 % interval.", _OF_BOTH, only=_SHARES_DIFFER, is_stated=False
    )
    upper_shared_out: float | None = column(
        "Upper end of its 95 % interval.", _OF_BOTH, only=_SHARES_DIFFER, is_stated=False
    )
    p_value_shared_out: float | None = column(
        "p of the two counts with those shared out.",
        _OF_BOTH,
        only=_SHARES_DIFFER,
        is_stated=False,
    )
    q_value_shared_out: float | None = column(
        "The same, corrected for testing every area. An area has changed where this and `q_value` "
        "agree that it has, and which way.",
        _OF_BOTH,
        only=_SHARES_DIFFER,
        is_stated=False,
    )
    class_before: str = column(
        "Class of the area in the baseline period.", Discloses.of("count_before")
    )
    class_after: str = column("Class of the area in the period.", Discloses.of("count_after"))
    transition: str = column("What became of the class.", _OF_BOTH)
