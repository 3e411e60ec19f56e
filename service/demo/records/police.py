"""Police-like crime: known to the month, published at anonymous points, coded by LSOA.

The years with published figures are drawn first and by themselves, so that those before and after
them change nothing there.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from service.demo.places.addresses import Places
from service.demo.places.gazetteer import CITY, Gazetteer
from service.demo.places.geography import Geography
from service.demo.places.published import Months, Published
from service.demo.records.hours import season_of
from service.demo.records.offences import coded, details
from spatial.arrays import FloatArray, IntArray

MonthArray = np.ndarray[tuple[int], np.dtype[np.datetime64]]

# December 2010 to November 2020, in three parts.
CALIBRATED = Months.of("2015-01/2019-12")
FIRST_ID = CALIBRATED.first
PARTS = (CALIBRATED, Months.of("2010-12/2014-12"), Months.of("2020-01/2020-11"))
LOCKDOWN = Months.of("2020-04/2020-05")
CRIME_OF_LOCKDOWN, ASB_OF_LOCKDOWN = 0.72, 1.75
ASB = "Anti-social behaviour"

# Category, weight in the street and at home, weight where people go out.
CRIMES = (
    ("Bicycle theft", 4.0, 9.0),
    ("Burglary", 12.0, 3.0),
    ("Criminal damage and arson", 12.0, 7.0),
    ("Drugs", 3.0, 4.0),
    ("Other crime", 2.5, 2.0),
    ("Other theft", 10.0, 14.0),
    ("Possession of weapons", 0.8, 1.4),
    ("Public order", 5.5, 10.0),
    ("Robbery", 0.8, 1.6),
    ("Shoplifting", 3.5, 22.0),
    ("Theft from the person", 0.6, 5.0),
    ("Vehicle crime", 12.0, 3.0),
    ("Violence and sexual offences", 33.0, 30.0),
)

CRIMES_PER_1000, ASB_PER_1000 = 44.0, 13.0
CRIMES_PER_CALLOUT, ASB_PER_CALLOUT = 34.0, 7.0  # where people go out
# Against what residents and nightlife alone would make; others 1.
DISTRICT_FACTOR = {"Cambridge": 1.25, "East Cambridgeshire": 0.70, "Fenland": 0.90}
CITY_CENTRE_FACTOR = 1.5  # its shops, on top
FIRST_YEAR = 2010
CRIME_OF_YEAR = np.array([0.93, 0.90, 0.84, 0.79, 0.78, 0.80, 0.86, 0.95, 1.00, 1.02, 0.94])
ASB_OF_YEAR = np.array([1.75, 1.70, 1.58, 1.46, 1.34, 1.25, 1.18, 1.10, 1.04, 1.00, 1.06])
NOT_LOCATED, OUTSIDE = 0.030, 0.006
ASB_SUMMER = 0.18
CODES_OUTSIDE = 40


@dataclass(frozen=True)
class _CrimeDraws:
    """Crimes of one kind: place (-1 for none) and month of each."""

    place: IntArray
    month: IntArray  # position in the months of their part


def make_police_crime(
    geography: Geography, gazetteer: Gazetteer, places: Places, published: Published, *, seed: int
) -> pa.Table:
    """One row per crime, ordered by month."""
    parts = [
        _make_part(geography, gazetteer, places, published, part, rng=rng)
        for part, rng in zip(
            PARTS,
            (np.random.default_rng([seed, *key]) for key in ((5,), (5, 1), (5, 2))),
            strict=True,
        )
    ]
    rows = pa.concat_tables(sorted(parts, key=lambda rows: rows.column("occurred")[0].as_py()))
    # Disorder has no id, as at police.uk, nor have the crimes of the first years.
    has_id = pc.and_(
        pc.not_equal(rows.column("category"), ASB),
        pc.greater_equal(rows.column("occurred"), pa.scalar(FIRST_ID.astype("M8[us]").item())),
    )
    number = pc.if_else(has_id, np.arange(1, rows.num_rows + 1), None)
    text = pc.utf8_lpad(number.cast(pa.string()), 7, "0")
    rows = rows.add_column(0, "incident_id", pc.binary_join_element_wise("demo-crime", text, "-"))
    rng = np.random.default_rng([seed, 7])
    for name, column in details(geography, rows, rng=rng).items():
        rows = rows.append_column(name, column)
    return rows


def _make_part(
    geography: Geography,
    gazetteer: Gazetteer,
    places: Places,
    published: Published,
    part: Months,
    *,
    rng: np.random.Generator,
) -> pa.Table:
    """The rows of some months, ordered by month."""
    months = np.arange(part.first, part.after)
    crime = _crime_counts(geography, gazetteer, places, published, months, rng=rng)
    asb = _asb_counts(geography, gazetteer, places, published, months, rng=rng)
    crimes = _draw(geography, places, crime, CRIMES_PER_1000, CRIMES_PER_CALLOUT, rng=rng)
    disorder = _draw(geography, places, asb, ASB_PER_1000, ASB_PER_CALLOUT, rng=rng)
    category = np.concatenate(
        [_categories(places, crimes.place, rng=rng), np.full(len(disorder.place), len(CRIMES))]
    )
    place = np.concatenate([crimes.place, disorder.place])
    month = np.concatenate([crimes.month, disorder.month])
    order = np.lexsort((rng.random(len(place)), month))
    return _table(geography, places, place[order], months[month[order]], category[order], rng=rng)


def _crime_counts(
    geography: Geography,
    gazetteer: Gazetteer,
    places: Places,
    published: Published,
    months: MonthArray,
    *,
    rng: np.random.Generator,
) -> IntArray:
    """(wards, months) crimes without anti-social behaviour; published totals hold exactly."""
    expected = _expected(geography, places, CRIMES_PER_1000, CRIMES_PER_CALLOUT)
    # Wards with a published count take their own level from it.
    in_year = _month_indices(months, published.ward_crime_months)
    for name, count in published.ward_crime.items():
        expected[geography.ward.names.index(name)] = count
    shape = season_of(months) * CRIME_OF_YEAR[_year_indices(months)]
    shape[_month_indices(months, LOCKDOWN)] *= CRIME_OF_LOCKDOWN
    monthly = expected[:, None] / 12.0 * shape[None, :] * _trend(gazetteer, months)
    counts: IntArray = rng.poisson(monthly)
    if not len(in_year):
        return counts
    for name, count in published.ward_crime.items():
        ward = geography.ward.names.index(name)
        counts[ward, in_year] = _draw_total(count, monthly[ward, in_year], rng=rng)
    for district, counts_by_period in published.district_crime.items():
        wards = geography.district_of_ward == geography.district.names.index(district)
        for text, count in counts_by_period.items():
            block = np.ix_(wards, _month_indices(months, Months.of(text)))
            counts[block] = _draw_total(count, monthly[block], rng=rng)
    return counts


def _asb_counts(
    geography: Geography,
    gazetteer: Gazetteer,
    places: Places,
    published: Published,
    months: MonthArray,
    *,
    rng: np.random.Generator,
) -> IntArray:
    """(wards, months) anti-social behaviour; published ward totals hold exactly."""
    expected = _expected(geography, places, ASB_PER_1000, ASB_PER_CALLOUT)
    summer = 1.0 + ASB_SUMMER * np.cos(2 * np.pi * (months.astype(np.int64) % 12 - 6.5) / 12.0)
    shape = season_of(months) * summer * ASB_OF_YEAR[_year_indices(months)]
    shape[_month_indices(months, LOCKDOWN)] *= ASB_OF_LOCKDOWN
    in_period = _month_indices(months, published.ward_asb_months)
    if len(in_period):
        for name, count in published.ward_asb.items():
            ward = geography.ward.names.index(name)
            expected[ward] = 12.0 * count / shape[in_period].sum()
    monthly = expected[:, None] / 12.0 * shape[None, :] * _trend(gazetteer, months)
    counts: IntArray = rng.poisson(monthly)
    if len(in_period):
        for name, count in published.ward_asb.items():
            ward = geography.ward.names.index(name)
            counts[ward, in_period] = _draw_total(count, monthly[ward, in_period], rng=rng)
    return counts


def _expected(
    geography: Geography, places: Places, per_1000: float, per_callout: float
) -> FloatArray:
    """(wards,) expected records per year, without regard to published figures."""
    weight = _weight(geography, places, per_1000, per_callout)
    ward = geography.ward_of_lsoa[places.lsoa]
    return np.asarray(
        np.bincount(ward, weights=weight, minlength=len(geography.ward)), dtype=np.float64
    )


def _weight(
    geography: Geography, places: Places, per_1000: float, per_callout: float
) -> FloatArray:
    """(places,) expected records per year."""
    names = geography.district.names
    district = geography.district_of_lsoa[places.lsoa]
    factor = np.array([DISTRICT_FACTOR.get(name, 1.0) for name in names])[district]
    in_city = district == names.index(CITY)
    at_venue = per_callout * np.where(in_city, CITY_CENTRE_FACTOR, 1.0)
    per_weight = np.where(places.is_venue, at_venue, per_1000 / 1_000.0)
    return np.asarray(places.weight * factor * per_weight, dtype=np.float64)


def _trend(gazetteer: Gazetteer, months: MonthArray) -> FloatArray:
    """(wards, months) growth of each ward relative to the county: 1 in the middle of 2019."""
    trend = np.array([ward.trend for ward in gazetteer.wards])
    years_before = (months - np.datetime64("2019-07")).astype(np.int64) / 12.0
    return np.asarray(np.exp(np.multiply.outer(trend, years_before)), dtype=np.float64)


def _draw_total(total: int, expected: FloatArray, *, rng: np.random.Generator) -> IntArray:
    """Counts with exactly this total, drawn in proportion to the expected ones."""
    probability = expected.ravel() / expected.sum()
    return np.asarray(rng.multinomial(total, probability).reshape(expected.shape), dtype=np.int64)


def _month_indices(months: MonthArray, period: Months) -> IntArray:
    """Indices of the months in the period."""
    return np.flatnonzero((period.first <= months) & (period.after > months))


def _year_indices(months: MonthArray) -> IntArray:
    """(months,) index of the year of each month."""
    return np.asarray(months.astype("M8[Y]").astype(np.int64) + 1970 - FIRST_YEAR)


def _draw(
    geography: Geography,
    places: Places,
    counts: IntArray,
    per_1000: float,
    per_callout: float,
    *,
    rng: np.random.Generator,
) -> _CrimeDraws:
    """A place and a month for each crime, including those without a place."""
    ward_of_place = geography.ward_of_lsoa[places.lsoa]
    weight = _weight(geography, places, per_1000, per_callout)
    place, month = [], []
    for ward, monthly_counts in enumerate(counts):
        ward_places = np.flatnonzero(ward_of_place == ward)
        total = int(monthly_counts.sum())
        place.append(
            rng.choice(ward_places, total, p=weight[ward_places] / weight[ward_places].sum())
        )
        month.append(np.repeat(np.arange(counts.shape[1]), monthly_counts))
    monthly_counts = rng.binomial(
        counts.sum(axis=0), (NOT_LOCATED + OUTSIDE) / (1 - NOT_LOCATED - OUTSIDE)
    )
    month.append(np.repeat(np.arange(counts.shape[1]), monthly_counts))
    place.append(np.full(int(monthly_counts.sum()), -1))
    return _CrimeDraws(np.concatenate(place), np.concatenate(month))


def _categories(places: Places, place: IntArray, *, rng: np.random.Generator) -> IntArray:
    """(n,) index in CRIMES, by the kind of place."""
    at_venue = np.where(place >= 0, places.is_venue[place], rng.random(len(place)) < 0.3)
    category = np.empty(len(place), dtype=np.int64)
    for venue in (False, True):
        rows = np.flatnonzero(at_venue == venue)
        weight = np.array([crime[2 if venue else 1] for crime in CRIMES])
        category[rows] = rng.choice(len(CRIMES), len(rows), p=weight / weight.sum())
    return category


def _table(
    geography: Geography,
    places: Places,
    place: IntArray,
    month: MonthArray,
    category: IntArray,
    *,
    rng: np.random.Generator,
) -> pa.Table:
    """The rows in the columns of the store, without ids."""
    n = len(place)
    xy_m = np.full((n, 2), np.nan)
    located = place >= 0
    xy_m[located] = places.map_points_m[places.map_point[place[located]]]
    codes = [*geography.lsoa.codes, *(f"X01{900_000 + i:06d}" for i in range(CODES_OUTSIDE))]
    code = np.where(located, places.lsoa[place], -1)
    unplaced = np.flatnonzero(~located)
    outside_rows = unplaced[rng.random(len(unplaced)) < OUTSIDE / (OUTSIDE + NOT_LOCATED)]
    outside_indices = rng.integers(0, len(places.outside_m), len(outside_rows))
    xy_m[outside_rows] = places.outside_m[outside_indices]
    # Codes of areas that are not in the layer, as a neighbouring county's would be.
    code[outside_rows] = len(geography.lsoa) + outside_indices % CODES_OUTSIDE
    names = [*(crime[0] for crime in CRIMES), ASB]
    unlocated = np.isnan(xy_m[:, 0])
    return pa.table(
        {
            "occurred": pa.array(month.astype("M8[us]")),
            "precision": pa.repeat("month", n),
            "easting_m": pa.array(xy_m[:, 0], mask=unlocated),
            "northing_m": pa.array(xy_m[:, 1], mask=unlocated),
            "category": coded(names, category),
            "area_code": coded(codes, code),
            "area_layer": coded(["lsoa"], np.where(unlocated, -1, 0)),
        }
    )
