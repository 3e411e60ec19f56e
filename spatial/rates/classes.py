"""Classes of values for a choropleth, with the labels of its legend.

The formulas are those of PySAL's mapclassify, and the tests compare with it. The schemes in this
module do not call it: importing it takes seconds, which a first request would have to wait for,
and it fails where there are too few distinct values. The schemes in `more_classes` do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import AnyArray, BoolArray, FloatArray, frozen
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.rates.more_classes import box_plot, jenks_caspall, maximum_breaks, percentiles
from spatial.rates.natural_breaks import natural_breaks
from spatial.rates.short_breaks import number_text, round_outwards, rounded_breaks

Scheme = Literal[
    "quantiles",
    "equal-intervals",
    "natural-breaks",
    "head-tail",
    "standard-deviation",
    "pretty",
    "maximum-breaks",
    "box-plot",
    "percentiles",
    "jenks-caspall",
    "manual",
]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)

Kind = Literal["zero", "interval", "missing", "suppressed"]
MAX_CLASSES = 20
_EXACT_NUMBER = ("quantiles", "natural-breaks", "maximum-breaks", "jenks-caspall")
MISSING = "no data"
SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class ValueClass:
    """A class, and its entry in the legend.

    Attributes
    ----------
    label : str
        Text of the legend: "13 to 30" for whole numbers, "over 5.4 to 7.9" otherwise.
    kind : {"zero", "interval", "missing", "suppressed"}
        Kind of values in the class.
    lower, upper : float or None
        Limits of an interval: above `lower` (in the first: at least `lower`) and at most `upper`.
    count : int
        Number of areas in the class.
    """

    label: str
    kind: Kind
    lower: float | None
    upper: float | None
    count: int


@dataclass(frozen=True, eq=False)
class Classification:
    """Classes, and the class of each area.

    Attributes
    ----------
    classes : tuple of ValueClass
        Zero, the intervals ascending, missing, suppressed; without those that are not needed.
    index : (n,) int16
        Position in `classes` of each area.
    breaks : tuple of float
        Upper limits of the intervals, ascending; the last is at least the largest value.
    scheme : str
        As requested.
    """

    classes: tuple[ValueClass, ...]
    index: NDArray[np.int16]
    breaks: tuple[float, ...]
    scheme: str

    @property
    def legend(self) -> tuple[str, ...]:
        """The label of each class."""
        return tuple(value_class.label for value_class in self.classes)

    @property
    def labels(self) -> AnyArray:
        """(n,) label of each area's class, str."""
        return np.array([*self.legend, ""], dtype=object)[self.index]


