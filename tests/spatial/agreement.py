"""The table of agreement: our numbers against others', whole vectors, as docs/methods.md prints it.

``python -m tests.spatial.agreement`` prints it; with HOTSPOTS_TEST_DATA set, for the real
maps as well. `test_agreement.py` holds every row to its limit.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spatial.local_statistics.getis_ord import gi_star
from spatial.local_statistics.global_statistics import global_g, global_moran
from spatial.local_statistics.local_moran import local_moran
from spatial.local_statistics.multiplicity import corrected
from spatial.over_time.change import e_test
from spatial.rates.smoothing import empirical_bayes, empirical_bayes_local
from spatial.weights.weights import Neighbours
from tests.spatial.lattices import SpdepMap, columns, lattice, numbers

ADJUSTED = {
    "bh": ("Benjamini-Hochberg q", "p_BH"),
    "by": ("Benjamini-Yekutieli q", "p_BY"),
    "bonferroni": ("Bonferroni p", "p_bonferroni"),
    "holm": ("Holm p", "p_holm"),
}
SPDEP = "R spdep 1.2-7"


@dataclass(frozen=True)
class Agreement:
    """One row: what, on which map, against whom, and how far apart at the worst."""

    statistic: str
    map: str
    against: str
    elements: int
    difference: float
    limit: float = 1e-9


def _row(
    statistic: str, where: str, ours: object, theirs: object, against: str = SPDEP, **limit: float
) -> Agreement:
    a, b = np.atleast_1d(ours).astype(float), np.atleast_1d(theirs).astype(float)
    if not np.array_equal(np.isnan(a), np.isnan(b)):
        return Agreement(statistic, where, against, len(a), np.inf, **limit)
    return Agreement(statistic, where, against, len(a), float(np.nanmax(np.abs(a - b))), **limit)


def made_up_map() -> Iterator[Agreement]:
    """The 7 x 8 map whose values R computed beside its code."""
    spdep = SpdepMap.read()
    areas, links = spdep.areas, spdep.neighbours
    count, rows = areas["count"], links.row_standardised()
    where = "7 x 8 cells"
    for column, weights, name in (
        ("b", links, "binary"),
        ("w", rows, "row-standardised"),
        ("g", spdep.inverse_distance(), "inverse distance"),
        ("island", spdep.with_island(), "one island"),
    ):
        yield _row(
            f"Gi, {name}",
            where,
            gi_star(count, weights, star=False).z_score,
            areas[f"gi_{column}"],
        )
        yield _row(
            f"Gi*, {name}", where, gi_star(count, weights).z_score, areas[f"gistar_{column}"]
        )
    p = gi_star(count, links).p_value
    yield _row("Gi* p", where, p, areas["p"])
    for correction, (name, _) in ADJUSTED.items():
        yield _row(name, where, corrected(p, correction=correction), areas[f"p_{correction}"])
    moran = local_moran(count, rows)
    for field, column in (("i", "i"), ("variance", "v"), ("z_score", "z"), ("p_value", "p")):
        name = f"local Moran, {field.replace('_', ' ')}"
        yield _row(name, where, getattr(moran, field), areas[f"moran_{column}"])
    for name, found in (
        ("moran_w", global_moran(count, rows)),
        ("g_b", global_g(count, links)),
    ):
        title = "global Moran, z" if name == "moran_w" else "general G, z"
        yield _row(title, where, found.z_score, spdep.whole[name]["z_score"])
    yield _row(
        "empirical Bayes rate",
        where,
        empirical_bayes(count, areas["people"], per=1.0).value,
        areas["eb"],
    )
    yield _row(
        "local empirical Bayes rate",
        where,
        empirical_bayes_local(count, areas["people"], links, per=1.0).value,
        areas["eb_local"],
    )


def real_map(folder: Path, name: str, at: int) -> Iterator[Agreement]:
    """Columbus or sids2, whole vectors."""
    theirs = columns(folder / f"{name}_localG_spdep.csv")
    edges = columns(folder / f"{name}_queen_edges.csv")
    position = {code: row for row, code in enumerate(theirs["id"])}
    links = Neighbours.from_pairs(
        len(position),
        [position[code] for code in edges["from"]],
        [position[code] for code in edges["to"]],
    )
    values, rows = numbers(theirs["x"]), links.row_standardised()
    star, moran = gi_star(values, links), local_moran(values, rows)
    yield _row(
        "Gi, binary", name, gi_star(values, links, star=False).z_score, numbers(theirs["Gi_B"])
    )
    yield _row("Gi*, binary", name, star.z_score, numbers(theirs["Gistar_B"]))
    yield _row(
        "Gi*, row-standardised", name, gi_star(values, rows).z_score, numbers(theirs["Gistar_W"])
    )
    yield _row("Gi* p", name, star.p_value, numbers(theirs["Gistar_B_p_two_sided"]))
    for correction, (title, column) in ADJUSTED.items():
        q = corrected(star.p_value, correction=correction)
        yield _row(title, name, q, numbers(theirs[column]))
    yield _row("local Moran, i", name, moran.i, numbers(theirs["Ii"]))
    yield _row("local Moran, z", name, moran.z_score, numbers(theirs["Z_Ii"]))
    yield _row("local Moran, p", name, moran.p_value, numbers(theirs["p_Ii"]))
    whole = columns(folder / "global_stats_spdep.csv")
    yield _row(
        "global Moran, z", name, global_moran(values, rows).z_score, float(whole["moranZ"][at])
    )
    yield _row(
        "general G, z", name, global_g(values, links).z_score, float(whole["globalG_Z"][at])
    )


def published_values() -> Iterator[Agreement]:
    """Values that are in print, to the digits printed."""
    xy = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], dtype=float)
    i, j = np.nonzero(np.triu(np.hypot(*(xy[:, None] - xy).T) <= 15, k=1))
    z = gi_star([2, 3, 3.2, 5, 8, 7], Neighbours.from_pairs(6, i, j)).z_score
    printed = [-1.39728, -0.28918, 0.65065, -0.28918, 1.23452, 2.02424]
    yield _row("Gi*, six points", "published example", z, printed, "as printed", limit=5e-6)
    found = gi_star(cluster_of_forty(), lattice(40, 40))
    hot = np.count_nonzero((found.z_score > 0) & (found.p_value < 0.05))
    yield _row("hot cells at raw p", "40 x 40 cells", hot, 69, "as published", limit=0.0)
    p = e_test([16.0], [25.0])
    yield _row("E-test p of 16 then 25", "two counts", p, 0.165, "as printed", limit=5e-4)


def cluster_of_forty() -> NDArray[np.float64]:
    """The 40 x 40 map with an injected cluster of 5 x 5 cells."""
    rng = np.random.default_rng(1)
    values = rng.poisson(3, 1600).reshape(40, 40)
    values[10:15, 10:15] += rng.poisson(3, 25).reshape(5, 5)
    return values.ravel().astype(np.float64)


def rows(test_data: Path | None) -> Iterator[Agreement]:
    """Every row that can be computed here."""
    yield from made_up_map()
    if test_data is not None:
        for at, name in enumerate(("columbus_CRIME", "sids2_SIDR74")):
            yield from real_map(test_data / "reference", name, at)
    yield from published_values()


def main() -> None:
    """Print the table as Markdown."""
    folder = os.environ.get("HOTSPOTS_TEST_DATA")
    print("| statistic | map | against | elements | largest difference |")
    print("|---|---|---|---|---|")
    for row in rows(Path(folder) if folder else None):
        print(
            f"| {row.statistic} | {row.map} | {row.against} | {row.elements} "
            f"| {row.difference:.1e} |"
        )


if __name__ == "__main__":
    main()
