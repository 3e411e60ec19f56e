"""Reports of an import: progress while it runs, a summary at the end."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

OnRepeat = Literal["refuse", "keep", "replace"]
Progress = Callable[[str, float], None]
"""Called with the current task and the share of the work that is done, 0 to 1."""


def silent(task: str, share: float) -> None:
    """Ignore progress.

    Parameters
    ----------
    task : str
        What is being done.
    share : float
        Share of the work that is done, 0 to 1.
    """


@dataclass(frozen=True)
class Skipped:
    """A file in a folder or zip that was skipped, and why; a named file never is."""

    file: str
    reason: str


@dataclass(frozen=True)
class FileSummary:
    """Counts for one file.

    Attributes
    ----------
    encoding : str
        ``UTF-8`` or ``Windows-1252``, as the file was read.
    read : int
        Rows with at least one value, below the header.
    written, rejected, superseded, left_out : int
        `read` = `written` + `rejected` + `superseded` + `left_out`: rows that a later one with
        the same id has replaced, and usable rows outside the bounds of the import.
    not_located : int
        Of the rows within the bounds that were not rejected.
    blank : int
        Records without any value; skipped.
    first, last : str
        First and last day, or month, of the same rows.
    """

    name: str
    sha256: str
    encoding: str
    read: int
    written: int
    rejected: int
    superseded: int = 0
    not_located: int = 0
    blank: int = 0
    left_out: int = 0
    first: str = ""
    last: str = ""


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
class CodeAgreement:
    """How many of the rows with an area code lie in that area.

    Attributes
    ----------
    code : str
        As the layer has it.
    records, records_inside : int
        Rows with the code and a place, and those whose place is in the area.
    """

    code: str
    records: int
    records_inside: int


@dataclass(frozen=True)
class AreaCodes:
    """How the supplied area codes relate to the imported layers.

    Attributes
    ----------
    layer : str or None
        The layer that the codes are taken to belong to; None if none fits.
    how : str
        ``given``, ``detected``, ``none``, or ``not compared`` with a given layer that is absent.
    supplied, in_layer : int
        Written rows that have a code, and those whose code is in the layer.
    located_not_in_layer : int
        Rows that have a place, but no code of the layer.
    placed_rows, rows_inside : int
        Rows that have a place and a code of the layer, and those that lie in its area.
    worst : tuple of CodeAgreement
        The codes with most rows elsewhere, the worst first.
    """

    layer: str | None
    how: str
    supplied: int
    in_layer: int
    located_not_in_layer: int
    placed_rows: int = 0
    rows_inside: int = 0
    worst: tuple[CodeAgreement, ...] = ()

    @property
    def is_compared(self) -> bool:
        """Whether the layer is known and loaded."""
        return self.how in ("given", "detected")

    def lines(self) -> list[str]:
        """How the codes relate to the layer and to the places.

        Returns
        -------
        list of str
            The table of the worst codes last.
        """
        if not (self.is_compared and self.supplied):
            return []
        supplied_line = (
            f"{self.in_layer:,} of {self.supplied:,} supplied area codes are in {self.layer} "
            f"({self.how}); {self.located_not_in_layer:,} rows have a place but no code of it"
        )
        lines = [supplied_line]
        if self.placed_rows:
            lines.append(
                f"{self.rows_inside / self.placed_rows:.1%} of the {self.placed_rows:,} rows with "
                "a place and a code of it lie in the area of their code"
            )
        if self.worst:
            width = max(4, *(len(row.code) for row in self.worst))
            lines.append(f"  {'code':{width}}  records  inside")
            lines += [
                f"  {row.code:{width}}  {row.records:7,}  {row.records_inside / row.records:6.1%}"
                for row in self.worst
            ]
        return lines


@dataclass(frozen=True)
class DuplicateIds:
    """Repeated incident ids.

    Attributes
    ----------
    ids, rows : int
        Number of ids, and number of usable rows that have one of them.
    first : tuple of str
        The first few, with file and row.
    on_repeat : {"refuse", "keep", "replace"}
        What is done with the rows; by default they are kept, because only the user can judge
        them.
    """

    ids: int
    rows: int
    first: tuple[str, ...]
    on_repeat: OnRepeat = "keep"

    def line(self) -> str:
        """How many, what is done with them, and the first.

        Returns
        -------
        str
            One line.
        """
        outcome = {
            "keep": ", all kept (--on-repeat replace keeps the last)",
            "replace": ": the last of each is kept",
            "refuse": "",
        }[self.on_repeat]
        return (
            f"{self.ids:,} incident ids occur more than once, in {self.rows:,} rows{outcome}: "
            f"{self.first[0]}{' ...' if self.ids > 1 else ''}"
        )


@dataclass(frozen=True)
class DistrictTotal:
    """Totals over the development sites of one district.

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
    """Result of one import over all its files. The counts add up: see `FileSummary`.

    Attributes
    ----------
    kind : str
        ``incidents``, ``measure`` or ``sites``.
    target : str
        The dataset, or the measure, period and layer.
    version : int
        Version of the table that holds the rows.
    replaced : int
        Earlier rows that were replaced.
    rejects_path : Path or None
        File that lists every rejected row; None if none was rejected.
    located_by_postcode : int
        Rows without coordinates that their postcode located.
    not_found_path : Path or None
        File that lists the rows that their postcode did not locate; they are written, but not
        located.
    coordinates : tuple of str
        From which CRS to which, and by which operation.
    period : tuple of str
        Which days are covered, and which records are dated to others.
    notes : tuple of str
        Further remarks: assumptions, encodings, what was not compared.
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
    coordinates: tuple[str, ...] = ()
    period: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """The summary in plain sentences, one per line.

        Returns
        -------
        tuple of str
            Counts first, then rejects, codes and districts, skipped files, and the notes.
        """
        files = "1 file" if len(self.files) == 1 else f"{len(self.files)} files"
        counts = f"{self.written:,} written, {self.rejected:,} rejected"
        lines = [
            f"{self.kind} imported: {self.target}, version {self.version}",
            f"{self.read:,} rows read from {files}, {counts}",
        ]
        superseded = sum(file.superseded for file in self.files)
        if superseded:
            lines.append(f"{superseded:,} rows left out for a later one with the same id")
        if self.replaced:
            lines.append(f"{self.replaced:,} rows imported before were replaced")
        if self.kind == "incidents":
            lines.append(f"{self.not_located:,} not located")
        lines += [f"coordinates: {operation}" for operation in self.coordinates]
        lines += self.period
        if self.not_found_path is not None:
            lines.append(
                f"rows that their postcode did not locate are listed in {self.not_found_path}"
            )
        lines += self._rejected_lines() + self._code_lines() + self._district_lines()
        blank = sum(file.blank for file in self.files)
        if blank:
            lines.append(f"{blank:,} blank records skipped")
        lines += [f"skipped {skipped.file}: {skipped.reason}" for skipped in self.skipped[:10]]
        if len(self.skipped) > 10:
            lines.append(f"passed over {len(self.skipped) - 10:,} more files")
        return (*lines, *self.notes)

    def _rejected_lines(self) -> list[str]:
        """The rejected rows by reason, and the file that lists them."""
        lines = [
            f"rejected {group.rows:,}: {group.column} {group.reason} ({group.first[0]}"
            f"{', ...' if group.rows > 1 else ''})"
            for group in self.rejected_for
        ]
        if self.rejects_path is not None:
            lines.append(f"rejected rows are listed in {self.rejects_path}")
        return lines

    def _code_lines(self) -> list[str]:
        """How area codes relate to the layers, and which ids are repeated."""
        lines = [] if self.area_codes is None else self.area_codes.lines()
        duplicates = self.duplicate_ids
        if duplicates is not None and duplicates.ids:
            lines.append(duplicates.line())
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
