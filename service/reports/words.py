"""The file of words: what an analyst writes into an assessment, kept when it is made again.

It is Markdown: a heading of the second level for each place, named by the key of its section, and
below it paragraphs. A line that begins with ``>`` says what belongs there and is not printed.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from service.model.errors import InvalidTemplateError

_HEADING: Final = re.compile(r"##\s+(\S+)\s*")
INTRODUCTION: Final = (
    "Words of the assessment: what stands below a heading is printed in its section.\n"
    "Lines that begin with > are not printed. Paragraphs are separated by an empty line.\n"
)


def read_words(text: str, name: str = "words") -> dict[str, tuple[str, ...]]:
    """The paragraphs of each place.

    Parameters
    ----------
    text : str
        Of the file.
    name : str
        Of the file, for errors.

    Returns
    -------
    dict of str to tuple of str
        By key; empty for a place without words.

    Raises
    ------
    InvalidTemplateError
        If a place stands twice in it.
    """
    places: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in text.splitlines():
        heading = _HEADING.fullmatch(line)
        if heading is None:
            if lines is not None and not line.startswith(">"):
                lines.append(line.strip())
            continue
        if heading[1] in places:
            raise InvalidTemplateError(name, f"the place {heading[1]} stands twice in it")
        lines = places[heading[1]] = []
    return {key: _paragraphs(lines) for key, lines in places.items()}


def completed_words(text: str, prompts: Mapping[str, str]) -> str:
    """A file of words with a heading for each place that it has none for yet.

    Parameters
    ----------
    text : str
        Of the file as it is; empty for a new one. Nothing of it is changed.
    prompts : mapping
        What belongs in each place, by key, in the order of the assessment.

    Returns
    -------
    str
        The same text where no place is missing.
    """
    known = read_words(text)
    places = [f"## {key}\n\n> {prompt}\n" for key, prompt in prompts.items() if key not in known]
    if not places:
        return text
    return "\n".join([text.rstrip("\n") + "\n" if text else INTRODUCTION, *places])


def _paragraphs(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines joined up to the next empty one."""
    paragraphs = "\n".join(lines).split("\n\n")
    texts = (" ".join(paragraph.split()) for paragraph in paragraphs)
    return tuple(text for text in texts if text)
