"""Names that differ from what was typed by a letter or two."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial.arrays import IntArray

SHORTEST: Final = 4  # characters; fewer are like too many names
TWO_FROM: Final = 8  # characters, from which on two letters may differ
_WIDTH: Final = 28  # characters of a name that are compared


class SimilarNames:
    """Finds names whose beginning, or that of one of their words, is nearly a text.

    Parameters
    ----------
    keys : sequence of str
        The names in normal form.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        tails, owners = [], []
        for owner, key in enumerate(keys):
            words = key.split(" ")
            for first in range(len(words)):
                tails.append(" ".join(words[first:])[:_WIDTH])
                owners.append(owner)
        padded = np.array(tails or [""], dtype=f"U{_WIDTH}")
        self._letters = padded.view(np.uint32).reshape(len(padded), _WIDTH).T.copy()
        self._owners = np.array(owners, dtype=np.int64)

    def find(self, text: str) -> IntArray:
        """The names that are nearest to a text, if any is near.

        Parameters
        ----------
        text : str
            In normal form.

        Returns
        -------
        (n,) int64
            Positions of the names that differ least: by one letter left out, put in, put in the
            place of another or exchanged with the next, or by two from eight letters on.

        Notes
        -----
        The distance is that of Damerau and Levenshtein in its restricted form, from the text to
        the nearest beginning of a name or of one of its words. The cost grows with the number of
        names times the square of the length of the text.
        """
        text = text[:_WIDTH]
        if len(text) < SHORTEST or len(self._owners) == 0:
            return np.empty(0, dtype=np.int64)
        most = 1 if len(text) < TWO_FROM else 2
        distance = self._distances(text, most)
        nearest = int(distance.min())
        if nearest > most:
            return np.empty(0, dtype=np.int64)
        return np.unique(self._owners[distance == nearest])

    def _distances(self, text: str, most: int) -> NDArray[np.uint8]:
        """The distance of each tail from a text, over its beginnings."""
        width = min(len(text) + most, _WIDTH)
        letters, n = self._letters[:width], self._letters.shape[1]
        typed = np.array([text], dtype=f"U{len(text)}").view(np.uint32)
        before: list[NDArray[np.uint8]] = []
        row = [np.full(n, j, dtype=np.uint8) for j in range(width + 1)]
        for i, letter in enumerate(typed.tolist(), start=1):
            earlier, before = before, row
            row = [np.full(n, i, dtype=np.uint8)]
            for j in range(1, width + 1):
                differs = (letters[j - 1] != letter).astype(np.uint8)
                best = np.minimum(before[j - 1] + differs, np.minimum(before[j], row[j - 1]) + 1)
                if i > 1 and j > 1:
                    exchanged = (letters[j - 2] == letter) & (letters[j - 1] == typed[i - 2])
                    best = np.where(exchanged, np.minimum(best, earlier[j - 2] + 1), best)
                row.append(best.astype(np.uint8))
        return np.asarray(np.min(row, axis=0), dtype=np.uint8)
