"""Measures of a layer as a profile needs them: what adds up, and shares and means of it."""

import math
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from boundaries.layers.layer import Layer
from service.analyses.growth.household_sizes import HOUSEHOLDS
from service.analyses.inputs.crosswalks import Crosswalks
from service.analyses.inputs.denominators import POPULATION, Denominator, denominator_of
from service.analyses.profiles.lines import Line
from service.analyses.profiles.subjects import Amounts, Subject
from service.queries.tables.profiles import ProfileOptions
from service.store.errors import UnknownMeasureError
from service.store.reference.measures import MeasureStore
from spatial.arrays import BoolArray, FloatArray

DECILE: Final = "decile"
GROUND, MISSING, KNOWN, PART = "ground", "missing:", "known:", "part:"
LEAST_GROUND: Final = 1e-6  # of an area: less is rounding


@dataclass(frozen=True, eq=False)
class LayerMeasures:
    """The measures of a layer that a profile states.

    Attributes
    ----------
    residents : Denominator or None
        What rates are over, and what shares and means are weighted by.
    amounts : tuple of Denominator
        What adds up, first of all the residents.
    deciles, means : tuple of Denominator
        What does not.
    """

    layer: Layer
    residents: Denominator | None
    amounts: tuple[Denominator, ...]
    deciles: tuple[Denominator, ...]
    means: tuple[Denominator, ...]
    most_deprived: int
    _sums: Amounts = field(default_factory=dict)

    @classmethod
    def of(
        cls, measures: MeasureStore, layer: Layer, query: ProfileOptions, crosswalks: Crosswalks
    ) -> "LayerMeasures":
        """The measures that a query names, and those that every profile states.

        Parameters
        ----------
        measures : MeasureStore
            The imported measures.
        layer : Layer
            The areas.
        query : ProfileOptions
            Names measures.
        crosswalks : Crosswalks
            Lookups through which amounts are carried over.

        Returns
        -------
        LayerMeasures
            Of their latest periods where none is named.

        Raises
        ------
        UnknownMeasureError
            If the layer lacks one that is named.
        """

        def read(name: str, *, adds_up: bool) -> Denominator:
            through = crosswalks if adds_up else None  # what does not add up, no lookup carries
            return denominator_of(measures, layer, name, crosswalks=through)

        def first_of(names: tuple[str, ...]) -> Denominator | None:
            for name in names:
                try:
                    return read(name, adds_up=True)
                except UnknownMeasureError:
                    continue
            return None

        residents = (
            first_of(POPULATION)
            if query.denominator is None
            else read(query.denominator, adds_up=True)
        )
        named = [read(name, adds_up=True) for name in query.amount]
        by_default = [first_of(POPULATION), first_of(HOUSEHOLDS)]
        amounts: dict[str, Denominator] = {}
        for measure in (residents, *by_default, *named):
            if measure is not None:
                amounts.setdefault(f"{measure.measure} {measure.period}", measure)
        deciles = [
            info.measure
            for info in measures.available(layer.layer_id)
            if info.measure.endswith(DECILE)
        ]
        return cls(
            layer,
            residents,
            tuple(amounts.values()),
            tuple(read(name, adds_up=False) for name in deciles),
            tuple(read(name, adds_up=False) for name in query.mean),
            query.deciles,
        )

    @property
    def all(self) -> tuple[Denominator, ...]:
        """Every measure."""
        return (*self.amounts, *self.deciles, *self.means)

    @property
    def has_residents(self) -> BoolArray:
        """(areas,) Whether the residents of an area are known."""
        if self.residents is None:
            return np.zeros(len(self.layer), np.bool_)
        return np.asarray(np.isfinite(self.residents.values), np.bool_)

    def sources(self) -> dict[str, Any]:
        """The measures, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        return {f"measure_{k}": measure.source() for k, measure in enumerate(self.all, start=1)}

    def sums(self, subject: Subject) -> dict[str, float]:
        """Everything of the layer that adds up, as much of it as falls into an area.

        Parameters
        ----------
        subject : Subject
            The area.

        Returns
        -------
        dict of str to float
            What `lines` reads.
        """
        if not self._sums:
            self._sums.update(self._columns())
        return subject.sums(self._sums)

    def _columns(self) -> Amounts:
        """What is apportioned: amounts without their gaps, and the gaps."""
        ground = self.layer.areas_km2
        columns: Amounts = {GROUND: ground}
        for k, amount in enumerate(self.amounts):
            columns[f"{k}"] = np.nan_to_num(amount.values)
            columns[f"{MISSING}{k}"] = np.where(np.isfinite(amount.values), 0.0, ground)
        weights = np.zeros(len(ground)) if self.residents is None else self.residents.values
        weights = np.nan_to_num(weights)
        for name, amount, part in self._weighted():
            is_known = np.isfinite(amount.values)
            columns[f"{KNOWN}{name}"] = np.where(is_known, weights, 0.0)
            columns[f"{PART}{name}"] = np.where(is_known, weights * np.nan_to_num(part), 0.0)
        return columns

    def _weighted(self) -> list[tuple[str, Denominator, FloatArray]]:
        """What is weighted by residents: its name, its measure, and its value in each area."""
        deciles = [
            (f"d{k}", decile, (decile.values <= self.most_deprived).astype(np.float64))
            for k, decile in enumerate(self.deciles)
        ]
        return deciles + [(f"m{k}", mean, mean.values) for k, mean in enumerate(self.means)]

    def population(self, sums: dict[str, float]) -> float:
        """The residents among some sums.

        Parameters
        ----------
        sums : dict of str to float
            As `sums` gives them.

        Returns
        -------
        float
            NaN where they are not known.
        """
        return math.nan if self.residents is None else self._amount(sums, 0)

    def _amount(self, sums: dict[str, float], k: int) -> float:
        """An amount; NaN where no part of the area has a value."""
        missing = sums[f"{MISSING}{k}"]
        is_nowhere = missing >= sums[GROUND] * (1.0 - LEAST_GROUND)
        return math.nan if is_nowhere else sums[f"{k}"]

    def lines(self, subject: Subject, sums: dict[str, float]) -> list[Line]:
        """The lines of ground, residents and deprivation.

        Parameters
        ----------
        subject : Subject
            The area.
        sums : dict of str to float
            As `sums` gives them.

        Returns
        -------
        list of Line
            None of them of incidents.
        """
        covered = 100.0 * sums[GROUND] / subject.area_km2
        areas = int(np.count_nonzero(subject.share > 1.0 - 1e-3))
        cut = int(np.count_nonzero((subject.share > 1e-3) & (subject.share <= 1.0 - 1e-3)))
        layer_id = self.layer.layer_id
        lines = [
            Line("area", "ground", "km2", subject.area_km2),
            Line("area", f"ground in {layer_id}", "%", min(covered, 100.0)),
            Line("area", f"areas of {layer_id} inside", "areas", float(areas)),
            Line("area", f"areas of {layer_id} cut by the border", "areas", float(cut)),
        ]
        for k, each in enumerate(self.amounts):
            missing = sums[f"{MISSING}{k}"]
            note = "" if subject.within is None else "shared out by area"
            if missing > LEAST_GROUND * sums[GROUND]:
                note = f"at least: {missing:.3g} km2 have no value"
            value = self._amount(sums, k)
            lines.append(Line("residents", f"{each.measure} {each.period}", "", value, note=note))
        for name, each, _ in self._weighted():
            known, part = sums[f"{KNOWN}{name}"], sums[f"{PART}{name}"]
            value = part / known if known > 0 else math.nan
            unknown = self.population(sums) - known
            note = f"{unknown:,.0f} residents live where it is not known" if unknown > 0.5 else ""
            label = f"{each.measure} {each.period}"
            if name.startswith("d"):
                item = f"residents in the most deprived {10 * self.most_deprived} % by {label}"
                lines.append(Line("deprivation", item, "%", 100.0 * value, note=note))
            else:
                item = f"mean of {label} over residents"
                lines.append(Line("deprivation", item, "", value, note=note))
        return lines
