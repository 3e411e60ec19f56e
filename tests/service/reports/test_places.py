"""The place of an assessment: by code, by name, drawn, or everything."""

import numpy as np
import pytest
import shapely

from boundaries.errors import UnknownAreaError, UnknownLayerError
from boundaries.layers.layer import Layer, LayerMetadata
from boundaries.storage.store import LayerStore
from service.model.errors import InvalidWithinError, UnknownPlaceError
from service.reports.places import Place, place_of

CRS = "EPSG:27700"


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    """Two layers of squares with names, one of which stands in both."""
    store = LayerStore(tmp_path_factory.mktemp("layers"), crs=CRS)
    for layer_id, names in {"ward": ("Abbey", "Market", "Newtown"), "town": ("Newtown",)}.items():
        codes = tuple(f"{layer_id[0].upper()}{k}" for k in range(len(names)))
        squares = np.array([shapely.box(k, 0, k + 1, 1) for k in range(len(names))], dtype=object)
        squares = shapely.transform(squares, lambda xy: xy * 1_000 + [545_000, 258_000])
        store.save(Layer(LayerMetadata(layer_id, layer_id, CRS), codes, names, squares))
    return store


def test_an_area_is_taken_by_its_code_and_by_its_name(layers):
    market = Place("ward:W1", "Market", "ward")
    assert place_of(layers, "ward:W1", "all") == market
    assert place_of(layers, " market ", "all") == market


def test_without_a_place_it_is_everything_by_the_name_of_the_template(layers):
    assert place_of(layers, None, "the county") == Place(None, "the county")


def test_a_drawn_place_is_no_area_of_a_layer(layers):
    place = place_of(layers, "circle:545500,258500,400", "all")
    assert (place.within, place.layer_id) == ("circle:545500,258500,400", None)


def test_a_name_that_several_areas_have_is_refused_with_the_candidates(layers):
    with pytest.raises(UnknownPlaceError, match="several areas") as caught:
        place_of(layers, "Newtown", "all")
    assert set(caught.value.candidates) == {"ward:W2", "town:T0"}


def test_a_name_that_no_area_has_is_refused_with_what_is_like_it(layers):
    with pytest.raises(UnknownPlaceError, match="similar are Market") as caught:
        place_of(layers, "Markt", "all")
    assert "write layer:code" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("ward:W9", UnknownAreaError),
        ("parish:W1", UnknownLayerError),
        ("ward:", InvalidWithinError),
        ("circle:1,2", InvalidWithinError),
    ],
)
def test_what_is_written_as_an_area_and_is_none_is_refused(layers, text, error):
    with pytest.raises(error):
        place_of(layers, text, "all")
