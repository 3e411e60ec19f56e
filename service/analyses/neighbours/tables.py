"""Who is whose neighbour: the structure behind every local statistic, as a table."""

from typing import Any, Final

import numpy as np

from service.analyses.inputs.area_layers import AreaLayers
from service.analyses.inputs.neighbours import Neighbourhoods
from service.analyses.inputs.within import areas_inside, resolve
from service.analyses.neighbours.rows import NeighbourRow
from service.model.answers import Table
from service.model.errors import InvalidWithinError, TooMuchWorkError
from service.model.provenance import (
    SOFTWARE,
    layer_source,
    layers_version,
    provenance,
    short_digest,
)
from service.queries.patterns.neighbours import NeighboursQuery
from spatial.arrays import AnyArray, IntArray
from spatial.weights.weights import Neighbours

MAX_ROWS: Final = 2_000_000


class NeighbourTables:
    """Neighbours of the areas of a layer or grid.

    Parameters
    ----------
    layers : AreaLayers
        The layers.
    neighbourhoods : Neighbourhoods
        Neighbours under a rule.
    """

    def __init__(self, layers: AreaLayers, neighbourhoods: Neighbourhoods) -> None:
        self._layers = layers
        self._neighbourhoods = neighbourhoods

    def version(self, layer_id: str, query: NeighboursQuery) -> str:
        """A short digest of everything that the table depends on, apart from the query.

        Parameters
        ----------
        layer_id : str
            Id of a layer or grid.
        query : NeighboursQuery
            The query.

        Returns
        -------
        str
            It changes when a layer or the software does.
        """
        imported = layers_version(self._layers.imported)
        return short_digest(
            imported, self._layers.version(layer_id), self._neighbourhoods.revision(), SOFTWARE
        )

    def table(self, layer_id: str, query: NeighboursQuery) -> Table:
        """One `NeighbourRow` for each area and each of its neighbours, in the layer's order.

        Parameters
        ----------
        layer_id : str
            Id of a layer or grid.
        query : NeighboursQuery
            The rule.

        Returns
        -------
        Table
            An area without neighbours has one row.

        Raises
        ------
        UnknownLayerError, InvalidNeighboursError
            If there is no such layer, or the rule does not make sense for it.
        InvalidWithinError
            If no area has its inner point within.
        TooMuchWorkError
            If there are too many links.
        """
        layer = self._layers.get(layer_id)
        self._neighbourhoods.foresee(layer, query.neighbours)
        inside = np.ones(len(layer), np.bool_)
        if query.within is not None:
            inside = areas_inside(layer, resolve(self._layers.imported, query.within))
            if not inside.any():
                raise InvalidWithinError(
                    query.within,
                    f"no area of layer {layer_id!r} has its inner point within "
                    f"{query.within[:80]}: take a finer layer or a larger area",
                )
        neighbours = self._neighbourhoods.of_areas(layer, query.neighbours, inside)
        islands = neighbours.islands
        rows = neighbours.links + len(islands)
        if rows > MAX_ROWS:
            raise TooMuchWorkError("rows", rows, MAX_ROWS, "ask for fewer or closer neighbours")
        shown = neighbours.row_standardised() if query.standardise else neighbours
        # Areas without neighbours stand in their place among the others.
        origin = np.repeat(np.arange(neighbours.n), neighbours.counts)
        order = np.argsort(np.concatenate([origin, islands]), kind="stable")
        codes, names = (
            np.array(texts, dtype=object)[inside] for texts in (layer.codes, layer.names)
        )
        focal = np.concatenate([origin, islands])[order]
        return Table(
            kind="neighbours",
            row=NeighbourRow,
            columns={
                "code": codes[focal],
                "name": names[focal],
                "neighbour": _at_links(codes, neighbours.indices, order),
                "neighbour_name": _at_links(names, neighbours.indices, order),
                "weight": np.concatenate([shown.weights, np.full(len(islands), np.nan)])[order],
            },
            provenance=provenance(
                sources={"layer": layer_source(layer)},
                filter={"within": query.within},
                method=_method(query, neighbours),
                counts={},
                notes=_notes(neighbours),
            ),
        )


def _at_links(texts: AnyArray, indices: AnyArray, order: IntArray) -> AnyArray:
    """A text of the neighbour of each row, None where there is none."""
    return np.concatenate(
        [texts[indices], np.full(len(order) - len(indices), None, dtype=object)]
    )[order]


def _method(query: NeighboursQuery, neighbours: Neighbours) -> dict[str, Any]:
    """The rule, and what the structure is like."""
    return {
        "name": "neighbours of areas",
        "neighbours": query.neighbours,
        "weights": "divided by their sum in each row" if query.standardise else "as the rule has",
        "areas": neighbours.n,
        "links": neighbours.links,
        "fewest": int(neighbours.counts.min()),
        "mean": float(neighbours.counts.mean()),
        "most": int(neighbours.counts.max()),
        "islands": len(neighbours.islands),
        "parts": _parts(neighbours),
        "is_symmetric": _is_symmetric(neighbours),
    }


def _parts(neighbours: Neighbours) -> int:
    """Number of parts between which no link leads; an island is one."""
    from scipy.sparse import csr_array  # slow to import
    from scipy.sparse.csgraph import connected_components

    links = csr_array(
        (neighbours.weights, neighbours.indices, neighbours.indptr), (neighbours.n, neighbours.n)
    )
    parts, _ = connected_components(links, directed=False)
    return int(parts)


def _is_symmetric(neighbours: Neighbours) -> bool:
    """Whether every neighbour of an area has it as a neighbour."""
    origin = np.repeat(np.arange(neighbours.n), neighbours.counts)
    links = origin * neighbours.n + neighbours.indices
    return bool(
        np.array_equal(links, np.sort(neighbours.indices * np.int64(neighbours.n) + origin))
    )


def _notes(neighbours: Neighbours) -> tuple[str, ...]:
    """That there are areas without neighbours, and what local statistics do with them."""
    islands = len(neighbours.islands)
    if not islands:
        return ()
    subject, them = ("area has", "it") if islands == 1 else ("areas have", "them")
    return (
        (
            f"{islands:,} {subject} no neighbour: no local statistic tests {them}. "
            f"neighbours=queen+nearest joins {them} to the nearest area."
        ),
    )
