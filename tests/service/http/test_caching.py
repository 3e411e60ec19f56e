"""Entity tags, conditional requests and how long an answer may be kept."""

import dataclasses
import shutil

import pytest

from service.access.gates import Gates
from service.access.policy import Policy
from service.assembly.resources import open_resources
from service.config.settings import Settings, TileSettings
from service.http.responder import ATTEMPTS
from tests.service import world
from tests.service.addresses import ABOUT_THE_PROCESS, addresses, all_addresses, path_templates
from tests.service.answers import json_of

CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
TILE = f"/v1/heatmaps/{world.DATASET}/tiles/13/4099/2697.png"
SOME_MORE = world.RECORDS[:7]


@pytest.fixture(scope="module")
def answers(client):
    """Every address with its answer."""
    found = {
        address: client.get(address)
        for address in all_addresses(client.app)
        if address not in ABOUT_THE_PROCESS
    }
    assert all(answer.status_code == 200 for answer in found.values())
    return found


def test_what_a_process_counts_of_itself_is_never_kept(client):
    for address in ABOUT_THE_PROCESS:
        answer = client.get(address)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers


def test_every_answer_has_a_strong_tag_of_its_own(answers):
    tags = [answer.headers["ETag"] for answer in answers.values()]
    assert all(tag.startswith('"') and tag.endswith('"') for tag in tags)
    assert len(set(tags)) == len(tags)


def test_the_same_question_gives_the_same_bytes(client, answers):
    """Also from another process: nothing is cached in a second set of resources."""
    for address, answer in answers.items():
        assert client.get(address).content == answer.content, address


def test_another_process_gives_the_same_bytes_and_tags(county, answers, serve):
    other = serve(open_resources(Settings(data_dir=county)))
    for address, answer in answers.items():
        again = other.get(address)
        assert again.headers["ETag"] == answer.headers["ETag"], address
        assert again.content == answer.content, address


@pytest.mark.parametrize(
    "header", ["{tag}", '"other", {tag}', "W/{tag}", '"a",W/{tag} , "b"', "*", " * "]
)
def test_a_client_that_has_the_answer_is_told_so(client, answers, header):
    for address, answer in answers.items():
        tag = answer.headers["ETag"]
        again = client.get(address, headers={"If-None-Match": header.format(tag=tag)})
        assert again.status_code == 304, address
        assert again.content == b""
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"] == answer.headers["Cache-Control"]


def test_tags_on_several_lines_count_like_a_list(client):
    tag = client.get(CELLS).headers["ETag"]
    headers = [("If-None-Match", '"other"'), ("If-None-Match", tag)]
    assert client.get(CELLS, headers=headers).status_code == 304


@pytest.mark.parametrize("header", ['"other"', 'W/"other"', "", "{tag}x", "x{tag}"])
def test_a_client_that_has_another_answer_gets_this_one(client, header):
    answer = client.get(CELLS)
    tag = header.format(tag=answer.headers["ETag"].strip('"'))
    again = client.get(CELLS, headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert again.content == answer.content


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"{CELLS}?category=nonsense", 422),
        (f"/v1/choropleths/{world.DATASET}/nonsense", 404),
        ("/v1/datasets/nonsense", 404),
        (f"{CELLS}?measure=rate&denominator=nonsense", 422),
        (f"{CELLS}?within=district:D9", 422),
        (f"{TILE}?bandwidth_m=0", 422),
    ],
)
def test_a_question_without_an_answer_is_an_error_all_the_same(client, address, status):
    assert client.get(address, headers={"If-None-Match": "*"}).status_code == status


def test_another_question_has_another_tag(client):
    questions = [
        {},
        {"category": "assault"},
        {"category": "burglary"},
        {"from": "2023-02"},
        {"to": "2023-02"},
        {"within": "district:D1"},
        {"measure": "rate", "denominator": "residents"},
        {"measure": "rate", "denominator": "residents:2020"},
        {"classes": 4},
        {"scheme": "equal-intervals"},
    ]
    tags = {client.get(CELLS, params=question).headers["ETag"] for question in questions}
    assert len(tags) == len(questions)


def test_the_order_of_parameters_does_not_change_the_tag(client):
    one = client.get(f"{CELLS}?category=fire&category=assault&to=2023-06")
    other = client.get(f"{CELLS}?to=2023-06&category=assault&category=fire&classes=5")
    assert one.headers["ETag"] == other.headers["ETag"]


