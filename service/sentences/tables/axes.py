"""The axes of tables in words: what rows are of, and which of them are no part of the whole."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.model.rows import ColumnValues

NOT_RECORDED: Final = "not recorded"
APART: Final = (
    "outside", "not located", NOT_RECORDED, "not known", "elsewhere", "total", "areas",
    "all areas", "mean",
)  # fmt: skip
SUMMARIES: Final = ("total", "areas", "all areas", "mean")
TIMES: Final = ("hour", "weekday")
STEPS: Final = ("year", "financial-year", "year-ending", "quarter", "month")
YEARS: Final = ("year", "financial-year", "year-ending")
_WORDS: Final = {
    "category": ("category", "categories"),
    "subcategory": ("subcategory", "subcategories"),
    "month-of-year": ("month of the year", "months of the year"),
    "financial-year": ("financial year", "financial years"),
    "year-ending": ("year", "years"),
    "weekday": ("day of the week", "days of the week"),
    "age": ("age group", "age groups"),
    "layer": ("area", "areas"),
}


def kind_of(axis: str) -> str:
    """The kind of an axis: ``layer`` of ``layer:ward``."""
    return axis.partition(":")[0]


def nouns(axis: str) -> tuple[str, str]:
    """What an axis is of, one and many.

    Parameters
    ----------
    axis : str
        As a question names it, such as ``attribute:cause`` or ``year-ending:11``.

    Returns
    -------
    tuple of str
        Such as ``area`` and ``areas``.
    """
    kind, _, argument = axis.partition(":")
    if kind == "attribute":
        name = argument.replace("_", " ").replace("-", " ")
        return f"value of {name}", f"values of {name}"
    return _WORDS.get(kind, (kind, f"{kind}s"))


def is_part_of_whole(keys: ColumnValues) -> NDArray[np.bool_]:
    """Which rows are values of their axis: no totals, and nothing outside or not known.

    Parameters
    ----------
    keys : (n,) str
        Keys of the rows.

    Returns
    -------
    (n,) bool
    """
    return ~np.isin(keys.astype(str), APART)
