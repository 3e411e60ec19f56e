"""Everything that a service answers about a dataset: an address for every operation and choice."""

import itertools
import urllib.parse
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from tests.attacks.targets import Target
from tests.service.addresses import asking, few_draws, operations

# What comes with the process, and pages that say nothing about data.
LEFT_OUT = {"/metrics", "/health/ready", "/v1/jobs/{job}", "/v1/jobs/{job}/result", "/v1/session"}
MOST_CHOICES = 12
# Of incidents they have nothing, or in each form the same after some seconds: one form is asked.
ONE_FORM = ("/v1/measures", "/v1/boundaries", "/v1/hotspots/{dataset}/{layer}/change")

COUNT_PATHS = (
    "/v1/choropleths/{dataset}/{layer}",
    "/v1/hotspots/{dataset}/{layer}",
    "/v1/tables/{dataset}/trend",
    "/v1/tables/{dataset}/breakdown",
    "/v1/tables/{dataset}/crosstab",
    "/v1/tables/{dataset}/ranked/{layer}",
    "/v1/heatmaps/{dataset}/map.png",
)
STATISTICS = ("gi-star", "gi", "local-moran")
RULES = ("queen", "rook", "knn:1", "knn:4", "knn:8", "distance:3000", "inverse-distance:3000")
MEASURES = ("count", "rate", "density", "share", "smoothed", "smoothed-local", "ratio")


def everything(
    app: FastAPI, target: Target, *, codes: list[str], periods: list[tuple[str, str]]
) -> list[str]:
    """Addresses of all that may be asked about a dataset, those that are refused too.

    Parameters
    ----------
    app : FastAPI
        The application.
    target : Target
        The dataset.
    codes : list of str
        Of two or more areas.
    periods : list of (str, str)
        First and last months of published periods.
    """
    together = [*_operations(app, target, codes, periods), *_variations(target, codes, periods)]
    return list(dict.fromkeys(together))


def _operations(
    app: FastAPI, target: Target, codes: list[str], periods: list[tuple[str, str]]
) -> Iterator[str]:
    """An address of every operation and choice in its path."""
    names = _names(target, codes)
    required = _required(target, codes, periods)
    for template, operation in sorted(operations(app).items()):
        if (
            template in (LEFT_OUT | target.left_out)
            or "{rules}" in template
            or "{asset}" in template
        ):
            continue
        parameters = operation.get("parameters", ())
        choices = [
            [names[p["name"]]] if p["name"] in names else p["schema"].get("enum", [])
            for p in parameters
            if p["in"] == "path"
        ]
        keys = [p["name"] for p in parameters if p["in"] == "path"]
        needed: dict[str, str] = {}
        for parameter in parameters:
            if parameter["in"] == "query" and parameter.get("required"):
                needed |= required[parameter["name"]]
        needed |= few_draws(operation)
        most = 1 if template.startswith(ONE_FORM) else MOST_CHOICES
        for values in itertools.islice(itertools.product(*choices), most):
            path = template.format(**dict(zip(keys, map(str, values), strict=True)))
            yield asking(path, **needed)


def _variations(target: Target, codes: list[str], periods: list[tuple[str, str]]) -> Iterator[str]:
    """Questions about counts with many of their parameters."""
    names = {"dataset": target.dataset, "layer": target.layer}
    hotspots = COUNT_PATHS[1].format(**names)
    choropleth = COUNT_PATHS[0].format(**names)
    for template, (first, last) in itertools.product(COUNT_PATHS, periods):
        query: dict[str, Any] = {"from": first, "to": last}
        if "crosstab" in template:
            query |= {"rows": f"layer:{target.layer}", "columns": "year"}
        if "breakdown" in template:
            query |= {"by": f"layer:{target.layer}"}
        yield asking(template.format(**names), **query)
    for rule, statistic in itertools.product(RULES, STATISTICS):
        question = {"neighbours": rule, "statistic": statistic, "permutations": "0"}
        yield asking(hotspots, **question, measure="count")
    for measure in MEASURES:
        query = {"measure": measure}
        if measure not in ("count", "density"):
            query["denominator"] = target.denominator
        if measure == "share":
            query = {"measure": measure, "category": target.rare_category}
        yield asking(choropleth, **query)
        yield asking(hotspots, **query, permutations="99")
    for code in codes:
        yield asking(f"/v1/tables/{target.dataset}/trend", area=f"{target.layer}:{code}")
        yield asking(choropleth, within=f"{target.layer}:{code}")
    for category in (target.rare_category, "nothing of the kind"):
        yield asking(choropleth, category=category)
        yield asking(f"/v1/tables/{target.dataset}/trend", category=category)
    for bandwidth_m, kernel in itertools.product((400, 1000), ("quartic", "uniform")):
        query = {"bandwidth_m": str(bandwidth_m), "kernel": kernel}
        for zoom in (8, 11, 13, 14):
            x, y = target.tile_at(zoom)
            yield asking(f"/v1/heatmaps/{target.dataset}/tiles/{zoom}/{x}/{y}.png", **query)


def _names(target: Target, codes: list[str]) -> dict[str, Any]:
    """The values of names in paths."""
    x, y = target.tile_at(12)
    return {
        "dataset": target.dataset,
        "layer": target.layer,
        "identifier": f"heatmaps:{target.dataset}",
        "collection_id": f"choropleths:{target.dataset}:{target.layer}",
        "style": "default",
        "time": "all",
        "tilematrixset": "GoogleMapsCompatible",
        "tilematrix": 12,
        "tilerow": y,
        "tilecol": x,
        "i": 10,
        "j": 20,
        "code": codes[0],
        "site_id": "1",
        "places": "premises",
        "z": 12,
        "x": x,
        "y": y,
    }


def _required(
    target: Target, codes: list[str], periods: list[tuple[str, str]]
) -> dict[str, dict[str, str]]:
    """The values of parameters without which a question is none."""
    before, now = periods[0], periods[-1]
    change = {
        "baseline_from": before[0],
        "baseline_to": before[1],
        "from": now[0],
        "to": now[1],
    }
    crosstab = {"rows": f"layer:{target.layer}", "columns": "year"}
    return {
        "service": {"service": "WMTS"},
        "request": {"request": "GetCapabilities"},
        "baseline_from": change,
        "baseline_to": change,
        "target": {"target": codes[0]},
        "control": {"control": codes[1]},
        "q": {"q": "road"},
        "within": {"within": f"{target.layer}:{codes[0]}"},
        "by": {"by": f"layer:{target.layer}"},
        "rows": crosstab,
        "columns": crosstab,
        "layer": {"layer": target.layer},
        "measure": {"measure": target.denominator},
        "group": {"group": "tenure"},
        "table": {"table": f"/v1/tables/{target.dataset}/trend"},
        "area_group": {"area_group": "similar"},
        "denominator": {"denominator": target.denominator},
    }


def path_of(address: str) -> str:
    """The path of an address."""
    return urllib.parse.urlsplit(address).path
