"""The bandwidth rules: formula, source and limits of each.

n is the number of records, w_i their weights (ones by default), N the sum of the weights.
Records at equal coordinates are one place, whose weight is their sum. Cross-validation leaves out
whole places, because records snapped to the same place say nothing about each other; leaving out
single records would choose a bandwidth of zero for data with duplicates.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from spatial.arrays import FloatArray, Progress
from spatial.bandwidths.distinct_points import Places
from spatial.bandwidths.pair_distances import (
    DISC,
    DISC_OVERLAP,
    GAUSSIAN,
    GAUSSIAN_TWICE,
    PairFunction,
    PairSums,
    pair_sums,
)
from spatial.density.kernels import KERNELS
from spatial.errors import InvalidParameterError

CANDIDATES = 36
CANDIDATE_SPAN = 160.0  # ratio of the widest to the narrowest standard deviation tried
WIDEST_PER_REFERENCE = 2.0  # multiple of the normal reference, which oversmooths clusters
IQR_PER_SD = 1.3489795003921634  # of a normal distribution
TINY = 1e-300  # keeps the logarithm of an underflown density finite
_NO_ANSWER = "The rule has no answer within the bandwidths tried: the end of the range was used."


@dataclass(frozen=True)
class Sample:
    """The input of every rule: the records, their places, and the caller's options."""

    xy_m: FloatArray
    weight: FloatArray
    places: Places
    area_km2: float | None
    seed: int
    candidates_sd_m: FloatArray | None = None
    on_progress: Progress | None = None


@dataclass(frozen=True)
class Choice:
    """The result of a rule: the standard deviation of the kernel along each axis, metres."""

    sd_m: float
    computed_from: str
    axes_sd_m: tuple[float, float] | None = None
    warnings: tuple[str, ...] = ()


def normal_reference(sample: Sample) -> Choice:
    """The bandwidth that would be optimal if the records were one normal distribution.

    With spread a along the easting and b along the northing, n_e = N^2 / sum w_i^2 and a
    Gaussian of the same width s in every direction, the asymptotic mean integrated squared
    error is least at

        s^6 = 8 a b / (n_e (3 / a^4 + 3 / b^4 + 2 / (a^2 b^2)))

    which is s = a n_e^(-1/6) for a = b: Scott's and Silverman's rule in the plane. The values
    of the single axes are a n_e^(-1/6) and b n_e^(-1/6). The spread is the smaller of the
    standard deviation and the interquartile range / 1.349, so that a few distant records do
    not inflate it. If one axis has no spread, the rule on a line, 1.06 a n_e^(-1/5), is used.

    Oversmooths data with several clusters, because the spread includes the distances between
    towns.

    Silverman (1986), section 4.3.2; Scott (1992), eq. 6.42; Wand and Jones (1995), section 4.3.

    Parameters
    ----------
    sample : Sample
        The records and the options of the rule.
    """
    spread = _axis_spread(sample)
    effective_number = float(sample.weight.sum() ** 2 / (sample.weight**2).sum())
    a, b = (float(value) for value in spread)
    shrinkage = effective_number ** (-1.0 / 6.0)
    basis = f"spread {a:.0f} m east, {b:.0f} m north, effective number {effective_number:.0f}"
    if min(a, b) <= 1e-6 * max(a, b):
        line = (4.0 / 3.0) ** 0.2 * max(a, b) * effective_number ** (-0.2)
        return Choice(line, basis, warnings=("The records lie on a straight line.",))
    curvature = 3.0 / a**4 + 3.0 / b**4 + 2.0 / (a * b) ** 2
    sd = (8.0 * a * b / (effective_number * curvature)) ** (1.0 / 6.0)
    return Choice(sd, basis, axes_sd_m=(a * shrinkage, b * shrinkage))