def test_another_policy_has_another_tag(resources, client, serve):
    stricter = serve(dataclasses.replace(resources, gates=Gates(Policy("open", version=2))))
    assert stricter.get(CELLS).headers["ETag"] != client.get(CELLS).headers["ETag"]


def test_an_import_changes_every_answer_about_the_dataset(own_county, serve):
    client = serve(open_resources(Settings(data_dir=own_county)))
    templates = [t for t in path_templates(client.app) if "{dataset}" in t]
    templates += ["/overview", "/v1/page.json", "/v1/datasets"]
    asked = [addresses(client.app, template)[0] for template in templates]
    before = {address: client.get(address).headers["ETag"] for address in asked}
    world.append_incidents(own_county, SOME_MORE, name="more.csv")
    for address, tag in before.items():
        after = client.get(address, headers={"If-None-Match": tag})
        assert after.status_code == 200, address
        assert after.headers["ETag"] != tag, address


def test_new_rows_are_counted_at_once(own_county, serve):
    client = serve(open_resources(Settings(data_dir=own_county)))
    count = json_of(client, CELLS)["provenance"]["counts"]["records"]
    world.append_incidents(own_county, SOME_MORE, name="more.csv")
    answer = json_of(client, CELLS)
    assert answer["provenance"]["counts"]["records"] == count + len(SOME_MORE)
    assert answer["provenance"]["dataset"]["version"] == 1


def test_a_new_measure_changes_rates(own_county, serve):
    client = serve(open_resources(Settings(data_dir=own_county)))
    query = {"measure": "rate", "denominator": "residents"}
    before = client.get(CELLS, params=query).headers["ETag"]
    world.append_measure(own_county, "residents", "2022", dict.fromkeys(world.CODES, 10.0))
    after = client.get(CELLS, params=query, headers={"If-None-Match": before})
    assert after.status_code == 200
    assert after.json()["provenance"]["denominator"]["period"] == "2022"


def test_a_dataset_made_anew_does_not_pass_for_the_old_one(own_county, serve):
    """Its table begins at version 0 again, as the one before did."""
    client = serve(open_resources(Settings(data_dir=own_county)))
    tag = client.get(CELLS).headers["ETag"]
    shutil.rmtree(own_county / "incidents" / world.DATASET)
    world.append_incidents(own_county, SOME_MORE, name="callouts.csv")
    after = client.get(CELLS, headers={"If-None-Match": tag})
    assert after.status_code == 200
    assert after.json()["provenance"]["counts"]["records"] == len(SOME_MORE)


def test_another_study_area_is_another_answer(county, client, serve):
    """The list of datasets counts what lies outside it, heat maps take their colours from it."""
    other = serve(open_resources(Settings(data_dir=county, study_area="cell:C11")))
    summary = f"/v1/heatmaps/{world.DATASET}/summary.json"
    for address in ("/v1/datasets", "/v1/boundaries", "/overview", "/v1/page.json", summary):
        assert other.get(address).headers["ETag"] != client.get(address).headers["ETag"], address


def test_another_range_of_zooms_is_another_tilejson(county, client, serve):
    settings = Settings(data_dir=county, tiles=TileSettings(max_zoom=12))
    other = serve(open_resources(settings))
    address = f"/v1/heatmaps/{world.DATASET}/tilejson.json"
    assert json_of(other, address)["maxzoom"] == 12
    assert other.get(address).headers["ETag"] != client.get(address).headers["ETag"]


def test_answers_about_data_are_asked_for_again(answers):
    for address, answer in answers.items():
        if "/tiles/" not in address and "/glyphs/" not in address:
            assert answer.headers["Cache-Control"] == "no-cache", address


def test_a_tile_of_a_named_version_may_be_kept(client):
    address = json_of(client, f"/v1/heatmaps/{world.DATASET}/tilejson.json")["tiles"][0]
    answer = client.get(address.format(z=13, x=4099, y=2697))
    assert "max-age=3600" in answer.headers["Cache-Control"]


def test_a_tile_without_a_version_is_asked_for_again(client):
    """Kept for an hour, it would stand beside new ones on one screen."""
    assert client.get(TILE).headers["Cache-Control"] == "no-cache"


def test_the_tilejson_of_new_data_has_new_addresses_and_the_old_are_gone(own_county, serve):
    client = serve(open_resources(Settings(data_dir=own_county)))
    tilejson = f"/v1/heatmaps/{world.DATASET}/tilejson.json"
    old = json_of(client, tilejson)["tiles"][0].format(z=13, x=4099, y=2697)
    assert client.get(old).status_code == 200
    world.append_incidents(own_county, SOME_MORE, name="more.csv")
    new = json_of(client, tilejson)["tiles"][0].format(z=13, x=4099, y=2697)
    assert new != old
    assert client.get(new).status_code == 200
    gone = client.get(old)
    assert gone.status_code == 410
    assert gone.headers["Content-Type"] == "application/problem+json"


