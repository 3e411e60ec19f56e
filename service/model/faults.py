"""The faults that pydantic sees in a question, each said once."""

from collections.abc import Mapping, Sequence
from typing import Any


def distinct_faults(faults: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The faults without those that follow from others.

    A list whose items were all refused is too short as well: the items alone are told of.

    Parameters
    ----------
    faults : sequence of dict
        From pydantic or FastAPI, with ``loc`` and ``type``.

    Returns
    -------
    list of dict
        In their order.
    """
    parents = {tuple(fault["loc"][:-1]) for fault in faults}
    return [
        fault
        for fault in faults
        if fault["type"] != "too_short" or tuple(fault["loc"]) not in parents
    ]
