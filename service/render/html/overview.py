"""The plain page: a heat map, the imported data, and links to every answer."""

import base64
import hashlib
import html
import urllib.parse
from collections.abc import Mapping
from typing import Any

from service.access.release import Released
from service.model.answers import Document

ABOUT = (
    "Where harm concentrates, whether that is more than chance, "
    "and what planned housing will do to it."
)
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222 }
body { margin: 0 auto; max-width: 70rem; padding: 1.5rem }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.15rem; margin: 2rem 0 .4rem }
img { max-width: 100%; border: 1px solid #ccc } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ddd }
td.number { text-align: right } .mark { background: #b00; color: #fff; padding: .1rem .5rem }
.wide { overflow-x: auto }
code { background: #f3f3f3; padding: .1rem .3rem } a { color: #05a }
"""
STYLE_SHA256 = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def overview_html(released: Released[Document], *, note: str = "") -> bytes:
    """The page as HTML; it loads nothing from other sites."""
    content = released.answer.content
    datasets, layers = content["datasets"], content["boundaries"]
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        f"<title>Hotspot Atlas</title><style>{STYLE}</style></head><body><main>",
        "<h1>Hotspot Atlas</h1>",
        f"<p>{ABOUT}</p>",
        *([f"<p>{_text(note)}</p>"] if note else []),
    ]
    damaged = ", ".join(f"{each['part']} {each['name']}" for each in content["damaged"])
    if damaged:
        parts.append(f"<p><strong>Damaged, and not shown here: {_text(damaged)}.</strong></p>")
    if any(dataset["synthetic"] for dataset in datasets) or any(
        layer["synthetic"] for layer in layers
    ):
        parts.append("<p><span class='mark'>Synthetic data: about no real people</span></p>")
    if datasets and layers:
        first_dataset = datasets[0]
        source = (
            f"v1/heatmaps/{_path(first_dataset['id'])}/map.png?width=1000&labels=0&inset=false"
        )
        alt = f"Heat map of {first_dataset['title']}"
        parts.append(f"<img src='{_text(source)}' alt='{_text(alt)}'>")
    elif not damaged:
        parts.append(
            "<p>Nothing is loaded yet. Begin with <code>hotspots import boundaries</code> and "
            "<code>hotspots import incidents</code>, or look around with "
            "<code>hotspots demo</code>.</p>"
        )
    parts += [_datasets(datasets), _answers(datasets, layers), _layers(layers)]
    parts.append(
        "<h2>For programs</h2><p><a href='docs'>API documentation</a> · "
        "<a href='openapi.json'>OpenAPI</a> · <a href='v1/datasets'>datasets</a> · "
        "<a href='v1/boundaries'>boundaries</a> · <a href='health/ready'>health</a></p>"
        f"<p>{_text(content['software'])}</p></main></body></html>"
    )
    return "\n".join(parts).encode()


def undocumented_html() -> bytes:
    """The page shown instead of the API documentation if that was not built."""
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>API of Hotspot Atlas</title><style>{STYLE}</style></head><body><main>"
        "<h1>API of Hotspot Atlas</h1>"
        "<p>The page is not built in this installation (<code>pip install .</code> builds it). "
        "Every route with its parameters is in <a href='openapi.json'>openapi.json</a>; "
        "<a href='overview'>the plain page</a> links to an example of each answer.</p>"
        "</main></body></html>"
    ).encode()


def _datasets(datasets: list[Mapping[str, Any]]) -> str:
    """A table of the datasets."""
    rows = "".join(
        f"<tr><td><a href='v1/datasets/{_path(row['id'])}'>{_text(row['title'])}</a></td>"
        + "".join(
            f"<td class='number'>{_number(row[name])}</td>"
            for name in ("records", "located", "unlocated")
        )
        + f"<td>{_text(row['from'])} to {_text(row['to'])}</td>"
        f"<td>{_text(row['source'])} {_text(row['licence'])}</td></tr>"
        for row in datasets
    )
    titles = ("Dataset", "Records", "Located", "Not located", "Period", "Source and licence")
    return _table("Datasets", titles, rows)


def _table(name: str, titles: tuple[str, ...], rows: str) -> str:
    """A table under its name, which is moved sideways where the screen is narrow."""
    head = "".join(f"<th>{title}</th>" for title in titles)
    return (
        f"<h2>{name}</h2><div class='wide' role='region' aria-label='{name}' tabindex='0'>"
        f"<table><tr>{head}</tr>{rows}</table></div>"
    )


def _answers(datasets: list[Mapping[str, Any]], layers: list[Mapping[str, Any]]) -> str:
    """Links to the four answers for every dataset."""
    if not layers:
        return ""
    # The finest layer: too few areas have no hotspots.
    finest = max(layers, key=lambda candidate: int(candidate["areas"]))
    layer = _path(finest["id"])
    items = []
    for dataset in datasets:
        name = _path(dataset["id"])
        heatmaps, choropleths = f"v1/heatmaps/{name}", f"v1/choropleths/{name}/{layer}"
        hotspots, growth = f"v1/hotspots/{name}/{layer}", f"v1/growth/{name}/overlay"
        items.append(
            f"<tr><td>{_text(dataset['title'])}</td><td>"
            + _links(heatmaps, ("map.png", "summary.json", "tilejson.json", "raster.tif"), "/")
            + f"</td><td>{_links(choropleths, ('csv', 'geojson'), '.')}</td>"
            + f"<td>{_links(hotspots, ('csv', 'geojson'), '.', _tested(dataset, finest))}</td>"
            + f"<td>{_links(growth, ('csv', 'geojson'), '.')}</td></tr>"
        )
    titles = ("Dataset", "Heat map", "Choropleth", "Hotspots", "Growth")
    return _table("Answers", titles, "".join(items))


def _links(base: str, names: tuple[str, ...], separator: str, query: str = "") -> str:
    links = [f"<a href='{base}{separator}{name}{query}'>{name}</a>" for name in names]
    if separator == ".":
        links.insert(0, f"<a href='{base}{query}'>json</a>")
    return " ".join(links)


def _tested(dataset: Mapping[str, Any], layer: Mapping[str, Any]) -> str:
    """The test of a link to hotspots, so that an import does not change what it shows."""
    denominator = dataset.get("denominator")
    if denominator not in {measure["measure"] for measure in layer["measures"]}:
        return "?measure=count"
    return f"?measure=rate&amp;denominator={_path(denominator)}&amp;null=poisson"


def _layers(layers: list[Mapping[str, Any]]) -> str:
    """A table of the boundary layers."""
    rows = "".join(
        f"<tr><td><a href='v1/boundaries/{_path(layer['id'])}.geojson'>{_text(layer['id'])}</a> "
        f"{_text(layer['title'])}</td><td class='number'>{layer['areas']:,}</td>"
        f"<td>{_text(layer['vintage'])}</td>"
        f"<td>{_text(', '.join(measure['measure'] for measure in layer['measures']))}</td>"
        f"<td>{_text(layer['source'])} {_text(layer['licence'])}</td></tr>"
        for layer in layers
    )
    titles = ("Layer", "Areas", "Vintage", "Measures", "Source and licence")
    return _table("Boundaries", titles, rows)


def _number(value: float | None) -> str:
    """A number with its thousands apart; nothing where it is suppressed."""
    return "" if value is None else f"{value:,}"


def _text(value: object) -> str:
    return html.escape("" if value is None else str(value))


def _path(value: object) -> str:
    return urllib.parse.quote(str(value), safe="")
