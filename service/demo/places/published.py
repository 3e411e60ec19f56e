"""Published figures that the demonstration data are calibrated to.

They are facts from strategic assessments of community safety partnerships, stored in
``published.json`` and ``sites.json`` with the source of each.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from service.demo.places.gazetteer import read_data


@dataclass(frozen=True)
class Months:
    """A period of whole months.

    Attributes
    ----------
    first : numpy.datetime64
        The first month.
    after : numpy.datetime64
        The month after the last.
    """

    first: np.datetime64
    after: np.datetime64

    @classmethod
    def of(cls, text: str) -> "Months":
        """From ``2018``, or from the first and the last month, ``2018-11/2019-10``."""
        if "/" not in text:
            text = f"{text}-01/{text}-12"
        first, last = (np.datetime64(part, "M") for part in text.split("/"))
        return cls(first, last + np.timedelta64(1, "M"))

    @property
    def days(self) -> int:
        """Days in the period."""
        return int((self.after.astype("M8[D]") - self.first.astype("M8[D]")).astype(int))


@dataclass(frozen=True)
class AgeShare:
    """Patients of these ages, both inclusive, per hundred."""

    first: int
    last: int
    percent: float


@dataclass(frozen=True)
class Published:
    """Published figures, by the names of districts and wards.

    Attributes
    ----------
    callouts : dict
        For each district and period its assault-related ambulance callouts.
    callouts_elsewhere : dict
        For each period the callouts whose place is unknown or outside the county.
    city_ward_percent : dict
        Share of the city's callouts in the three leading wards.
    ward_crime, ward_fires, ward_asb : dict
        Counts by ward in the period beside them.
    """

    callouts: dict[str, dict[str, int]]
    callouts_elsewhere: dict[str, int]
    city_ward_percent: dict[str, float]
    male_percent: float
    ages: tuple[AgeShare, ...]
    ward_crime: dict[str, int]
    ward_crime_months: Months
    ward_fires: dict[str, int]
    ward_fires_months: Months
    ward_asb: dict[str, int]
    ward_asb_months: Months
    district_crime: dict[str, dict[str, int]]


@lru_cache(maxsize=1)
def read_published() -> Published:
    """The published figures."""
    content = read_data("published.json")
    callouts, city = content["callouts_by_district"], content["callouts_cambridge"]
    south_cambridgeshire, huntingdonshire = (
        content["south_cambridgeshire_wards"],
        content["huntingdonshire_wards"],
    )
    return Published(
        callouts=callouts["districts"],
        callouts_elsewhere=callouts["unknown_and_outside"],
        city_ward_percent=city["ward_percent"],
        male_percent=city["male_percent"],
        ages=tuple(
            AgeShare(age["from"], age["to"], age["percent"]) for age in city["age_percent"]
        ),
        ward_crime=south_cambridgeshire["crime"],
        ward_crime_months=Months.of(south_cambridgeshire["crime_period"]),
        ward_fires=south_cambridgeshire["deliberate_fires"],
        ward_fires_months=Months.of(south_cambridgeshire["fires_period"]),
        ward_asb=huntingdonshire["anti_social_behaviour"],
        ward_asb_months=Months.of(huntingdonshire["anti_social_behaviour_period"]),
        district_crime=content["crime_by_district"]["districts"],
    )


@dataclass(frozen=True)
class Site:
    """A development site as published; its position is approximate."""

    site_id: str
    name: str
    district: str
    total_homes: int
    completed_2019: int | None
    longitude: float
    latitude: float
    position: str
    note: str


@lru_cache(maxsize=1)
def read_sites() -> tuple[Site, ...]:
    """The published development sites."""
    return tuple(Site(**site) for site in read_data("sites.json")["sites"])


def sites_source() -> str:
    """The publisher of the sites, and which of their data are approximate."""
    content: dict[str, Any] = read_data("sites.json")
    return f"{content['source']}. {content['note']}"
