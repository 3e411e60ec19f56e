"""The words of the glossary: two sentences and an example each, and every term found by one name."""

import re
from collections import Counter

import pytest

from tests.generated.glossary import GLOSSARY, glossary_document, terms

METHODS = (GLOSSARY.parents[4] / "docs" / "methods.md").read_text("utf-8")
TERMS = terms()


def anchor(heading):
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


def sentences(text):
    return re.findall(r"[.!?](?=\s|$)", text)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term["key"])
def test_a_term_has_two_sentences_and_an_example(term):
    assert len(sentences(term["words"])) == 2, term["words"]
    assert term["words"].endswith(".")
    assert term["example"].endswith(".")
    assert len(term["words"]) < 330
    assert len(term["example"]) < 130


def test_no_two_terms_answer_to_one_name():
    names = Counter(
        name.lower()
        for term in TERMS
        for name in {each.lower() for each in (term["key"], term["term"], *term["labels"])}
    )
    assert [name for name, number in names.items() if number > 1] == []


def test_chapters_stand_together_and_links_lead_to_headings():
    chapters = [term["chapter"] for term in TERMS]
    assert len(set(chapters)) == sum(
        a != b for a, b in zip(chapters, ["", *chapters], strict=False)
    )
    headings = {anchor(line.lstrip("# ")) for line in METHODS.splitlines() if line.startswith("#")}
    assert {term["method"] for term in TERMS} - {""} <= headings


def test_the_document_has_the_words_of_every_term():
    flat = re.sub(r"\s+", " ", glossary_document().replace("\\", ""))
    for term in TERMS:
        assert f"**{term['term']}.** {term['words']} *Example:* {term['example']}" in flat
