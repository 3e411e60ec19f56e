"""Deliberate fires, dated to the day; wards of South Cambridgeshire have published totals."""

import numpy as np
import pyarrow as pa

from service.demo.places.addresses import Places, lies_in
from service.demo.places.geography import Geography
from service.demo.places.published import Months, Published
from spatial.arrays import FloatArray, IntArray

PERIOD = Months.of("2015-01/2019-12")
FIRES_PER_1000 = 0.55
FIELD_SPREAD_M = 260.0
# Deliberate fires are set in dry months.
OF_MONTH = np.array([0.6, 0.6, 0.9, 1.2, 1.2, 1.3, 1.6, 1.4, 1.0, 1.0, 0.9, 0.6])

KINDS = (
    ("Secondary fire", "Refuse", 0.36),
    ("Secondary fire", "Grassland or crops", 0.24),
    ("Secondary fire", "Outdoor structure", 0.10),
    ("Primary fire", "Vehicle", 0.19),
    ("Primary fire", "Building", 0.11),
)


def make_fires(
    geography: Geography, places: Places, published: Published, *, seed: int
) -> pa.Table:
    """One row per fire, ordered by day, 2015 to 2019; all of them are located."""
    rng = np.random.default_rng([seed, 6])
    ward_of_place = geography.ward_of_lsoa[places.lsoa]
    weight = np.where(places.is_venue, 0.0, places.weight)
    residents = np.bincount(ward_of_place, weights=weight, minlength=len(geography.ward))
    yearly = residents * FIRES_PER_1000 / 1_000.0
    published_months = published.ward_fires_months
    for name, count in published.ward_fires.items():
        yearly[geography.ward.names.index(name)] = count * 365.25 / published_months.days
    place, day = [], []
    for ward in range(len(geography.ward)):
        ward_places = np.flatnonzero(ward_of_place == ward)
        counts = _counts(geography.ward.names[ward], float(yearly[ward]), published, rng=rng)
        probability = weight[ward_places] / weight[ward_places].sum()
        for period, count in counts:
            place.append(rng.choice(ward_places, count, p=probability))
            day.append(_days(period, count, rng=rng))
    fire_places, days = np.concatenate(place), np.concatenate(day)
    kind = rng.choice(len(KINDS), len(days), p=np.array([share for *_, share in KINDS]))
    xy_m = _scatter(geography, places, fire_places, kind, rng=rng)
    order = np.argsort(days, kind="stable")
    return _table(xy_m[order], days[order], kind[order])


def _counts(
    ward: str, yearly: float, published: Published, *, rng: np.random.Generator
) -> list[tuple[Months, int]]:
    """Counts by period, exact where they were published."""
    if ward not in published.ward_fires:
        return [(PERIOD, int(rng.poisson(yearly * PERIOD.days / 365.25)))]
    published_months = published.ward_fires_months
    earlier, later = (
        Months(PERIOD.first, published_months.first),
        Months(published_months.after, PERIOD.after),
    )
    drawn_counts = [
        (period, int(rng.poisson(yearly * period.days / 365.25))) for period in (earlier, later)
    ]
    return [*drawn_counts, (published_months, published.ward_fires[ward])]


def _days(
    period: Months, count: int, *, rng: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """(count,) days of the period, more of them in dry months."""
    days = np.arange(period.first.astype("M8[D]"), period.after.astype("M8[D]"))
    weight = OF_MONTH[days.astype("M8[M]").astype(np.int64) % 12]
    return np.asarray(rng.choice(days, count, p=weight / weight.sum()))


def _scatter(
    geography: Geography,
    places: Places,
    place: IntArray,
    kind: IntArray,
    *,
    rng: np.random.Generator,
) -> FloatArray:
    """(n, 2) location of the fire: buildings at the place, others around it and in its LSOA."""
    in_the_open = np.array([detail != "Building" for _, detail, _ in KINDS])[kind]
    moved_m = np.round(places.xy_m[place] + FIELD_SPREAD_M * rng.normal(0, 1, (len(place), 2)))
    is_moved = in_the_open & lies_in(geography.lsoa, places.lsoa[place], moved_m)
    return np.where(is_moved[:, None], moved_m, places.xy_m[place])


def _table(
    xy_m: FloatArray, days: np.ndarray[tuple[int], np.dtype[np.datetime64]], kind: IntArray
) -> pa.Table:
    """The rows in the columns of the store."""
    n = len(days)
    return pa.table(
        {
            "incident_id": pa.array([f"demo-fire-{i:05d}" for i in range(1, n + 1)]),
            "occurred": pa.array(days.astype("M8[us]")),
            "precision": pa.repeat("day", n),
            "easting_m": pa.array(xy_m[:, 0]),
            "northing_m": pa.array(xy_m[:, 1]),
            "category": pa.array([KINDS[kind_index][0] for kind_index in kind.tolist()]),
            "subcategory": pa.array([KINDS[kind_index][1] for kind_index in kind.tolist()]),
        }
    )
