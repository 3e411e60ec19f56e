"""WMTS: what the capabilities say, where their addresses lead, and how errors are told."""

import math
import urllib.parse
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from service.assembly.resources import open_resources
from service.config.access import AccessSettings
from service.config.settings import Settings, TileSettings
from service.ogc.wmts.exceptions import LOCATORS
from service.ogc.wmts.xml import exception_xml, scale_denominator
from tests.places import moved
from tests.service import world
from tests.service.answers import image_of, json_of
from tests.service.http.test_problems import LEAVES

NS = {
    "": "http://www.opengis.net/wmts/1.0",
    "ows": "http://www.opengis.net/ows/1.1",
    "xlink": "http://www.w3.org/1999/xlink",
}
HREF = "{http://www.w3.org/1999/xlink}href"
RESTFUL = "/wmts/1.0.0/WMTSCapabilities.xml"
KVP = "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities"
LAYER = f"heatmaps:{world.DATASET}"
TILE = {
    "SERVICE": "WMTS",
    "REQUEST": "GetTile",
    "VERSION": "1.0.0",
    "LAYER": LAYER,
    "STYLE": "default",
    "FORMAT": "image/png",
    "TILEMATRIXSET": "GoogleMapsCompatible",
    "TILEMATRIX": "13",
    "TILEROW": "2697",
    "TILECOL": "4099",
}
XYZ = f"/v1/heatmaps/{world.DATASET}/tiles/13/4099/2697.png"


def capabilities(client, address=RESTFUL):
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/xml"
    return ET.fromstring(answer.content)


def addresses_in(root):
    """Every address that the capabilities name: links, and templates of resources."""
    links = [element.get(HREF) for element in root.iter() if element.get(HREF)]
    return [*links, *(each.get("template") for each in root.iterfind(".//ResourceURL", NS))]


def filled(template, **values):
    """A template with its names replaced as clients do."""
    known = {
        "time": "all",
        "TileMatrixSet": "GoogleMapsCompatible",
        "TileMatrix": "13",
        "TileRow": "2697",
        "TileCol": "4099",
        "I": "100",
        "J": "50",
        **values,
    }
    return template.format(**known)


def refusal(client, **query):
    """Code, locator and words of the exception report of a request."""
    answer = client.get("/wmts", params={k: v for k, v in query.items() if v is not None})
    assert answer.status_code == 400, answer.text
    (exception,) = ET.fromstring(answer.content)
    return exception.get("exceptionCode"), exception.get("locator"), exception[0].text


def test_the_capabilities_are_the_same_by_query_and_by_path(client):
    assert client.get(KVP).content == client.get(RESTFUL).content


def test_there_is_a_layer_for_each_dataset_where_its_data_are(client):
    (layer,) = capabilities(client).findall(".//Layer", NS)
    assert layer.findtext("ows:Identifier", namespaces=NS) == LAYER
    assert layer.findtext("ows:Title", namespaces=NS) == "Callouts: density"
    assert "Ambulance, Open Licence 1" in layer.findtext("ows:Abstract", namespaces=NS)
    box = layer.find("ows:WGS84BoundingBox", NS)
    west, south = map(float, box.findtext("ows:LowerCorner", namespaces=NS).split())
    east, north = map(float, box.findtext("ows:UpperCorner", namespaces=NS).split())
    inner = json_of(client, f"/v1/heatmaps/{world.DATASET}/tilejson.json")["bounds"]
    # A bandwidth of 400 m further than the study area, on every side.
    assert west < inner[0] < inner[2] < east
    assert south < inner[1] < inner[3] < north
    assert north - inner[3] == pytest.approx(400 / 111_000, rel=0.2)


def test_the_matrix_set_is_the_well_known_one_at_the_zooms_of_the_settings(county, serve):
    settings = Settings(data_dir=county, tiles=TileSettings(min_zoom=7, max_zoom=12))
    client = serve(open_resources(settings))
    root = capabilities(client)
    known = root.find(".//TileMatrixSet[ows:Identifier='GoogleMapsCompatible']", NS)
    scales = "urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible"
    assert known.findtext("WellKnownScaleSet", namespaces=NS) == scales
    assert known.findtext("ows:SupportedCRS", namespaces=NS) == "urn:ogc:def:crs:EPSG::3857"
    matrices = known.findall("TileMatrix", NS)
    names = [each.findtext("ows:Identifier", namespaces=NS) for each in matrices]
    assert names == [str(zoom) for zoom in range(7, 13)]
    for zoom, matrix in zip(range(7, 13), matrices, strict=True):
        assert matrix.findtext("MatrixWidth", namespaces=NS) == str(2**zoom)
        corner = matrix.findtext("TopLeftCorner", namespaces=NS).split()
        assert [float(part) for part in corner] == pytest.approx(
            [-20037508.3427892, 20037508.3427892]
        )


