"""Periods whose maps share their classes: each by its ends, or many as steps of a longer one."""

import re
from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from service.model.incident_filter import Moment

MOST_PERIODS: Final = 120
_MONTH: Final = re.compile(r"\d{4}-\d{2}", re.ASCII)
_STEP_MONTHS: Final = {"P1M": 1, "P3M": 3, "P6M": 6, "P1Y": 12}
_ALLOWED: Final = (
    "two ISO months or dates such as 2024-01/2024-03, or two months and a step of "
    f"{', '.join(_STEP_MONTHS)} such as 2023-01/2024-12/P1M"
)

Ends = tuple[Moment, Moment]


def periods_of(text: str) -> tuple[Ends, ...]:
    """The periods that a text names.

    Parameters
    ----------
    text : str
        First and last month or date with a slash between, or these months and the length of the
        steps between them, as in the time of OGC services.

    Returns
    -------
    tuple of (Moment, Moment)
        First and last day of each.

    Raises
    ------
    ValueError
        If the text is neither, a period is reversed, or the steps do not fill it.
    """
    first, slash, rest = text.partition("/")
    last, step_slash, step = rest.partition("/")
    if not slash or (step_slash and step not in _STEP_MONTHS):
        raise ValueError(f"must be {_ALLOWED}, got {text!r}")
    start, end = Moment.from_text(first, end=False), Moment.from_text(last, end=True)
    if start.day > end.day:
        raise ValueError(f"{first} is after {last} in {text!r}")
    if not step_slash:
        return ((start, end),)
    if not (_MONTH.fullmatch(first) and _MONTH.fullmatch(last)):
        raise ValueError(f"steps need whole months such as 2023-01/2024-12/P1M, got {text!r}")
    return tuple(_steps(text, _number(first), _number(last), _STEP_MONTHS[step]))


def _number(month: str) -> int:
    """Months since the year 0."""
    return 12 * int(month[:4]) + int(month[5:]) - 1


def _steps(text: str, first: int, last: int, months: int) -> Iterator[Ends]:
    """The steps from the first to the last month."""
    if (last - first + 1) % months:
        raise ValueError(f"steps of {months} months do not fill {text!r}")
    if (last - first + 1) // months > MOST_PERIODS:
        raise ValueError(f"at most {MOST_PERIODS} periods can be pooled, got {text!r}")
    for month in range(first, last + 1, months):
        ends = ((month, False), (month + months - 1, True))
        start, end = (
            Moment.from_text(f"{number // 12:04}-{number % 12 + 1:02}", end=is_end)
            for number, is_end in ends
        )
        yield start, end


def checked_pooled(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Texts that name periods, each once; ValueError says what is wrong."""
    count = sum(len(periods_of(text)) for text in texts)
    if count > MOST_PERIODS:
        raise ValueError(f"at most {MOST_PERIODS} periods can be pooled, got {count}")
    return tuple(dict.fromkeys(texts))


PooledPeriods = Annotated[
    tuple[Annotated[str, Field(max_length=40)], ...],
    AfterValidator(checked_pooled),
    Field(
        max_length=MOST_PERIODS,
        description="Periods that share the classes of this map, to be compared or played: the "
        "classes are those of the values of all of them and of the period asked about. "
        "2024-01/2024-03, or in steps of P1M, P3M, P6M or P1Y 2023-01/2024-12/P1M; repeat the "
        "parameter.",
    ),
]
