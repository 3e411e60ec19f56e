"""The list of figures, read from ``figures.json``: what each shows and what is asked for it."""

import json
import re
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("figures.json")


@dataclass(frozen=True)
class Request:
    """An address and its query."""

    address: str
    query: Mapping[str, Any]

    @property
    def url(self) -> str:
        """As it is typed."""
        query = urllib.parse.urlencode(self.query, doseq=True, safe=":/,;")
        return f"{self.address}?{query}" if query else self.address

    @property
    def command(self) -> list[str]:
        """The words of the same request on the command line."""
        parts = self.address.removeprefix("/v1/").split("/")
        group, *names = parts
        match group, names:
            case "tables", [name]:
                words = [name]
            case "tables", [dataset, name, *layer]:
                words = [name, dataset, *layer]
            case "hotspots", [dataset, layer, "change"]:
                words = ["change", dataset, layer]
            case "choropleths", _:
                words = ["choropleth", *names]
            case "heatmaps", [dataset, "peaks"]:
                words = ["peaks", dataset]
            case "heatmaps", [dataset, _]:
                words = ["heatmap", dataset]
            case "growth", [dataset, name]:
                words = ["growth", name, dataset]
            case _:
                words = parts
        for name, value in self.query.items():
            for one in value if isinstance(value, list) else [value]:
                words += [f"--{name.replace('_', '-')}", str(one)]
        return words


@dataclass(frozen=True)
class Figure:
    """A figure or table of a published assessment.

    Attributes
    ----------
    requests : tuple of Request
        The request that makes it, and further ones for its parts.
    real : str
        The licensed or national data that the published figure was made from.
    check : mapping
        What the answer must hold.
    """

    document: str
    figure: str
    shows: str
    kind: str
    requests: tuple[Request, ...]
    real: str = ""
    note: str = ""
    check: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others."""
        return self.document, self.figure

    @property
    def picture(self) -> str:
        """The name of its picture among those of the document."""
        return re.sub(r"[^a-z0-9]+", "-", f"{self.document} {self.figure}".lower()) + ".png"


def read_figures() -> tuple[Figure, ...]:
    """Every figure, in the order of the published list."""
    return tuple(_figure(entry) for entry in json.loads(DATA.read_text("utf-8"))["figures"])


def _figure(entry: Mapping[str, Any]) -> Figure:
    names = ("document", "figure", "shows", "kind", "real", "note", "check")
    requests: Sequence[Any] = entry["requests"]
    return Figure(
        **{name: entry[name] for name in names if name in entry},
        requests=tuple(Request(address, query) for address, query in requests),
    )
