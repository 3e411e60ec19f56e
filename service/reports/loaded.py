"""What is loaded, as an assessment chooses from it: datasets with their months, and layers."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from service.analyses.inputs.conditions import markers_of
from service.analyses.resources import Resources
from service.reports.months import Month
from service.store.incidents import Incidents
from spatial.arrays import IndexArray

MINUTE = 0  # the precision of records that have a time of day
CROWD = 20  # records that share a point with which it is no place of its own
RESIDENTS = ("population", "residents")  # measures that rates are over, in order of preference


@dataclass(frozen=True)
class LoadedDataset:
    """A dataset as it can be assessed.

    Attributes
    ----------
    dataset_id, title : str
        Its names.
    first, last : Month
        Whole months that are covered, with those between them.
    categories, markers : tuple of str
        Those with most records first.
    has_subcategories, is_timed : bool
        Whether records have subcategories, and a time of day.
    crowded_points : int or None
        Points that the records lie on, where most of them share theirs with many: what is located
        no closer than to such a point says nothing of areas that are smaller.
    """

    dataset_id: str
    title: str
    records: int
    first: Month
    last: Month
    categories: tuple[str, ...]
    markers: tuple[str, ...]
    has_subcategories: bool
    is_timed: bool
    crowded_points: int | None = None


@dataclass(frozen=True)
class LoadedLayer:
    """A boundary layer: its id, title and number of areas, and the measure of its residents."""

    layer_id: str
    title: str
    areas: int
    residents: str | None


def loaded_datasets(resources: Resources) -> tuple[LoadedDataset, ...]:
    """The datasets that cover a whole month, that with most records first.

    Parameters
    ----------
    resources : Resources
        The stores, as the audience sees them.
    """
    return tuple(sorted(_datasets(resources), key=lambda part: (-part.records, part.dataset_id)))


def loaded_layers(resources: Resources) -> tuple[LoadedLayer, ...]:
    """The boundary layers, that with most areas first.

    Parameters
    ----------
    resources : Resources
        The stores.
    """
    layers = []
    for layer in resources.layers.all():
        measures = {info.measure for info in resources.measures.available(layer.layer_id)}
        residents = next((name for name in RESIDENTS if name in measures), None)
        title = _title(layer.metadata.title or layer.layer_id)
        layers.append(LoadedLayer(layer.layer_id, title, len(layer), residents))
    return tuple(sorted(layers, key=lambda layer: (-layer.areas, layer.layer_id)))


def _title(text: str) -> str:
    """A title without what the marking of an assessment says already."""
    return text.removesuffix(" (synthetic)")


def _datasets(resources: Resources) -> Iterator[LoadedDataset]:
    for incidents in resources.incidents.all():
        span = incidents.coverage.whole
        if span is None or not len(incidents):
            continue
        first, last = Month.first_of(span), Month.last_of(span)
        if first <= last:
            yield LoadedDataset(
                incidents.dataset,
                _title(incidents.title or incidents.dataset),
                len(incidents),
                first,
                last,
                _by_number(incidents.category, incidents.categories),
                _markers(incidents),
                bool(incidents.subcategories),
                bool((incidents.precision == MINUTE).any()),
                _crowded_points(incidents),
            )


def _crowded_points(incidents: Incidents) -> int | None:
    xy_m = incidents.xy_m[: incidents.located_count]
    _, counts = np.unique(xy_m[:, 0] + 1j * xy_m[:, 1], return_counts=True)
    is_crowded = 2 * counts[counts >= CROWD].sum() > len(xy_m)
    return len(counts) if is_crowded else None


def _by_number(codes: IndexArray, names: Sequence[str]) -> tuple[str, ...]:
    """Names with records, that with most first."""
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    order = sorted(range(len(names)), key=lambda number: (-counts[number], names[number]))
    return tuple(names[number] for number in order if counts[number])


def _markers(incidents: Incidents) -> tuple[str, ...]:
    """The markers of a dataset, that of most records first."""
    if "marker" not in incidents.attributes:
        return ()
    column = incidents.attribute("marker")
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
    numbers: Counter[str] = Counter()
    for value, count in zip(column.values, counts.tolist(), strict=True):
        for marker in markers_of(value):
            numbers[marker] += count
    return tuple(sorted(numbers, key=lambda marker: (-numbers[marker], marker)))
