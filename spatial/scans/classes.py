"""Classes of the places of a scan by the cluster that they are in."""

import math
from typing import Final

from spatial.scans.scan import Cluster

LEVELS: Final = ((0.01, "99"), (0.05, "95"))
NOT_SIGNIFICANT, NOT_TESTED, NOT_SCANNED = "not significant", "not tested", "not scanned"
CLASSES: Final = (
    "high 99",
    "high 95",
    NOT_SIGNIFICANT,
    "low 95",
    "low 99",
    NOT_TESTED,
    NOT_SCANNED,
)


def direction(cluster: Cluster) -> str:
    """Whether a cluster has more incidents than expected, or fewer.

    Parameters
    ----------
    cluster : Cluster
        Of a scan.

    Returns
    -------
    str
        ``high`` or ``low``.
    """
    return "high" if cluster.cases > cluster.expected else "low"


def class_of(cluster: Cluster) -> str:
    """The class of the places in a cluster.

    Parameters
    ----------
    cluster : Cluster
        Of a scan.

    Returns
    -------
    str
        One of `CLASSES`: high or low at 95 or 99 %, not significant, or without p not tested.
    """
    for level, confidence in LEVELS:
        if cluster.p_value <= level:
            return f"{direction(cluster)} {confidence}"
    return NOT_TESTED if math.isnan(cluster.p_value) else NOT_SIGNIFICANT
