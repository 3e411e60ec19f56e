"""Values into classes for a choropleth, with the words of its legend.

The formulas are those of mapclassify, and the tests compare with it; it is not called here
because loading it takes seconds that a first request would wait for, because its exact
natural breaks cost O(values^2), and because it has no answer for too few distinct values.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import AnyArray, BoolArray, FloatArray, frozen
from spatial.compiled import compiled
from spatial.errors import InvalidParameterError, InvalidValuesError

Scheme = Literal[
    "quantiles",
    "equal-intervals",
    "natural-breaks",
    "head-tail",
    "standard-deviation",
    "pretty",
    "manual",
]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)

Kind = Literal["zero", "interval", "missing", "suppressed"]
MAX_CLASSES = 20
MISSING = "no data"
SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class ValueClass:
    """One line of a legend.

    Attributes
    ----------
    label : str
        Its words: "13 to 30" for whole numbers, "over 5.4 to 7.9" otherwise.
    kind : {"zero", "interval", "missing", "suppressed"}
        What it holds.
    lower, upper : float or None
        Limits of an interval: above `lower` (the first: from it on) up to and with `upper`.
    count : int
        Number of areas in it.
    """

    label: str
    kind: Kind
    lower: float | None
    upper: float | None
    count: int


@dataclass(frozen=True, eq=False)
class Classification:
    """The class of each area, and the classes.

    Attributes
    ----------
    classes : tuple of ValueClass
        Zero first, intervals ascending, then missing and suppressed; those present only.
    index : (n,) int16
        Position in `classes` of each area.
    breaks : tuple of float
        Upper limits of the intervals, ascending; the last is the largest value.
    scheme : str
        As asked for.
    """

    classes: tuple[ValueClass, ...]
    index: NDArray[np.int16]
    breaks: tuple[float, ...]
    scheme: str

    @property
    def legend(self) -> tuple[str, ...]:
        """The words of each class."""
        return tuple(each.label for each in self.classes)

    @property
    def labels(self) -> AnyArray:
        """The words of each area's class, (n,) of str."""
        return np.array([*self.legend, ""], dtype=object)[self.index]


def classify(
    values: ArrayLike,
    *,
    scheme: Scheme = "quantiles",
    classes: int = 5,
    breaks: Sequence[float] | None = None,
    zero_is_class: bool = True,
    suppressed: ArrayLike | None = None,
) -> Classification:
    """Values divided into classes; zero, missing and suppressed are classes of their own.

    Parameters
    ----------
    values : (n,) float64
        One per area; NaN where there is none, never infinite.
    scheme : str
        One of `SCHEMES`. "head-tail", "standard-deviation" and "pretty" decide how many
        classes there are by themselves ("pretty": about `classes`).
    classes : int
        2 to 20. Fewer come out where there are fewer distinct values.
    breaks : sequence of float
        Upper limits, ascending, for the scheme "manual" only; values above the last get a
        class of their own.
    zero_is_class : bool
        Whether values of exactly 0 stand apart: no incident at all is another thing than few.
        Only where no value is negative.
    suppressed : (n,) bool, optional
        Areas whose value may not be shown. Their values take no part in the breaks.

    Returns
    -------
    Classification

    Raises
    ------
    InvalidParameterError
        If there is no such scheme, or classes or breaks have no meaning.
    InvalidValuesError
        If a value is infinite or the array has not one dimension.

    Notes
    -----
    Intervals are closed above: a value equal to a break is in the class below it. Natural
    breaks minimise the sum of squared deviations from the class means exactly (Fisher 1958,
    Jenks 1977). Cost O(n log n), natural breaks O(classes x n log n).

    References
    ----------
    Rey and others, mapclassify (PySAL); Fisher (1958), JASA 53(284); Jiang (2013),
    Professional Geographer 65(3) (head-tail).
    """
    given = np.asarray(values, dtype=np.float64)
    if given.ndim != 1 or np.any(np.isinf(given)):
        raise InvalidValuesError("values", "must be one finite number, or none, per area")
    _check_request(scheme, classes, breaks)
    hidden = np.zeros(len(given), np.bool_)
    if suppressed is not None:
        hidden = np.asarray(suppressed, dtype=np.bool_)
        if hidden.shape != given.shape:
            raise InvalidValuesError("suppressed", "must have one flag per area")
    missing = np.isnan(given) & ~hidden
    shown = given[~(missing | hidden)]
    apart = zero_is_class and not np.any(shown < 0.0)
    is_zero = (given == 0.0) & ~hidden & apart
    divided = ~(missing | hidden | is_zero)
    upper = _breaks(given[divided], scheme, classes, breaks)
    place = np.minimum(np.searchsorted(upper, given[divided], side="left"), len(upper) - 1)
    return _assembled(given, divided, place, upper, is_zero, missing, hidden, scheme)


