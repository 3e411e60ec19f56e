"""Kulldorff's scan statistic: the strongest window, and how often chance has one as strong."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import BoolArray, FloatArray, IntArray, Progress, checked_values
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.local_statistics.arrangements import block_generator
from spatial.local_statistics.permutation import check_draws
from spatial.scans._kernels import scan_runs
from spatial.scans.models import ScanModel, poisson_model
from spatial.scans.windows import Windows, windows_of

Rates = Literal["high", "low", "both"]
PENALTIES: Final = {"none": 0.0, "medium": 0.5, "strong": 1.0}
LEAST_CASES: Final = 2
_VALUES_PER_BLOCK: Final = 2**20
_ROUNDING: Final = 1e-9
_ANYWHERE: Final = np.zeros(0)


@dataclass(frozen=True, eq=False)
class Spans:
    """Stretches of steps that a window may have.

    Attributes
    ----------
    ends : (spans, 2) int64
        First step, and the step behind the last.
    """

    ends: IntArray


@dataclass(frozen=True, eq=False)
class Cluster:
    """A window with more, or fewer, incidents than expected.

    Attributes
    ----------
    places : (members,) int64
        Places in it, nearest to the centre first.
    centre : int
        Place in its middle.
    radius_m : float
        Shortest half axis, metres.
    ratio, angle_deg : float
        Longest over shortest axis, and the angle of the longest from east, anticlockwise.
    first_step, last_step : int
        Both inclusive.
    cases : int
        Incidents in it.
    expected : float
        Incidents expected.
    relative_risk : float
        The rate in it over that elsewhere; infinite where all incidents are in it.
    log_ratio : float
        Log likelihood ratio.
    statistic : float
        The same, times the penalty of its shape.
    p_value : float
        Share of null maps whose strongest window is as strong, the map itself included; NaN
        without null maps.
    """

    places: IntArray
    centre: int
    radius_m: float
    ratio: float
    angle_deg: float
    first_step: int
    last_step: int
    cases: int
    expected: float
    relative_risk: float
    log_ratio: float
    statistic: float
    p_value: float


@dataclass(frozen=True, eq=False)
class Scan:
    """What a scan finds.

    Attributes
    ----------
    clusters : tuple of Cluster
        Strongest first; none has a place in common with a stronger one.
    maxima : (draws,) float64
        The statistic of the strongest window of each null map.
    """

    clusters: tuple[Cluster, ...]
    maxima: FloatArray


def spans_of(exposure: ArrayLike, *, largest_share: float = 0.5, is_alive: bool = False) -> Spans:
    """The stretches of steps up to a share of the period.

    Parameters
    ----------
    exposure : (steps,) float64
        Length of each step.
    largest_share : float
        Of the period in a stretch, above 0 and at most 0.9; one step is always allowed.
    is_alive : bool
        Only those that last to the end: of a prospective scan.

    Returns
    -------
    Spans
        At least one.

    Raises
    ------
    InvalidParameterError
        If the share is out of range.
    """
    days = checked_values(exposure, name="exposure")
    if not 0.0 < largest_share <= 0.9:
        raise InvalidParameterError("largest_share", largest_share, "above 0 and at most 0.9")
    reached = np.concatenate([[0.0], np.cumsum(days)])
    first, behind = np.triu_indices(len(days) + 1, 1)
    length = reached[behind] - reached[first]
    is_allowed = (length <= largest_share * reached[-1] * (1.0 + _ROUNDING)) | (
        behind == first + 1
    )
    if is_alive:
        is_allowed &= behind == len(days)
    return Spans(np.column_stack([first, behind])[is_allowed].astype(np.int64))


WHOLE_PERIOD: Final = Spans(np.array([[0, 1]], np.int64))


def scan(
    model: ScanModel,
    windows: Windows,
    spans: Spans = WHOLE_PERIOD,
    *,
    rates: Rates = "high",
    penalty: float = 0.0,
    draws: int = 999,
    most_clusters: int = 10,
    seed: int = 0,
    threads: int = 1,
    on_progress: Progress | None = None,
) -> Scan:
    """The windows that a null hypothesis explains worst.

    Parameters
    ----------
    model : ScanModel
        Counts and null hypothesis.
    windows : Windows
        Over the same places.
    spans : Spans
        Of the same steps.
    rates : {'high', 'low', 'both'}
        Look for windows with more incidents than expected, with fewer, or for both.
    penalty : float
        Power a of the compactness 4 r / (r + 1)^2 that the statistic of an ellipse of axes r to
        1 is multiplied by; 0 or more.
    draws : int
        Null maps, up to 999,999; 0: no p.
    most_clusters : int
        Clusters that are reported, 1 or more.
    seed : int
        Seed of the null maps: one seed, one answer.
    threads : int
        Null maps are scanned in so many threads; the answer does not depend on it.
    on_progress : callable, optional
        Called between blocks of null maps; what it raises ends the scan.

    Returns
    -------
    Scan
        Without clusters where no window has two incidents and more than expected.

    Raises
    ------
    InvalidParameterError, InvalidValuesError
        If a parameter is out of range, or model, windows and spans do not fit each other.

    Notes
    -----
    Null hypothesis: that of the model, given the number of incidents. Alternative: one window
    has another rate than the rest. p is (b + 1) / (R + 1), with b the null maps whose strongest
    window is at least as strong; it allows for all windows that were tried. That of a further
    cluster is compared with the strongest of each null map too, and so is too large rather than
    too small. A window of high rates has at least two incidents, in null maps as in the data.
    Where counts are few and populations alike, statistics tie and p is too large.
    Cost O(draws x positions x spans), about 2 ns each.

    References
    ----------
    Kulldorff (1997), Communications in Statistics: Theory and Methods 26(6), 1481-1496;
    Kulldorff (2001), JRSS A 164(1) (space and time, prospective); Kulldorff and others (2005),
    PLoS Medicine 2(3), e59 (space-time permutation); Kulldorff and others (2006), Statistics in
    Medicine 25(22) (ellipses).
    """
    check_draws(draws or 1, seed, threads)
    if len(windows.xy_m) != len(model.counts):
        raise InvalidValuesError("counts", f"must have {len(windows.xy_m)} places, as the windows")
    if int(spans.ends.max()) > model.counts.shape[1]:
        raise InvalidValuesError("spans", "must be of the steps of the counts")
    if most_clusters < 1:
        raise InvalidParameterError("most_clusters", most_clusters, "1 or more")
    if penalty < 0.0:
        raise InvalidParameterError("penalty", penalty, "0 or more")
    if not model.cases:
        return Scan((), np.zeros(draws))
    search = _Search(model, windows, spans, rates, penalty)
    maxima = _null_maxima(search, draws, seed, threads, on_progress)
    clusters: list[Cluster] = []
    is_barred = np.zeros(len(model.counts), np.bool_)
    while len(clusters) < most_clusters:
        cluster = search.strongest(is_barred, maxima)
        if cluster is None:
            break
        clusters.append(cluster)
        is_barred[cluster.places] = True
    return Scan(tuple(clusters), maxima)


class _Search:
    """The windows and spans of a scan, prepared once for the data and every null map."""

    def __init__(
        self, model: ScanModel, windows: Windows, spans: Spans, rates: Rates, penalty: float
    ) -> None:
        self.model, self.windows, self.spans = model, windows, spans
        ratio = windows.ratio
        self.penalty = (4.0 * ratio / (ratio + 1.0) ** 2) ** penalty
        reached = np.concatenate([[0.0], np.cumsum(model.step_share)])
        self.span_share = reached[spans.ends[:, 1]] - reached[spans.ends[:, 0]]
        self.limits = (
            float(model.cases),
            model.population,
            rates in ("high", "both"),
            rates in ("low", "both"),
            LEAST_CASES,
        )

    def largest(self, counts: IntArray) -> float:
        """The statistic of the strongest window of a map."""
        none = np.zeros(0, np.int64)
        is_barred = np.zeros(len(counts), np.bool_)
        return self._scan(counts, is_barred, (_ANYWHERE, none, none))

    def strongest(self, is_barred: BoolArray, maxima: FloatArray) -> Cluster | None:
        """The strongest window without a barred place; None where there is none."""
        windows, model = self.windows, self.model
        runs = len(windows.centre)
        best, position, span = np.zeros(runs), np.zeros(runs, np.int64), np.zeros(runs, np.int64)
        if self._scan(model.counts, is_barred, (best, position, span)) <= 0.0:
            return None
        # Windows of the same places about other centres differ by rounding: the first of them.
        run = int(np.argmax(best >= best.max() * (1.0 - _ROUNDING)))
        places = windows.order[windows.starts[run] : position[run] + 1].astype(np.int64)
        first, behind = self.spans.ends[span[run]].tolist()
        cases = int(model.counts[places, first:behind].sum())
        expected = float(model.expected[places].sum() * self.span_share[span[run]])
        elsewhere = (model.cases - cases) / (model.cases - expected)
        statistic = float(best[run])
        as_strong = int(np.count_nonzero(maxima >= statistic * (1.0 - _ROUNDING)))
        return Cluster(
            places=places,
            centre=int(windows.centre[run]),
            radius_m=windows.radius_m(run, int(position[run])),
            ratio=float(windows.ratio[run]),
            angle_deg=float(windows.angle_deg[run]),
            first_step=first,
            last_step=behind - 1,
            cases=cases,
            expected=expected,
            relative_risk=cases / expected / elsewhere if elsewhere else np.inf,
            log_ratio=statistic / float(self.penalty[run]),
            statistic=statistic,
            p_value=(as_strong + 1) / (len(maxima) + 1) if len(maxima) else np.nan,
        )

    def _scan(
        self,
        counts: IntArray,
        is_barred: BoolArray,
        best: tuple[FloatArray, IntArray, IntArray],
    ) -> float:
        windows = self.windows
        prefix = np.zeros((counts.shape[0], counts.shape[1] + 1), np.int64)
        np.cumsum(counts, axis=1, out=prefix[:, 1:])
        return float(
            scan_runs(
                windows.order,
                windows.starts,
                windows.is_end,
                self.penalty,
                prefix,
                self.model.expected,
                self.spans.ends,
                self.span_share,
                self.limits,
                is_barred,
                *best,
            )
        )


def _null_maxima(
    search: _Search, draws: int, seed: int, threads: int, on_progress: Progress | None
) -> FloatArray:
    """The strongest window of each null map, in the order of the draws."""
    rows = int(np.clip(_VALUES_PER_BLOCK // search.model.counts.size, 1, 32))
    blocks = -(-draws // rows)

    def maxima_of(block: int) -> list[float]:
        size = min(rows, draws - block * rows)
        drawn = search.model.draw(block_generator(seed, block), size)
        return [search.largest(counts) for counts in drawn]

    maxima: list[float] = []
    if not draws:
        return np.zeros(0)
    with ThreadPoolExecutor(min(threads, blocks)) as pool:
        block_maxima = (
            map(maxima_of, range(blocks)) if threads == 1 else pool.map(maxima_of, range(blocks))
        )
        try:
            for part in block_maxima:
                maxima.extend(part)
                if on_progress is not None:
                    on_progress(len(maxima), draws)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return np.array(maxima)


def compile_kernels() -> None:
    """Compile the kernels, or load them from the cache, before the first request needs them."""
    xy_m = np.column_stack([np.arange(4.0), np.zeros(4)])
    scan(poisson_model([0, 1, 2, 4], [1, 1, 2, 1]), windows_of(xy_m, np.ones(4)), draws=1)
