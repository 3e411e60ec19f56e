"""The attacks on a service that shows records to everybody: the proof that they work."""

import math

import numpy as np
from scipy.spatial import cKDTree
from starlette.testclient import TestClient

from service.analyses.resources import Resources
from service.assembly.app import create_app
from service.store.incidents import Incidents
from tests.attacks.attacker import Attacker
from tests.attacks.counts_from_z import CountGuesses, counts_from_z
from tests.attacks.places import PlaceGuesses, places_from_raster, places_from_tiles
from tests.attacks.questions import (
    cells_by_count,
    counts_by_difference,
    counts_of_map,
    counts_of_rings,
    occurrence_at,
)
from tests.attacks.targets import ZOOM, Target
from tests.simulations.tables import SimulationTable, percent

COLUMNS = ("attack", "questions", "received", "what it gives")
SIDE = 7  # tiles along a side of the square whose pictures are read
RASTER_SIDE_M = 12_000.0
ONE_TO_FOUR = range(1, 5)
PLACES_ASKED = 20  # whose dates are asked


def client_of(resources: Resources) -> TestClient:
    """A client of the application over some resources; a crash is an answer."""
    app = create_app(resources)
    return TestClient(app, base_url="http://localhost", raise_server_exceptions=False)


def attacks_on_an_open_service(target: Target) -> SimulationTable:
    """What each attack gives where everybody sees the records."""
    resources = target.resources()
    rows = []
    with client_of(resources) as client:
        for attack in ATTACKS:
            attacker = Attacker(client)
            if attack is ring_attack and not target.has_sites:
                continue
            result = attack(attacker, target)
            received = f"{attacker.received_bytes / 1e3:,.0f} kB"
            rows.append((str(attack.__doc__), str(attacker.requests), received, result))
    return SimulationTable(COLUMNS, tuple(rows))


def raster_attack(attacker: Attacker, target: Target) -> str:
    """A. one raster of 20 m cells, bandwidth 40 m"""
    bounds_m = square_about(target.centre_m, RASTER_SIDE_M)
    guesses = places_from_raster(
        attacker, target.dataset, bandwidth_m=40.0, cell_m=20.0,
        bbox=",".join(f"{edge:g}" for edge in bounds_m),
    )  # fmt: skip
    return found(guesses, target.places_m(bounds_m))


def tile_attack(attacker: Attacker, target: Target, *, side: int = SIDE) -> str:
    """B. coloured tiles of zoom 17, breaks of one's own"""
    tiles = target.tiles(side)
    return found(tile_guesses(attacker, target, tiles), target.places_in_tiles_m(tiles))


def published_breaks_attack(attacker: Attacker, target: Target) -> str:
    """B. the same with the breaks of the legend"""
    tiles = target.tiles(SIDE)
    guesses = tile_guesses(attacker, target, tiles, free_breaks=False)
    return found(guesses, target.places_in_tiles_m(tiles))


def date_attack(attacker: Attacker, target: Target) -> str:
    """C. the period halved about places with one record"""
    incidents = records_of(target)
    places_m, first, counts = np.unique(
        np.round(incidents.xy_m[: incidents.located_count], 1),
        axis=0, return_index=True, return_counts=True,
    )  # fmt: skip
    gap_m, _ = cKDTree(places_m).query(places_m, k=2)
    alone = np.flatnonzero((counts == 1) & (gap_m[:, 1] > 3.0))
    asked = np.random.default_rng(1).choice(alone, PLACES_ASKED, replace=False)
    is_right = []
    for place in asked:
        occurrence = occurrence_at(attacker, target.dataset, tuple(places_m[place]))
        record = first[place]
        day = incidents.occurred[record].astype("datetime64[D]").item()
        category = incidents.categories[incidents.category[record]]
        is_right.append((occurrence.day, occurrence.category) == (day, category))
    return f"day and category of {sum(is_right)} of {len(asked)} right"


def z_attack(attacker: Attacker, target: Target) -> str:
    """D. z scores of seven neighbour rules, and the total"""
    return guessed(attacker, target)


def rounded_z_attack(attacker: Attacker, target: Target) -> str:
    """D. the same of a rare kind, z at two decimals"""
    return guessed(attacker, target, decimals=2, category=target.rare_category)


def fine_grid_attack(attacker: Attacker, target: Target) -> str:
    """E. one map of hexagons of 200 m"""
    cells = cells_by_count(counts_of_map(attacker, target.dataset, "hex:200"))
    few = sum(cells[count] for count in ONE_TO_FOUR)
    return f"{cells[1]:,} cells with exactly 1 record, {few:,} with 1 to 4"


