"""Names of real places: each of the top 20 of violence in Cambridge has one of its own."""

import json

import numpy as np
import pytest
import shapely

from service.analyses.naming.names import PlaceNames
from service.imports.incidents.importer import ImportOptions
from service.imports.incidents.police_uk import import_police_uk
from service.store.incidents import IncidentStore
from service.store.reference.place_sets import GAZETTEER, PlaceSetStore
from service.store.reference.roads import RoadStore
from spatial.coordinates.crs import WGS84, transform_xy
from spatial.weights.tessellation import tessellate
from tests.service.store.rows import CRS

pytestmark = pytest.mark.real


def cambridge(test_data):
    """The district in the British grid."""
    document = json.loads((test_data / "boundaries" / "districts24.geojson").read_text())
    (shape,) = (
        shapely.geometry.shape(feature["geometry"])
        for feature in document["features"]
        if "Cambridge" in feature["properties"].values()
    )
    return shapely.transform(shape, lambda xy: transform_xy(xy, source=WGS84, target=CRS))


@pytest.fixture(scope="module")
def incidents(test_data, tmp_path_factory):
    store = IncidentStore(tmp_path_factory.mktemp("real") / "incidents", crs=CRS)
    files = sorted((test_data / "police-uk-2024").glob("*-street.csv"))
    import_police_uk(store, files, ImportOptions("police-crime"))
    return store.open("police-crime")


@pytest.mark.parametrize("size_m", [100.0, 200.0])
def test_the_top_20_places_of_violence_have_names_of_their_own(
    test_data, tmp_path, incidents, size_m
):
    violence = incidents.categories.index("Violence and sexual offences")
    xy_m = incidents.xy_m[incidents.located & (incidents.category == violence)]
    cells = tessellate(cambridge(test_data), shape="hex", size_m=size_m)
    tree = shapely.STRtree(cells.geometries)
    cell = tree.query(shapely.points(xy_m), predicate="within")[1]
    top = np.argsort(-np.bincount(cell, minlength=len(tree)), kind="stable")[:20]
    names = PlaceNames(
        gazetteer=PlaceSetStore(tmp_path / GAZETTEER, crs=CRS, name=GAZETTEER),
        roads=RoadStore(tmp_path / "roads", crs=CRS),
    )
    centres_m = shapely.get_coordinates(shapely.centroid(cells.geometries[top]))
    named = names.near(centres_m, incidents=incidents)
    assert named.nameless == 0
    assert len(set(named.names)) == 20
    assert (named.distance_m <= 250.0).all()
    assert set(named.sources) == {"locations"}
    kinds = ("Parking Area", "Supermarket", "Shopping Area", "Petrol Station")
    assert not any(name.startswith(kinds) for name in named.names)
