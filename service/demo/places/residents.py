"""People, households and homes of the demonstration county, by LSOA and year."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from boundaries.layers.layer import Layer
from service.demo.places.geography import Geography
from spatial.arrays import FloatArray, IntArray

YEARS = (2015, 2016, 2017, 2018, 2019)
FEWEST, MOST = 1_000, 3_000
MEASURES = {
    "population": "residents",
    "households": "households",
    "homes": "homes",
}


@dataclass(frozen=True)
class Residents:
    """Counts by year and LSOA, each (years, lsoas)."""

    population: IntArray
    households: IntArray
    homes: IntArray


def make_residents(geography: Geography, *, seed: int) -> Residents:
    """Between 1,000 and 3,000 people per LSOA and year, with slow growth in most LSOAs."""
    rng = np.random.default_rng([seed, 2])
    lsoas = len(geography.lsoa)
    first_year = np.clip(rng.lognormal(np.log(1_580.0), 0.17, lsoas), FEWEST * 1.04, MOST / 1.12)
    growth = np.clip(rng.normal(0.008, 0.008, lsoas), -0.008, 0.027)
    years = np.arange(len(YEARS))[:, None]
    people = np.rint(first_year * (1 + growth) ** years).astype(np.int64)
    per_household = np.where(
        geography.in_town, rng.uniform(2.15, 2.45, lsoas), rng.uniform(2.3, 2.6, lsoas)
    )
    households = np.rint(people / per_household).astype(np.int64)
    empty_share = rng.uniform(1.02, 1.045, lsoas)
    return Residents(people, households, np.rint(households * empty_share).astype(np.int64))


def measure_rows(geography: Geography, residents: Residents, measure: str) -> pa.Table:
    """One measure for all years: by LSOA, and summed to wards and districts."""
    return pa.concat_tables(
        measure_row(layer, measure, str(year), sums, MEASURES[measure])
        for year, values in zip(YEARS, getattr(residents, measure), strict=True)
        for layer, sums in area_sums(geography, values)
    )


def area_sums(
    geography: Geography, values: FloatArray | IntArray
) -> tuple[tuple[Layer, FloatArray], ...]:
    """The values of the LSOAs, and their sums over wards and districts."""
    levels = (
        (geography.lsoa, np.arange(len(geography.lsoa))),
        (geography.ward, geography.ward_of_lsoa),
        (geography.district, geography.district_of_lsoa),
    )
    weights = np.asarray(values, dtype=np.float64)
    return tuple(
        (layer, np.asarray(np.bincount(area, weights=weights), dtype=np.float64))
        for layer, area in levels
    )


def measure_row(
    layer: Layer, measure: str, period: str, values: FloatArray | IntArray, unit: str
) -> pa.Table:
    """A row for each area of a layer."""
    return measure_of_codes(layer.layer_id, layer.codes, measure, period, values, unit)


def measure_of_codes(
    layer_id: str,
    codes: Sequence[str],
    measure: str,
    period: str,
    values: FloatArray | IntArray,
    unit: str,
) -> pa.Table:
    """A row for each of some codes."""
    return pa.table(
        {
            "layer": pa.repeat(layer_id, len(codes)),
            "area_code": pa.array(codes),
            "measure": pa.repeat(measure, len(codes)),
            "period": pa.repeat(period, len(codes)),
            "value": pa.array(values, pa.float64()),
            "unit": pa.repeat(unit, len(codes)),
        }
    )
