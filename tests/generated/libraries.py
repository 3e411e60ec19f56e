"""The document of the libraries that compute at run time: which modules use what of them."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.generated.markdown import formatted

ROOT = Path(__file__).parents[2]
OURS = ("spatial", "boundaries", "service")
# The eight that the project stands on, by the names under which they are imported.
LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "FastAPI": ("fastapi",),
    "GeoPandas": ("geopandas",),
    "PySAL": ("libpysal", "esda", "mapclassify", "pointpats", "giddy", "tobler"),
    "scikit-learn": ("sklearn",),
    "Numba": ("numba",),
    "Rasterio": ("rasterio",),
    "Uvicorn": ("uvicorn",),
    "Shapely": ("shapely",),
}
MOST_NAMED = 12  # modules of a library; of those with more the folders are named
HEADING = """\
# Libraries at run time

What the program takes from the eight libraries that it stands on, read from its imports and calls.
Where a library could do what our own code does, [decision {decision}](decisions/{file}) says why
it does not. Libraries whose import takes seconds are imported when they are needed, and loaded
ahead of that when the service is quiet (`service/runtime/libraries.py`).

Made of the code by `make generate`: not edited.
"""


@dataclass(frozen=True)
class Use:
    """What a module takes from a library.

    Attributes
    ----------
    module : str
        Ours, with dots.
    names : tuple of str
        Of the library, with its own in front.
    is_late : bool
        Whether it is imported when it is needed, inside a function.
    """

    module: str
    names: tuple[str, ...]
    is_late: bool


def uses_of(packages: tuple[str, ...]) -> Iterator[Use]:
    """What each module of ours takes from a library."""
    for folder in OURS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "node_modules" in path.parts:
                continue
            use = use_in(ast.parse(path.read_text("utf-8")), packages)
            if use is not None:
                names, is_late = use
                yield Use(".".join(path.relative_to(ROOT).with_suffix("").parts), names, is_late)


def use_in(tree: ast.Module, packages: tuple[str, ...]) -> tuple[tuple[str, ...], bool] | None:
    """Names of packages in a module, and whether all are imported inside functions."""
    aliases: dict[str, str] = {}
    names: set[str] = set()
    at_start = False
    for node in ast.walk(tree):
        found: dict[str, str] = {}
        if isinstance(node, ast.Import):
            found = {
                alias.asname or alias.name.split(".")[0]: alias.name
                if alias.asname
                else alias.name.split(".")[0]
                for alias in node.names
                if alias.name.split(".")[0] in packages
            }
            aliases |= found
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in packages:
            found = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            names |= set(found.values())
        at_start = at_start or (bool(found) and node in tree.body)
    names |= {
        f"{aliases[chain[0]]}.{'.'.join(chain[1:])}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and len(chain := chain_of(node)) > 1
        and chain[0] in aliases
    }  # fmt: skip
    # Of a.b and a.b.c the longer says more.
    named = sorted(n for n in names if not any(other.startswith(f"{n}.") for other in names))
    named = named or sorted(set(aliases.values()))
    return (tuple(named), not at_start) if named else None


def chain_of(node: ast.expr) -> list[str]:
    """The names of ``a.b.c``; empty where it begins with anything but a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    return [node.id, *parts] if isinstance(node, ast.Name) else []


def section(title: str, packages: tuple[str, ...]) -> str:
    """One library: where it is used, for what, and when it is imported."""
    uses = list(uses_of(packages))
    counted = f"{len(uses)} modules" if len(uses) != 1 else "1 module"
    if len(uses) > MOST_NAMED:
        folders: dict[str, int] = {}
        for use in uses:
            folder = use.module.rpartition(".")[0].replace(".", "/")
            folders[folder] = folders.get(folder, 0) + 1
        rows = [f"| `{folder}` | {count} |" for folder, count in folders.items()]
        return "\n".join(
            [f"## {title}: {counted}", "", "| folder | modules |", "|---|---|", *rows]
        )
    rows = [
        f"| `{use.module.replace('.', '/')}.py` | "
        f"{', '.join(f'`{name}`' for name in use.names)} | "
        f"{'when it is needed' if use.is_late else 'at the start'} |"
        for use in uses
    ]
    head = ["| module | takes | imported |", "|---|---|---|"]
    return "\n".join([f"## {title}: {counted}", "", *head, *rows])


def libraries_document() -> str:
    """The text of docs/libraries.md."""
    file = next((ROOT / "docs" / "decisions").glob("*-libraries-at-run-time.md")).name
    heading = HEADING.format(decision=int(file[:4]), file=file)
    sections = [section(title, packages) for title, packages in LIBRARIES.items()]
    return formatted("\n\n".join([heading, *sections]))