def compile_kernels() -> None:
    """Compile, or load from the cache, what the first request would otherwise wait for."""
    _natural_breaks(np.array([1.0, 2.0, 4.0, 8.0]), 2)


def _check_request(scheme: str, classes: int, breaks: Sequence[float] | None) -> None:
    """Refuse schemes, numbers of classes and breaks that have no meaning."""
    if scheme not in SCHEMES:
        raise InvalidParameterError("scheme", scheme, f"one of {', '.join(SCHEMES)}")
    if not 2 <= classes <= MAX_CLASSES:
        raise InvalidParameterError("classes", classes, f"from 2 to {MAX_CLASSES}")
    if (breaks is not None) != (scheme == "manual"):
        raise InvalidParameterError(
            "breaks", breaks, "given with the scheme manual, and only then"
        )
    if breaks is not None:
        ascending = np.asarray(breaks, dtype=np.float64)
        if (
            ascending.ndim != 1
            or not 1 <= len(ascending) <= MAX_CLASSES
            or not np.all(np.isfinite(ascending))
            or np.any(np.diff(ascending) <= 0.0)
        ):
            raise InvalidParameterError(
                "breaks", list(breaks), f"1 to {MAX_CLASSES} finite numbers, each above the last"
            )


def _breaks(
    values: FloatArray, scheme: Scheme, classes: int, breaks: Sequence[float] | None
) -> FloatArray:
    """Upper limits of the classes, ascending, the last at or above the largest value."""
    if not len(values):
        return np.empty(0)
    lowest, largest = float(values.min()), float(values.max())
    if scheme == "manual":
        upper = np.asarray(breaks, dtype=np.float64)
        return upper if upper[-1] >= largest else np.append(upper, largest)
    if lowest == largest:
        return np.array([largest])
    distinct = np.unique(values)
    if len(distinct) <= classes and scheme in ("quantiles", "natural-breaks"):
        return distinct
    upper = np.unique(_FORMULAS[scheme](values, classes))
    # A break that is a value but for rounding is that value: else its areas change class.
    near = distinct[np.clip(np.searchsorted(distinct, upper), 0, len(distinct) - 1)]
    below = distinct[np.clip(np.searchsorted(distinct, upper) - 1, 0, len(distinct) - 1)]
    tolerance = 1e-12 * max(abs(lowest), abs(largest))
    upper = np.where(np.abs(upper - near) <= tolerance, near, upper)
    upper = np.where(np.abs(upper - below) <= tolerance, below, upper)
    last = upper[upper >= largest]
    if np.all(values == np.round(values)):
        upper = np.floor(upper)  # no whole number changes class, and the legend can say them
    inside = np.unique(upper[(upper >= lowest) & (upper < largest)])
    return np.append(inside, last[0] if len(last) else largest)


def _quantiles(values: FloatArray, classes: int) -> FloatArray:
    """As many values in each class, by linear interpolation (Hyndman and Fan's type 7)."""
    return np.asarray(np.quantile(values, np.arange(1, classes + 1) / classes), np.float64)


def _equal_intervals(values: FloatArray, classes: int) -> FloatArray:
    """Classes as wide as one another from the lowest value to the largest."""
    return np.linspace(values.min(), values.max(), classes + 1)[1:]


