"""The pictures of the figures, small enough for a document: ``python -m tests.figures.pictures``."""

import io
import tempfile
from pathlib import Path
from typing import Final

from fastapi.testclient import TestClient
from PIL import Image

from service.assembly.app import create_app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.demo.write import ensure_demo
from tests.figures.figures import Figure, Request, read_figures

FOLDER: Final = Path(__file__).parents[2] / "docs" / "figures"
WIDTH: Final = 360  # pixels
COLOURS: Final = 48
MAP_WIDTH: Final = 1_000


def picture_request(figure: Figure, suffix: str = "png") -> Request:
    """The request of a figure's picture: a map where it is one, otherwise the table's chart."""
    request = figure.requests[0]
    address = request.address
    if address.startswith("/v1/choropleths/"):
        return Request(f"{address}/map.{suffix}", {**request.query, "width": MAP_WIDTH})
    if address.endswith("/map.png"):
        stem = address.removesuffix("png")
        return Request(f"{stem}{suffix}", {**request.query, "width": MAP_WIDTH})
    return Request(f"{address}.{suffix}", request.query)


def thumbnail(picture: bytes) -> bytes:
    """A PNG as wide as a column of a table, in few colours."""
    with Image.open(io.BytesIO(picture)) as image:
        flat = Image.new("RGB", image.size, "white")
        flat.paste(image, mask=image.getchannel("A") if "A" in image.getbands() else None)
    height = round(flat.height * WIDTH / flat.width)
    small = flat.resize((WIDTH, height), Image.Resampling.LANCZOS)
    body = io.BytesIO()
    small.quantize(COLOURS, dither=Image.Dither.NONE).save(body, format="png", optimize=True)
    return body.getvalue()


def main() -> None:
    """Write the picture of every figure, from the demonstration county."""
    FOLDER.mkdir(exist_ok=True)
    figures = read_figures()
    for path in FOLDER.glob("*.png"):
        if path.name not in {figure.picture for figure in figures}:
            path.unlink()
    with tempfile.TemporaryDirectory() as folder:
        ensure_demo(Path(folder))
        app = create_app(open_resources(Settings(data_dir=Path(folder))))
        with TestClient(app, base_url="http://localhost") as client:
            for figure in figures:
                request = picture_request(figure)
                answer = client.get(request.address, params=request.query)
                if answer.status_code != 200:
                    print(f"{figure.picture}: {answer.status_code} {answer.text[:200]}")
                    continue
                (FOLDER / figure.picture).write_bytes(thumbnail(answer.content))


if __name__ == "__main__":
    main()
