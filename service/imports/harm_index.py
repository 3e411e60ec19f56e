"""Imports harm indices: the days of harm of each offence, by its code or its wording."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from service.imports.files.delimited import DelimitedFile
from service.imports.files.numbers import Decimal
from service.imports.files.single_file import FileOptions, list_rejects, read_rows, summary_of
from service.imports.files.summary import ImportSummary
from service.store.errors import DatasetSettingsError
from service.store.reference.harm_index import (
    SUBCATEGORY,
    HarmIndexStore,
    contradictions,
    normalised,
)


@dataclass(frozen=True)
class HarmIndexOptions(FileOptions):
    """Options of an import of a harm index.

    Attributes
    ----------
    index_id : str
        Lower case, digits, - and _.
    days_field : str
        Column with the days of harm of one offence.
    code_field, offence_field : str or None
        Columns with its code and its wording; at least one of them.
    group_field : str or None
        Column with the group of the offence.
    matched_on : str
        The column of datasets with the codes or wordings: category, subcategory or
        attribute:NAME.
    """

    index_id: str
    days_field: str
    code_field: str | None = None
    offence_field: str | None = None
    group_field: str | None = None
    matched_on: str = SUBCATEGORY
    decimal: Decimal | None = None


def import_harm_index(
    store: HarmIndexStore, path: Path, options: HarmIndexOptions
) -> ImportSummary:
    """Read the days of harm of offences and store them, completely or not at all.

    Parameters
    ----------
    store : HarmIndexStore
        Where they go.
    path : Path
        Delimited text with one row per offence.
    options : HarmIndexOptions
        Id and columns.

    Returns
    -------
    ImportSummary
        Counts of rows read, written and rejected.

    Raises
    ------
    HarmIndexExistsError
        Without ``options.replace``, if there is an index of that id.
    ImportRefusedError
        If the file cannot be read, lacks a column, or too many rows are unusable.
    DatasetSettingsError
        If the id is not valid, or neither codes nor wordings are named.
    """
    if options.code_field is None and options.offence_field is None:
        raise DatasetSettingsError("--offence-field", "", "given, or --code-field, or both")
    store.check_import(options.index_id, replace=options.replace)
    rows = read_rows(path, options)
    texts = {
        "code": _texts(rows, options.code_field, "--code-field"),
        "offence": _texts(rows, options.offence_field, "--offence-field"),
        "offence_group": _texts(rows, options.group_field, "--group-field"),
    }
    days_name = rows.resolve_name(options.days_field, "--days-field")
    numbers = rows.numbers(days_name, options.decimal)
    days_text = rows.table.column(days_name)
    rows.check.reject(numbers.blank, days_name, days_text, "is blank")
    rows.check.reject(numbers.bad, days_name, days_text, "is not a number")
    is_negative = ~numbers.bad & ~numbers.blank & (numbers.values < 0.0)
    rows.check.reject(is_negative, days_name, days_text, "is below 0")
    codes, offences = texts["code"], texts["offence"]
    names = [offence or code for offence, code in zip(offences, codes, strict=True)]
    naming = rows.resolve_name(options.offence_field or options.code_field or "", "")
    is_nameless = np.array([not normalised(name) for name in names], np.bool_)
    rows.check.reject(is_nameless, naming, names, "has no code and no wording")
    usable = np.flatnonzero(rows.check.usable)
    wrong = contradictions(
        [codes[k] for k in usable],
        [offences[k] for k in usable],
        numbers.values[usable].tolist(),
    )
    is_wrong = np.zeros(len(names), np.bool_)
    is_wrong[usable[sorted(wrong)]] = True
    reason = "is in several rows with different days, so that none of them counts"
    rows.check.reject(is_wrong, naming, names, reason)
    stem = f"harm-index-{options.index_id}"
    rejects_path = list_rejects(rows, path, options, store_folder=store.folder, stem=stem)
    is_usable = pa.array(rows.check.usable)
    table = pa.table(
        {
            **{
                name: pa.array([text or None for text in column]) for name, column in texts.items()
            },
            "days": pa.array(numbers.values),
            "source_row": pa.array(rows.check.row_numbers),
        }
    ).filter(is_usable)
    options.progress("writing", 0.6)
    committed = store.append(
        options.index_id,
        table,
        file=rows.file,
        matched_on=options.matched_on,
        source=options.source,
        licence=options.licence,
        replace=options.replace,
    )
    options.progress("done", 1.0)
    note = f"incidents are matched by their {options.matched_on}, unless harm_column says other"
    return summary_of(
        rows,
        committed,
        kind="harm index",
        target=options.index_id,
        written=table.num_rows,
        rejects_path=rejects_path,
        notes=(note,),
    )


def _texts(rows: DelimitedFile, field: str | None, option: str) -> list[str]:
    """A column as text, empty where a value is missing or no column is named."""
    if field is None:
        return [""] * rows.table.num_rows
    name = rows.resolve_name(field, option)
    rows.reject_long(name)
    return [text or "" for text in rows.table.column(name).to_pylist()]
