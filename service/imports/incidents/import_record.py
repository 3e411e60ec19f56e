"""What an import found, as the dataset keeps it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from service.imports.files.summary import DuplicateIds, FileSummary, RejectedFor

MOST_REASONS: Final = 30
OTHER_REASONS: Final = "for other reasons"


def import_record(
    files: Sequence[FileSummary],
    rejected_for: Sequence[RejectedFor],
    duplicates: DuplicateIds,
    findings: Mapping[str, int],
    *,
    weight: str = "",
) -> dict[str, Any]:
    """What an import found, in a form that JSON can hold.

    Parameters
    ----------
    files : sequence of FileSummary
        In the order of the import.
    rejected_for : sequence of RejectedFor
        The reasons, the most frequent first.
    duplicates : DuplicateIds
        Ids that are repeated, and what was done with them.
    findings : mapping of str to int
        Rows of which something is noted, by what that is. What else an import comes to know of
        its rows belongs here.
    weight : str
        Name of the column with the weights; empty where there is none.

    Returns
    -------
    dict of str to Any
        Without a value of any row: the record is shown to whoever sees the dataset.
    """
    return {
        "files": [
            {
                "name": file.name,
                "sha256": file.sha256,
                "read": file.read,
                "written": file.written,
                "rejected": file.rejected,
                "superseded": file.superseded,
                "left_out": file.left_out,
                "not_located": file.not_located,
                "blank": file.blank,
                "first": file.first,
                "last": file.last,
            }
            for file in files
        ],
        "rejected_for": [
            {"column": column, "reason": reason, "rows": rows}
            for (column, reason), rows in _without_values(rejected_for).items()
        ],
        "on_repeat": duplicates.on_repeat,
        "repeated_rows": duplicates.rows,
        "findings": dict(findings),
        "weight": weight,
    }


def _without_values(rejected_for: Sequence[RejectedFor]) -> dict[tuple[str, str], int]:
    """Rejected rows by column and reason, without what reasons quote in brackets."""
    counts: Counter[tuple[str, str]] = Counter()
    for group in rejected_for:
        counts[group.column, re.sub(r" \([^)]*\)", "", group.reason)] += group.rows
    frequent = dict(counts.most_common(MOST_REASONS))
    others = counts.total() - sum(frequent.values())
    return frequent | ({("", OTHER_REASONS): others} if others else {})
