"""The bridge to PySAL: neighbours as a `libpysal.graph.Graph`, and from one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from spatial.errors import InvalidNeighboursError
from spatial.weights.weights import Neighbours

if TYPE_CHECKING:
    from libpysal.graph import Graph


def to_graph(
    neighbours: Neighbours, codes: Sequence[str] | None = None, *, with_self: bool = False
) -> "Graph":
    """The neighbours as a graph of PySAL.

    Parameters
    ----------
    neighbours : Neighbours
        Over n areas.
    codes : sequence of n str, optional
        Names of the areas in the graph; their positions by default.
    with_self : bool
        Write the weight of each area itself too, as Gi* and LOSH count it.

    Returns
    -------
    Graph
        Islands are isolates.

    Raises
    ------
    InvalidNeighboursError
        If there are not as many codes as areas, or one stands twice.
    """
    from libpysal.graph import Graph  # slow to import

    ids = np.arange(neighbours.n) if codes is None else np.array(codes, dtype=object)
    if len(ids) != neighbours.n or len(set(ids.tolist())) != len(ids):
        raise InvalidNeighboursError(f"{neighbours.n} areas need as many different codes")
    origin = np.repeat(np.arange(neighbours.n), neighbours.counts)
    # An area without neighbours is its own, with a weight of nothing.
    own = np.arange(neighbours.n) if with_self else neighbours.islands
    own_weights = neighbours.self_weights if with_self else np.zeros(len(own))
    focal, target = np.concatenate([origin, own]), np.concatenate([neighbours.indices, own])
    order = np.lexsort((target, focal))
    weights = np.concatenate([neighbours.weights, own_weights])
    return Graph.from_arrays(ids[focal[order]], ids[target[order]], weights[order])


def from_graph(
    graph: "Graph", codes: Sequence[str] | None = None, *, rule: str = "graph"
) -> Neighbours:
    """The neighbours of a graph of PySAL.

    Parameters
    ----------
    graph : Graph
        Its weights are 0 or more; links of weight 0 are none.
    codes : sequence of n str, optional
        Order of the areas; that of the graph by default.
    rule : str
        Rule that made the graph.

    Returns
    -------
    Neighbours
        With the weights of the graph. Where an area is its own neighbour, that is its weight in
        statistics that count it; else the largest weight of its row.

    Raises
    ------
    InvalidNeighboursError
        If the graph is not of these areas, or has weights below 0 or none that is a number.
    """
    ids = graph.unique_ids.to_numpy()
    position = {code: k for k, code in enumerate(ids.tolist() if codes is None else codes)}
    if len(position) != len(ids) or not all(code in position for code in ids.tolist()):
        raise InvalidNeighboursError(
            f"the graph has {len(ids)} areas, which are not the {len(position)} of these codes"
        )
    adjacency = graph.adjacency
    focal, target = (
        np.array([position[code] for code in adjacency.index.get_level_values(level).tolist()])
        for level in ("focal", "neighbor")
    )
    weights = adjacency.to_numpy(dtype=np.float64)
    is_link = weights != 0.0
    is_own = is_link & (focal == target)
    neighbours = Neighbours.from_pairs(
        len(ids), focal[is_link], target[is_link], weights[is_link], directed=True, rule=rule
    )
    if not is_own.any():
        return neighbours
    self_weights = neighbours.self_weights.copy()
    self_weights[focal[is_own]] = weights[is_own]
    return Neighbours(
        neighbours.indptr,
        neighbours.indices,
        neighbours.weights,
        self_weights=self_weights,
        rule=rule,
    )
