"""Detects the layer that supplied area codes belong to."""

from collections.abc import Collection, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from service.imports.files.summary import AreaCodes
from spatial.arrays import BoolArray

LEAST_SHARE = 0.5

LayerCodes = Mapping[str, Collection[str]]
"""Codes of each layer that is loaded, by layer id."""


def find_layer(
    codes: pa.ChunkedArray,
    located: BoolArray,
    layers: LayerCodes,
    *,
    named_layer: str | None = None,
) -> tuple[AreaCodes, tuple[str, ...]]:
    """The layer that codes belong to, how they relate to it, and notes on the match.

    Parameters
    ----------
    codes : (n,) text
        Supplied area code of each row, null where it has none.
    located : (n,) bool
        Rows with a place.
    layers : mapping
        Candidate layers. The one with the largest share of the rows' codes is taken, if that is at
        least half; among equals, the first.
    named_layer : str or None
        The layer that the user names; taken whatever its share is.

    Returns
    -------
    area_codes : AreaCodes
        The layer and the counts.
    notes : tuple of str
        For the summary of the import.
    """
    supplied = ~codes.is_null().to_numpy()
    total = int(supplied.sum())
    counts = pc.value_counts(codes.drop_null())
    unique_codes = counts.field("values").to_pylist()
    rows = np.asarray(counts.field("counts").to_numpy(zero_copy_only=False), dtype=np.int64)
    in_layer = {
        layer: int(rows[[word in layer_codes for word in unique_codes]].sum())
        if unique_codes
        else 0
        for layer, layer_codes in (
            (name, frozenset(layer_codes)) for name, layer_codes in layers.items()
        )
    }
    layer, how, notes = _choose_layer(in_layer, total, named_layer)
    if layer is None or layer not in layers:
        return AreaCodes(layer, how, total, 0, 0), notes
    notes = (*notes, *_other_vintages(layer, in_layer, total, layers))
    in_codes = pc.is_in(codes, value_set=pa.array(sorted(layers[layer]), pa.string()))
    located_without = int((located & ~in_codes.to_numpy()).sum())
    return AreaCodes(layer, how, total, in_layer[layer], located_without), notes


def _other_vintages(
    layer: str, in_layer: Mapping[str, int], total: int, layers: LayerCodes
) -> tuple[str, ...]:
    """Notes on layers that share many of the codes, but are of another vintage."""
    codes = frozenset(layers[layer])
    return tuple(
        f"the area codes are of {layer}: {rows / total:.1%} of those supplied are in {other_layer}"
        for other_layer, rows in in_layer.items()
        if LEAST_SHARE * total <= rows < in_layer[layer]
        and not codes.issuperset(layers[other_layer])
    )


def _choose_layer(
    in_layer: Mapping[str, int], total: int, named_layer: str | None
) -> tuple[str | None, str, tuple[str, ...]]:
    """The layer, how it was chosen, and notes for the summary."""
    if named_layer is not None:
        if named_layer not in in_layer:
            return (
                named_layer,
                "given",
                (f"layer {named_layer} is not loaded: its codes were not compared",),
            )
        if total and in_layer[named_layer] < LEAST_SHARE * total:
            share = in_layer[named_layer] / total
            return (
                named_layer,
                "given",
                (f"only {share:.1%} of the area codes are codes of {named_layer}",),
            )
        return named_layer, "given", ()
    if not total or not in_layer:
        return None, "none", ()
    best = max(in_layer, key=lambda layer: in_layer[layer])
    if in_layer[best] < LEAST_SHARE * total:
        share = in_layer[best] / total
        note = (
            "the area codes belong to no layer that is loaded "
            f"(the nearest is {best}, with {share:.1%}): areas are found from coordinates"
        )
        return None, "none", (note,)
    best_layers = [layer for layer, rows in in_layer.items() if rows == in_layer[best]]
    if len(best_layers) > 1:
        note = (
            f"the area codes fit {', '.join(best_layers)} equally well; {best} was used; "
            f"choose another with --area-layer"
        )
        return best, "detected", (note,)
    return best, "detected", ()
