"""Density: rasters against named peers, and tiles in process.

One run, the same points, the same cells, the same number of workers; the least of several
repeats each, ours before and after every peer. A peer that takes minutes gets fewer points or
cells, and its time is scaled by its own law of cost; the table says so.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spatial.arrays import FloatArray
from spatial.coordinates.crs import WGS84, transform_xy
from spatial.coordinates.grid import Grid
from spatial.coordinates.mercator import Tile
from spatial.coordinates.points import PointIndex
from spatial.density.density import density_at, density_on_grid, index_density_on_grid
from spatial.density.tile_density import compile_kernels, density_on_tile
from tests.benchmarks.environments import environment_of

POINTS = 1_000_000
COLS, ROWS = 1_280, 960
WIDTH_M = 30_000.0
CELL_M = WIDTH_M / COLS
LEFT_M, BOTTOM_M = 530_000.0, 245_000.0
WORKERS = 2
REPEATS = 5
PEERS = Path(__file__).with_name("density_peers.py")


@dataclass(frozen=True)
class Peer:
    """Somebody else's density, and what of the work it is given."""

    title: str
    function: str
    requirements: tuple[str, ...]
    points: int = POINTS
    coarser: int = 1
    repeats: int = 1

    @property
    def scale(self) -> float:
        """Times to multiply by: both cost in proportion to points, or to points times cells."""
        return POINTS / self.points * self.coarser**2

    @property
    def note(self) -> str:
        """What was scaled."""
        if self.scale == 1.0:
            return "measured in full"
        cells = f", {COLS // self.coarser} x {ROWS // self.coarser} cells"
        some = cells if self.coarser > 1 else ""
        return f"measured with {self.points:,} points{some}; times {self.scale:g}"


KDEPY = Peer("KDEpy FFTKDE (approximate)", "kdepy", ("KDEpy==1.1.12",), repeats=REPEATS)
SLOW_PEERS = (
    Peer("LIBKDV as shipped", "libkdv", ("libkdv==1.1.20", "pandas<2.1", "numpy<2"), 100_000),
    Peer("scikit-learn KernelDensity", "scikit_learn", ("scikit-learn",), 100_000, 4),
    Peer("SciPy gaussian_kde", "scipy_gaussian", ("scipy", "joblib"), 20_000, 16),
)


def main() -> None:
    """Print the tables."""
    print(
        f"{POINTS:,} clustered points, {COLS} x {ROWS} cells of {CELL_M:.2f} m"
        f" ({WIDTH_M / 1e3:g} x {ROWS * CELL_M / 1e3:g} km), {WORKERS} workers, least of {REPEATS}"
    )
    compile_kernels()
    xy_m = clustered(POINTS)
    with tempfile.TemporaryDirectory(prefix="hotspots-bench-") as folder:
        for bandwidth_m in (300.0, 1_000.0):
            rasters(xy_m, bandwidth_m, Path(folder))
        growth(xy_m)
    tiles("the same points", PointIndex(xy_m))
    police = os.environ.get("HOTSPOTS_TEST_DATA")
    if police:
        tiles("police.uk 2024, 80,228 rows", PointIndex(police_xy_m(Path(police))))
    else:
        print("police.uk tiles: skipped, HOTSPOTS_TEST_DATA is not set")


def clustered(count: int, *, seed: int = 1) -> FloatArray:
    """Four fifths in 60 clusters of 200 to 1,500 m, one fifth anywhere; all on the raster."""
    rng = np.random.default_rng(seed)
    size = np.array([WIDTH_M, ROWS * CELL_M])
    middles = rng.uniform(0.05, 0.95, (60, 2)) * size
    spread_m = rng.uniform(200.0, 1_500.0, 60)
    share = rng.gamma(1.0, size=60)
    chosen = rng.choice(60, count, p=share / share.sum())
    xy_m = middles[chosen] + rng.normal(size=(count, 2)) * spread_m[chosen, None]
    anywhere = rng.random(count) < 0.2
    xy_m[anywhere] = rng.uniform(0, 1, (int(anywhere.sum()), 2)) * size
    margin = 2 * CELL_M  # KDEpy refuses points beyond the outermost cell centres
    return margin + np.mod(xy_m, size - 2 * margin) + (LEFT_M, BOTTOM_M)


def raster() -> Grid:
    """The cells of the table."""
    return Grid(left_m=LEFT_M, top_m=BOTTOM_M + ROWS * CELL_M, cell_m=CELL_M, rows=ROWS, cols=COLS)


