"""The matrix of operations and roles under every policy, in every format."""

import logging
import tempfile
from pathlib import Path

from service.disclosure.policies import POLICIES
from tests.service.access import decisions, matrix
from tests.service.kinds import Kind
from tests.simulations.tables import SimulationTable

KINDS: tuple[Kind, ...] = ("open", "censored", "perturbed", "unpublished", "expired")


def worlds_told_apart(repetitions: int) -> SimulationTable:
    """Answers to a partner in two worlds that differ in all that is not published.

    So many formats, tiles or pictures of each operation are asked. A cell with another
    number of records has another key, and is published as another number: under cell keys the
    worlds differ in counts only where another policy hides them.
    """
    logging.getLogger("hotspots").setLevel(logging.ERROR)  # one dataset is past its agreement
    rows = []
    for policy in POLICIES.values():
        if policy.name == "open":
            continue
        with tempfile.TemporaryDirectory() as folder:
            rows.append((policy.name, *_row(Path(folder), policy.name, repetitions)))
    return SimulationTable(("policy", "operations", "worlds told apart by"), tuple(rows))


def _row(folder: Path, policy: str, forms: int) -> tuple[str, str]:
    policies = dict.fromkeys(KINDS, policy) | {"open": "open"}
    if POLICIES[policy].method == "cell-key":
        policies["censored"] = "small-5"
    faults: list[str] = []
    with matrix.services(folder, policies) as services:
        names = decisions.FROM_CELLS | decisions.FROM_RECORDS | decisions.LISTS - {"readMetrics"}
        operations = matrix.operations(services["first"].client.app)  # type: ignore[arg-type]
        for name in sorted(names):
            for role, kind in matrix.cases("published"):
                faults += matrix.published_faults(
                    services, operations[name], [(role, kind)], forms=forms
                )
    return f"{len(names)}", f"{len(faults)}"