def test_scale_denominators_are_those_of_the_standard():
    """OGC 07-057r7, annex E.4, table E.4."""
    assert scale_denominator(0) == pytest.approx(559_082_264.0287178, rel=1e-12)
    assert scale_denominator(18) == pytest.approx(2_132.729_583_849_784, rel=1e-12)


@pytest.mark.parametrize(
    "query",
    [
        "", "?request=GetCapabilities", "?service=WMTS", "?key=abc",
        "?SERVICE=WMS&REQUEST=GetCapabilities",  # as QGIS asks
    ],
)  # fmt: skip
def test_the_bare_address_answers_the_capabilities(client, query):
    """What GDAL, QGIS and ArcGIS ask first when somebody pastes the short address."""
    key = "key=abc&" if "key" in query else ""
    expected = client.get(f"/wmts?{key}SERVICE=WMTS&REQUEST=GetCapabilities").content
    answer = client.get(f"/wmts{query}")
    assert answer.status_code == 200
    assert answer.content == expected


def test_every_address_of_the_capabilities_leads_somewhere(client):
    for address in addresses_in(capabilities(client)):
        asked = filled(address)
        if asked.endswith("?"):
            asked += "SERVICE=WMTS&REQUEST=GetCapabilities"
        assert client.get(asked).status_code == 200, address


def test_every_address_keeps_what_the_request_carried(client):
    carried = {
        "key": "s3cr.et-~_1",
        "bandwidth_m": "800.0",
        "category": "assault",
        "adaptive": "true",
        "kernel": "gaussian",
    }
    upper = {name.upper(): value for name, value in carried.items()}
    root = capabilities(client, f"{RESTFUL}?{urllib.parse.urlencode(upper)}")
    named = [a for a in addresses_in(root) if "/wmts" in a]
    assert len(named) >= 9
    for address in named:
        found = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        assert found == carried, address


def test_names_of_all_kinds_stay_what_they_are_in_the_addresses(own_county, serve):
    odd = 'Drug & alcohol <"other"> + 50 % {x}'
    record = world.Record(odd, world.moment(3), "day", *world.place("C11", 3))
    world.append_incidents(own_county, (record,), name="odd.csv")
    client = serve(open_resources(Settings(data_dir=own_county)))
    root = capabilities(client, f"{RESTFUL}?{urllib.parse.urlencode({'category': odd})}")
    tile = root.find(".//ResourceURL[@resourceType='tile']", NS).get("template")
    assert image_of(client, filled(tile)).size == (256, 256)
    expected = client.get(XYZ, params={"category": odd})
    assert client.get(filled(tile)).content == expected.content


def test_a_tile_has_the_bytes_of_the_xyz_tile_of_the_same_question(client):
    template = capabilities(client, f"{RESTFUL}?bandwidth_m=700").find(
        ".//ResourceURL[@resourceType='tile']", NS
    )
    expected = client.get(XYZ, params={"bandwidth_m": 700}).content
    by_path = client.get(filled(template.get("template")))
    by_query = client.get("/wmts", params={**TILE, "bandwidth_m": "700"})
    lower = {name.lower(): value for name, value in TILE.items()}
    by_lower = client.get("/wmts", params={**lower, "Bandwidth_M": "700", "key": "abc"})
    for answer in (by_path, by_query, by_lower):
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.content == expected


@pytest.mark.parametrize(
    ("time", "period"),
    [
        ("2023", {"from": "2023-01", "to": "2023-12"}),
        ("2024-03", {"from": "2024-03", "to": "2024-03"}),
        ("2023-11/2024-02", {"from": "2023-11", "to": "2024-02"}),
        ("2023/2024-01", {"from": "2023-01", "to": "2024-01"}),
        ("all", {}),
        ("default", {}),
    ],
)
def test_the_dimension_is_the_period(client, time, period):
    expected = client.get(XYZ, params=period).content
    assert client.get("/wmts", params={**TILE, "TIME": time}).content == expected


