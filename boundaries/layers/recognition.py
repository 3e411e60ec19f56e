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
    target, best : str
        The layer that the records are to be counted in, and the one that knows most of them.
    target_share, best_share : float
        Share of the records with a code that each layer has, 0 to 1.
    belongs : bool
        Whether the codes are those of the target.
    unknown : tuple of str
        Codes that the target does not have, the most frequent first.
    """

    target: str
    best: str
    target_share: float
    best_share: float
    belongs: bool
    unknown: tuple[str, ...]

    def sentence(self) -> str:
        """What was found, in words."""
        if self.belongs:
            return f"{self.target_share:.1%} of the codes are those of {self.target}"
        if self.best == self.target or self.best_share <= self.target_share:
            return (
                f"only {self.target_share:.1%} of the codes are those of {self.target}, and no "
                "other layer knows more of them"
            )
        return (
            f"{self.best_share:.1%} of the codes are those of {self.best}, "
            f"only {self.target_share:.1%} those of {self.target}: "
            "the records are coded in another vintage than the layer asked"
        )


def recognised(
    records_of: Mapping[str, int], layers: Mapping[str, Sequence[str]], *, target: str
) -> Recognition:
    """Which layer a set of codes belongs to, and whether it is the target.

    Parameters
    ----------
    records_of : mapping of str to int
        Number of records with each code.
    layers : mapping of str to sequence of str
        Codes of each layer to choose from; the target among them.
    target : str
        The layer that the records are to be counted in.

    Notes
    -----
    Vintages share most of their codes (of the LSOAs here 455 of 516), so the layer is judged
    by whether `OWN_SHARE` of the records are known to it and no other layer knows more.
    Records beyond the layer's extent lower the share: leave them out where their place is known.
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
