"""The map of the demonstration county, as tiles that another library reads."""

import mapbox_vector_tile
import numpy as np
import shapely

from service.demo.ground import MAX_ZOOM, write_background
from service.store.reference.backgrounds import BackgroundStore
from spatial.coordinates.crs import transform_xy

CITY_TILE = (10, 512, 337)


def test_the_county_has_roads_rivers_woods_and_towns(county):
    ground = county.ground
    assert {name: len(part.geometries) > 0 for name, part in ground.items()} == dict.fromkeys(
        ("landcover", "landuse", "waterway", "transportation", "transportation_name", "place"),
        True,
    )
    extent = shapely.union_all(county.geography.district.geometries)
    for name in ("landuse", "waterway", "place"):
        inside = shapely.intersects(ground[name].geometries, extent.buffer(500.0))
        assert inside.all(), name
    names = ground["place"].columns["name"]
    assert len(names) == len(set(names))
    assert {"Cambridge", "Ely", "Wisbech", "Arbury"} <= set(names)


def test_its_tiles_are_kept_like_those_of_any_other_map(county, tmp_path):
    store = BackgroundStore(tmp_path / "background")
    layers = {name: county.ground[name] for name in ("place", "waterway", "landuse")}
    write_background(store, layers)
    background = store.open()
    assert background.about.synthetic
    assert background.max_zoom == MAX_ZOOM
    assert set(background.about.layers) == set(layers)
    tile = mapbox_vector_tile.decode(background.tile(*CITY_TILE))
    cities = [
        feature
        for feature in tile["place"]["features"]
        if feature["properties"]["name"] == "Cambridge"
    ]
    (city,) = cities
    position = county.ground["place"].columns["name"].index("Cambridge")
    xy_m = shapely.get_coordinates(county.ground["place"].geometries[position])
    lonlat = transform_xy(xy_m, source="EPSG:27700", target="EPSG:4326")[0]
    column = (lonlat[0] + 180.0) / 360.0 * 2**10 - 512
    assert city["geometry"]["coordinates"][0] == np.round(column * 4096)
    river = shapely.geometry.shape(tile["waterway"]["features"][0]["geometry"])
    assert river.length > 1_000
