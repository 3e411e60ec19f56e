"""Names as people type them: without case, accents and punctuation; and how well one fits."""

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


def normal(text: str) -> str:
    """The words of a text in lower case ASCII, one space between them; empty if there are none.

    Letters outside ASCII lose their marks; those of other scripts are kept as they are folded.
    """
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c)
    )
    plain = _DROPPED.sub("", plain.replace("&", " and "))
    if plain.isascii():
        return _BETWEEN.sub(" ", plain).strip()
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def compact(text: str) -> str:
    """The normal form without its spaces: of codes and postcodes."""
    return normal(text).replace(" ", "")


def fit(name: str, asked: str) -> int | None:
    """How a normal name fits what was asked for, also normal and not empty; None if not."""
    at = name.find(asked)
    if at < 0:
        words = asked.split()
        found = name.split()
        fits = len(words) > 1 and all(any(f.startswith(w) for f in found) for w in words)
        return EVERY_WORD if fits else None
    if at == 0:
        return EXACT if len(name) == len(asked) else PREFIX
    return WORD_PREFIX if f" {asked}" in name else INFIX
