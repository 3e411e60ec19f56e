"""The county's areas: valid, nested, named, and where the published sites are."""

import re

import numpy as np
import pytest
import shapely

from service.demo.county import County
from service.demo.places.geography import make_geography
from service.demo.places.published import read_sites


@pytest.mark.parametrize("level", ["lsoa", "ward", "district", "postcode"])
def test_every_level_is_a_valid_coverage_of_whole_polygons(county: County, level: str) -> None:
    layer = getattr(county.geography, level)
    assert shapely.coverage_is_valid(layer.geometries)
    assert shapely.is_valid(layer.geometries).all()
    if level != "postcode":
        assert {shape.geom_type for shape in layer.geometries} == {"Polygon"}
    assert layer.crs == "EPSG:27700"
    assert layer.metadata.synthetic
    assert "synthetic" in layer.metadata.title


def test_levels_nest_exactly(county: County) -> None:
    g = county.geography
    for inner, outer, parent in (
        (g.lsoa, g.ward, g.ward_of_lsoa),
        (g.ward, g.district, g.district_of_ward),
        (g.lsoa, g.postcode, g.postcode_of_lsoa),
    ):
        known = set(map(tuple, shapely.get_coordinates(inner.geometries)))
        assert set(map(tuple, shapely.get_coordinates(outer.geometries))) <= known
        for i, shape in enumerate(outer.geometries):
            union = shapely.coverage_union_all(inner.geometries[parent == i])
            assert shapely.equals(union, shape)


def test_numbers_of_areas(county: County) -> None:
    g = county.geography
    assert len(g.lsoa) == pytest.approx(400, abs=12)
    assert len(g.ward) == 104
    assert g.district.names == (
        "Cambridge",
        "East Cambridgeshire",
        "Fenland",
        "Huntingdonshire",
        "South Cambridgeshire",
    )


def test_codes_are_unique_and_no_real_ones(county: County) -> None:
    codes = [code for layer in county.layers for code in layer.codes]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"X0[1579]\d{6}", code) for code in codes)
    for layer in county.layers:
        assert list(layer.codes) == sorted(layer.codes)
        assert len(set(layer.names)) == len(layer)
    assert all(
        re.fullmatch(r"(Cambridge|.+shire|Fenland) \d{3}[A-Z]", n) for n in county.layers[0].names
    )


def test_lsoas_are_small_in_towns_and_large_outside(county: County) -> None:
    g = county.geography
    town, land = g.lsoa.areas_km2[g.in_town], g.lsoa.areas_km2[~g.in_town]
    assert 0.2 < town.min() < np.median(town) < 1.0 < town.max() < 1.5
    assert 4.0 < land.min() < 10.0 < np.median(land) < 60.0
    assert land.max() < 60.0


def test_districts_lie_and_measure_roughly_as_in_cambridgeshire(county: County) -> None:
    g = county.geography
    place = dict(zip(g.district.names, g.district.centroids_m / 1_000, strict=True))
    assert np.hypot(*(place["Cambridge"] - [545.5, 258.5])) < 2
    assert place["Fenland"][1] > place["East Cambridgeshire"][1] > place["South Cambridgeshire"][1]
    assert place["Huntingdonshire"][0] < place["Cambridge"][0] < place["East Cambridgeshire"][0]
    size = dict(zip(g.district.names, g.district.areas_km2, strict=True))
    # Standard area measurements, km^2, to the nearest ten.
    for name, km2 in {
        "Cambridge": 40,
        "East Cambridgeshire": 650,
        "Fenland": 550,
        "Huntingdonshire": 910,
        "South Cambridgeshire": 900,
    }.items():
        assert size[name] == pytest.approx(km2, rel=0.2)


def test_the_city_is_wholly_inside_the_district_around_it(county: County) -> None:
    shapes = dict(zip(county.layers[2].names, county.layers[2].geometries, strict=True))
    (hole,) = shapely.get_rings(shapes["South Cambridgeshire"])[1:]
    assert shapely.equals(shapely.Polygon(hole), shapes["Cambridge"])


def test_published_sites_lie_in_their_districts(county: County) -> None:
    names, shapes = county.layers[2].names, county.layers[2].geometries
    places = shapely.points(
        county.sites.column("easting_m").to_numpy(), county.sites.column("northing_m").to_numpy()
    )
    elsewhere = 0
    for site, place in zip(read_sites(), places, strict=True):
        if site.district in names:
            assert shapes[names.index(site.district)].distance(place) < 50.0, site.site_id
        else:
            assert not shapely.intersects(shapes, place).any(), site.site_id
            elsewhere += 1
    assert elsewhere == 3


@pytest.mark.parametrize("seed", [1, 7])
def test_other_seeds_make_other_valid_counties(county: County, seed: int) -> None:
    other = make_geography(seed=seed)
    for layer in (other.lsoa, other.ward, other.district):
        assert shapely.coverage_is_valid(layer.geometries)
        assert {shape.geom_type for shape in layer.geometries} == {"Polygon"}
    assert other.ward.names == county.geography.ward.names
    assert not shapely.equals(other.district.union, county.geography.district.union)
