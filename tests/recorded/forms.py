"""Bodies in forms that can be compared: what names a version of data or software left out.

A body has up to three digests: ``values`` of what it says, numbers rounded to nine digits and
provenance left out; ``bytes`` of the body as it is, provenance cut out and versions masked (of
the decoded values, unrounded, where a file has its provenance inside); and ``provenance``.
"""

import csv
import hashlib
import io
import json
import re
import struct
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
from PIL import Image
from rasterio.io import MemoryFile

DIGITS = 9
PIXEL_BITS = 18  # kept of the 24 of a float32
WORDS = ("title", "summary", "description")
# Members that name a version, or are another one for each request.
VOLATILE = ("version", "table_version", "software", "rows_sha256", "updateSequence", "request_id")
PROVENANCE = "provenance"

_MASKS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?<=[?&;])v=[\w.-]+", "v=*"),
        (r"(?<=%3F)v%3D\w+|(?<=%26)v%3D\w+", "v%3D*"),
        (r"hotspot-atlas \d[\w.+-]*", "hotspot-atlas *"),
        (r"sha256-[\w+/]{43}=", "sha256-*"),
        (r"(?<=[-.])(?=[a-z0-9_-]*[0-9A-Z])[\w-]{8,}(?=\.(?:js|mjs|css|svg|woff2)\b)", "*"),
        # Digests of data; a number with as many digits has a point before them.
        (
            r"(?<![\w.])(?=[0-9]*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{16}|[0-9a-f]{12})\b",
            "*",
        ),
        (r"\bversion \d+\b", "version *"),
        (r"has \d+ bytes", "has * bytes"),
    )
)
_VOLATILE = re.compile(rf'"({"|".join(VOLATILE)})":\s*("(?:[^"\\]|\\.)*"|[-\w.]+)')
_VERSION_OF_EACH = re.compile(r'"datasets":\s*\{[^{}]*\}')
_PROVENANCE = re.compile(r'"provenance":\s*(?=\{)')
_PNG_WORDS = (b"tEXt", b"zTXt", b"iTXt", b"tIME")


@dataclass(frozen=True)
class Forms:
    """One body in the forms that are compared; what it has none of is None."""

    values: bytes
    bytes: bytes
    provenance: Any = None


def reduced(document: Any) -> Any:
    """An OpenAPI document without titles, summaries, descriptions and its version.

    A property may have such a name itself: the names under ``properties`` stay.
    """
    without = _without_words(document)
    without["info"] = {k: v for k, v in without["info"].items() if k != "version"}
    return without


