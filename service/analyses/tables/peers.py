"""The areas of a group side by side: their rates, ranks, and what the others lead to expect."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from service.analyses.tables.ranking import ranks_of
from service.model.rows import (
    COUNT,
    NOTHING,
    AreaRow,
    ColumnValues,
    Discloses,
    column,
    whole_numbers,
)
from service.sentences.numbers import counted, listed, probability
from service.store.reference.area_groups import AreaGroup
from spatial.arrays import FloatArray, IntArray
from spatial.local_statistics.multiplicity import corrected
from spatial.rates.peers import LEAST_PEERS, PeerComparison, compare_with_peers
from spatial.rates.rates import rates

MOST_NAMED: Final = 12
LEVEL: Final = 0.05
METHOD: Final = (
    "each area against the others by a random-effects funnel: the variation between the others is "
    "added to that of chance, t distribution (Spiegelhalter 2005)"
)
_RANK: Final = "1 for the highest; equal areas share a rank."
_BEST: Final = "The best rank that the counts leave open; null for rates without counts."
_WORST: Final = "The worst rank that they leave open."
_RATE: Final = "Rate of the area; of a row behind the areas what its name says."
_LOWER, _UPPER = "Lower end of the rate's 95 % interval.", "Upper end of it."
_DIFFERENCE: Final = "How far the rate is from the mean of the areas, in per cent of it."
_EXPECTED: Final = "The rate that the other areas lead to expect."
_EXPECTED_LOWER: Final = "Lower end of where 95 of 100 areas like the others lie."
_P: Final = "That an area like the others is as far from what they lead to expect, two-sided."
_Q: Final = "The same adjusted for the number of areas (Benjamini-Hochberg)."
_IS_AREA: Final = "Whether it is the area that is looked at; null where none is named."
_OF_COUNT: Final = Discloses.of("count")


class SimilarAreaRow(AreaRow):
    """An area of a group with its rate of incidents; then the mean and quartiles of all."""

    is_area: bool | None = column(_IS_AREA, NOTHING)
    rank: int | None = column(_RANK, _OF_COUNT)
    rank_best: int | None = column(_BEST, _OF_COUNT)
    rank_worst: int | None = column(_WORST, _OF_COUNT)
    count: int | None = column("Incidents; null where there is no data.", COUNT, "incidents")
    denominator: float | None = column("What the rate is over.", NOTHING)
    rate: float | None = column(_RATE, _OF_COUNT)
    lower: float | None = column(_LOWER, _OF_COUNT)
    upper: float | None = column(_UPPER, _OF_COUNT)
    difference_percent: float | None = column(_DIFFERENCE, _OF_COUNT, "%")
    expected: float | None = column(_EXPECTED, _OF_COUNT)
    expected_lower: float | None = column(_EXPECTED_LOWER, _OF_COUNT)
    expected_upper: float | None = column(_UPPER, _OF_COUNT)
    p_value: float | None = column(_P, _OF_COUNT)
    q_value: float | None = column(_Q, _OF_COUNT)


class SimilarMeasureRow(AreaRow):
    """An area of a group with its measure; then the mean and quartiles of all."""

    is_area: bool | None = column(_IS_AREA, NOTHING)
    rank: int | None = column(_RANK, NOTHING)
    rank_best: int | None = column(_BEST, NOTHING)
    rank_worst: int | None = column(_WORST, NOTHING)
    amount: float | None = column("The measure as a count; null for published rates.", NOTHING)
    denominator: float | None = column("What the rate is over.", NOTHING)
    rate: float | None = column(_RATE, NOTHING)
    lower: float | None = column(_LOWER, NOTHING)
    upper: float | None = column(_UPPER, NOTHING)
    difference_percent: float | None = column(_DIFFERENCE, NOTHING, "%")
    expected: float | None = column(_EXPECTED, NOTHING)
    expected_lower: float | None = column(_EXPECTED_LOWER, NOTHING)
    expected_upper: float | None = column(_UPPER, NOTHING)
    p_value: float | None = column(_P, NOTHING)
    q_value: float | None = column(_Q, NOTHING)


@dataclass(frozen=True, eq=False)
class Peers:
    """The areas of a group with what is compared.

    Attributes
    ----------
    group : AreaGroup
    codes, names : tuple of str
        Of the areas.
    count, exposure : (n,) float64
        Counts and their denominators; NaN where there is no data, and for published rates.
    rate, lower, upper : (n,) float64
        With the exact interval of counts.
    rank, best, worst : (n,) int64
        0 where not known.
    comparison : PeerComparison
    """

    group: AreaGroup
    codes: tuple[str, ...]
    names: tuple[str, ...]
    count: FloatArray
    exposure: FloatArray
    rate: FloatArray
    lower: FloatArray
    upper: FloatArray
    rank: IntArray
    best: IntArray
    worst: IntArray
    comparison: PeerComparison

    @property
    def known_rates(self) -> FloatArray:
        """The rates that are known."""
        return self.rate[np.isfinite(self.rate)]

    def columns(self, code: str | None, amount: str) -> dict[str, ColumnValues]:
        """The columns, highest rate first, with mean and quartiles behind the areas.

        Parameters
        ----------
        code : str or None
            The area that is looked at.
        amount : str
            What the column of the counts is called.

        Returns
        -------
        dict of str to (n,) array
            Of `SimilarAreaRow` or `SimilarMeasureRow`.
        """
        order = np.lexsort(
            (np.array(self.codes), np.where(self.rank, self.rank, len(self.rank) + 1))
        )
        whole_counts = np.nan_to_num(self.count).round().astype(np.int64)
        mean = self.known_rates.mean() if len(self.known_rates) else np.nan
        is_area = np.array(
            [None if code is None else area_code == code for area_code in self.codes], object
        )
        columns: dict[str, ColumnValues] = {
            "code": np.array(self.codes, dtype=object),
            "name": np.array([name or None for name in self.names], dtype=object),
            "is_area": is_area,
            "rank": whole_numbers(self.rank, self.rank > 0),
            "rank_best": whole_numbers(self.best, self.best > 0),
            "rank_worst": whole_numbers(self.worst, self.worst > 0),
            amount: whole_numbers(whole_counts, np.isfinite(self.count))
            if amount == "count"
            else self.count,
            "denominator": self.exposure,
            "rate": self.rate,
            "lower": self.lower,
            "upper": self.upper,
            "difference_percent": 100.0 * (self.rate / mean - 1.0) if mean else self.rate * np.nan,
            "expected": self.comparison.expected,
            "expected_lower": self.comparison.lower,
            "expected_upper": self.comparison.upper,
            "p_value": self.comparison.p_value,
            "q_value": corrected(self.comparison.p_value),
        }
        summary = self.summary()
        summary_rows: dict[str, ColumnValues] = {
            "code": np.array(list(summary), dtype=object),
            "name": np.array([_NAMES[key] for key in summary], dtype=object),
            "rate": np.array(list(summary.values())),
        }
        for name, values in columns.items():
            nothing: ColumnValues = np.full(len(summary), np.nan)
            if values.dtype.kind == "O":
                nothing = np.full(len(summary), None, dtype=object)
            columns[name] = np.concatenate([values[order], summary_rows.get(name, nothing)])
        return columns

    def summary(self) -> dict[str, float]:
        """Mean, quartiles and ends of the rates.

        Returns
        -------
        dict of str to float
            NaN where no rate is known.
        """
        if not len(self.known_rates):
            return dict.fromkeys(_NAMES, np.nan)
        ends = np.quantile(self.known_rates, [0.0, 0.25, 0.5, 0.75, 1.0]).tolist()
        return dict(zip(_NAMES, [float(self.known_rates.mean()), *ends], strict=True))

    def notes(self, code: str | None, unit: str) -> tuple[str, ...]:
        """What is said of the area that is looked at, and of areas without data.

        Parameters
        ----------
        code : str or None
            The area that is looked at.
        unit : str
            Of the rates.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        notes = [] if code is None else [self._verdict(self.codes.index(code), unit)]
        missing = [
            f"{self.names[k]} ({self.codes[k]})" if self.names[k] else self.codes[k]
            for k in np.flatnonzero(~np.isfinite(self.rate)).tolist()
        ]
        if missing:
            names = [*missing[:MOST_NAMED], *(["others"] if len(missing) > MOST_NAMED else [])]
            areas = counted(len(missing), "area", "areas")
            notes.append(f"There is no data of {areas} of the group, left out: {listed(names)}.")
        if len(self.known_rates) <= LEAST_PEERS:
            notes.append(
                f"Nothing can be said of chance with fewer than {LEAST_PEERS} other areas."
            )
        return tuple(notes)

    def _verdict(self, area: int, unit: str) -> str:
        """Rate, rank and mean of one area, and whether it is unlike the others."""
        label = self.names[area] or self.codes[area]
        if not np.isfinite(self.rate[area]):
            return f"There is no data of {label} itself."
        rank = f"rank {self.rank[area]} of {len(self.known_rates)}"
        if self.best[area]:
            rank += f" (chance leaves {self.best[area]} to {self.worst[area]} open)"
        text = (
            f"{label}: {self.rate[area]:,.4g} {unit}, {rank}; the mean of the areas is "
            f"{self.known_rates.mean():,.4g}."
        )
        p_value = float(self.comparison.p_value[area])
        if not np.isfinite(p_value):
            return text
        verdict = "more than chance" if p_value < LEVEL else "no more than chance"
        return (
            f"{text} The others lead to expect {self.comparison.lower[area]:,.4g} to "
            f"{self.comparison.upper[area]:,.4g}: the difference is {verdict} "
            f"(p {probability(p_value)})."
        )


