"""Answers of the service read back by other software than wrote them."""

import csv
import io
import json
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.io import MemoryFile
from starlette.testclient import TestClient

from tests.places import moved


def json_of(client: TestClient, address: str, **query: Any) -> Any:
    """The JSON of an answer that must succeed."""
    answer = client.get(address, params=query or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def rows_of(client: TestClient, address: str, **query: Any) -> list[dict[str, Any]]:
    """The rows of a table's JSON."""
    rows: list[dict[str, Any]] = json_of(client, address, **query)["rows"]
    return rows


def column(rows: list[dict[str, Any]], name: str, *, key: str = "code") -> dict[str, Any]:
    """One column of some rows by their key."""
    return {row[key]: row[name] for row in rows}


def csv_of(client: TestClient, address: str, **query: Any) -> list[dict[str, str]]:
    """The rows of a table's CSV, as text."""
    answer = client.get(address, params=query or None)
    assert answer.status_code == 200, answer.text
    return csv_rows(answer.content)


def csv_rows(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV by the names of their columns, without the units behind these."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    names = [name.partition(" (")[0] for name in rows[0]]
    return [dict(zip(names, row, strict=True)) for row in rows[1:]]


FURTHER = ("period", "source", "licence", "synthetic")  # columns behind the rows of a CSV


def assert_same_rows(of_csv: list[dict[str, str]], of_json: list[dict[str, Any]]) -> None:
    """The rows of a CSV are those of the JSON, numbers to six significant digits."""
    assert [name for name in of_csv[0] if name not in FURTHER] == list(of_json[0])
    for texts, row in zip(of_csv, of_json, strict=True):
        for name, value in row.items():
            if value is None:
                assert texts[name] == ""
            elif isinstance(value, bool):
                assert texts[name] == str(value).lower()
            elif isinstance(value, int):
                assert int(texts[name]) == value
            elif isinstance(value, float):
                assert float(texts[name]) == pytest.approx(value, rel=5.1e-6)
            else:
                assert texts[name] == value


@dataclass(frozen=True)
class ReadRaster:
    """A GeoTIFF as rasterio reads it."""

    values: np.ndarray
    transform: rasterio.Affine
    crs: str
    unit: str | None
    tags: dict[str, str]
    dtype: str
    count: int
    layout: str

    def centres(self) -> np.ndarray:
        """(rows, cols, 2) coordinates of the cell centres."""
        rows, cols = self.values.shape
        x = self.transform.c + (np.arange(cols) + 0.5) * self.transform.a
        y = self.transform.f + (np.arange(rows) + 0.5) * self.transform.e
        return np.stack(np.meshgrid(x, y), axis=-1)

    def provenance(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.tags["PROVENANCE"])
        return content


def read_tif(content: bytes) -> ReadRaster:
    with MemoryFile(content) as memory, memory.open() as source:
        return ReadRaster(
            values=source.read(1),
            transform=source.transform,
            crs=str(source.crs),
            unit=source.units[0],
            tags=source.tags(),
            dtype=source.dtypes[0],
            count=source.count,
            layout=source.tags(ns="IMAGE_STRUCTURE").get("LAYOUT", ""),
        )


def raster_of(client: TestClient, address: str, **query: Any) -> ReadRaster:
    answer = client.get(address, params=query or None)
    assert answer.status_code == 200, answer.text
    return read_tif(answer.content)


def drawn_by_project(content: bytes) -> bytes:
    """Extent, classes and colours of a QGIS project, without what it says of its question."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        project = ET.fromstring(archive.read("project.qgs"))
    (layer,) = project.iterfind("projectlayers/maplayer")
    drawn = [each for name in ("renderer-v2", "pipe") for each in layer.iterfind(name)]
    assert drawn
    extents = project.findall("mapcanvas/extent")
    return b"".join(ET.tostring(each) for each in (*extents, *drawn))


def image_of(client: TestClient, address: str, **query: Any) -> Image.Image:
    """A PNG answer, decoded."""
    answer = client.get(address, params=query or None)
    assert answer.status_code == 200, answer.text
    image = Image.open(io.BytesIO(answer.content))
    image.load()
    return image


def on_the_ground(xy: np.ndarray, *, crs: str, target: str) -> np.ndarray:
    """(..., 2) coordinates moved to another system, not by the program."""
    return moved(xy, crs=crs, target=target)


def bilinear(raster: ReadRaster, xy: np.ndarray) -> np.ndarray:
    """(n,) values of a raster between its cell centres; NaN beyond the outermost ones."""
    rows, cols = raster.values.shape
    col = (xy[:, 0] - raster.transform.c) / raster.transform.a - 0.5
    row = (xy[:, 1] - raster.transform.f) / raster.transform.e - 0.5
    is_inside = (col >= 0) & (col <= cols - 1) & (row >= 0) & (row <= rows - 1)
    c0 = np.clip(np.floor(col).astype(int), 0, cols - 2)
    r0 = np.clip(np.floor(row).astype(int), 0, rows - 2)
    u, v = col - c0, row - r0
    values = raster.values.astype(np.float64)
    interpolated = (values[r0, c0] * (1 - u) + values[r0, c0 + 1] * u) * (1 - v) + (
        values[r0 + 1, c0] * (1 - u) + values[r0 + 1, c0 + 1] * u
    ) * v
    return np.where(is_inside, interpolated, np.nan)
