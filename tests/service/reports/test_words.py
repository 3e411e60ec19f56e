"""The file of words: read, completed, and never overwritten."""

import pytest

from service.model.errors import InvalidTemplateError
from service.reports.words import completed_words, read_words

PROMPTS = {"summary": "What was found.", "where": "What stands there."}


def test_a_new_file_has_a_place_for_each_prompt_and_no_words():
    text = completed_words("", PROMPTS)
    assert read_words(text) == {"summary": (), "where": ()}
    assert "> What stands there." in text


def test_what_was_written_is_kept_when_places_are_added():
    written = "## summary\n\nKnife crime fell.\nSo did fires.\n\nMore to come.\n"
    completed = completed_words(written, PROMPTS)
    assert completed.startswith(written)
    assert read_words(completed) == {
        "summary": ("Knife crime fell. So did fires.", "More to come."),
        "where": (),
    }
    assert completed_words(completed, PROMPTS) == completed


def test_what_stands_before_the_first_heading_and_behind_a_mark_is_not_printed():
    assert read_words("A title\n\n## where\n> A prompt\nThe square.") == {
        "where": ("The square.",)
    }


def test_a_place_that_stands_twice_is_refused_by_name():
    with pytest.raises(InvalidTemplateError, match=r"words\.md: the place where stands twice"):
        read_words("## where\na\n## where\nb\n", "words.md")
