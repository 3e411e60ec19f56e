"""Which layer, of which vintage, a set of area codes belongs to."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

OWN_SHARE = 0.98  # a set of codes is of a layer when at least this share of records is in it


@dataclass(frozen=True)
class Recognition:
    """Which layer a set of codes belongs to.

    Attributes
    ----------
    asked, best : str
        Layer that was asked, and the one that knows the most records.
    asked_share, best_share : float
        Share of the records with a code that each layer has, 0 to 1.
    belongs : bool
        Whether the codes are those of the layer asked.
    unknown : tuple of str
        Codes that the layer asked does not have, the most frequent first.
    """

    asked: str
    best: str
    asked_share: float
    best_share: float
    belongs: bool
    unknown: tuple[str, ...]

    def sentence(self) -> str:
        """What was found, in words."""
        if self.belongs:
            return f"{self.asked_share:.1%} of the codes are those of {self.asked}"
        if self.best == self.asked or self.best_share <= self.asked_share:
            return (
                f"only {self.asked_share:.1%} of the codes are those of {self.asked}, and no "
                "other layer knows more of them"
            )
        return (
            f"{self.best_share:.1%} of the codes are those of {self.best}, "
            f"only {self.asked_share:.1%} those of {self.asked}: "
            "the records are coded in another vintage than the layer asked"
        )


def recognised(
    records_of: Mapping[str, int], layers: Mapping[str, Sequence[str]], *, asked: str
) -> Recognition:
    """Which layer a set of codes belongs to, and whether it is the one asked.

    Parameters
    ----------
    records_of : mapping of str to int
        Number of records with each code.
    layers : mapping of str to sequence of str
        Codes of each layer to choose from; the one asked among them.
    asked : str
        The layer that the records are to be counted in.

    Notes
    -----
    Vintages share most of their codes (of the LSOAs here 455 of 516), so the layer is judged
    by whether `OWN_SHARE` of the records are known to it and no other layer knows more.
    Records beyond the layer's extent lower the share: leave them out where their place is known.
    """
    total = sum(records_of.values())
    known = {
        layer: sum(n for code, n in records_of.items() if code in codes)
        for layer, codes in ((layer, frozenset(codes)) for layer, codes in layers.items())
    }
    shares = {layer: (count / total if total else math.nan) for layer, count in known.items()}
    best = max(known, key=lambda layer: (known[layer], layer == asked))
    of_asked = frozenset(layers[asked])
    unknown = Counter({c: n for c, n in records_of.items() if c not in of_asked})
    return Recognition(
        asked=asked,
        best=best,
        asked_share=shares[asked],
        best_share=shares[best],
        belongs=total > 0 and best == asked and shares[asked] >= OWN_SHARE,
        unknown=tuple(code for code, _ in unknown.most_common()),
    )
