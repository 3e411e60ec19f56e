"""One file of development sites being turned into rows of the sites table."""

import re
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from service.imports.files.coordinates import to_places
from service.imports.files.geojson import Features
from service.imports.files.numbers import Decimal, Numbers, parse_numbers
from service.store.errors import DatasetSettingsError, ImportRefusedError
from spatial.arrays import BoolArray, FloatArray
from spatial.coordinates.crs import WGS84, parsed_crs, transform_xy
from spatial.errors import InvalidParameterError

_KNOWN = {
    "site_id": ("site_id", "id", "site_ref", "reference"),
    "name": ("name", "site_name", "site"),
    "district": ("district", "local_authority", "lad_name", "lad"),
    "homes_planned": ("homes_planned", "total_homes", "homes", "dwellings", "units"),
    "homes_completed": ("homes_completed", "completed", "completions"),
    "completed_year": ("completed_year",),
    "position": ("position", "position_quality"),
    "note": ("note", "notes", "comment"),
    "phase": ("phase", "phase_name"),
    "phase_year": ("phase_year",),
}
_COMPLETED_YEAR = re.compile(r"^(?:homes_)?completed_(\d{4})$")
_COORDINATES = (
    ("longitude", "latitude", WGS84),
    ("lon", "lat", WGS84),
    ("lng", "lat", WGS84),
    ("easting_m", "northing_m", ""),
    ("easting", "northing", ""),
    ("x", "y", ""),
)


@dataclass(frozen=True)
class SiteColumns:
    """Which column holds what; None: found by its name, where it has a usual one.

    Attributes
    ----------
    x, y : str or None
        Not needed where a GeoJSON file has shapes.
    crs : str or None
        Of `x` and `y`, or of the shapes. None: EPSG:4326 for columns called longitude and
        latitude, what a GeoJSON file states, and else the working CRS.
    completed_year : str or None
        A column of years. A column called ``completed_<year>`` states the year itself.
    phase_year : str or None
        A row with a value in it is a phase of the site of the same `site_id`.
    """

    site_id: str | None = None
    name: str | None = None
    district: str | None = None
    homes_planned: str | None = None
    homes_completed: str | None = None
    completed_year: str | None = None
    position: str | None = None
    note: str | None = None
    phase: str | None = None
    phase_year: str | None = None
    x: str | None = None
    y: str | None = None
    crs: str | None = None


