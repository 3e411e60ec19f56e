"""Assessments: every number and sentence is one of the API's, and what is not there says why."""

import dataclasses
import itertools
import re

import pytest

from service.model.errors import InvalidTemplateError, NothingToAssessError
from service.model.report import Figure, Heading, Items, Paragraph, ReportTable, WordsPlace
from service.reports.printed_tables import NOT_AVAILABLE
from tests.service import world
from tests.service.reports.conftest import make

NUMBER = re.compile(r"-?[\d,]+(\.\d+)?")
# Words of a change that is stated as one.
CHANGES = re.compile(r"\b(rose|fell|up|down|higher|lower|increased?|decreased?) (by )?\d", re.I)


def rows_of(client, address):
    return client.get(address).json()["rows"]


def assert_same(text, value):
    """A printed number is the one of the API, but for digits that are not printed."""
    if value is None:
        assert text == NOT_AVAILABLE
    elif isinstance(value, bool | str):
        assert text in (value, "yes" if value else "no")
    elif text.startswith("<"):
        assert value < float(text[1:])
    else:
        match = NUMBER.fullmatch(text)
        digits = len(match[1] or ".") - 1
        assert abs(float(text.replace(",", "")) - value) <= 0.5 * 10**-digits + 1e-9


def test_every_cell_of_a_printed_table_is_that_of_its_address(whole, client):
    requests = {
        planned.address: planned.request
        for section in whole.plan.sections
        for planned in section.requests
    }
    checked = 0
    for table in whole.report.of(ReportTable):
        if table.address not in requests:
            continue
        request = requests[table.address]
        rows = [
            row
            for row in rows_of(client, table.address)
            if not any(row[name] in values for name, values in request.leave_out.items())
        ]
        if request.cells:
            by_name = {(row["row_name"], row["column_name"]): row[request.cells] for row in rows}
            values = [
                by_name[cells[0], column.label.removesuffix(" (part)")]
                for cells in table.rows
                for column in table.columns[1:]
            ]
            texts = [text for cells in table.rows for text in cells[1:]]
        else:
            names = {label: name for name, label in request.columns.items()}
            columns = [names[column.label] for column in table.columns]
            values = [
                row[name] for row, _ in zip(rows, table.rows, strict=False) for name in columns
            ]
            texts = [text for cells in table.rows for text in cells]
        for text, value in zip(texts, values, strict=True):
            assert_same(text, value)
            checked += 1
    assert checked > 200


def test_every_finding_is_of_sentences_of_the_api(whole, client):
    said = {
        sentence
        for address in whole.plan.addresses
        for sentence in client.get(address).json().get("sentences", ())
    }
    findings = [block.text for block in whole.report.of(Paragraph) if block.style == "finding"]
    assert len(findings) > 3
    for text in findings:
        rest = text
        for sentence in sorted(said, key=len, reverse=True):
            rest = rest.replace(sentence, "")
        assert not rest.strip(), rest


def test_a_figure_is_the_chart_or_map_of_its_address_with_its_words(whole, client):
    figures = whole.report.of(Figure)
    maps = [figure for figure in figures if "/map?" in figure.address]
    assert len(maps) > 3
    for figure in (figures[0], maps[0]):
        path, _, query = figure.address.partition("?")
        assert client.get(f"{path}.svg?{query}").content == figure.picture.content
    assert [figure.number for figure in figures] == list(range(1, len(figures) + 1))
    assert all(len(figure.alternative_text) > 40 for figure in figures)


def test_every_answer_of_the_template_is_in_it_or_missing_with_a_reason(whole):
    shown = {block.address for block in (*whole.report.of(Figure), *whole.report.of(ReportTable))}
    text = "\n".join(item for items in whole.report.of(Items) for item in items.texts)
    for section in whole.plan.sections:
        if section.lacking:
            assert section.title in text
        for planned in section.requests:
            subject = planned.caption.partition(":")[0]
            assert planned.address in shown or subject in text, planned


def test_the_shipped_template_asks_for_no_column_that_a_table_has_not(whole, sparse):
    for made in (whole, sparse):
        texts = [text for items in made.report.of(Items) for text in items.texts]
        assert not [text for text in texts if "no column" in text or "Extra inputs" in text]


