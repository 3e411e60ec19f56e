"""What an import tells its caller: progress while it runs, a summary when it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Progress = Callable[[str, float], None]
"""Called with what is being done and the share of the whole that is done, 0 to 1."""


def silent(task: str, share: float) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True)
class Skipped:
    """A file that was passed over, and why: only ever in a folder or a zip, never one named."""

    file: str
    reason: str


@dataclass(frozen=True)
class FileSummary:
    """What became of one file.

    Attributes
    ----------
    encoding : str
        ``UTF-8`` or ``Windows-1252``, as it was read.
    read : int
        Rows with anything in them, below the header.
    written, rejected, not_located : int
        `read` = `written` + `rejected`; those not located are part of those written.
    blank : int
        Records without anything in them, passed over.
    """

    name: str
    sha256: str
    encoding: str
    read: int
    written: int
    rejected: int
    not_located: int = 0
    blank: int = 0


@dataclass(frozen=True)
class RejectedFor:
    """Rows rejected for one reason.

    Attributes
    ----------
    rows : int
        How many.
    first : tuple of str
        The first few, as ``file, row n: value``.
    """

    column: str
    reason: str
    rows: int
    first: tuple[str, ...]


@dataclass(frozen=True)
class AreaCodes:
    """How the supplied area codes relate to the layers that are loaded.

    Attributes
    ----------
    layer : str or None
        The layer that the codes are taken to belong to; None where none fits.
    how : str
        ``given``, ``detected`` or ``none``.
    supplied, in_layer : int
        Rows written that have a code, and those of them whose code the layer has.
    located_not_in_layer : int
        Rows that have a place, but no code that the layer has.
    """

    layer: str | None
    how: str
    supplied: int
    in_layer: int
    located_not_in_layer: int


@dataclass(frozen=True)
class DuplicateIds:
    """Incident ids that are there more than once. The rows are kept: only the user knows.

    Attributes
    ----------
    ids, rows : int
        How many ids, and how many of the rows written have one of them.
    first : tuple of str
        The first few, with file and row.
    """

    ids: int
    rows: int
    first: tuple[str, ...]


@dataclass(frozen=True)
class DistrictTotal:
    """The development sites of one district, added up.

    Attributes
    ----------
    homes_planned, homes_completed : int
        Over the sites that state them.
    not_published : int
        Sites without published completions.
    """

    district: str
    sites: int
    homes_planned: int
    homes_completed: int
    not_published: int


@dataclass(frozen=True)
class ImportSummary:
    """What one import did, all files together. The counts add up: see `FileSummary`.

    Attributes
    ----------
    kind : str
        ``incidents``, ``measure`` or ``sites``.
    target : str
        Dataset, or measure, period and layer.
    version : int
        Version of the table with the rows in it.
    replaced : int
        Rows that the new ones took the place of.
    rejects_path : Path or None
        The file that lists every rejected row; None where none was rejected.
    located_by_postcode : int
        Rows without coordinates that their postcode located.
    not_found_path : Path or None
        The file that lists the rows whose postcode did not; they are written, not located.
    notes : tuple of str
        What else the reader must know: assumptions, encodings, what was not compared.
    """

    kind: str
    target: str
    version: int
    files: tuple[FileSummary, ...]
    read: int
    written: int
    rejected: int
    replaced: int = 0
    not_located: int = 0
    rejected_for: tuple[RejectedFor, ...] = ()
    rejects_path: Path | None = None
    located_by_postcode: int = 0
    not_found_path: Path | None = None
    area_codes: AreaCodes | None = None
    duplicate_ids: DuplicateIds | None = None
    districts: tuple[DistrictTotal, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """The summary in plain sentences, one per line."""
        files = "1 file" if len(self.files) == 1 else f"{len(self.files)} files"
        counts = f"{self.written:,} written, {self.rejected:,} rejected"
        lines = [
            f"{self.kind} imported: {self.target}, version {self.version}",
            f"{self.read:,} rows read from {files}, {counts}",
        ]
        if self.replaced:
            lines.append(f"{self.replaced:,} rows imported before were replaced")
        if self.kind == "incidents":
            lines.append(f"{self.not_located:,} not located")
        if self.not_found_path is not None:
            lines.append(
                f"rows that their postcode did not locate are listed in {self.not_found_path}"
            )
        lines += self._rejected_lines() + self._code_lines() + self._district_lines()
        blank = sum(file.blank for file in self.files)
        if blank:
            lines.append(f"{blank:,} blank records passed over")
        lines += [f"passed over {skipped.file}: {skipped.reason}" for skipped in self.skipped[:10]]
        if len(self.skipped) > 10:
            lines.append(f"passed over {len(self.skipped) - 10:,} more files")
        return (*lines, *self.notes)

    def _rejected_lines(self) -> list[str]:
        """What was rejected, why, and where it is listed."""
        lines = [
            f"rejected {group.rows:,}: {group.column} {group.reason} ({group.first[0]}"
            f"{', ...' if group.rows > 1 else ''})"
            for group in self.rejected_for
        ]
        if self.rejects_path is not None:
            lines.append(f"rejected rows are listed in {self.rejects_path}")
        return lines

    def _code_lines(self) -> list[str]:
        """How area codes relate to the layers, and which ids are there twice."""
        lines = []
        codes = self.area_codes
        if codes is not None and codes.layer is not None and codes.supplied:
            lines.append(
                f"{codes.in_layer:,} of {codes.supplied:,} supplied area codes are in "
                f"{codes.layer} ({codes.how}); {codes.located_not_in_layer:,} rows have a place "
                "but no code of it"
            )
        duplicates = self.duplicate_ids
        if duplicates is not None and duplicates.ids:
            lines.append(
                f"{duplicates.ids:,} incident ids are there more than once, in "
                f"{duplicates.rows:,} rows, all kept: "
                f"{duplicates.first[0]}{' ...' if duplicates.ids > 1 else ''}"
            )
        return lines

    def _district_lines(self) -> list[str]:
        """Homes per district."""
        lines = []
        for district in self.districts:
            sites = "1 site" if district.sites == 1 else f"{district.sites} sites"
            line = (
                f"{district.district or 'no district'}: {sites}, {district.homes_planned:,} homes "
                f"planned, {district.homes_completed:,} complete"
            )
            if district.not_published:
                line += f" ({district.not_published} without published completions)"
            lines.append(line)
        return lines
