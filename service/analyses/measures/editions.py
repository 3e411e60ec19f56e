"""One edition of an index of deprivation: ranks and deciles of the areas of a layer by domain."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from boundaries.layers.layer import Layer
from service.store.errors import UnknownMeasureError
from service.store.reference.measures import MeasureColumn, MeasureStore
from spatial.arrays import BoolArray, FloatArray
from spatial.errors import InvalidParameterError

_NAME: Final = re.compile(r"(.+)[-_](rank|decile)")
DECILES: Final = 10


@dataclass(frozen=True, eq=False)
class Domain:
    """A domain of an edition; arrays are in the order of the layer's codes.

    Attributes
    ----------
    name, period : str
        Such as ``income``, and the edition.
    rank : (n,) float64
        1 is most deprived; NaN where it is not known.
    decile : (n,) float64
        1 is the most deprived tenth; NaN where it is not known.
    out_of : int or None
        How many areas were ranked, where that is said.
    is_computed : bool
        Whether the deciles were computed from the ranks.
    columns : tuple of MeasureColumn
        What they were read from.
    """

    name: str
    period: str
    rank: FloatArray
    decile: FloatArray
    out_of: int | None
    is_computed: bool
    columns: tuple[MeasureColumn, ...]

    def is_most_deprived(self, percent: float) -> BoolArray:
        """Whether each area is in the most deprived share of all that were ranked.

        Parameters
        ----------
        percent : float
            The share in per cent.

        Returns
        -------
        (n,) bool
            False where it is not known.

        Raises
        ------
        InvalidParameterError
            If ranks, and their number, are needed and not there.
        """
        if percent % DECILES == 0:
            return np.asarray(self.decile <= percent / DECILES, np.bool_)
        if self.out_of is None or not np.isfinite(self.rank).any():
            raise InvalidParameterError(
                "percent",
                percent,
                f"a multiple of 10 where {self.name} of {self.period} has deciles; other shares "
                f"need {self.name}-rank and out_of, the number of areas that were ranked",
            )
        return np.asarray(self.rank <= percent / 100.0 * self.out_of, np.bool_)

    def source(self) -> dict[str, Any]:
        """The measures, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        first = self.columns[0]
        return {
            "measures": [column.measure for column in self.columns],
            "period": self.period,
            "layer": first.layer,
            "source": first.source,
            "licence": first.licence,
            "table_version": first.version,
            "synthetic": any(column.synthetic for column in self.columns),
        }


Loaded = dict[str, dict[str, tuple[str, ...]]]


def domains_of(measures: MeasureStore, layer_id: str) -> Loaded:
    """The domains that are loaded for a layer.

    Parameters
    ----------
    measures : MeasureStore
        The imported measures.
    layer_id : str
        Id of the layer.

    Returns
    -------
    dict of str to dict of str to tuple of str
        By domain, in alphabetical order: its measures, each with its periods.
    """
    domains: Loaded = {}
    for info in measures.available(layer_id):
        match = _NAME.fullmatch(info.measure)
        if match:
            domains.setdefault(match[1], {})[info.measure] = info.periods
    return domains


def has_edition(domains: Loaded, names: Iterable[str], period: str) -> bool:
    """Whether some domains are loaded for a period.

    Parameters
    ----------
    domains : dict
        As `domains_of` gives them.
    names : iterable of str
        Of the domains.
    period : str
        Of the edition.

    Returns
    -------
    bool
        False where one of them is missing.
    """
    return all(
        any(period in periods for periods in domains.get(name, {}).values()) for name in names
    )


def read_edition(
    measures: MeasureStore,
    layer: Layer,
    names: Sequence[str],
    *,
    period: str | None,
    out_of: int | None,
) -> tuple[Domain, ...]:
    """The domains of one edition.

    Parameters
    ----------
    measures : MeasureStore
        The imported measures.
    layer : Layer
        The areas.
    names : sequence of str
        Of the domains; empty: all that the edition has.
    period : str or None
        Of the edition; None: the latest of the measures named.
    out_of : int or None
        How many areas were ranked.

    Returns
    -------
    tuple of Domain
        In the order of their names as asked for, or of the alphabet.

    Raises
    ------
    UnknownMeasureError
        If the layer has no such domain, or not of that period.
    InvalidParameterError
        If deciles are neither loaded nor to be computed, or values are no ranks or deciles.
    """
    loaded = domains_of(measures, layer.layer_id)
    for name in names or ("...",):
        if name not in loaded and (names or not loaded):
            every = [info.measure for info in measures.available(layer.layer_id)]
            ranked = [measure for domain in loaded.values() for measure in domain]
            raise UnknownMeasureError(
                layer.layer_id, f"{name}-rank or {name}-decile", tuple(ranked or every)
            )
    periods = {
        one_edition
        for name in names or loaded
        for editions in loaded[name].values()
        for one_edition in editions
    }
    edition = period or max(periods)
    domains = names or [name for name in loaded if has_edition(loaded, [name], edition)]
    for name in domains or list(loaded)[:1]:
        if not has_edition(loaded, [name], edition):
            allowed = [
                f"{m} of {one_edition}"
                for m, editions in loaded[name].items()
                for one_edition in editions
            ]
            raise UnknownMeasureError(
                layer.layer_id, f"{name}-rank or {name}-decile of {edition}", tuple(allowed)
            )
    return tuple(_read(measures, layer, name, loaded[name], edition, out_of) for name in domains)


def _read(
    measures: MeasureStore,
    layer: Layer,
    name: str,
    of_domain: Mapping[str, Sequence[str]],
    period: str,
    out_of: int | None,
) -> Domain:
    """One domain, with deciles from ranks where there are no others."""
    columns = {
        measure[len(name) + 1 :]: measures.column(layer.layer_id, measure, period)
        for measure, periods in of_domain.items()
        if period in periods
    }
    unknown = np.full(len(layer), np.nan)
    values = {kind: column.values_for(layer.codes) for kind, column in columns.items()}
    rank, decile = values.get("rank", unknown), values.get("decile")
    subject = f"{name} of {period}"
    if out_of is not None:
        _check_whole(f"{subject}: rank", rank, out_of)
    is_computed = decile is None
    if decile is None:
        if out_of is None:
            raise InvalidParameterError(
                "out_of",
                None,
                f"the number of areas that were ranked, such as 32844: {subject} has ranks and no "
                f"deciles for {layer.layer_id} (import {name}-decile, or say out_of)",
            )
        decile = np.ceil(DECILES * rank / out_of)
    else:
        _check_whole(f"{subject}: decile", decile, DECILES)
    return Domain(name, period, rank, decile, out_of, is_computed, tuple(columns.values()))


def _check_whole(subject: str, values: FloatArray, highest: int) -> None:
    """Raise InvalidParameterError unless the values are whole numbers from 1 to the highest."""
    numbers = values[np.isfinite(values)]
    wrong = numbers[(numbers < 1) | (numbers > highest) | (numbers != np.floor(numbers))]
    if len(wrong):
        raise InvalidParameterError(
            subject, float(wrong[0]), f"whole numbers from 1 to {highest:,}"
        )