def test_records_add_up(whole):
    (table,) = [part for part in whole.report.of(ReportTable) if part.address == "/v1/datasets"]
    for _, imported, located, unlocated, _, _ in table.rows:
        assert int(imported.replace(",", "")) == int(located) + int(unlocated)


@pytest.mark.parametrize("kind", [Figure, ReportTable])
def test_figures_and_tables_are_numbered_from_one_in_their_order(whole, kind):
    numbers = [block.number for block in whole.report.of(kind)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_note_of_one_section_names_it(whole):
    titles = {section.title for section in whole.plan.sections}
    blocks = whole.report.blocks
    start = next(k for k, part in enumerate(blocks) if getattr(part, "anchor", "") == "methods")
    notes = next(part for part in blocks[start:] if isinstance(part, Items)).texts
    assert any(note.partition(": ")[0] in titles for note in notes)
    for note in {note for table in whole.report.tables for note in table.provenance.notes}:
        (printed,) = [text for text in notes if text == note or text.endswith(f": {note}")]
        assert printed.removesuffix(note).removesuffix(": ") in {"", *titles}


def test_twelve_incidents_a_year_make_no_hotspot_and_no_change(sparse):
    text = sparse.text()
    assert not re.search(r"\b(is|are) hot\b", text.replace("areas are hot, without", ""))
    assert not CHANGES.search(text)
    assert "12 incidents" in text


def test_months_without_data_are_named_and_not_compared(sparse):
    captions = [figure.caption for figure in sparse.report.of(Figure)]
    assert any(caption.endswith("March 2024 to December 2024") for caption in captions)
    notes = [text for items in sparse.report.of(Items) for text in items.texts]
    assert any("Covered in part: 2024 (306 of 366 days)" in note for note in notes)


def test_a_year_without_a_year_before_says_so_and_is_not_compared(resources):
    made = make(resources, to="2023-12")
    texts = [text for items in made.report.of(Items) for text in items.texts]
    (reason,) = [text for text in texts if "no year before" in text]
    assert "covered from January 2023 on" in reason
    assert "Callouts by category" in reason


def test_a_year_without_any_data_is_refused_with_what_there_is(resources):
    with pytest.raises(NothingToAssessError, match=r"callouts \(2023-01 to 2024-12\)"):
        make(resources, to="2020-12", template="short")


def test_words_stand_in_their_sections_and_their_places_are_gone(resources):
    without = make(resources, template="short").report
    words = {"all": ("Nights are worse.", "So are days."), "summary": ()}
    report = make(resources, template="short", words=words).report
    texts = [part.text for part in report.of(Paragraph) if part.style == "analyst"]
    assert texts == ["Nights are worse.", "So are days."]
    assert [part.key for part in report.of(WordsPlace)] == ["summary"]
    assert report.digest != without.digest
    assert without.digest == make(resources, template="short").report.digest


def test_words_for_a_place_that_there_is_not_are_refused_and_not_lost(resources):
    with pytest.raises(InvalidTemplateError, match="no place where; places are summary, all"):
        make(resources, template="short", words={"where": ("Here.",)})


def test_headings_go_down_one_level_at_a_time_and_have_different_anchors(whole):
    headings = whole.report.of(Heading)
    levels = [0, *(heading.level for heading in headings)]
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    assert len({heading.anchor for heading in headings}) == len(headings)


def test_a_logo_is_read_beside_the_template_and_a_wrong_one_is_refused(own_county, resources):
    own = dataclasses.replace(
        resources, settings=resources.settings.model_copy(update={"data_dir": own_county})
    )
    world.add_template(own_county, "ours", {**world.TEMPLATE, "logo": "logo.svg"})
    with pytest.raises(InvalidTemplateError, match=r"logo\.svg: the logo: No such file"):
        make(own, template="ours")
    logo = own_county / "assessments" / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"/>')
    picture = make(own, template="ours").report.logo
    assert (picture.width, picture.height, picture.media_type) == (20, 10, "image/svg+xml")
    logo.write_text("no picture")
    with pytest.raises(InvalidTemplateError, match="the logo is no picture"):
        make(own, template="ours")