def classify(
    values: ArrayLike,
    *,
    scheme: Scheme = "quantiles",
    classes: int = 5,
    breaks: Sequence[float] | None = None,
    zero_is_class: bool = True,
    suppressed: ArrayLike | None = None,
    pooled: ArrayLike | None = None,
    digits: int | None = None,
) -> Classification:
    """Values divided into classes, with separate classes for zero, missing and suppressed.

    Parameters
    ----------
    values : (n,) float64
        One per area; NaN where missing, never infinite.
    scheme : str
        One of `SCHEMES`. "head-tail", "standard-deviation", "pretty", "box-plot" and
        "percentiles" determine the number of classes themselves ("pretty": about `classes`).
    classes : int
        2 to 20. There are fewer if there are fewer distinct values.
    breaks : sequence of float
        Upper limits, ascending, for the scheme "manual" only; values above the last are in one
        more class.
    zero_is_class : bool
        Whether values of exactly 0 have a separate class, because none differs from few. Ignored
        if a value is negative.
    suppressed : (n,) bool, optional
        Areas whose value may not be shown; they do not influence the breaks.
    pooled : (m,) float64, optional
        Values of other maps that share the classes, NaN where missing: the classes are those of
        all values together, and only `values` are counted in them.
    digits : int, optional
        Significant digits of the limits between classes, at least 2: values are divided at the
        rounded limits, so that the legend is short and exact. Where that would leave a class
        empty they have more. Limits of the scheme "manual" stay as they are.

    Returns
    -------
    Classification

    Raises
    ------
    InvalidParameterError
        If the scheme is unknown, or classes or breaks are out of range.
    InvalidValuesError
        If a value is infinite or the array does not have one dimension.

    Notes
    -----
    Intervals include their upper limit: a value equal to a break is in the class below it. Natural
    breaks minimise the sum of squared deviations from the class means exactly (Fisher 1958,
    Jenks 1977). Cost O(n log n), natural breaks O(classes x n log n).

    References
    ----------
    Rey and others, mapclassify (PySAL); Fisher (1958), JASA 53(284); Jiang (2013),
    Professional Geographer 65(3) (head-tail).
    """
    if pooled is not None:
        return _pooled_classes(
            values, np.asarray(pooled, np.float64), suppressed, scheme, classes, breaks,
            zero_is_class=zero_is_class, digits=digits,
        )  # fmt: skip
    area_values = np.asarray(values, dtype=np.float64)
    if area_values.ndim != 1 or np.any(np.isinf(area_values)):
        raise InvalidValuesError("values", "must be one finite number, or none, per area")
    _check_request(scheme, classes, breaks)
    if digits is not None and digits < 2:
        raise InvalidParameterError("digits", digits, "at least 2")
    if scheme == "manual":
        digits = None
    is_hidden = np.zeros(len(area_values), np.bool_)
    if suppressed is not None:
        is_hidden = np.asarray(suppressed, dtype=np.bool_)
        if is_hidden.shape != area_values.shape:
            raise InvalidValuesError("suppressed", "must have one flag per area")
    is_missing = np.isnan(area_values) & ~is_hidden
    shown_values = area_values[~(is_missing | is_hidden)]
    zero_apart = zero_is_class and not np.any(shown_values < 0.0)
    is_zero = (area_values == 0.0) & ~is_hidden & zero_apart
    is_divided = ~(is_missing | is_hidden | is_zero)
    upper = _breaks(area_values[is_divided], scheme, classes, breaks)
    if digits is not None:
        upper = rounded_breaks(area_values[is_divided], upper, digits)
    class_index = np.minimum(
        np.searchsorted(upper, area_values[is_divided], side="left"), len(upper) - 1
    )
    return _assembled(
        area_values, is_divided, class_index, upper, is_zero, is_missing, is_hidden, scheme, digits
    )


def _pooled_classes(
    values: ArrayLike,
    pooled: FloatArray,
    suppressed: ArrayLike | None,
    scheme: Scheme,
    classes: int,
    breaks: Sequence[float] | None,
    *,
    zero_is_class: bool,
    digits: int | None,
) -> Classification:
    """The classes of all values, and the class of those that are not pooled."""
    area_values = np.asarray(values, np.float64)
    is_hidden = np.zeros(len(area_values), np.bool_) if suppressed is None else suppressed
    all_values = np.concatenate([area_values, pooled])
    all_hidden = np.concatenate([is_hidden, np.zeros(len(pooled), np.bool_)])
    order = np.argsort(all_values, kind="stable")  # sums are the same whichever map is shown
    together = classify(
        all_values[order],
        scheme=scheme,
        classes=classes,
        breaks=breaks,
        zero_is_class=zero_is_class,
        suppressed=all_hidden[order],
        digits=digits,
    )
    index = np.empty_like(together.index)
    index[order] = together.index
    index = frozen(index[: len(area_values)])
    counts = np.bincount(index, minlength=len(together.classes))
    value_classes = tuple(
        replace(value_class, count=int(count))
        for value_class, count in zip(together.classes, counts, strict=True)
    )
    return replace(together, classes=value_classes, index=index)


def _check_request(scheme: str, classes: int, breaks: Sequence[float] | None) -> None:
    """Refuse an unknown scheme, and numbers of classes and breaks out of range."""
    if scheme not in SCHEMES:
        raise InvalidParameterError("scheme", scheme, f"one of {', '.join(SCHEMES)}")
    if not 2 <= classes <= MAX_CLASSES:
        raise InvalidParameterError("classes", classes, f"from 2 to {MAX_CLASSES}")
    if (breaks is not None) != (scheme == "manual"):
        raise InvalidParameterError(
            "breaks", breaks, "given with the scheme manual, and only then"
        )
    if breaks is not None:
        break_values = np.asarray(breaks, dtype=np.float64)
        if (
            break_values.ndim != 1
            or not 1 <= len(break_values) <= MAX_CLASSES
            or not np.all(np.isfinite(break_values))
            or np.any(np.diff(break_values) <= 0.0)
        ):
            raise InvalidParameterError(
                "breaks", list(breaks), f"1 to {MAX_CLASSES} finite numbers, each above the last"
            )


