"""Recognition of the layer, and vintage, that a set of area codes belongs to."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

OWN_SHARE = 0.98  # share of records whose codes a layer must have for the set to be its own


@dataclass(frozen=True)
class Recognition:
    """The layer that a set of codes belongs to.

    Attributes
    ----------
    target, best : str
        The layer that the records are to be counted in, and the one that knows most of them.
    target_share, best_share : float
        Share of the records whose code the target, and the best layer, has; 0 to 1.
    belongs : bool
        Whether the codes are those of the target layer.
    unknown : tuple of str
        Codes that the target does not have, most frequent first.
    """

    target: str
    best: str
    target_share: float
    best_share: float
    belongs: bool
    unknown: tuple[str, ...]

    def sentence(self) -> str:
        """The result in words."""
        if self.belongs:
            return f"{self.target_share:.1%} of the codes are those of {self.target}"
        if self.best == self.target or self.best_share <= self.target_share:
            return (
                f"only {self.target_share:.1%} of the codes are those of {self.target}, and no "
                "other layer has more of them"
            )
        return (
            f"{self.best_share:.1%} of the codes are those of {self.best}, "
            f"only {self.target_share:.1%} those of {self.target}: "
            "the records are coded in another vintage than the requested layer"
        )


def recognised(
    records_of: Mapping[str, int], layers: Mapping[str, Sequence[str]], *, target: str
) -> Recognition:
    """The layer that a set of codes belongs to, and whether it is the target.

    Parameters
    ----------
    records_of : mapping of str to int
        Number of records with each code.
    layers : mapping of str to sequence of str
        Codes of each candidate layer, including the target.
    target : str
        The layer that the records are to be counted in.

    Notes
    -----
    Vintages share most of their codes (455 of the 516 LSOAs here). The codes therefore belong to
    the target if it has those of at least `OWN_SHARE` of the records and no other layer has
    more. Records outside the layer's extent lower the share; omit them if their position is
    known.
    """
    total = sum(records_of.values())
    known_records = {
        layer: sum(n for code, n in records_of.items() if code in codes)
        for layer, codes in ((layer, frozenset(codes)) for layer, codes in layers.items())
    }
    shares = {
        layer: (count / total if total else math.nan) for layer, count in known_records.items()
    }
    best_layer = max(known_records, key=lambda layer: (known_records[layer], layer == target))
    target_codes = frozenset(layers[target])
    unknown_codes = Counter({c: n for c, n in records_of.items() if c not in target_codes})
    return Recognition(
        target=target,
        best=best_layer,
        target_share=shares[target],
        best_share=shares[best_layer],
        belongs=total > 0 and best_layer == target and shares[target] >= OWN_SHARE,
        unknown=tuple(code for code, _ in unknown_codes.most_common()),
    )
