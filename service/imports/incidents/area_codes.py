"""Detects the layer that supplied area codes belong to, and compares codes with places."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import shapely

from boundaries.layers.codes import CodeIndex, best_layer, places_deny
from boundaries.layers.layer import Layer
from service.imports.files.summary import AreaCodes, CodeAgreement
from spatial.arrays import BoolArray, FloatArray, IndexArray, IntArray

LEAST_SHARE = 0.5
WORST = 5

LayerCodes = Mapping[str, Collection[str]]
"""Codes of each layer that is loaded, by layer id."""


def find_layer(
    codes: pa.ChunkedArray,
    xy_m: FloatArray,
    layers: LayerCodes,
    *,
    areas: Mapping[str, Layer] | None = None,
    named_layer: str | None = None,
) -> tuple[AreaCodes, tuple[str, ...]]:
    """The layer that codes belong to, how they relate to it, and notes on the match.

    Parameters
    ----------
    codes : (n,) text
        Supplied area code of each row, null where it has none.
    xy_m : (n, 2) float64
        Place of each row, NaN where it has none.
    layers : mapping
        Candidate layers. The one with the largest share of the rows' codes is taken, if that is at
        least half and the places do not deny it (`places_deny`); among best_layers, the one that
        agrees best with the places, or the first.
    areas : mapping of str to Layer
        The candidates whose areas are loaded.
    named_layer : str or None
        The layer that the user names; taken whatever its share is.

    Returns
    -------
    area_codes : AreaCodes
        The layer and the counts.
    notes : tuple of str
        For the summary of the import.
    """
    rows = _Rows.of(codes, xy_m)
    indices = {name: CodeIndex(sorted(layer_codes)) for name, layer_codes in layers.items()}
    best, in_layer = best_layer(rows.records_of(), indices)
    layers_by_id = areas or {}

    @cache
    def compare(layer: str) -> tuple[int, int, tuple[CodeAgreement, ...]]:
        return rows.compare(layers_by_id[layer]) if layer in layers_by_id else (0, 0, ())

    layer, how, notes = _choose_layer(best, in_layer, rows.total, named_layer, compare)
    if layer is None or layer not in layers:
        how = "none" if layer is None else "not compared"
        return AreaCodes(layer, how, rows.total, 0, 0), notes
    notes = (*notes, *_other_vintages(layer, in_layer, rows.total, layers))
    placed_rows, rows_inside, worst = compare(layer)
    rows_without_code = int((rows.located & (rows.positions(indices[layer]) < 0)).sum())
    return (
        AreaCodes(
            layer,
            how,
            rows.total,
            in_layer[layer],
            rows_without_code,
            placed_rows,
            rows_inside,
            worst,
        ),
        notes,
    )


@dataclass(frozen=True, eq=False)
class _Rows:
    """The codes of all rows, each distinct one once, and their places."""

    words: tuple[str, ...]
    word: IntArray  # of each row, -1 where it has none
    xy_m: FloatArray
    located: BoolArray

    @classmethod
    def of(cls, codes: pa.ChunkedArray, xy_m: FloatArray) -> "_Rows":
        encoded = pa.chunked_array([codes.dictionary_encode().combine_chunks()]).chunk(0)
        word = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        words = tuple(encoded.dictionary.to_pylist())
        return cls(words, word, xy_m, np.isfinite(xy_m[:, 0]))

    @property
    def total(self) -> int:
        """Rows that have a code."""
        return int((self.word >= 0).sum())

    def records_of(self) -> dict[str, int]:
        """The number of rows with each code."""
        counts = np.bincount(self.word[self.word >= 0], minlength=len(self.words))
        return dict(zip(self.words, counts.tolist(), strict=True))

    def positions(self, index: CodeIndex) -> IndexArray:
        """The position of each row's code, -1 where it has none of these."""
        return np.append(index.positions(self.words), np.int32(-1))[self.word]

    def compare(self, layer: Layer) -> tuple[int, int, tuple[CodeAgreement, ...]]:
        """Rows with a place and one of the layer's codes, those inside its area, and the worst."""
        area = self.positions(layer.code_index)
        has_both = self.located & (area >= 0)
        area = area[has_both]
        # Each place is asked of one area: the index that finds the area would cost more to make.
        shapes = layer.geometries[area]
        shapely.prepare(shapes)
        is_inside = np.asarray(shapely.intersects_xy(shapes, *self.xy_m[has_both].T), np.bool_)
        records = np.bincount(area, minlength=len(layer))
        records_inside = np.bincount(area[is_inside], minlength=len(layer))
        order = np.argsort(records_inside - records, kind="stable")[:WORST].tolist()
        worst = tuple(
            CodeAgreement(layer.codes[i], int(records[i]), int(records_inside[i]))
            for i in order
            if records_inside[i] < records[i]
        )
        return len(area), int(is_inside.sum()), worst


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
    best: str | None,
    in_layer: Mapping[str, int],
    total: int,
    named_layer: str | None,
    compare: Callable[[str], tuple[int, int, tuple[CodeAgreement, ...]]],
) -> tuple[str | None, str, tuple[str, ...]]:
    """The layer, how it was chosen, and notes for the summary."""
    if named_layer is not None:
        return named_layer, "given", _doubts(named_layer, in_layer, total)
    if not total or not in_layer:
        return None, "none", ()
    if best is None:
        nearest = max(in_layer, key=lambda layer: in_layer[layer])
        note = (
            "the area codes belong to no layer that is loaded "
            f"(the nearest is {nearest}, with {in_layer[nearest] / total:.1%}): areas are found "
            "from coordinates"
        )
        return None, "none", (note,)

    def agreement(layer: str) -> float:
        placed_rows, rows_inside, _ = compare(layer)
        return rows_inside / placed_rows if placed_rows else 1.0

    best_layers = [layer for layer, rows in in_layer.items() if rows == in_layer[best]]
    best = max(best_layers, key=agreement) if len(best_layers) > 1 else best
    if places_deny(*compare(best)[:2]):
        note = (
            f"{in_layer[best] / total:.1%} of the area codes are also codes of {best}, but only "
            f"{agreement(best):.1%} of their places lie in that area: areas are found from "
            f"coordinates; if they are its codes, say --area-layer {best}"
        )
        return None, "none", (note,)
    if len(best_layers) > 1:
        note = (
            f"the area codes fit {', '.join(best_layers)} equally well; {best} was used; "
            f"choose another with --area-layer"
        )
        return best, "detected", (note,)
    return best, "detected", ()


def _doubts(named_layer: str, in_layer: Mapping[str, int], total: int) -> tuple[str, ...]:
    """A note if the codes were not compared with the layer that the user names, or do not fit."""
    if named_layer not in in_layer:
        return (f"layer {named_layer} is not loaded: its codes were not compared",)
    if in_layer[named_layer] < LEAST_SHARE * total:
        share = in_layer[named_layer] / total
        return (f"only {share:.1%} of the area codes are codes of {named_layer}",)
    return ()
