"""Somebody who asks the application what their role may ask, and notes what that cost."""

import io
import json
import time
from dataclasses import dataclass, field
from typing import Any

import httpx2
import numpy as np
import rasterio
import shapely
from PIL import Image
from starlette.testclient import TestClient

from spatial.coordinates.crs import WGS84, transform_xy
from spatial.coordinates.grid import Grid

WAIT_S, MOST_WAITS = 0.5, 240


class RefusedError(Exception):
    """The service does not answer this question, or not to this role."""

    def __init__(self, address: str, status: int, text: str) -> None:
        super().__init__(address, status, text)
        self.address, self.status, self.text = address, status, text


@dataclass
class Attacker:
    """Asks in process as one role.

    Attributes
    ----------
    client : TestClient
        Of the application.
    headers : dict
        The key, where there is one.
    requests, received_bytes : int
        What has been asked and answered so far.
    refusals : list of RefusedError
        What was refused.
    """

    client: TestClient
    headers: dict[str, str] = field(default_factory=dict)
    requests: int = 0
    received_bytes: int = 0
    refusals: list[RefusedError] = field(default_factory=list)

    def get(self, address: str, **query: Any) -> httpx2.Response:
        """The answer to a question.

        Raises
        ------
        RefusedError
            If it is not answered with what was asked for.
        """
        answer = self.answer(address, **query)
        self.requests += 1
        self.received_bytes += len(answer.content)
        if answer.status_code != 200:
            refusal = RefusedError(address, answer.status_code, answer.text[:500])
            self.refusals.append(refusal)
            raise refusal
        return answer

    def answer(self, address: str, **query: Any) -> httpx2.Response:
        """What the service says in the end, whatever it is."""
        options = {"params": query} if query else {}
        for _ in range(MOST_WAITS):
            answer = self.client.get(address, headers=self.headers, **options)
            if answer.status_code != 202:
                break
            time.sleep(WAIT_S)  # a job: asked again, it is there when it is done
        return answer

    def json(self, address: str, **query: Any) -> dict[str, Any]:
        """An answer as JSON."""
        content: dict[str, Any] = self.get(address, **query).json()
        return content

    def rows(self, address: str, **query: Any) -> dict[str, dict[str, Any]]:
        """The rows of a table of areas, by code."""
        return {row["code"]: row for row in self.json(address, **query)["rows"]}

    def areas(self, layer: str, *, crs: str) -> tuple[list[str], np.ndarray]:
        """Codes and shapes of a layer, in a metric system, in the order of the layer."""
        features = self.json(f"/v1/boundaries/{layer}.geojson")["features"]
        shapes = shapely.from_geojson([_text(feature["geometry"]) for feature in features])

        def transform(lonlat_deg: np.ndarray) -> np.ndarray:
            return transform_xy(lonlat_deg, source=WGS84, target=crs)

        codes = [feature["properties"]["code"] for feature in features]
        return codes, shapely.transform(shapes, transform)

    def raster(self, dataset: str, **query: Any) -> tuple[np.ndarray, Grid]:
        """The numbers of a heat map and the grid that they stand on."""
        content = self.get(f"/v1/heatmaps/{dataset}/raster.tif", **query).content
        with rasterio.MemoryFile(content) as file, file.open() as source:
            values, transform = source.read(1), source.transform
        rows, cols = values.shape
        grid = Grid(transform.c, transform.f, transform.a, rows, cols)
        return np.nan_to_num(values.astype(np.float64)), grid

    def picture(self, address: str, **query: Any) -> np.ndarray:
        """The colour classes of a tile: the numbers of its palette."""
        return np.asarray(Image.open(io.BytesIO(self.get(address, **query).content)))


def _text(geometry: dict[str, Any]) -> str:
    return json.dumps(geometry)
