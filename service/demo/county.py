"""The demonstration county in memory: invented, labelled as such, reproducible from a seed."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from boundaries.layers.layer import Layer
from service.demo.marker import SEED
from service.demo.measures import make_measures
from service.demo.places.addresses import make_places
from service.demo.places.gazetteer import read_gazetteer
from service.demo.places.geography import CRS, Geography, make_geography
from service.demo.places.ground import Features, make_ground
from service.demo.places.published import read_published, read_sites
from service.demo.places.residents import make_residents
from service.demo.places.streets import Streets, make_streets
from service.demo.records.agencies import make_agency_records
from service.demo.records.callouts import make_callouts
from service.demo.records.fires import make_fires
from service.demo.records.police import make_police_crime
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
        Rows by measure: layer, area code, measure, period, value, unit.
    sites : pyarrow.Table
        Development sites: the published ones.
    streets : Streets
        Roads, their names, and premises.
    ground : dict of str to Features
        The layers of its background map.
    """

    seed: int
    geography: Geography
    incidents: dict[str, pa.Table]
    measures: dict[str, pa.Table]
    sites: pa.Table
    streets: Streets
    ground: dict[str, Features]

    @property
    def layers(self) -> tuple[Layer, ...]:
        """LSOAs, wards, districts and postcode districts, in the order of import."""
        areas = self.geography
        return areas.lsoa, areas.ward, areas.district, areas.postcode


def build_county(seed: int = SEED) -> County:
    """The county of a seed; takes about two seconds and reads only files of this package."""
    gazetteer, published = read_gazetteer(), read_published()
    geography = make_geography(seed=seed)
    residents = make_residents(geography, seed=seed)
    people = residents.population.mean(axis=0)
    places = make_places(geography, gazetteer, people, seed=seed)
    streets = make_streets(geography, gazetteer, places)
    return County(
        seed=seed,
        geography=geography,
        incidents={
            "callouts": make_callouts(geography, gazetteer, places, published, seed=seed),
            "police-crime": make_police_crime(geography, gazetteer, places, published, seed=seed),
            "fires": make_fires(geography, places, published, seed=seed),
            **make_agency_records(geography, places, seed=seed),
        },
        measures=make_measures(geography, gazetteer, residents, seed=seed),
        sites=site_rows(),
        streets=streets,
        ground=make_ground(geography, gazetteer, streets.roads, seed=seed),
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