class SiteReading:
    """One file being turned into sites; rejects rows and gathers notes on the way.

    Parameters
    ----------
    features : Features
        The rows of the file.
    columns : SiteColumns
        Which column holds what.
    decimal : "." or ","
        The decimal sign of numbers.
    working_crs : str
        The CRS of the result.

    Raises
    ------
    ImportRefusedError
        If a column that is named or needed is not in the file.
    """

    def __init__(
        self, features: Features, columns: SiteColumns, *, decimal: Decimal, working_crs: str
    ) -> None:
        self._features = features
        self._rows = features.rows
        self._decimal: Decimal = decimal
        self._working_crs = working_crs
        self._given = columns
        self._names = self._found_columns(columns)
        self.notes: list[str] = []
        self.hint = ""

    def table(self) -> pa.Table:
        """The usable rows with the columns of the sites table; to be called once."""
        n, check = self._rows.table.num_rows, self._rows.check
        phase_year, is_phase = self._years("phase_year")
        site_id = self._text("site_id")
        check.reject(site_id.is_null().to_numpy(), self._shown("site_id"), site_id, "is blank")
        name = self._text("name")
        nameless = name.is_null().to_numpy() & ~is_phase
        check.reject(nameless, self._shown("name"), name, "is blank")
        planned, completed = self._homes("homes_planned"), self._homes("homes_completed")
        self._check_homes(planned, completed)
        self._check_phase_years(site_id, is_phase)
        geometries, xy_m = self._places(is_phase)
        self._check_twice(site_id, is_phase)
        completed_year = self._completed_year(completed.blank, is_phase)
        wkb = np.full(n, None, dtype=object)
        has_shape = np.array([shape is not None for shape in geometries], dtype=np.bool_)
        wkb[has_shape] = shapely.to_wkb(geometries[has_shape])
        found = {
            "site_id": site_id,
            "phase": self._text("phase"),
            "phase_year": phase_year,
            "name": name,
            "district": self._text("district"),
            "easting_m": pa.array(xy_m[:, 0], mask=~has_shape),
            "northing_m": pa.array(xy_m[:, 1], mask=~has_shape),
            "geometry": pa.array(wkb, pa.binary()),
            "homes_planned": pa.array(planned.values, mask=planned.blank | planned.bad),
            "homes_completed": pa.array(completed.values, mask=completed.blank | completed.bad),
            "completed_year": completed_year,
            "position": self._text("position"),
            "note": self._text("note"),
            "source_row": pa.array(check.row_numbers),
        }
        self._reject_orphans(site_id, is_phase)
        return pa.table(found).filter(pa.array(check.usable))

    def _found_columns(self, given: SiteColumns) -> dict[str, str]:
        """The column of the file that holds each thing."""
        found: dict[str, str] = {}
        by_lower = {name.lower().replace(" ", "_"): name for name in self._rows.columns}
        for one in fields(SiteColumns):
            named = getattr(given, one.name)
            if one.name in ("x", "y", "crs"):
                continue
            if named is not None:
                found[one.name] = self._rows.resolved(named, _option(one.name))
                continue
            usual = [by_lower[name] for name in _KNOWN[one.name] if name in by_lower]
            if usual:
                found[one.name] = usual[0]
        if "homes_completed" not in found:
            dated = sorted(
                name for name in self._rows.columns if _COMPLETED_YEAR.match(name.lower())
            )
            if dated:
                found["homes_completed"] = dated[-1]
        for needed in ("site_id", "name", "homes_planned"):
            if needed not in found:
                usual_names = ", ".join(_KNOWN[needed])
                raise ImportRefusedError(
                    self._rows.file.name,
                    f"has no column called {usual_names}: {_option(needed)} must name "
                    f"one of its columns, which are: {', '.join(self._rows.columns)}",
                )
        return found

    def _shown(self, what: str) -> str:
        """The column's name for a message."""
        return self._names.get(what, what)

    def _text(self, what: str) -> pa.ChunkedArray:
        """The column as text; nulls where the file has none."""
        if what not in self._names:
            return pa.chunked_array([pa.nulls(self._rows.table.num_rows, pa.string())])
        return self._rows.table.column(self._names[what])

    def _homes(self, what: str) -> Numbers:
        """A number of homes per row; rows with a bad one are rejected."""
        text, check = self._text(what), self._rows.check
        found = parse_numbers(text, decimal=self._decimal)
        name = self._shown(what)
        check.reject(found.bad, name, text, "is no number")
        check.reject(~found.bad & (found.values < 0), name, text, "is below 0")
        broken = ~found.bad & ~found.blank & (found.values != np.round(found.values))
        check.reject(broken, name, text, "is no whole number of homes")
        return found

    def _check_homes(self, planned: Numbers, completed: Numbers) -> None:
        """Reject rows with more homes complete than planned."""
        # False where either is not known; a negative number is rejected as such.
        more = (completed.values > planned.values) & (planned.values >= 0)
        name = self._shown("homes_completed")
        text = self._text("homes_completed")
        check = self._rows.check
        reason = f"is more than are planned in {self._shown('homes_planned')}"
        check.reject(more, name, text, reason)

    def _years(self, what: str) -> tuple[pa.Array, BoolArray]:
        """A column of years, and where it has one; rows with a bad one are rejected."""
        text, check = self._text(what), self._rows.check
        found = parse_numbers(text)
        year = np.nan_to_num(found.values)
        bad = found.bad | (~found.blank & ~((year >= 1900) & (year <= 2200) & (year % 1 == 0)))
        check.reject(bad, self._shown(what), text, "is no year")
        given = ~found.blank & ~bad
        return pa.array(year.astype(np.int32), mask=~given), ~found.blank

    def _completed_year(self, not_published: BoolArray, is_phase: BoolArray) -> pa.Array:
        """The year by which the homes were complete, null where completions are not published."""
        years, _ = self._years("completed_year")
        column = self._shown("homes_completed")
        dated = _COMPLETED_YEAR.match(column.lower())
        sites = int((not_published & ~is_phase & self._rows.check.usable).sum())
        if sites and "homes_completed" in self._names:
            self.notes.append(f"without published completions ({column} is blank): {sites}")
        elif sites:
            self.notes.append("the file has no column of completions: none are known")
        if "completed_year" in self._names:
            return years
        year = int(dated[1]) if dated else None
        if not dated and "homes_completed" in self._names:
            self.notes.append(f"column {column} does not say by which year homes were complete")
        filled = np.full(self._rows.table.num_rows, year or 0, dtype=np.int32)
        return pa.array(filled, mask=not_published | is_phase | (year is None))

    def _check_phase_years(self, site_id: pa.ChunkedArray, is_phase: BoolArray) -> None:
        """Reject rows that are named as a phase of a site that has a row of its own, undated."""
        named = self._text("phase").is_valid().to_numpy()
        ids = site_id.to_pylist()
        sites = {site for site, n, p in zip(ids, named, is_phase, strict=True) if not (n or p)}
        undated = named & ~is_phase & np.array([site in sites for site in ids], dtype=np.bool_)
        reason = "is blank: a phase must have its year"
        self._rows.check.reject(undated, self._shown("phase_year"), self._text("phase"), reason)

    def _check_twice(self, site_id: pa.ChunkedArray, is_phase: BoolArray) -> None:
        """Reject the second and later rows of a site."""
        seen: set[str] = set()
        again = np.zeros(len(is_phase), dtype=np.bool_)
        for place, site in enumerate(site_id.to_pylist()):
            if site is None or is_phase[place] or not self._rows.check.usable[place]:
                continue
            again[place] = site in seen
            seen.add(site)
        reason = (
            "is the id of an earlier row: the parts of a site that districts share need ids of "
            "their own (17a, 17b), and a phase its year"
        )
        self._rows.check.reject(again, self._shown("site_id"), site_id, reason)

    def _reject_orphans(self, site_id: pa.ChunkedArray, is_phase: BoolArray) -> None:
        """Reject phases whose site is not in the file, or was rejected."""
        ids = site_id.to_pylist()
        usable = self._rows.check.usable
        sites = {ids[place] for place in np.flatnonzero(usable & ~is_phase)}
        orphan = np.array([site not in sites for site in ids], dtype=np.bool_) & is_phase & usable
        reason = "is a phase of a site that is not in the file"
        self._rows.check.reject(orphan, self._shown("site_id"), site_id, reason)

    def _places(self, is_phase: BoolArray) -> tuple[NDArray[Any], FloatArray]:
        """The shape and the point of each site."""
        if self._features.geometries is not None:
            return self._from_shapes(self._features.geometries, is_phase)
        return self._from_columns(is_phase)

    def _from_columns(self, is_phase: BoolArray) -> tuple[NDArray[Any], FloatArray]:
        """Points from two columns of coordinates."""
        x_name, y_name, crs = self._coordinate_columns()
        check = self._rows.check
        x_text, y_text = self._rows.table.column(x_name), self._rows.table.column(y_name)
        decimal = self._decimal
        x, y = parse_numbers(x_text, decimal=decimal), parse_numbers(y_text, decimal=decimal)
        check.reject(x.bad, x_name, x_text, "is no number")
        check.reject(y.bad, y_name, y_text, "is no number")
        places = to_places(x, y, crs=crs, working_crs=self._working_crs)
        self.hint = places.hint
        none = (x.blank & y.blank & ~is_phase) | places.at_zero
        both = pc.binary_join_element_wise(x_text.fill_null(""), y_text.fill_null(""), " ")
        names = f"{x_name}, {y_name}"
        check.reject(none, names, both, "is no place: a site must have one")
        check.reject(places.half, names, both, "is half a place")
        check.reject(places.degrees, names, both, f"looks like degrees, but {crs} is in metres")
        reason = f"in {crs} is outside the area that it or {self._working_crs} is made for"
        check.reject(places.outside, names, both, reason)
        geometries = np.full(len(is_phase), None, dtype=object)
        geometries[places.located] = shapely.points(places.xy_m[places.located])
        return geometries, places.xy_m

    def _coordinate_columns(self) -> tuple[str, str, str]:
        """The names of the two columns, and their CRS."""
        given, rows = self._given, self._rows
        if (given.x is None) != (given.y is None):
            raise DatasetSettingsError("--x and --y", str(given.x or given.y), "given together")
        if given.x is not None and given.y is not None:
            crs = _checked_crs(given.crs or self._working_crs)
            return rows.resolved(given.x, "--x"), rows.resolved(given.y, "--y"), crs
        by_lower = {name.lower(): name for name in rows.columns}
        for x, y, crs in _COORDINATES:
            if x in by_lower and y in by_lower:
                found = _checked_crs(given.crs or crs or self._working_crs)
                return by_lower[x], by_lower[y], found
        raise ImportRefusedError(
            rows.file.name,
            "has no columns longitude and latitude, or easting and northing: --x and --y must "
            f"name two of its columns, which are: {', '.join(rows.columns)}",
        )

    def _from_shapes(
        self, shapes: NDArray[Any], is_phase: BoolArray
    ) -> tuple[NDArray[Any], FloatArray]:
        """Shapes of a GeoJSON file in the working CRS, and a point inside each."""
        check = self._rows.check
        crs = _checked_crs(self._given.crs or self._features.crs)
        kinds = [None if shape is None else shape.geom_type for shape in shapes]
        missing = np.array([kind is None for kind in kinds]) & ~is_phase & check.usable
        check.reject(missing, "geometry", kinds, "is missing: a site must have a place")
        usual = ("Point", "Polygon", "MultiPolygon")
        other = np.array([kind is not None and kind not in usual for kind in kinds])
        check.reject(other, "geometry", kinds, "is neither point nor polygon")
        outlined = sum(kind is not None for kind in np.array(kinds, dtype=object)[is_phase])
        if outlined:
            self.notes.append(
                f"shapes of phases are not kept, those of their sites are: {outlined}"
            )
        geometries = np.full(len(shapes), None, dtype=object)
        xy_m = np.full((len(shapes), 2), np.nan)
        outside = np.zeros(len(shapes), dtype=np.bool_)
        for place in np.flatnonzero(check.usable & ~is_phase):
            shape = shapes[place]
            if not shape.is_valid:
                self.notes.append(f"site in feature {place + 1}: the outline was repaired")
                shape = shapely.make_valid(shape, method="structure")
            point = shapely.get_coordinates(shapely.point_on_surface(shape))
            single = Numbers(point[:, 0], np.array([False]), np.array([False]))
            other_axis = Numbers(point[:, 1], np.array([False]), np.array([False]))
            found = to_places(single, other_axis, crs=crs, working_crs=self._working_crs)
            if not found.located[0]:
                outside[place] = True
                continue
            xy_m[place] = found.xy_m[0]
            geometries[place] = shapely.transform(
                shape, lambda xy: transform_xy(xy, source=crs, target=self._working_crs)
            )
        reason = f"in {crs} is outside the area that it or {self._working_crs} is made for"
        check.reject(outside, "geometry", kinds, reason)
        return geometries, xy_m


def _option(what: str) -> str:
    """The command line option that names the column of it."""
    return "--" + what.removeprefix("homes_").replace("_", "-")


def _checked_crs(name: str) -> str:
    """The name, if PROJ knows it."""
    try:
        parsed_crs(name)
    except InvalidParameterError as error:
        raise DatasetSettingsError("--crs", name, error.allowed) from None
    return name
