"""The one typeface of everything printed: Source Sans 3, under the SIL Open Font License 1.1."""

from pathlib import Path
from typing import Final

FAMILY: Final = "Source Sans 3"
FOLDER: Final = Path(__file__).parent
REGULAR: Final = FOLDER / "SourceSans3-Regular.ttf"
BOLD: Final = FOLDER / "SourceSans3-Bold.ttf"
