"""Numbers in sentences: sums that know their gaps, amounts, counts and lists."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike

SMALLEST_BASE: Final = 50
"""Incidents of which a share or a change may be said in per cent."""


@dataclass(frozen=True)
class Total:
    """A sum over parts of which some may be missing.

    Attributes
    ----------
    value : float
        Sum over the parts that are known: a lower bound where parts are missing.
    known, missing : int
        Number of parts.
    """

    value: float
    known: int
    missing: int

    @classmethod
    def of(cls, values: ArrayLike) -> Self:
        """The sum of some numbers of at least 0.

        Parameters
        ----------
        values : (n,) float64
            NaN where missing.

        Returns
        -------
        Total
            With the number of missing ones.
        """
        numbers = np.asarray(values, dtype=np.float64)
        is_known = np.isfinite(numbers)
        terms = int(np.count_nonzero(is_known))
        return cls(float(numbers[is_known].sum()), terms, len(numbers) - terms)

    def things(self, one: str, many: str | None = None) -> str:
        """The sum with its noun.

        Parameters
        ----------
        one : str
            The noun.
        many : str or None
            Its plural, if that is not with an s.

        Returns
        -------
        str
            Such as ``at least 1,200 homes``.
        """
        return f"{self} {one if round(self.value) == 1 and self.known else many or one + 's'}"

    def __str__(self) -> str:
        """The sum as a lower bound where parts are missing."""
        if not self.known and self.missing:
            return "an unknown number of"
        text = f"{self.value:,.0f}"
        return f"at least {text}" if self.missing else text


def amount(value: float) -> str:
    """A number to the digits that are worth reading.

    Parameters
    ----------
    value : float
        Any number; NaN where it is not known.

    Returns
    -------
    str
        With thousands separators.
    """
    if not math.isfinite(value):
        return "not known"
    if abs(value) >= 1_000 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def probability(value: float) -> str:
    """A p or q with its sign, as papers print it.

    Parameters
    ----------
    value : float
        From 0 to 1.

    Returns
    -------
    str
        Such as ``= 0.012`` or ``< 0.001``.
    """
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def percentage(share: float) -> str:
    """A share as a percentage, which is 0 or 100 % only where the share is none or all.

    Parameters
    ----------
    share : float
        From 0 to 1.

    Returns
    -------
    str
        Such as ``99.7%``: with as many digits as tell it from none and from all, at most ten.
    """
    if share in (0.0, 1.0):
        return f"{share:.0%}"
    texts = (f"{share:.{digits}%}" for digits in range(11))
    return next((text for text in texts if 0.0 < float(text[:-1]) < 100.0), f"{share:.10%}")


def share_text(count: float, total: float) -> str:
    """A part of incidents: in per cent where they are enough, else as numbers.

    Parameters
    ----------
    count, total : int
        The part and the whole.

    Returns
    -------
    str
        Such as ``12 %`` or ``3 of 17``.
    """
    if total >= SMALLEST_BASE:
        share = count / total
        text = f"{share:.0%}" if 0.01 <= share <= 0.99 else percentage(share)
        return text.replace("%", " %")
    return f"{count:,.0f} of {total:,.0f}"


def counted(count: float, one: str, many: str | None = None) -> str:
    """A number with its noun.

    Parameters
    ----------
    count : int
        Number of things.
    one : str
        The noun.
    many : str or None
        Its plural, if that is not with an s.

    Returns
    -------
    str
        Such as ``1 area`` or ``1,200 areas``.
    """
    return f"{count:,.0f} {one if count == 1 else many or one + 's'}"


def listed(names: Sequence[str]) -> str:
    """Names as a list in a sentence.

    Parameters
    ----------
    names : sequence of str
        In their order.

    Returns
    -------
    str
        Such as ``a, b and c``.
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def capital(text: str) -> str:
    """A text that begins with a capital letter.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Otherwise unchanged.
    """
    return text[:1].upper() + text[1:]
