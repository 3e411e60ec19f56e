"""What is taken away of the page: on paper, as files, by link and citation, as a briefing."""

import base64
import io
import json
import urllib.parse

import numpy as np
import pytest
from PIL import Image

from service.config.access import AccessSettings
from tests.end_to_end import browser as browsing
from tests.end_to_end.browser import NARROW, axe, visiting
from tests.end_to_end.test_other_origins import served
from tests.service import world

pytestmark = browsing.needs_browser

HOST = "atlas.example"  # by a name, over plain http: no secure context
VIEW = {"view": "choropleth", "dataset": world.DATASET, "layer": world.CELLS, "measure": "count"}
NO_PRINTER = (
    "window.print = () => { window.printed = document.querySelector('#briefing').innerText; }"
)


@pytest.fixture(scope="module")
def port(county):
    access = AccessSettings(anonymous_role="analyst")
    with served(data_dir=county, hosts=(HOST,), access=access) as port:
        yield port


@pytest.fixture(scope="module")
def chromium():
    with browsing.chromium(f"--host-resolver-rules=MAP {HOST} 127.0.0.1") as opened:
        yield opened


@pytest.fixture(scope="module")
def visit(chromium, port):
    """One visit for all, with the dialog closed between them; it ends clean."""
    with visiting(chromium, f"http://localhost:{port}") as made:
        made.page.add_init_script(NO_PRINTER)
        yield made.open(**VIEW)
        made.assert_clean()


@pytest.fixture
def dialog(visit):
    visit.part("take-away").click()
    visit.part("citation").wait_for()
    yield visit.part("take-away-dialog")
    if visit.part("take-away-dialog").is_visible():
        visit.part("take-away-close").click()


def numbers(visit):
    return [row[1:] for row in visit.rows()]


