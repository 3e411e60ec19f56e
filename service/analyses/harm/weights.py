"""The harm of each incident: its offence looked up in a harm index, by code or wording."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from service.model.errors import NoHarmMatchError
from service.model.incident_filter import HarmChoice
from service.runtime.single_flight import SingleFlightCache
from service.sentences.numbers import counted
from service.store.incidents import Incidents
from service.store.reference.harm_index import HarmIndex, HarmIndexStore, normalised
from spatial.arrays import BoolArray, FloatArray, IndexArray, IntArray, frozen

MEMORY_BYTES: Final = 128 * 2**20
NO_OFFENCE: Final = -1
NOT_RECORDED: Final = "not recorded"
MOST_NAMED: Final = 12


@dataclass(frozen=True, eq=False)
class IncidentHarm:
    """The harm of the incidents of one dataset version; read-only and shared.

    Attributes
    ----------
    index : HarmIndex
        The index that was looked into.
    column : str
        The column of the dataset that was matched.
    values : tuple of str
        Of that column.
    offence : (values,) int64
        Position in the index of the offence of each value; -1 where the index has none.
    value : (n,) int32
        Position in `values` of each incident; -1 where it has none.
    days : (n,) float64
        Days of harm of each incident; NaN where they are not known, which is not 0.
    """

    index: HarmIndex
    column: str
    values: tuple[str, ...]
    offence: IntArray
    value: IndexArray
    days: FloatArray

    @cached_property
    def is_known(self) -> BoolArray:
        """(n,) whether the harm of an incident is known."""
        return frozen(np.isfinite(self.days))

    def unmatched(self, mask: BoolArray) -> Mapping[str, int]:
        """The values that the index does not have.

        Parameters
        ----------
        mask : (n,) bool
            The incidents to count.

        Returns
        -------
        mapping of str to int
            Incidents of each, the most frequent first.
        """
        value = self.value[mask & ~self.is_known]
        counts = np.bincount(value + 1, minlength=len(self.values) + 1).tolist()
        named = zip((NOT_RECORDED, *self.values), counts, strict=True)
        pairs = sorted((pair for pair in named if pair[1]), key=lambda pair: (-pair[1], pair[0]))
        return dict(pairs)

    def notes(self, mask: BoolArray) -> tuple[str, ...]:
        """What the index does not have, in words.

        Parameters
        ----------
        mask : (n,) bool
            The incidents to say it of.

        Returns
        -------
        tuple of str
            A sentence, or none.
        """
        unmatched = self.unmatched(mask)
        if not unmatched:
            return ()
        named = [f"{value} ({number:,})" for value, number in unmatched.items()]
        rest = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
        note = (
            f"The harm of {counted(sum(unmatched.values()), 'record')} is not known, which is not "
            f"zero: harm index {self.index.index_id} does not have, by {self.column}, "
            f"{', '.join(named[:MOST_NAMED])}{rest}."
        )
        return (note,)

    def source(self) -> dict[str, Any]:
        """The index and the column that was matched, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        return {**self.index.as_source(), "matched_on": self.column}

    def weigh(self, incidents: Incidents) -> Incidents:
        """The incidents with their harm for weights.

        Parameters
        ----------
        incidents : Incidents
            The dataset version that this is the harm of.

        Returns
        -------
        Incidents
            Weights are NaN where the harm is not known: none of these may be selected.
        """
        return dataclasses.replace(incidents, weight=self.days, weight_unit="days of harm")


class Harm:
    """The harm of incidents, looked up once per dataset version and index.

    Parameters
    ----------
    indices : HarmIndexStore
        The imported indices.
    """

    def __init__(self, indices: HarmIndexStore) -> None:
        self._indices = indices
        self._harms: SingleFlightCache[IncidentHarm] = SingleFlightCache(
            MEMORY_BYTES, weigh=lambda harm: harm.days.nbytes + 4_096
        )

    def revision(self) -> str:
        """The version of the indices and its digest.

        Returns
        -------
        str
            Empty where none is imported.
        """
        return self._indices.revision()

    def of(self, incidents: Incidents, choice: HarmChoice) -> IncidentHarm:
        """The harm of each incident of a dataset version.

        Parameters
        ----------
        incidents : Incidents
            One version of a dataset.
        choice : HarmChoice
            By which index, and which column of the dataset.

        Returns
        -------
        IncidentHarm
            Shared; its arrays are read-only.

        Raises
        ------
        UnknownHarmIndexError
            If there is no such index, or several and none is named.
        UnknownAttributeError
            If the dataset has no such attribute.
        NoHarmMatchError
            If the index has none of the dataset's offences.
        """
        index = self._indices.open(choice.index)
        column = choice.column or index.matched_on
        key = (incidents.dataset, incidents.revision, self.revision(), index.index_id, column)
        return self._harms.get(key, lambda: _look_up(incidents, index, column))


def _look_up(incidents: Incidents, index: HarmIndex, column: str) -> IncidentHarm:
    """The harm of incidents by the values of one column."""
    if column == "category":
        codes, values = incidents.category, incidents.categories
    elif column == "subcategory":
        codes, values = incidents.subcategory, incidents.subcategories
    else:
        attribute = incidents.attribute(column.partition(":")[2])
        codes, values = attribute.codes, tuple(_text(value) for value in attribute.values)
    position = index.position
    offence = np.array([position.get(normalised(value), NO_OFFENCE) for value in values], np.int64)
    if len(incidents) and not (offence >= 0).any():
        raise NoHarmMatchError(incidents.dataset, column, values, index.index_id, index.names)
    days_of = np.append(np.append(index.days, np.nan)[offence], np.nan)
    return IncidentHarm(index, column, values, frozen(offence), codes, frozen(days_of[codes]))


def _text(value: object) -> str:
    """A value of an attribute as text; a whole number without a point."""
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