def month_attack(attacker: Attacker, target: Target) -> str:
    """F. hexagons of 500 m, the months of a year"""
    maps = [
        cells_by_count(counts_of_map(attacker, target.dataset, "hex:500", **months(month, month)))
        for month in last_year(attacker, target)
    ]
    alone = sum(cells[1] for cells in maps)
    records = sum(count * cells[count] for cells in maps for count in cells)
    return f"{alone:,} of {records:,} records alone in their cell and month"


def difference_attack(attacker: Attacker, target: Target) -> str:
    """G. two long maps a month apart"""
    year = last_year(attacker, target)
    long, short = months(year[0], year[-1]), months(year[0], year[-2])
    names = (target.dataset, target.layer)
    guesses = counts_by_difference(attacker, *names, whole=long, part=short)
    truth = counts_of_map(attacker, *names, **months(year[-1], year[-1]))
    right = sum(guesses[code] == truth[code] for code in truth)
    return f"the counts of the month right in {right} of {len(truth)} areas"


def ring_attack(attacker: Attacker, target: Target) -> str:
    """H. records within 1,000 and 1,010 m of sites"""
    sites_m, guesses = counts_of_rings(
        attacker, target.dataset, target.layer, inner_m=1_000.0, width_m=10.0
    )
    if np.isnan(guesses).all():
        return "nothing: no count is stated"
    incidents = records_of(target)
    xy_m = incidents.xy_m[: incidents.located_count]
    distance_m = np.hypot(*(sites_m[:, None, :] - xy_m[None, :, :]).transpose(2, 0, 1))
    truth = ((distance_m > 1_000.0) & (distance_m <= 1_010.0)).sum(axis=1)
    right, empty = int((truth == guesses).sum()), int((truth == 0).sum())
    return f"exact in {right} of {len(truth)} rings of 10 m, of which {empty} have no record"


def tile_guesses(
    attacker: Attacker, target: Target, tiles: tuple[range, range], *, free_breaks: bool = True
) -> PlaceGuesses:
    """Places from pictures with the smallest bandwidth."""
    return places_from_tiles(
        attacker, target.dataset, tiles, zoom=ZOOM, crs=target.crs, bandwidth_m=10.0,
        free_breaks=free_breaks,
    )  # fmt: skip


def z_guesses(
    attacker: Attacker, target: Target, *, decimals: int | None = None, **filter_: str
) -> tuple[CountGuesses, dict[str, int]]:
    """Counts guessed from z scores, and the true ones."""
    names = (target.dataset, target.layer)
    guesses = counts_from_z(attacker, *names, crs=target.crs, decimals=decimals, **filter_)
    return guesses, counts_of_map(Attacker(attacker.client), *names, **filter_)


def found(guesses: PlaceGuesses, places_m: np.ndarray) -> str:
    """How many of the true places are found, in words."""
    shares = ", ".join(
        f"{percent(guesses.share_found(places_m, within_m))} within {within_m:g} m"
        for within_m in (10.0, 2.0, 0.1)
    )
    return f"{len(guesses.xy_m):,} guesses; of {len(places_m):,} places {shares}"


def guessed(
    attacker: Attacker, target: Target, *, decimals: int | None = None, **filter_: str
) -> str:
    """How many counts are right, in words."""
    guesses, truth = z_guesses(attacker, target, decimals=decimals, **filter_)
    if not guesses.codes:
        return "nothing: no z is stated"
    share, few = guesses.share_right(truth), guesses.share_right(truth, among=ONE_TO_FOUR)
    text = f"{percent(share)} of {len(truth)} counts right"
    return text if math.isnan(few) else f"{text}, {percent(few)} of those from 1 to 4"


def square_about(
    centre_m: tuple[float, float], side_m: float
) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of a square, metres."""
    (x_m, y_m), half_m = centre_m, side_m / 2.0
    return x_m - half_m, y_m - half_m, x_m + half_m, y_m + half_m


def months(first: str, last: str) -> dict[str, str]:
    """The parameters of a period."""
    return {"from": first, "to": last}


def last_year(attacker: Attacker, target: Target) -> list[str]:
    """The months of the last year that the dataset covers."""
    year = attacker.json(f"/v1/datasets/{target.dataset}")["covered"][-1]["to"][:4]
    return [f"{year}-{month:02}" for month in range(1, 13)]


def records_of(target: Target) -> Incidents:
    """The records themselves."""
    return target.resources().incidents.open(target.dataset)


ATTACKS = (
    raster_attack, tile_attack, published_breaks_attack, date_attack, z_attack,
    rounded_z_attack, fine_grid_attack, month_attack, difference_attack, ring_attack,
)  # fmt: skip
