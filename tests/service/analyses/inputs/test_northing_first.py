"""Coordinate systems that write their northing before their easting, as some countries' do."""

import numpy as np
import orjson
import pytest
import shapely

from service.access.admission import Question
from service.access.audience import OWNERS
from service.access.release import part_of, release
from service.analyses.inputs.answer_crs import crs_address, crs_of_address, is_north_first
from service.model.answers import Table
from service.model.errors import UnknownStatisticError
from service.model.provenance import provenance
from service.model.rows import AreaRow
from service.ogc.features.geojson import page_geojson
from service.ogc.features.paging import Wanted, meets, page_of

NEW_ZEALAND = "EPSG:2193"  # northing, easting
SHAPES = np.array([shapely.box(1_570_000 + dx, 5_180_000, 1_570_900 + dx, 5_180_900)
                   for dx in (0, 1_000)])  # fmt: skip


def table() -> Table:
    return Table(
        kind="boundary-layer",
        row=AreaRow,
        columns={
            "code": np.array(["A", "B"], dtype=object),
            "name": np.array(["Ash", "Birch"], dtype=object),
        },
        provenance=provenance(sources={}, filter={}, method={"name": "boundaries"}, counts={}),
        geometries=SHAPES,
        crs=NEW_ZEALAND,
    )


def test_the_order_is_that_of_the_system():
    assert is_north_first(NEW_ZEALAND)
    assert not is_north_first("EPSG:27700")
    assert not is_north_first("EPSG:4326")  # served as CRS84: longitude first


def test_a_box_is_read_in_the_order_of_its_system():
    box = (5_180_100.0, 1_570_100.0, 5_180_200.0, 1_570_200.0)
    assert meets(SHAPES, NEW_ZEALAND, box, NEW_ZEALAND).tolist() == [True, False]


def test_shapes_are_written_in_the_order_of_their_system():
    released = release(table(), Question("tables"), OWNERS)
    page = part_of(released, lambda whole: page_of(whole, "code", Wanted(limit=10)))
    content = orjson.loads(
        page_geojson(page, links=lambda _: [], crs=NEW_ZEALAND, northing_first=True)
    )
    corners = np.array(content["features"][0]["geometry"]["coordinates"][0])
    assert corners[:, 0].min() == 5_180_000
    assert corners[:, 1].min() == 1_570_000


def test_a_system_is_known_by_its_address():
    address = "http://www.opengis.net/def/crs/EPSG/0/2193"
    assert crs_address(NEW_ZEALAND) == address
    assert crs_of_address("crs", address, NEW_ZEALAND) == NEW_ZEALAND
    with pytest.raises(UnknownStatisticError, match="EPSG/0/2193"):
        crs_of_address("crs", "http://www.opengis.net/def/crs/EPSG/0/27700", NEW_ZEALAND)