def arcgis(sample: Sample) -> Choice:
    """The default search radius of the Kernel Density tool of ArcGIS, since 10.2.1.

    r = 0.9 min(SD, sqrt(1 / ln 2) D_m) N^(-1/5), with the standard distance SD and the median
    distance D_m, both weighted, from the weighted mean centre. It is the radius of
    support of the quartic kernel; other kernels get the same standard deviation.

    The exponent and the factor are those of one dimension, and the scale is that of the whole
    extent: it smooths a county strongly, and the result grows with the extent of the data.

    Esri, How Kernel Density works.

    Parameters
    ----------
    sample : Sample
        The records and the options of the rule.
    """
    weight = sample.weight / sample.weight.sum()
    centre = weight @ sample.xy_m
    distance = np.hypot(*(sample.xy_m - centre).T)
    standard_distance = math.sqrt(float(weight @ distance**2))
    median_distance = _weighted_quantile(distance, sample.weight, 0.5)
    total = float(sample.weight.sum())
    radius = (
        0.9
        * min(standard_distance, math.sqrt(1.0 / math.log(2.0)) * median_distance)
        * total ** (-0.2)
    )
    if radius <= 0.0:  # more than half of the weight lies at the mean centre
        radius = 0.9 * standard_distance * total ** (-0.2)
    basis = (
        f"standard distance {standard_distance:.0f} m, "
        f"median distance {median_distance:.0f} m, N {total:g}"
    )
    return Choice(KERNELS["quartic"].sd_m(radius), basis)


def least_squares(sample: Sample) -> Choice:
    """Least-squares (unbiased) cross-validation of the Gaussian, over places.

    Minimises the integral of f^2 less (2 / N) sum_i w_i f_-i(x_i), where f_-i leaves out the
    whole place i: an estimate of the integrated squared error up to a constant.

    Varies a lot between samples, and follows the sharpest cluster.

    Rudemo (1982); Bowman (1984); Silverman (1986), eq. 3.35.

    Parameters
    ----------
    sample : Sample
        The records and the options of the rule.
    """
    weight, total = sample.places.weight, sample.places.total_weight
    self_weight = float((weight**2).sum())

    def criterion(sd: FloatArray, pairs: PairSums) -> FloatArray:
        other_sums, convolved_sums = pairs.other_sums
        squared_integral = (
            pairs.query_weight @ convolved_sums + self_weight / (4.0 * math.pi * sd**2)
        ) / total**2
        other_weight = total - weight[pairs.query]
        return np.asarray(
            squared_integral - 2.0 / total * ((pairs.query_weight / other_weight) @ other_sums)
        )

    return _minimum(sample, (GAUSSIAN, GAUSSIAN_TWICE), criterion)


def likelihood(sample: Sample, *, background: float = 1.0) -> Choice:
    """Likelihood cross-validation of the Gaussian, over places.

    Maximises sum_i w_i log((1 - e) f_-i(x_i) + e / A), where f_-i leaves out the whole place
    i, A is the area of the rectangle about the records, and e = `background` / n: one record
    may lie anywhere. Without it a single record far from all others would determine the
    result.

    The criterion is the likelihood of records at unseen places, so it suits snapped data.
    Sparse country and dense centres count in proportion to their records.

    Habbema, Hermans and van den Broek (1974); Duin (1976); Loader (1999), section 5.3.

    Parameters
    ----------
    sample : Sample
        The records and the options of the rule.
    background : float
        Number of records that may lie anywhere, at least 0.
    """
    weight, total = sample.places.weight, sample.places.total_weight
    background_share = background / sample.places.total_records
    width, height = (float(extent) for extent in np.ptp(sample.places.xy_m, axis=0))

    def criterion(sd: FloatArray, pairs: PairSums) -> FloatArray:
        leave_one_out = pairs.other_sums[0] / (total - weight[pairs.query])[:, None]
        area_m2 = max(width, sd[0]) * max(height, sd[0])
        mixture = (1.0 - background_share) * leave_one_out + background_share / area_m2
        return np.asarray(-(pairs.query_weight @ np.log(np.maximum(mixture, TINY))) / total)

    return _minimum(sample, (GAUSSIAN,), criterion)


