"""The recorded answers on a machine where PROJ finds grids: the same bytes."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyproj
import rasterio

from tests.recorded import record, world

GRID = "uk_os_OSTN15_NTv2_OSGBtoETRS.tif"
ANSWERS = 250


def made_up_grid(folder: Path) -> None:
    """A grid under the name of Ordnance Survey's that moves everything by an arc second.

    Whatever takes it is 20 to 30 m away, and not the 2 m at which one might not look.
    """
    folder.mkdir()
    place = rasterio.Affine(1.0, 0.0, -9.5, 0.0, -1.0, 61.5)
    with rasterio.open(
        folder / GRID, "w", driver="GTiff", width=13, height=13, count=2, dtype="float32",
        crs="EPSG:4277", transform=place,
    ) as grid:  # fmt: skip
        grid.write(np.ones((2, 13, 13), dtype=np.float32))
        grid.update_tags(TYPE="HORIZONTAL_OFFSET", target_crs_epsg_code="4258")
        for band, name in enumerate(("latitude_offset", "longitude_offset"), start=1):
            grid.set_band_description(band, name)
            grid.set_band_unit(band, "arc-second")


def has_places(name: str) -> bool:
    """Whether there are coordinates in the answer to a question."""
    return any(part in name for part in ("geojson", "tiles", "/ogc", "places", "wmts"))


def asked() -> list[record.Question]:
    """Every second question of those about places, and of the others; metrics count them all."""
    questions = [each for each in record.questions() if each["ask"] != "/metrics"]
    of_places = [each for each in questions if has_places(each["ask"])][::2]
    others = [each for each in questions if not has_places(each["ask"])][::2]
    return [*of_places, *others][:ANSWERS]


def main() -> None:
    """Answer the questions, and print whether PROJ has the grid."""
    by_proj = pyproj.Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
    with tempfile.TemporaryDirectory() as name:
        folder = world.build(Path(name))
        with world.client(folder) as client:
            found = {record.name_of(each): record.answer_of(client, each) for each in asked()}
    print(json.dumps({"by_proj": by_proj.transform(545_000.0, 258_000.0), "answers": found}))


def test_answers_have_the_same_bytes_where_proj_finds_a_grid(tmp_path):
    made_up_grid(tmp_path / "grids")
    environment = {**os.environ, "PROJ_USER_WRITABLE_DIRECTORY": str(tmp_path / "grids")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.recorded.test_proj_grids"],
        env=environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    there = json.loads(done.stdout)
    here = pyproj.Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
    away = np.subtract(there["by_proj"], here.transform(545_000.0, 258_000.0))
    assert np.abs(away).max() > 1e-4, "PROJ did not find the grid that was made for it"
    recorded = record.answers()
    names = [record.name_of(each) for each in asked()]
    assert len(names) >= 200
    changed = {
        name: record.differences(recorded[name], there["answers"][name])
        for name in names
        if recorded[name] != there["answers"][name]
    }
    assert not changed
    assert len([name for name in names if has_places(name)]) > 50


if __name__ == "__main__":
    main()