def test_the_dimension_lists_every_year_and_month_of_the_data(client):
    dimension = capabilities(client).find(".//Dimension", NS)
    assert dimension.findtext("ows:Identifier", namespaces=NS) == "time"
    assert dimension.findtext("Default", namespaces=NS) == "all"
    values = [value.text for value in dimension.findall("Value", NS)]
    months = [f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13)]
    assert values == ["all", "2023", "2024", *months]
    tiles = {client.get("/wmts", params={**TILE, "TIME": value}).content for value in values[:4]}
    assert len(tiles) == 4


def test_only_datasets_with_the_category_asked_for_are_listed(client):
    code, locator, words = refusal(
        client, SERVICE="WMTS", REQUEST="GetCapabilities", category="nonsense"
    )
    assert (code, locator) == ("InvalidParameterValue", "category")
    assert "assault" in words
    assert len(capabilities(client, f"{RESTFUL}?category=fire").findall(".//Layer", NS)) == 1


def test_the_legend_of_a_layer_is_that_of_the_heat_map(client):
    root = capabilities(client, f"{RESTFUL}?bandwidth_m=700&key=abc")
    (legend,) = root.findall(".//LegendURL", NS)
    assert legend.get("format") == "image/png"
    expected = client.get(f"/v1/heatmaps/{world.DATASET}/legend.png?bandwidth_m=700").content
    assert client.get(legend.get(HREF)).content == expected


def test_what_stands_at_a_pixel_is_the_density_there(client):
    """The middle of the tile, against the formula at its place on the ground."""
    info = {**TILE, "REQUEST": "GetFeatureInfo", "I": "128", "J": "128"}
    asked = {**info, "INFOFORMAT": "application/json", "bandwidth_m": "800"}
    found = client.get("/wmts", params=asked).json()
    lon = math.degrees(found["x_mercator_m"] / 6_378_137)
    lat = math.degrees(math.atan(math.sinh(found["y_mercator_m"] / 6_378_137)))
    place = client.get(f"/v1/heatmaps/{world.DATASET}/tiles/13/4099/2697.tif?bandwidth_m=800")
    assert place.status_code == 200
    at = moved(np.array([[lon, lat]]), crs="EPSG:4326", target="EPSG:27700")
    expected = float(world.quartic_per_km2(world.located_xy_m(), at, 800.0)[0])
    assert expected > 1
    assert found["density"] == pytest.approx(expected, rel=1e-3)
    assert found["class_from"] <= found["density"]
    words = client.get("/wmts", params={**asked, "INFOFORMAT": "text/plain"}).text
    assert words == f"{found['density']:.6g} incidents per km^2\n"
    by_path = capabilities(client, f"{RESTFUL}?bandwidth_m=800").find(
        ".//ResourceURL[@format='application/json']", NS
    )
    assert client.get(filled(by_path.get("template"), I=128, J=128)).json() == found


