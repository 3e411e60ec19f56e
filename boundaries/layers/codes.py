"""Codes of areas as people write them: compared without case and blanks."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final

import numpy as np

from spatial.arrays import IndexArray

LEAST_RECORDS: Final = 20
LEAST_AGREEMENT: Final = 0.5
_AMBIGUOUS: Final = -2  # two codes that differ in case or blanks alone


class CodeIndex:
    """Positions of codes by their text.

    Parameters
    ----------
    codes : sequence of str
        Distinct.

    Notes
    -----
    A code that is there exactly is itself. Any other is compared without case and blanks, and
    stands for none where that fits two.
    """

    def __init__(self, codes: Sequence[str]) -> None:
        self._codes = codes
        self._exact = {code: i for i, code in enumerate(codes)}

    def __len__(self) -> int:
        return len(self._exact)

    @cached_property
    def _plain(self) -> dict[str, int]:
        """Positions by plain code, made when a code is not there exactly."""
        plain_codes: dict[str, int] = {}
        for i, code in enumerate(self._codes):
            plain = plain_code(code)
            plain_codes[plain] = _AMBIGUOUS if plain in plain_codes else i
        return plain_codes

    def position(self, code: str) -> int:
        """The position of a code, -1 if it is none of them.

        Parameters
        ----------
        code : str
            As it was written.
        """
        exact = self._exact.get(code)
        return max(self._plain.get(plain_code(code), -1), -1) if exact is None else exact

    def spelling(self, code: str) -> str:
        """A code as it is spelt here; unchanged if it is none of these.

        Parameters
        ----------
        code : str
            As it was written.
        """
        position = self.position(code)
        return code if position < 0 else self._codes[position]

    def positions(self, codes: Iterable[str]) -> IndexArray:
        """(len(codes),) int32 position of each code, -1 where it is none of them.

        Parameters
        ----------
        codes : iterable of str
            As they were written.
        """
        return np.array([self.position(code) for code in codes], dtype=np.int32)


def plain_code(code: str) -> str:
    """A code without blanks, in one case.

    Parameters
    ----------
    code : str
        As it was written.
    """
    return "".join(code.split()).casefold()


def one_spelling(names: Iterable[str]) -> tuple[str, ...]:
    """Names of which those that differ in case and blanks alone are spelt as the first of them.

    Parameters
    ----------
    names : iterable of str
        In any order.
    """
    spellings: dict[str, str] = {}
    return tuple(spellings.setdefault(plain_code(name), name) for name in names)


def best_layer(
    records_of: Mapping[str, int], layers: Mapping[str, CodeIndex]
) -> tuple[str | None, dict[str, int]]:
    """The layer that has the codes of most records, and how many records each layer knows.

    Parameters
    ----------
    records_of : mapping of str to int
        Number of records with each code.
    layers : mapping of str to CodeIndex
        The candidates; among equals the first is taken.

    Returns
    -------
    best : str or None
        None if no layer has the codes of at least half of the records.
    records : dict of str to int
        Records whose code each layer has.
    """
    records = {
        layer: sum(n for code, n in records_of.items() if index.position(code) >= 0)
        for layer, index in layers.items()
    }
    total = sum(records_of.values())
    best = max(records, key=lambda layer: records[layer], default=None)
    if best is None or not total or 2 * records[best] < total:
        return None, records
    return best, records


def places_deny(records: int, agreeing: int) -> bool:
    """Whether places show that codes are not those of a layer, although their text fits.

    Parameters
    ----------
    records : int
        Records with a place and one of the layer's codes.
    agreeing : int
        Those of them that lie in the area of their code.

    Returns
    -------
    bool
        True if fewer than `LEAST_AGREEMENT` of at least `LEAST_RECORDS` do: published places
        are moved, but hardly half of them into another area.
    """
    return records >= LEAST_RECORDS and agreeing < LEAST_AGREEMENT * records
