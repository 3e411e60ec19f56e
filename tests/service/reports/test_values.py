"""What is put into the places of a template, and why something is not."""

import pytest

from service.reports.loaded import LoadedDataset, LoadedLayer
from service.reports.months import Month
from service.reports.places import Place
from service.reports.template import Section, Template
from service.reports.values import LackingError, dataset_values, place_values

LAYERS = (LoadedLayer("lsoa", "LSOAs", 400, None), LoadedLayer("county", "Counties", 5, None))
TEMPLATE = Template(title="Any", sections=(Section(key="any", title="Any"),))
TO = Month.from_text("2024-12")


def values_of(crowded_points):
    dataset = LoadedDataset(
        "arrivals", "Arrivals", 5_000, TO.later(-35), TO, (), (), False, False, crowded_points
    )
    values = place_values(TEMPLATE, Place(None, "everything"), LAYERS)
    return dataset_values(values, dataset, TO, 5)


def test_records_of_few_points_are_not_put_into_more_areas_than_there_are_points():
    with pytest.raises(LackingError, match="25 points only, too few for the 400 areas of LSOAs"):
        values_of(25).address("/v1/choropleths/{dataset}/{small}/map")


@pytest.mark.parametrize("crowded_points", [None, 400, 5_000])
def test_records_with_places_of_their_own_are(crowded_points):
    address = values_of(crowded_points).address("/v1/choropleths/{dataset}/{small}/map")
    assert address == "/v1/choropleths/arrivals/lsoa/map"
