"""Small files in the published layouts, invented throughout."""

import csv
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import shapely

from service.imports.places.open_names import HEADER

BNG = "EPSG:27700"
NAMES = (
    ("Mill Road", "Named Road", 545_000, 258_000, "Cambridge"),
    ("Mill Road", "Named Road", 553_000, 258_000, "Fulbourn"),
    ("Cambridge", "City", 545_010, 258_010, ""),
    ("CB1 1AA", "Postcode", 545_020, 258_020, "Cambridge"),
)


def open_names_rows(names=NAMES):
    """Rows in the layout of OS Open Names."""
    rows = []
    for number, (name, kind, x, y, town) in enumerate(names):
        row = dict.fromkeys(HEADER, "")
        row |= {
            "ID": f"osgb{number}",
            "NAMES_URI": f"http://data.ordnancesurvey.co.uk/id/{number}",
            "NAME1": name,
            "LOCAL_TYPE": kind,
            "GEOMETRY_X": x,
            "GEOMETRY_Y": y,
            "POPULATED_PLACE": town,
        }
        rows.append([row[column] for column in HEADER])
    return rows


def open_names_zip(path: Path, names=NAMES) -> Path:
    """The names in two tiles, with the file of headers and a read-me beside them."""
    rows = open_names_rows(names)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Doc/OS_Open_Names_Header.csv", ",".join(HEADER) + "\n")
        archive.writestr("readme.txt", "about this\n")
        for number, part in enumerate((rows[:2], rows[2:])):
            if part:
                text = "\n".join(",".join(str(value) for value in row) for row in part)
                archive.writestr(f"Data/TL4{number}.csv", text + "\n")
    return path


def write_csv(path: Path, rows, header) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def write_shapes(path: Path, shapes, *, layer=None, append=False, crs=BNG, **fields) -> Path:
    """Shapes with fields, in the format of the suffix."""
    geometries = np.empty(len(shapes), dtype=object)
    geometries[:] = shapes
    pyogrio.raw.write(
        path,
        shapely.to_wkb(geometries),
        [np.array(values, dtype=object) for values in fields.values()],
        list(fields),
        crs=crs,
        layer=layer,
        append=append,
        geometry_type="Unknown" if path.suffix != ".shp" else shapes[0].geom_type,
    )
    return path
