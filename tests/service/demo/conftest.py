"""The demonstration county, built once."""

from dataclasses import replace

import pytest

from service.demo.county import County, build_county


@pytest.fixture(scope="session")
def county() -> County:
    return build_county()


@pytest.fixture(scope="session")
def thin_county(county: County) -> County:
    """The same county with few rows of each dataset: for what is written again and again."""
    thinned = {name: rows.slice(0, 2_000) for name, rows in county.incidents.items()}
    return replace(county, incidents=thinned)