def berman_diggle(sample: Sample) -> Choice:
    """The rule of Berman and Diggle: least mean squared error under a Cox process.

    Minimises M(R) = (1 / L - 2 K(R)) / (pi R^2) + J(R) / (pi R^2)^2 over the radius R of a
    disc, where L is the intensity, K Ripley's function and J(R) the integral of the area
    shared by two discs of radius R at distance r against dK(r) up to 2 R. The result has the
    standard deviation of that disc, R / 2. K has no edge correction, so that the size of the
    study area cancels. Apart from a factor n / (n - 1) this is least-squares
    cross-validation of the uniform kernel.

    Chooses small bandwidths for clustered data.

    Diggle (1985); Berman and Diggle (1989), eq. 2.6.

    Parameters
    ----------
    sample : Sample
        The records and the options of the rule.
    """
    weight, total = sample.places.weight, sample.places.total_weight
    self_weight = float((weight**2).sum())

    def criterion(sd: FloatArray, pairs: PairSums) -> FloatArray:
        # K and 1 / L are both proportional to the study area, which is left out of them. The
        # shared area is in units of one disc, so the divisor has one disc less.
        ripley, shared_area = (
            (pairs.query_weight @ sums) / (total**2 - self_weight) for sums in pairs.other_sums
        )
        return np.asarray(
            (self_weight / total**2 - 2.0 * ripley + shared_area) / (4.0 * math.pi * sd**2)
        )

    return _minimum(sample, (DISC, DISC_OVERLAP), criterion)


def cronie_van_lieshout(sample: Sample) -> Choice:
    """The rule of Cronie and van Lieshout: the inverse intensities sum to the area.

    Solves sum_i w_i / f(x_i) = |W| for the Gaussian, where f is the sum over all records (the
    place itself included, no edge correction) per unit of area, and |W| the area of the study
    area (Campbell's formula for h(x) = 1 / intensity).

    Smooths more than cross-validation. The result grows with the study area: a county with
    empty country gets a wide bandwidth.

    Cronie and van Lieshout (2018), eq. 8.

    Parameters
    ----------
    sample : Sample
        The records and the options of the rule.
    """
    area_m2 = _area_m2(sample)

    def excess(sd: FloatArray, pairs: PairSums) -> FloatArray:
        self_weight = sample.places.weight[pairs.query]
        intensity = pairs.other_sums[0] + self_weight[:, None] / (2.0 * math.pi * sd**2)
        return np.asarray(np.log(pairs.query_weight @ (1.0 / intensity)) - math.log(area_m2))

    for sd in _ranges(sample):
        pairs = pair_sums(
            sample.places, sd, (GAUSSIAN,), seed=sample.seed, on_progress=sample.on_progress
        )
        excesses = excess(sd, pairs)
        basis = f"{_said(sample, pairs)}, area {area_m2 / 1e6:g} km^2"
        crossing = np.flatnonzero((excesses[:-1] < 0.0) & (excesses[1:] >= 0.0))
        if len(crossing):
            k = int(crossing[0])
            share = -excesses[k] / (excesses[k + 1] - excesses[k])
            return Choice(float(sd[k] * (sd[k + 1] / sd[k]) ** share), basis)
    return Choice(float(sd[np.argmin(np.abs(excesses))]), basis, warnings=(_NO_ANSWER,))


RULES: Mapping[str, Callable[[Sample], Choice]] = MappingProxyType(
    {
        "normal-reference": normal_reference,
        "arcgis": arcgis,
        "least-squares": least_squares,
        "likelihood": likelihood,
        "berman-diggle": berman_diggle,
        "cronie-van-lieshout": cronie_van_lieshout,
    }
)
"""Every rule by name."""


