"""Tables with shapes for navigation: GPX waypoints, and KML with points and outlines."""

from collections.abc import Iterator
from typing import Any, Final
from xml.etree import ElementTree as ET  # only written with, never read with

import numpy as np
import shapely

from service.access.release import Released
from service.config.version import __version__
from service.model.answers import Table
from service.model.errors import UnknownStatisticError
from service.render import attribution
from service.render.documents import provenance_dict, table_rows
from service.render.tables.text import LONLAT_DIGITS, significant, transform_shapes
from service.render.xml_text import xml_text
from service.sentences.findings.tables import sentences_of
from spatial.coordinates.crs import WGS84, transform_xy

GPX_NAMESPACE: Final = "http://www.topografix.com/GPX/1/1"
KML_NAMESPACE: Final = "http://www.opengis.net/kml/2.2"


def table_gpx(released: Released[Table], *, crs: str | None = None) -> bytes:
    """The rows as waypoints of GPX 1.1, at the centroids of their shapes.

    A row without a shape is left out. What the columns say stands in the description.
    """
    table = released.answer
    _check_crs(crs)
    root = ET.Element("gpx", version="1.1", creator=f"hotspot-atlas {__version__}")
    root.set("xmlns", GPX_NAMESPACE)
    metadata = ET.SubElement(root, "metadata")
    _add(metadata, "name", table.kind)
    _add(metadata, "desc", _about(table))
    for name, row, lonlat, _ in _places(table):
        waypoint = ET.SubElement(root, "wpt", lat=_degrees(lonlat[1]), lon=_degrees(lonlat[0]))
        _add(waypoint, "name", name)
        _add(waypoint, "desc", "\n".join(f"{key}: {text}" for key, text in row.items()))
    return _document(root)


def table_kml(released: Released[Table], *, crs: str | None = None) -> bytes:
    """The rows as placemarks of KML 2.2, each with the centroid of its shape and its outline.

    A row without a shape is left out.
    """
    table = released.answer
    _check_crs(crs)
    root = ET.Element("kml", xmlns=KML_NAMESPACE)
    document = ET.SubElement(root, "Document")
    _add(document, "name", table.kind)
    _add(document, "description", _about(table))
    for name, row, lonlat, shape in _places(table):
        placemark = ET.SubElement(document, "Placemark")
        _add(placemark, "name", name)
        data = ET.SubElement(placemark, "ExtendedData")
        for key, text in row.items():
            _add(ET.SubElement(data, "Data", name=key), "value", text)
        parts = ET.SubElement(placemark, "MultiGeometry")
        _add(ET.SubElement(parts, "Point"), "coordinates", _coordinates([lonlat]))
        for part in shapely.get_parts(shape):
            _add_outline(parts, part)
    return _document(root)


def _check_crs(crs: str | None) -> None:
    """Refuse any coordinate system but longitude and latitude: both formats have no other."""
    if crs not in (None, WGS84):
        raise UnknownStatisticError("crs", str(crs), (WGS84.removeprefix("EPSG:"),))


def _about(table: Table) -> str:
    """What the rows say together, and where they are from."""
    provenance = provenance_dict(table.provenance)
    texts = (
        *sentences_of(table),
        attribution.period(provenance),
        attribution.sources(provenance),
        attribution.licences(provenance),
        *table.provenance.notes,
    )
    return "\n".join(text for text in texts if text)


def _places(table: Table) -> Iterator[tuple[str, dict[str, str], Any, Any]]:
    """Name, columns as text, centroid and shape of each row that has a shape; degrees."""
    if table.geometries is None:
        return
    shapes = np.asarray(table.geometries)
    has_shape = np.array([shape is not None and not shape.is_empty for shape in shapes], bool)
    centroids = np.full((len(shapes), 2), np.nan)
    centroids[has_shape] = transform_xy(
        shapely.get_coordinates(shapely.centroid(shapes[has_shape])),
        source=table.crs,
        target=WGS84,
    )
    outlines = transform_shapes(table, WGS84)
    units = table.units()
    for k, row in enumerate(table_rows(table)):
        if has_shape[k]:
            texts = {key: _text(row[key], units.get(key)) for key in row if row[key] is not None}
            place = str(row.get("name") or row.get("code") or k + 1)
            rank = row.get("rank")
            yield place if rank is None else f"{rank}. {place}", texts, centroids[k], outlines[k]


def _add_outline(parent: ET.Element, shape: Any) -> None:
    """Add a line or polygon to an element; of a point there is no outline."""
    if shape.geom_type == "Polygon":
        polygon = ET.SubElement(parent, "Polygon")
        rings = [("outerBoundaryIs", shape.exterior)]
        rings += [("innerBoundaryIs", ring) for ring in shape.interiors]
        for border, ring in rings:
            line = ET.SubElement(ET.SubElement(polygon, border), "LinearRing")
            _add(line, "coordinates", _coordinates(ring.coords))
    elif shape.geom_type == "LineString":
        _add(ET.SubElement(parent, "LineString"), "coordinates", _coordinates(shape.coords))


def _coordinates(points: Any) -> str:
    """Points as KML has them: longitude, a comma, latitude, and a blank between two."""
    return " ".join(f"{_degrees(point[0])},{_degrees(point[1])}" for point in points)


def _degrees(value: float) -> str:
    return f"{value:.{LONLAT_DIGITS}f}"


def _text(value: Any, unit: str | None) -> str:
    """A cell as text, with its unit."""
    if isinstance(value, bool):
        return str(value).lower()
    text = significant(value, unit) if isinstance(value, float) else str(value)
    return f"{text} {unit}" if unit else text


def _add(parent: ET.Element, tag: str, text: str) -> None:
    """Add an element with a text, without what XML cannot hold."""
    ET.SubElement(parent, tag).text = xml_text(text)


def _document(root: ET.Element) -> bytes:
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
