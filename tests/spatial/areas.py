"""Study areas that are awkward: several parts, holes, islands, slivers."""

import shapely
from shapely import Polygon

SQUARE = shapely.box(0, 0, 4_000, 4_000)
WITH_HOLE = Polygon(
    [(100, 100), (3_900, 200), (3_700, 3_900), (300, 3_600)],
    holes=[[(1_000, 1_000), (2_000, 1_100), (1_900, 2_050), (900, 1_900)]],
)
PARTS = shapely.MultiPolygon(
    [
        WITH_HOLE,
        shapely.box(1_200, 1_250, 1_600, 1_700),  # an island in the hole
        Polygon([(4_300, 500), (5_900, 700), (5_200, 3_300)]),
        Polygon([(4_200, 3_800), (5_980, 3_790), (5_990, 3_830)]),  # a sliver
    ]
)
AREAS = {"square": SQUARE, "hole": WITH_HOLE, "parts": PARTS}
