"""The demonstration county in memory: invented, labelled as such, reproducible from a seed."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from boundaries.layers.layer import Layer
from service.demo.addresses import make_places
from service.demo.callouts import make_callouts
from service.demo.fires import make_fires
from service.demo.gazetteer import read_gazetteer
from service.demo.geography import CRS, Geography, make_geography
from service.demo.marker import SEED
from service.demo.police import make_police_crime
from service.demo.published import read_published, read_sites
from service.demo.residents import MEASURES, make_residents, measure_rows
from spatial.coordinates.crs import WGS84, transform_xy


@dataclass(frozen=True)
class County:
    """All data of the demonstration.

    Attributes
    ----------
    seed : int
    geography : Geography
        The three layers and how they nest.
    incidents : dict of str to pyarrow.Table
        Rows by dataset, in the columns that the store takes.
    measures : dict of str to pyarrow.Table
        Rows by measure: layer, area code, measure, period, value.
    sites : pyarrow.Table
        Development sites: the published ones.
    """

    seed: int
    geography: Geography
    incidents: dict[str, pa.Table]
    measures: dict[str, pa.Table]
    sites: pa.Table

    @property
    def layers(self) -> tuple[Layer, ...]:
        """LSOAs, wards and districts, in the order in which they are imported."""
        return self.geography.lsoa, self.geography.ward, self.geography.district


def build_county(seed: int = SEED) -> County:
    """The county of a seed; takes about two seconds and reads only files of this package."""
    gazetteer, published = read_gazetteer(), read_published()
    geography = make_geography(seed=seed)
    residents = make_residents(geography, seed=seed)
    people = residents.population.mean(axis=0)
    places = make_places(geography, gazetteer, people, seed=seed)
    return County(
        seed=seed,
        geography=geography,
        incidents={
            "callouts": make_callouts(geography, gazetteer, places, published, seed=seed),
            "police-crime": make_police_crime(geography, gazetteer, places, published, seed=seed),
            "fires": make_fires(geography, places, published, seed=seed),
        },
        measures={name: measure_rows(geography, residents, name) for name in MEASURES},
        sites=site_rows(),
    )


def site_rows() -> pa.Table:
    """The published development sites in the county's CRS."""
    sites = read_sites()
    lonlat_deg = np.array([(site.longitude, site.latitude) for site in sites])
    xy_m = np.round(transform_xy(lonlat_deg, source=WGS84, target=CRS))
    return pa.table(
        {
            "site_id": [site.site_id for site in sites],
            "name": [site.name for site in sites],
            "district": [site.district for site in sites],
            "easting_m": pa.array(xy_m[:, 0]),
            "northing_m": pa.array(xy_m[:, 1]),
            "homes_planned": pa.array([float(site.total_homes) for site in sites]),
            "homes_completed": pa.array([site.completed_2019 for site in sites], pa.float64()),
            "completed_year": pa.array(
                [None if site.completed_2019 is None else 2019 for site in sites], pa.int32()
            ),
            "position": [site.position for site in sites],
            "note": pa.array([site.note or None for site in sites], pa.string()),
        }
    )
