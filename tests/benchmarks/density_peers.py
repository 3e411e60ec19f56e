"""Other people's densities, each in an environment of its own: run as a script, prints JSON.

``python density_peers.py PEER POINTS.npy '{"bandwidth_m": ..., ...}'``, where PEER is a
function below. It imports nothing of ours, so that the environment needs nothing of ours.
"""

import json
import sys
import time

import numpy as np


def kdepy(xy_m, bandwidth_m, cols, rows, cell_m, left_m, bottom_m, workers, repeats):
    """FFTKDE: linear binning and one convolution. Its bandwidth is the deviation in one dimension."""
    import scipy.fft
    from KDEpy import FFTKDE

    x = left_m + (np.arange(cols) + 0.5) * cell_m
    y = bottom_m + (np.arange(rows) + 0.5) * cell_m
    # It refuses points outside its grid, and wants the grid with x varying slowest.
    inside = (xy_m > (x[0], y[0])).all(axis=1) & (xy_m < (x[-1], y[-1])).all(axis=1)
    xy_m = xy_m[inside]
    grid = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        with scipy.fft.set_workers(workers):
            density = FFTKDE(kernel="biweight", bw=bandwidth_m / 7**0.5).fit(xy_m).evaluate(grid)
        seconds.append(time.perf_counter() - began)
    per_km2 = density.reshape(cols, rows).T[::-1] * len(xy_m) * 1e6
    return seconds, per_km2


def scikit_learn(xy_m, bandwidth_m, cols, rows, cell_m, left_m, bottom_m, workers, repeats):
    """KernelDensity on a tree, exact (its default tolerances), the cells shared by processes."""
    from joblib import Parallel, delayed
    from sklearn.neighbors import KernelDensity

    grid = _centres(cols, rows, cell_m, left_m, bottom_m)

    def part(cells):
        model = KernelDensity(kernel="epanechnikov", bandwidth=bandwidth_m).fit(xy_m)
        return model.score_samples(cells)

    return _shared_by(workers, part, grid, repeats, Parallel, delayed), None


def scipy_gaussian(xy_m, bandwidth_m, cols, rows, cell_m, left_m, bottom_m, workers, repeats):
    """gaussian_kde, every point against every cell, the cells shared by processes."""
    from joblib import Parallel, delayed
    from scipy.stats import gaussian_kde

    grid = _centres(cols, rows, cell_m, left_m, bottom_m)
    factor = bandwidth_m / 4.0 / xy_m.std()

    def part(cells):
        return gaussian_kde(xy_m.T, bw_method=factor)(cells.T)

    return _shared_by(workers, part, grid, repeats, Parallel, delayed), None


def libkdv(xy_m, bandwidth_m, cols, rows, cell_m, left_m, bottom_m, workers, repeats):
    """LIBKDV as shipped, without its GPS mode; it doubles the bandwidth that it is given."""
    import pandas
    from libkdv import kdv

    # It covers the extent of its points: with bounds of one's own it crashes.
    seconds = []
    for _ in range(repeats):
        frame = pandas.DataFrame({"x": xy_m[:, 0], "y": xy_m[:, 1]})
        began = time.perf_counter()
        kdv(
            frame, GPS=False, KDV_type="KDV", num_threads=workers, row_pixels=cols,
            col_pixels=rows, bandwidth=bandwidth_m / 2,
        ).compute()  # fmt: skip
        seconds.append(time.perf_counter() - began)
    return seconds, None


def _centres(cols, rows, cell_m, left_m, bottom_m):
    x = left_m + (np.arange(cols) + 0.5) * cell_m
    y = bottom_m + (np.arange(rows) + 0.5) * cell_m
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _shared_by(workers, part, grid, repeats, parallel, delayed):
    """Seconds of each run over chunks of the cells, in processes that stay up."""
    chunks = np.array_split(grid, workers * 4)
    with parallel(n_jobs=workers) as pool:
        pool(delayed(len)(chunk) for chunk in chunks)
        seconds = []
        for _ in range(repeats):
            began = time.perf_counter()
            pool(delayed(part)(chunk) for chunk in chunks)
            seconds.append(time.perf_counter() - began)
    return seconds


if __name__ == "__main__":
    peer, path, settings = sys.argv[1:4]
    taken, surface = globals()[peer](np.load(path), **json.loads(settings))
    if surface is not None:
        np.save(path.replace(".npy", f"-{peer}.npy"), surface)
    print(json.dumps(taken))
