"""Approximate locations of the demonstration county's places, read from a file beside this one."""

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np

from spatial.arrays import FloatArray, frozen

CITY = "Cambridge"
TOWN_LSOA_KM2 = 0.68
CITY_LSOA_KM2 = 0.53


@dataclass(frozen=True)
class WardSite:
    """A ward: its approximate location, and the number of LSOAs it is divided into.

    Attributes
    ----------
    town_lsoas, rural_lsoas : int
        Small ones around the ward's centre, and large ones on the land around.
    hardship : float
        How much more often than elsewhere residents are involved in what is recorded.
    trend : float
        Yearly growth of what the police record there, beyond that of everywhere: 0.1 is 10.5 %.
    """

    name: str
    district: str
    easting_km: float
    northing_km: float
    town_lsoas: int
    rural_lsoas: int
    hardship: float
    trend: float

    @property
    def town_radius_m(self) -> float:
        """Radius of a disc with room for the ward's town LSOAs."""
        lsoa_km2 = CITY_LSOA_KM2 if self.district == CITY else TOWN_LSOA_KM2
        return 1_000.0 * float(np.sqrt(self.town_lsoas * lsoa_km2 / np.pi))


@dataclass(frozen=True)
class Nightlife:
    """A cluster of places where people go out."""

    name: str
    district: str
    easting_km: float
    northing_km: float
    spread_m: float
    venues: int
    callouts_per_year: float


@dataclass(frozen=True)
class OutsidePlace:
    """A place outside the county from which the county's data have some rows."""

    name: str
    easting_km: float
    northing_km: float
    spread_m: float
    weight: float


@dataclass(frozen=True)
class PostcodeDistrict:
    """A postcode district of the county, with its rough middle."""

    name: str
    easting_km: float
    northing_km: float


@dataclass(frozen=True)
class Gazetteer:
    """All places of the county; wards in the order of district and name."""

    wards: tuple[WardSite, ...]
    outline_m: FloatArray
    nightlife: tuple[Nightlife, ...]
    city_ward_percent: dict[str, float]
    outside: tuple[OutsidePlace, ...]
    postcode_districts: tuple[PostcodeDistrict, ...]

    @property
    def centres_m(self) -> FloatArray:
        """(wards, 2) rough centre of each ward, metres."""
        return positions_m(self.wards)


def positions_m(places: tuple[Any, ...]) -> FloatArray:
    """(n, 2) easting and northing of each place, metres."""
    return np.array([(place.easting_km, place.northing_km) for place in places]) * 1_000.0


def read_data(name: str) -> Any:
    """The content of one of the JSON files in this package."""
    return json.loads(resources.files("service.demo").joinpath(name).read_text("utf-8"))


@lru_cache(maxsize=1)
def read_gazetteer() -> Gazetteer:
    """The county's places."""
    content = read_data("gazetteer.json")
    wards = (WardSite(**ward) for ward in content["wards"])
    return Gazetteer(
        wards=tuple(sorted(wards, key=lambda ward: (ward.district, ward.name))),
        outline_m=frozen(np.array(content["outline_km"], dtype=np.float64) * 1_000.0),
        nightlife=tuple(Nightlife(**place) for place in content["nightlife"]),
        city_ward_percent=dict(content["city_ward_percent"]),
        outside=tuple(OutsidePlace(**place) for place in content["outside"]),
        postcode_districts=tuple(
            PostcodeDistrict(**district) for district in content["postcode_districts"]
        ),
    )
