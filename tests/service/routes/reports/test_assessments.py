"""Assessments over HTTP and by command."""

import base64
import hashlib
import io
import zipfile

import openpyxl

from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import world

SHORT = "/v1/assessments/short"
SHIPPED = "/v1/assessments/strategic-assessment"


def test_the_outline_names_each_answer_by_its_address(client):
    outline = client.get(SHORT, params={"within": "West"}).json()
    assert outline["place"] == "West"
    (answer,) = outline["sections"][1]["answers"]
    assert client.get(answer["address"]).status_code == 200
    assert "within=district:D1" in answer["address"]


def test_templates_are_listed_with_their_sections(client):
    templates = {part["id"]: part for part in client.get("/v1/assessments").json()["templates"]}
    assert templates["short"]["sections"][0] == "Summary"
    assert "Harm" in templates["strategic-assessment"]["sections"]


def test_all_formats_have_the_same_numbers(client):
    address = f"/v1/tables/{world.DATASET}/breakdown?by=category&from=2024-01&to=2024-12"
    counts = [f"{row['count']:,}" for row in client.get(address).json()["rows"]]
    html = client.get(f"{SHORT}.html").text
    with zipfile.ZipFile(io.BytesIO(client.get(f"{SHORT}.docx").content)) as archive:
        word = archive.read("word/document.xml").decode()
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{SHORT}.xlsx").content))
    cells = {str(cell) for row in book["Table 1"].iter_rows(values_only=True) for cell in row}
    for count in counts:
        assert f">{count}<" in html
        assert f">{count}<" in word
        assert count in cells


def test_a_browser_may_use_the_style_sheet_and_the_pictures_inside(client):
    answer = client.get(f"{SHORT}.html")
    style = answer.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert f"style-src 'sha256-{digest}'" in policy
    assert {"default-src 'none'", "img-src data:", "font-src data:"} <= set(policy)


def test_a_long_assessment_is_a_job_of_whoever_asked(client):
    answer = client.get(f"{SHIPPED}.html", params={"within": "West"})
    assert answer.status_code == 202
    assert client.delete(answer.headers["Location"]).status_code == 204


def test_a_name_that_no_area_has_is_refused_with_what_is_like_it(client):
    answer = client.get(f"{SHORT}.html", params={"within": "Wset"})
    assert answer.status_code == 422
    assert "similar are West" in answer.json()["detail"]


def test_words_beside_the_template_are_in_the_next_answer(own_county, serve):
    client = serve(open_resources(Settings(data_dir=own_county)))
    before = client.get(f"{SHORT}.html")
    words = own_county / "assessments" / "short.md"
    words.write_text("## all\n\nNights are worse.\n")
    after = client.get(f"{SHORT}.html")
    assert "Nights are worse." not in before.text
    assert "Nights are worse." in after.text
    assert before.headers["ETag"] != after.headers["ETag"]