def _head_tail(values: FloatArray, classes: int) -> FloatArray:
    """The mean, then the mean of what is above it, until what is above is all the same."""
    upper, head = [], values
    while len(np.unique(head)) > 1:
        upper.append(float(head.mean()))
        above = head[head > upper[-1]]
        if len(above) in (0, len(head)):
            break
        head = above
    return np.array([*upper, float(values.max())])


def _standard_deviation(values: FloatArray, classes: int) -> FloatArray:
    """One and two standard deviations either side of the mean; then the largest value."""
    centre, deviation = values.mean(), values.std(ddof=1)
    return np.append(centre + deviation * np.array([-2.0, -1.0, 1.0, 2.0]), values.max())


def _pretty(values: FloatArray, classes: int) -> FloatArray:
    """Multiples of 1, 2 or 5 times a power of ten that cover the values (Heckbert 1990)."""
    lowest, largest = float(values.min()), float(values.max())
    span = _nice(largest - lowest, at_least=True)
    step = _nice(span / (classes - 1), at_least=False)
    first, last = np.floor(lowest / step), np.ceil(largest / step)
    return np.arange(first + 1, last + 1) * step


def _nice(number: float, *, at_least: bool) -> float:
    """The nearest (or the next) of 1, 2, 5 and 10 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(number))
    limits = (1.0, 2.0, 5.0) if at_least else (1.5, 3.0, 7.0)
    place = int(np.searchsorted(limits, number / power, side="left" if at_least else "right"))
    return float((1.0, 2.0, 5.0, 10.0)[place] * power)


def _natural_breaks(values: FloatArray, classes: int) -> FloatArray:
    """Breaks with the least sum of squared deviations from the means of the classes."""
    distinct, times = np.unique(values, return_counts=True)
    count = np.concatenate([[0.0], np.cumsum(times)])
    # From the mean, so that the squares keep their digits for values far from 0.
    centred = distinct - values.mean()
    total = np.concatenate([[0.0], np.cumsum(times * centred)])
    squares = np.concatenate([[0.0], np.cumsum(times * centred * centred)])
    ends = np.empty(classes, np.int64)
    _best_partition(count, total, squares, ends)
    return np.asarray(distinct[ends], np.float64)


_FORMULAS: Mapping[str, Callable[[FloatArray, int], FloatArray]] = MappingProxyType(
    {
        "quantiles": _quantiles,
        "equal-intervals": _equal_intervals,
        "natural-breaks": _natural_breaks,
        "head-tail": _head_tail,
        "standard-deviation": _standard_deviation,
        "pretty": _pretty,
    }
)


@compiled
def _best_partition(
    count: FloatArray, total: FloatArray, squares: FloatArray, ends: NDArray[np.int64]
) -> None:
    """Last position of each class of the best partition of ascending values.

    The best start of the last class never moves down as values are added, so that the middle
    value's best start bounds those of both halves (divide and conquer).
    """
    n, classes = len(count) - 1, len(ends)
    cost = np.empty((classes, n))
    start = np.zeros((classes, n), np.int64)
    for last in range(n):
        cost[0, last] = squares[last + 1] - total[last + 1] ** 2 / count[last + 1]
    todo = np.empty((2 * n + 4, 4), np.int64)
    for level in range(1, classes):
        cost[level, :level] = 0.0
        for last in range(level):
            start[level, last] = last
        todo[0, 0], todo[0, 1], todo[0, 2], todo[0, 3] = level, n - 1, level, n - 1
        waiting = 1
        while waiting > 0:
            waiting -= 1
            low, high, least, most = todo[waiting]
            if low > high:
                continue
            middle = (low + high) // 2
            best, best_start = np.inf, least
            for first in range(least, min(middle, most) + 1):
                members = count[middle + 1] - count[first]
                inside = total[middle + 1] - total[first]
                within = squares[middle + 1] - squares[first] - inside * inside / members
                whole = cost[level - 1, first - 1] + within
                if whole < best:
                    best, best_start = whole, first
            cost[level, middle] = best
            start[level, middle] = best_start
            todo[waiting, 0], todo[waiting, 1] = low, middle - 1
            todo[waiting, 2], todo[waiting, 3] = least, best_start
            todo[waiting + 1, 0], todo[waiting + 1, 1] = middle + 1, high
            todo[waiting + 1, 2], todo[waiting + 1, 3] = best_start, most
            waiting += 2
    last = n - 1
    for level in range(classes - 1, -1, -1):
        ends[level] = last
        last = start[level, last] - 1


def _assembled(
    given: FloatArray,
    divided: BoolArray,
    place: AnyArray,
    upper: FloatArray,
    is_zero: BoolArray,
    missing: BoolArray,
    hidden: BoolArray,
    scheme: str,
) -> Classification:
    """The classes that hold something or lie between those that do, and each area's place."""
    index = np.full(len(given), -1, np.int16)
    classes: list[ValueClass] = []
    if is_zero.any():
        index[is_zero] = 0
        classes.append(ValueClass("0", "zero", 0.0, 0.0, int(is_zero.sum())))
    if len(upper):
        index[divided] = len(classes) + place
        lower = np.concatenate([[min(given[divided].min(), upper[0])], upper[:-1]])
        texts = _interval_texts(given[divided], lower, upper, place)
        members = np.bincount(place, minlength=len(upper))
        classes.extend(
            ValueClass(text, "interval", float(low), float(high), int(held))
            for text, low, high, held in zip(texts, lower, upper, members, strict=True)
        )
    for label, kind, those in ((MISSING, "missing", missing), (SUPPRESSED, "suppressed", hidden)):
        if those.any():
            index[those] = len(classes)
            classes.append(ValueClass(label, kind, None, None, int(those.sum())))  # type: ignore[arg-type]
    return Classification(tuple(classes), frozen(index), tuple(map(float, upper)), scheme)


