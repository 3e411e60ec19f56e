"""What the tests of the OGC API share: collections of the small county, addresses, places."""

import numpy as np

from tests.places import moved
from tests.service import world
from tests.service.answers import json_of

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GRID = "http://www.opengis.net/def/crs/EPSG/0/27700"
AREAS = f"boundaries:{world.CELLS}"
VALUES = f"choropleths:{world.DATASET}:{world.CELLS}"
HOT = f"hotspots:{world.DATASET}:{world.CELLS}"
COLLECTIONS = (
    f"boundaries:{world.DISTRICTS}",
    AREAS,
    f"choropleths:{world.DATASET}:{world.DISTRICTS}",
    VALUES,
    HOT,
    "sites",
)
DOCUMENTS = (
    "/ogc",
    "/ogc/conformance",
    "/ogc/api",
    "/ogc/collections",
    f"/ogc/collections/{AREAS}",
)


def items(collection: str, feature: str = "") -> str:
    return f"/ogc/collections/{collection}/items" + (f"/{feature}" if feature else "")


def page(client, collection, **query):
    return json_of(client, items(collection), **query)


def ids(collection):
    return [feature["id"] for feature in collection["features"]]


def links(document, rel, media_type=None):
    return [
        link["href"]
        for link in document["links"]
        if link["rel"] == rel and media_type in (None, link["type"])
    ]


def lonlat(x, y):
    return moved(np.stack([x, y], axis=-1), crs=world.CRS, target="EPSG:4326").T


def cell_middle(code):
    return world.square(code).centroid.coords[0]


def box_about(code, *, half_m=100.0):
    """A box of longitude and latitude well inside a square."""
    x, y = cell_middle(code)
    west, south = lonlat(x - half_m, y - half_m)
    east, north = lonlat(x + half_m, y + half_m)
    return f"{west},{south},{east},{north}"