_NAMES: Final = {
    "mean": "Mean of the areas",
    "minimum": "Lowest",
    "lower quartile": "Lower quartile",
    "median": "Median",
    "upper quartile": "Upper quartile",
    "maximum": "Highest",
}


def peers_of_counts(
    group: AreaGroup,
    names: tuple[str, ...],
    count: FloatArray,
    exposure: FloatArray,
    *,
    per: float,
) -> Peers:
    """Areas compared by counts over a denominator.

    Parameters
    ----------
    group : AreaGroup
        The areas, in its order.
    names : tuple of str
        Of the areas.
    count, exposure : (n,) float64
        NaN where there is no data.
    per : float
        Rates are per this many of the exposure.

    Returns
    -------
    Peers
        With ranks that exact tests leave open.
    """
    result = rates(count, exposure, per=per)
    known_exposure = np.where(np.isfinite(result.value), exposure, np.nan)
    sets, _ = ranks_of(np.nan_to_num(count).astype(np.int64), known_exposure)
    unscaled = compare_with_peers(count, known_exposure)
    comparison = PeerComparison(
        per * unscaled.expected,
        per * unscaled.lower,
        per * unscaled.upper,
        unscaled.t_value,
        unscaled.p_value,
    )
    return Peers(
        group,
        tuple(group.areas),
        names,
        count,
        exposure,
        result.value,
        result.lower,
        result.upper,
        sets.rank,
        sets.best,
        sets.worst,
        comparison,
    )


