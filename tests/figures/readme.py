"""The pictures of the README, each by the command above it: ``python -m tests.figures.readme``."""

import re
import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from typer.testing import CliRunner

from service.__main__ import app
from service.demo.write import ensure_demo

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
_COMMAND = re.compile(r"hotspots ((?:.|\\\n)+? --out (\S+\.png))$", re.MULTILINE)
_PICTURE = re.compile(r"!\[[^\]]*\]\((docs/images/[^)]+)\)")


def pictures() -> list[str]:
    """The paths of all pictures that the README shows."""
    return _PICTURE.findall(README.read_text("utf-8"))


def commands() -> Mapping[str, list[str]]:
    """The words of each command that makes a picture, by the path of the picture."""
    found = _COMMAND.findall(README.read_text("utf-8"))
    return {f"docs/images/{name}": shlex.split(words)[:-2] for words, name in found}


def make(words: list[str], path: Path, data_dir: Path) -> None:
    """Run a command of the README over a data folder, its picture into `path`."""
    result = CliRunner().invoke(
        app, [*words, "--out", str(path)], env={"HOTSPOTS_DATA_DIR": str(data_dir)}
    )
    if result.exit_code != 0:
        raise RuntimeError(f"hotspots {shlex.join(words)}: {result.output}")


def main() -> None:
    """Write every picture of the README, from the demonstration county."""
    with tempfile.TemporaryDirectory() as folder:
        ensure_demo(Path(folder))
        for name, words in commands().items():
            make(words, ROOT / name, Path(folder))
            print(f"{name}: {(ROOT / name).stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
