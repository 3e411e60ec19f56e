"""Every route refuses what it cannot answer, as problem+json, and says what is allowed."""

import re
import urllib.parse
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from service.assembly.resources import open_resources
from service.config.settings import LimitSettings, Settings
from service.ogc.wmts.queries import WmtsQuery
from tests.service import world
from tests.service.addresses import OGC_XML, addresses, asking, path_templates, query_parameters
from tests.strategies import examples

CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
HOTSPOTS = f"/v1/hotspots/{world.DATASET}/{world.CELLS}"
HEATMAP = f"/v1/heatmaps/{world.DATASET}"
TILE = f"{HEATMAP}/tiles/13/4099/2697.png"

# What a parameter without limits in its schema must refuse, and a word the refusal must have.
WRONG_WORDS: dict[str, list[tuple[str, str]]] = {
    "from": [("2024-13", "ISO"), ("2024-02-30", "ISO"), ("January", "ISO"), ("24-01", "ISO")],
    "to": [("2023-00", "ISO"), ("2023-1", "ISO"), ("", "ISO"), ("0000-01", "ISO")],
    "overlay_from": [("2024-13", "ISO")],
    "overlay_to": [("yesterday", "ISO")],
    "pooled": [("2024-01", "2024-01/2024-03"), ("2024-01/2024-02/P3M", "fill"), ("", "ISO")],
    "baseline_from": [("2023-13", "ISO"), ("2024-01", "after")],
    "baseline_to": [("yesterday", "ISO"), ("2022-01", "after")],
    "flags": [("residents", "statistic=join-count"), ("", "1 character")],
    "outlines": [("nonsense", "district, cell"), ("", "1 character")],
    "category": [("nonsense", "assault; burglary; fire"), ("", "1 character")],
    "within": [
        ("nonsense", "layer:code"),
        ("nonsense:D1", "district, cell"),
        ("district:D9", "D1, D2"),
        ("district:", "layer:code"),
        ("../boundaries:D1", "district, cell"),
        ("circle:1,2", "circle:"),
        ("polygon:545000,258000", "corners"),
    ],
    "halves": [("nonsense", "22-03"), ("0-24", "part of the day"), ("7-7", "22-03")],
    "as_of": [
        ("nonsense", "ISO"),
        ("2024-02-30", "ISO"),
        ("20241231", "ISO"),
        ("", "ISO"),
        ("2022-12-31", "2023-01-01 or later"),
    ],
    "rebase": [("2024-13", "ISO"), ("1999-01", "from 2023-01-01"), ("", "ISO")],
    "dataset": [("nonsense", "callouts"), ("", "1 character")],
    "beside": [("nonsense", "layer:code"), ("district:D9", "D1, D2"), ("", "1 character")],
    "amount": [("nonsense", "residents"), ("", "1 character")],
    "mean": [("nonsense", "nonsense")],
    "rows": [("nonsense", "month-of-year"), ("", "1 character"), ("year", "name two axes")],
    "columns": [("nonsense", "month-of-year"), ("", "1 character")],
    "compare": [("nonsense", "mean")],
    "beside_dataset": [("nonsense", "nonsense"), ("", "1 character")],
    "beside_category": [("assault", "need beside"), ("", "1 character")],
    "beside_attribute": [("nonsense", "name:value"), ("", "1 character")],
    "beside_marker": [("hate", "need beside"), ("", "1 character")],
    "subcategory": [("nonsense", "none"), ("", "1 character")],
    "attribute": [("nonsense", "name:value"), ("colour:red", "none"), ("", "1 character")],
    "marker": [("nonsense", "none"), ("", "1 character")],
    "hours": [("nonsense", "22-03"), ("3-3", "22-03"), ("1-25", "22-03"), ("", "22-03")],
    "weekdays": [("nonsense", "mon, tue"), ("", "mon, tue")],
    "ages": [("nonsense", "18-30"), ("30-18", "18-30"), ("", "18-30")],
    "bbox": [
        ("1,2,3", "four numbers"),
        ("1,2,3,x", "four numbers"),
        ("5,2,3,9", "left < right"),
        ("1,9,3,2", "bottom < top"),
        ("0,0,inf,1", "finite"),
        ("nan,0,1,1", "finite"),
        ("0,0,1e300,1", "finite"),
    ],
    "by": [("nonsense", "layer:"), ("layer:nowhere", "district, cell")],
    "domain": [("nonsense", "imd-rank"), ("", "1 character")],
    "edition": [("1999", "imd-decile of 2015"), ("", "1 character")],
    "baseline_edition": [("1999", "imd-decile of 2015"), ("", "1 character")],
    "baseline_layer": [("cell", "baseline_edition"), ("", "1 character")],
    "measure": [("nonsense", "nonsense")],
    "share": [("residents", "two measures"), ("residents/dogs", "residents"), ("", "1 character")],
    "group": [("nonsense", "tenure-owned"), ("", "1 character")],
    "reference": [("nonsense", "layer:code"), ("district:D9", "D1, D2"), ("", "1 character")],
    "harm_index": [("nonsense", "harm"), ("", "1 character")],
    "harm_column": [("nonsense", "attribute:NAME"), ("", "1 character")],
    "area": [("nonsense", "layer:code"), ("cell:C99", "C99"), ("", "1 character")],
    "series": [("nonsense", "nonsense"), ("", "1 character")],
    "denominator": [("nonsense", "residents"), ("residents:1999", "2020"), ("", "1 character")],
    "districts": [("nonsense", "district, cell"), ("../district", "district, cell")],
    "comparable": [("nonsense", "scenario=comparable"), ("", "1 character")],
    "layer": [("nonsense", "district, cell"), ("../district", "district, cell")],
    "area_group": [("nonsense", "similar"), ("", "1 character")],
    "code": [("nonsense", "C00, C01"), ("", "1 character")],
    "table": [("nonsense", "/v1/growth/sites"), ("", "1 character")],
    "title": [("", "1 character"), ("x" * 101, "100 characters")],
    "larger_layer": [("nonsense", "district, cell"), ("", "1 character")],
    "surroundings": [("nonsense", "district, cell"), ("", "1 character")],
    "population": [("nonsense", "nonsense"), ("residents:1999", "residents"), ("", "1 character")],
    "households": [("nonsense", "nonsense"), ("", "1 character")],
    "neighbours": [
        ("nonsense", "queen"),
        ("knn:0", "queen"),
        ("knn:9999999999", "queen"),
        ("distance:nan", "queen"),
        ("distance:-5", "queen"),
        ("kernel:1e300", "queen"),
    ],
    "crs": [("nonsense", "4326"), ("99999", "4326"), ("4326;drop", "4326")],
    "v": [("nonsense", "TileJSON")],
    "key": [("a b", "pattern"), ("<x>", "pattern"), ("a&b=c" * 50, "pattern")],
    "target": [("nonsense", "nonsense"), ("", "character"), ("C33", "one group only")],
    "control": [("nonsense", "nonsense"), ("C00", "one group only")],
    "displacement": [("nonsense", "displacement_control"), ("C00", "one group only")],
    "displacement_control": [("C01", "together"), ("C33", "one group only")],
    "q": [("", "1 character"), ("x" * 101, "100")],
    "breaks": [("nan", "finite"), ("inf", "finite"), ("x", "number")],
}
# What addresses of the WMTS carry on besides what is WMTS's own.
CARRIED = {field.alias or name for name, field in WmtsQuery.model_fields.items()}
# What the OGC API writes differently: boxes may cross the antimeridian, systems have addresses.
OGC_WRONG_WORDS: dict[str, list[tuple[str, str]]] = {
    "bbox": [
        ("1,2,3", "four numbers"),
        ("1,2,3,x", "four numbers"),
        ("1,2,3,4,5", "four numbers"),
        ("1,2,9,3,4,5", "lowest height"),
        ("1,9,3,2", "south before its north"),
        ("0,0,181,1", "longitudes within 180"),
        ("0,0,inf,1", "finite"),
        ("nan,0,1,1", "finite"),
        ("0,0,1e300,1", "finite"),
    ],
    "crs": [("nonsense", "OGC/1.3/CRS84"), ("EPSG:27700", "EPSG/0/27700"), ("4326", "CRS84")],
    "bbox-crs": [("nonsense", "OGC/1.3/CRS84"), ("EPSG:27700", "EPSG/0/27700")],
    "datetime": [
        ("yesterday", "2024-01-31T00:00:00Z"),
        ("2024-13-01", "interval"),
        ("2024-01-01T00:00:00", "interval"),
        ("2024-02-01/2024-01-01", "end before it begins"),
        ("2024-01-01/2024-02-01/2024-03-01", "interval"),
        ("0001-01-01T00:00:00+14:00", "interval"),
    ],
    "v": [("nonsense", "first page")],
    **{
        name: [("", "1 character"), ("x" * 201, "200 characters")]
        for name in ("code", "name", "class", "funnel", "quadrant", "site_id", "district")
    },
    "position": [("", "1 character"), ("x" * 201, "200 characters")],
}
# Where what is allowed depends on what else is asked: districts have no measure.
WRONG_WORDS_OF: dict[tuple[str, str], list[tuple[str, str]]] = {
    ("/v1/tables/{dataset}/harm", "rows"): [("nonsense", "offence-group"), ("", "1 character")],
    ("/v1/associations/{dataset}/{layer}", "beside_dataset"): [
        ("nonsense", "second value"),
        ("", "1 character"),
    ],
    ("/v1/associations/{dataset}/{layer}", "beside_category"): [
        ("assault", "needs beside_dataset"),
        ("", "1 character"),
    ],
    ("/v1/associations/{dataset}/{layer}", "beside_measure"): [
        ("nonsense", "second value"),
        ("", "1 character"),
    ],
    ("/v1/measures/index/{layer}", "edition"): [("1999", "2021"), ("", "1 character")],
    ("/v1/tables/{dataset}/trend", "denominator"): [
        ("nonsense", "layer 'district' has no measure 'nonsense'"),
        ("", "1 character"),
    ],
    ("/v1/tables/{dataset}/trend", "by"): [
        ("nonsense", "category, subcategory"),
        ("year", "layer:lsoa21"),
        ("", "1 character"),
    ],
    ("/v1/patterns/{dataset}/k", "beside_dataset"): [
        ("nonsense", "null=density"),
        ("", "1 character"),
    ],
    ("/v1/patterns/{dataset}/k", "null"): [
        ("nonsense", "uniform"),
        ("records", "name a category"),
    ],
    ("/v1/tables/{dataset}/trend", "series"): [
        ("nonsense", "series needs by="),
        ("", "1 character"),
    ],
    ("/v1/tables/{dataset}/trend", "per"): [
        ("nonsense", "day or year"),
        ("0", "above 0"),
        ("nan", "above 0"),
        ("", "day or year"),
        ("1000", "needs a denominator"),
    ],
}
_SCANS = "/v1/scan/{dataset}/{layer}"
_OF_SCANS = ("/tiles/{z}/{x}/{y}.mvt", "/tilejson.json", "/legend", "/style.json", "/qgis", "")
for _path in (_SCANS, *(f"{_SCANS}/areas{_ending}" for _ending in _OF_SCANS)):
    for _name, _word in (("beside_dataset", "nonsense"), ("beside_category", "assault")):
        WRONG_WORDS_OF[_path, _name] = [(_word, "model=bernoulli"), ("", "1 character")]