def _breaks(
    values: FloatArray, scheme: Scheme, classes: int, breaks: Sequence[float] | None
) -> FloatArray:
    """Upper limits of the classes, ascending; the last is at least the largest value."""
    if not len(values):
        return np.empty(0)
    minimum, maximum = float(values.min()), float(values.max())
    if scheme == "manual":
        upper = np.asarray(breaks, dtype=np.float64)
        return upper if upper[-1] >= maximum else np.append(upper, maximum)
    if minimum == maximum:
        return np.array([maximum])
    distinct_values = np.unique(values)
    if len(distinct_values) <= classes and scheme in _EXACT_NUMBER:
        return distinct_values
    upper = np.unique(_FORMULAS[scheme](values, classes))
    # A break that equals a value apart from rounding is set to the value, or its areas would be in
    # another class.
    value_at = distinct_values[
        np.clip(np.searchsorted(distinct_values, upper), 0, len(distinct_values) - 1)
    ]
    value_below = distinct_values[
        np.clip(np.searchsorted(distinct_values, upper) - 1, 0, len(distinct_values) - 1)
    ]
    tolerance = 1e-12 * max(abs(minimum), abs(maximum))
    upper = np.where(np.abs(upper - value_at) <= tolerance, value_at, upper)
    upper = np.where(np.abs(upper - value_below) <= tolerance, value_below, upper)
    last_breaks = upper[upper >= maximum]
    if np.all(values == np.round(values)):
        upper = np.floor(upper)  # no whole number changes class, and the legend has whole numbers
    inner_breaks = np.unique(upper[(upper >= minimum) & (upper < maximum)])
    return np.append(inner_breaks, last_breaks[0] if len(last_breaks) else maximum)


def _quantiles(values: FloatArray, classes: int) -> FloatArray:
    """Equally many values in each class, by linear interpolation (Hyndman and Fan's type 7)."""
    return np.asarray(np.quantile(values, np.arange(1, classes + 1) / classes), np.float64)


def _equal_intervals(values: FloatArray, classes: int) -> FloatArray:
    """Classes of equal width from the smallest to the largest value."""
    return np.linspace(values.min(), values.max(), classes + 1)[1:]


def _head_tail(values: FloatArray, classes: int) -> FloatArray:
    """The mean, then repeatedly the mean of the values above it, until these are all equal."""
    upper, head = [], values
    while len(np.unique(head)) > 1:
        upper.append(float(head.mean()))
        values_above = head[head > upper[-1]]
        if len(values_above) in (0, len(head)):
            break
        head = values_above
    return np.array([*upper, float(values.max())])


def _standard_deviation(values: FloatArray, classes: int) -> FloatArray:
    """One and two standard deviations on either side of the mean, and the largest value."""
    centre, deviation = values.mean(), values.std(ddof=1)
    return np.append(centre + deviation * np.array([-2.0, -1.0, 1.0, 2.0]), values.max())


def _pretty(values: FloatArray, classes: int) -> FloatArray:
    """Multiples of 1, 2 or 5 times a power of ten that cover the values (Heckbert 1990)."""
    minimum, maximum = float(values.min()), float(values.max())
    span = _nice(maximum - minimum, round_up=True)
    step = _nice(span / (classes - 1), round_up=False)
    first_multiple, last_multiple = np.floor(minimum / step), np.ceil(maximum / step)
    return np.arange(first_multiple + 1, last_multiple + 1) * step


