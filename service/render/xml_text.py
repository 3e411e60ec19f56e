"""Text for XML: names that were imported may hold letters that XML 1.0 has no form for."""

import re
from typing import Final

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str, stand_in: str = "") -> str:
    """A text without the letters that no XML 1.0 document may hold.

    Parameters
    ----------
    text : str
        Any text.
    stand_in : str
        What stands for each of them.

    Returns
    -------
    str
        Not escaped.
    """
    return _FORBIDDEN.sub(stand_in, text)
