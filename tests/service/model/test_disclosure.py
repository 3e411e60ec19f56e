"""What a column says that it discloses nothing of is the same whatever incidents there are."""

import pytest

from service.assembly.answers import TABLES
from service.model.rows import NOTHING
from tests.service.addresses import addresses, asking, operations

KEYS = ("code", "site_id", "rank", "month", "phase", "year", "district", "kind")
TEMPLATES = {
    "readChoropleth": ("", "measure=rate&denominator=residents"),
    "readHotspots": ("", "statistic=local-moran", "measure=weighted"),
    "readGrowthOverlay": ("by=site", "by=area"),
    "readGrowthForecast": ("by=site&household_size=2", "by=area", "by=district"),
    "readPriorities": (
        "",
        "baseline_from=2023-01&baseline_to=2023-12&from=2024-01&to=2024-12&layer=cell",
    ),
}
QUESTIONS = [
    (name, more)
    for name in TABLES
    if name not in ("readSites", "readPlaces")  # of no incidents at all
    for more in TEMPLATES.get(name, ("",))
]


def rows(client, operation, more, **which):
    """The rows of a table for some incidents, by what they are of."""
    template = next(
        path for path, known in operations(client.app).items() if known["operationId"] == operation
    )
    query = dict(part.split("=") for part in more.split("&") if part)
    address = asking(addresses(client.app, template)[0], **query, **which)
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return {tuple(row.get(key) for key in KEYS): row for row in answer.json()["rows"]}


@pytest.mark.parametrize(("operation", "more"), QUESTIONS)
def test_a_column_that_discloses_nothing_does_not_depend_on_the_incidents(client, operation, more):
    columns = TABLES[operation].columns
    everything = rows(client, operation, more)
    assaults = rows(client, operation, more, category="assault")
    common = everything.keys() & assaults.keys()
    assert common
    for key in common:
        for name, value in everything[key].items():
            if columns[name].column.discloses == NOTHING:
                assert value == assaults[key][name], (key, name)


@pytest.mark.parametrize(("operation", "more"), QUESTIONS)
def test_what_is_compared_depends_on_the_incidents(client, operation, more):
    """Otherwise the test above would find nothing."""
    everything = rows(client, operation, more)
    assert everything != rows(client, operation, more, category="assault")
