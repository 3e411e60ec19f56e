"""What may be asked about a dataset that is published: whole cells, and nothing between them."""

import dataclasses
import datetime

import pytest
from fastapi.routing import iter_route_contexts

from service.access.admission import Question, admit, datasets_of, publications_of
from service.access.audience import Access, Audience, Publication
from service.access.decisions import DECISIONS, Reads
from service.access.parameters import CHECKS, FREE
from service.access.policy import Role
from service.disclosure.policies import policy_named
from service.http.request_state import template_of
from service.model.errors import NotAdmittedError
from service.model.protection import CellPlan
from service.queries.areas import ChoroplethQuery
from service.queries.catalogue import MonthQualityQuery
from service.queries.growth import OverlayQuery
from service.queries.heatmaps import HeatmapQuery, HeatmapTileQuery, MapQuery
from service.queries.over_time import EmergingQuery
from service.queries.tables.comparisons import BreakdownQuery
from service.queries.tables.crosstabs import CrosstabQuery
from service.queries.tables.profiles import DrawnProfileQuery, ProfileQuery
from service.queries.tables.trends import TrendQuery
from service.queries.tables.workbooks import WorkbookQuery
from tests.service import world
from tests.service.addresses import operations, query_parameters

CHOROPLETH = "/v1/choropleths/{dataset}/{layer}"
HEATMAP = "/v1/heatmaps/{dataset}"
TABLES = "/v1/tables/{dataset}"


def audience(*, period="year", by_category=False, role=Role.PARTNER):
    publication = Publication(
        dataset="callouts",
        policy=policy_named("small-5"),
        cells=CellPlan(layer="cell", period=period, by_category=by_category),
        layers=("cell", "district"),
        first=datetime.date(2019, 2, 1),
        last=datetime.date(2024, 9, 30),
    )
    access = (("callouts", Access.PUBLISHED), ("fires", Access.EXACT))
    return Audience(role, access, publications=(publication,))


def question(route, query, dataset="callouts", **names):
    names = {"dataset": dataset, **names} if "{dataset}" in route else names
    if "{layer}" in route:
        names = {"layer": "cell", **names}
    return Question(route, names, query)


def refusal(asked, asker=None):
    with pytest.raises(NotAdmittedError) as refused:
        admit(asked, asker or audience())
    return str(refused.value)


def choropleth(**parameters):
    return question(CHOROPLETH, ChoroplethQuery.model_validate(parameters))


def trend(**parameters):
    return question(f"{TABLES}/trend", TrendQuery.model_validate({"step": "year", **parameters}))


def test_every_operation_has_a_decision(client):
    templates = {
        template_of({"route": context}) for context in iter_route_contexts(client.app.routes)
    }
    assert templates <= set(DECISIONS)


def test_every_parameter_of_a_question_about_counts_has_a_decision(client):
    names = {
        name
        for template in operations(client.app)
        if DECISIONS[template].reads in (Reads.COUNTS, Reads.DENSITY)
        for name in query_parameters(client.app, template)
    }
    assert "category" in names
    assert names - set(CHECKS) - FREE == set()
    assert not set(CHECKS) & FREE


def test_an_operation_without_a_decision_is_refused_to_who_does_not_see_records():
    text = refusal(Question("/v1/new/{dataset}", {"dataset": "fires"}))
    assert text == "this answer is open to those who see records only"
    admit(Question("/v1/new/{dataset}"), Audience(Role.ANALYST, (("fires", Access.EXACT),)))
    admit(Question("heatmap", {"dataset": "callouts"}), Audience(Role.OWNER, ()))


def test_a_parameter_without_a_decision_is_refused():
    class NewQuery(ChoroplethQuery):
        newly_made: str = "x"

    assert "newly_made must be left out, got x" in refusal(question(CHOROPLETH, NewQuery()))


def test_what_is_not_published_is_asked_freely():
    asked = ChoroplethQuery.model_validate({"from": "2024-03", "attribute": "sex:Female"})
    admit(question(CHOROPLETH, asked, dataset="fires"), audience())
    # A dataset that there is not is no dataset to this audience: its absence is said by the store.
    admit(question(CHOROPLETH, asked, dataset="secret"), audience())


def test_periods_are_whole_published_ones():
    admit(choropleth(**{"from": "2020-01", "to": "2021-12"}), audience())
    assert refusal(choropleth(**{"from": "2020-02", "to": "2021-12"})) == (
        "of dataset 'callouts' only counts by area of cell and year are published: from must be "
        "the beginning of a year, such as 2024-01, got 2020-02"
    )
    assert "to must be the end of a year" in refusal(choropleth(to="2021-11-30"))
    admit(choropleth(**{"from": "2020-04", "to": "2020-06"}), audience(period="quarter"))
    assert "from must be" in refusal(
        choropleth(**{"from": "2020-04-02"}), audience(period="month")
    )
    assert "overlay_to" in refusal(choropleth(overlay_from="2020-01", overlay_to="2020-03"))
    admit(choropleth(pooled=["2020-01/2021-12/P1Y"]), audience())
    assert "pooled must be" in refusal(choropleth(pooled=["2020-01/2021-12/P6M"]))


