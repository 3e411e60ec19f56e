"""Signing in and out on the page in a real Chromium: what each role is shown, and how it looks."""

import shutil
from datetime import timedelta

import pytest

from service.assembly.resources import open_resources
from service.commands.admin.demo import protect
from service.config.settings import Settings
from service.identity.keys import Keys, today
from service.identity.private_folder import PrivateFolder
from tests.end_to_end import browser as browsing
from tests.end_to_end.browser import NARROW, axe, visiting
from tests.end_to_end.conftest import start

pytestmark = [browsing.needs_browser, pytest.mark.slow]

YEAR = {"view": "choropleth", "dataset": "callouts", "from": "2019-01", "to": "2019-12"}
REFUSED = "the server responded with a status of 401"


@pytest.fixture(scope="module")
def service(demonstration, tmp_path_factory):
    """The demonstration as `hotspots demo` protects it, with a key for each of two roles."""
    folder = tmp_path_factory.mktemp("protected") / "data"
    shutil.copytree(demonstration, folder)
    settings = Settings(data_dir=folder)
    protect(open_resources(settings))
    keys = {role: make_key(folder, role) for role in ("partner", "analyst")}
    program = start(folder)
    program.keys, program.folder = keys, folder
    yield program
    program.stop()
    said = "\n".join([*program.said, *program.logged])
    assert "ERROR" not in said
    assert "Traceback" not in said
    assert not any(key in said for key in program.keys.values())


def make_key(folder, role):
    keys = Keys(PrivateFolder(Settings(data_dir=folder).access_folder))
    return keys.make(role=role, title=f"the {role}", expires=today() + timedelta(days=1))[1]


@pytest.fixture(scope="module")
def chromium():
    with browsing.chromium() as opened:
        yield opened


@pytest.fixture
def visit(chromium, service):
    with visiting(chromium, service.address) as made:
        yield made
        made.assert_clean()
        assert not any(key in url for url in made.requests for key in service.keys.values())


def sign_in(visit, key):
    visit.part("sign-in-open").click()
    visit.part("key").fill(key)
    with visit.page.expect_navigation():
        visit.part("key-submit").click()
    visit.settled()


def datasets(visit):
    return visit.page.locator("#dataset option").evaluate_all("all => all.map(o => o.value)")


def counts(visit, layer):
    """The counts of the table beside the map, as they stand there."""
    return {row[0]: row[-1] for row in visit.rows()}


def test_without_a_key_the_page_shows_what_is_open(visit):
    visit.open()
    assert visit.part("sign-in-open").is_visible()
    assert not visit.part("sign-out").is_visible()
    assert sorted(datasets(visit)) == ["fires", "fires-accidental", "police-crime"]


def test_a_wrong_key_is_said_and_lets_nobody_in(visit):
    visit.open()
    visit.part("sign-in-open").click()
    visit.part("key-submit").click()
    assert "Enter the key" in visit.part("key-problem").inner_text()
    visit.part("key").fill("hsa_wrong")
    visit.part("key-submit").click()
    visit.page.wait_for_function(
        "() => document.querySelector('#key-problem').textContent.includes('not one of this')"
    )
    assert axe(visit) == []
    assert [each for each in visit.complaints if REFUSED not in each] == []
    visit.complaints.clear()
    assert [each.split()[0] for each in visit.failures] == ["401"]
    visit.failures.clear()
    visit.page.keyboard.press("Escape")
    visit.part("sign-in-open").click()
    assert visit.part("key").input_value() == ""


def test_a_partner_is_offered_and_shown_what_is_published(visit, service):
    visit.open()
    sign_in(visit, service.keys["partner"])
    visit.open(**YEAR, layer="lsoa")
    visit.page.reload()
    visit.settled()
    assert "partner" in visit.part("who").inner_text()
    assert "Prevention of violence" in visit.part("marking").inner_text()
    assert "by year" in visit.part("marking").inner_text()
    visit.page.emulate_media(media="print")
    assert visit.part("marking").is_visible()
    assert visit.part("synthetic").is_visible()
    visit.page.emulate_media(media="screen")
    visit.part("take-away").click()
    cited = visit.part("citation").input_value().split()[-1]
    assert visit.page.request.get(cited).status == 200
    picture = visit.part("picture-svg").evaluate("link => link.href")
    assert "Prevention of violence" in visit.page.request.get(picture).text()
    visit.part("take-away-close").click()
    layers = visit.page.locator("#layer option").evaluate_all("all => all.map(o => o.value)")
    assert "lsoa" not in layers
    assert visit.page.locator("#layer").input_value() == "ward"
    answer = visit.answer("/v1/choropleths/callouts/ward?from=2019-01&to=2019-12")
    shown = {code: int(count.replace(",", "")) for code, count in counts(visit, "ward").items()}
    assert shown == {row["code"]: row["count"] for row in answer["rows"]}
    assert not {1, 2} & set(shown.values())
    for view in ("heatmap", "hotspots", "growth"):
        visit.choose(view)
        assert not visit.part("message").is_visible()
    visit.choose("choropleth")
    visit.page.locator("#table tr[data-code] button").first.click()
    visit.page.wait_for_selector("[data-testid=chart-trend] svg")
    assert "Incidents per year" in visit.part("chart-trend").inner_text()
    # Two years are compared, and places offered, as far as there are published numbers.
    visit.open(**YEAR, layer="ward", before_from="2018-01", before_to="2018-12")
    assert not visit.part("message").is_visible()
    assert "2018" in visit.part("summary").inner_text()
    visit.page.locator("#within").focus()
    group = "#within optgroup[data-layer={}]{}".format
    states = {"district": ":enabled", "ward": ":enabled", "postcode-district": ":disabled"}
    for layer, state in states.items():
        visit.page.wait_for_selector(group(layer, state), state="attached")
    place = answer["rows"][0]
    visit.open(**YEAR, layer="ward", within=f"ward:{place['code']}")
    visit.part("take-away").click()
    visit.part("citation").wait_for()
    assert f"only {place['name']}" in visit.part("citation").input_value()
    visit.part("take-away-close").click()


def test_an_analyst_sees_records_until_signing_out(visit, service):
    visit.open()
    sign_in(visit, service.keys["analyst"])
    assert "callouts" in datasets(visit)
    assert visit.page.evaluate("document.cookie") == ""
    assert visit.page.evaluate("localStorage.length + sessionStorage.length") == 0
    visit.open(**YEAR, layer="lsoa")
    visit.page.reload()
    visit.settled()
    assert len(visit.rows()) == 408
    with visit.page.expect_navigation():
        visit.part("sign-out").click()
    visit.settled()
    assert visit.part("sign-in-open").is_visible()
    assert "callouts" not in datasets(visit)
    assert visit.page.request.get(f"{visit.base}/v1/datasets/callouts").status == 404


def test_who_has_no_key_is_asked_for_one_where_nothing_is_open(chromium, service, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(service.folder, folder)
    for dataset in ("police-crime", "fires", "fires-accidental"):
        (folder / "protections" / f"{dataset}.json").unlink()
    make_key(folder, "partner")
    closed = start(folder)
    try:
        with visiting(chromium, closed.address, size=NARROW) as visit:
            visit.page.goto(closed.address)
            visit.page.wait_for_selector("#sign-in[open]")
            assert "without a key" in visit.part("summary").inner_text()
            visit.assert_clean()
    finally:
        closed.stop()
