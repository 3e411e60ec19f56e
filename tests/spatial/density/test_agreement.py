"""Every row of the table of agreement is within its limit."""

import pytest

from tests.spatial.agreement import made_up_map, published_values, real_map


def test_the_made_up_map_agrees_with_spdep():
    for row in made_up_map():
        assert row.difference <= row.limit, row


def test_published_values_are_found_again():
    for row in published_values():
        assert row.difference <= row.limit, row


@pytest.mark.real
@pytest.mark.parametrize(("at", "name"), [(0, "columbus_CRIME"), (1, "sids2_SIDR74")])
def test_real_maps_agree_with_spdep(test_data, at, name):
    for row in real_map(test_data / "reference", name, at):
        assert row.difference <= row.limit, row