def test_the_first_and_the_last_day_covered_begin_and_end_a_period():
    admit(choropleth(**{"from": "2019-02", "to": "2024-09"}), audience())
    assert "to must be" in refusal(choropleth(to="2024-08"))


@pytest.mark.parametrize(
    "parameters",
    [
        {"attribute": "sex:Female"},
        {"marker": "hate"},
        {"subcategory": "bin"},
        {"hours": "22-03"},
        {"weekdays": "fri"},
        {"ages": "18-30"},
        {"within": "circle:100,100,50"},
        {"within": "polygon:0,0,0,1,1,1"},
        {"within": "oa21:E1"},
        {"category": "fire"},
        {"measure": "harm"},
        {"measure": "harm", "harm_index": "csew"},
        {"measure": "weighted"},
    ],
)
def test_what_has_no_cells_is_refused(parameters):
    [*_, name] = parameters
    assert f"{name} must be" in refusal(choropleth(**parameters)) or "harm" in parameters.values()
    with pytest.raises(NotAdmittedError):
        admit(choropleth(**parameters), audience())


def test_weights_are_refused_and_not_answered_by_counts():
    asked = question(f"{HEATMAP}/summary.json", HeatmapQuery(weight=True, bandwidth_m=400))
    assert "weight must be left out: no sum of weights is published" in refusal(asked)
    admit(question(f"{HEATMAP}/summary.json", HeatmapQuery(bandwidth_m=400)), audience())


def test_categories_are_asked_where_they_have_cells():
    admit(choropleth(category="fire"), audience(by_category=True))
    breakdown = question(f"{TABLES}/breakdown", BreakdownQuery())
    admit(breakdown, audience(by_category=True))
    assert "by must be left out: categories have no cells" in refusal(breakdown)


@pytest.mark.parametrize("layer", ["hex:200", "square:100", "oa21"])
def test_grids_and_other_layers_are_refused(layer):
    asked = question(CHOROPLETH, ChoroplethQuery(), layer=layer)
    assert f"layer must be one of the layers cell, district, got {layer}" in refusal(asked)
    admit(question(CHOROPLETH, ChoroplethQuery(), layer="district"), audience())


@pytest.mark.parametrize(
    ("step", "period", "is_admitted"),
    [
        ("year", "year", True),
        ("year-ending:12", "year", True),
        ("month", "year", False),
        ("financial-year", "year", False),
        ("financial-year", "quarter", True),
        ("year-ending:11", "quarter", False),
        ("year-ending:9", "quarter", True),
        ("quarter", "month", True),
        ("week", "month", False),
    ],
)
def test_steps_are_of_whole_published_periods(step, period, is_admitted):
    if is_admitted:
        admit(trend(step=step), audience(period=period))
    else:
        assert f"step must be a step of whole {period}s" in refusal(
            trend(step=step), audience(period=period)
        )


@pytest.mark.parametrize(
    "axis", ["hour", "weekday", "attribute:sex", "age", "marker", "subcategory", "layer:oa21"]
)
def test_an_axis_is_of_areas_periods_or_categories(axis):
    asked = CrosstabQuery(rows="layer:cell", columns="year")
    admit(question(f"{TABLES}/crosstab", asked), audience())
    other = question(f"{TABLES}/crosstab", CrosstabQuery(rows=axis, columns="year"))
    assert "rows must be" in refusal(other)


def test_an_emerging_map_steps_by_published_periods():
    asked = question("/v1/hotspots/{dataset}/{layer}/emerging", EmergingQuery())
    assert "step must be a step of whole years" in refusal(asked)
    admit(asked, audience(period="month"))


def test_a_density_is_no_closer_than_its_policy_allows():
    tile = f"{HEATMAP}/tiles/{{z}}/{{x}}/{{y}}.png"
    admit(question(tile, HeatmapTileQuery(), z="14", x="1", y="1"), audience())
    closer = question(tile, HeatmapTileQuery(), z="15", x="1", y="1")
    assert "z must be at most 14, got 15" in refusal(closer)
    narrow = question(tile, HeatmapTileQuery(bandwidth_m=399), z="9", x="1", y="1")
    assert "bandwidth_m must be 400 m or more, got 399" in refusal(narrow)
    for parameters in ({"breaks": (1.0,)}, {"adaptive": True}, {"bandwidth_m": "auto"}):
        refusal(question(f"{HEATMAP}/summary.json", HeatmapQuery(**parameters)))


