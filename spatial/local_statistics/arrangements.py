"""Random arrangements of areas: tables shared by all areas of a permutation test."""

from collections.abc import Iterator

import numpy as np

from spatial.arrays import FloatArray, IndexArray
from spatial.compiled import compiled
from spatial.weights.weights import Neighbours


def block_generator(seed: int, block: int, *, stage: int = 0) -> np.random.Generator:
    """The random generator of one block: its stream does not depend on the thread.

    Parameters
    ----------
    seed : int
        Seed of the whole test.
    block : int
        Number of the block.
    stage : int
        Blocks of a later stage are other arrangements than those of the first.
    """
    spawn_key = (block,) if stage == 0 else (block, stage)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=spawn_key)))


def rows_per_block_of(permutations: int, depth: int) -> int:
    """Arrangements per block: enough blocks for the threads, each small enough for the cache.

    Parameters
    ----------
    permutations : int
        Number of arrangements.
    depth : int
        Length of an arrangement.
    """
    rows_for_threads = -(-permutations // 8)
    return int(min(max(rows_for_threads, 128), max(2**19 // depth, 128), 4096))


def arrangement_blocks(
    neighbours: Neighbours, permutations: int, seed: int, *, stage: int = 0
) -> Iterator[IndexArray]:
    """The tables of random areas that one stage of `permutation_p` uses, in order.

    Parameters
    ----------
    neighbours : Neighbours
        Structure over the areas.
    permutations, seed : int
        As for `permutation_p`; of the stage alone.
    stage : int
        0 for the first arrangements, 1 for those drawn further.
    """
    depth = depth_of(neighbours)
    rows = rows_per_block_of(permutations, depth)
    for block in range(-(-permutations // rows)):
        size = min(rows, permutations - block * rows)
        yield random_areas(neighbours.n, depth, size, block_generator(seed, block, stage=stage))


def depth_of(neighbours: Neighbours) -> int:
    """Length of an arrangement: the size of the largest neighbourhood, plus one.

    Parameters
    ----------
    neighbours : Neighbours
        Structure over the areas.
    """
    return min(int(neighbours.counts.max(initial=0)) + 1, neighbours.n)


def random_areas(areas: int, depth: int, rows: int, generator: np.random.Generator) -> IndexArray:
    """A (depth, rows) int32 table of random areas; each column holds distinct areas.

    Parameters
    ----------
    areas : int
        Number of areas.
    depth, rows : int
        Length and number of the arrangements.
    generator : numpy.random.Generator
        Source of the random numbers.
    """
    table = np.empty((depth, rows), np.int32)
    # A uniform double times n has a bias below n / 2^53, far below the Monte Carlo error.
    _shuffle_rows(areas, generator.random((rows, depth)), table)
    return table


@compiled
def _shuffle_rows(areas: int, uniforms: FloatArray, table: IndexArray) -> None:
    """Partial Fisher-Yates shuffle per arrangement, each starting from the order of the last."""
    order = np.arange(areas).astype(np.int32)
    rows, depth = uniforms.shape
    for row in range(rows):
        for position in range(depth):
            swap = position + int(uniforms[row, position] * (areas - position))
            area = order[swap]
            order[swap] = order[position]
            order[position] = area
            table[position, row] = area
