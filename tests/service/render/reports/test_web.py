"""A report as HTML: it stands alone, keeps to its policy, and is open to everybody."""

import base64
import re

import pytest
from lxml import html

from service.model.report import Figure, Heading, Picture, ReportTable
from service.render.reports.pictures import LARGEST_SVG
from service.render.reports.web import report_html, style, style_sha256
from service.render.reports.web_fonts import with_letters
from tests.end_to_end.browser import NARROW, chromium, needs_browser, problems
from tests.service.render.reports.samples import (
    BARS,
    CHART,
    HARD_NAMES,
    a_hard_report,
    a_report,
    released,
)

REPORTS = {"ordinary": a_report, "hard": a_hard_report}


@pytest.fixture(scope="module", params=list(REPORTS))
def report(request):
    return REPORTS[request.param]()


@pytest.fixture(scope="module")
def body(report):
    return report_html(released(report))


@pytest.fixture(scope="module")
def tree(body):
    return html.document_fromstring(body.decode())


def test_the_same_report_gives_the_same_bytes(report, body):
    assert report_html(released(report)) == body


def test_it_loads_nothing_and_runs_nothing(tree):
    assert not tree.xpath("//script | //link | //iframe | //object | //form")
    addresses = tree.xpath("//@src | //@href")
    assert all(address.startswith(("data:image/", "#")) for address in addresses)
    assert not tree.xpath("//@style | //@onload | //@onclick")
    sources = re.findall(r"url\(([^)]{9})", style())
    assert set(sources) == {"data:font"}


def test_it_has_landmarks_and_a_way_past_the_contents(tree):
    assert [
        len(tree.xpath(f"//{name}")) for name in ("header", "nav", "main", "footer", "h1")
    ] == [
        1,
        1,
        1,
        1,
        1,
    ]
    (skip,) = tree.xpath("//a[@class='skip']/@href")
    assert tree.xpath(f"//main[@id='{skip[1:]}']")
    assert tree.get("lang") == "en-GB"


def test_the_contents_lead_to_every_section_and_its_parts(report, tree):
    targets = [target[1:] for target in tree.xpath("//nav//a/@href")]
    anchors = [block.anchor for block in report.of(Heading) if block.level < 3]
    assert targets == [f"section-{name}" for name in (*anchors, "sources-and-licences")]
    assert all(len(tree.xpath(f"//*[@id='{target}']")) == 1 for target in targets)
    inner = tree.xpath("//nav/ol/li/ol/li/a/@href")
    assert len(inner) == sum(block.level == 2 for block in report.of(Heading))


def test_pictures_have_alternative_texts_and_captions(report, tree):
    figures = tree.xpath("//main//figure")
    assert len(figures) == len(report.of(Figure))
    for element, figure in zip(figures, report.of(Figure), strict=True):
        assert element.xpath("./img/@alt")[0]
        assert f"Figure {figure.number}:" in element.xpath("string(./figcaption)")


def test_tables_have_captions_and_headers_with_their_scope(report, tree):
    for element, table in zip(tree.xpath("//table"), report.of(ReportTable), strict=False):
        assert f"Table {table.number}: {table.caption}" == element.xpath("string(./caption)")
        columns = element.xpath("./thead//th[@scope='col']")
        assert len(columns) == len(table.columns)
        cells = element.xpath("./tbody/tr/*")
        assert len(cells) == len(table.rows) * len(table.columns)


def test_names_stay_names():
    tree = html.document_fromstring(report_html(released(a_hard_report())).decode())
    assert tree.xpath("string(//h1)") == HARD_NAMES[0]
    assert not tree.xpath("//b/b | //script")


def test_a_picture_brings_the_letters_that_it_needs():
    drawn = with_letters(BARS)
    assert drawn.count("@font-face") == 2
    assert with_letters(drawn) == drawn
    assert with_letters("<svg><path/></svg>") == "<svg><path/></svg>"


def test_a_drawing_with_more_bytes_than_pixels_becomes_pixels():
    path = f'<path d="M0 0{" l1 1" * (LARGEST_SVG // 5)}"/>'
    large = Picture(BARS.replace("</svg>", f"{path}</svg>").encode(), *_form(CHART))
    body = report_html(released(a_report(Figure(1, large, "Large", "Bars"))))
    (source,) = html.document_fromstring(body.decode()).xpath("//figure/img/@src")
    assert source.startswith("data:image/png;base64,")
    assert base64.b64decode(source.partition(",")[2]).startswith(b"\x89PNG")


def _form(picture):
    return picture.media_type, picture.width, picture.height


@needs_browser
def test_a_browser_draws_it_under_its_policy_and_axe_finds_nothing(tmp_path):
    policy = (
        f"default-src 'none'; style-src 'sha256-{style_sha256()}'; img-src data:; font-src data:"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    under_policy, hard = tmp_path / "policy.html", tmp_path / "hard.html"
    body = report_html(released(a_report())).decode()
    under_policy.write_text(body.replace("<head>", f"<head>{meta}", 1))
    hard.write_bytes(report_html(released(a_hard_report())))
    complaints: list[str] = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1000, "height": 900})
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(under_policy.as_uri())
        page.evaluate("document.fonts.ready")
        assert page.evaluate("document.fonts.check('700 16px \"Source Sans 3\"')")
        heading = "getComputedStyle(document.querySelector('h1')).color"
        assert page.evaluate(heading) == "rgb(18, 67, 109)"
        assert complaints == []
        page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        page.goto(hard.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert problems(page) == []