def test_a_picture_shows_no_more_than_the_closest_tile():
    route = f"{HEATMAP}/map.{{suffix}}"
    admit(question(route, MapQuery(bbox="0,0,10000,10000", width=1000)), audience())
    close = question(route, MapQuery(bbox="0,0,9000,9000", width=1000))
    assert "bbox must be 9.6 m wide or more for each pixel" in refusal(close)
    assert "inset" in refusal(question(route, MapQuery(inset=True)))


@pytest.mark.parametrize(
    "route",
    [
        f"{HEATMAP}/raster.tif",
        f"{HEATMAP}/tiles/{{z}}/{{x}}/{{y}}.tif",
        f"{HEATMAP}/contours.geojson",
        f"{HEATMAP}/peaks",
        f"{TABLES}/harm",
        "/v1/datasets/{dataset}/quality",
    ],
)
def test_what_is_computed_from_records_is_refused(route):
    assert "this answer is computed from records" in refusal(question(route, HeatmapQuery()))


def test_rules_and_quality_of_all_datasets_are_refused_where_any_is_published():
    assert "computed from records" in refusal(Question("/v1/flags/{rules}", {"rules": "risk"}))
    quality = "/v1/tables/quality"
    assert "records" in refusal(Question(quality, query=MonthQualityQuery()))
    admit(Question(quality, query=MonthQualityQuery(dataset=("fires",))), audience())


def test_a_drawn_area_is_refused():
    drawn = DrawnProfileQuery(area='{"type": "Polygon"}', layer="cell")
    monthly = audience(period="month")
    assert "area must be an area of one of the layers" in refusal(
        question(f"{TABLES}/profile", drawn), monthly
    )
    admit(question(f"{TABLES}/profile", ProfileQuery(within="district:D1", layer="cell")), monthly)


def test_the_layer_is_named_where_it_would_be_chosen():
    route = "/v1/growth/{dataset}/overlay"
    assert "layer must be given, one of cell, district" in refusal(question(route, OverlayQuery()))
    admit(question(route, OverlayQuery(layer="cell")), audience())
    ring = question(route, OverlayQuery(layer="cell", distance_m=10))
    assert "distance_m must be 400 m or more, got 10" in refusal(ring)


def test_what_counts_by_month_needs_published_months():
    asked = question(f"{TABLES}/profile", ProfileQuery(within="district:D1", layer="cell"))
    assert "this answer counts by month" in refusal(asked)
    admit(asked, audience(period="month"))


def test_a_dataset_beside_is_looked_at_too():
    asked = CrosstabQuery(rows="hour", columns="year", beside_dataset="callouts")
    beside = question(f"{TABLES}/crosstab", asked, dataset="fires")
    assert "rows must be" in refusal(beside)


def test_an_answer_is_of_the_datasets_that_its_question_names():
    assert publications_of(choropleth(), audience())
    fires = question(CHOROPLETH, ChoroplethQuery(), dataset="fires")
    assert not publications_of(fires, audience())
    assert publications_of(Question("/v1/datasets"), audience())
    assert not publications_of(Question("/v1/boundaries"), audience())


def test_a_workbook_is_of_the_datasets_that_its_tables_name():
    def datasets(*addresses):
        return list(datasets_of(Question("/v1/workbook.xlsx", {}, WorkbookQuery(table=addresses))))

    trend, beside = "/v1/tables/fires/trend?step=year", "rows=hour&beside_dataset=calls"
    assert datasets(trend, f"/v1/tables/callouts/crosstab?{beside}") == [
        "callouts",
        "calls",
        "fires",
    ]
    assert datasets(trend, "/v1/tables/sources") == []  # of all that there are


def test_the_gate_refuses_over_http_with_403(resources, serve):
    publication = dataclasses.replace(audience().publications[0], dataset=world.DATASET)
    partner = Audience(
        Role.PARTNER, ((world.DATASET, Access.PUBLISHED),), publications=(publication,)
    )
    client = serve(dataclasses.replace(resources, audience=partner))
    answer = client.get(f"/v1/choropleths/{world.DATASET}/hex:200")
    problem = answer.json()
    assert (answer.status_code, problem["type"].rpartition("/")[2]) == (403, "not-admitted")
    assert "layer must be one of the layers cell, district, got hex:200" in problem["detail"]


def test_what_was_admitted_to_one_audience_is_checked_for_another():
    by_month, by_year = audience(period="month"), audience(period="year")
    asked = question(f"{TABLES}/trend", TrendQuery(step="month"))
    admit(asked, by_month)
    admit(asked, by_month)
    assert asked.admitted_to == [by_month]
    assert "a step of whole years" in refusal(asked, by_year)
    assert "a step of whole years" in refusal(asked, by_year)
    assert asked.admitted_to == [by_month]
