"""The harm index of the demonstration: published days of the Cambridge Crime Harm Index."""

from dataclasses import dataclass

import pyarrow as pa

from service.demo.places.gazetteer import read_data


@dataclass(frozen=True)
class PublishedHarm:
    """Offences with their days of harm, as an assessment printed them.

    Attributes
    ----------
    index_id, source, licence : str
    rows : pyarrow.Table
        As of a harm index.
    """

    index_id: str
    source: str
    licence: str
    rows: pa.Table


def published_harm() -> PublishedHarm:
    """The published index, from ``harm_index.json``."""
    data = read_data("harm_index.json")
    offences = data["offences"]
    rows = pa.table(
        {
            "offence": [entry["offence"] for entry in offences],
            "offence_group": [entry["group"] for entry in offences],
            "days": [float(entry["days"]) for entry in offences],
        }
    )
    return PublishedHarm(data["index"], data["source"], data["licence"], rows)
