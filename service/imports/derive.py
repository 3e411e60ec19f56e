"""Derives layers of larger areas by joining smaller ones, for ``hotspots derive boundaries``."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from boundaries.changes.lookups import Derivation, Membership, derive_layer, membership
from boundaries.errors import LayerExistsError
from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore, check_layer_id
from service.config.settings import ImportSettings
from service.imports.files.delimited import DelimitedFile
from service.imports.files.sources import LIMITS
from service.imports.files.summary import Progress, silent
from service.imports.lookups import column_texts, read_lookup
from service.store.reference.lookups import LookupKey, LookupStore


@dataclass(frozen=True)
class BoundaryDerivation:
    """Result of deriving a layer.

    Attributes
    ----------
    layer : Layer
        As it was stored.
    derivation : Derivation
    parent : Layer
        The layer of the smaller areas.
    replaced : bool
        Whether a layer of the same name existed before.
    """

    layer: Layer
    derivation: Derivation
    parent: Layer
    replaced: bool

    def lines(self) -> tuple[str, ...]:
        """The summary in plain sentences, one per line.

        Returns
        -------
        tuple of str
            Counts and areas first, then unused codes and repairs.
        """
        layer, derivation = self.layer, self.derivation
        verb = "replaced" if self.replaced else "derived"
        lines = [
            f"layer {layer.layer_id} {verb}, version {layer.version}",
            (
                f"{derivation.members:,} areas of {self.parent.layer_id} joined to "
                f"{derivation.areas:,}, none left out"
            ),
            (
                f"{float(layer.areas_km2.sum()):,.1f} km2, "
                f"{self.parent.layer_id} has {float(self.parent.areas_km2.sum()):,.1f} km2"
            ),
            (
                f"incidents with a code of {self.parent.layer_id} count in {layer.layer_id}, "
                "and measures that add up are summed to it"
            ),
        ]
        if derivation.unused_codes:
            lines.append(
                f"{derivation.unused_codes:,} codes of the lookup are not in the layer and are "
                "not used"
            )
        if derivation.repaired:
            lines.append(f"{derivation.repaired:,} unions repaired")
        return tuple(lines)


def derive_boundaries(
    store: LayerStore,
    lookup: Path,
    *,
    lookups: LookupStore,
    from_layer: str,
    layer: str,
    from_field: str,
    to_field: str,
    name_field: str | None = None,
    vintage: str = "",
    source: str = "",
    title: str = "",
    replace: bool = False,
    limits: ImportSettings = LIMITS,
    progress: Progress = silent,
) -> BoundaryDerivation:
    """Join the areas of a layer as a lookup says, and store the result as a layer.

    Parameters
    ----------
    store : LayerStore
        Where layers are stored.
    lookup : Path
        DelimitedFile text with a header, one row per small area.
    lookups : LookupStore
        Where the larger area of each small one is kept, for incidents and measures.
    from_layer, layer : str
        The layer of small areas, and the name of the new one.
    from_field, to_field, name_field : str
        Columns with the code of the small area, and the code and name of the larger one.
    vintage, source, title : str
        Texts kept with the new layer; its licence is that of the small areas.
    replace : bool
        Whether a layer of that name may be replaced.
    limits : ImportSettings
        What reading the lookup may take.
    progress : callable
        Called with the current task and the share of the work that is done, 0 to 1.

    Returns
    -------
    BoundaryDerivation
        The stored layer, and how it was made.

    Raises
    ------
    UnknownLayerError
        If the layer of small areas is not imported.
    LayerExistsError
        If a layer of the new name exists and `replace` is False.
    ImportRefusedError
        If the file cannot be read or lacks a column.
    LookupMismatchError
        If the lookup contradicts itself or does not fit the layer.
    InvalidLayerError
        If the new name is not valid for a layer.
    UnwritableLayersError, ReadOnlyDataError
        If the data folder cannot be written.
    """
    check_layer_id(layer)
    is_replacement = store.has(layer)
    if is_replacement and (not replace or layer == from_layer):
        raise LayerExistsError(layer)
    store.check_writable()
    parent = store.get(from_layer)
    progress("reading", 0.0)
    contents = read_lookup(lookup, limits=limits)
    members = _membership(
        contents, parent, from_field=from_field, to_field=to_field, name_field=name_field
    )
    progress("joining", 0.2)
    derived, derivation = derive_layer(
        parent, members, layer_id=layer, title=title, vintage=vintage, source=source
    )
    progress("writing", 0.8)
    # The lookup first: one that leads to no layer does nothing, a layer without it loses codes.
    lookups.append(
        LookupKey(from_layer, layer),
        _pairs(derivation),
        file=contents.file,
        source=source,
        replace=True,
    )
    saved = store.save(derived, replace=replace)
    progress("done", 1.0)
    return BoundaryDerivation(saved, derivation, parent, is_replacement)


def _membership(
    contents: DelimitedFile,
    parent: Layer,
    *,
    from_field: str,
    to_field: str,
    name_field: str | None,
) -> Membership:
    """The larger area of each small one in a file."""
    small_codes = column_texts(contents, from_field, "--from-field", parent.codes)
    large_codes = column_texts(contents, to_field, "--to-field")
    names = (
        [""] * len(small_codes)
        if name_field is None
        else column_texts(contents, name_field, "--name-field")
    )
    return membership(
        zip(small_codes, large_codes, names, strict=True),
        label=contents.file.name,
        numbers=contents.check.row_numbers.tolist(),
    )


def _pairs(derivation: Derivation) -> pa.Table:
    """The small and the larger code of each small area, as a lookup keeps them."""
    pairs = [
        (small_code, large_code)
        for large_code, small_codes in derivation.members_of.items()
        for small_code in small_codes
    ]
    small, large = zip(*pairs, strict=True)
    n = len(pairs)
    columns = {"from_code": small, "to_code": large, "change": [None] * n}
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return table.append_column("source_row", pa.array(range(n), pa.int64()))
