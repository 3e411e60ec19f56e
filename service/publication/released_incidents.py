"""Incidents made from published cells alone: every analysis runs on them unchanged."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

from boundaries.layers.layer import Layer
from service.access.stand_ins import VARIANTS, Variant
from service.disclosure.density import BlankAreas
from service.disclosure.policies import policy_named
from service.publication.cells import HIDDEN, OUTSIDE, UNLOCATED, PublishedCells
from service.publication.periods import first_covered_days
from service.publication.places import places_of
from service.store.errors import UnknownAttributeError
from service.store.incident_rows import PRECISIONS
from service.store.loaded_incidents import (
    Attribute,
    DatasetInfo,
    Incidents,
    Minutes,
)
from service.store.spatial_order import spatial_order
from spatial.arrays import BoolArray, IntArray, frozen

_MONTH: Final = PRECISIONS.index("month")


@dataclass(frozen=True, eq=False)
class ReleasedIncidents(Incidents):
    """As many incidents as are published of each cell, and nothing else of the dataset.

    They lie at points of their area that no record has a part in, on the first day of the period
    that the data cover, known to the month; they have no attributes, ids or times of day.

    Attributes
    ----------
    cells : PublishedCells
        They are made from these.
    variant : {'low', 'expected', 'high'}
        What hidden cells stand in with.
    is_certain : (n,) bool
        Whether it is there whatever hidden cells stand for.
    """

    cells: PublishedCells = dataclasses.field(kw_only=True, repr=False)
    variant: Variant = dataclasses.field(kw_only=True)
    is_certain: BoolArray = dataclasses.field(kw_only=True, repr=False)

    @property
    def revision(self) -> str:
        """That of the published cells, with the variant; no two tables share it."""
        return revision_of(self.cells, self.variant)

    @property
    def blank_areas(self) -> BlankAreas:
        """The areas with fewer incidents than the policy allows on a density."""
        terms = self.cells.terms
        policy = policy_named(terms.policy.rpartition("-")[0])
        return BlankAreas(
            terms.policy,
            terms.plan.layer,
            policy.mask_below,
            is_counted=self.is_certain,
            maximum_zoom=policy.maximum_zoom,
        )

    @property
    def shortest_step(self) -> str:
        """That of the published periods."""
        return self.cells.terms.plan.period

    def attribute(self, name: str) -> Attribute:
        """No attribute: none is published.

        Parameters
        ----------
        name : str
            Any.

        Returns
        -------
        Attribute
            Never.

        Raises
        ------
        UnknownAttributeError
            Always.
        """
        raise UnknownAttributeError(self.dataset, name, ())

    @cached_property
    def occurred_to(self) -> Minutes:
        """(n,) datetime64[m] No later times are published: NaT."""
        return frozen(np.full(len(self), np.datetime64("NaT"), "datetime64[m]"))

    def rows(self) -> pa.Table:
        """The published cells: there are no rows at rest.

        Returns
        -------
        pyarrow.Table
            A row per cell.
        """
        cells = self.cells
        return pa.table(
            {
                "period": cells.period,
                "area": pa.array(cells.areas).take(pa.array(cells.area)),
                "category": pa.array(cells.categories).take(pa.array(cells.category)),
                "released": pa.array(cells.released, mask=cells.is_hidden),
            }
        )

    def info(self) -> DatasetInfo:
        """What is published of the dataset.

        Returns
        -------
        DatasetInfo
            From the first month covered to the last, with the categories that are published.
        """
        counts = np.bincount(self.category, minlength=len(self.categories))
        span = self.coverage.whole
        return DatasetInfo(
            dataset=self.dataset,
            title=self.title,
            records=len(self),
            located=self.located_count,
            unlocated=len(self) - self.located_count,
            first="" if span is None else span.first.isoformat()[:7],
            last="" if span is None else span.last.isoformat()[:7],
            precision=PRECISIONS[_MONTH],
            categories=dict(zip(self.categories, counts.tolist(), strict=True)),
            version=self.version,
            synthetic=self.synthetic,
            source=self.source,
            licence=self.licence,
            crs=self.crs,
            attributes=(),
        )


def revision_of(cells: PublishedCells, variant: Variant) -> str:
    """The revision of the incidents of a variant.

    Parameters
    ----------
    cells : PublishedCells
        They are made from these.
    variant : {'low', 'expected', 'high'}
        What hidden cells stand in with.

    Returns
    -------
    str
        The same for all variants where no cell is hidden: their answers are the same.
    """
    if variant == "expected" or not cells.has_hidden:
        return f"{cells.revision}-published"
    return f"{cells.revision}-{variant}"


def released_incidents(cells: PublishedCells, layer: Layer) -> Mapping[Variant, ReleasedIncidents]:
    """The incidents of all three variants.

    Parameters
    ----------
    cells : PublishedCells
        Of a dataset.
    layer : Layer
        Of their areas, in the version that they were counted in.

    Returns
    -------
    mapping of str to ReleasedIncidents
        Those of a lower variant are among those of a higher one, at the same places.
    """
    is_hidden = cells.is_hidden
    most = np.where(is_hidden, cells.high, cells.released)
    order = np.lexsort((cells.category, cells.period, cells.area))
    cell = np.repeat(order, most[order])
    number_in_cell = _running(most[order])
    per_area = np.bincount(cells.area, weights=most, minlength=len(cells.areas)).astype(np.int64)
    number_in_area = _running(per_area[per_area > 0])
    position = {code: index for index, code in enumerate(layer.codes)}
    in_layer = np.array([position.get(code, -1) for code in cells.areas], np.int64)
    area = cells.area[cell]
    xy_m = places_of(layer, in_layer[area], number_in_area)
    outside = np.array([code == OUTSIDE for code in cells.areas], np.bool_)
    xy_m[outside[area]] = cells.outside_xy_m
    every = _incidents(cells, layer, cell, xy_m, number_in_cell)
    if not cells.has_hidden:
        return dict.fromkeys(VARIANTS, every["high"])
    return every


def _incidents(
    cells: PublishedCells,
    layer: Layer,
    cell: IntArray,
    xy_m: Any,
    number_in_cell: IntArray,
) -> Mapping[Variant, ReleasedIncidents]:
    """The incidents of each variant, from those of the highest."""
    order, located_count = spatial_order(xy_m, np.ones(len(cell)))
    cell, xy_m, number_in_cell = cell[order], frozen(xy_m[order]), number_in_cell[order]
    plan, coverage = cells.terms.plan, cells.coverage
    days = first_covered_days(cells.period, plan.period, coverage)
    has_code = np.array([code not in (UNLOCATED, OUTSIDE) for code in cells.areas], np.bool_)
    code = np.where(has_code[cells.area], cells.area, -1).astype(np.int32)
    n = len(cell)
    located = np.arange(n) < located_count
    nothing = frozen(np.full(n, -1, np.int32))
    facts = cells.facts
    highest = ReleasedIncidents(
        dataset=cells.dataset,
        version=cells.version,
        title=facts.title,
        source=facts.source,
        licence=facts.licence,
        denominator=facts.denominator,
        description=facts.description,
        limitations=facts.limitations,
        synthetic=facts.synthetic,
        crs=facts.crs,
        coordinates=(),
        coverage=coverage,
        covered=frozen(np.ones(n, np.bool_)),
        occurred=frozen(days[cell].astype("datetime64[m]")),
        precision=frozen(np.full(n, _MONTH, np.int8)),
        xy_m=xy_m,
        located=frozen(located),
        located_count=located_count,
        category=frozen(cells.category[cell]),
        categories=cells.categories,
        subcategory=nothing,
        subcategories=(),
        weight=frozen(np.ones(n)),
        area_code=frozen(code[cell]),
        area_codes=cells.areas,
        area_layer=frozen(np.where(code[cell] >= 0, 0, -1).astype(np.int32)),
        area_layers=(layer.layer_id,),
        attributes=(),
        repeated_ids=0,
        weight_names=(),
        _order=frozen(np.arange(n)),
        _table=None,  # type: ignore[arg-type]
        cells=cells,
        variant="high",
        is_certain=frozen(
            number_in_cell < np.where(cells.is_hidden, cells.low, cells.released)[cell]
        ),
    )
    shown = np.where(cells.released == HIDDEN, 0, cells.released)
    variants: dict[Variant, ReleasedIncidents] = {}
    for variant in VARIANTS:
        stand_in = {"low": cells.low, "expected": cells.expected, "high": cells.high}[variant]
        count = np.where(cells.is_hidden, stand_in, shown)
        variants[variant] = _among(highest, number_in_cell < count[cell], variant)
    return variants


def _among(
    incidents: ReleasedIncidents, is_kept: BoolArray, variant: Variant
) -> ReleasedIncidents:
    """Some of the incidents, in the same order."""
    columns = ("covered", "occurred", "precision", "xy_m", "located", "category", "subcategory")
    arrays: dict[str, Any] = {
        name: frozen(getattr(incidents, name)[is_kept])
        for name in (*columns, "weight", "area_code", "area_layer", "is_certain", "_order")
    }
    located_count = int(np.count_nonzero(is_kept[: incidents.located_count]))
    return dataclasses.replace(incidents, **arrays, located_count=located_count, variant=variant)


def _running(counts: IntArray) -> IntArray:
    """0, 1, 2 ... within each of several groups of so many."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