def _axis_spread(sample: Sample) -> FloatArray:
    """The smaller of standard deviation and interquartile range / 1.349, for each axis."""
    weight = sample.weight / sample.weight.sum()
    deviations = sample.xy_m - weight @ sample.xy_m
    spread: FloatArray = np.sqrt(weight @ deviations**2)
    for axis in (0, 1):
        low, high = (
            _weighted_quantile(deviations[:, axis], sample.weight, q) for q in (0.25, 0.75)
        )
        if high > low:
            spread[axis] = min(spread[axis], (high - low) / IQR_PER_SD)
    return spread


def _weighted_quantile(values: FloatArray, weight: FloatArray, q: float) -> float:
    """The quantile of weighted values, interpolated between mid-ranks."""
    order = np.argsort(values)
    cumulative_weight = np.cumsum(weight[order])
    mid_ranks = (cumulative_weight - weight[order] / 2.0) / cumulative_weight[-1]
    return float(np.interp(q, mid_ranks, values[order]))


def _ranges(sample: Sample) -> list[FloatArray]:
    """Candidate standard deviations: the likely range, then a wider and a narrower one."""
    if sample.candidates_sd_m is not None:
        return [sample.candidates_sd_m]
    widest_sd_m = WIDEST_PER_REFERENCE * normal_reference(sample).sd_m
    likely_sd_m = np.geomspace(widest_sd_m / CANDIDATE_SPAN, widest_sd_m, CANDIDATES)
    # The ranges overlap by one step, so that a minimum at an end lies inside one of them.
    span = CANDIDATE_SPAN / (likely_sd_m[2] / likely_sd_m[0])
    return [likely_sd_m, likely_sd_m * span, likely_sd_m / span]


def _minimum(
    sample: Sample,
    functions: tuple[PairFunction, ...],
    criterion: Callable[[FloatArray, PairSums], FloatArray],
) -> Choice:
    """The lowest candidate, refined by a parabola through its neighbours in log sd."""
    ranges = _ranges(sample)
    sd = ranges[0]
    for _ in ranges[:2]:
        pairs = pair_sums(
            sample.places, sd, functions, seed=sample.seed, on_progress=sample.on_progress
        )
        value = criterion(sd, pairs)
        k = int(np.argmin(value))
        if 0 < k < len(sd) - 1:
            log_sd = _lowest_of_parabola(np.log(sd[k - 1 : k + 2]), value[k - 1 : k + 2])
            return Choice(math.exp(log_sd), _said(sample, pairs))
        if len(ranges) > 1:
            sd = ranges[1] if k else ranges[2]
    return Choice(float(sd[k]), _said(sample, pairs), warnings=(_NO_ANSWER,))


def _lowest_of_parabola(positions: FloatArray, value: FloatArray) -> float:
    """The position of the minimum of a parabola through three equally spaced points."""
    curvature = value[0] - 2.0 * value[1] + value[2]
    step = 0.5 * (value[0] - value[2]) / curvature if curvature > 0.0 else 0.0
    return float(positions[1] + step * (positions[2] - positions[0]) / 2.0)


def _said(sample: Sample, pairs: PairSums) -> str:
    """The number of places and records behind the sums over pairs, in words."""
    text = f"{len(sample.places)} places of {sample.places.total_records} records"
    if pairs.is_sampled:
        text += f", at {len(pairs.query)} of them sampled by weight with seed {sample.seed}"
    return text


def _area_m2(sample: Sample) -> float:
    """Area of the study area, or of the convex hull of the places, m^2."""
    if sample.area_km2 is not None:
        return sample.area_km2 * 1e6
    from shapely import MultiPoint

    area = float(MultiPoint(sample.places.xy_m).convex_hull.area)
    if area <= 0.0:
        raise InvalidParameterError(
            "area_km2", None, "given where all records lie on a straight line"
        )
    return area
