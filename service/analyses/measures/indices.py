"""The make-up of an area by classes as an index against a reference: 100 is equal."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from boundaries.layers.layer import Layer
from service.analyses.measures.columns import AreaMeasure, measure_of, periods_of
from service.analyses.measures.measured_areas import MeasuredAreas
from service.analyses.measures.rows import IndexRow
from service.model.answers import Table
from service.model.provenance import layer_source, provenance
from service.model.rows import ColumnValues
from service.queries.tables.measures import IndexQuery
from service.sentences.numbers import counted
from service.store.errors import UnknownMeasureError
from spatial.arrays import BoolArray, FloatArray


class Indices:
    """Indices of the classes of a group, such as kinds of household.

    Parameters
    ----------
    areas : MeasuredAreas
        Layers, measures and lookups.
    """

    def __init__(self, areas: MeasuredAreas) -> None:
        self._areas = areas

    def table(self, layer_id: str, query: IndexQuery) -> Table:
        """One `IndexRow` per class.

        Parameters
        ----------
        layer_id : str
            Id of a layer.
        query : IndexQuery
            Groups, the area and the reference.

        Returns
        -------
        Table
            In the order of the groups, and of the names of their classes.

        Raises
        ------
        UnknownLayerError, UnknownMeasureError
            If there is no such layer or group.
        InvalidWithinError
            If the area or the reference holds no area of the layer.
        """
        layer = self._areas.layers.get(layer_id)
        inside = self._areas.inside(layer, query.within)
        reference = self._areas.inside(layer, query.reference)
        groups = [self._classes(layer, group, query.edition) for group in query.group]
        parts = [
            _of_group(group, classes, inside, reference)
            for group, classes in zip(query.group, groups, strict=True)
        ]
        return Table(
            kind="index",
            row=IndexRow,
            columns={name: np.concatenate([part[name] for part in parts]) for name in parts[0]},
            provenance=provenance(
                sources={
                    "layer": layer_source(layer),
                    **{
                        measure.measure: measure.source()
                        for classes in groups
                        for measure in classes
                    },
                    **self._areas.within_sources(within=query.within, reference=query.reference),
                },
                filter={"within": query.within},
                method={
                    "name": "index against a reference",
                    "groups": list(query.group),
                    "reference": query.reference or f"all areas of {layer_id}",
                    "index": "share in the area / share in the reference x 100",
                },
                counts={"areas": int(inside.sum()), "reference_areas": int(reference.sum())},
                notes=_notes(groups, inside, reference),
            ),
        )

    def _classes(self, layer: Layer, group: str, edition: str | None) -> list[AreaMeasure]:
        """The measures of a group's classes, all of one period."""
        periods = periods_of(self._areas, layer)
        names = sorted(name for name in periods if name.startswith((f"{group}-", f"{group}_")))
        if not names:
            raise UnknownMeasureError(layer.layer_id, f"{group}-...", tuple(sorted(periods)))
        common = sorted(set.intersection(*(set(periods[name]) for name in names)))
        period = edition or (common[-1] if common else "one period of all classes")
        if period not in common:
            allowed = [
                f"{name} of {of_period}" for name in names for of_period in sorted(periods[name])
            ]
            raise UnknownMeasureError(
                layer.layer_id, f"{group}-... of {period}", tuple(common or allowed)
            )
        classes = [measure_of(self._areas, layer, name, period) for name in names]
        for measure in classes:
            if not measure.is_additive:
                raise UnknownMeasureError(
                    layer.layer_id,
                    f"{group}-... that adds up ({measure.measure} does not)",
                    tuple(sorted(periods)),
                )
        return classes


def _of_group(
    group: str, classes: Sequence[AreaMeasure], inside: BoolArray, reference: BoolArray
) -> dict[str, ColumnValues]:
    """The classes of one group."""
    counts = [_sums(classes, mask) for mask in (inside, reference)]
    shares = [100.0 * count / (count.sum() or np.nan) for count in counts]
    index = 100.0 * shares[0] / np.where(shares[1] > 0, shares[1], np.nan)

    def texts(values: Sequence[str]) -> Any:
        return np.array(values, dtype=object)

    return {
        "group": texts([group] * len(classes)),
        "measure": texts([measure.measure for measure in classes]),
        "period": texts([measure.period for measure in classes]),
        "count": counts[0],
        "share": shares[0],
        "reference_count": counts[1],
        "reference_share": shares[1],
        "index": index,
    }


def _sums(classes: Sequence[AreaMeasure], mask: BoolArray) -> FloatArray:
    """(classes,) sums over the areas of which all classes are known."""
    values = np.stack([measure.values[mask] for measure in classes])
    is_known = np.isfinite(values).all(axis=0)
    if not is_known.any():
        return np.full(len(classes), np.nan)
    return np.asarray(values[:, is_known].sum(axis=1), np.float64)


def _notes(
    groups: Sequence[Sequence[AreaMeasure]], inside: BoolArray, reference: BoolArray
) -> tuple[str, ...]:
    """Areas that are left out, and classes that were carried over from another layer."""
    notes = [
        note for group in groups for measure in group for note in measure.carried.carrying_notes()
    ]
    for group in groups:
        is_known = np.isfinite(np.stack([measure.values for measure in group])).all(axis=0)
        for mask, place in ((inside, "the area"), (reference, "the reference")):
            missing = int(np.count_nonzero(mask & ~is_known))
            if missing:
                verb = "has" if missing == 1 else "have"
                notes.append(
                    f"{counted(missing, 'area')} of {place} {verb} no value of one of the classes "
                    f"from {group[0].measure} to {group[-1].measure}: left out, which is not zero."
                )
    return tuple(dict.fromkeys(notes))
