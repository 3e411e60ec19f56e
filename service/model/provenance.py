"""Where an answer comes from, in one canonical form."""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.config.version import __version__
from service.model.answers import Provenance
from service.store.incidents import Incidents
from spatial.arrays import FloatArray
from spatial.coordinates.crs import WGS84
from spatial.coordinates.operations import operation

SOFTWARE = f"hotspot-atlas {__version__}"
WEIGHTS_SUMMED_BY = (
    "Weights are summed with measure=weighted (choropleths, hotspots, change, trend) and "
    "weight=true (heat maps)."
)
NO_WEIGHTS = "Every incident of this dataset has the weight 1: sums of weights are counts."


def dataset_source(incidents: Incidents) -> dict[str, Any]:
    """Name, version, source and licence of a dataset, and how it came to its coordinates."""
    return {
        "id": incidents.dataset,
        "title": incidents.title,
        "version": incidents.version,
        "source": incidents.source,
        "licence": incidents.licence,
        "synthetic": incidents.synthetic,
        **({"weights": incidents.weight_label} if incidents.is_weighted else {}),
        **({"repeated_ids": incidents.repeated_ids} if incidents.repeated_ids else {}),
        "coordinates": {
            "import": list(incidents.coordinates) or None,
            **on_the_map(incidents.crs, incidents.xy_m[0] if incidents.located_count else None),
        },
    }


def layer_source(layer: Layer) -> dict[str, Any]:
    """What names a boundary layer, whose it is, and how it came to its coordinates."""
    known = layer.metadata
    left, bottom, right, top = layer.bounds_m
    middle = np.array([(left + right) / 2.0, (bottom + top) / 2.0])
    return {
        "id": known.layer_id,
        "title": known.title,
        "version": known.version,
        "vintage": known.vintage,
        "source": known.source,
        "licence": known.licence,
        "synthetic": known.synthetic,
        "coordinates": {
            "import": [known.coordinates] if known.coordinates else None,
            **on_the_map(layer.crs, middle),
        },
    }


def on_the_map(crs: str, place_m: FloatArray | None) -> dict[str, str]:
    """The working CRS, and the operation between it and longitude and latitude.

    Parameters
    ----------
    crs : str
        The working CRS.
    place_m : (2,) float64 or None
        Where the operation is asked for, metres.
    """
    near = None if place_m is None else (float(place_m[0]), float(place_m[1]))
    return {"crs": crs, "lonlat": str(operation(crs, WGS84, near=near))}


def credited(sources: Mapping[str, Any]) -> tuple[str, ...]:
    """Source and licence of everything that an answer was made from, each once."""
    found = []
    for each in sources.values():
        if isinstance(each, Mapping):
            words = [str(each.get(name) or "") for name in ("source", "licence")]
            found.append(", ".join(word for word in words if word))
    return tuple(dict.fromkeys(text for text in found if text))


def provenance(
    *,
    sources: Mapping[str, Any],
    filter: Mapping[str, Any],  # noqa: A002 - the word of the HTTP contract
    method: Mapping[str, Any],
    counts: Mapping[str, int],
    leading_notes: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Provenance:
    """The provenance of an answer; synthetic if any of its sources is.

    After the leading notes come those on what the sources say of themselves: ids that several
    incidents have, and weights that the answer does not sum. A method that does
    has the member ``weights``. That data are invented is said before everything.
    """
    dataset = sources.get("dataset")
    notes = (*leading_notes, *_repeat_notes(dataset), *_weight_notes(dataset, method), *notes)
    synthetic = any(isinstance(s, Mapping) and bool(s.get("synthetic")) for s in sources.values())
    if synthetic:
        notes = ("Synthetic data: invented for demonstration, about no real people.", *notes)
    return Provenance(
        sources=sources,
        filter=filter,
        method=method,
        counts=counts,
        notes=notes,
        synthetic=synthetic,
        software=SOFTWARE,
    )


def _repeat_notes(dataset: Any) -> tuple[str, ...]:
    """How many ids of a dataset more than one incident has, where any do."""
    repeated = dataset.get("repeated_ids") if isinstance(dataset, Mapping) else None
    if not repeated:
        return ()
    subject = "1 id stands" if repeated == 1 else f"{repeated:,} ids stand"
    advice = "if deliveries repeat earlier ones, import with --on-repeat replace"
    return (
        f"{subject} in more than one record of this dataset, and each record counts; {advice}.",
    )


def _weight_notes(dataset: Any, method: Mapping[str, Any]) -> tuple[str, ...]:
    """Whether the weights of a dataset that has some are summed, or that they are not."""
    if not isinstance(dataset, Mapping):
        return ()
    if method.get("weights"):
        return () if dataset.get("weights") else (NO_WEIGHTS,)
    if not dataset.get("weights"):
        return ()
    subject = f"The incidents of this dataset have a {dataset['weights']}"
    return (f"{subject}; this answer counts each as 1. {WEIGHTS_SUMMED_BY}",)


def layers_version(layers: LayerStore) -> str:
    """The versions of all layers as a short digest: any of them may be what to stay within."""
    return short_digest(list(layers.versions()))


def short_digest(*parts: object) -> str:
    """Twelve hex digits of everything named, for versions in addresses."""
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
