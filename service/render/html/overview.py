"""The plain page: a heat map, what is loaded, and links to every answer."""

import base64
import hashlib
import html
import urllib.parse
from collections.abc import Mapping
from typing import Any

from service.model.answers import Document
from service.model.release import Released

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
code { background: #f3f3f3; padding: .1rem .3rem } a { color: #05a }
"""
STYLE_SHA256 = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def overview_html(released: Released[Document], *, note: str = "") -> bytes:
    """The page as HTML; it loads nothing from elsewhere."""
    content = released.answer.content
    datasets, layers = content["datasets"], content["boundaries"]
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        f"<title>Hotspot Atlas</title><style>{STYLE}</style></head><body>",
        "<h1>Hotspot Atlas</h1>",
        f"<p>{ABOUT}</p>",
        *([f"<p>{_text(note)}</p>"] if note else []),
    ]
    if any(d["synthetic"] for d in datasets) or any(b["synthetic"] for b in layers):
        parts.append("<p><span class='mark'>Synthetic data: about no real people</span></p>")
    if datasets and layers:
        first = datasets[0]
        source = f"/v1/heatmaps/{_path(first['id'])}/map.png?width=1000"
        alt = f"Heat map of {first['title']}"
        parts.append(f"<img src='{_text(source)}' alt='{_text(alt)}'>")
    else:
        parts.append(
            "<p>Nothing is loaded yet. Begin with <code>hotspots import boundaries</code> and "
            "<code>hotspots import incidents</code>, or look around with "
            "<code>hotspots demo</code>.</p>"
        )
    parts += [_datasets(datasets), _answers(datasets, layers), _layers(layers)]
    parts.append(
        "<h2>For programs</h2><p><a href='/docs'>API documentation</a> · "
        "<a href='/openapi.json'>OpenAPI</a> · <a href='/v1/datasets'>datasets</a> · "
        "<a href='/v1/boundaries'>boundaries</a> · <a href='/health/ready'>health</a></p>"
        f"<p>{_text(content['software'])}</p></body></html>"
    )
    return "\n".join(parts).encode()


def undocumented_html() -> bytes:
    """What stands in the place of the documentation where it was not built."""
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>API of Hotspot Atlas</title><style>{STYLE}</style></head><body>"
        "<h1>API of Hotspot Atlas</h1>"
        "<p>The page is not built in this installation (<code>pip install .</code> builds it). "
        "Every route with its parameters is in <a href='/openapi.json'>openapi.json</a>; "
        "<a href='/overview'>the plain page</a> links to an example of each answer.</p>"
        "</body></html>"
    ).encode()


def _datasets(datasets: list[Mapping[str, Any]]) -> str:
    """A table of what is loaded."""
    rows = "".join(
        f"<tr><td><a href='/v1/datasets/{_path(d['id'])}'>{_text(d['title'])}</a></td>"
        f"<td class='number'>{d['records']:,}</td><td class='number'>{d['located']:,}</td>"
        f"<td class='number'>{d['unlocated']:,}</td>"
        f"<td>{_text(d['from'])} to {_text(d['to'])}</td>"
        f"<td>{_text(d['source'])} {_text(d['licence'])}</td></tr>"
        for d in datasets
    )
    return (
        "<h2>Datasets</h2><table><tr><th>Dataset</th><th>Records</th><th>Located</th>"
        f"<th>Not located</th><th>Period</th><th>Source and licence</th></tr>{rows}</table>"
    )


def _answers(datasets: list[Mapping[str, Any]], layers: list[Mapping[str, Any]]) -> str:
    """Links to the four answers for every dataset."""
    if not layers:
        return ""
    # The finest layer: too few areas have no hotspots.
    layer = _path(max(layers, key=lambda each: int(each["areas"]))["id"])
    items = []
    for dataset in datasets:
        name = _path(dataset["id"])
        heat, areas = f"/v1/heatmaps/{name}", f"/v1/choropleths/{name}/{layer}"
        hot, grown = f"/v1/hotspots/{name}/{layer}", f"/v1/growth/{name}/overlay"
        items.append(
            f"<tr><td>{_text(dataset['title'])}</td><td>"
            + _links(heat, ("map.png", "summary.json", "tilejson.json", "raster.tif"), "/")
            + f"</td><td>{_links(areas, ('csv', 'geojson'), '.')}</td>"
            + f"<td>{_links(hot, ('csv', 'geojson'), '.')}</td>"
            + f"<td>{_links(grown, ('csv', 'geojson'), '.')}</td></tr>"
        )
    return (
        "<h2>Answers</h2><table><tr><th>Dataset</th><th>Heat map</th><th>Choropleth</th>"
        f"<th>Hotspots</th><th>Growth</th></tr>{''.join(items)}</table>"
    )


def _links(base: str, names: tuple[str, ...], joint: str) -> str:
    links = [f"<a href='{base}{joint}{name}'>{name}</a>" for name in names]
    if joint == ".":
        links.insert(0, f"<a href='{base}'>json</a>")
    return " ".join(links)


def _layers(layers: list[Mapping[str, Any]]) -> str:
    """A table of the boundary layers."""
    rows = "".join(
        f"<tr><td><a href='/v1/boundaries/{_path(b['id'])}.geojson'>{_text(b['id'])}</a> "
        f"{_text(b['title'])}</td><td class='number'>{b['areas']:,}</td>"
        f"<td>{_text(b['vintage'])}</td>"
        f"<td>{_text(', '.join(m['measure'] for m in b['measures']))}</td>"
        f"<td>{_text(b['source'])} {_text(b['licence'])}</td></tr>"
        for b in layers
    )
    return (
        "<h2>Boundaries</h2><table><tr><th>Layer</th><th>Areas</th><th>Vintage</th>"
        f"<th>Measures</th><th>Source and licence</th></tr>{rows}</table>"
    )


def _text(value: object) -> str:
    return html.escape("" if value is None else str(value))


def _path(value: object) -> str:
    return urllib.parse.quote(str(value), safe="")
