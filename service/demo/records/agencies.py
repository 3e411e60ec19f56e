"""Records of other agencies: each dataset is described in ``agencies.json``."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from service.demo.places.addresses import Places
from service.demo.places.gazetteer import read_data
from service.demo.places.geography import Geography
from service.demo.places.published import Months
from service.demo.records.hours import draw_minutes
from service.demo.records.offences import coded, drawn, drawn_ages
from spatial.arrays import FloatArray, IntArray

Days = tuple[datetime.date, datetime.date]
MIDDLE_YEAR = 2018  # in which a dataset has the rate that is written down


def make_agency_records(geography: Geography, places: Places, *, seed: int) -> dict[str, pa.Table]:
    """The rows of each dataset, ordered by time."""
    datasets = read_data("agencies.json")["datasets"]
    return {
        dataset: _make_rows(
            geography, places, dataset, content, np.random.default_rng([seed, 8, i])
        )
        for i, (dataset, content) in enumerate(datasets.items())
    }


def agency_days() -> dict[str, Days]:
    """The first and the last day that each dataset covers."""
    datasets = read_data("agencies.json")["datasets"]
    return {dataset: _days(_period(content)) for dataset, content in datasets.items()}


def _period(content: Mapping[str, Any]) -> Months:
    return Months.of(f"{content['first']}/{content['last']}")


def _days(period: Months) -> Days:
    last = period.after.astype("M8[D]") - np.timedelta64(1, "D")
    return period.first.astype("M8[D]").item(), last.item()


def _make_rows(
    geography: Geography,
    places: Places,
    dataset: str,
    content: Mapping[str, Any],
    rng: np.random.Generator,
) -> pa.Table:
    """The rows of one dataset."""
    place, occurred = _draw(geography, places, content, rng=rng)
    n = len(occurred)
    unit = {"minute": "m", "day": "D", "month": "M"}[content["precision"]]
    columns: dict[str, Any] = {
        "occurred": pa.array(occurred.astype(f"M8[{unit}]").astype("M8[us]")),
        "precision": pa.repeat(content["precision"], n),
        **_where(geography, places, content, place, rng=rng),
    }
    category = np.full(n, -1)
    for name, values in content["columns"].items():
        is_meant = np.ones(n, dtype=np.bool_)
        if isinstance(values, dict):
            names = [text for text, _ in content["columns"]["category"]]
            is_meant, values = category == names.index(values["of"]), values["values"]
        position = drawn(values, is_meant, rng=rng)
        category = position if name == "category" else category
        columns[name] = coded([text for text, _ in values], position)
    if "ages" in content:
        columns["age"] = pa.array(drawn_ages(content["ages"], n, rng=rng))
    if "weight" in content:
        mu, sigma = np.log(content["weight"]["median"]), content["weight"]["sigma"]
        columns["weight"] = pa.array(np.maximum(np.rint(rng.lognormal(mu, sigma, n)), 1.0))
    return pa.table(columns)


def _draw(
    geography: Geography, places: Places, content: Mapping[str, Any], *, rng: np.random.Generator
) -> tuple[IntArray, np.ndarray[tuple[int], np.dtype[np.datetime64]]]:
    """Place (-1 outside the county, -2 not located) and time, ordered by time."""
    period = _period(content)
    names = geography.district.names
    rate = np.array([content["yearly_per_1000"][name] for name in names]) / 1_000.0
    district = geography.district_of_lsoa[places.lsoa]
    weight = _weight(places, district, rate, content["venues"])
    placed, times = [], []
    for year in range(int(str(period.first)[:4]), int(str(period.after - 1)[:4]) + 1):
        of_year = Months.of(str(year))
        part = Months(max(period.first, of_year.first), min(period.after, of_year.after))
        growth = np.exp(content["growth"] * (year - MIDDLE_YEAR)) * part.days / 365.25
        n = int(rng.poisson(weight.sum() * growth))
        place = rng.choice(len(weight), n, p=weight / weight.sum())
        is_venue = places.is_venue[place]
        lost = rng.random(n)
        place[lost < content["not_located"] + content["outside"]] = -1
        place[lost < content["not_located"]] = -2
        placed.append(place)
        times.append(draw_minutes(part, is_venue, rng=rng))
    occurred = np.concatenate(times)
    order = np.argsort(occurred, kind="stable")
    return np.concatenate(placed)[order], occurred[order]


def _weight(places: Places, district: IntArray, rate: FloatArray, venues: float) -> FloatArray:
    """(places,) records expected in a year: each district's rate, shared with its nightlife."""
    weight = np.where(places.is_venue, 0.0, places.weight) * rate[district]
    for i in range(len(rate)):
        of_venues = np.flatnonzero(places.is_venue & (district == i))
        if len(of_venues):
            total = weight[district == i].sum()
            share = places.weight[of_venues] / places.weight[of_venues].sum()
            weight[district == i] *= 1.0 - venues
            weight[of_venues] = venues * total * share
    return np.asarray(weight, dtype=np.float64)


def _where(
    geography: Geography,
    places: Places,
    content: Mapping[str, Any],
    place: IntArray,
    *,
    rng: np.random.Generator,
) -> dict[str, pa.Array]:
    """Coordinates, or the codes of larger areas with the middle of each."""
    xy_m = np.full((len(place), 2), np.nan)
    is_placed, is_outside = place >= 0, place == -1
    xy_m[is_placed] = places.xy_m[place[is_placed]]
    outside = rng.integers(0, len(places.outside_m), np.count_nonzero(is_outside))
    xy_m[is_outside] = places.outside_m[outside]
    if "coded_by" not in content:
        return _coordinates(xy_m)
    area = np.full(len(place), -1)
    area[is_placed] = geography.postcode_of_lsoa[places.lsoa[place[is_placed]]]
    area[is_outside] = len(geography.postcode.codes)
    codes: Sequence[str] = (*geography.postcode.codes, "X09000999")  # of nobody's area here
    xy_m[is_placed] = geography.postcode_middles_m[area[is_placed]]
    return {
        **_coordinates(xy_m),
        "area_code": coded(codes, area),
        "area_layer": coded([geography.postcode.layer_id], np.minimum(area, 0)),
    }


def _coordinates(xy_m: FloatArray) -> dict[str, pa.Array]:
    """Whole metres; null where there is no place."""
    is_missing = np.isnan(xy_m[:, 0])
    return {
        "easting_m": pa.array(xy_m[:, 0], mask=is_missing),
        "northing_m": pa.array(xy_m[:, 1], mask=is_missing),
    }
