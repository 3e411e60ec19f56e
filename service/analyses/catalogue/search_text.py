"""Normalises names without case, accents and punctuation, and rates how well one matches."""

import re
import unicodedata
from typing import Final

_DROPPED = re.compile(r"['’`´ʼ.]")  # King's and Kings, St. and St
_BETWEEN = re.compile(r"[^0-9a-z]+")

# How a name fits, best first; None where it does not.
EXACT: Final = 0
PREFIX: Final = 1
WORD_PREFIX: Final = 2  # a later word begins so
EVERY_WORD: Final = 3  # each word asked for begins some word, in any order
INFIX: Final = 4
SIMILAR: Final = 5  # by a letter or two another


def normal(text: str) -> str:
    """The words of a text in lower-case ASCII, separated by single spaces.

    Latin letters lose their accents; other scripts are kept in lower case.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Empty if the text has no words.
    """
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(character)
    )
    plain = _DROPPED.sub("", plain.replace("&", " and "))
    if plain.isascii():
        return _BETWEEN.sub(" ", plain).strip()
    return " ".join(
        "".join(character if character.isalnum() else " " for character in plain).split()
    )


def compact(text: str) -> str:
    """The normal form without spaces, for codes and postcodes.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Empty if the text has no words.
    """
    return normal(text).replace(" ", "")


def fit(name: str, text: str) -> int | None:
    """How well a name matches a text.

    Parameters
    ----------
    name : str
        In normal form.
    text : str
        In normal form, not empty.

    Returns
    -------
    int or None
        One of the constants of this module, the best being the lowest; None if it does not.
    """
    position = name.find(text)
    if position < 0:
        if " " not in text:
            return None
        text_words = text.split()
        name_words = name.split()
        fits = len(text_words) > 1 and all(
            any(name_word.startswith(text_word) for name_word in name_words)
            for text_word in text_words
        )
        return EVERY_WORD if fits else None
    if position == 0:
        return EXACT if len(name) == len(text) else PREFIX
    return WORD_PREFIX if f" {text}" in name else INFIX