ALWAYS_WRONG_NUMBERS = ("nan", "inf", "-inf", "1e400", "x", "")
GONE = 410


def invalid(address: str) -> int:
    """The status of a question that is wrong: the OGC API demands 400."""
    return 400 if address.startswith("/ogc") else 422


def wrong_values(template: str, name: str, schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Values that a parameter's schema forbids, with a word that the refusal must have."""
    if schema.get("type") == "null":  # a parameter that has no meaning there
        yield "4326", "None"
        return
    words = WRONG_WORDS | OGC_WRONG_WORDS if template.startswith("/ogc") else WRONG_WORDS
    table = template.removesuffix(".{suffix}")
    if (table, name) in WRONG_WORDS_OF:
        yield from WRONG_WORDS_OF[table, name]
        return
    forms = (schema, schema.get("items", {}), *schema.get("anyOf", ()))
    if name in words and all({"enum", "const"}.isdisjoint(form) for form in forms):
        yield from words[name]
        return
    found = False
    for form in forms:
        if "enum" in form:
            found = True
            yield "nonsense", form["enum"][0]
        if "const" in form:
            found = True
            yield "nonsense", form["const"]
        if form.get("type") == "boolean":
            found = True
            yield "perhaps", "boolean"
        if form.get("type") in ("number", "integer"):
            found = True
            yield from ((value, name) for value in ALWAYS_WRONG_NUMBERS)
            if form["type"] == "integer":
                yield "1.5", name
            if "minimum" in form:
                yield str(form["minimum"] - 1), f"{form['minimum']:g}"
            if "exclusiveMinimum" in form:
                yield str(form["exclusiveMinimum"]), f"{form['exclusiveMinimum']:g}"
                yield "-1", f"{form['exclusiveMinimum']:g}"
            if "maximum" in form:
                yield str(form["maximum"] * 2), f"{form['maximum']:g}"
    assert found, f"say in WRONG_WORDS what {name} must refuse"


def assert_problem(answer, *, statuses=(404, 422), said=""):
    """A refusal of the caller's, in the shape that every refusal has."""
    if answer.url.path.startswith(OGC_XML):
        assert_exception_report(answer, said=said)
        return
    assert answer.status_code in statuses, (str(answer.url), answer.status_code, answer.text[:300])
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    problem = answer.json()
    assert {"type", "title", "status", "detail", "instance"} <= set(problem)
    assert problem["status"] == answer.status_code
    assert problem["type"].startswith("/problems/")
    assert said in answer.text, (str(answer.url), answer.text[:600])


def assert_exception_report(answer, *, said=""):
    """A refusal in the words of OGC's web services (OWS 1.1)."""
    assert answer.status_code in (400, 404), (str(answer.url), answer.status_code, answer.text)
    assert answer.headers["Content-Type"] == "application/xml"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    root = ET.fromstring(answer.content)
    assert root.tag == "{http://www.opengis.net/ows/1.1}ExceptionReport"
    (exception,) = root
    assert exception.get("exceptionCode")
    assert said in exception[0].text, (str(answer.url), answer.text[:600])


def test_every_route_refuses_an_unknown_parameter_and_lists_its_own(client):
    for template in path_templates(client.app):
        own = query_parameters(client.app, template)
        for address in addresses(client.app, template):
            answer = client.get(asking(address, colour="red"))
            assert_problem(answer, statuses=(invalid(address),), said="colour")
            for name in own:
                assert name in answer.text
            if template.startswith(OGC_XML):
                continue
            fault = answer.json()["errors"][0]
            assert sorted(fault["allowed"]) == sorted(own)
            for name in own:
                assert name in answer.json()["detail"]


def test_every_route_refuses_every_wrong_value_of_its_parameters(client):
    asked = 0
    for template in path_templates(client.app):
        first = addresses(client.app, template)[0]
        for name, schema in query_parameters(client.app, template).items():
            if template.startswith(OGC_XML) and name not in CARRIED:
                continue  # what is WMTS's own is judged by operation: see test_wmts
            for value, said in wrong_values(template, name, schema):
                answer = client.get(asking(first, **{name: value}))
                assert_problem(answer, statuses=(404, GONE, invalid(first)), said=said)
                asked += 1
    assert asked > 500


def test_every_route_refuses_what_its_path_does_not_have(client):
    wrong = {
        "dataset": [("nonsense", "callouts"), ("..%2Fcallouts", ""), ("CALLOUTS", "callouts")],
        "layer": [
            ("nonsense", "cell"),
            ("..%2Fcell", ""),
            ("hex:nan", ""),
            ("hex:0.001", ""),
            ("square:0", ""),
            ("square:-5", ""),
            ("hex:", ""),
            ("octagon:500", ""),
        ],
        "suffix": [("xml", "csv"), ("CSV", "csv")],
        "z": [("25", "24"), ("-1", "24"), ("x", "integer"), ("9" * 40, "")],
        "x": [("8192", "8191"), ("-1", "8191"), ("1.5", "integer"), ("9" * 40, "")],
        "rules": [("nonsense", "risk")],
        "template": [("nonsense", "short")],
        "places": [("nonsense", "premises"), ("..%2Fpremises", "")],
        "font": [("Arial", "SourceSans3-Bold"), ("..%2FSourceSans3-Bold", "")],
        "codes": [("1-256", "0-255"), ("x", "0-255"), ("65536-65791", ""), ("0-511", "")],
        "code": [("nonsense", "nonsense"), ("..%2FC00", "")],
        "site_id": [("nonsense", "nonsense")],
        "collection_id": [("nonsense", "boundaries:cell"), ("..%2Fsites", "")],
        "y": [("8192", "8191"), ("-1", "8191"), ("9" * 5000, "")],
        "identifier": [("nonsense", "heatmaps:callouts"), ("heatmaps:x", "heatmaps:callouts")],
        "style": [("red", "default")],
        "time": [("x", "2024-03"), ("2024-13", "ISO"), ("2023-02-03", "month"), ("202", "year")],
        "tilematrixset": [("EPSG:27700", "GoogleMapsCompatible")],
        "tilematrix": [("18", "5 to 17"), ("4", "5 to 17"), ("x", "integer")],
        "tilerow": [("8192", "8191"), ("-1", "8191"), ("x", "integer"), ("9" * 5000, "")],
        "tilecol": [("8192", "8191"), ("-1", "8191")],
        "i": [("256", "255"), ("-1", "255")],
        "j": [("256", "255"), ("1.5", "integer")],
    }
    for template in path_templates(client.app):
        for name, values in wrong.items():
            if f"{{{name}}}" not in template:
                continue
            for value, said in values:
                address = addresses(client.app, template, **{name: value})[0]
                # Legends and maps have formats of their own.
                is_picture = "/legend." in template or "/map." in template
                word = "png" if said == "csv" and is_picture else said
                word = "json" if said == "csv" and template.startswith(OGC_XML) else word
                word = "qgz" if said == "csv" and "/qgis." in template else word
                word = "docx" if said == "csv" and template.startswith("/v1/assess") else word
                statuses = (404, invalid(address))
                assert_problem(client.get(address), statuses=statuses, said=word)


@pytest.mark.parametrize("template", [CELLS, HOTSPOTS, f"{HEATMAP}/summary.json", TILE])
def test_reversed_dates_are_refused_by_name(client, template):
    answer = client.get(template, params={"from": "2024-05", "to": "2023-01"})
    assert_problem(answer, statuses=(422,), said="from (2024-05) is after to (2023-01)")


@pytest.mark.parametrize("template", [CELLS, HOTSPOTS, f"{HEATMAP}/summary.json", TILE])
def test_a_date_that_cuts_a_month_is_refused_everywhere(client, template):
    answer = client.get(template, params={"from": "2023-05-02"})
    assert_problem(answer, statuses=(422,), said="2023-05-01")


@pytest.mark.parametrize("bandwidth_m", ["0", "-400", "nan", "inf", "1e300", "9.9", "20001"])
@pytest.mark.parametrize("name", ["summary.json", "raster.tif", "map.png", "tilejson.json"])
def test_a_bandwidth_without_meaning_is_refused_with_its_range(client, name, bandwidth_m):
    answer = client.get(f"{HEATMAP}/{name}", params={"bandwidth_m": bandwidth_m})
    assert_problem(answer, statuses=(422,), said="bandwidth_m")
    assert "10" in answer.json()["detail"]
    assert "20000" in answer.json()["detail"]


def test_a_parameter_given_twice_is_refused_where_it_takes_one_value(client):
    answer = client.get(f"{HEATMAP}/summary.json?bandwidth_m=300&bandwidth_m=600")
    assert_problem(answer, statuses=(422,), said="bandwidth_m: takes one value, got 2")
    assert client.get(f"{CELLS}?category=fire&category=assault").status_code == 200
    assert client.get(f"{CELLS}?scheme=manual&breaks=3&breaks=9").status_code == 200
    assert_problem(client.get(f"{CELLS}?breaks=3&breaks=9"), said="scheme=manual")


@pytest.mark.parametrize(
    "query", [{"from": "0001-01", "to": "9999-12"}, {"to": "9999-12", "step": "quarter"}]
)
def test_more_steps_than_anybody_reads_are_refused(client, query):
    answer = client.get(f"{HOTSPOTS}/emerging", params={**query, "permutations": 0})
    assert_problem(answer, statuses=(422,), said="1200 allowed")


def test_a_huge_raster_is_refused_with_the_limit_and_what_to_do(client):
    query = {"cell_m": 1, "bbox": "0,0,700000,1300000"}
    answer = client.get(f"{HEATMAP}/raster.tif", params=query)
    assert_problem(answer, statuses=(422,), said="16000000")
    assert "cell_m" in answer.json()["detail"]


def test_too_many_permutations_are_refused_with_the_limit(county, serve):
    limits = LimitSettings(permutations=1_000)
    client = serve(open_resources(Settings(data_dir=county, limits=limits)))
    assert client.get(HOTSPOTS, params={"permutations": 1_000}).status_code == 200
    assert_problem(client.get(HOTSPOTS, params={"permutations": 1_001}), said="1000 allowed")


def test_a_rate_without_its_denominator_is_refused(client):
    for address in (CELLS, HOTSPOTS):
        answer = client.get(address, params={"measure": "rate"})
        assert_problem(answer, statuses=(422,), said="denominator")


def test_what_varies_nowhere_has_no_hotspots(client):
    query = {"category": "fire", "from": "2024-01", "to": "2024-12"}
    assert_problem(client.get(HOTSPOTS, params=query), said="all 16 areas have the value 0")


def test_too_few_areas_have_no_hotspots(client):
    address = f"/v1/hotspots/{world.DATASET}/{world.DISTRICTS}"
    assert_problem(client.get(address), said="at least")


def test_areas_that_hold_no_area_of_the_layer_give_no_rows_or_are_refused(client):
    """No district lies within a square: nothing to map, and nothing may break."""
    answer = client.get(
        f"/v1/choropleths/{world.DATASET}/{world.DISTRICTS}", params={"within": "cell:C00"}
    )
    if answer.status_code == 200:
        assert answer.json()["rows"] == []
    else:
        assert_problem(answer)
    hot = client.get(
        f"/v1/hotspots/{world.DATASET}/{world.DISTRICTS}", params={"within": "cell:C00"}
    )
    assert_problem(hot)


def test_an_unknown_path_is_a_problem_too(client):
    assert_problem(client.get("/v1/nonsense"), statuses=(404,), said="/v1/nonsense")
    assert_problem(client.get("/favicon.ico"), statuses=(404,))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused_with_those_allowed(client, method):
    answer = client.request(method, CELLS)
    assert_problem(answer, statuses=(405,))
    assert "GET" in answer.headers["Allow"]


def test_without_data_questions_are_refused_and_lists_are_empty(tmp_path, serve):
    client = serve(open_resources(Settings(data_dir=tmp_path / "nothing")))
    assert client.get("/v1/datasets").json()["datasets"] == []
    assert client.get("/v1/boundaries").json()["boundaries"] == []
    assert client.get("/").status_code == 200
    assert client.get("/health/ready").status_code == 200
    assert_problem(client.get(CELLS), said="none is imported yet")
    assert_problem(client.get(f"{HEATMAP}/summary.json"))
    assert_problem(client.get("/v1/growth/sites"), said="hotspots import sites")


def test_without_layers_a_heat_map_says_what_is_missing(tmp_path, serve):
    world.append_incidents(tmp_path, world.RECORDS, name="callouts.csv")
    client = serve(open_resources(Settings(data_dir=tmp_path)))
    assert client.get("/v1/datasets").json()["datasets"][0]["outside"] is None
    assert client.get("/").status_code == 200
    assert_problem(client.get(f"{HEATMAP}/summary.json"), said="import a boundary layer")
    assert_problem(client.get(f"/v1/growth/{world.DATASET}/overlay"))


def test_a_study_area_that_is_not_loaded_is_named(county, serve):
    client = serve(open_resources(Settings(data_dir=county, study_area="ward:W1")))
    answer = client.get(f"{HEATMAP}/summary.json")
    assert_problem(answer, said="ward")


NASTY = st.sampled_from(
    ["", "0", "-1", "1e308", "nan", "²", "\x00", "\n", "%", "a:b", ":", "2024-02-31", "9999-12-31",
     "1,2,3,4", "knn:1", "hex:500", "auto", "true", "null", "D1", "cell:C00", "é", "🔥" * 50]
)  # fmt: skip


@given(data=st.data())
@examples(150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nonsense_is_refused_and_never_breaks_anything(client, data):
    template = data.draw(st.sampled_from(sorted(path_templates(client.app))))
    address = addresses(client.app, template)[0]
    names = sorted(query_parameters(client.app, template)) or ["x"]
    query = data.draw(
        st.dictionaries(st.sampled_from(names), NASTY | st.text(max_size=20), max_size=3)
    )
    answer = client.get(asking(address, **query))
    if answer.status_code != 200:
        assert_problem(answer, statuses=(404, GONE, invalid(address)))


@given(data=st.data())
@examples(100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nonsense_in_a_path_is_refused_and_never_breaks_anything(client, data):
    template = data.draw(
        st.sampled_from(sorted(t for t in path_templates(client.app) if "{" in t))
    )
    name = data.draw(st.sampled_from(re.findall(r"\{(\w+)\}", template)))
    value = urllib.parse.quote(data.draw(NASTY | st.text(min_size=1, max_size=20)), safe="")
    answer = client.get(addresses(client.app, template, **{name: value})[0])
    if answer.status_code != 200:
        assert_problem(answer, statuses=(404, 405, invalid(template)))
