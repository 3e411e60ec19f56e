"""Random arrangements of areas: the tables that all areas of a permutation test share."""

from collections.abc import Iterator

import numpy as np

from spatial.arrays import FloatArray, IndexArray
from spatial.compiled import compiled
from spatial.weights.weights import Neighbours


def block_generator(seed: int, block: int) -> np.random.Generator:
    """The random numbers of one block: a stream of its own, whichever thread runs it."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(block,))))


def rows_per_block_of(permutations: int, depth: int) -> int:
    """Arrangements per block: some blocks for the threads, a block within the cache."""
    rows_for_threads = -(-permutations // 8)
    return int(min(max(rows_for_threads, 128), max(2**19 // depth, 128), 4096))


def arrangement_blocks(
    neighbours: Neighbours, permutations: int, seed: int
) -> Iterator[IndexArray]:
    """The tables of random areas that `permutation_p` uses for these neighbours, in order."""
    depth = depth_of(neighbours)
    rows = rows_per_block_of(permutations, depth)
    for block in range(-(-permutations // rows)):
        size = min(rows, permutations - block * rows)
        yield random_areas(neighbours.n, depth, size, block_generator(seed, block))


def depth_of(neighbours: Neighbours) -> int:
    """Length of an arrangement: the largest neighbourhood and one area more."""
    return min(int(neighbours.counts.max(initial=0)) + 1, neighbours.n)


def random_areas(areas: int, depth: int, rows: int, generator: np.random.Generator) -> IndexArray:
    """A table of random areas, (depth, rows) int32: each column distinct areas in random order."""
    table = np.empty((depth, rows), np.int32)
    # A uniform double times n has a bias below n / 2^53: nothing beside the Monte Carlo error.
    _shuffle_rows(areas, generator.random((rows, depth)), table)
    return table


@compiled
def _shuffle_rows(areas: int, uniforms: FloatArray, table: IndexArray) -> None:
    """Partial Fisher-Yates per arrangement, each from where the last one left off."""
    order = np.arange(areas).astype(np.int32)
    rows, depth = uniforms.shape
    for row in range(rows):
        for position in range(depth):
            swap = position + int(uniforms[row, position] * (areas - position))
            area = order[swap]
            order[swap] = order[position]
            order[position] = area
            table[position, row] = area
