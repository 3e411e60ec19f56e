"""Street segments: known networks, a slow oracle over random ones, and what may not change."""

import itertools
from collections import defaultdict

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidParameterError
from spatial.networks.segments import street_segments


def lines_of(*paths):
    return np.array([shapely.LineString(path) for path in paths], dtype=object)


def edges_of(lines):
    """How often each piece between two vertices occurs, whatever its direction."""
    counts = defaultdict(int)
    for line in shapely.get_parts(lines):
        vertices = list(map(tuple, np.round(shapely.get_coordinates(line), 3).tolist()))
        for a, b in itertools.pairwise(vertices):
            if a != b:
                counts[frozenset((a, b))] += 1
    return dict(counts)


def oracle(lines, labels):
    """The edges of each segment: walk from every edge across nodes that join two of one label."""
    edges = []  # (a, b, label)
    for line, label in zip(lines, labels, strict=True):
        vertices = list(map(tuple, np.round(shapely.get_coordinates(line), 3).tolist()))
        edges += [(a, b, label) for a, b in itertools.pairwise(vertices) if a != b]
    # An inner vertex of one line that nothing else touches is no node; one that joins two edges
    # of one label is none either: both are crossed.
    around = defaultdict(list)
    for number, (a, b, _) in enumerate(edges):
        around[a].append(number)
        around[b].append(number)
    group = list(range(len(edges)))

    def root(i):
        while group[i] != i:
            i = group[i]
        return i

    for numbers in around.values():
        if len(numbers) == 2 and edges[numbers[0]][2] == edges[numbers[1]][2]:
            group[root(numbers[0])] = root(numbers[1])
    segments = defaultdict(list)
    for number, (a, b, _) in enumerate(edges):
        segments[root(number)].append(frozenset((a, b)))
    return sorted(sorted(map(sorted, edges)) for edges in segments.values())


POINTS = st.tuples(st.integers(0, 4), st.integers(0, 4))
PATHS = st.lists(
    st.lists(POINTS, min_size=2, max_size=5).filter(lambda path: len(set(path)) > 1),
    min_size=1,
    max_size=7,
)


@given(paths=PATHS, seed=st.integers(0, 5))
def test_segments_are_those_of_a_walk_over_all_edges(paths, seed):
    lines = lines_of(*paths)
    labels = np.random.default_rng(seed).integers(0, 2, len(lines))
    segments = street_segments(lines, labels)
    found = [
        sorted(map(sorted, [edge for edge, n in edges_of([line]).items() for _ in range(n)]))
        for line in segments.lines
    ]
    assert sorted(found) == oracle(lines, labels)
    assert segments.lengths_m.sum() == pytest.approx(shapely.length(lines).sum())


def test_a_crossroads_cuts_and_a_change_of_name_cuts_and_a_file_s_own_cut_does_not():
    lines = lines_of(
        [(0, 0), (50, 0)], [(50, 0), (100, 0)],  # one street in two pieces
        [(100, 0), (200, 0)], [(100, 0), (100, 80)], [(100, -80), (100, 0)],  # a crossroads
        [(200, 0), (300, 0)],  # another name
    )  # fmt: skip
    segments = street_segments(lines, np.array([0, 0, 0, 1, 1, 2]))
    assert sorted(segments.lengths_m.tolist()) == [80, 80, 100, 100, 100]
    assert sorted(segments.first_line.tolist()) == [0, 2, 3, 4, 5]


def test_a_road_that_ends_in_the_middle_of_another_cuts_it_and_a_bridge_does_not():
    joined = lines_of([(0, 0), (50, 0), (100, 0)], [(50, 0), (50, 50)])
    assert sorted(street_segments(joined, np.zeros(2, int)).lengths_m.tolist()) == [50, 50, 50]
    bridge = lines_of([(0, 0), (100, 0)], [(50, -50), (50, 50)])
    assert len(street_segments(bridge, np.zeros(2, int))) == 2


def test_the_order_and_the_direction_of_lines_do_not_matter():
    rng = np.random.default_rng(3)
    lines = lines_of(*(rng.integers(0, 5, (3, 2)).tolist() for _ in range(12)))
    labels = np.zeros(len(lines), int)
    order = rng.permutation(len(lines))
    turned = shapely.reverse(lines[order])
    expected, found = street_segments(lines, labels), street_segments(turned, labels)
    assert [shapely.normalize(line) for line in found.lines] == [
        shapely.normalize(line) for line in expected.lines
    ]


def test_a_ring_is_one_segment_and_a_long_one_is_cut_into_equal_parts():
    ring = lines_of([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)])
    assert street_segments(ring, np.zeros(1, int)).lengths_m.tolist() == [400]
    parts = street_segments(ring, np.zeros(1, int), longest_m=150.0)
    np.testing.assert_allclose(parts.lengths_m, 400 / 3)
    assert parts.first_line.tolist() == [0, 0, 0]


@pytest.mark.parametrize("longest_m", [0.0, -1.0, np.nan, np.inf])
def test_a_length_without_meaning_is_refused(longest_m):
    with pytest.raises(InvalidParameterError, match="longest_m must be"):
        street_segments(lines_of([(0, 0), (1, 0)]), np.zeros(1, int), longest_m=longest_m)
