"""Deprivation: areas by domain with ranks and deciles, and how many are deprived how far."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from boundaries.layers.layer import Layer
from service.analyses.measures.comparison import Baseline, baseline_of
from service.analyses.measures.deprivation_rows import (
    by_area,
    by_decile,
    by_layer,
    by_move,
    deciles_wide,
    layers_wide,
    moves,
)
from service.analyses.measures.editions import Domain, read_edition
from service.analyses.measures.measured_areas import MeasuredAreas
from service.analyses.measures.membership import Membership, membership_of
from service.analyses.measures.rows import DeprivationRow
from service.model.answers import Table
from service.model.provenance import layer_source, provenance
from service.queries.tables.measures import DeprivationQuery
from service.sentences.numbers import counted
from spatial.arrays import BoolArray


class Deprivation:
    """Deprivation of the areas of a layer, from measures named by domain.

    Parameters
    ----------
    areas : MeasuredAreas
        Layers, lookups, and ranks and deciles: measures such as ``income-rank``.
    """

    def __init__(self, areas: MeasuredAreas) -> None:
        self._areas = areas

    def table(self, layer_id: str, query: DeprivationQuery) -> Table:
        """One `DeprivationRow` per area and domain, or numbers of areas.

        Parameters
        ----------
        layer_id : str
            Id of a layer.
        query : DeprivationQuery
            Domains, editions, and what the rows are of.

        Returns
        -------
        Table
            By area most deprived first, with shapes; those of the larger areas by layer.

        Raises
        ------
        UnknownLayerError, UnknownMeasureError
            If there is no such layer or domain.
        InvalidParameterError
            If deciles are not known, and cannot be computed.
        """
        layer = self._areas.layers.get(layer_id)
        inside = self._areas.inside(layer, query.within)
        domains = read_edition(
            self._areas.measures, layer, query.domain, period=query.edition, out_of=query.out_of
        )
        baseline = self._baseline(layer, domains, query)
        larger = query.counted_layer or query.larger_layer
        membership = (
            None
            if larger is None
            else membership_of(layer, self._areas.layers.get(larger), self._areas.crosswalks)
        )
        row: Any = DeprivationRow
        geometries = None
        if query.by == "area":
            content, area = by_area(layer, domains, inside, baseline, membership, query.ends)
            geometries = layer.geometries[area]
        elif query.by == "decile":
            content = by_decile(domains, inside)
            if query.layout == "wide":
                row, content = deciles_wide(content, query.cells)
        elif membership is not None:
            content, area = by_layer(domains, inside, membership, query.percent)
            if query.layout == "wide":
                row, content = layers_wide(content)
            else:
                geometries = membership.larger.geometries[area]
        else:
            content = by_move(domains, inside, baseline)
        return Table(
            kind="deprivation",
            row=row,
            columns=content,
            geometries=geometries,
            crs=layer.crs,
            provenance=provenance(
                sources=self._sources(layer, domains, baseline, membership, query.within),
                filter={"within": query.within},
                method=_method(domains, baseline, query),
                counts={"areas": int(inside.sum())},
                notes=(
                    *_edition_notes(domains, inside),
                    *(() if membership is None else membership.notes(inside)),
                    *(() if baseline is None else _baseline_notes(baseline, domains, inside)),
                    *(_findings(domains, inside, baseline) if query.by == "area" else ()),
                ),
            ),
        )

    def _baseline(
        self, layer: Layer, domains: Sequence[Domain], query: DeprivationQuery
    ) -> Baseline | None:
        """The earlier edition, where one is asked for."""
        if query.baseline_edition is None:
            return None
        return baseline_of(
            self._areas.measures,
            layer,
            [domain.name for domain in domains],
            self._areas.layers.get,
            self._areas.crosswalks,
            period=query.baseline_edition,
            layer_id=query.baseline_layer,
            out_of=query.baseline_out_of,
        )

    def _sources(
        self,
        layer: Layer,
        domains: Sequence[Domain],
        baseline: Baseline | None,
        membership: Membership | None,
        within: str | None,
    ) -> dict[str, Any]:
        """The layer, the measures of each domain, and what they are grouped or compared by."""
        sources: dict[str, Any] = {"layer": layer_source(layer)}
        for domain in domains:
            sources[domain.name] = domain.source()
        if membership is not None:
            sources["larger_layer"] = membership.source()
        if baseline is not None:
            for name, domain in baseline.domains.items():
                sources[f"baseline {name}"] = domain.source()
            if baseline.crosswalk is not None:
                sources["baseline_lookup"] = baseline.crosswalk.source()
        return {**sources, **self._areas.within_sources(within=within)}


def _method(
    domains: Sequence[Domain], baseline: Baseline | None, query: DeprivationQuery
) -> dict[str, Any]:
    """The method of a table."""
    method: dict[str, Any] = {
        "name": "deprivation",
        "by": query.by,
        "domains": [domain.name for domain in domains],
        "edition": domains[0].period,
        "direction": "rank 1 and decile 1 are the most deprived",
        "deciles": {
            domain.name: f"computed: ten times the rank over {domain.out_of:,}, rounded up"
            if domain.is_computed
            else "as loaded"
            for domain in domains
        },
    }
    if query.counted_layer is not None:
        method["percent"] = query.percent
    if query.ends is not None:
        method["ends"] = query.ends
    if baseline is not None:
        method["baseline"] = {"edition": query.baseline_edition, "layer": baseline.layer_id}
    return method


def _edition_notes(domains: Sequence[Domain], inside: BoolArray) -> tuple[str, ...]:
    """Areas whose decile is not known."""
    return tuple(
        f"{counted(missing, 'area has', 'areas have')} no decile of {domain.name} of "
        f"{domain.period}: they are in no share."
        for domain in domains
        if (missing := int(np.count_nonzero(~np.isfinite(domain.decile[inside]))))
    )


def _baseline_notes(
    baseline: Baseline, domains: Sequence[Domain], inside: BoolArray
) -> tuple[str, ...]:
    """What a move between the editions means, and which areas are not compared."""
    notes = ["Ranks are relative: an area may move because others did."]
    if baseline.crosswalk is not None:
        fewer = int(np.count_nonzero(inside & (baseline.position < 0)))
        layer_id = domains[0].columns[0].layer
        notes.append(
            f"The editions are of two vintages of areas, {baseline.layer_id} and "
            f"{layer_id}: unchanged areas are compared, by {baseline.crosswalk.loaded_from}, and "
            f"{fewer:,} of {int(inside.sum()):,} are not."
        )
    return tuple(notes)


def _findings(
    domains: Sequence[Domain], inside: BoolArray, baseline: Baseline | None
) -> tuple[str, ...]:
    """How many areas are in the three most and least deprived deciles, and how many moved."""
    sentences = []
    for domain in domains:
        decile = domain.decile[inside]
        areas = int(np.isfinite(decile).sum())
        sentence = (
            f"{domain.name} of {domain.period}: of {counted(areas, 'area')} "
            f"{int((decile <= 3).sum()):,} are in deciles 1 to 3 and "
            f"{int((decile >= 8).sum()):,} in deciles 8 to 10"
        )
        if baseline is not None:
            move = moves(domain, baseline)[0][inside]
            sentence += (
                f"; of {int(np.isfinite(move).sum()):,} compared with "
                f"{baseline.domains[domain.name].period} {int((move < 0).sum()):,} moved to a "
                f"more deprived decile and {int((move > 0).sum()):,} to a less deprived one"
            )
        sentences.append(f"{sentence}.")
    return tuple(sentences)
