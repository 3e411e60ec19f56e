"""Files that rows came from, and which of them a table has already."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from service.coverage.spans import listed
from service.store.commits import Plan
from service.store.delta import TableVersion
from service.store.errors import AlreadyImportedError, ImportRefusedError, SameNameError
from service.store.row_conditions import RowCondition


@dataclass(frozen=True)
class SourceFile:
    """A file that rows came from: recognised again by its name and by its content.

    Attributes
    ----------
    name : str
        The file's own name, without its folder.
    sha256 : str
        Digest of its bytes, 64 hex digits; of the member's bytes for one inside a zip.
    """

    name: str
    sha256: str

    @classmethod
    def of(cls, name: str, content: bytes) -> "SourceFile":
        """The source file of a name and its bytes.

        Parameters
        ----------
        name : str
            Without its folder.
        content : bytes
            All of the file.

        Returns
        -------
        SourceFile
            With the digest of the content.
        """
        return cls(name, hashlib.sha256(content).hexdigest())


def imported_files(table: TableVersion) -> dict[SourceFile, int]:
    """The files that a table has rows of, with the number of rows.

    Parameters
    ----------
    table : TableVersion
        With columns `source_file` and `source_sha256`.

    Returns
    -------
    dict of SourceFile to int
        Rows by file.

    Raises
    ------
    DamagedTableError
        If a data file is missing or unreadable.
    """
    columns = ["source_file", "source_sha256"]
    counts = (
        table.read(columns, coded=columns).group_by(columns).aggregate([([], "count_all")])
    ).to_pydict()
    return {
        SourceFile(str(name), str(sha256)): int(count)
        for name, sha256, count in zip(
            counts["source_file"], counts["source_sha256"], counts["count_all"], strict=True
        )
    }


def plan_of_files(
    table: TableVersion, files: Sequence[SourceFile], *, name: str, replace: bool
) -> Plan:
    """What an import of files may do to a table.

    Parameters
    ----------
    table : TableVersion
        As it is now.
    files : sequence of SourceFile
        Distinct; see `check_distinct`.
    name : str
        What errors call the table.
    replace : bool
        Whether rows of the same files, by name or by content, are replaced.

    Returns
    -------
    Plan
        What to remove before the rows are added.

    Raises
    ------
    AlreadyImportedError
        Without `replace`, if one of the files has been imported, byte for byte, under any name.
    SameNameError
        Without `replace`, if another file of the same name is.
    """
    names = {file.name for file in files}
    digests = {file.sha256 for file in files}
    if replace:
        return Plan(RowCondition(({"source_file": names}, {"source_sha256": digests})))
    imported = imported_files(table)
    # A file of which later rows have replaced every one has been imported too.
    recorded = {file["sha256"] for record in table.imports for file in record["files"]}
    repeated = ({file.sha256 for file in imported} | recorded) & digests
    if repeated:
        raise AlreadyImportedError(listed([f.name for f in files if f.sha256 in repeated]), name)
    namesakes = {file.name for file in imported} & names
    if namesakes:
        raise SameNameError(listed(sorted(namesakes)), name)
    return Plan()


def check_distinct(files: Sequence[SourceFile]) -> None:
    """Refuse an import that names a file twice, by name or by content.

    Parameters
    ----------
    files : sequence of SourceFile
        All files of one import.

    Raises
    ------
    ImportRefusedError
        If two of them have the same name or the same content.
    """
    by_name: dict[str, SourceFile] = {}
    by_content: dict[str, SourceFile] = {}
    for file in files:
        if file.sha256 in by_content:
            first = by_content[file.sha256].name
            reason = (
                "it is named twice"
                if first == file.name
                else f"it has the same content as {first}"
            )
            raise ImportRefusedError(file.name, reason)
        if file.name in by_name:
            raise ImportRefusedError(
                file.name,
                "two files of this name have different content, and --replace identifies "
                "files by name: rename one of them",
            )
        by_name[file.name] = by_content[file.sha256] = file
