"""The OGC API as plain pages: no scripts, nothing loaded from elsewhere."""

import base64
import hashlib
import html
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from service.access.release import Released
from service.http.openapi import Link
from service.model.answers import Document, FeaturePage
from service.ogc.features.geojson import Links
from service.render.documents import JSON_OPTIONS, table_rows

AddLinks = Callable[[Mapping[str, Any]], Mapping[str, Any]]

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222 }
body { margin: 0 auto; max-width: 75rem; padding: 1.5rem }
h1 { font-size: 1.5rem; margin: .5rem 0 } h2 { font-size: 1.15rem; margin: 1.5rem 0 .4rem }
.wide { overflow-x: auto } table { border-collapse: collapse } a { color: #05a }
th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0 }
table { margin: .6rem 0 } th, td { border-bottom: 1px solid #ddd } td.number { text-align: right }
.mark { background: #b00; color: #fff; padding: .1rem .5rem }
"""
STYLE_SHA256 = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
SYNTHETIC = "Synthetic data: about no real people"
# Of a document, what the page shows in a place of its own.
ASIDE = frozenset({"title", "description", "links", "collections", "synthetic", "paths"})


def document_page(released: Released[Document], *, link: AddLinks, trail: Sequence[Link]) -> bytes:
    """A document as a page: what it says, member by member, and where it leads.

    Parameters
    ----------
    released : Released of Document
        The document.
    link : callable
        Adds its links to what the document says.
    trail : sequence of links
        From the landing page to here.
    """
    content = link(released.answer.content)
    title = str(content.get("title") or released.answer.kind)
    parts = [f"<p>{_text(content['description'])}</p>"] if content.get("description") else []
    if "collections" in content:
        parts.append(_collections(content["collections"]))
    if "paths" in content:
        parts.append(_operations(content["paths"]))
    members = {name: value for name, value in content.items() if name not in ASIDE}
    if members and "paths" not in content:
        parts.append(_value(members))
    parts.append(_links(content.get("links", ())))
    return _page(title, trail, parts, synthetic=bool(content.get("synthetic")))


def linked_json(released: Released[Document], *, link: AddLinks) -> bytes:
    """A document as JSON, with its links."""
    return orjson.dumps(link(released.answer.content), option=JSON_OPTIONS)


def items_page(
    released: Released[FeaturePage],
    *,
    links: Links,
    trail: Sequence[Link],
    title: str,
    item: str,
    query: str,
) -> bytes:
    """A page of features as a table of their properties.

    Parameters
    ----------
    released : Released of FeaturePage
        The features.
    links : callable
        Gives the links of a page.
    trail : sequence of Link
        From the landing page to this one.
    title : str
        Title of the collection.
    item : str
        Address of an item but for its id.
    query : str
        What follows the id.
    """
    page = released.answer
    rows = table_rows(page.table)
    first, last = page.offset + 1, page.offset + len(rows)
    told = f"Features {first:,} to {last:,} of {page.matched:,}." if rows else (
        f"No features here; {page.matched:,} match altogether."
    )  # fmt: skip
    names = [name for name in page.table.columns if name != page.id_column]
    head = "".join(f"<th>{_text(name)}</th>" for name in (page.id_column, *names))
    body = "".join(
        f"<tr><td><a href='{_text(item + _path(feature_id) + query)}'>{_text(feature_id)}</a></td>"
        + "".join(_cell(row[name]) for name in names)
        + "</tr>"
        for feature_id, row in zip(page.ids, rows, strict=True)
    )
    page_links = links(page)
    turn = [link for link in page_links if link["rel"] in ("prev", "next")]
    parts = [
        f"<p>{told} {_turns(turn)}</p>",
        f"<div class='wide'><table><tr>{head}</tr>{body}</table></div>",
        f"<p>{_turns(turn)}</p>",
        _notes(page),
        _links(page_links),
    ]
    return _page(title, trail, parts, synthetic=page.table.provenance.synthetic)


def item_page(released: Released[FeaturePage], *, links: Links, trail: Sequence[Link]) -> bytes:
    """One feature as a list of its properties."""
    page = released.answer
    (row,) = table_rows(page.table)
    shapes = page.table.geometries
    kind = "none" if shapes is None else f"{shapes[0].geom_type} (in the GeoJSON)"
    parts = [_value({**row, "geometry": kind}), _notes(page), _links(links(page))]
    title = str(row.get("name") or page.ids[0])
    return _page(title, trail, parts, synthetic=page.table.provenance.synthetic)


def _page(title: str, trail: Sequence[Link], parts: Sequence[str], *, synthetic: bool) -> bytes:
    crumbs = " / ".join(f"<a href='{_text(t['href'])}'>{_text(t['title'])}</a>" for t in trail)
    mark = f"<p><span class='mark'>{SYNTHETIC}</span></p>" if synthetic else ""
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{_text(title)}</title><style>{STYLE}</style></head><body>"
        f"<nav>{crumbs}</nav><h1>{_text(title)}</h1>{mark}{''.join(parts)}</body></html>"
    ).encode()


def _collections(collections: Sequence[Mapping[str, Any]]) -> str:
    """A table of collections, each with a link to it and to its features."""
    rows = "".join(
        f"<tr><td><a href='{_text(_href(each, 'self'))}'>{_text(each['title'])}</a></td>"
        f"<td>{_text(each['id'])}</td><td>{_text(each['description'])}</td>"
        f"<td><a href='{_text(_href(each, 'items'))}'>features</a></td></tr>"
        for each in collections
    )
    return (
        "<div class='wide'><table><tr><th>Collection</th><th>Id</th><th>What it holds</th>"
        f"<th></th></tr>{rows}</table></div>"
    )


def _href(collection: Mapping[str, Any], rel: str) -> str:
    """The page that a collection links to."""
    links = [link for link in collection["links"] if link["rel"] in (rel, "alternate")]
    fitting = [link for link in links if link["type"] == "text/html" and rel != "items"]
    exact = [link for link in collection["links"] if link["rel"] == rel]
    pages = [link for link in exact if link["type"] == "text/html"]
    return str((pages or fitting or exact)[0]["href"])


def _operations(paths: Mapping[str, Any]) -> str:
    """What an OpenAPI document offers, address by address."""
    rows = "".join(
        f"<tr><td><code>{_text(path)}</code></td><td>{_text(methods['get']['summary'])}</td></tr>"
        for path, methods in paths.items()
    )
    return f"<table><tr><th>GET</th><th>What it answers</th></tr>{rows}</table>"


def _links(links: Sequence[Link]) -> str:
    items = "".join(
        f"<li><a href='{_text(link['href'])}'>{_text(link.get('title') or link['rel'])}</a> "
        f"({_text(link.get('type', ''))})</li>"
        for link in links
    )
    return f"<h2>Links</h2><ul>{items}</ul>" if items else ""


def _turns(links: Sequence[Link]) -> str:
    labels = {"prev": "previous page", "next": "next page"}
    return " · ".join(
        f"<a rel='{link['rel']}' href='{_text(link['href'])}'>{labels[link['rel']]}</a>"
        for link in links
    )


def _notes(page: FeaturePage) -> str:
    """What a reader must know of where the features come from."""
    notes = "".join(f"<li>{_text(note)}</li>" for note in page.table.provenance.notes)
    return f"<h2>Notes</h2><ul>{notes}</ul>" if notes else ""


def _value(value: object) -> str:
    """A member of a document: lists and mappings as such, words as they are."""
    if isinstance(value, Mapping):
        rows = "".join(
            f"<tr><th>{_text(name)}</th><td>{_value(part)}</td></tr>"
            for name, part in value.items()
        )
        return f"<table>{rows}</table>"
    if isinstance(value, list | tuple):
        if all(not isinstance(part, Mapping | list | tuple) for part in value):
            return "<br>".join(_text(part) for part in value)
        return "".join(_value(part) for part in value)
    return _text(value)


def _cell(value: object) -> str:
    """A cell of the table; numbers to six digits, the page of a feature has them all."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"<td>{_text(value)}</td>"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return f"<td class='number'>{text}</td>"


def _text(value: object) -> str:
    return html.escape("" if value is None else str(value))


def _path(value: str) -> str:
    return urllib.parse.quote(value, safe="")
