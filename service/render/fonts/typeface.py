"""The one typeface of everything printed: Source Sans 3, under the SIL Open Font License 1.1."""

import importlib.util
from pathlib import Path
from typing import Final

FAMILY: Final = "Source Sans 3"
FALLBACK: Final = "DejaVu Sans"
# As CSS and SVG have it: a name that ends in a number stands in quotes.
CSS_FAMILIES: Final = f"'{FAMILY}', '{FALLBACK}', sans-serif"
FOLDER: Final = Path(__file__).parent
REGULAR: Final = FOLDER / "SourceSans3-Regular.ttf"
BOLD: Final = FOLDER / "SourceSans3-Bold.ttf"


def fallback_folder() -> Path:
    """The folder of DejaVu Sans and what else matplotlib ships, for scripts that ours lacks."""
    package = importlib.util.find_spec("matplotlib")
    if package is None or package.origin is None:  # pragma: no cover - it is required
        raise ModuleNotFoundError("matplotlib")
    return Path(package.origin).parent / "mpl-data" / "fonts" / "ttf"
