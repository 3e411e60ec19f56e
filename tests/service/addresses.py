"""Every route of the application, found in the application itself, with an address to ask."""

import itertools
import urllib.parse
import zlib
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.service import world

# The framework's own pages; they answer nothing about data.
FRAMEWORK_PAGES = {"/openapi.json", "/docs"}
# Files of the build, the same for everybody: tested by themselves.
PAGE_FILES = {"/page/{asset:path}"}
# Answers on their way, which come and go: tested by themselves.
JOBS = {"/v1/jobs/{job}", "/v1/jobs/{job}/result"}
# The page itself, built or not: what it shows it asks for.
THE_PAGE = "/"
# What the process counts of itself: another answer each time, and never kept.
ABOUT_THE_PROCESS = {"/metrics", "/health/ready", "/v1/session"}

# A map that lies below the data, the same for everybody: it states no provenance of theirs.
BACKGROUND = "/v1/background/"

# Where OGC's standards ask for errors in XML.
OGC_XML = "/wmts"

# One value for each name in a path that exists in the county; z/x/y is a tile over its middle.
EXISTING: dict[str, str] = {
    "dataset": world.DATASET,
    "layer": world.CELLS,
    "rules": "risk",
    "template": "short",
    "places": "premises",
    "font": "SourceSans3-Bold",
    "codes": "256-511",
    "identifier": f"heatmaps:{world.DATASET}",
    "style": "default",
    "time": "all",
    "tilematrixset": "GoogleMapsCompatible",
    "tilematrix": "13",
    "tilerow": "2697",
    "tilecol": "4099",
    "i": "10",
    "j": "20",
    "code": "C00",
    "site_id": "s1",
    "collection_id": f"choropleths:{world.DATASET}:{world.CELLS}",
    "z": "13",
    "x": "4099",
    "y": "2697",
}
# What questions must say where a route requires it; two periods need all four ends.
REQUIRED: dict[str, dict[str, str]] = {
    "service": {"service": "WMTS"},
    "request": {"request": "GetCapabilities"},
    "baseline_from": {"baseline_from": "2023-01", "from": "2024-01"},
    "baseline_to": {"baseline_to": "2023-12", "to": "2024-12"},
    "target": {"target": "C00"},
    "control": {"control": "C33"},
    "q": {"q": "cell"},
    "within": {"within": "district:D1"},
    "by": {"by": "category"},
    "rows": {"rows": "layer:cell", "columns": "year"},
    "columns": {"rows": "layer:cell", "columns": "year"},
    "layer": {"layer": world.CELLS},
    "measure": {"measure": "residents"},
    "group": {"group": "tenure"},
    "table": {"table": f"/v1/tables/{world.DATASET}/trend"},
    "area_group": {"area_group": "similar"},
    "denominator": {"denominator": "residents"},
}
# Enough draws for an answer, where it is not its numbers that matter.
FEW_DRAWS = {"permutations": 99, "draws": 99, "replicates": 19, "orders": 99}


# Pictures of one chart or map: a walk over all addresses asks each for one of them, in turn.
CHARTS = ("svg", "narrow.svg", "png", "pdf", "vl.json")


def with_one_chart(choices: Sequence[str], template: str) -> list[str]:
    """The choices of an address, with one of the formats of its chart or map where it has any."""
    pictures = [choice for choice in CHARTS if choice in choices]
    if not {"svg", "pdf"} <= set(pictures):
        return list(choices)
    chart = pictures[zlib.crc32(template.encode()) % len(pictures)]
    return [choice for choice in choices if choice not in CHARTS or choice == chart]


def operations(app: FastAPI) -> dict[str, dict[str, Any]]:
    """The GET operation of every path template, as the OpenAPI document has it."""
    return {path: methods["get"] for path, methods in app.openapi()["paths"].items()}


def path_templates(app: FastAPI) -> set[str]:
    """Every path template that the application answers, the framework's pages aside."""
    templates = {str(context.path) for context in iter_route_contexts(app.routes)}
    ours = templates - FRAMEWORK_PAGES - PAGE_FILES - JOBS
    return {template.replace(":path}", "}").replace(":suffix}", "}") for template in ours}


def addresses(app: FastAPI, template: str, /, **path: str) -> list[str]:
    """Addresses of one template that the county answers: one per choice in its path.

    They ask for few draws. Names in the path that are given take that value only, whether it
    exists or not.
    """
    operation = operations(app)[template]
    choices = {
        parameter["name"]: [path[parameter["name"]]]
        if parameter["name"] in path
        else with_one_chart(parameter["schema"].get("enum", ()), template)
        or [EXISTING[parameter["name"]]]
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "path"
    }
    needed: dict[str, str] = {}
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query" and parameter.get("required"):
            needed |= REQUIRED[parameter["name"]]
    needed |= few_draws(operation)
    return [
        asking(template.format(**dict(zip(choices, values, strict=True))), **needed)
        for values in itertools.product(*choices.values())
    ]


def few_draws(operation: dict[str, Any]) -> dict[str, str]:
    """The draws of an operation that has any: few, so that its answer comes at once."""
    schemas = {p["name"]: p["schema"] for p in operation.get("parameters", ())}
    of_quantiles = {"replicates"} if "quantiles" in schemas else set()  # of those states alone
    return {
        name: str(max(few, schemas[name].get("minimum", 0)))
        for name, few in FEW_DRAWS.items()
        if name in schemas and name not in of_quantiles
    }


def asking(address: str, **query: str) -> str:
    """An address with parameters set, in the place of those of the same names."""
    path, _, before = address.partition("?")
    together = {**dict(urllib.parse.parse_qsl(before)), **query}
    return f"{path}?{urllib.parse.urlencode(together)}" if together else path


def all_addresses(app: FastAPI) -> list[str]:
    """An address for every route and every choice in its path, in a fixed order."""
    return [
        address for template in sorted(path_templates(app)) for address in addresses(app, template)
    ]


def query_parameters(app: FastAPI, template: str) -> dict[str, dict[str, Any]]:
    """Name and schema of each query parameter of a route."""
    return {
        parameter["name"]: parameter["schema"]
        for parameter in operations(app)[template].get("parameters", ())
        if parameter["in"] == "query"
    }