def peers_of_rates(group: AreaGroup, names: tuple[str, ...], rate: FloatArray) -> Peers:
    """Areas compared by rates as they were published, whose counts are not known.

    Parameters
    ----------
    group : AreaGroup
        The areas, in its order.
    names : tuple of str
        Of the areas.
    rate : (n,) float64
        NaN where there is no data.

    Returns
    -------
    Peers
        Without intervals, and without limits of ranks.
    """
    nothing, none = np.full(len(rate), np.nan), np.zeros(len(rate), np.int64)
    is_known = np.isfinite(rate)
    rank = none.copy()
    rank[is_known] = [1 + int((rate[is_known] > value).sum()) for value in rate[is_known]]
    comparison = compare_with_peers(rate)
    return Peers(
        group, tuple(group.areas), names, nothing, nothing, rate, nothing, nothing,
        rank, none, none, comparison,
    )  # fmt: skip


def method(query: Any, unit: str) -> dict[str, Any]:
    """How the areas of a group are compared, for the provenance.

    Parameters
    ----------
    query : SimilarAreasQuery or SimilarMeasuresQuery
        The query.
    unit : str
        Of the rates.

    Returns
    -------
    dict of str to Any
        JSON members.
    """
    return {
        "name": "areas among those of their group",
        "area_group": query.area_group,
        "code": query.code,
        "denominator": query.denominator,
        "per": query.per,
        "unit": unit,
        "test": METHOD,
        "correction": "bh",
    }
