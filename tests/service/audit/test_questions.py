"""What is written of a question: enough to know what was asked, nothing about a person."""

import orjson
import pytest

from service.access.admission import Question
from service.audit.questions import datasets_of, described, key_of
from service.model.queries import IncidentQuery, NoQuery
from service.ogc.wmts.queries import WmtsKvpQuery
from service.queries.catalogue import PlacesQuery
from service.queries.tables.profiles import DrawnProfileQuery
from service.queries.tables.workbooks import WorkbookQuery
from tests.service.audit.questions import ROUTE, question

SECRET = b"s" * 32


def wmts_query(**place):
    return WmtsKvpQuery(service="WMTS", request="GetTile", layer="heatmaps:callouts", **place)


def written(asked, secret=SECRET):
    return orjson.loads(described(asked, secret))


def test_what_was_selected_is_written_and_defaults_are_not():
    query = IncidentQuery.model_validate({"from": "2024-01", "category": ("fire", "assault")})
    assert written(question(query=query)) == {
        "names": {"dataset": "callouts", "layer": "lsoa"},
        "query": {"from": "2024-01", "category": ["assault", "fire"]},
        "datasets": ["callouts"],
    }


@pytest.mark.parametrize(
    "place",
    [
        "circle:530123,243456,50",
        "polygon:530000,243000,530100,243000,530100,243100",
        "lonlat-circle:0.5301,52.5302,50",
    ],
)
def test_a_drawn_shape_is_a_digest(place):
    text = described(question(query=IncidentQuery(within=place)), SECRET).decode()
    assert "530" not in text
    assert f'"within":"{place.partition(":")[0]}:digest:' in text


def test_an_area_with_a_name_stays():
    asked = question(query=IncidentQuery(within="district:E07000008"))
    assert written(asked)["query"] == {"within": "district:E07000008"}


def test_a_shape_in_the_body_or_in_the_address_of_a_table_is_a_digest():
    area = '{"type":"Polygon","coordinates":[[[0.12,52.2],[0.13,52.2],[0.13,52.3],[0.12,52.2]]]}'
    drawn = DrawnProfileQuery(area=area)
    table = "/v1/tables/callouts/trend?within=circle%3A530123%2C243456%2C50&step=year"
    for query in (drawn, WorkbookQuery(table=(table,))):
        text = described(question(query=query), SECRET).decode()
        assert "digest:" in text
        assert not [number for number in ("0.12", "52.2", "530123", "243456") if number in text]
    assert "step=year" in text


def test_what_was_searched_for_is_a_digest_that_only_the_secret_reproduces():
    asked = Question("/v1/places", {}, PlacesQuery(q="Elm Close 12"))
    assert "Elm" not in described(asked, SECRET).decode()
    assert written(asked) == written(asked)
    assert written(asked)["query"] != written(asked, b"t" * 32)["query"]


def test_every_form_of_an_answer_is_one_question():
    tile = {"z": 13, "x": 4099, "y": 2697}
    forms = [
        question(),
        question(f"{ROUTE}.{{suffix}}", suffix="csv"),
        question(f"{ROUTE}.{{suffix}}", suffix="xlsx"),
        question(f"{ROUTE}/tiles/{{z}}/{{x}}/{{y}}.mvt", **tile),
        question(f"{ROUTE}/tiles/{{z}}/{{x}}/{{y}}@2x.png", **tile),
        question(f"{ROUTE}/tilejson.json"),
        question(f"{ROUTE}/legend.{{suffix}}", suffix="png"),
        question(f"{ROUTE}/map.{{suffix}}", suffix="pdf"),
    ]
    assert len({key_of(form) for form in forms}) == 1


def test_the_tiles_of_wmts_are_one_question_however_they_are_named():
    tiles = [wmts_query(tilematrix="13", tilerow="2697", tilecol=x) for x in ("4099", "4100")]
    assert len({key_of(Question("/wmts", {}, tile)) for tile in tiles}) == 1


def test_another_selection_or_dataset_or_table_is_another_question():
    questions = [
        question(),
        question(dataset="crimes"),
        question(layer="ward"),
        question("/v1/hotspots/{dataset}/{layer}"),
        question("/v1/hotspots/{dataset}/{layer}/change"),
        question(query=IncidentQuery(category=("fire",))),
        question(query=IncidentQuery(within="circle:530123,243456,50")),
        question(query=IncidentQuery(within="circle:530123,243456,51")),
    ]
    assert len({key_of(each) for each in questions}) == len(questions)


@pytest.mark.parametrize(
    ("asked", "datasets"),
    [
        (question(), {"callouts"}),
        (Question("/v1/datasets", {}, NoQuery()), set()),
        (Question("/wmts/1.0.0/x", {"identifier": "heatmaps:callouts"}), {"callouts"}),
        (Question("/wmts", {}, wmts_query()), {"callouts"}),
        (
            Question("/ogc/collections/{collection_id}", {"collection_id": "hotspots:callouts:a"}),
            {"callouts"},
        ),
        (
            Question(
                "/v1/workbook.xlsx",
                {},
                WorkbookQuery(
                    table=(
                        "/v1/tables/callouts/trend?step=year",
                        "/v1/hotspots/crimes/lsoa",
                        "/v1/measures/table/lsoa",
                    )
                ),
            ),
            {"callouts", "crimes"},
        ),
    ],
)
def test_a_question_names_its_datasets_wherever_they_stand(asked, datasets):
    assert datasets_of(asked) == datasets
