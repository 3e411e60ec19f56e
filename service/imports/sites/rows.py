"""Turns a file of development sites into rows of the sites table."""

import re
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from service.imports.files.coordinates import outside_reason, to_places
from service.imports.files.geojson import Features
from service.imports.files.numbers import Decimal, Numbers, parse_numbers
from service.imports.files.points import checked_crs, coordinate_columns
from service.store.errors import ImportRefusedError
from spatial.arrays import BoolArray, FloatArray
from spatial.coordinates.crs import transform_xy

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


@dataclass(frozen=True)
class SiteColumns:
    """Which column holds what; None: recognised by its usual name.

    Attributes
    ----------
    x, y : str or None
        Not needed where a GeoJSON file has shapes.
    crs : str or None
        Of `x` and `y`, or of the shapes. None: EPSG:4326 for columns called longitude and
        latitude, the CRS that a GeoJSON file states, otherwise the working CRS.
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
    """Turns one file into sites; rejects rows and collects notes on the way.

    Parameters
    ----------
    features : Features
        The rows of the file.
    columns : SiteColumns
        Which column holds what.
    decimal : "." or "," or None
        The decimal sign of numbers; None: see `DelimitedFile.numbers`.
    working_crs : str
        The CRS of the result.

    Raises
    ------
    ImportRefusedError
        If a named or required column is not in the file.
    """

    def __init__(
        self,
        features: Features,
        columns: SiteColumns,
        *,
        decimal: Decimal | None,
        working_crs: str,
    ) -> None:
        self._features = features
        self._rows = features.rows
        self._decimal = decimal
        self._working_crs = working_crs
        self._columns = columns
        self._names = self._find_columns(columns)
        self.notes: list[str] = []
        self.hint = ""

    def table(self) -> pa.Table:
        """The usable rows with the columns of the sites table; call it once.

        Returns
        -------
        pyarrow.Table
            In the order of the file.
        """
        n, check = self._rows.table.num_rows, self._rows.check
        phase_year, is_phase = self._years("phase_year")
        site_id = self._text("site_id")
        check.reject(
            site_id.is_null().to_numpy(), self._column_name("site_id"), site_id, "is blank"
        )
        name = self._text("name")
        is_nameless = name.is_null().to_numpy() & ~is_phase
        check.reject(is_nameless, self._column_name("name"), name, "is blank")
        for field in ("site_id", "name", "district", "phase"):
            if field in self._names:
                self._rows.reject_long(self._names[field])
        planned, completed = self._homes("homes_planned"), self._homes("homes_completed")
        self._check_homes(planned, completed)
        self._check_phase_years(site_id, is_phase)
        geometries, xy_m = self._places(is_phase)
        self._check_repeated(site_id, is_phase)
        completed_year = self._completed_year(completed.blank, is_phase)
        wkb = np.full(n, None, dtype=object)
        has_shape = np.array([shape is not None for shape in geometries], dtype=np.bool_)
        wkb[has_shape] = shapely.to_wkb(geometries[has_shape])
        columns = {
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
        return pa.table(columns).filter(pa.array(check.usable))

    def _find_columns(self, columns: SiteColumns) -> dict[str, str]:
        """The column of the file that holds each thing."""
        names: dict[str, str] = {}
        by_lower = {name.lower().replace(" ", "_"): name for name in self._rows.columns}
        for option in fields(SiteColumns):
            column_name = getattr(columns, option.name)
            if option.name in ("x", "y", "crs"):
                continue
            if column_name is not None:
                names[option.name] = self._rows.resolve_name(column_name, _option(option.name))
                continue
            matches = [by_lower[name] for name in _KNOWN[option.name] if name in by_lower]
            if matches:
                names[option.name] = matches[0]
        if "homes_completed" not in names:
            dated_names = sorted(
                name for name in self._rows.columns if _COMPLETED_YEAR.match(name.lower())
            )
            if dated_names:
                names["homes_completed"] = dated_names[-1]
        for required in ("site_id", "name", "homes_planned"):
            if required not in names:
                usual_names = ", ".join(_KNOWN[required])
                raise ImportRefusedError(
                    self._rows.file.name,
                    f"has no column called {usual_names}: {_option(required)} must name "
                    f"one of its columns, which are: {', '.join(self._rows.columns)}",
                )
        return names

    def _column_name(self, field: str) -> str:
        """The name of the column for a message."""
        return self._names.get(field, field)

    def _text(self, field: str) -> pa.ChunkedArray:
        """The column as text; all null if the file has none."""
        if field not in self._names:
            return pa.chunked_array([pa.nulls(self._rows.table.num_rows, pa.string())])
        return self._rows.table.column(self._names[field])

    def _homes(self, field: str) -> Numbers:
        """A number of homes per row; rows with a bad one are rejected."""
        text, check = self._text(field), self._rows.check
        name = self._column_name(field)
        if field in self._names:
            homes = self._rows.numbers(name, self._decimal)
        else:
            homes = parse_numbers(text)
        check.reject(homes.bad, name, text, "is not a number")
        check.reject(~homes.bad & (homes.values < 0), name, text, "is below 0")
        is_fraction = ~homes.bad & ~homes.blank & (homes.values != np.round(homes.values))
        check.reject(is_fraction, name, text, "is not a whole number of homes")
        return homes

    def _check_homes(self, planned: Numbers, completed: Numbers) -> None:
        """Reject rows with more homes complete than planned."""
        # False where either is unknown; a negative number has been rejected already.
        exceeds_plan = (completed.values > planned.values) & (planned.values >= 0)
        name = self._column_name("homes_completed")
        text = self._text("homes_completed")
        check = self._rows.check
        reason = f"is more than are planned in {self._column_name('homes_planned')}"
        check.reject(exceeds_plan, name, text, reason)

    def _years(self, field: str) -> tuple[pa.Array, BoolArray]:
        """A column of years, and where it has one; rows with a bad one are rejected."""
        text, check = self._text(field), self._rows.check
        numbers = parse_numbers(text)
        year = np.nan_to_num(numbers.values)
        is_bad = numbers.bad | (
            ~numbers.blank & ~((year >= 1900) & (year <= 2200) & (year % 1 == 0))
        )
        check.reject(is_bad, self._column_name(field), text, "is not a year")
        has_year = ~numbers.blank & ~is_bad
        return pa.array(year.astype(np.int32), mask=~has_year), ~numbers.blank

    def _completed_year(self, not_published: BoolArray, is_phase: BoolArray) -> pa.Array:
        """The year by which the homes were complete, null where completions are not published."""
        years, _ = self._years("completed_year")
        column = self._column_name("homes_completed")
        dated = _COMPLETED_YEAR.match(column.lower())
        unpublished_count = int((not_published & ~is_phase & self._rows.check.usable).sum())
        if unpublished_count and "homes_completed" in self._names:
            self.notes.append(
                f"without published completions ({column} is blank): {unpublished_count}"
            )
        elif unpublished_count:
            self.notes.append("the file has no column of completions: none are known")
        if "completed_year" in self._names:
            return years
        year = int(dated[1]) if dated else None
        if not dated and "homes_completed" in self._names:
            self.notes.append(f"column {column} does not state by which year homes were complete")
        years_filled = np.full(self._rows.table.num_rows, year or 0, dtype=np.int32)
        return pa.array(years_filled, mask=not_published | is_phase | (year is None))

    def _check_phase_years(self, site_id: pa.ChunkedArray, is_phase: BoolArray) -> None:
        """Reject undated rows named as a phase of a site that has a row of its own."""
        has_phase = self._text("phase").is_valid().to_numpy()
        ids = site_id.to_pylist()
        site_ids = {
            site
            for site, has_name, has_year in zip(ids, has_phase, is_phase, strict=True)
            if not (has_name or has_year)
        }
        is_undated = (
            has_phase & ~is_phase & np.array([site in site_ids for site in ids], dtype=np.bool_)
        )
        reason = "is blank: a phase must have its year"
        self._rows.check.reject(
            is_undated, self._column_name("phase_year"), self._text("phase"), reason
        )

    def _check_repeated(self, site_id: pa.ChunkedArray, is_phase: BoolArray) -> None:
        """Reject the second and later rows of a site."""
        seen_ids: set[str] = set()
        is_repeat = np.zeros(len(is_phase), dtype=np.bool_)
        for row, site in enumerate(site_id.to_pylist()):
            if site is None or is_phase[row] or not self._rows.check.usable[row]:
                continue
            is_repeat[row] = site in seen_ids
            seen_ids.add(site)
        reason = (
            "is the id of an earlier row: the parts of a site that districts share need ids of "
            "their own (17a, 17b), and a phase its year"
        )
        self._rows.check.reject(is_repeat, self._column_name("site_id"), site_id, reason)

    def _reject_orphans(self, site_id: pa.ChunkedArray, is_phase: BoolArray) -> None:
        """Reject phases whose site is missing from the file or was rejected."""
        ids = site_id.to_pylist()
        usable = self._rows.check.usable
        site_ids = {ids[row] for row in np.flatnonzero(usable & ~is_phase)}
        is_orphan = (
            np.array([site not in site_ids for site in ids], dtype=np.bool_) & is_phase & usable
        )
        reason = "is a phase of a site that is not in the file"
        self._rows.check.reject(is_orphan, self._column_name("site_id"), site_id, reason)

    def _places(self, is_phase: BoolArray) -> tuple[NDArray[Any], FloatArray]:
        """The shape and the point of each site."""
        if self._features.geometries is not None:
            return self._from_shapes(self._features.geometries, is_phase)
        return self._from_columns(is_phase)

    def _from_columns(self, is_phase: BoolArray) -> tuple[NDArray[Any], FloatArray]:
        """Points from two columns of coordinates."""
        x_name, y_name, crs = coordinate_columns(
            self._rows,
            x=self._columns.x,
            y=self._columns.y,
            crs=self._columns.crs,
            working_crs=self._working_crs,
        )
        check = self._rows.check
        x_text, y_text = self._rows.table.column(x_name), self._rows.table.column(y_name)
        x = self._rows.numbers(x_name, self._decimal)
        y = self._rows.numbers(y_name, self._decimal)
        check.reject(x.bad, x_name, x_text, "is not a number")
        check.reject(y.bad, y_name, y_text, "is not a number")
        places = to_places(x, y, crs=crs, working_crs=self._working_crs)
        self.hint = places.hint
        has_no_place = (x.blank & y.blank & ~is_phase) | places.placeholder
        joined_text = pc.binary_join_element_wise(x_text.fill_null(""), y_text.fill_null(""), " ")
        names = f"{x_name}, {y_name}"
        check.reject(has_no_place, names, joined_text, "is not a place: a site must have one")
        check.reject(places.half, names, joined_text, "is half a place")
        check.reject(
            places.degrees, names, joined_text, f"looks like degrees, but {crs} is in metres"
        )
        reason = outside_reason(crs, self._working_crs)
        check.reject(places.outside, names, joined_text, reason)
        geometries = np.full(len(is_phase), None, dtype=object)
        geometries[places.located] = shapely.points(places.xy_m[places.located])
        return geometries, places.xy_m

    def _from_shapes(
        self, shapes: NDArray[Any], is_phase: BoolArray
    ) -> tuple[NDArray[Any], FloatArray]:
        """Shapes of a GeoJSON file in the working CRS, and a point inside each."""
        check = self._rows.check
        crs = checked_crs(self._columns.crs or self._features.crs)
        geometry_types = [None if shape is None else shape.geom_type for shape in shapes]
        is_missing = (
            np.array([geometry_type is None for geometry_type in geometry_types])
            & ~is_phase
            & check.usable
        )
        check.reject(
            is_missing, "geometry", geometry_types, "is missing: a site must have a place"
        )
        supported_types = ("Point", "Polygon", "MultiPolygon")
        is_other_kind = np.array(
            [
                geometry_type is not None and geometry_type not in supported_types
                for geometry_type in geometry_types
            ]
        )
        check.reject(is_other_kind, "geometry", geometry_types, "is neither point nor polygon")
        phase_shapes = sum(
            geometry_type is not None
            for geometry_type in np.array(geometry_types, dtype=object)[is_phase]
        )
        if phase_shapes:
            self.notes.append(
                f"shapes of phases are not kept, those of their sites are: {phase_shapes}"
            )
        geometries = np.full(len(shapes), None, dtype=object)
        xy_m = np.full((len(shapes), 2), np.nan)
        is_outside = np.zeros(len(shapes), dtype=np.bool_)
        for row in np.flatnonzero(check.usable & ~is_phase):
            shape = shapes[row]
            if not shape.is_valid:
                self.notes.append(f"site in feature {row + 1}: the outline was repaired")
                shape = shapely.make_valid(shape, method="structure")
            point = shapely.get_coordinates(shapely.point_on_surface(shape))
            x = Numbers(point[:, 0], np.array([False]), np.array([False]))
            y = Numbers(point[:, 1], np.array([False]), np.array([False]))
            site_place = to_places(x, y, crs=crs, working_crs=self._working_crs)
            if not site_place.located[0]:
                is_outside[row] = True
                continue
            xy_m[row] = site_place.xy_m[0]
            geometries[row] = shapely.transform(
                shape, lambda xy: transform_xy(xy, source=crs, target=self._working_crs)
            )
        reason = outside_reason(crs, self._working_crs)
        check.reject(is_outside, "geometry", geometry_types, reason)
        return geometries, xy_m


def _option(field: str) -> str:
    """The command-line option that names the column of a field."""
    return "--" + field.removeprefix("homes_").replace("_", "-")