@pytest.mark.parametrize(
    ("changed", "code", "locator"),
    [
        ({"SERVICE": None}, "MissingParameterValue", "service"),
        ({"REQUEST": None}, "MissingParameterValue", "request"),
        ({"SERVICE": "WMS"}, "InvalidParameterValue", "service"),
        ({"REQUEST": "GetMap"}, "OperationNotSupported", "request"),
        ({"VERSION": None}, "MissingParameterValue", "version"),
        ({"VERSION": "2.0.0"}, "InvalidParameterValue", "version"),
        ({"LAYER": None}, "MissingParameterValue", "layer"),
        ({"LAYER": "nonsense"}, "InvalidParameterValue", "layer"),
        ({"LAYER": world.DATASET}, "InvalidParameterValue", "layer"),
        ({"STYLE": "red"}, "InvalidParameterValue", "style"),
        ({"STYLE": None}, "MissingParameterValue", "style"),
        ({"FORMAT": "image/jpeg"}, "InvalidParameterValue", "format"),
        ({"TILEMATRIXSET": "BNG"}, "InvalidParameterValue", "tilematrixset"),
        ({"TILEMATRIX": "18"}, "InvalidParameterValue", "tilematrix"),
        ({"TILEMATRIX": "EPSG:3857:13"}, "InvalidParameterValue", "tilematrix"),
        ({"TILEROW": "8192"}, "TileOutOfRange", "tilerow"),
        ({"TILECOL": "8192"}, "TileOutOfRange", "tilecol"),
        ({"TILECOL": "-1"}, "InvalidParameterValue", "tilecol"),
        ({"TILECOL": None}, "MissingParameterValue", "tilecol"),
        ({"TIME": "yesterday"}, "InvalidParameterValue", "time"),
        ({"TIME": "2024/2023"}, "InvalidParameterValue", "time"),
        ({"TIME": "2023-01-02"}, "InvalidParameterValue", "time"),
        ({"BANDWITH_M": "800"}, "InvalidParameterValue", "bandwith_m"),
        ({"BANDWIDTH_M": "0"}, "InvalidParameterValue", "bandwidth_m"),
        ({"CATEGORY": "nonsense"}, "InvalidParameterValue", "category"),
        ({"WITHIN": "district:D9"}, "InvalidParameterValue", "within"),
        ({"FROM": "2023-01"}, "InvalidParameterValue", "from"),
        ({"REQUEST": "GetFeatureInfo"}, "MissingParameterValue", "infoformat"),
        ({"REQUEST": "GetCapabilities", "ACCEPTVERSIONS": "2.0.0"},
         "VersionNegotiationFailed", "acceptversions"),
    ],
)  # fmt: skip
def test_a_refusal_has_the_code_of_the_standard_and_names_the_parameter(
    client, changed, code, locator
):
    assert refusal(client, **{**TILE, **changed})[:2] == (code, locator)


def test_a_parameter_given_twice_in_two_spellings_is_refused(client):
    answer = client.get(f"{KVP}&bandwidth_m=300&BANDWIDTH_M=600")
    assert answer.status_code == 400
    assert "takes one value" in answer.text


def test_versions_may_be_listed(client):
    assert client.get(f"{KVP}&AcceptVersions=2.0.0,1.0.0").status_code == 200
    assert client.get(f"{KVP}&VERSION=1.0.0&SECTIONS=All").status_code == 200


def test_nothing_is_loaded_and_the_capabilities_are_empty(tmp_path, serve):
    client = serve(open_resources(Settings(data_dir=tmp_path / "nothing")))
    root = capabilities(client)
    assert root.findall(".//Layer", NS) == []
    assert root.find(".//TileMatrixSet", NS) is not None


def test_new_data_are_in_the_capabilities_and_the_tiles_at_once(own_county, serve):
    client = serve(open_resources(Settings(data_dir=own_county)))
    before = client.get(RESTFUL)
    tile = client.get("/wmts", params=TILE)
    assert (
        client.get(RESTFUL, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    )
    tagged = {"If-None-Match": tile.headers["ETag"]}
    assert client.get("/wmts", params=TILE, headers=tagged).status_code == 304
    later = world.Record("flood", world.moment(3), "day", *world.place("C11", 3))
    world.append_incidents(own_county, (later,) * 50, name="more.csv")
    assert (
        client.get(RESTFUL, headers={"If-None-Match": before.headers["ETag"]}).status_code == 200
    )
    after = client.get("/wmts", params=TILE, headers=tagged)
    assert after.status_code == 200
    assert after.content != tile.content
    assert after.headers["Cache-Control"] == "no-cache"


def test_addresses_begin_with_the_setting(county, serve):
    settings = Settings(
        data_dir=county,
        public_url="https://maps.example.org/atlas",
        access=AccessSettings(anonymous_role="analyst"),
    )
    client = serve(open_resources(settings))
    for address in addresses_in(capabilities(client)):
        assert address.startswith("https://maps.example.org/atlas/"), address


def test_synthetic_layers_say_so(invented_client):
    (layer,) = capabilities(invented_client).findall(".//Layer", NS)
    assert "Synthetic" in layer.findtext("ows:Abstract", namespaces=NS)


def test_words_that_xml_has_no_form_for_make_no_broken_document():
    body = exception_xml(code="NoApplicableCode", locator="a\x00b", text="<\x0b&\ud800\x1b>]]>")
    (exception,) = ET.fromstring(body)
    assert exception.get("locator") == "ab"
    assert exception[0].text == "<&>]]>"


def test_every_locator_is_of_an_error_there_is():
    assert set(LOCATORS) <= {leaf.code for leaf in LEAVES}
