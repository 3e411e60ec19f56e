"""Runs the notebooks against the demonstration county: ``python -m tests.notebook_runs`` keeps
their outputs.
"""

import base64
import contextlib
import io
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import nbclient
import nbformat
import uvicorn
from PIL import Image

from service.assembly.app import create_app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.demo.write import ensure_demo

FOLDER: Final = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS: Final = sorted(FOLDER.glob("*.ipynb"))
WIDTH: Final = 640  # pixels of a kept picture
COLOURS: Final = 64
PICTURE: Final = "image/png"


@contextlib.contextmanager
def demonstration() -> Iterator[str]:
    """A service of the demonstration county on a free port; its address."""
    with tempfile.TemporaryDirectory() as folder:
        ensure_demo(Path(folder))
        app = create_app(open_resources(Settings(data_dir=Path(folder))))
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        yield f"http://{host}:{port}"
        server.should_exit = True
        thread.join()


def run(path: Path) -> Any:
    """The notebook with the outputs of a run; what must not differ between runs is taken away."""
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(FOLDER)}},
        record_timing=False,
    )
    client.execute()
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if PICTURE in data:
                data[PICTURE] = small(data[PICTURE])
    notebook.metadata = {
        "kernelspec": notebook.metadata["kernelspec"],
        "language_info": {"name": "python"},
    }
    return notebook


def small(picture: str) -> str:
    """A picture in base64, no wider than the page it is read on, in few colours."""
    with Image.open(io.BytesIO(base64.b64decode(picture))) as image:
        flat = Image.new("RGB", image.size, "white")
        flat.paste(image, mask=image.getchannel("A") if "A" in image.getbands() else None)
    width = min(WIDTH, flat.width)
    resized = flat.resize((width, round(flat.height * width / flat.width)))
    body = io.BytesIO()
    resized.quantize(COLOURS, dither=Image.Dither.NONE).save(body, "png", optimize=True)
    return base64.b64encode(body.getvalue()).decode()


def texts(notebook: Any) -> list[str]:
    """What the cells print and show in words, in their order."""
    return [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    ]


def pictures(notebook: Any) -> int:
    """The number of pictures."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return sum(PICTURE in output.get("data", {}) for output in outputs)


def main() -> None:
    """Run every notebook, and keep its outputs in it."""
    with demonstration() as address:
        os.environ["HOTSPOTS_ADDRESS"] = address
        for path in NOTEBOOKS:
            nbformat.write(run(path), path)
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