def least(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Seconds of the quickest of some calls."""
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def rasters(xy_m: FloatArray, bandwidth_m: float, folder: Path) -> None:
    """One table: ours, with and without an index made before, and the peers."""
    grid, index = raster(), PointIndex(xy_m)
    exact = density_on_grid(xy_m, grid, bandwidth_m=bandwidth_m, threads=WORKERS)
    rng = np.random.default_rng(0)
    rows, cols = rng.integers(0, ROWS, 2_000), rng.integers(0, COLS, 2_000)
    at_m = np.column_stack([grid.x_centres_m[cols], grid.y_centres_m[rows]])
    truth = density_at(index, at_m, bandwidth_m=bandwidth_m)

    def error(surface: FloatArray) -> str:
        return f"{np.abs(surface[rows, cols] - truth).max() / exact.max():.1e}"

    def ours() -> float:
        return least(lambda: density_on_grid(xy_m, grid, bandwidth_m=bandwidth_m, threads=WORKERS))

    def indexed() -> float:
        return least(
            lambda: index_density_on_grid(index, grid, bandwidth_m=bandwidth_m, threads=WORKERS)
        )

    print(f"\nbandwidth {bandwidth_m:g} m, quartic{'':22} seconds   ratio  largest error")
    before = ours()
    taken, surface = measured(KDEPY, xy_m, bandwidth_m, folder)
    seconds, with_index = min(before, ours()), indexed()
    _line("ours, from coordinates", seconds, seconds, error(exact))
    _line("ours, from an index of them", with_index, seconds, error(exact))
    if taken is not None and surface is not None:
        _line(KDEPY.title, taken, seconds, error(surface), KDEPY.note)
    if bandwidth_m == 1_000.0:
        for peer in SLOW_PEERS:
            taken, _ = measured(peer, xy_m, bandwidth_m, folder)
            if taken is not None:
                _line(peer.title, taken, seconds, "", peer.note)


def _line(title: str, seconds: float, ours: float, error: str, note: str = "") -> None:
    print(f"  {title:42} {seconds:9.3f} {seconds / ours:8.2f} {error:>9}  {note}")


def measured(
    peer: Peer, xy_m: FloatArray, bandwidth_m: float, folder: Path
) -> tuple[float | None, FloatArray | None]:
    """Seconds, scaled to the whole work, and the surface where the peer gives one back."""
    python = environment_of(peer.function.replace("_", "-"), list(peer.requirements))
    if python is None:
        return None, None
    path = folder / f"{peer.function}.npy"
    np.save(path, xy_m[: peer.points])
    settings = {
        "bandwidth_m": bandwidth_m,
        "cols": COLS // peer.coarser,
        "rows": ROWS // peer.coarser,
        "cell_m": CELL_M * peer.coarser,
        "left_m": LEFT_M,
        "bottom_m": BOTTOM_M,
        "workers": WORKERS,
        "repeats": peer.repeats,
    }
    command = [str(python), str(PEERS), peer.function, str(path), json.dumps(settings)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  {peer.title}: failed, {done.stderr.strip().splitlines()[-1:]}")
        return None, None
    surface_path = folder / f"{peer.function}-{peer.function}.npy"
    surface = np.load(surface_path) if surface_path.exists() else None
    return min(json.loads(done.stdout.splitlines()[-1])) * peer.scale, surface


def growth(xy_m: FloatArray) -> None:
    """How the time grows with the points and with the bandwidth."""
    grid = raster()

    def seconds(points: FloatArray, bandwidth_m: float) -> float:
        return least(
            lambda: density_on_grid(points, grid, bandwidth_m=bandwidth_m, threads=WORKERS)
        )

    print("\ngrowth of the time")
    for bandwidth_m in (300.0, 1_000.0):
        half, whole = seconds(xy_m[::2], bandwidth_m), seconds(xy_m, bandwidth_m)
        print(f"  twice the points at {bandwidth_m:g} m: {half:.3f} -> {whole:.3f} s,"
              f" times {whole / half:.2f} (at most 2.2)")  # fmt: skip
    narrow, wide = seconds(xy_m, 300.0), seconds(xy_m, 1_200.0)
    print(
        f"  300 m -> 1.2 km: {narrow:.3f} -> {wide:.3f} s, times {wide / narrow:.2f} (at most 4)"
    )


def tiles(title: str, points: PointIndex) -> None:
    """Median, in process, of tiles where the points are; each tile is asked for once."""
    rng = np.random.default_rng(3)
    chosen = rng.choice(len(points), 60, p=points.weight / points.total_weight)
    xy_m = np.column_stack([points.x_m[chosen], points.y_m[chosen]])
    lonlat = transform_xy(xy_m, source=points.crs, target=WGS84)
    print(f"\n256 x 256 tiles, {title} ({len(points):,} places), one thread, milliseconds")
    print("  zoom  points in reach  100 m   300 m    1 km    2 km    1 km exact")
    for zoom in range(12, 17):
        addresses = {tile_at(lon, lat, zoom) for lon, lat in lonlat}
        line = [
            _median_ms(points, addresses, bandwidth_m, exact=False)
            for bandwidth_m in (100.0, 300.0, 1_000.0, 2_000.0)
        ]
        exact = _median_ms(points, addresses, 1_000.0, exact=True)
        reach = _median_in_reach(points, addresses, 1_000.0)
        print(
            f"  {zoom:4} {reach:16,} " + " ".join(f"{ms:7.2f}" for ms in line) + f" {exact:9.1f}"
        )


def _median_ms(
    points: PointIndex, addresses: set[Tile], bandwidth_m: float, *, exact: bool
) -> float:
    seconds = []
    for tile in sorted(addresses, key=repr)[: 8 if exact else None]:
        began = time.perf_counter()
        density_on_tile(points, tile, bandwidth_m=bandwidth_m, exact=exact)
        seconds.append(time.perf_counter() - began)
    return float(np.median(seconds)) * 1e3


def _median_in_reach(points: PointIndex, addresses: set[Tile], bandwidth_m: float) -> int:
    from spatial.density.tile_density import reach_bounds

    counts = [len(points.near(reach_bounds(t, points.crs, bandwidth_m))) for t in addresses]
    return int(np.median(counts))


def tile_at(lon: float, lat: float, zoom: int) -> Tile:
    """The tile of a zoom that holds a place."""
    side = 2**zoom
    y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2
    return Tile(zoom, int((lon + 180) / 360 * side), int(y * side))


def police_xy_m(folder: Path) -> FloatArray:
    """The located police.uk records of 2024, EPSG:27700."""
    import csv

    lonlat = [
        (float(row["Longitude"]), float(row["Latitude"]))
        for file in sorted((folder / "police-uk-2024").glob("*-street.csv"))
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())
        if row["Longitude"]
    ]
    return transform_xy(np.array(lonlat), source=WGS84, target="EPSG:27700")


if __name__ == "__main__":
    sys.exit(main())
