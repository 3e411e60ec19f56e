"""Labels of printed maps do not overlap."""

import itertools

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from service.render.maps.printed.labels import Anchor, places_of
from tests.strategies import quantities

PAPER = (0.0, 0.0, 400.0, 300.0)
LENGTH = quantities(0.0, 400.0)
ANCHORS = st.lists(
    st.builds(
        Anchor,
        x=LENGTH,
        y=quantities(0.0, 300.0),
        radius=quantities(0.0, 15.0),
        width=quantities(1.0, 120.0),
        height=quantities(6.0, 24.0),
        is_area=st.booleans(),
    ),
    max_size=7,
)


@given(anchors=ANCHORS)
def test_no_two_labels_share_ground_and_none_leaves_the_map(anchors):
    inset = (250.0, 0.0, 400.0, 100.0)
    places = [p for p in places_of(anchors, bounds=PAPER, obstacles=[inset]) if p is not None]
    boxes = [shapely.box(*place.box) for place in places]
    for box, other in itertools.combinations([*boxes, shapely.box(*inset)], 2):
        assert shapely.intersection(box, other).area < 1e-6
    assert all(shapely.box(*PAPER).buffer(1e-6).contains(box) for box in boxes)


@given(anchors=ANCHORS)
def test_no_leader_passes_through_a_label_or_another_leader(anchors):
    places = [place for place in places_of(anchors, bounds=PAPER) if place is not None]
    leaders = [(p, shapely.LineString([p.leader[:2], p.leader[2:]])) for p in places if p.leader]
    for place, leader in leaders:
        others = [shapely.box(*other.box) for other in places if other is not place]
        assert all(leader.intersection(box).length < 1e-6 for box in others)
    for (_, leader), (_, other) in itertools.combinations(leaders, 2):
        assert not leader.crosses(other)


def test_a_label_stands_beside_its_symbol_where_there_is_room():
    (place,) = places_of([Anchor(200.0, 150.0, 5.0, 60.0, 10.0)], bounds=PAPER)
    assert place.leader is None
    assert place.box == pytest.approx((207.5, 145.0, 267.5, 155.0))


def test_the_label_of_an_area_lies_on_it():
    (place,) = places_of([Anchor(200.0, 150.0, 0.0, 60.0, 10.0, is_area=True)], bounds=PAPER)
    assert place.middle == (200.0, 150.0)


def test_where_many_lie_together_the_first_have_their_places_and_the_others_a_leader():
    anchors = [Anchor(200.0, 150.0 + k, 3.0, 80.0, 12.0) for k in range(12)]
    places = places_of(anchors, bounds=PAPER)
    assert places[0].leader is None
    assert sum(place is not None for place in places) >= 6
    assert any(place is not None and place.leader for place in places)


def test_a_label_that_is_wider_than_the_map_is_left_out():
    assert places_of([Anchor(200.0, 150.0, 3.0, 500.0, 12.0)], bounds=PAPER) == [None]


def test_a_label_does_not_cover_the_symbol_of_another():
    anchors = [Anchor(200.0, 150.0, 3.0, 60.0, 10.0), Anchor(230.0, 150.0, 3.0, 60.0, 10.0)]
    first, second = places_of(anchors, bounds=PAPER)
    assert not (
        first.box[0] < 233.0 and first.box[2] > 227.0 and first.box[1] < 153.0 < first.box[3]
    )
    assert second.leader is None
