"""The demonstration county, built once."""

from dataclasses import replace

import pyarrow.compute as pc
import pytest

from service.demo.county import County, build_county


@pytest.fixture(scope="session")
def county() -> County:
    return build_county()


@pytest.fixture(scope="session")
def thin_county(county: County) -> County:
    """The same county with few rows of each dataset: for what is written again and again."""
    incidents = {name: rows.slice(0, 500) for name, rows in county.incidents.items()}
    measures = {
        name: rows.filter(pc.equal(rows["period"], pc.max(rows["period"])))
        for name, rows in county.measures.items()
    }
    ground = {"place": county.ground["place"]}
    return replace(county, incidents=incidents, measures=measures, ground=ground)
