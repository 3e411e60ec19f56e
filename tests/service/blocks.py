"""The county of the tests in squares of 500 m: enough areas for a test among areas."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from boundaries.layers.layer import Layer, LayerMetadata
from boundaries.storage.store import LayerStore
from service.store.reference.measures import MeasureStore
from service.store.source_files import SourceFile
from tests.service import world

BLOCKS = "block"
SIZE, SIDE_M = 8, 500.0
CODES = tuple(f"B{col}{row}" for col in range(SIZE) for row in range(SIZE))
DISTRICT_OF = {code: "D1" if code[1] in "0123" else "D2" for code in CODES}
RESIDENTS = {code: 250.0 + 10 * int(code[1]) + int(code[2]) for code in CODES} | {"B76": 0.0}
del RESIDENTS["B77"]


def code_at(x_m: float, y_m: float) -> str | None:
    """The block of a place, None outside the county."""
    col, row = int((x_m - world.EAST_M) // SIDE_M), int((y_m - world.NORTH_M) // SIDE_M)
    return f"B{col}{row}" if 0 <= col < SIZE and 0 <= row < SIZE else None


def square(code: str) -> shapely.Polygon:
    """The block of a code."""
    x_m = world.EAST_M + int(code[1]) * SIDE_M
    y_m = world.NORTH_M + int(code[2]) * SIDE_M
    return shapely.box(x_m, y_m, x_m + SIDE_M, y_m + SIDE_M)


def counts(wanted: world.Wanted = world.anything) -> Counter[str]:
    """Incidents per block, by their places: no block has a code that an incident names."""
    codes = (
        code_at(record.x_m, record.y_m)
        for record in world.chosen(wanted)
        if record.x_m is not None and record.y_m is not None
    )
    return Counter(code for code in codes if code is not None)


def weights(*, corners: bool, star: bool) -> np.ndarray:
    """(64, 64) binary weights of the chessboard in the order of the codes."""
    position = np.array([(int(code[1]), int(code[2])) for code in CODES])
    step = np.abs(position[:, None] - position[None, :])
    is_near = step.max(axis=2) == 1 if corners else step.sum(axis=2) == 1
    return (is_near | (np.eye(len(CODES), dtype=bool) & star)).astype(float)


def add(data_dir: Path) -> Path:
    """Put the blocks and their residents to rest in a county's folder."""
    geometries = np.empty(len(CODES), dtype=object)
    geometries[:] = [square(code) for code in CODES]
    metadata = LayerMetadata(
        layer_id=BLOCKS,
        title="Blocks",
        crs=world.CRS,
        vintage="2021",
        source="Test",
        licence="Open",
    )
    names = tuple(f"Block {code}" for code in CODES)
    LayerStore(data_dir / "boundaries", crs=world.CRS).save(
        Layer(metadata, CODES, names, geometries)
    )
    rows = pa.table(
        {
            "layer": [BLOCKS] * len(RESIDENTS),
            "area_code": list(RESIDENTS),
            "measure": ["residents"] * len(RESIDENTS),
            "period": ["2021"] * len(RESIDENTS),
            "value": list(RESIDENTS.values()),
        }
    )
    file = SourceFile.of("residents-of-blocks", b"2021")
    MeasureStore(data_dir / "measures").append(rows, file=file, synthetic=False)
    return data_dir
