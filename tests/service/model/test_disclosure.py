"""What a column says that it discloses nothing of is the same whatever incidents there are."""

import pytest

from service.model.rows import NOTHING
from tests.service.addresses import addresses, asking
from tests.service.row_models import rows_by_path

KEYS = (
    "by",
    "key",
    "code",
    "site_id",
    "place",
    "distance_m",
    "rank",
    "cluster",
    "month",
    "phase",
    "year",
    "district",
    "kind",
    "row",
    "column",
    "decile",
    "section",
    "item",
    "series",
    "step",
    "first_day",
    "places",
    "ranking",
    "band",
    "context",
    "from_class",
    "to_class",
)
TWO_PERIODS = "baseline_from=2023-01&baseline_to=2023-12&from=2024-01&to=2024-12"
QUESTIONS = {
    "/v1/choropleths/{dataset}/{layer}": ("", "measure=rate&denominator=residents"),
    "/v1/hotspots/{dataset}/{layer}": ("", "statistic=local-moran", "measure=weighted"),
    "/v1/hotspots/{dataset}/{layer}/emerging": ("",),
    "/v1/hotspots/{dataset}/{layer}/change": ("",),
    "/v1/hotspots/{dataset}/{layer}/displacement/months": (
        "",
        "displacement=C01&displacement_control=C31&control_size=area",
    ),
    "/v1/scan/{dataset}/{layer}": ("", "model=space-time&step=year&prospective=true"),
    "/v1/scan/{dataset}/{layer}/areas": ("",),
    "/v1/hotspots/{dataset}/{layer}/similarity": ("", "resampling=subsample"),
    "/v1/hotspots/{dataset}/{layer}/transitions": ("states=quantile&replicates=0",),
    "/v1/heatmaps/{dataset}/peaks": ("",),
    "/v1/associations/{dataset}/{layer}": ("permutations=99",),
    "/v1/near/{dataset}/{places}": (
        "",
        "by=place&layer=cell",
        "layer=cell&denominator=residents",
    ),
    "/v1/clusters/{dataset}": (
        "distance_m=400&draws=19&harm=true",
        "method=nearest-neighbour&minimum=5&draws=0",
        "distance_m=400&metres_per_day=10&minimum=3&draws=0",
    ),
    "/v1/patterns/{dataset}/centres": ("", "step=year"),
    "/v1/patterns/{dataset}/k": ("draws=19", "draws=19&function=pcf&null=residents"),
    "/v1/growth/{dataset}/overlay": ("by=site", "by=area"),
    "/v1/growth/{dataset}/forecast": ("by=site&household_size=2", "by=area", "by=district"),
    "/v1/growth/{dataset}/priorities": ("", f"{TWO_PERIODS}&layer=cell"),
    "/v1/tables/{dataset}/ranked/{layer}": ("denominator=residents&larger_layer=district",),
    "/v1/tables/{dataset}/breakdown": (
        "by=layer:cell",
        f"{TWO_PERIODS}&by=month-of-year",
        "by=weekday&timing=aoristic",
    ),
    "/v1/tables/{dataset}/harm": ("", "rows=layer:cell&columns=year&denominator=residents"),
    "/v1/tables/{dataset}/process-control": ("",),
    "/v1/tables/{dataset}/step-changes": ("",),
    "/v1/patrols/{dataset}": ("top=1000&size_m=500",),
    "/v1/patrols/{dataset}/capture": ("",),
    "/v1/patrols/{dataset}/forecast": ("",),
    "/v1/patterns/{dataset}/knox": ("orders=99",),
    "/v1/patterns/{dataset}/near-repeats": ("orders=99",),
    "/v1/patterns/{dataset}/repeat-chains": ("orders=99",),
    "/v1/patterns/{dataset}/repeat-zones": ("orders=99&level=1&as_of=2023-10-15",),
    "/v1/patterns/{dataset}/bursts": ("orders=99", "orders=99&layer=cell"),
    "/v1/tables/{dataset}/deprivation": ("denominator=residents",),
    "/v1/tables/{dataset}/profile": ("", "beside=cell:C11"),
    "/v1/tables/{dataset}/similar/{layer}": ("code=C00",),
    "/v1/tables/{dataset}/comparison": ("by=layer:cell",),
    "/v1/tables/{dataset}/trend": (
        "",
        "by=layer:cell&step=week&part_steps=projected&include=line&denominator=residents",
        "include=last-year&mean=year&to_date=financial-year",
        "include=season",
    ),
    "/v1/tables/{dataset}/crosstab": (
        "rows=layer:cell&columns=year&denominator=residents",
        "rows=layer:cell&columns=year&compare=mean&part_steps=projected&beside_dataset=callouts",
    ),
}
OF_NO_INCIDENTS = {
    "/v1/growth/sites",
    "/v1/places",
    "/v1/boundaries/{layer}/areas",
    "/v1/measures/deprivation/{layer}",
    "/v1/measures/table/{layer}",
    "/v1/measures/index/{layer}",
    "/v1/measures/trend/{layer}",
    "/v1/measures/similar/{layer}",
    "/v1/neighbours/{layer}",
}
OF_ALL_INCIDENTS = {
    "/v1/datasets/{dataset}/quality",
    "/v1/flags/{rules}",
    "/v1/tables/sources",
    "/v1/tables/quality",
}
EACH = [(path, query) for path, queries in QUESTIONS.items() for query in queries]


def rows(client, path, query, **which):
    """The rows of a table for some incidents, by what they are of."""
    parameters = dict(part.split("=") for part in query.split("&") if part)
    address = addresses(client.app, path)[0]
    if "quantile" in query:  # whose transitions have no permutations
        address = address.partition("?")[0]
    answer = client.get(asking(address, **parameters, **which))
    assert answer.status_code == 200, answer.text
    return {tuple(row.get(key) for key in KEYS): row for row in answer.json()["rows"]}


def test_every_table_is_asked(client):
    assert set(rows_by_path(client.app)) == QUESTIONS.keys() | OF_NO_INCIDENTS | OF_ALL_INCIDENTS


@pytest.mark.parametrize("path", sorted(OF_NO_INCIDENTS))
def test_a_table_of_no_incidents_discloses_nothing(client, path):
    columns = rows_by_path(client.app)[path].columns.values()
    assert {column.meaning.discloses for column in columns} == {NOTHING}


@pytest.mark.parametrize(("path", "query"), EACH)
def test_a_column_that_discloses_nothing_does_not_depend_on_the_incidents(client, path, query):
    columns = rows_by_path(client.app)[path].columns
    everything = rows(client, path, query)
    assaults = rows(client, path, query, category="assault")
    common = everything.keys() & assaults.keys()
    assert common
    for key in common:
        for name, value in everything[key].items():
            if columns[name].meaning.discloses == NOTHING:
                assert value == assaults[key][name], (key, name)


@pytest.mark.parametrize(("path", "query"), EACH)
def test_what_is_compared_depends_on_the_incidents(client, path, query):
    """Otherwise the test above would find nothing."""
    everything = rows(client, path, query)
    assert everything != rows(client, path, query, category="assault")
