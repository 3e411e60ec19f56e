"""Renders documents and rows as JSON."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import numpy as np
import orjson

from service.access.release import Released
from service.model.answers import Document, PageAsset, Provenance, Table
from service.model.rows import ColumnValues

JSON_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


class ProvenanceMethod(TypedDict):
    """The method of an answer; beside its name all its parameters."""

    name: str


class ProvenanceContent(TypedDict):
    """What the answer was computed from: the same provenance gives the same bytes.

    Besides these, one member for each source: dataset, layer, denominator, sites.
    """

    synthetic: bool
    located_share: NotRequired[float | None]
    software: str
    units: NotRequired[dict[str, str]]
    rows_sha256: NotRequired[str]
    filter: dict[str, Any]
    method: ProvenanceMethod
    counts: dict[str, float | None]
    notes: list[str]


def provenance_dict(provenance: Provenance, **extra: Any) -> dict[str, Any]:
    """The provenance as JSON members."""
    return {
        "synthetic": provenance.synthetic,
        **provenance.sources,
        "filter": dict(provenance.filter),
        "method": dict(provenance.method),
        "counts": dict(provenance.counts),
        "located_share": located_share(provenance.counts),
        "notes": list(provenance.notes),
        "software": provenance.software,
        **extra,
    }


def located_share(counts: Mapping[str, float | None]) -> float | None:
    """Share of the selected records that could be placed on the map."""
    records = counts.get("records", 0)
    unlocated = counts.get("unlocated", counts.get("not_located", 0))
    if not records or unlocated is None:
        return None
    return round((records - unlocated) / records, 6)


def provenance_text(provenance: Provenance, **extra: Any) -> str:
    """The provenance as one line of ASCII JSON, for headers and image comments."""
    return text_json(provenance_dict(provenance, **extra))


def text_json(content: Mapping[str, Any]) -> str:
    """A mapping as one line of ASCII JSON."""
    plain = orjson.loads(orjson.dumps(content, option=JSON_OPTIONS))
    return json.dumps(plain, separators=(",", ":"))


def document_json(released: Released[Document]) -> bytes:
    """A document as JSON, with its provenance where it has one."""
    answer = released.answer
    content = dict(answer.content)
    if answer.provenance is not None:
        content["provenance"] = provenance_dict(answer.provenance)
    return orjson.dumps(content, option=JSON_OPTIONS)


def asset_bytes(released: Released[PageAsset]) -> bytes:
    """A file as it is."""
    return released.answer.content


def json_values(column: ColumnValues) -> list[Any]:
    """A column's values for JSON: NaN becomes null, whole floats stay floats."""
    if column.dtype.kind == "f":
        return [None if np.isnan(value) else float(value) for value in column]
    return list(column.tolist())


def table_rows(table: Table) -> list[dict[str, Any]]:
    """The rows of a table, one mapping each."""
    names = list(table.columns)
    columns = [json_values(table.columns[name]) for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def digest(rows: list[dict[str, Any]]) -> dict[str, str]:
    """A digest of the released rows: equal digests mean equal rows."""
    return {"rows_sha256": hashlib.sha256(orjson.dumps(rows, option=JSON_OPTIONS)).hexdigest()}
