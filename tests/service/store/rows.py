"""Small incident tables for the tests of the store."""

import numpy as np
import pyarrow as pa

from service.store.source_files import SourceFile

CRS = "EPSG:27700"


def a_file(name: str, content: bytes = b"") -> SourceFile:
    return SourceFile.of(name, content or name.encode())


def incident_rows(n: int, *, seed: int = 0, **columns: object) -> pa.Table:
    """n incidents around Cambridge, every tenth not located."""
    rng = np.random.default_rng(seed)
    away = np.arange(n) % 10 == 9
    found: dict[str, object] = {
        "incident_id": [f"{seed}-{i}" for i in range(n)],
        "occurred": pa.array(
            np.datetime64("2024-01-01T00:00", "s") + 60 * rng.integers(0, 500_000, n)
        ),
        "easting_m": pa.array(rng.normal(545_000, 3_000, n), mask=away),
        "northing_m": pa.array(rng.normal(258_000, 3_000, n), mask=away),
        "category": [("assault", "fire", "theft")[i] for i in rng.integers(0, 3, n)],
    }
    return pa.table(found | columns)