def test_an_old_address_is_gone_even_for_who_has_the_tile(own_county, serve):
    client = serve(open_resources(Settings(data_dir=own_county)))
    tilejson = f"/v1/heatmaps/{world.DATASET}/tilejson.json"
    old = json_of(client, tilejson)["tiles"][0].format(z=13, x=4099, y=2697)
    tag = client.get(old).headers["ETag"]
    world.append_incidents(own_county, SOME_MORE, name="more.csv")
    assert client.get(old, headers={"If-None-Match": tag}).status_code == 410


def test_the_tilejson_names_the_address_it_was_asked_at(client):
    path = f"/v1/heatmaps/{world.DATASET}/tilejson.json"
    one = client.get(path, headers={"Host": "localhost:8000"})
    other = client.get(path, headers={"Host": "127.0.0.1:8000"})
    assert one.json()["tiles"][0].startswith("http://localhost:8000/v1/")
    assert other.json()["tiles"][0].startswith("http://127.0.0.1:8000/v1/")
    assert one.headers["ETag"] != other.headers["ETag"]


class ImportsMeanwhile:
    """Analyses during whose first answer somebody imports more rows."""

    def __init__(self, analyses, own_county):
        self._analyses = analyses
        self._own_county = own_county
        self._imported = False

    def __getattr__(self, name):
        wanted = getattr(self._analyses, name)
        if name not in ("table", "tile"):
            return wanted

        def importing(*args, **options):
            if not self._imported:
                self._imported = True
                world.append_incidents(self._own_county, SOME_MORE, name="more.csv")
            return wanted(*args, **options)

        return importing


def test_an_import_while_an_answer_is_made_leaves_tag_and_bytes_of_one_version(own_county, serve):
    resources = open_resources(Settings(data_dir=own_county))
    disturbed = ImportsMeanwhile(resources.choropleths, own_county)
    client = serve(dataclasses.replace(resources, choropleths=disturbed))
    answer = client.get(CELLS)
    assert answer.json()["provenance"]["dataset"]["version"] == 1
    again = client.get(CELLS)
    assert again.headers["ETag"] == answer.headers["ETag"]
    assert again.content == answer.content


def test_a_tile_of_new_data_is_never_given_under_an_old_address(own_county, serve):
    """It would stand beside old ones for as long as clients keep them."""
    resources = open_resources(Settings(data_dir=own_county))
    disturbed = ImportsMeanwhile(resources.heatmaps, own_county)
    client = serve(dataclasses.replace(resources, heatmaps=disturbed))
    tilejson = json_of(client, f"/v1/heatmaps/{world.DATASET}/tilejson.json")
    answer = client.get(tilejson["tiles"][0].format(z=13, x=4099, y=2697))
    assert answer.status_code == 410


class AlwaysChanging:
    """Analyses during each of whose answers the data change."""

    def __init__(self, analyses, folder):
        self._analyses = analyses
        self._folder = folder
        self.computed = 0

    def __getattr__(self, name):
        attribute = getattr(self._analyses, name)
        if name not in ("table", "tile"):
            return attribute

        def importing(*args, **options):
            self.computed += 1
            name = f"{self.computed}.csv"
            world.append_incidents(self._folder, SOME_MORE[: self.computed], name=name)
            return attribute(*args, **options)

        return importing


def test_an_answer_during_which_the_data_always_change_comes_without_a_tag(own_county, serve):
    """Its bytes may be of any version: nobody may keep them."""
    resources = open_resources(Settings(data_dir=own_county))
    changing = AlwaysChanging(resources.choropleths, own_county)
    client = serve(dataclasses.replace(resources, choropleths=changing))
    answer = client.get(CELLS)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    assert changing.computed == ATTEMPTS


def test_a_tile_of_a_named_version_is_gone_once_the_data_have_changed(own_county, serve):
    resources = open_resources(Settings(data_dir=own_county))
    changing = AlwaysChanging(resources.heatmaps, own_county)
    client = serve(dataclasses.replace(resources, heatmaps=changing))
    tilejson = json_of(client, f"/v1/heatmaps/{world.DATASET}/tilejson.json")
    answer = client.get(tilejson["tiles"][0].format(z=13, x=4099, y=2697))
    assert answer.status_code == 410
    assert changing.computed == 1
