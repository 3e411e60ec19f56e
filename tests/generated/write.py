"""Write the files that are made from the code: ``python -m tests.generated.write``."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from service.assembly.app import create_app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.generated.columns import columns_document
from tests.generated.figures import figures_document
from tests.generated.glossary import glossary_document
from tests.generated.libraries import libraries_document
from tests.generated.palettes import palettes_of_the_page
from tests.generated.settings import settings_document
from tests.generated.typescript import types_of_answers

ROOT = Path(__file__).parents[2]


def generated() -> Mapping[str, str]:
    """The content of each file by its path in the repository."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(open_resources(Settings(data_dir=Path(folder))))
        return {
            "docs/columns.md": columns_document(app),
            "docs/figures.md": figures_document(),
            "docs/glossary.md": glossary_document(),
            "docs/libraries.md": libraries_document(),
            "docs/settings.md": settings_document(),
            "service/web/src/answers/schema.ts": types_of_answers(),
            "service/web/src/map/palettes.ts": palettes_of_the_page(),
        }


def main() -> None:
    """Write the files, and say which have changed."""
    for name, content in generated().items():
        path = ROOT / name
        before = path.read_text("utf-8") if path.is_file() else ""
        path.write_text(content, "utf-8")
        print(f"{name}: {'unchanged' if before == content else 'written'}")


if __name__ == "__main__":
    main()