def _nice(number: float, *, round_up: bool) -> float:
    """The nearest (or next larger) of 1, 2, 5 and 10 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(number))
    limits = (1.0, 2.0, 5.0) if round_up else (1.5, 3.0, 7.0)
    position = int(np.searchsorted(limits, number / power, side="left" if round_up else "right"))
    return float((1.0, 2.0, 5.0, 10.0)[position] * power)


_FORMULAS: Mapping[str, Callable[[FloatArray, int], FloatArray]] = MappingProxyType(
    {
        "quantiles": _quantiles,
        "equal-intervals": _equal_intervals,
        "natural-breaks": natural_breaks,
        "head-tail": _head_tail,
        "standard-deviation": _standard_deviation,
        "pretty": _pretty,
        "maximum-breaks": maximum_breaks,
        "box-plot": box_plot,
        "percentiles": percentiles,
        "jenks-caspall": jenks_caspall,
    }
)


def _assembled(
    area_values: FloatArray,
    is_divided: BoolArray,
    class_index: AnyArray,
    upper: FloatArray,
    is_zero: BoolArray,
    is_missing: BoolArray,
    is_hidden: BoolArray,
    scheme: str,
    digits: int | None,
) -> Classification:
    """The classes needed, and the class of each area."""
    index = np.full(len(area_values), -1, np.int16)
    classes: list[ValueClass] = []
    if is_zero.any():
        index[is_zero] = 0
        classes.append(ValueClass("0", "zero", 0.0, 0.0, int(is_zero.sum())))
    if len(upper):
        index[is_divided] = len(classes) + class_index
        lower = np.concatenate([[min(area_values[is_divided].min(), upper[0])], upper[:-1]])
        texts = _interval_texts(area_values[is_divided], lower, upper, class_index, digits)
        members = np.bincount(class_index, minlength=len(upper))
        classes.extend(
            ValueClass(text, "interval", float(low), float(high), int(member_count))
            for text, low, high, member_count in zip(texts, lower, upper, members, strict=True)
        )
    for label, kind, mask in (
        (MISSING, "missing", is_missing),
        (SUPPRESSED, "suppressed", is_hidden),
    ):
        if mask.any():
            index[mask] = len(classes)
            classes.append(ValueClass(label, kind, None, None, int(mask.sum())))  # type: ignore[arg-type]
    return Classification(tuple(classes), frozen(index), tuple(map(float, upper)), scheme)


def _interval_texts(
    values: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    class_index: AnyArray,
    digits: int | None,
) -> list[str]:
    """Label of each interval, with the fewest decimals that leave every value in its class."""
    if np.all(values == np.round(values)) and np.all(upper[:-1] == np.round(upper[:-1])):
        return _whole_number_texts(lower, upper)
    if digits is not None:
        first_limit = round_outwards(lower[0], digits, up=False)
        last_limit = round_outwards(upper[-1], digits, up=True)
        texts = [number_text(limit) for limit in (first_limit, *upper[:-1], last_limit)]
    else:
        decimals, inner_breaks = _shortest(values, upper, class_index)
        scale = 10.0**decimals
        first_limit = np.floor(lower[0] * scale) / scale
        last_limit = np.ceil(upper[-1] * scale) / scale
        texts = [f"{limit:,.{decimals}f}" for limit in (first_limit, *inner_breaks, last_limit)]
    labels = [f"over {low} to {high}" for low, high in pairwise(texts)]
    labels[0] = labels[0].removeprefix("over ")
    return labels


def _shortest(
    values: FloatArray, upper: FloatArray, class_index: AnyArray
) -> tuple[int, FloatArray]:
    """Fewest decimals that leave every value in its class, and the inner breaks rounded to them.

    A break that equals a value can only be rounded up.
    """
    inner_breaks = upper[:-1]
    for decimals in range(12):
        scale = 10.0**decimals
        for candidate in (
            np.round(inner_breaks, decimals),
            np.ceil(inner_breaks * scale) / scale,
        ):
            is_ascending = np.all(np.diff(np.concatenate([candidate, upper[-1:]])) > 0.0)
            if is_ascending and np.array_equal(
                np.searchsorted(candidate, values, side="left"), class_index
            ):
                return decimals, candidate
    return 12, np.round(inner_breaks, 12)


def _whole_number_texts(lower: FloatArray, upper: FloatArray) -> list[str]:
    """Labels of intervals of whole numbers: the first and the last number of each."""
    labels = []
    for position, (low, high) in enumerate(zip(lower, upper, strict=True)):
        first_number = int(np.ceil(low)) if position == 0 else int(np.floor(low)) + 1
        last_number = int(np.floor(high))
        labels.append(
            f"{first_number:,}"
            if first_number >= last_number
            else f"{first_number:,} to {last_number:,}"
        )
    return labels


def break_labels(breaks: tuple[float, ...]) -> list[str]:
    """Legend labels of classes that start at each break, lowest first.

    Parameters
    ----------
    breaks : tuple of float
        Lower bounds, ascending; the last class is open above.
    """
    texts = [number_text(limit) for limit in breaks]
    labels = [f"{low} to {high}" for low, high in pairwise(texts)]
    return [*labels, f"{texts[-1]} and more"] if breaks else []
