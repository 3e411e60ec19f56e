"""What is said of a data folder: a fault or a note, and what to do about it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One thing that somebody should do something about.

    Attributes
    ----------
    part : str
        ``dataset``, ``layer``, ``cache``, ``permissions`` and so on.
    name : str
        Of the dataset, layer, file or folder.
    problem : str
        What is wrong.
    mend : str
        A command or an action.
    is_fault : bool
        False for what may be as it is.
    """

    part: str
    name: str
    problem: str
    mend: str
    is_fault: bool = True


@dataclass(frozen=True)
class Report:
    """What an examination of a data folder came to.

    Attributes
    ----------
    folder : str
        ``HOTSPOTS_DATA_DIR``.
    findings : sequence of Finding
        Faults first.
    examined : int
        Files and folders that were looked at.
    """

    folder: str
    findings: Sequence[Finding]
    examined: int

    @property
    def faults(self) -> int:
        """How many of the findings are faults."""
        return sum(finding.is_fault for finding in self.findings)

    def lines(self) -> list[str]:
        """The report as text: two lines for each finding, and a sum."""
        lines = []
        for finding in self.findings:
            kind = "fault" if finding.is_fault else "note"
            lines.append(f"{kind}: {finding.part} {finding.name}: {finding.problem}")
            lines.append(f"    mend: {finding.mend}")
        summary = f"{self.faults} fault{'' if self.faults == 1 else 's'}"
        lines.append(f"{self.folder}: {self.examined:,} files and folders examined, {summary}")
        return lines

    def to_json(self) -> dict[str, Any]:
        """The report as a JSON document."""
        return {
            "folder": self.folder,
            "sound": self.faults == 0,
            "examined": self.examined,
            "findings": [asdict(finding) for finding in self.findings],
        }
