"""What is published of protected datasets, and whether it is served."""

import contextlib
from collections.abc import Iterator

from service.analyses.resources import Resources
from service.doctor.findings import Finding
from service.publication.fitness import unfitness
from service.store.errors import StoreError


def publication_findings(resources: Resources) -> Iterator[Finding]:
    """What keeps datasets from those who are to see what is published of them.

    Parameters
    ----------
    resources : Resources
        Of the data folder; damage of protections and of published tables is noted there.

    Yields
    ------
    Finding
        A fault for each dataset that is to be published and is not served, and a note for what
        is published of a dataset without a protection, which nobody is given.
    """
    published, protections = resources.published, resources.protections.all()
    for dataset in published.ids():
        with contextlib.suppress(StoreError):
            published.cells(dataset)
        if dataset not in protections:
            problem = "it has no protection any more: nobody is given what is published of it"
            mend = f"hotspots protect {dataset}, or rm -r {published.folder / dataset}"
            yield Finding("published", dataset, problem, mend, is_fault=False)
    kinds = ("protection", "published")
    damaged = {part.name for part in resources.damage.parts() if part.part in kinds}
    for dataset, protection in protections.items():
        if protection.cells is None or dataset in damaged:
            continue
        secret = resources.record_key_secret
        reason = unfitness(protection, published, resources.layers, secret)
        if reason:
            problem, _, mend = reason.partition(": hotspots")
            yield Finding(
                "published",
                dataset,
                f"it is not served: {problem}",
                f"hotspots{mend}" if mend else f"hotspots protections, hotspots publish {dataset}",
            )