def _without_words(part: Any, *, names: bool = False) -> Any:
    """A part of the document; `names` where its keys are names of its author's choice."""
    if isinstance(part, list):
        return [_without_words(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _without_words(value, names=not names and key in ("properties", "schemas"))
        for key, value in part.items()
        if names or key not in WORDS
    }


def masked(text: str) -> str:
    """A text with its versions and digests masked."""
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


def digests(body: bytes, media_type: str, headers: Mapping[str, str]) -> dict[str, str | None]:
    """The digests of a body."""
    forms = forms_of(body, media_type)
    found = forms.provenance
    if found is None and "provenance" in headers:
        found = json.loads(headers["provenance"])
    return {
        "values": sha256(forms.values),
        "bytes": sha256(forms.bytes),
        "provenance": None if found is None else sha256(canonical(found)),
    }


def sha256(content: bytes) -> str:
    """The first 32 hex digits of a digest."""
    return hashlib.sha256(content).hexdigest()[:32]


def forms_of(body: bytes, media_type: str) -> Forms:
    """A body in the forms that are compared, by its media type."""
    kind = media_type.partition(";")[0].strip()
    if kind.endswith("json") or "openapi" in kind:
        return _json(body)
    for start, read in _READERS.items():
        if kind.startswith(start):
            return read(body)
    if kind.startswith("text/") or kind.endswith(("xml", "javascript")):
        return _text(body)
    return Forms(body, body)


def canonical(content: Any) -> bytes:
    """Values in one spelling: what names a version left out, numbers rounded, keys in order."""
    return json.dumps(_plain(content), sort_keys=True, ensure_ascii=False).encode()


def _plain(content: Any) -> Any:
    if isinstance(content, dict):
        return {k: _plain(v) for k, v in _versionless(content).items()}
    if isinstance(content, list | tuple):
        return [_plain(each) for each in content]
    if isinstance(content, float):
        return format(content, f".{DIGITS}g")
    if isinstance(content, bytes):
        return content.hex()
    if isinstance(content, str):
        return masked(content)
    return content if isinstance(content, bool | int | None) else str(content)


def _versionless(content: dict[str, Any]) -> dict[str, Any]:
    """A mapping without versions and provenance, some of which have names of their own."""
    found = {k: v for k, v in content.items() if k not in (*VOLATILE, PROVENANCE)}
    if isinstance(found.get("datasets"), dict):  # name and version of each
        found["datasets"] = list(found["datasets"])
    if isinstance(found.get("layers"), dict):  # of the layers, and beside them that of the sites
        found["layers"] = list(found["layers"])
        found.pop("sites", None)
    return found


def _json(body: bytes) -> Forms:
    content = json.loads(body)
    if isinstance(content, dict) and "openapi" in content:
        values = json.dumps(reduced(content), sort_keys=True).encode()
        return Forms(values, masked(_VOLATILE.sub(r'"\1":*', body.decode())).encode())
    found = content.get(PROVENANCE) if isinstance(content, dict) else None
    return Forms(canonical(content), _masked_json(body.decode()).encode(), found)


def _masked_json(text: str) -> str:
    """JSON as it is written, its provenance cut out and its versions masked."""
    parts, at = [], 0
    for match in _PROVENANCE.finditer(text):
        if match.start() < at:
            continue
        parts.append(text[at : match.end()])
        _, at = json.JSONDecoder().raw_decode(text, match.end())
    without = _VERSION_OF_EACH.sub('"datasets":*', "".join([*parts, text[at:]]))
    return masked(_VOLATILE.sub(r'"\1":*', without))


def _text(body: bytes) -> Forms:
    text = masked(body.decode())
    return Forms(text.encode(), text.encode())


def _csv(body: bytes) -> Forms:
    rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    return Forms(canonical([[_number(cell) for cell in row] for row in rows]), body)


def _number(cell: str) -> Any:
    try:
        return float(cell)
    except ValueError:
        return cell


def _png(body: bytes) -> Forms:
    image = Image.open(io.BytesIO(body))
    image.load()
    told = str(image.info.get(PROVENANCE) or image.info.get(PROVENANCE.title()) or "")
    pixels = f"{image.mode} {image.size}".encode() + image.convert("RGBA").tobytes()
    found = json.loads(told) if told.startswith("{") else None
    return Forms(pixels, _without_png_words(body), found)


def _without_png_words(body: bytes) -> bytes:
    """The signature and the chunks of a picture, those with text or time aside."""
    kept, at = [body[:8]], 8
    while at < len(body):
        (length,) = struct.unpack(">I", body[at : at + 4])
        if body[at + 4 : at + 8] not in _PNG_WORDS:
            kept.append(body[at : at + length + 12])
        at += length + 12
    return b"".join(kept)


def _tif(body: bytes) -> Forms:
    with MemoryFile(body) as memory, memory.open() as source:
        values = source.read()
        tags = source.tags()
        known = (
            str(source.crs), source.transform.to_gdal(), source.nodata, source.units,
            source.descriptions, source.dtypes, source.shape, source.block_shapes,
            source.overviews(1), source.tags(ns="IMAGE_STRUCTURE"), sorted(tags),
        )  # fmt: skip
    mantissa, exponent = np.frexp(values)
    rounded = np.ldexp(np.round(mantissa * 2**PIXEL_BITS), exponent)
    about = canonical(known)
    found = json.loads(tags["PROVENANCE"]) if "PROVENANCE" in tags else None
    return Forms(about + rounded.tobytes(), about + values.tobytes(), found)


def _parquet(body: bytes) -> Forms:
    table = pq.read_table(io.BytesIO(body))
    metadata = table.schema.metadata or {}
    geo = json.loads(metadata.get(b"geo", b"{}"))
    return _table(table, [geo, sorted(metadata)], metadata.get(b"provenance"))


def _xlsx(body: bytes) -> Forms:
    """A spreadsheet: the values are the rows of its tables, from their headings on."""
    book = openpyxl.load_workbook(io.BytesIO(body))
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    tables = []
    for title, rows in sheets.items():
        if title.startswith("Table"):
            start = next(k for k, row in enumerate(rows) if "\n[note" in str(row[0]))
            headings = [str(cell).partition("\n")[0] for cell in rows[start]]
            tables.append([headings, *rows[start + 1 :]])
    return Forms(canonical(tables), masked(json.dumps(sheets, ensure_ascii=False)).encode())


def _gpkg(body: bytes) -> Forms:
    return _vector(body, ".gpkg")


def _fgb(body: bytes) -> Forms:
    return _vector(body, ".fgb")


def _vector(body: bytes, suffix: str) -> Forms:
    """A file that GDAL reads, by the ending of its name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"answer{suffix}"
        path.write_bytes(body)
        about, table = pyogrio.read_arrow(path)
        told = pyogrio.read_info(path)["layer_metadata"] or {}
    known = [str(about["crs"]), about["geometry_type"], about["geometry_name"]]
    return _table(table, known, told.get(PROVENANCE))


def _table(table: pa.Table, about: list[Any], told: bytes | str | None) -> Forms:
    known = [*about, [(field.name, str(field.type)) for field in table.schema]]
    rows = table.to_pylist()
    found = json.loads(told) if told else None
    return Forms(canonical([known, rows]), canonical(known) + repr(rows).encode(), found)


_READERS: Mapping[str, Callable[[bytes], Forms]] = {
    "text/csv": _csv,
    "image/png": _png,
    "image/tiff": _tif,
    "application/vnd.apache.parquet": _parquet,
    "application/vnd.openxmlformats": _xlsx,
    "application/geopackage+sqlite3": _gpkg,
    "application/flatgeobuf": _fgb,
}
