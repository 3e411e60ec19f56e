"""Maps that tests are made of: lattices, and the one whose values R spdep computed."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spatial.weights.weights import Neighbours

REFERENCE = Path(__file__).parent.parent / "reference" / "spdep"


def lattice(rows: int, cols: int, *, queen: bool = True) -> Neighbours:
    """Queen (or rook) neighbours of the cells of a lattice, in row-major order."""
    cell = np.arange(rows * cols).reshape(rows, cols)
    pairs = [(cell[:, :-1], cell[:, 1:]), (cell[:-1], cell[1:])]
    if queen:
        pairs += [(cell[:-1, :-1], cell[1:, 1:]), (cell[:-1, 1:], cell[1:, :-1])]
    origin = np.concatenate([a.ravel() for a, _ in pairs])
    target = np.concatenate([b.ravel() for _, b in pairs])
    return Neighbours.from_pairs(rows * cols, origin, target, rule="queen")


def random_map(seed: int, areas: int, *, weighted: bool = False) -> Neighbours:
    """Neighbours at random: some islands, some hubs, symmetric links."""
    rng = np.random.default_rng(seed)
    links = int(rng.integers(0, 3 * areas))
    i, j = rng.integers(0, areas, (2, links))
    weights = rng.random(links) + 0.1 if weighted else None
    return Neighbours.from_pairs(areas, i, j, weights)


def neighbours_of(neighbours: Neighbours, position: int) -> NDArray[np.int32]:
    """Positions of the neighbours of one area, ascending."""
    start, stop = neighbours.indptr[position : position + 2]
    return neighbours.indices[start:stop]


def dense_weights(neighbours: Neighbours) -> NDArray[np.float64]:
    """The weights as an (n, n) matrix with zero diagonal."""
    matrix = np.zeros((neighbours.n, neighbours.n))
    for i in range(neighbours.n):
        start, stop = neighbours.indptr[i : i + 2]
        matrix[i, neighbours.indices[start:stop]] = neighbours.weights[start:stop]
    return matrix


def columns(path: Path) -> dict[str, list[str]]:
    """A CSV file as columns of text."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def numbers(text: list[str]) -> NDArray[np.float64]:
    """A column of numbers; R writes NA and NaN for what is not one."""
    return np.array([np.nan if value in ("NA", "NaN") else float(value) for value in text])


@dataclass(frozen=True)
class SpdepMap:
    """The made-up map of tests/reference/spdep, with the columns that R computed."""

    neighbours: Neighbours
    areas: dict[str, NDArray[np.float64]]
    quadrant: tuple[str, ...]
    whole: dict[str, dict[str, float]]

    @classmethod
    def read(cls) -> "SpdepMap":
        edges = columns(REFERENCE / "hotspots_edges.csv")
        text = columns(REFERENCE / "hotspots_areas.csv")
        whole = columns(REFERENCE / "hotspots_global.csv")
        quadrant = tuple(text.pop("quadrant"))
        return cls(
            neighbours=Neighbours.from_pairs(
                len(quadrant), numbers(edges["from"]) - 1, numbers(edges["to"]) - 1
            ),
            areas={name: numbers(column) for name, column in text.items()},
            quadrant=quadrant,
            whole={
                name: {key: float(whole[key][at]) for key in whole if key != "name"}
                for at, name in enumerate(whole["name"])
            },
        )

    def inverse_distance(self) -> Neighbours:
        """The same links weighted by 1 / distance, as in the R code."""
        at = np.array([(k % 7, k // 7) for k in range(self.neighbours.n)], dtype=np.float64)
        i = np.repeat(np.arange(self.neighbours.n), self.neighbours.counts)
        j = self.neighbours.indices
        weights = 1.0 / np.hypot(*(at[i] - at[j]).T)
        return Neighbours.from_pairs(self.neighbours.n, i, j, weights, directed=True)

    def with_island(self) -> Neighbours:
        """The same links without those of the last cell."""
        i = np.repeat(np.arange(self.neighbours.n), self.neighbours.counts)
        j = self.neighbours.indices
        last = self.neighbours.n - 1
        stays = (i != last) & (j != last)
        return Neighbours.from_pairs(self.neighbours.n, i[stays], j[stays])
