"""Assault-related ambulance callouts, calibrated to the published totals and shares."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from service.demo.places.addresses import Places, lies_in
from service.demo.places.gazetteer import CITY, Gazetteer
from service.demo.places.geography import Geography
from service.demo.places.published import AgeShare, Months, Published
from service.demo.records.hours import draw_minutes
from service.demo.records.quotas import apportion, deal_out, spread_evenly
from spatial.arrays import BoolArray, FloatArray, IntArray

LAST_PUBLISHED = Months.of("2019-01/2019-10")
LAST_YEAR = Months.of("2019")
HOME_CALLOUTS_PER_1000 = 0.42
NOT_LOCATED = 0.70  # of those that are unknown or outside the county
VENUE_SPREAD_M, STREET_SPREAD_M = 6.0, 15.0
SEXES = ("male", "female")

CATEGORIES = ("Assault", "Sexual assault", "Stab or penetrating wound")
CATEGORY_SHARES = np.array([0.935, 0.035, 0.030])
SUBCATEGORIES = (
    "not dangerous injury",
    "possibly dangerous injury",
    "unconscious or not alert",
    "serious bleeding",
)
SUBCATEGORY_SHARES = np.array([0.55, 0.30, 0.10, 0.05])

# Ages about which nothing was published: the rest of the patients, in proportion to these.
REST_OF_AGES = ((15, 17, 2.2), (31, 39, 1.75), (45, 54, 1.3), (55, 64, 0.6))
OLDEST = (65, 89, 0.25)


@dataclass(frozen=True)
class _Block:
    """Callouts of one district in one period."""

    district: int  # -1: unknown or outside the county
    period: Months
    count: int


def make_callouts(
    geography: Geography, gazetteer: Gazetteer, places: Places, published: Published, *, seed: int
) -> pa.Table:
    """One row per callout, ordered by time, to the minute, 2015 to 2019."""
    rng = np.random.default_rng([seed, 4])
    blocks = _blocks(geography, published)
    sizes = [block.count for block in blocks]
    block_of_row = np.repeat(np.arange(len(blocks)), sizes)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    place = np.full(len(block_of_row), -1, dtype=np.int64)
    for district in range(len(geography.district)):
        _place_district(geography, gazetteer, places, blocks, starts, district, place, rng=rng)

    at_night = np.zeros(len(place), dtype=np.bool_)
    at_night[place >= 0] = places.is_venue[place[place >= 0]]
    at_night[place < 0] = rng.random(np.count_nonzero(place < 0)) < 0.5
    occurred = np.empty(len(place), dtype="M8[m]")
    for i, block in enumerate(blocks):
        rows = slice(starts[i], starts[i + 1])
        occurred[rows] = draw_minutes(block.period, at_night[rows], rng=rng)
    xy_m = _scatter(geography, places, place, rng=rng)
    unplaced_rows = np.flatnonzero(place < 0)
    outside_rows = unplaced_rows[rng.random(len(unplaced_rows)) >= NOT_LOCATED]
    xy_m[outside_rows] = places.outside_m[
        rng.integers(0, len(places.outside_m), len(outside_rows))
    ]

    groups = _groups(blocks, block_of_row)
    category = spread_evenly(groups, CATEGORY_SHARES, len(place), rng=rng)
    detail = spread_evenly(groups, SUBCATEGORY_SHARES, len(place), rng=rng)
    male = published.male_percent / 100.0
    sex = spread_evenly(groups, np.array([male, 1.0 - male]), len(place), rng=rng)
    ages, age_shares = age_distribution(published.ages)
    age = ages[spread_evenly(groups, age_shares, len(place), rng=rng)]
    order = np.argsort(occurred, kind="stable")
    return _table(
        xy_m[order], occurred[order], category[order], detail[order], sex[order], age[order]
    )


def age_distribution(published: tuple[AgeShare, ...]) -> tuple[IntArray, FloatArray]:
    """Ages, and the share of patients at each, such that every published share is matched.

    A published range within another is taken out of the wider one first; a range that overlaps
    another in part is filled up with what it lacks at the ages it does not share.
    """
    percent: dict[int, float] = {}
    for share in sorted(published, key=lambda share: share.last - share.first):
        years = range(share.first, share.last + 1)
        open_years = [year for year in years if year not in percent]
        missing_percent = share.percent - sum(percent.get(year, 0.0) for year in years)
        for year in open_years:
            percent[year] = missing_percent / len(open_years)
    remaining_percent = 100.0 - sum(percent.values())
    shape = {
        year: weight
        for first, last, weight in (*REST_OF_AGES, OLDEST)
        for year in range(first, last + 1)
        if year not in percent
    }
    scale = remaining_percent / sum(shape.values())
    percent |= {year: weight * scale for year, weight in shape.items()}
    ages = np.array(sorted(percent), dtype=np.int64)
    return ages, np.array([percent[year] for year in sorted(percent)]) / 100.0


def _blocks(geography: Geography, published: Published) -> list[_Block]:
    """Districts and periods with their counts, continued at the same rate after the last month."""
    blocks = []
    counts = [published.callouts[name] for name in geography.district.names]
    counts.append(published.callouts_elsewhere)
    for i, counts_by_period in enumerate(counts):
        district = i if i < len(geography.district) else -1
        for text, count in counts_by_period.items():
            blocks.append(_Block(district, Months.of(text), count))
            if Months.of(text) == LAST_PUBLISHED:
                rest_period = Months(LAST_PUBLISHED.after, LAST_YEAR.after)
                rest_count = round(count * rest_period.days / LAST_PUBLISHED.days)
                blocks.append(_Block(district, rest_period, rest_count))
    return blocks


def _groups(blocks: list[_Block], block_of_row: IntArray) -> list[IntArray]:
    """The rows of each district and year: shares hold within each of them."""
    keys = np.array(
        [block.district * 10_000 + int(str(block.period.first)[:4]) for block in blocks]
    )[block_of_row]
    return [np.flatnonzero(keys == key) for key in np.unique(keys)]


def _place_district(
    geography: Geography,
    gazetteer: Gazetteer,
    places: Places,
    blocks: list[_Block],
    starts: IntArray,
    district: int,
    place: IntArray,
    *,
    rng: np.random.Generator,
) -> None:
    """Assign a place to each callout of a district, so that ward shares hold in every year."""
    ward_of_place = geography.ward_of_lsoa[places.lsoa]
    wards = np.flatnonzero(geography.district_of_ward == district)
    weight = np.where(places.is_venue, 1.0, HOME_CALLOUTS_PER_1000 / 1_000.0) * places.weight
    ward_weight = np.bincount(ward_of_place, weights=weight, minlength=len(geography.ward))
    expected = np.asarray(ward_weight[wards], dtype=np.float64)
    in_city = geography.district.names[district] == CITY
    if in_city:
        expected = np.array(
            [gazetteer.city_ward_percent[geography.ward.names[ward_index]] for ward_index in wards]
        )
    years = sorted({str(block.period.first)[:4] for block in blocks})
    for year in years:
        year_blocks = [
            i
            for i, block in enumerate(blocks)
            if block.district == district and str(block.period.first)[:4] == year
        ]
        rows = np.concatenate([np.arange(starts[i], starts[i + 1]) for i in year_blocks])
        counts = (
            apportion(len(rows), expected)
            if in_city
            else rng.multinomial(len(rows), expected / expected.sum())
        )
        ward = wards[deal_out(counts, rng=rng)]
        for ward_id in np.unique(ward):
            ward_places = np.flatnonzero(ward_of_place == ward_id)
            probability = weight[ward_places] / weight[ward_places].sum()
            place[rows[ward == ward_id]] = rng.choice(
                ward_places, np.count_nonzero(ward == ward_id), p=probability
            )


def _scatter(
    geography: Geography, places: Places, place: IntArray, *, rng: np.random.Generator
) -> FloatArray:
    """(n, 2) location of the ambulance: near the place and in its LSOA; NaN without a place."""
    xy_m = np.full((len(place), 2), np.nan)
    rows = np.flatnonzero(place >= 0)
    addresses = place[rows]
    spread_m = np.where(places.is_venue[addresses], VENUE_SPREAD_M, STREET_SPREAD_M)[:, None]
    moved_m = np.round(
        places.xy_m[addresses] + spread_m * rng.normal(0.0, 1.0, (len(addresses), 2))
    )
    is_inside: BoolArray = lies_in(geography.lsoa, places.lsoa[addresses], moved_m)
    xy_m[rows] = np.where(is_inside[:, None], moved_m, places.xy_m[addresses])
    return xy_m


def _table(
    xy_m: FloatArray,
    occurred: np.ndarray[tuple[int], np.dtype[np.datetime64]],
    category: IntArray,
    detail: IntArray,
    sex: IntArray,
    age: IntArray,
) -> pa.Table:
    """The rows in the columns of the store."""
    n = len(occurred)
    unlocated = np.isnan(xy_m[:, 0])
    return pa.table(
        {
            "incident_id": pa.array([f"demo-callout-{i:06d}" for i in range(1, n + 1)]),
            "occurred": pa.array(occurred.astype("M8[us]")),
            "precision": pa.repeat("minute", n),
            "easting_m": pa.array(xy_m[:, 0], mask=unlocated),
            "northing_m": pa.array(xy_m[:, 1], mask=unlocated),
            "category": pa.array(np.array(CATEGORIES)[category]),
            "subcategory": pa.array(np.array(SUBCATEGORIES)[detail]),
            "sex": pa.array(np.array(SEXES)[sex]),
            "age": pa.array(age),
        }
    )
