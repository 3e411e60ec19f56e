"""The demonstration county, built once."""

import pytest

from service.demo.county import County, build_county


@pytest.fixture(scope="session")
def county() -> County:
    return build_county()
