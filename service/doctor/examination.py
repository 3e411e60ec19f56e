"""The examination of a whole data folder."""

import datetime
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from service.analyses.resources import Resources
from service.doctor.access import access_findings
from service.doctor.data import agreement_findings, data_findings
from service.doctor.files import (
    cache_findings,
    free_bytes_at,
    leftover_findings,
    paths_below,
    permission_findings,
    reject_findings,
    space_findings,
    time_findings,
)
from service.doctor.findings import Finding, Report
from service.doctor.publications import publication_findings


def examine(
    resources: Resources,
    *,
    free: Callable[[Path], int] = free_bytes_at,
    today: datetime.date | None = None,
) -> Report:
    """Everything that is wrong with a data folder, and what to do about it; changes nothing.

    Parameters
    ----------
    resources : Resources
        Whose stores have not read anything yet.
    free : callable
        What is free on the disk of a folder, bytes.
    today : date or None
        By which agreements are looked at; None: by the clock.

    Returns
    -------
    Report
        Faults first.

    Notes
    -----
    Reads every table and layer as the service does, which takes as long as its start, and
    compares all files with the digests and checksums that there are of them.
    """
    folder = resources.settings.data_dir
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        problem = "there is no such folder, or this user may not read it"
        mend = "set HOTSPOTS_DATA_DIR, or give this user the folder"
        return Report(str(folder), [Finding("folder", str(folder), problem, mend)], 0)
    paths, day = paths_below(folder), today or datetime.datetime.now().astimezone().date()

    def findings() -> Iterator[Finding]:
        published = list(publication_findings(resources))  # which notes damage, too
        yield from data_findings(resources)
        yield from agreement_findings(resources, day)
        yield from published
        yield from cache_findings(folder)
        yield from permission_findings(resources.settings, paths)
        yield from access_findings(resources.settings, day)
        yield from leftover_findings(paths)
        yield from time_findings(paths)
        yield from space_findings(folder, paths, free(folder))
        yield from reject_findings(folder)

    return Report(str(folder), sorted(findings(), key=lambda f: not f.is_fault), len(paths))