def test_print_shows_the_map_in_the_colours_of_its_legend(visit):
    source = visit.page.evaluate(
        "() => { window.dispatchEvent(new Event('beforeprint'));"
        " return document.querySelector('#print-map img').src; }"
    )
    picture = Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))).convert("RGB")
    box = visit.page.locator("#maps").bounding_box()
    assert picture.size == (round(box["width"]), round(box["height"]))
    colours = np.asarray(picture).reshape(-1, 3)
    shown = np.unique(colours[:: picture.width // 40], axis=0)
    assert len(shown) > 4  # of several classes, and not an empty frame
    note = visit.page.locator("#print-note").text_content()
    assert f"/v1/choropleths/{world.DATASET}/{world.CELLS}?" in note
    assert "View: http://localhost" in note
    visit.page.emulate_media(media="print")
    assert visit.page.locator("#print-map img").is_visible()
    assert visit.part("legend").is_visible()
    assert visit.part("ranked-table").is_visible()
    assert not visit.part("controls").is_visible()
    assert not visit.part("timeline").is_visible()
    visit.page.emulate_media(media="screen")
    visit.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert visit.page.locator("#print-map img").count() == 0


def test_every_file_answers_the_question_of_the_view(visit, dialog):
    begins = {
        "picture-png": b"\x89PNG", "picture-pdf": b"%PDF", "picture-svg": b"<",
        "take-csv": b"", "take-xlsx": b"PK", "take-gpkg": b"SQLite", "take-parquet": b"PAR1",
    }  # fmt: skip
    for name, magic in begins.items():
        href = visit.part(name).evaluate("link => link.href")
        answer = visit.page.request.get(href)
        assert (name, answer.status) == (name, 200)
        assert answer.body().startswith(magic), name
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(href).query)
        assert query["measure"] == ["count"]
    assert axe(visit) == []


def test_a_file_that_takes_long_is_waited_for(visit, dialog):
    """What says that an answer has become a job is not saved in its place."""
    job = {"id": "0" * 32, "status": "done", "progress": 1.0, "estimate_s": 20.0}
    asked = []

    def answer_later(route):
        asked.append(route.request.url)
        if len(asked) > 1:
            route.continue_()
        else:
            route.fulfill(status=202, json=job)

    visit.page.route("**/*.csv?*", answer_later)
    with visit.page.expect_download() as waiting:
        visit.part("take-csv").click()
    visit.page.unroute("**/*.csv?*")
    assert len(asked) == 2
    assert waiting.value.path().read_bytes() == visit.page.request.get(asked[0]).body()
    assert waiting.value.suggested_filename.endswith(".csv")
    assert "2024" in waiting.value.suggested_filename


def test_a_citation_leads_to_these_numbers_and_to_no_others(visit, dialog):
    words = visit.part("citation").input_value()
    address = words.split()[-1]
    answer = visit.page.request.get(address)
    version = answer.headers["data-version"]
    assert f"version {version} of the data" in words
    digest = answer.json()["provenance"]["rows_sha256"][:12]
    assert f"rows {digest}" in words
    assert visit.page.request.get(f"{address}0").status == 410
    link = visit.part("copy-cited").get_attribute("data-link")
    visit.part("take-away-close").click()
    for cited, said in [
        (f"{version}.{digest}", f"These are the numbers that were cited: version {version}"),
        (f"a0b1c2d3e4f5.{digest}", "the numbers of this table are the same"),
        ("a0b1c2d3e4f5.000000000000", "earlier versions are not kept"),
        (f"{version}.000000000000", "or you are shown less"),
    ]:
        assert f"cited={version}.{digest}" in link
        other = link.replace(f"{version}.{digest}", cited)
        with visit.redrawn():
            visit.page.evaluate("link => { location.href = link; }", other)
        visit.page.wait_for_function(
            "said => document.querySelector('#cited').textContent.includes(said)", arg=said
        )
    with visit.redrawn():
        visit.part("measure").select_option("density")
    assert not visit.part("cited").is_visible()
    assert "cited=" not in visit.page.url
    with visit.redrawn():
        visit.part("measure").select_option("count")


def test_saved_views_go_to_a_file_and_come_back(visit, dialog, tmp_path):
    visit.part("view-title").fill('Cells <"&')
    visit.part("save-view").click()
    visit.part("view-title").fill("Again")
    visit.part("save-view").click()
    visit.page.get_by_role("button", name="up: Again").click()
    titles = visit.page.get_by_test_id("open-view").all_inner_texts()
    assert titles == ["Again", 'Cells <"&']
    with visit.page.expect_download() as download:
        visit.part("export-views").click()
    path = tmp_path / "views.json"
    download.value.save_as(path)
    views = json.loads(path.read_text())["views"]
    assert [each["title"] for each in views] == titles
    assert all(each["view"].startswith("#view=choropleth") for each in views)
    visit.page.get_by_role("button", name="remove: Again").click()
    visit.part("import-views").set_input_files(path)
    visit.page.wait_for_function(
        "() => document.querySelectorAll('[data-testid=open-view]').length === 3"
    )
    path.write_text('{"format": "another"}')
    visit.part("import-views").set_input_files(path)
    problem = dialog.get_by_role("alert")
    problem.wait_for()
    assert "no views of a Hotspot Atlas" in problem.inner_text()


def test_a_briefing_is_presented_from_the_keyboard_and_printed(visit, dialog):
    for _ in range(visit.page.get_by_test_id("view-remove").count()):
        visit.page.get_by_test_id("view-remove").first.click()
    visit.part("view-title").fill("First")
    visit.part("save-view").click()
    visit.part("take-away-close").click()
    visit.choose("heatmap")
    visit.part("take-away").click()
    visit.part("view-title").fill("Second")
    visit.part("save-view").click()
    link = visit.part("copy-briefing").get_attribute("data-link")
    visit.part("present").click()
    assert visit.part("slide").inner_text() == "First"
    visit.page.keyboard.press("ArrowRight")
    assert visit.part("slide").inner_text() == "Second"
    assert visit.part("slide-number").inner_text() == "2 of 2"
    assert "view=heatmap" in visit.page.url
    visit.page.keyboard.press("Home")
    visit.settled()
    assert "view=choropleth" in visit.page.url
    assert not visit.part("controls").is_visible()
    assert axe(visit) == []
    visit.part("slide-print").click()
    visit.page.wait_for_function("() => window.printed !== undefined")
    document = visit.page.locator("#briefing")
    assert document.locator("article h2").all_text_contents() == ["First", "Second"]
    assert document.locator("img").evaluate_all("all => all.every(each => each.naturalWidth > 0)")
    assert document.locator("article").first.locator("tbody tr").count() == 10
    visit.page.keyboard.press("Escape")
    assert not visit.part("presenting").is_visible()
    assert "view=heatmap" in visit.page.url
    visit.page.goto(link)  # in an open page: another part after # alone
    visit.page.wait_for_function("() => document.body.dataset.presenting !== undefined")
    visit.settled()
    assert visit.part("slide").inner_text() == "First"
    visit.part("slide-end").click()


def test_a_broken_link_to_a_briefing_is_said(chromium, port):
    with visiting(chromium, f"http://localhost:{port}") as made:
        made.page.goto(f"{made.base}/#briefing=W1siRmly")
        made.drawn()
        assert "not complete" in made.part("damaged").inner_text()
        made.assert_clean()


def test_links_are_copied_over_plain_http_and_on_a_telephone(chromium, port):
    with visiting(chromium, f"http://{HOST}:{port}", size=NARROW) as made:
        made.open(**VIEW)
        assert not made.page.evaluate("window.isSecureContext")
        assert not made.part("share").is_visible()
        made.part("take-away").click()
        made.part("copy-link").click()
        made.page.wait_for_function(
            "() => document.querySelector('[data-testid=copy-link]').textContent === 'Copied'"
        )
        made.part("view-title").fill("")
        made.part("view-title").press("Control+V")
        assert made.part("view-title").input_value() == made.page.url
        made.part("citation").wait_for()
        assert axe(made) == []
        # Browsers remark on the header where there is no encryption; the page does not need it.
        remark = "Cross-Origin-Opener-Policy"
        made.complaints[:] = [said for said in made.complaints if remark not in said]
        made.assert_clean()