def _interval_texts(
    values: FloatArray, lower: FloatArray, upper: FloatArray, place: AnyArray
) -> list[str]:
    """Words of each interval, with as few decimals as leave every value where it is."""
    if np.all(values == np.round(values)) and np.all(upper[:-1] == np.round(upper[:-1])):
        return _whole_number_texts(lower, upper)
    decimals, inner = _shortest(values, upper, place)
    scale = 10.0**decimals
    first, last = np.floor(lower[0] * scale) / scale, np.ceil(upper[-1] * scale) / scale
    limits = [first, *inner, last]
    texts = [f"{limit:,.{decimals}f}" for limit in limits]
    words = [f"over {low} to {high}" for low, high in pairwise(texts)]
    words[0] = words[0].removeprefix("over ")
    return words


def _shortest(values: FloatArray, upper: FloatArray, place: AnyArray) -> tuple[int, FloatArray]:
    """Decimals, and the breaks but the last rounded to them: no value changes class.

    A break that is itself a value may only be rounded up.
    """
    inner = upper[:-1]
    for decimals in range(12):
        scale = 10.0**decimals
        for rounded in (np.round(inner, decimals), np.ceil(inner * scale) / scale):
            distinct = np.all(np.diff(np.concatenate([rounded, upper[-1:]])) > 0.0)
            if distinct and np.array_equal(np.searchsorted(rounded, values, side="left"), place):
                return decimals, rounded
    return 12, np.round(inner, 12)


def _whole_number_texts(lower: FloatArray, upper: FloatArray) -> list[str]:
    """Words of intervals that hold whole numbers: the first and the last of each."""
    words = []
    for at, (low, high) in enumerate(zip(lower, upper, strict=True)):
        first = int(np.ceil(low)) if at == 0 else int(np.floor(low)) + 1
        last = int(np.floor(high))
        words.append(f"{first:,}" if first >= last else f"{first:,} to {last:,}")
    return words


def break_labels(breaks: tuple[float, ...]) -> list[str]:
    """The words of a legend for classes that begin at each break, lowest first.

    Parameters
    ----------
    breaks : tuple of float
        Lower bounds, ascending; the last class is open above.
    """
    labels = [f"{low:g} to {high:g}" for low, high in pairwise(breaks)]
    return [*labels, f"{breaks[-1]:g} and more"] if breaks else []
