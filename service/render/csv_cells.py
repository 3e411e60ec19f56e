"""Text in CSV that no spreadsheet takes for a formula, and the text as it was.

Excel and LibreOffice run a cell that begins with ``=``, ``+``, ``-`` or ``@``, also in full width
and behind white space, which some of their imports cut off. An apostrophe before it makes it text.
"""

import re
from typing import Any

_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_NUMBER = re.compile(r"\s*[+-]?[\d.,]*(?:[eE][+-]?\d+)?%?(?:\s+[+-]?[\d.,]+)*\s*", re.ASCII)


def harmless(cell: Any) -> Any:
    """A cell as it is written to CSV.

    Parameters
    ----------
    cell : object
        Text; anything else is returned as it is.

    Returns
    -------
    object
        With an apostrophe in front where a spreadsheet would run the text. Text that is a number,
        several with blanks between, or a lone sign is not run, and stays. `original` takes the
        apostrophe off again.
    """
    return f"'{cell}" if isinstance(cell, str) and _is_formula(cell) else cell


def original(text: str) -> str:
    """The text of a cell that was written by `harmless`.

    Parameters
    ----------
    text : str
        As it stands in the file.

    Returns
    -------
    str
        Without the apostrophe that made it harmless; unchanged where there is none.
    """
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet may run a text, with or without apostrophes in front."""
    return _FORMULA.match(text) is not None and _NUMBER.fullmatch(text) is None
